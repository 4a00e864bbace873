"""What a page or a file is made from, as a short key: the same key, the same bytes.

By content: a key says nothing of times, places or the order in which the archive grew.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass

from generator.catalog import Item
from generator.model import Paper

Key = bytes

LENGTH = 16
"""Bytes of a key: enough that no two things of an archive ever share one."""

Part = object
"""What a key may be made of: text, numbers, dates, None, values of the model, and rows of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A file of the site beside its pages: a feed, a citation file, a picture."""

    path: str
    """Relative to the site, with slashes."""
    key: Key
    make: Callable[[], bytes]
    """Makes the content; called only where the key is new."""


def digest(content: bytes) -> Key:
    """Return the key of some bytes."""
    return hashlib.blake2b(content, digest_size=LENGTH).digest()


@dataclass(frozen=True, slots=True)
class Keys:
    """Makes keys, and remembers those of papers, which stand on many pages.

    A paper counts with what lists show of it; `whole` also has what its own page shows. Papers
    must live as long as this does.
    """

    _faces: dict[int, Key] = field(default_factory=dict)

    def of(self, *parts: Part) -> Key:
        """Return the key of what these parts are made of.

        Raises TypeError where a part is nothing that a key can be made of.
        """
        return digest(b"".join(self._bytes(parts)))

    def face(self, paper: Paper) -> Key:
        """Return the key of what lists show of a paper."""
        found = self._faces.get(id(paper))
        if found is None:
            found = self.of(
                paper.id,
                paper.slug,
                paper.status,
                paper.title,
                paper.text.abstract,
                paper.metadata,
                tuple((hit.key, *hit.evidence) for hit in paper.tags),
                tuple((link.url, link.kind) for link in paper.links),
                tuple((each.day, each.dump, each.position) for each in paper.listings),
            )
            self._faces[id(paper)] = found
        return found

    def whole(self, paper: Paper) -> Key:
        """Return the key of all that is known of a paper; of its related papers, the slugs."""
        return self.of(
            self.face(paper),
            paper.note,
            paper.title_raw,
            paper.shown,
            paper.variants,
            paper.texts,
            tuple(each.variant for each in paper.listings),
            paper.related,
        )

    def _bytes(self, parts: Iterable[Part]) -> Iterator[bytes]:
        """Yield bytes that differ wherever the parts do: each says its kind and its length."""
        for part in parts:
            if isinstance(part, str | bytes | int | float | dt.date | None):
                yield from plain_bytes(part)
            elif isinstance(part, Paper):
                yield b"p"
                yield self.face(part)
            elif isinstance(part, Item):
                # Its listings stand in its paper; a day is told from the others by their number.
                yield b"i"
                yield from self._bytes((part.paper, len(part.listings), part.earlier))
            else:
                inner = inside(part)
                yield b"t%d:" % len(inner)
                yield from self._bytes(inner)


def plain_bytes(part: str | bytes | float | dt.date | None) -> Iterator[bytes]:
    """Yield a value's kind, its length and itself."""
    if isinstance(part, str):
        part = part.encode("utf-8", "surrogatepass")
        yield b"s%d:" % len(part)
        yield part
    elif isinstance(part, bytes):
        yield b"b%d:" % len(part)
        yield part
    else:
        yield b"v%a;" % (part,)


def inside(part: Part) -> list[Part]:
    """Return what a row, a mapping or a value of the model is made of.

    Raises TypeError for anything else.
    """
    if isinstance(part, tuple | list):
        return list(part)
    if isinstance(part, Mapping):
        return [each for pair in part.items() for each in pair]
    if is_dataclass(part) and not isinstance(part, type):
        return [getattr(part, each.name) for each in fields(part)]
    raise TypeError(f"expected what a key can be made of, found {type(part)}")
