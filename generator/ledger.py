"""Permalinks: assigned once, kept for good.

The ledger, dumps/ledger.jsonl, is the lock file of addresses. A line says that an address was
promised; it is only ever added to. Where a line's paper lives now is derived anew at each build,
never recorded, so that redirects cannot loop.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from generator import urls
from generator.merge import Work
from generator.model import Dump, EntryId, Problem, Slug, Stone
from generator.text import fold, quoted


class Kind(StrEnum):
    """What a promised address leads to."""

    PAPER = "paper"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    TAG = "tag"
    TAG_YEAR = "tag-year"
    TAG_MONTH = "tag-month"
    AREA = "area"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A promised address."""

    kind: Kind
    address: urls.Address
    id: str
    """An entry's id for a paper; for the rest what the page is of: a day, `video`, `video 2025`."""
    title: str
    """As in the dump, uncleaned, so that folding can improve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All promises, in the order in which they were made."""

    lines: tuple[Line, ...] = ()

    def of(self, kind: Kind) -> Iterator[Line]:
        """Yield the lines of one kind."""
        return (line for line in self.lines if line.kind is kind)

    def with_lines(self, lines: Iterable[Line]) -> "Ledger":
        """Return this ledger with these lines behind its own; known promises are left out."""
        known = {(line.address, line.id) for line in self.lines}
        fresh = (line for line in lines if (line.address, line.id) not in known)
        return Ledger(lines=(*self.lines, *fresh))


def format_line(line: Line) -> str:
    """Return a line of the ledger's file, without its end."""
    record = {"kind": line.kind, "address": line.address, "id": line.id, "title": line.title}
    return json.dumps(record, ensure_ascii=False)


def parse_ledger(text: str, path: str) -> tuple[Ledger, tuple[Problem, ...]]:
    """Return the ledger in a file's text, and a problem for each line that is none.

    A line said twice, as after a merge of two branches, counts once.
    """
    lines: dict[tuple[str, str], Line] = {}
    problems = []
    for number, source in enumerate(text.split("\n"), 1):
        if not source.strip():
            continue
        line = parse_line(source)
        if line is None:
            problems.append(unreadable(path, number, source))
        else:
            lines.setdefault((line.address, line.id), line)
    return Ledger(lines=tuple(lines.values())), tuple(problems)


def parse_line(source: str) -> Line | None:
    """Return what a line promises, or None where it is no line of a ledger."""
    try:
        record = json.loads(source)
    except ValueError:
        return None
    if not isinstance(record, dict):
        return None
    kind, address, name, title = (record.get(k) for k in ("kind", "address", "id", "title"))
    if kind not in set(Kind) or not isinstance(address, str) or not is_address(address):
        return None
    if not isinstance(name, str) or not isinstance(title, str):
        return None
    return Line(kind=Kind(kind), address=urls.Address(address), id=name, title=title)


def is_address(text: str) -> bool:
    """Return whether text is the address of a page: it stays inside the site."""
    parts = text.removesuffix("/").split("/")
    return text.endswith("/") and all(
        part and part.strip(".") and part.isascii() and part.replace("-", "").isalnum()
        for part in parts
    )


