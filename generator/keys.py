"""What a page or a file is made from, as a short key: the same key, the same bytes.

By content: a key says nothing of times, places or the order in which the archive grew.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum

from generator.catalog import Item
from generator.model import Paper
from generator.plain import Key, digest, dumped, key_of

Plain = str | bytes | int | float | None | tuple["Plain", ...]
ROWS = (tuple, list, dict)
SETS = frozenset((set, frozenset))
"""They have no order, and so no key, though they may be plain."""
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
    records: int | None = None
    """How many records are in it, where that is known before it is made."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Makes keys, and remembers those of papers, which stand on many pages.

    A paper counts with what lists show of it; `words` has less, `record` has more. Papers and
    rows of papers must live as long as this does.
    """

    _words: dict[int, Key] = field(default_factory=dict)
    _faces: dict[int, Key] = field(default_factory=dict)
    _records: dict[int, Key] = field(default_factory=dict)
    _cited: dict[int, Key] = field(default_factory=dict)
    _rows: dict[int, Key] = field(default_factory=dict)

    def of(self, *parts: Part) -> Key:
        """Return the key of what these parts are made of.

        Raises TypeError where a part is nothing that a key can be made of.
        """
        if SETS.isdisjoint(map(type, parts)):
            try:
                return key_of(parts)
            except ValueError:
                pass  # some are not plain
        # Told from what is plain, which never begins like this.
        return digest(b"\0" + dumped(tuple(map(self._plain, parts))))

    def words(self, paper: Paper) -> Key:
        """Return the key of what is said of a paper, whenever it was listed."""
        found = self._words.get(id(paper))
        if found is None:
            known = paper.metadata
            found = self._words[id(paper)] = key_of(
                (
                    paper.id,
                    paper.slug,
                    str(paper.status),
                    paper.title,
                    paper.text.key,
                    known and self._plain(known),
                    [(hit.key, hit.evidence) for hit in paper.tags],
                )
            )
        return found

    def face(self, paper: Paper) -> Key:
        """Return the key of what lists show of a paper."""
        found = self._faces.get(id(paper))
        if found is None:
            listings = [(x.day.toordinal(), x.dump, x.position) for x in paper.listings]
            found = self._faces[id(paper)] = key_of((self.words(paper), listings))
        return found

    def record(self, paper: Paper) -> Key:
        """Return the key of all that is known of a paper."""
        found = self._records.get(id(paper))
        if found is None:
            listings = [
                (each.day.toordinal(), each.dump, each.position, each.line, each.variant)
                for each in paper.listings
            ]
            texts = [text.key for text in paper.texts]
            found = self._records[id(paper)] = key_of(
                (self.words(paper), paper.note, paper.title_raw, paper.shown, texts, listings)
            )
        return found

    def cited(self, papers: Sequence[Paper]) -> Key:
        """Return the key of what is said of papers, and of the days on which each came first."""
        found = self._rows.get(id(papers))
        if found is None:
            found = self._rows[id(papers)] = digest(b"".join(self.each_cited(papers)))
        return found

    def each_cited(self, papers: Sequence[Paper]) -> list[Key]:
        """Return for each paper the key of what is said of it, and of the day it came first."""
        known = self._cited
        for paper in papers:
            if id(paper) not in known:
                first = paper.listings[0].day.toordinal()
                known[id(paper)] = self.words(paper) + first.to_bytes(4)
        return [known[id(each)] for each in papers]

    def _plain(self, part: Part) -> Plain:
        """Return a part as plain values, rows of them, and keys of papers."""
        # A dictionary of classes would be neater; this is asked a hundred thousand times a build.
        kind = part.__class__
        if kind is str or kind is bytes or kind is int or part is None:
            return part  # type: ignore[return-value]  # its class says so
        if isinstance(part, Paper):
            return self.face(part)
        if isinstance(part, Item):
            # Of a paper's listings a day shows those before, and how many there were on it.
            earlier = self._plain(part.earlier) if part.earlier else None
            return self.words(part.paper), len(part.listings), earlier
        if kind in ROWS:
            return marshalled(part) or tuple(map(self._plain, inside(part)))
        if isinstance(part, str | bytes | int | float) and not isinstance(part, Enum):
            return part
        return tuple(map(self._plain, inside(part)))


def marshalled(part: Part) -> Plain:
    """Return a row of nothing but plain values as bytes, or None: most rows are of that kind."""
    try:
        return "row", dumped(part)
    except ValueError:
        return None


def inside(part: Part) -> Sequence[Part]:
    """Return what a date, a mapping, a name or a value of the model is made of.

    Raises TypeError for anything else.
    """
    if isinstance(part, dt.date):
        return ["date", part.toordinal()]
    if isinstance(part, tuple | list):
        return part
    if isinstance(part, Mapping):
        return [each for pair in part.items() for each in pair]
    if isinstance(part, Enum):
        return [part.value]
    return [getattr(part, name) for name in names_of(part)]


NAMES: dict[type, tuple[str, ...]] = {}
"""Of the fields of values, by class, as far as they were asked for."""


def names_of(part: Part) -> tuple[str, ...]:
    """Return the names of the fields of a value of the model.

    Raises TypeError where it is none.
    """
    kind = type(part)
    if kind not in NAMES:
        if not is_dataclass(part):
            raise TypeError(f"expected what a key can be made of, found {kind}")
        NAMES[kind] = tuple(each.name for each in fields(part))
    return NAMES[kind]
