"""The pipeline, as a table of contents: read it top to bottom and you have read the program."""

import datetime as dt
import gc
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from types import MappingProxyType

from generator import urls
from generator.catalog import Catalog, Source, catalog_of, promises
from generator.config import Settings
from generator.decisions import NO_MEND, Mend, parse_corrections, parse_merges
from generator.enriched import enrich
from generator.ledger import Assignment, Finder, Kind, Ledger, Line, assign, parse_ledger
from generator.memory import Memory, list_name, named, nearest_name, read_lists
from generator.merge import Resolve, Sighting, Whereabouts, Work, merge, sightings_of
from generator.metadata import Known, Said, by_work, parse_metadata
from generator.model import Dump, EntryId, Metadata, Problem, Status, Text
from generator.moved import Moved, entries_moved, followed, parse_moved
from generator.papers import Raw, faces_of, papers, raw_of, seen
from generator.parallel import meanwhile
from generator.parse import Reading, mends_that_miss, parse
from generator.plain import digest
from generator.restored import parse_restored
from generator.tagging import Rulebook
from generator.text import quoted
from generator.vectors import Vector
from generator.vocabulary import Vocabulary

LEDGER = "dumps/ledger.jsonl"
MERGES = "dumps/merges.yml"
CORRECTIONS = "dumps/corrections.yml"
METADATA = "dumps/metadata.jsonl"
MOVED = "dumps/moved.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDump:
    """A dump's file, unread."""

    path: str
    """Relative to the archive, with slashes: dumps/2025/…"""
    raw: bytes
    sha256: str
    restored: bool = False
    """Whether the bytes are not the dump's own, but tell what was read of them."""


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
    metadata: str = ""
    """What was found out about papers, beside their lists."""
    moved: str = ""
    """Where what is not in the dumps any more leads; of archives made again from their data."""
    quality: str = ""
    """How good the tags of some vocabulary are, as measured."""
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
    moved: Moved
    """Where what is not in the dumps any more leads."""
    said: Said
    """What the metadata's file says, by the paper's id."""
    folds: Mapping[str, str]
    """Of all titles that were read, by the raw title."""
    memory: Memory
    """For the next reading."""

    @property
    def entries(self) -> int:
        """How many entries were read, kept or not."""
        return sum(reading.count for reading in self.readings)


NOTHING: Mapping[str, bytes] = MappingProxyType({})
MANY = 2000
"""Papers from which on it pays to do something in a process of its own."""


