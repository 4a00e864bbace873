"""Work in several processes: results in order, faults told, nobody left behind."""

import os
import select
import time
from collections.abc import Iterable

import pytest

from generator.parallel import ROUND, begin, cores, in_parts, in_rounds


def test_results_come_in_the_order_of_the_parts() -> None:
    """Also large ones, which no pipe holds at once, and of one part alone."""
    assert in_parts(lambda part: (part, os.getpid() != parent), 3) == [
        (number, True) for number in range(3)
    ]
    assert [len(each) for each in in_parts(lambda part: "x" * (part * 1_000_000), 3)] == [
        0,
        1_000_000,
        2_000_000,
    ]
    assert in_parts(lambda _: os.getpid(), 1) == [parent]
    assert in_parts(lambda part: part, 0) == []
    assert cores() >= 1


parent = os.getpid()


def test_what_a_part_raises_is_raised_here() -> None:
    """The first fault is told, after all parts have ended, and where it was raised."""
    with pytest.raises(ZeroDivisionError) as caught:
        in_parts(lambda part: 1 // part, 2)
    assert "in_parts(lambda part: 1 // part, 2)" in caught.value.__notes__[0]
    with pytest.raises(OSError, match="ended with -9"):
        in_parts(lambda part: os.kill(os.getpid(), 9) if part else None, 2)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_part_ends_though_nobody_asks_for_its_result() -> None:
    """Also where no pipe holds it: what began it may have failed meanwhile, and go on."""
    running = begin(lambda _: "x" * 1_000_000, 0)
    process = running.process
    del running
    for _ in range(200):
        if os.waitpid(process, os.WNOHANG)[0]:
            return
        time.sleep(0.05)
    pytest.fail("it waits for somebody to read")


def test_parts_run_at_the_same_time() -> None:
    """One waits for what the other does."""
    source, sink = os.pipe()

    def work(part: int) -> bytes:
        if part:
            time.sleep(0.05)
            return bytes([os.write(sink, b"x")])
        return os.read(source, 1)

    assert in_parts(work, 2) == [b"x", b"\1"]
    os.close(source)
    os.close(sink)


def seen(share: Iterable[int]) -> tuple[int, list[int]]:
    """Return which process looks at a share, and what is in it."""
    return os.getpid(), list(share)


def test_rounds_take_everything_once() -> None:
    """No process lives for longer than a round: what it looked at is copied for it."""
    things = range(2 * ROUND + 5)
    found = list(in_rounds(seen, things, 2))
    assert sorted(thing for _, share in found for thing in share) == list(things)
    processes = {process for process, _ in found}
    assert len(processes) == len(found) == 6
    assert parent not in processes
    assert [process for process, _ in in_rounds(seen, things, 1)] == [parent] * 3
    assert list(in_rounds(seen, (), 2)) == []


def test_what_takes_long_keeps_nobody_waiting() -> None:
    """Whoever is done takes the next: here one takes as long as all others together."""
    source, sink = os.pipe()

    def work(share: Iterable[int]) -> list[int]:
        taken = []
        for thing in share:
            taken.append(thing)
            if thing:
                os.write(sink, b"x")
                continue
            for _ in range(99):
                assert select.select([source], [], [], 20)[0], "the others were not taken"
                os.read(source, 1)
        return taken

    shares = sorted(in_rounds(work, range(100), 2))
    os.close(source)
    os.close(sink)
    assert shares == [[0], list(range(1, 100))]


def test_faults_in_a_round_are_raised_here() -> None:
    """Whatever the round."""
    with pytest.raises(ZeroDivisionError):
        list(in_rounds(lambda share: [1 // (ROUND + 3 - each) for each in share], range(9000), 2))
