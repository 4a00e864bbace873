"""The edge of the disk: the record is read here, and pages are synced."""

import gzip
import hashlib
import lzma
import os
import shutil
import struct
import tempfile
import zlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, TextIO

try:
    import fcntl
except ImportError:  # Windows: nobody keeps two builds apart there
    fcntl = None  # type: ignore[assignment]

from generator.build import CORRECTIONS, LEDGER, MERGES, METADATA, MOVED, RawDump, Record
from generator.config import parse_settings
from generator.ledger import Line, format_line
from generator.model import ArchiveError
from generator.pages import Page
from generator.parallel import cores, started
from generator.plain import LENGTH, Key, digest
from generator.restored import SUFFIX, sha256_in

ENGINE = Path(__file__).parent
CONFIG = "mkdocs.yml"
GENERATED = ".generated"
"""Lists the generated files of `docs/`, one a line."""
LONGEST_LINE = 2_000_000
"""Characters: a record of arXiv with 3,000 authors has a tenth of them."""
FEW = 64
"""Pages that are not worth a second process."""


def overrides() -> Path:
    """Return the theme's overrides: inside the wheel, or beside the package in a checkout."""
    inside = ENGINE / "overrides"
    return inside if inside.is_dir() else ENGINE.parent / "overrides"


def read_text(path: Path) -> str:
    """Return a file's text, empty where there is no such file.

    Raises ArchiveError where it is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise ArchiveError(
            f"{path}: expected UTF-8, found other bytes at {error.start}; save it as UTF-8"
        ) from None


def read_record(root: Path, *, sample: bool = True) -> Record:
    """Return everything that the archive in this folder is made from.

    The sample's dumps take the place of an archive's while it has none, if wanted; not where
    something was promised, since the dumps are missing then. Raises ArchiveError where this is no
    archive, or its settings are at fault.
    """
    config = root / CONFIG
    if not config.is_file():
        raise ArchiveError(
            f"{root}: expected an archive, found no {CONFIG}; "
            "go to its folder, name it with -C, or make one: daybook new DIR"
        )
    settings, problems = parse_settings(read_text(config), CONFIG, os.environ)
    if settings is None:
        raise ArchiveError("\n".join(str(problem) for problem in problems))
    vocabulary = (
        root / settings.vocabulary if settings.vocabulary else ENGINE / "data/vocabulary.yml"
    )
    if not vocabulary.is_file():
        raise ArchiveError(
            f"{CONFIG}: expected a vocabulary's file, found none at {settings.vocabulary}; "
            "correct the setting"
        )
    dumps = tuple(read_dumps(root))
    sample = sample and not dumps and not read_text(root / LEDGER).strip()
    home = ENGINE / "data/sample" if sample else root
    return Record(
        settings=settings,
        dumps=tuple(read_dumps(home)) if sample else dumps,
        ledger=read_text(home / LEDGER),
        merges=read_text(home / MERGES),
        corrections=read_text(home / CORRECTIONS),
        metadata=read_text(home / METADATA),
        moved=read_text(home / MOVED),
        vocabulary=read_text(vocabulary),
        vocabulary_path=settings.vocabulary or "vocabulary.yml",
        quality=read_text(ENGINE / "data/quality.json"),
        sample=sample,
    )


def read_dumps(root: Path) -> Iterable[RawDump]:
    """Yield the dumps of an archive, by path; restored ones where the dump itself is not there."""
    for path in sorted((root / "dumps").rglob("*")):
        restored = path.suffix == SUFFIX and not path.with_suffix("").exists()
        if not (restored or path.suffix.lower() == ".txt") or not path.is_file():
            continue
        raw = path.read_bytes()
        name = path.relative_to(root).as_posix().removesuffix(SUFFIX)
        own = sha256_in(raw) if restored else ""
        sha256 = own or hashlib.sha256(raw).hexdigest()
        yield RawDump(path=name, raw=raw, sha256=sha256, restored=restored)


def store_dump(root: Path, dump: RawDump) -> None:
    """Keep a dump's bytes as they are."""
    path = root / dump.path
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, dump.raw)


def extend_ledger(root: Path, lines: Iterable[Line]) -> None:
    """Add promises to the end of the ledger; what stands there is not touched."""
    path = root / LEDGER
    before = path.read_bytes() if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    added = "".join(f"{format_line(line)}\n" for line in lines).encode()
    if added:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, before + added)