@contextmanager
def no_collecting() -> Iterator[None]:
    """Let the collector of cycles rest: it would search all that is read, again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@no_collecting()
def read(record: Record, memory: Mapping[str, bytes] = NOTHING) -> Archive:
    """Turn the record into everything the site says. Pure: same input, same bytes.

    `memory` is what earlier readings left: it saves time, and changes nothing.
    """
    mends, mend_problems = parse_corrections(record.corrections, CORRECTIONS)
    decisions, decision_problems = parse_merges(record.merges, MERGES)
    said, metadata_problems = parse_metadata(record.metadata, METADATA)
    past, past_problems = parse_moved(record.moved, MOVED)

    once, twice = without_doubles(record.dumps)
    by_dump, stray_mends = match_mends(mends, once)
    superseded, supersede_problems = superseded_dumps(by_dump, once)
    valid = (dump for dump in once if dump.sha256 not in superseded)
    rules = Rulebook(record.vocabulary, record.vocabulary_path)
    lists = read_lists(unread_lists(valid, by_dump), rules, memory)
    dumps = [reading.dump for reading in lists.readings if reading.dump]

    ledger, ledger_problems = parse_ledger(record.ledger, LEDGER)
    sightings = sightings_of(dumps, lists.folds.__getitem__)
    replaced = replaced_dumps(superseded, once, by_dump)
    whereabouts = Whereabouts.of(sightings, dumps, replaced).with_heirs(past.entries)
    resolve = resolver(sightings, whereabouts, ledger)
    works, merge_problems = merge(sightings, decisions, resolve, MERGES)
    known = {*(dump.sha256 for dump in once), *past.lists}
    finder = Finder.of(works, whereabouts, known)
    assignment = assign(works, ledger, finder)
    moved = moved_days(once, by_dump, superseded, dumps, past.days)
    gone = known - {dump.sha256 for dump in dumps}
    told, stray_metadata = by_work(
        said, lambda name: finder.find(name, ""), assignment.ids, METADATA
    )
    metadata = known_of(works, told)
    enriched = enrich(
        abstracts_of(works, metadata, lists.texts),
        vocabulary=named(rules.text),
        tagger=rules.tagger,
        before=memory,
        memory=lists.memory,
    )
    faces = faces_of(works, assignment, lists.texts, lists.traits, enriched.shown)
    mostly_known = len(lists.memory.kept) > len(lists.memory.fresh)
    near = cache(start_relating(seen(works, assignment, faces), memory, beside=mostly_known))
    catalog = catalog_of(
        papers(works, assignment, lists.texts, faces, metadata),
        sources=sources_of(dumps),
        vocabulary=lists.vocabulary,
        ledger=ledger,
        redirects=redirects(assignment, ledger, lists.vocabulary, moved),
        stones=assignment.stones,
    )
    promised = ledger.with_lines((*assignment.lines, *promises(catalog)))
    problems = [
        *ledger_problems,
        *mend_problems,
        *decision_problems,
        *lists.problems,
        *past_problems,
        *twice,
        *stray_mends,
        *supersede_problems,
        *merge_problems,
        *metadata_problems,
        *stray_metadata,
        *(problem for reading in lists.readings for problem in reading.problems),
    ]
    return Archive(
        catalog=catalog.with_related(lambda: near()[0]),
        readings=lists.readings,
        problems=tuple(sorted(problems)),
        lines=promised.lines[len(ledger.lines) :],
        vanished=(*assignment.vanished, *vanished(ledger, catalog)),
        moved=Moved(
            addresses=catalog.redirects,
            entries=entries_moved(ledger, decisions, whereabouts),
            lists=frozenset(gone),
        ),
        said={assignment.ids[index]: line for index, line in told.items()},
        folds=lists.folds,
        memory=replace(enriched.memory, late={nearest_name(): lambda: near()[1]}),
    )


Related = tuple[tuple[tuple[int, ...], ...], bytes]
"""The places of each listed paper's related ones, and what the next reading may start from."""


def start_relating(
    papers: Mapping[str, Vector], memory: Mapping[str, bytes], *, beside: bool
) -> Callable[[], Related]:
    """Begin to relate papers, and return what waits for the end; small archives do not begin.

    Where most is new, and nothing is done `beside`, it is done at once: it takes long then, and
    memory that is better free when papers are put together. A process of its own gives it back.
    """
    work = partial(relate, papers, memory.get(nearest_name(), b""))
    if len(papers) <= MANY:
        return work
    relating = meanwhile(work)
    if beside:
        return relating
    found = relating()
    return lambda: found


def relate(papers: Mapping[str, Vector], before: bytes) -> Related:
    """Return the related papers of each of these; `before` is what an earlier reading left."""
    # SciPy takes a fifth of a second to load: as much as all the rest of a program's start.
    from generator.related import format_nearest, nearest, parse_nearest  # noqa: PLC0415

    now = nearest(papers, parse_nearest(before))
    return now.places, format_nearest(now)


def known_of(works: Sequence[Work], told: Mapping[int, Known]) -> dict[int, Metadata]:
    """Return what arXiv says of works, by their index; nothing of removed ones."""
    return {
        index: line.metadata
        for index, line in told.items()
        if line.metadata.arxiv and works[index].status is not Status.REMOVED
    }


def abstracts_of(
    works: Sequence[Work], metadata: Mapping[int, Metadata], texts: Mapping[Raw, Text]
) -> Iterator[tuple[int, Text, str]]:
    """Yield the works that show arXiv's abstract: index, their list's text, and the abstract."""
    for index, each in metadata.items():
        if each.abstract:
            work = works[index]
            yield index, texts[raw_of(work.variants[work.shown])], each.abstract


