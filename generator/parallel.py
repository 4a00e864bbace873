"""Work shared out over the machine's cores: a process for each part."""

import ctypes
import gc
import os
import pickle
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Generic, TypeVar

T = TypeVar("T")
S = TypeVar("S")

BLOCK = 64
"""Things that a part takes at once, where there are many."""
TURNS = 64
"""Blocks for each part, where there are things enough: in a list what takes long stands together.
"""
TOGETHER = 4
"""Neighbours in a list that a round has together."""
MOST = 1024
"""Blocks at once: their places find room in the smallest pipe."""
PLACE = 4
"""Bytes of a place in a list."""
ROUND = 4096
"""Things that are worked on between two meetings of the cores, which bounds the memory."""
FAILED = 1
"""Exit status of a part that could not even say what went wrong."""


def cores() -> int:
    """Return how many processes may run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_parts(work: Callable[[int], T], parts: int) -> list[T]:
    """Return `work(part)` for every part from 0 on, in order, each from a process of its own.

    The processes begin as copies of this one: what is in memory is there without being sent, and
    shared as long as nobody writes to it. A part ends by itself, also when this process is
    killed: it waits for nobody. One part alone, or a system that cannot fork, works right here.
    Raises what a part raised; OSError where one was killed.
    """
    return started_parts(work, parts)()


def started_parts(work: Callable[[int], T], parts: int) -> Callable[[], list[T]]:
    """Begin what `in_parts` does, and return what waits for it."""
    if parts <= 1 or not hasattr(os, "fork"):
        return lambda: [work(part) for part in range(parts)]
    give_back()
    # What is there already is left alone by the collector, or it would be copied for nothing.
    gc.freeze()
    try:
        running: list[Running[T]] = [begin(work, part) for part in range(parts)]
    finally:
        gc.unfreeze()

    def finish_all() -> list[T]:
        ended = [finish(each) for each in running]
        return [each.value() for each in ended]

    return finish_all


def in_rounds(
    work: Callable[[Iterable[S]], T], things: Sequence[S], parts: int, at_once: int = ROUND
) -> Iterator[T]:
    """Yield `work(share)` for shares of things, which processes of their own take round by round.

    Looking at a thing writes to it in Python, and thus copies it for the process that looks: so
    none lives for longer than a round. Raises what `in_parts` raises.
    """
    rounds = -(-len(things) // at_once)
    for turn in range(rounds):
        there = list(share(things, turn, rounds))
        yield from started_round(work, there, parts)()


def started(
    work: Callable[[Iterable[S]], T], things: Sequence[S], parts: int
) -> Callable[[], Iterable[T]]:
    """Begin what `in_rounds` does, and return what waits for it.

    Where there are many things nothing begins before somebody waits: this process would copy all
    that it looks at meanwhile.
    """
    if len(things) > ROUND:
        return partial(in_rounds, work, things, parts)
    if parts <= 1:
        return meanwhile(lambda: [work(things)])
    return started_round(work, things, parts)


def started_round(
    work: Callable[[Iterable[S]], T], things: Sequence[S], parts: int
) -> Callable[[], list[T]]:
    """Begin a round, and return what waits for it: who is done with a block takes the next one.

    The blocks' places wait in a pipe, which gives each to one reader only.
    """
    # Neighbours in a list are mostly neighbours in memory, and what only one process looks at is
    # copied for one only: looking at a thing writes to it in Python.
    size = max(1, min(BLOCK, len(things) // (parts * TURNS)), -(-len(things) // MOST))
    source, sink = os.pipe()
    os.write(sink, b"".join(at.to_bytes(PLACE) for at in range(0, len(things), size)))
    os.close(sink)

    def taken() -> Iterator[S]:
        while place := os.read(source, PLACE):
            start = int.from_bytes(place)
            yield from things[start : start + size]

    running = started_parts(lambda _: work(taken()), parts)

    def finish_all() -> list[T]:
        try:
            return running()
        finally:
            os.close(source)

    return finish_all


def give_back() -> None:
    """Give memory that nobody uses back to the system, where the C library knows how."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def share(things: Sequence[T], part: int, parts: int) -> Iterator[T]:
    """Yield a part's share of things, a few at a time by turns.

    What looks at much stands together in a list, like the feeds of all months: a single part that
    has them all would copy half of all that is in memory.
    """
    for start in range(part * TOGETHER, len(things), parts * TOGETHER):
        yield from things[start : start + TOGETHER]


def meanwhile(work: Callable[[], T]) -> Callable[[], T]:
    """Start some work in a process of its own; return what waits for its result.

    Without a second core, or on a system that cannot fork, the work is done when it is asked for.
    What is returned raises what the work raised.
    """
    if cores() < 2 or not hasattr(os, "fork"):  # noqa: PLR2004  # two at once
        return work
    running = begin(lambda _: work(), 0)
    return lambda: finish(running).value()


@dataclass(frozen=True, slots=True)
class Running(Generic[T]):
    """A part at work in another process, which will send a `T`."""

    process: int
    pipe: BinaryIO
    """Where its result comes from. Nobody's any more, it closes, and the part need not wait."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a part returned, or what it raised."""

    returned: tuple[T, ...] = ()
    raised: BaseException | None = None

    def value(self) -> T:
        """Return what the part returned, or raise what it raised."""
        if self.raised:
            raise self.raised
        return self.returned[0]


def begin(work: Callable[[int], T], part: int) -> Running[T]:
    """Start a part in another process."""
    sys.stdout.flush()
    sys.stderr.flush()
    source, sink = os.pipe()
    with warnings.catch_warnings():
        # Python warns where other threads exist; those of numpy's mathematics are asleep here.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process:
        os.close(sink)
        return Running(process=process, pipe=os.fdopen(source, "rb"))
    status = FAILED
    try:
        os.close(source)
        with os.fdopen(sink, "wb") as pipe:
            pipe.write(pickle.dumps(outcome(work, part)))
        status = 0
    finally:
        # Nothing that belongs to the first process may run here: no handlers, no half-full buffers.
        os._exit(status)


def outcome(work: Callable[[int], T], part: int) -> Outcome[T]:
    """Return what a part's work returns, or what it raised."""
    try:
        return Outcome(returned=(work(part),))
    except BaseException as error:  # noqa: BLE001  # all of it is raised again in the first process
        # Where it was raised is not sent by itself.
        error.add_note(traceback.format_exc())
        return Outcome(raised=error)


def finish(running: Running[T]) -> Outcome[T]:
    """Return what a part sent when it ended."""
    with running.pipe as pipe:
        content = pipe.read()
    _, status = os.waitpid(running.process, 0)
    if status or not content:
        code = os.waitstatus_to_exitcode(status)
        return Outcome(raised=OSError(f"a process of the build ended with {code}"))
    sent: Outcome[T] = pickle.loads(content)  # noqa: S301  # from this program's own process
    return sent
