"""Files that are rows of pieces: what did not change is cut out of the file as it was left."""

import marshal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from generator.plain import Key, digest, key_of

Piece = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Pieces:
    """Rows of pieces by their file's path, in any process.

    Whoever keeps the bytes guards them against damage; of a file itself nothing is believed that
    its digest does not confirm.
    """

    known: Mapping[str, bytes] = field(default_factory=dict)
    """Where the pieces of each file lay, as it was left."""
    keep: Callable[[str, bytes], None] = lambda _name, _row: None
    left: Callable[[str], bytes] = lambda _path: b""
    """What there is of a file now; nothing where it is not there."""
    wanted: set[str] = field(default_factory=set)
    """Names of what this build's files may need of `known`: the others may be forgotten."""

    def row(
        self, path: str, made_from: Key, keys: Sequence[Key], make: Callable[[int], bytes]
    ) -> "Row":
        """Return a file's row of pieces, of which none is made yet.

        `made_from` is the key of what all pieces are made from, the program included; `keys` say
        the rest, of each. `make` gives the piece at a place of the row.
        """
        name = key_of((path, made_from)).hex()
        self.wanted.add(name)
        return Row(path=path, name=name, keys=keys, make=make, of=self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A file's pieces, in order."""

    path: str
    name: str
    """Among what is known."""
    keys: Sequence[Key]
    make: Callable[[int], bytes]
    of: Pieces

    def pieces(self) -> list[Piece]:
        """Return the pieces: cut out of the file as it was left, or made."""
        found: dict[Key, Piece] = self.before()
        for at, key in enumerate(self.keys):
            if key not in found:
                found[key] = self.make(at)
        return [found[key] for key in self.keys]

    def before(self) -> dict[Key, Piece]:
        """Return the pieces that the file had, by their keys."""
        kept = self.of.known.get(self.name)
        if kept is None:
            return {}
        whole, start, between, keys, sizes = marshal.loads(kept)  # noqa: S302  # guarded by a seal
        content = memoryview(self.of.left(self.path))
        if digest(content) != whole:
            return {}
        ends = accumulate(sizes, lambda end, size: end + between + size, initial=start - between)
        return {
            key: content[end + between : end + between + size]
            for key, end, size in zip(keys, ends, sizes, strict=False)
        }

    def file(
        self, pieces: Sequence[Piece], *, head: bytes = b"", between: bytes = b"", end: bytes = b""
    ) -> bytes:
        """Return the file with these pieces, and keep where they lie."""
        content = b"".join((head, between.join(pieces), end))
        sizes = tuple(map(len, pieces))
        kept = (digest(content), len(head), len(between), tuple(self.keys), sizes)
        self.of.keep(self.name, marshal.dumps(kept))
        return content