def unread_lists(
    dumps: Iterable[RawDump], mends: Mapping[str, Mend]
) -> dict[str, Callable[[], Reading]]:
    """Return what reads each dump's list, by its name in the memory."""
    found: dict[str, Callable[[], Reading]] = {}
    for dump in dumps:
        mend = mends.get(dump.sha256, NO_MEND)
        of = digest(dump.raw).hex() if dump.restored else dump.sha256
        found[list_name(of, dump.path, mend)] = partial(reading_of, dump, mend)
    return found


def without_doubles(dumps: Iterable[RawDump]) -> tuple[tuple[RawDump, ...], list[Problem]]:
    """Return each dump once, by path; the same bytes in a second file are a problem."""
    seen: dict[str, RawDump] = {}
    problems = []
    for dump in sorted(dumps, key=lambda each: each.path):
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
    mends: Iterable[tuple[str, Mend]], dumps: Sequence[RawDump]
) -> tuple[dict[str, Mend], list[Problem]]:
    """Return the mends by SHA-256 of their dump, and those whose dump is not there.

    What is said of one dump in several places, by whatever name, adds up.
    """
    found: dict[str, Mend] = {}
    problems = []
    for name, mend in mends:
        dump = named_dump(name, dumps)
        if dump is None:
            problems.append(no_such_dump(name, mend.line))
        else:
            before = found.get(dump.sha256)
            found[dump.sha256] = before.then(mend) if before else mend
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
    """Return, by SHA-256 of a dump, that of the one which stands for it now: none superseded."""
    heirs: dict[str, str] = {}
    problems = []
    for sha256, mend in mends.items():
        for name in mend.supersedes:
            old = named_dump(name, dumps)
            if old is None:
                problems.append(no_such_dump(name, mend.line))
            elif old.sha256 in line_of(sha256, heirs):
                problems.append(circle(name, mend.line))
            else:
                heirs[old.sha256] = sha256
    return {old: line_of(old, heirs)[-1] for old in heirs}, problems


def line_of(sha256: str, heirs: Mapping[str, str]) -> list[str]:
    """Return a dump, the one which stands for it, the one which stands for that, and so on."""
    line = [sha256]
    while line[-1] in heirs:
        line.append(heirs[line[-1]])
    return line


def circle(name: str, line: int) -> Problem:
    """Return the problem of a dump that would come to stand for itself."""
    return Problem(
        path=CORRECTIONS,
        line=line,
        message=f"expected a dump that this one may stand for, found {quoted(name)}, which "
        "stands for this one; the correction is passed over",
    )


def replaced_dumps(
    superseded: Mapping[str, str], raws: Iterable[RawDump], mends: Mapping[str, Mend]
) -> Iterator[tuple[Dump, str]]:
    """Yield the superseded dumps, as they were read, each with its heir's SHA-256."""
    for raw in raws:
        if raw.sha256 in superseded:
            before = reading_of(raw, mends.get(raw.sha256, NO_MEND)).dump
            if before:
                yield before, superseded[raw.sha256]


def reading_of(dump: RawDump, mend: Mend) -> Reading:
    """Return a stored dump, read with what corrections say of it."""
    if dump.restored:
        reading = parse_restored(dump.raw, path=dump.path, sha256=dump.sha256, mend=mend)
    else:
        year = year_of(dump.path)
        reading = parse(dump.raw, path=dump.path, sha256=dump.sha256, year=year, mend=mend)
    if reading.dump is None:
        return reading
    missed = mends_that_miss(reading, mend, dump.path)
    return replace(reading, problems=(*reading.problems, *missed))


def year_of(path: str) -> int | None:
    """Return the year whose folder under dumps/ a dump lies in, or None."""
    match = re.match(r"dumps/([0-9]{4})/", path)
    return int(match[1]) if match else None