def extend_metadata(root: Path, lines: Iterable[str]) -> None:
    """Add lines to the end of the metadata; what stands there is not touched."""
    added = "".join(f"{line}\n" for line in lines)
    if not added:
        return
    with (root / METADATA).open("a+b") as held:
        if held.seek(0, os.SEEK_END):
            held.seek(-1, os.SEEK_END)
            added = added if held.read() == b"\n" else f"\n{added}"
        held.write(added.encode())


def read_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a text file, which may be packed by gzip or xz, with their ends.

    Of a line longer than LONGEST_LINE only the beginning: no file fills the memory. Raises
    ArchiveError where the file cannot be read, or ends too early.
    """
    try:
        with unpacked(path) as lines:
            while line := lines.readline(LONGEST_LINE):
                yield line
                while len(line) == LONGEST_LINE and not line.endswith("\n"):
                    line = lines.readline(LONGEST_LINE)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise ArchiveError(f"{path}: expected a file that can be read, found {error}") from None


def unpacked(path: Path) -> TextIO:
    """Return a text file, opened; what is no UTF-8 is replaced."""
    with path.open("rb") as raw:
        head = raw.read(6)
    if head.startswith(b"\x1f\x8b"):
        return gzip.open(path, "rt", encoding="utf-8", errors="replace")
    if head == b"\xfd7zXZ\0":
        return lzma.open(path, "rt", encoding="utf-8", errors="replace")
    return path.open(encoding="utf-8", errors="replace")


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Name what is written in what the system says against it, where it does not itself."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, sees all of it or nothing."""
    whole = path
    try:
        with (
            written(path),
            tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as held,
        ):
            whole = Path(held.name)
            held.write(content)
        whole.chmod(0o644)
        whole.replace(path)
    except OSError:
        if whole != path:
            whole.unlink(missing_ok=True)
        raise


Look = bytes
"""A file's size, and the time of its last change in nanoseconds: packed, since there are many."""
LOOK = struct.Struct(">Qq")
Trace = bytes
"""Of a generated file: the keys of what it was made from and of what is in it, and its look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a sync did, in files."""

    written: int
    removed: int
    traces: Mapping[str, Trace]
    """Of every generated file that was synced, by path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Pages of `docs/` that are being written."""

    settled: Mapping[str, Trace]
    """Of the pages that stay as they are, by path."""
    end: Callable[[], Synced]
    """Waits for the others."""


def strayed(docs: Path, left: Mapping[str, Trace]) -> set[str]:
    """Return the generated files of `docs/` that are not as the last sync left them."""
    place = f"{docs}/"
    return {path for path, trace in left.items() if look(place + path) != look_in(trace)}


def start_sync(
    docs: Path,
    pages: Sequence[Page],
    before: Mapping[str, Trace],
    astray: Container[str],
    *,
    all_of: bool,
) -> Writing:
    """Begin to bring the generated files of `docs/` up to date.

    What is made from the same is not made anew: `before` is what the last sync left, `astray` what
    has strayed from it since. Only files that `.generated` lists are ever removed, and only where
    the pages are all that there are. Raises ArchiveError where a page would fall on a file that a
    human wrote.
    """
    docs.mkdir(parents=True, exist_ok=True)
    manifest = docs / GENERATED
    listed = generated(docs)
    now = {page.path for page in pages}
    for path in sorted(now - listed):
        refuse_if_taken(docs, path)
    # Named before they are written: a build cut short leaves no page that nobody knows.
    write_whole(manifest, listing(listed | now))
    settled: dict[str, Trace] = {}
    todo = []
    for page in pages:
        trace = before.get(page.path, b"")
        if page.key and trace.startswith(page.key) and page.path not in astray:
            settled[page.path] = trace
        else:
            todo.append(page)
    parts = cores() if len(todo) > FEW else 1
    write = partial(write_pages, docs, before)
    writing = started(write, todo, parts)

    def end() -> Synced:
        traces = dict(settled)
        written = 0
        for ended in writing():
            for path, trace, changed in ended:
                traces[path] = trace
                written += changed
        gone = listed - now if all_of else set()
        for name in gone:
            remove(docs, name)
        write_whole(manifest, listing((listed | now) - gone))
        return Synced(written=written, removed=len(gone), traces=traces)

    return Writing(settled=settled, end=end)


def generated(docs: Path) -> set[str]:
    """Return the paths of the generated files of `docs/`, as the last sync left them."""
    return set(read_text(docs / GENERATED).split("\n")) - {""}


