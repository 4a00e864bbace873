"""The pipeline, as a table of contents: read it top to bottom and you have read the program."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from generator import urls
from generator.catalog import Catalog, Source, catalog_of, promises
from generator.config import Settings
from generator.decisions import NO_MEND, Mend, parse_corrections, parse_merges
from generator.ledger import Assignment, Finder, Kind, Ledger, Line, assign, parse_ledger
from generator.merge import Resolve, Sighting, merge, sightings_of
from generator.model import Dump, EntryId, Problem
from generator.papers import papers
from generator.parse import Reading, mends_that_miss, parse
from generator.tagging import Tagger
from generator.text import quoted
from generator.vocabulary import Vocabulary, parse_vocabulary

LEDGER = "dumps/ledger.jsonl"
MERGES = "dumps/merges.yml"
CORRECTIONS = "dumps/corrections.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDump:
    """A dump's file, unread."""

    path: str
    """Relative to the archive, with slashes: dumps/2025/…"""
    raw: bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything that an archive is made from, as text and bytes."""

    settings: Settings
    dumps: tuple[RawDump, ...]
    """Sorted by path."""
    ledger: str
    merges: str
    corrections: str
    vocabulary: str
    vocabulary_path: str
    sample: bool = False
    """Whether the dumps are those that come along, since the archive has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Everything the site says, what is promised anew, and what was wrong."""

    catalog: Catalog
    readings: tuple[Reading, ...]
    """In the order of the dumps' paths; superseded dumps are left out."""
    problems: tuple[Problem, ...]
    """Sorted."""
    lines: tuple[Line, ...]
    """Promises that the ledger lacks."""
    vanished: tuple[Line, ...]
    """Promises that the site would break: it must not be built."""
    tagger: Tagger

    @property
    def entries(self) -> int:
        """How many entries were read, kept or not."""
        return sum(reading.count for reading in self.readings)


def read(record: Record) -> Archive:
    """Turn the record into everything the site says. Pure: same input, same bytes."""
    ledger, ledger_problems = parse_ledger(record.ledger, LEDGER)
    mends, mend_problems = parse_corrections(record.corrections, CORRECTIONS)
    decisions, decision_problems = parse_merges(record.merges, MERGES)
    vocabulary, word_problems = parse_vocabulary(record.vocabulary, record.vocabulary_path)

    once, twice = without_doubles(record.dumps)
    by_dump, stray_mends = match_mends(mends, once)
    superseded, supersede_problems = superseded_dumps(by_dump, once)
    readings = tuple(
        reading_of(dump, by_dump.get(dump.sha256, NO_MEND))
        for dump in once
        if dump.sha256 not in superseded
    )
    dumps = [reading.dump for reading in readings if reading.dump]

    works, merge_problems = merge(
        sightings := sightings_of(dumps), decisions, resolver(sightings, ledger), MERGES
    )
    finder = Finder.of(works, dumps, (dump.sha256 for dump in once))
    assignment = assign(works, ledger, finder)
    tagger = Tagger(vocabulary)
    catalog = catalog_of(
        tuple(papers(works, assignment, tagger)),
        sources=sources_of(dumps),
        vocabulary=vocabulary,
        ledger=ledger,
        redirects=redirects(assignment, ledger, vocabulary, moved_days(once, by_dump, dumps)),
        stones=assignment.stones,
    )
    promised = ledger.with_lines((*assignment.lines, *promises(catalog)))
    problems = [
        *ledger_problems,
        *mend_problems,
        *decision_problems,
        *word_problems,
        *twice,
        *stray_mends,
        *supersede_problems,
        *merge_problems,
        *(problem for reading in readings for problem in reading.problems),
    ]
    return Archive(
        catalog=catalog,
        readings=readings,
        problems=tuple(sorted(problems)),
        lines=promised.lines[len(ledger.lines) :],
        vanished=(*assignment.vanished, *vanished(ledger, catalog)),
        tagger=tagger,
    )


def without_doubles(dumps: Iterable[RawDump]) -> tuple[tuple[RawDump, ...], list[Problem]]:
    """Return each dump once; the same bytes in a second file are a problem."""
    seen: dict[str, RawDump] = {}
    problems = []
    for dump in dumps:
        first = seen.setdefault(dump.sha256, dump)
        if first is not dump:
            problems.append(
                Problem(
                    path=dump.path,
                    line=0,
                    message=f"expected a new list, found the bytes of {first.path} again; "
                    "this file is passed over: delete one of the two",
                )
            )
    return tuple(seen.values()), problems


def match_mends(
    mends: Mapping[str, Mend], dumps: Sequence[RawDump]
) -> tuple[dict[str, Mend], list[Problem]]:
    """Return the mends by SHA-256 of their dump, and those whose dump is not there."""
    found: dict[str, Mend] = {}
    problems = []
    for name, mend in mends.items():
        dump = named_dump(name, dumps)
        if dump:
            found[dump.sha256] = mend
        else:
            problems.append(no_such_dump(name, mend.line))
    return found, problems


LEAST_HEX = 8


def named_dump(name: str, dumps: Iterable[RawDump]) -> RawDump | None:
    """Return the dump that a correction names by its path or the beginning of its hash."""
    path = f"dumps/{name.removeprefix('dumps/')}"
    for dump in dumps:
        if dump.path == path or (len(name) >= LEAST_HEX and dump.sha256.startswith(name.lower())):
            return dump
    return None


