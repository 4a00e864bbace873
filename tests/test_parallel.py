"""Work in several processes: results in order, faults told, nobody left behind."""

import os
import time

import pytest

from generator.parallel import cores, in_parts


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
    """The first fault is told, after all parts have ended."""
    with pytest.raises(ZeroDivisionError):
        in_parts(lambda part: 1 // part, 2)
    with pytest.raises(OSError, match="ended with -9"):
        in_parts(lambda part: os.kill(os.getpid(), 9) if part else None, 2)


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
