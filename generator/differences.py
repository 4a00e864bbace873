"""What changed between two texts, word by word."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import takewhile

LONGEST = 300
"""Words whose changes are looked for, between what both texts begin and end with: the time may grow
with the cube of their number, and stays below a tenth of a second here."""

Change = tuple[str, str]
"""Words that went, and words that came in their place; one of the two may be empty."""


def changes(before: str, after: str) -> tuple[Change, ...] | None:
    """Return what went and what came, in order; None where too much may have changed to say."""
    old, new = before.split(), after.split()
    same = alike(old, new)
    old, new = old[same:], new[same:]
    same = alike(old[::-1], new[::-1])
    old, new = old[: len(old) - same], new[: len(new) - same]
    if max(len(old), len(new)) > LONGEST:
        return None
    return tuple(found(old, new))


def alike(old: list[str], new: list[str]) -> int:
    """Return how many words both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def found(old: list[str], new: list[str]) -> Iterator[Change]:
    """Yield each run of words that is not the same in both."""
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield " ".join(old[i1:i2]), " ".join(new[j1:j2])
