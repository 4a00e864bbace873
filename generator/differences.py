"""What changed between two texts, word by word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

LONGEST = 300
"""Words whose changes are looked for, between what both texts begin and end with: the time may grow
with the cube of their number, and stays below a tenth of a second here."""
LEAST_ALIKE = 1 / 3
"""Share of words that two texts have alike before one is shown within the other."""
AROUND = 8
"""Words shown on each side of a change, where many are the same."""

Change = tuple[str, str]
"""Words that went, and words that came in their place; one of the two may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Words that both texts have; or, else, words that went and words that came in their place."""

    same: str = ""
    went: str = ""
    came: str = ""


def changes(before: str, after: str) -> tuple[Change, ...] | None:
    """Return what went and what came, in order; None where too much may have changed to say."""
    found = runs(before.split(), after.split())
    return None if found is None else tuple((x.went, x.came) for x in found if not x.same)


def woven(before: str, after: str) -> tuple[Run, ...] | None:
    """Return two texts as one, in order, what both have cut short; None where little is shared.

    Nor is it said where too much may have changed. Without a change in words it is one run.
    """
    old, new = before.split(), after.split()
    found = runs(old, new)
    if found is None:
        return None
    alike = sum(len(run.same.split()) for run in found)
    if alike < LEAST_ALIKE * max(len(old), len(new)):
        return None
    return tuple(shortened(found))


def runs(old: list[str], new: list[str]) -> list[Run] | None:
    """Return the runs of words of two texts, in order; None where too much may have changed."""
    head = shared(old, new)
    tail = shared(old[head:][::-1], new[head:][::-1])
    went, came = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(went), len(came)) > LONGEST:
        return None
    ends = [Run(same=" ".join(words)) for words in (old[:head], old[len(old) - tail :])]
    return [run for run in (ends[0], *apart(went, came), ends[1]) if run != Run()]


def shared(old: list[str], new: list[str]) -> int:
    """Return how many words both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def apart(old: list[str], new: list[str]) -> Iterator[Run]:
    """Yield each run of words, the same in both or not."""
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        went, came = " ".join(old[i1:i2]), " ".join(new[j1:j2])
        yield Run(same=went) if kind == "equal" else Run(went=went, came=came)


def shortened(found: Iterable[Run]) -> Iterator[Run]:
    """Yield runs, a long one that is the same with an ellipsis for what is far from a change."""
    for run in found:
        words = run.same.split()
        if len(words) <= 2 * AROUND + 1:
            yield run
        else:
            yield Run(same=" ".join((*words[:AROUND], "…", *words[-AROUND:])))