def resolver(sightings: Sequence[Sighting], whereabouts: Whereabouts, ledger: Ledger) -> Resolve:
    """Return what leads from a paper's id or address, as a human wrote it, to an entry's id.

    Addresses that are not promised yet are known by the title that would get them.
    """
    titles: dict[str, str] = {}
    by_slug: dict[str, list[Line]] = defaultdict(list)
    fresh: dict[str, EntryId] = {}

    def resolve(name: str) -> EntryId | None:
        name = name.strip()
        if not titles:
            for line in ledger.of(Kind.PAPER):
                titles.setdefault(line.id, line.title)
                by_slug[slug_in(line.address)].append(line)
        if found := whereabouts.find(EntryId(name), titles.get(name, "")):
            return found
        slug = slug_in(name)
        if slug in by_slug:
            ids = (whereabouts.find(EntryId(line.id), line.title) for line in by_slug[slug])
            return next((found for found in ids if found), None)
        if not fresh:
            for sighting in reversed(sightings):
                first = whereabouts.by_fold[sighting.fold]
                fresh.update(dict.fromkeys(urls.slugs(sighting.entry.title)[:2], first))
        return fresh.get(slug)

    return resolve


def slug_in(name: str) -> str:
    """Return the slug in what a human wrote for a paper's address, or an empty string.

    That may be the slug, a path, or a whole URL; addresses of other pages have none.
    """
    path = re.split("[?#]", name.strip(), maxsplit=1)[0]
    *folders, slug = path.strip("/").split("/")
    return slug if not folders or folders[-1] == "papers" else ""


def sources_of(dumps: Iterable[Dump]) -> dict[dt.date, list[Source]]:
    """Return the sources of each day, in order of their names."""
    found: dict[dt.date, list[Source]] = defaultdict(list)
    for dump in sorted(dumps, key=lambda dump: dump.path):
        name = dump.path.rsplit("/", 1)[-1]
        source = Source(sha256=dump.sha256, name=name, entries=len(dump.entries))
        found[dump.day].append(source)
    return found


def moved_days(
    raws: Iterable[RawDump],
    mends: Mapping[str, Mend],
    superseded: Mapping[str, str],
    dumps: Iterable[Dump],
    past: Mapping[dt.date, dt.date],
) -> dict[dt.date, dt.date]:
    """Return where a day's list is now that corrections moved it, by each day it was on before.

    `past` says the same of days on which lists were that the archive no longer has.

    Days that still have a list are not among them.
    """
    now = {dump.sha256: dump.day for dump in dumps}
    taken = set(now.values())
    moved: dict[dt.date, dt.date] = {}
    for raw in raws:
        day = now.get(superseded.get(raw.sha256, raw.sha256))
        if day is None or (raw.sha256 not in mends and raw.sha256 not in superseded):
            continue
        for mend in (*mends.get(raw.sha256, NO_MEND).states, NO_MEND):
            before = reading_of(raw, mend).dump
            if before and before.day not in taken:
                moved.setdefault(before.day, day)
    whole = followed(past, moved)
    return {old: new for old, new in whole.items() if old not in taken and new in taken}


def redirects(
    assignment: Assignment,
    ledger: Ledger,
    vocabulary: Vocabulary,
    moved: Mapping[dt.date, dt.date],
) -> dict[urls.Address, urls.Address]:
    """Return where old addresses lead now: of papers, moved days, renamed tags, areas given up."""
    found = {urls.paper(old): urls.paper(new) for old, new in assignment.redirects.items()}
    found |= {urls.day(old): urls.day(new) for old, new in moved.items()}
    renamed = {
        key: urls.tag(former.heirs[0])
        for key, former in vocabulary.former.items()
        if len(former.heirs) == 1
    }
    found |= {urls.tag(key): heir for key, heir in renamed.items()}
    for line in ledger.lines if renamed else ():
        key = line.id.partition(" ")[0]
        if line.kind in {Kind.TAG_YEAR, Kind.TAG_MONTH} and key in renamed:
            found[line.address] = renamed[key]
    areas = {area.key for area in vocabulary.areas}
    found |= {line.address: urls.TAGS for line in ledger.of(Kind.AREA) if line.id not in areas}
    return found


def vanished(ledger: Ledger, catalog: Catalog) -> list[Line]:
    """Return the promised addresses, papers aside, at which nothing would answer."""
    there = {line.address for line in promises(catalog)}
    there |= catalog.redirects.keys() | catalog.former.keys()
    return [
        line for line in ledger.lines if line.kind is not Kind.PAPER and line.address not in there
    ]
