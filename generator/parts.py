"""What a memory keeps, as bytes: a list that was read, and what the vocabulary says of its texts.

The form is marshal's, of plain values: it is quick, and it is Python's own and may change with it.
So parts must only be read where they were written by the same program, and came to no harm since.
"""

import datetime as dt
import marshal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.model import Dump, Entry, Link, LinkKind, Problem, Severity, TagHit, Text
from generator.papers import Raw, Traits
from generator.parse import Reading
from generator.vectors import Vector

_Text = tuple[str | None, str | None, str | None, tuple[tuple[str, str], ...], bytes]
"""Title, abstract, the abstract's LaTeX, links, key; None for what is as it stood in the dump."""
_Traits = tuple[tuple[tuple[str, float, tuple[str, ...]], ...], bytes]
"""Tags and the vector."""
_Dump = tuple[str, str, int]
"""Path, hash and day, without the entries."""
_Entry = tuple[int, int, str, str, int]
_Problem = tuple[str, int, str, str, int]
_List = tuple[
    _Dump | None,
    tuple[_Entry, ...],
    tuple[_Problem, ...],
    tuple[str, ...],
    tuple[_Text, ...],
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadList:
    """A list as it was read, with what was made of its entries, in their order."""

    reading: Reading
    raws: Sequence[Raw]
    folds: Sequence[str]
    """Of the titles."""
    texts: Sequence[Text]


def raws_of(reading: Reading) -> list[Raw]:
    """Return the texts of the entries that were read, in their order."""
    entries = reading.dump.entries if reading.dump else ()
    return [(entry.title, entry.abstract) for entry in entries]


def format_list(read: ReadList) -> bytes:
    """Return a list's part."""
    dump = read.reading.dump
    entries = dump.entries if dump else ()
    plain: _List = (
        (dump.path, dump.sha256, dump.day.toordinal()) if dump else None,
        tuple((e.line, e.position, e.title, e.abstract, e.end) for e in entries),
        tuple(
            (each.path, each.line, each.message, each.severity.value, each.entries)
            for each in read.reading.problems
        ),
        tuple(read.folds),
        tuple(map(plain_text, read.raws, read.texts)),
    )
    return marshal.dumps(plain)


def parse_list(part: bytes | None) -> ReadList | None:
    """Return the list of a part; None where there is no part, or it holds something else."""
    if part is None:
        return None
    try:
        plain: _List = marshal.loads(part)  # noqa: S302  # whoever keeps the bytes guards them
        head, rows, problems, folds, texts = plain
        entries = tuple([_entry(*row) for row in rows])
        reading = Reading(
            dump=_dump(*head, entries) if head else None,
            problems=tuple([_problem(*each) for each in problems]),
        )
        raws = raws_of(reading)
        made = [parse_text(raw, text) for raw, text, _ in zip(raws, texts, folds, strict=True)]
        return ReadList(reading=reading, raws=raws, folds=folds, texts=made)
    except (EOFError, TypeError, ValueError):
        return None


def _dump(path: str, sha256: str, day: int, entries: tuple[Entry, ...]) -> Dump:
    return Dump(path=path, sha256=sha256, day=dt.date.fromordinal(day), entries=entries)


def _entry(line: int, position: int, title: str, abstract: str, end: int) -> Entry:
    return Entry(line=line, position=position, title=title, abstract=abstract, end=end)


def _problem(path: str, line: int, message: str, severity: str, entries: int) -> Problem:
    return Problem(
        path=path, line=line, message=message, severity=Severity(severity), entries=entries
    )


def plain_text(raw: Raw, text: Text) -> _Text:
    """Return a text as plain values; `raw` is what it was made from."""
    title, abstract = raw
    return (
        None if text.title == title else text.title,
        None if text.abstract == abstract else text.abstract,
        None if text.abstract_tex == abstract else text.abstract_tex,
        tuple((link.url, link.kind.value) for link in text.links),
        text.key,
    )


def parse_text(raw: Raw, plain: _Text) -> Text:
    """Return the text that these plain values say; the inverse of `plain_text`."""
    title_raw, abstract_raw = raw
    title, abstract, tex, links, key = plain
    return Text(
        title=title_raw if title is None else title,
        abstract=abstract_raw if abstract is None else abstract,
        abstract_tex=abstract_raw if tex is None else tex,
        links=tuple([Link(url, LinkKind(kind)) for url, kind in links]) if links else (),
        key=key,
    )


def format_traits(traits: Iterable[Traits]) -> bytes:
    """Return the part with the traits of a list's entries."""
    return marshal.dumps(tuple(map(plain_traits, traits)))


def parse_traits(part: bytes | None, count: int) -> list[Traits] | None:
    """Return the traits of so many entries; None where there is no part, or it is another's."""
    if part is None:
        return None
    try:
        plain: tuple[_Traits, ...] = marshal.loads(part)  # noqa: S302  # as above
        found = [parse_plain_traits(each) for each in plain]
    except (EOFError, TypeError, ValueError):
        return None
    return found if len(found) == count else None


def plain_traits(traits: Traits) -> _Traits:
    """Return traits as plain values."""
    return tuple((hit.key, hit.score, hit.evidence) for hit in traits.tags), traits.vector


def parse_plain_traits(plain: _Traits) -> Traits:
    """Return the traits that these plain values say; the inverse of `plain_traits`."""
    tags, vector = plain
    return Traits(tuple([TagHit(*tag) for tag in tags]), Vector(vector))


def format_made(made: Iterable[tuple[_Text, _Traits]]) -> bytes:
    """Return what was made of texts as bytes, on its way between processes."""
    return marshal.dumps(list(made))


def parse_made(sent: bytes) -> list[tuple[_Text, _Traits]]:
    """Return what was made of texts; the inverse of `format_made`."""
    made: list[tuple[_Text, _Traits]] = marshal.loads(sent)  # noqa: S302  # from our own process
    return made