def no_such_dump(name: str, line: int) -> Problem:
    """Return the problem of a correction whose dump is not there."""
    return Problem(
        path=CORRECTIONS,
        line=line,
        message=f"expected a dump's path under dumps/ or 8 hex of its SHA-256, found "
        f"{quoted(name)}, which no dump has; the correction is passed over",
    )


def superseded_dumps(
    mends: Mapping[str, Mend], dumps: Sequence[RawDump]
) -> tuple[dict[str, str], list[Problem]]:
    """Return, by SHA-256 of a dump, that of the one which stands for it now."""
    found: dict[str, str] = {}
    problems = []
    for sha256, mend in mends.items():
        if not mend.supersedes:
            continue
        old = named_dump(mend.supersedes, dumps)
        if old is None or old.sha256 == sha256:
            problems.append(no_such_dump(mend.supersedes, mend.line))
        elif found.get(sha256) != old.sha256:
            found[old.sha256] = sha256
    return found, problems


def reading_of(dump: RawDump, mend: Mend) -> Reading:
    """Return a stored dump, read with what corrections say of it."""
    folder = dump.path.split("/")[1]
    year = int(folder) if folder.isdigit() and len(folder) == 4 else None  # noqa: PLR2004  # YYYY
    reading = parse(dump.raw, path=dump.path, sha256=dump.sha256, year=year, mend=mend)
    if reading.dump is None:
        return reading
    missed = mends_that_miss(reading.dump, mend, dump.path).values()
    return replace(reading, problems=(*reading.problems, *missed))


def resolver(sightings: Sequence[Sighting], ledger: Ledger) -> Resolve:
    """Return what leads from a paper's id or address, as a human wrote it, to an entry's id.

    Addresses that are not promised yet are known by the title that would get them.
    """
    ids = {sighting.id for sighting in sightings}
    by_fold = {sighting.fold: sighting.id for sighting in reversed(sightings)}
    by_slug: dict[str, EntryId] = {}
    for line in ledger.of(Kind.PAPER):
        by_slug.setdefault(slug_in(line.address), EntryId(line.id))
    fresh: dict[str, EntryId] = {}

    def resolve(name: str) -> EntryId | None:
        if name in ids:
            return EntryId(name)
        slug = slug_in(name)
        if slug in by_slug:
            known = by_slug[slug]
            return known if known in ids else None
        if not fresh:
            for sighting in reversed(sightings):
                first = by_fold[sighting.fold]
                fresh.update(dict.fromkeys(urls.slugs(sighting.entry.title)[:2], first))
        return fresh.get(slug)

    return resolve


def slug_in(name: str) -> str:
    """Return the slug in what a human wrote for an address: a slug, a path, or a whole URL."""
    return name.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0].rstrip("/").rsplit("/", 1)[-1]


def sources_of(dumps: Iterable[Dump]) -> dict[dt.date, list[Source]]:
    """Return the sources of each day, in order of their names."""
    found: dict[dt.date, list[Source]] = defaultdict(list)
    for dump in sorted(dumps, key=lambda dump: dump.path):
        name = dump.path.rsplit("/", 1)[-1]
        source = Source(sha256=dump.sha256, name=name, entries=len(dump.entries))
        found[dump.day].append(source)
    return found


def moved_days(
    raws: Sequence[RawDump], mends: Mapping[str, Mend], dumps: Iterable[Dump]
) -> dict[dt.date, dt.date]:
    """Return where a day's list is now that a correction moved it, by the day it was on before."""
    now = {dump.sha256: dump.day for dump in dumps}
    superseded, _ = superseded_dumps(mends, raws)
    moved: dict[dt.date, dt.date] = {}
    for raw in raws:
        heir = raw.sha256
        while heir in superseded and heir not in now:
            heir = superseded[heir]
        mend = mends.get(raw.sha256, NO_MEND)
        if heir == raw.sha256 and not (mend.day or mend.year):
            continue
        before = reading_of(raw, NO_MEND).dump
        if before and heir in now and before.day != now[heir]:
            moved.setdefault(before.day, now[heir])
    return moved


def redirects(
    assignment: Assignment,
    ledger: Ledger,
    vocabulary: Vocabulary,
    moved: Mapping[dt.date, dt.date],
) -> dict[urls.Address, urls.Address]:
    """Return where old addresses lead now: of papers, of moved days, of renamed tags."""
    found = {urls.paper(old): urls.paper(new) for old, new in assignment.redirects.items()}
    found |= {urls.day(old): urls.day(new) for old, new in moved.items()}
    for key, former in vocabulary.former.items():
        if len(former.heirs) == 1:
            found[urls.tag(key)] = urls.tag(former.heirs[0])
            for line in ledger.lines:
                name = line.id.partition(" ")[0]
                if name == key and line.kind in {Kind.TAG_YEAR, Kind.TAG_MONTH}:
                    found[line.address] = urls.tag(former.heirs[0])
    return found


def vanished(ledger: Ledger, catalog: Catalog) -> list[Line]:
    """Return the promised addresses, papers aside, at which nothing would answer."""
    there = {line.address for line in promises(catalog)}
    there |= catalog.redirects.keys() | catalog.former.keys()
    return [
        line for line in ledger.lines if line.kind is not Kind.PAPER and line.address not in there
    ]
