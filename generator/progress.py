"""What long steps tell while they run: a moving line on a terminal, a line a stage elsewhere."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import click

from generator.model import Problem, Severity

T = TypeVar("T")

EVERY = 0.1
"""Seconds between two looks at the same stage on a terminal."""


@dataclass(slots=True)
class Stage:
    """One long step: counts what is done, and says at its end what came of it."""

    name: str
    total: int = 0
    done: int = 0
    result: str = ""
    _shown: float = field(default=0.0)

    def step(self) -> None:
        """Count one more thing done, and show it now and then."""
        self.done += 1
        now = time.monotonic()
        if now - self._shown > EVERY and sys.stderr.isatty():
            self._shown = now
            of = f" of {self.total:,}" if self.total else ""
            click.echo(f"\r\x1b[K{self.name}: {self.done:,}{of}", err=True, nl=False)

    def each(self, things: Iterable[T]) -> Iterator[T]:
        """Yield things, counting them."""
        for thing in things:
            yield thing
            self.step()


@contextmanager
def stage(name: str, total: int = 0) -> Iterator[Stage]:
    """Run a stage; its line, with what came of it and the seconds, is printed at its end."""
    running = Stage(name, total)
    started = time.monotonic()
    if sys.stderr.isatty():
        click.echo(f"{name} …", err=True, nl=False)
    yield running
    seconds = time.monotonic() - started
    wipe = "\r\x1b[K" if sys.stderr.isatty() else ""
    click.echo(f"{wipe}{name}: {running.result or f'{running.done:,}'} ({seconds:.1f} s)", err=True)


def tell(line: str) -> None:
    """Print what a human should know while, or after, something was done."""
    click.echo(line, err=True)


def say(problems: Iterable[Problem]) -> None:
    """Print problems, sorted, and how many there were."""
    found: Sequence[Problem] = sorted(problems)
    for problem in found:
        tell(str(problem))
    errors = sum(problem.severity is Severity.ERROR for problem in found)
    tell(f"{errors:,} errors, {len(found) - errors:,} warnings")
