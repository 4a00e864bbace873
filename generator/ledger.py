"""Permalinks: assigned once, kept for good.

The ledger, dumps/ledger.jsonl, is the lock file of addresses. A line says that an address was
promised; it is only ever added to. Where a line's paper lives now is derived anew at each build,
never recorded, so that redirects cannot loop.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from generator import urls
from generator.merge import Whereabouts, Work
from generator.model import EntryId, Problem, Slug, Stone
from generator.text import quoted


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
        if line := parse_line(source):
            lines.setdefault((line.address, line.id), line)
        elif source.strip():
            problems.append(unreadable(path, number, source))
    return Ledger(lines=tuple(lines.values())), tuple(problems)


def parse_line(source: str) -> Line | None:
    """Return what a line promises, or None where it is no line of a ledger."""
    if plain := PLAIN.fullmatch(source):
        return Line(kind=Kind.PAPER, address=urls.Address(plain[1]), id=plain[2], title=plain[3])
    try:
        record = json.loads(source)
    except (ValueError, RecursionError):
        return None
    found = [record.get(key) for key in KEYS] if isinstance(record, dict) else []
    texts = [value for value in found if isinstance(value, str)]
    if len(texts) < len(KEYS) or texts[0] not in KINDS:
        return None
    kind, address, name, title = texts
    if not is_address(address) or not belongs(address, Kind(kind), name):
        return None
    return Line(kind=Kind(kind), address=urls.Address(address), id=name, title=title)


KEYS = ("kind", "address", "id", "title")
KINDS = frozenset(Kind)
PLAIN = re.compile(
    r'\{"kind": "paper", "address": "(papers/-*[A-Za-z0-9][A-Za-z0-9-]*/)", '
    r'"id": "([^"\\\x00-\x1f]*)", "title": "([^"\\\x00-\x1f]*)"\}'
)
"""A paper's line as it is written, nothing escaped: most lines are read five times as quick."""
YEAR = r"(?!0000)[0-9]{4}"
MONTH = rf"{YEAR}-(?:0[1-9]|1[0-2])"
NAMES = {
    Kind.PAPER: ".*",
    Kind.DAY: rf"{MONTH}-[0-9]{{2}}",
    Kind.MONTH: MONTH,
    Kind.YEAR: YEAR,
    Kind.TAG: "[^ ]+",
    Kind.TAG_YEAR: f"[^ ]+ {YEAR}",
    Kind.TAG_MONTH: f"[^ ]+ {MONTH}",
    Kind.AREA: "[^ ]+",
}
"""What an id looks like. Pages are made from names: one that is none would stop a build."""


def belongs(address: str, kind: Kind, name: str) -> bool:
    """Return whether an address is that of the page with this kind and name."""
    if not re.fullmatch(NAMES[kind], name, re.DOTALL):
        return False
    if kind is Kind.PAPER:
        return address == urls.paper(slug_of(urls.Address(address))) and address.count("/") == 2  # noqa: PLR2004  # folder and slug
    if kind is Kind.AREA:
        return address == urls.area(name)
    if kind in {Kind.DAY, Kind.MONTH, Kind.YEAR}:
        return address == urls.period(name)
    return address == urls.tag(name.replace(" ", "/"))


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
    whereabouts: Whereabouts
    known: frozenset[str]
    """The first 12 hex of the hashes of all dumps there are, superseded ones too."""

    @classmethod
    def of(cls, works: Sequence[Work], whereabouts: Whereabouts, known: Iterable[str]) -> "Finder":
        """Return the finder over these works; `known` are the hashes of all dumps."""
        return cls(
            by_entry={s.id: index for index, work in enumerate(works) for s in work.sightings},
            whereabouts=whereabouts,
            known=frozenset(sha256[:12] for sha256 in known),
        )

    def find(self, name: EntryId, title: str) -> int | None:
        """Return the index of the work to which a promised entry belongs now, or None."""
        entry = self.whereabouts.find(name, title)
        return None if entry is None else self.by_entry.get(entry)


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
    taken = {*owner, *stones, *vanished}
    for index, work in enumerate(works):
        if index not in slugs:
            line = promise(work, taken)
            slug = slug_of(line.address)
            taken.add(slug)
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
