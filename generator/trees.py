"""A site brought up to date beside the one that people see, then put in its place.

Two trees take turns: the one that people see, and the one before it, which the next build brings
up to date. A file is never written in place, so that both may share it. What a build knows of the
trees' files it holds against what is there, by size and time first, and by content where these
differ: a tree that something else has touched, or that a killed build left, comes right by itself.
"""

import ctypes
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from generator.files import Look, content_in, look, look_in, look_of
from generator.keys import Output
from generator.parallel import in_rounds
from generator.plain import LENGTH, Key, digest

Trace = bytes
"""A file's content, as a key, and its look when that was seen."""
Made = bytes
"""The keys of what a file was made from, and of its content."""

FEW = 64
"""Files that are not worth a second process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the build before knew: nothing of it is believed without a look."""

    made: Mapping[str, Made] = field(default_factory=dict)
    """By path."""
    seen: Mapping[str, Trace] = field(default_factory=dict)
    """Of the tree that people see, by path."""
    beside: Mapping[str, Trace] = field(default_factory=dict)
    """Of the tree before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What bringing a tree up to date did."""

    made: Mapping[str, Made]
    traces: Mapping[str, Trace]
    fresh: int
    """Files made anew."""
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A tree that is being brought up to date: it is told bit by bit what it shall hold."""

    beside: Path
    """Where it stands."""
    seen: Path
    """The other one: what can be had from there is linked."""
    known: Known
    strange: set[str]
    """The files in which it is not as it is known."""
    twin: Path | None = None
    """A third one that gets all that is written, too."""
    made: dict[str, Made] = field(default_factory=dict)
    traces: dict[str, Trace] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    """Files made anew."""
    todo: list[Output] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing stands there, so that nothing can be in the way."""
        return not self.known.beside and not self.strange

    def want(self, outputs: Iterable[Output]) -> None:
        """Take files that the tree shall hold. What stands there already, is done."""
        for output in outputs:
            path = output.path
            before, trace = self.known.made.get(path, b""), self.known.beside.get(path, b"")
            same = before[:-LENGTH] == output.key and content_of(before) == content_in(trace)
            if same and path not in self.strange:
                self.made[path] = before
                self.traces[path] = trace
            else:
                self.todo.append(output)

    def raised(self, parts: int) -> Raised:
        """Make the tree hold what it shall and nothing else, in so many processes.

        Raises OSError where the disk is full, or what the making of a file raises.
        """
        unwanted = (self.known.beside.keys() | self.strange) - self.made.keys()
        unwanted -= {output.path for output in self.todo}
        removed = sum(drop(self.beside, path) for path in unwanted)
        self.fill(parts)
        fresh = len(self.fresh)
        return Raised(made=self.made, traces=self.traces, fresh=fresh, removed=removed)

    def fill(self, parts: int) -> None:
        """Put there what the tree is known to be wanting by now, in so many processes.

        Raises what `raised` does.
        """
        self.beside.mkdir(exist_ok=True)
        parts = parts if len(self.todo) > FEW else 1
        for ended in in_rounds(lambda share: list(self.put(share)), self.todo, parts):
            for path, key, trace, new in ended:
                self.made[path] = key + content_in(trace)
                self.traces[path] = trace
                if new:
                    self.fresh.append(path)
        self.todo.clear()

    def put(self, outputs: Iterable[Output]) -> Iterator[tuple[str, Key, Trace, bool]]:
        """Put files there: yield path, key, trace, and whether it was made anew, of each."""
        for output in outputs:
            target = f"{self.beside}/{output.path}"
            before = self.known.made.get(output.path, b"")
            key, content = before[:-LENGTH], content_of(before)
            if key == output.key:
                if trace := trace_of(target, content, self.known.beside.get(output.path)):
                    yield output.path, key, trace, False
                    continue
                source = f"{self.seen}/{output.path}"
                trace = trace_of(source, content, self.known.seen.get(output.path))
                if trace and link(source, target):
                    yield output.path, key, trace, False
                    continue
            trace = write(target, output.make())
            if self.twin:
                link(target, f"{self.twin}/{output.path}")
            yield output.path, output.key, trace, True


def tree(
    beside: Path,
    seen: Path,
    known: Known,
    strange: set[str] | None = None,
    twin: Path | None = None,
) -> Tree:
    """Return a tree to be brought up to date.

    `strange` are the files in which it is not as it is known, if somebody has looked already.
    """
    if strange is None:
        strange = differences(known.beside, dict(walk(beside)) if beside.is_dir() else {})
    return Tree(beside=beside, seen=seen, known=known, strange=strange, twin=twin)


