"""What changed between two texts, word by word."""

from collections.abc import Iterator
from difflib import SequenceMatcher

LONGEST = 2_000
"""Words of a text whose changes are looked for: the time grows with the square of the words."""

Change = tuple[str, str]
"""Words that went, and words that came in their place; one of the two may be empty."""


def changes(before: str, after: str) -> tuple[Change, ...] | None:
    """Return what went and what came, in order; None where a text is too long to say."""
    old, new = before.split(), after.split()
    if max(len(old), len(new)) > LONGEST:
        return None
    return tuple(found(old, new))


def found(old: list[str], new: list[str]) -> Iterator[Change]:
    """Yield each run of words that is not the same in both."""
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield " ".join(old[i1:i2]), " ".join(new[j1:j2])