def unreadable(path: str, number: int, source: str) -> Problem:
    """Return the problem of a line that promises nothing readable."""
    return Problem(
        path=path,
        line=number,
        message=f"expected a promised address as JSON, found {quoted(source)}; it may be one that "
        "the site must keep: restore the line from git (where two branches met, keep both sides)",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who lives where."""

    slugs: tuple[Slug, ...]
    """The permalink of each work, in the order of the works."""
    ids: tuple[EntryId, ...]
    """The id of each work: that of its first promise."""
    order: tuple[int, ...]
    """Indices of the works in ledger order."""
    redirects: Mapping[Slug, Slug]
    """From a paper's other addresses to its permalink; no chains."""
    stones: tuple[Stone, ...]
    """Promised papers that a mended reading has no longer."""
    lines: tuple[Line, ...]
    """The promises that the ledger lacks, in order."""
    vanished: tuple[Line, ...]
    """Promised papers whose dump is gone: the build must not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """Knows to which work an entry's id leads now."""

    by_entry: Mapping[EntryId, int]
    by_fold: Mapping[str, int]
    dumps: Mapping[str, Dump]
    """Active ones by the first 12 hex of their hash."""
    known: frozenset[str]
    """The same of all dumps there are, superseded ones too."""

    @classmethod
    def of(cls, works: Sequence[Work], dumps: Iterable[Dump], known: Iterable[str]) -> "Finder":
        """Return the finder over these works; `known` are the hashes of all dumps."""
        by_entry = {s.id: index for index, work in enumerate(works) for s in work.sightings}
        by_fold: dict[str, int] = {}
        for index, work in enumerate(works):
            for sighting in work.sightings:
                by_fold.setdefault(sighting.fold, index)
        return cls(
            by_entry=by_entry,
            by_fold=by_fold,
            dumps={dump.sha256[:12]: dump for dump in dumps},
            known=frozenset(sha256[:12] for sha256 in known),
        )

    def find(self, name: EntryId, title: str) -> int | None:
        """Return the index of the work of this entry, of the entry around its line, or title."""
        if (index := self.by_entry.get(name)) is not None:
            return index
        prefix, _, line = name.partition("-")
        if (dump := self.dumps.get(prefix)) and line.isdigit():
            for entry in dump.entries:
                if entry.line <= int(line) <= entry.end:
                    return self.by_entry.get(dump.entry_id(entry.line))
        return self.by_fold.get(fold(title))


def assign(works: Sequence[Work], ledger: Ledger, finder: Finder) -> Assignment:
    """Give each work its permalink: the first promised one, else the first free one.

    Works must come in the order of their first sightings: then the same dumps give the same
    addresses on every machine.
    """
    owner: dict[Slug, int] = {}
    slugs: dict[int, Slug] = {}
    ids: dict[int, EntryId] = {}
    stones: dict[Slug, Stone] = {}
    vanished: dict[Slug, Line] = {}
    for line in ledger.of(Kind.PAPER):
        slug, name = slug_of(line.address), EntryId(line.id)
        index = finder.find(name, line.title)
        if slug in owner or index is None:
            if slug not in owner and name.partition("-")[0] in finder.known:
                stones.setdefault(slug, Stone(id=name, slug=slug, title=line.title))
            elif slug not in owner:
                vanished.setdefault(slug, line)
            continue
        owner[slug] = index
        slugs.setdefault(index, slug)
        ids.setdefault(index, name)
    lines = []
    for index, work in enumerate(works):
        if index not in slugs:
            line = promise(work, {*owner, *stones, *vanished})
            slug = slug_of(line.address)
            owner[slug], slugs[index], ids[index] = index, slug, EntryId(line.id)
            lines.append(line)
    return Assignment(
        slugs=tuple(slugs[index] for index in range(len(works))),
        ids=tuple(ids[index] for index in range(len(works))),
        order=tuple(dict.fromkeys(owner.values())),
        redirects={slug: slugs[index] for slug, index in owner.items() if slugs[index] != slug},
        stones=tuple(stone for slug, stone in stones.items() if slug not in owner),
        lines=tuple(lines),
        vanished=tuple(line for slug, line in vanished.items() if slug not in owner),
    )


def promise(work: Work, taken: set[Slug]) -> Line:
    """Return the line that promises a new paper its address."""
    first = work.sightings[0]
    free = (name for name in urls.slugs(first.entry.title) if Slug(name) not in taken)
    return Line(
        kind=Kind.PAPER,
        address=urls.paper(next(free)),
        id=first.id,
        title=first.entry.title,
    )


def slug_of(address: urls.Address) -> Slug:
    """Return the slug in a paper's address."""
    return Slug(address.removeprefix(urls.PAPERS).rstrip("/"))
