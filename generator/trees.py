"""A site brought up to date beside the one that people see, then put in its place.

Two trees take turns: the one that people see, and the one before it, which the next build brings
up to date. A file is never written in place, so that both may share it. What a build knows of the
trees' files it holds against what is there, by size and time first, and by content where these
differ: a tree that something else has touched, or that a killed build left, comes right by itself.
"""

import ctypes
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from generator.keys import Output
from generator.parallel import in_rounds
from generator.plain import Key, digest

Look = tuple[int, int]
"""A file's size, and the time of its last change in nanoseconds."""
Trace = tuple[Key, int, int]
"""A file's content, as a key, and its look when that was seen."""

FEW = 64
"""Files that are not worth a second process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the build before knew: nothing of it is believed without a look."""

    made: Mapping[str, tuple[Key, Key]] = field(default_factory=dict)
    """By path: the key of what a file was made from, and that of its content."""
    seen: Mapping[str, Trace] = field(default_factory=dict)
    """Of the tree that people see, by path."""
    beside: Mapping[str, Trace] = field(default_factory=dict)
    """Of the tree before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What bringing a tree up to date did."""

    made: Mapping[str, tuple[Key, Key]]
    traces: Mapping[str, Trace]
    fresh: int
    """Files made anew."""
    removed: int


def bring_up(
    beside: Path,
    seen: Path,
    wanted: Sequence[Output],
    known: Known,
    parts: int,
    there: dict[str, Look] | None = None,
) -> Raised:
    """Make a tree hold the wanted files and no others; what can be had from the other is linked.

    `there` is what the tree holds, if somebody has looked already; it is emptied. Raises OSError
    where the disk is full, or what the making of a file raises.
    """
    beside.mkdir(exist_ok=True)
    there = dict(walk(beside)) if there is None else there
    todo = []
    made: dict[str, tuple[Key, Key]] = {}
    traces: dict[str, Trace] = {}
    for output in wanted:
        key, content = known.made.get(output.path, (b"", b""))
        look = there.pop(output.path, None)
        trace = known.beside.get(output.path)
        if key == output.key and look and trace == (content, *look):
            made[output.path] = key, content
            traces[output.path] = trace
        else:
            todo.append(output)
    for path in there:
        drop(beside, path)
    job = Job(beside=beside, seen=seen, known=known)
    parts = parts if len(todo) > FEW else 1
    fresh = 0
    for ended in in_rounds(lambda share: list(job.run(share)), todo, parts):
        for path, key, trace, new in ended:
            made[path] = key, trace[0]
            traces[path] = trace
            fresh += new
    return Raised(made=made, traces=traces, fresh=fresh, removed=len(there))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Puts files into a tree."""

    beside: Path
    seen: Path
    known: Known

    def run(self, outputs: Iterable[Output]) -> Iterator[tuple[str, Key, Trace, bool]]:
        """Put files there: yield path, key, trace, and whether it was made anew, of each."""
        for output in outputs:
            target = f"{self.beside}/{output.path}"
            key, content = self.known.made.get(output.path, (b"", b""))
            if key == output.key:
                if trace := trace_of(target, content, self.known.beside.get(output.path)):
                    yield output.path, key, trace, False
                    continue
                source = f"{self.seen}/{output.path}"
                trace = trace_of(source, content, self.known.seen.get(output.path))
                if trace and link(source, target):
                    yield output.path, key, trace, False
                    continue
            yield output.path, output.key, put(Path(target), output.make()), True


def trace_of(path: str, content: Key, before: Trace | None) -> Trace | None:
    """Return a file's trace if it holds this content; it is read only where it looks changed."""
    try:
        found = os.stat(path)  # noqa: PTH116  # of every file there is: a Path takes its time
    except OSError:
        return None
    trace = content, found.st_size, found.st_mtime_ns
    if trace == before:
        return trace
    return trace if digest(Path(path).read_bytes()) == content else None


def put(path: Path, content: bytes) -> Trace:
    """Write a file anew: another tree may share the one that is there."""
    for _ in range(2):
        with suppress(FileNotFoundError):
            path.unlink()
        try:
            with path.open("xb") as target:
                target.write(content)
            break
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
    found = path.stat()
    return digest(content), found.st_size, found.st_mtime_ns


def link(source: str, target: str) -> bool:
    """Give a file a second name in the other tree; a copy, where the file system has no links."""
    with suppress(FileNotFoundError):
        os.unlink(target)  # noqa: PTH108  # as above
    for _ in range(2):
        try:
            os.link(source, target)
            break
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
        found = entry.stat(follow_symlinks=False)
        yield name, (found.st_size, found.st_mtime_ns)


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


def drop(folder: Path, path: str) -> None:
    """Remove a file of a tree, and the folders that it leaves empty."""
    target = folder / path
    target.unlink(missing_ok=True)
    for parent in target.parents:
        if parent == folder:
            break
        try:
            parent.rmdir()
        except OSError:
            break


def untouched(folder: Path, traces: Mapping[str, Trace]) -> bool:
    """Return whether a tree holds just the files that it was left with, as they were left."""
    if not folder.is_dir():
        return False
    return dict(walk(folder)) == {path: trace[1:] for path, trace in traces.items()}


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
