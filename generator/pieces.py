"""Pieces of files that an earlier build left: what is made from the same is not made again."""

import marshal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from generator.plain import Key


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces by name: known from before, or made and kept. It works in any process.

    Whoever keeps the bytes guards them against damage. A name, or a text's key, says all that
    it is made from, the program included.
    """

    known: Mapping[str, bytes] = field(default_factory=dict)
    keep: Callable[[str, bytes], None] = lambda _name, _piece: None
    wanted: set[str] = field(default_factory=set)
    """Names of all pieces that this build's files may need: the others may be forgotten."""

    def piece(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return a piece."""
        found = self.known.get(name)
        if found is None:
            found = make()
            self.keep(name, found)
        return found

    def texts(self, name: str, keys: Sequence[Key], make: Callable[[int], str]) -> list[str]:
        """Return a row of texts, kept together under a name, each by its key.

        `make` gives the text at a place of the row.
        """
        before = parse_texts(self.known.get(name))
        found = {
            key: make(at) if (text := before.get(key)) is None else text
            for at, key in enumerate(keys)
        }
        if found != before:
            self.keep(name, marshal.dumps(found))
        return [found[key] for key in keys]


def parse_texts(piece: bytes | None) -> dict[Key, str]:
    """Return texts that were kept, by their keys."""
    found: dict[Key, str] = marshal.loads(piece) if piece else {}  # noqa: S302  # guarded by a seal
    return found