def write_pages(
    docs: Path, before: Mapping[str, Trace], pages: Iterable[Page]
) -> list[tuple[str, Trace, bool]]:
    """Write pages; return path, trace and whether something changed, of each."""
    found = []
    for page in pages:
        path = docs / page.path
        trace = before.get(page.path, b"")
        key, content, there = page.key or b"", content_in(trace), look(path)
        # Whatever else changed the file, it holds this page yet.
        stays = key and trace.startswith(key) and there and digest(path.read_bytes()) == content
        changed = False
        if not stays:
            text = page.text.encode("utf-8", "replace")
            content = digest(text)
            changed = write_changed(path, text)
            there = look(path)
        found.append((page.path, key + content + (there or NO_LOOK), changed))
    return found


def content_in(trace: Trace) -> Key:
    """Return the key of what is in a file, by its trace, a tree's too; nothing of no trace."""
    return trace[-LOOK.size - LENGTH : -LOOK.size]


def look_in(trace: Trace) -> Look:
    """Return a file's look, by its trace, a tree's too."""
    return trace[-LOOK.size :]


def look(path: Path | str) -> Look | None:
    """Return how a file looks; None where there is no file."""
    try:
        return look_of(os.stat(path))  # noqa: PTH116  # of every page there is: a Path takes its time
    except OSError:
        return None


def look_of(found: os.stat_result) -> Look:
    """Return how a file looks, by what the system says of it."""
    return LOOK.pack(found.st_size, found.st_mtime_ns)


NO_LOOK = bytes(LOOK.size)


def listing(paths: Iterable[str]) -> bytes:
    """Return paths, one a line, sorted."""
    return "".join(f"{path}\n" for path in sorted(paths)).encode()


def refuse_if_taken(docs: Path, name: str) -> None:
    """Raise ArchiveError where a page would fall on a file that a human wrote."""
    if (docs / name).exists():
        raise ArchiveError(
            f"docs/{name}: expected nothing in the place of a generated page, found a file of "
            "yours; give yours another name"
        )


def write_changed(path: Path, content: bytes) -> bool:
    """Write a file unless it holds just this; return whether it was written."""
    try:
        if path.read_bytes() == content:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    with written(path):
        path.write_bytes(content)
    return True


def remove(docs: Path, name: str) -> None:
    """Remove a generated file, and the folders that it leaves empty."""
    path = docs / name
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == docs or not folder.is_dir() or any(folder.iterdir()):
            break
        folder.rmdir()


CACHE = ".cache/daybook"
"""May be deleted at any time: a build with and without it gives the same bytes."""
MARK = 32
"""Bytes of the digest at the head of a cached value."""


@dataclass(frozen=True, slots=True)
class Cache(Mapping[str, bytes]):
    """The values of a cache, read as they are asked for; a damaged one is as if not there."""

    folder: Path

    def __getitem__(self, key: str) -> bytes:
        """Return a value. Raises KeyError where there is none that is whole."""
        try:
            # In two reads: no value is copied, and the large ones are megabytes.
            with (self.folder / key).open("rb", buffering=0) as file:
                mark, value = file.read(MARK), file.read()
        except OSError:
            raise KeyError(key) from None
        if seal(key, value) != mark:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        """Yield the keys of what is there, whole or not."""
        return (path.name for path in sorted(self.folder.glob("*")))

    def __len__(self) -> int:
        """Return how many values are there, whole or not."""
        return sum(1 for _ in self)


def seal(key: str, value: bytes) -> bytes:
    """Return the digest that guards a value, under its key and no other."""
    found = hashlib.sha256(key.encode() + b"\0")
    found.update(value)
    return found.digest()


def read_cache(root: Path, name: str) -> dict[str, bytes]:
    """Return the values of a cache at once; what is damaged is as if it were not there."""
    cache = open_cache(root, name)
    return {key: value for key in cache if (value := cache.get(key)) is not None}


def open_cache(root: Path, name: str) -> Cache:
    """Return a cache, of which nothing is read yet."""
    return Cache(root / CACHE / name)


def write_cache(root: Path, name: str, values: Mapping[str, bytes]) -> None:
    """Keep the values of a cache; others of this name are removed."""
    update_cache(root, name, values.items(), kept=())