def differences(known: Mapping[str, Trace], there: Mapping[str, Look]) -> set[str]:
    """Return the files that are not there as they are known, or that nobody knows."""
    other = {path for path, trace in known.items() if there.get(path) != look_in(trace)}
    return other | (there.keys() - known.keys())


def catch_up(
    beside: Path, seen: Path, known: Known, there: dict[str, Look]
) -> Iterator[tuple[str, Trace]]:
    """Link into a tree what the one that people see has beyond it: yield path and trace of each.

    `there` is what the tree holds, and is kept right. So much can be done before it is known what
    a build will make; what cannot be linked is left to it.
    """
    for path, trace in known.seen.items():
        if there.get(path) and known.beside.get(path) == content_in(trace) + there[path]:
            continue
        source = f"{seen}/{path}"
        with suppress(OSError):
            if look(source) == look_in(trace) and link(source, f"{beside}/{path}"):
                there[path] = look_in(trace)
                yield path, trace


def trace_of(path: str, content: Key, before: Trace | None) -> Trace | None:
    """Return a file's trace if it holds this content; it is read only where it looks changed."""
    there = look(path)
    if there is None:
        return None
    trace = content + there
    if trace == before:
        return trace
    return trace if digest(Path(path).read_bytes()) == content else None


def content_of(made: Made) -> Key:
    """Return the key of a file's content."""
    return made[-LENGTH:]


def write(path: str, content: bytes) -> Trace:
    """Write a file anew: another tree may share the one that is there."""
    with open(path, "xb", opener=with_room) as target:
        target.write(content)
    return digest(content) + look_of(os.stat(path))  # noqa: PTH116  # a Path takes its time


def with_room(path: str, flags: int) -> int:
    """Open a new file: what stands in its place goes, and what it stands in is made."""
    try:
        return os.open(path, flags, 0o666)
    except FileExistsError:
        os.unlink(path)  # noqa: PTH108  # as above
    except FileNotFoundError:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, flags, 0o666)


def link(source: str, target: str) -> bool:
    """Give a file a second name in the other tree; a copy, where the file system has no links."""
    for _ in range(2):
        try:
            os.link(source, target)
            break
        except FileExistsError:
            os.unlink(target)  # noqa: PTH108  # as above
        except FileNotFoundError:
            Path(target).parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            shutil.copy2(source, target)
            break
    return True


def names(folder: Path) -> Iterator[str]:
    """Yield each file below a folder, with slashes."""
    return (name for name, _ in entries(folder))


def walk(folder: Path) -> Iterator[tuple[str, Look]]:
    """Yield each file below a folder, with slashes, and its look."""
    for name, entry in entries(folder):
        yield name, look_of(entry.stat(follow_symlinks=False))


def entries(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield each file below a folder, with slashes, and what the folder says of it."""
    inner = [("", os.fspath(folder))]
    while inner:
        prefix, place = inner.pop()
        with os.scandir(place) as there:
            for entry in there:
                if entry.is_dir(follow_symlinks=False):
                    inner.append((f"{prefix}{entry.name}/", entry.path))
                else:
                    yield f"{prefix}{entry.name}", entry


def drop(folder: Path, path: str) -> bool:
    """Remove a file of a tree and the folders that it leaves empty; return whether it was there."""
    target = folder / path
    try:
        target.unlink()
    except FileNotFoundError:
        return False
    for parent in target.parents:
        if parent == folder:
            break
        try:
            parent.rmdir()
        except OSError:
            break
    return True


def untouched(folder: Path, traces: Mapping[str, Trace]) -> bool:
    """Return whether a tree holds just the files that it was left with, as they were left."""
    if not folder.is_dir():
        return False
    return dict(walk(folder)) == {path: look_in(trace) for path, trace in traces.items()}


AT_FDCWD = -100
RENAME_EXCHANGE = 2


def exchange(beside: Path, seen: Path, aside: Path) -> None:
    """Let two folders change places, in one step where the system can: no moment is without a site.

    Elsewhere the one that is seen goes aside first, where the next build finds it if this one is
    cut short.
    """
    if not seen.exists():
        beside.rename(seen)
        return
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
        names = os.fsencode(beside), os.fsencode(seen)
        if rename(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0:
            return
    except (AttributeError, OSError, TypeError):
        pass  # no Linux, or an old one
    shutil.rmtree(aside, ignore_errors=True)
    seen.rename(aside)
    beside.rename(seen)
    aside.rename(beside)