def update_cache(
    root: Path, name: str, fresh: Iterable[tuple[str, bytes]], kept: Container[str]
) -> None:
    """Write new values of a cache; of the others, only those named stay, and are not touched."""
    with new_cache(root, name, kept) as new:
        for key, value in fresh:
            new.keep(key, value)


def extend_cache(root: Path, name: str, fresh: Iterable[tuple[str, bytes]]) -> None:
    """Write values of a cache; the others stay."""
    new = NewCache(root / CACHE / name)
    for key, value in fresh:
        new.keep(key, value)


@dataclass(frozen=True, slots=True)
class NewCache:
    """A cache that takes the place of the one before, its values written as they come."""

    folder: Path
    written: set[str] = field(default_factory=set)
    """Their keys, and those of values that stay."""

    def keep(self, key: str, value: bytes) -> None:
        """Write a value."""
        path = self.folder / key
        with written(path), path.open("wb") as file:
            file.write(seal(key, value))
            file.write(value)
        self.written.add(key)

    def stays(self, key: str) -> None:
        """Let a value of the cache before be one of this."""
        self.written.add(key)

    def piece(self, key: str, start: int, size: int) -> Callable[[], bytes]:
        """Return what gives back a piece of a value that is in this cache, in any process."""
        return partial(read_piece, self.folder / key, MARK + start, size)


@contextmanager
def new_cache(root: Path, name: str, kept: Container[str] = ()) -> Iterator[NewCache]:
    """Give what takes a cache's new values; at the end all others but those of `kept` are gone."""
    folder = root / CACHE / name
    folder.mkdir(parents=True, exist_ok=True)
    found = NewCache(folder)
    yield found
    for path in folder.iterdir():
        if path.name not in found.written and path.name not in kept:
            path.unlink()


@dataclass(frozen=True, slots=True)
class Shelf:
    """Contents that wait on the disk, not in memory."""

    folder: Path
    opened: dict[int, BinaryIO] = field(default_factory=dict)
    """By the process that writes: none writes where another one does."""

    def put(self, content: bytes) -> Callable[[], bytes]:
        """Lay a content aside; return what gives it back, in any process."""
        process = os.getpid()
        path = self.folder / f"{process}"
        with written(path):
            file = self.opened.get(process)
            if file is None:
                file = self.opened[process] = path.open("ab")
            start = file.tell()
            file.write(content)
            file.flush()
        return partial(read_piece, path, start, len(content))


@contextmanager
def shelf(root: Path) -> Iterator[Shelf]:
    """Give an empty shelf, which is gone in the end."""
    folder = root / CACHE / "shelf"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    found = Shelf(folder)
    try:
        yield found
    finally:
        for file in found.opened.values():
            with suppress(OSError):
                file.close()
        shutil.rmtree(folder, ignore_errors=True)


def read_piece(path: Path, start: int, size: int) -> bytes:
    """Return a piece of a file."""
    with path.open("rb") as file:
        file.seek(start)
        return file.read(size)


@contextmanager
def only_one(root: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the archive for one build; call `waiting` where another holds it, and wait for its end.

    The system lets go of it when the last process of a build ends, whatever ended it.
    """
    place = root / CACHE
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("a") as lock:
        if fcntl:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def site_place(root: Path, site: Path) -> Path:
    """Return where a site will stand, links followed; a swap that was cut short is undone.

    Raises ArchiveError where anything but a site is there: the swap would delete it.
    """
    place = site.resolve()
    if aside(place).is_dir() and not place.exists():
        aside(place).rename(place)
    if root / "dumps" in (place, *place.parents) or (place.exists() and not may_go(place)):
        raise ArchiveError(
            f"{place}: expected a new folder or a site built before, since the site takes the "
            "place of all in it, found something else; name another one with --site"
        )
    return place


def may_go(place: Path) -> bool:
    """Return whether a folder is empty or a built site, which a build makes again."""
    names = {path.name for path in place.iterdir()} if place.is_dir() else {place.name}
    return not names or (names >= {"index.html", "sitemap.xml"} and ".git" not in names)


def beside(site: Path) -> Path:
    """Return the folder of the tree that is not seen: a build brings it up to date."""
    return site.with_name(f".{site.name}.new")


def twin(site: Path) -> Path:
    """Return where a first build makes a second tree, which takes the place beside in the end."""
    return site.with_name(f".{site.name}.twin")


def aside(site: Path) -> Path:
    """Return where a site stands for a moment, while another takes its place."""
    return site.with_name(f".{site.name}.old")
