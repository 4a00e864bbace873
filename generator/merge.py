"""Entries to works: what makes two entries one paper.

Entries with one folded title are one work, unless dumps/merges.yml says otherwise. The order of
the dumps does not matter: everything is sorted before it is looked at.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from generator.decisions import Decision, Verdict
from generator.model import Dump, Entry, EntryId, Listing, Problem, Status, Variant
from generator.text import fold, quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An entry in its dump."""

    dump: Dump
    entry: Entry
    fold: str
    """Of its title."""
    id: EntryId
    """Its name for good."""

    @property
    def order(self) -> tuple[dt.date, str, int]:
        """What sightings are sorted by: day, dump, line."""
        return self.dump.day, self.dump.sha256, self.entry.line


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Entries that are one paper, with what humans decided about it."""

    sightings: tuple[Sighting, ...]
    """Sorted; never empty."""
    variants: tuple[Variant, ...]
    """Its different texts, in order of their first sighting."""
    listings: tuple[Listing, ...]
    """Sorted, one for each sighting."""
    status: Status
    note: str
    title: str
    """The one it was renamed to, or empty."""

    @property
    def shown(self) -> int:
        """Index of the variant that was listed last."""
        return self.listings[-1].variant


Resolve = Callable[[str], EntryId | None]
"""From a paper's id or address, as a human wrote it, to an entry's id."""


def sightings_of(
    dumps: Iterable[Dump], fold_of: Callable[[str], str] = fold
) -> tuple[Sighting, ...]:
    """Return every entry of these dumps, sorted."""
    return tuple(
        [
            Sighting(
                dump=dump, entry=entry, fold=fold_of(entry.title), id=dump.entry_id(entry.line)
            )
            for dump in sorted(dumps, key=lambda each: (each.day, each.sha256))
            for entry in sorted(dump.entries, key=lambda each: each.line)
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Knows which entry an entry's name leads to now: readings are mended, dumps superseded."""

    ids: frozenset[EntryId]
    by_fold: Mapping[str, EntryId]
    """The first entry of each folded title."""
    dumps: Mapping[str, Dump]
    """Those read, by the first 12 hex of their hash."""
    heirs: Mapping[EntryId, EntryId]
    """What stands now for the entries of superseded dumps."""

    @classmethod
    def of(
        cls,
        sightings: Sequence[Sighting],
        dumps: Iterable[Dump],
        superseded: Iterable[tuple[Dump, str]] = (),
    ) -> "Whereabouts":
        """Return those of these sightings; a superseded dump comes with its heir's SHA-256."""
        by_fold: dict[str, EntryId] = {}
        for sighting in sightings:
            by_fold.setdefault(sighting.fold, sighting.id)
        heirs: dict[EntryId, EntryId] = {}
        for old, sha256 in superseded:
            there = [sighting for sighting in sightings if sighting.dump.sha256 == sha256]
            heirs.update(inherited(old, there, by_fold))
        return cls(
            ids=frozenset(sighting.id for sighting in sightings),
            by_fold=by_fold,
            dumps={dump.sha256[:12]: dump for dump in dumps},
            heirs=heirs,
        )

    def with_heirs(self, entries: Mapping[EntryId, EntryId]) -> "Whereabouts":
        """Return these, with what stands for entries of lists that are gone."""
        return replace(self, heirs={**entries, **self.heirs}) if entries else self

    def find(self, name: EntryId, title: str) -> EntryId | None:
        """Return the entry of this name, its heir, the entry around its line, or of its title."""
        if name in self.ids:
            return name
        if name in self.heirs:
            return self.heirs[name]
        prefix, _, line = name.partition("-")
        dump = self.dumps.get(prefix)
        if dump and re.fullmatch(r"[0-9]{1,9}", line):
            for entry in dump.entries:
                if entry.line <= int(line) <= entry.end:
                    return dump.entry_id(entry.line)
        return self.by_fold.get(fold(title)) if title else None


def inherited(
    old: Dump, heirs: Sequence[Sighting], by_fold: Mapping[str, EntryId]
) -> Iterator[tuple[EntryId, EntryId]]:
    """Yield, for entries of a superseded dump, what stands for them among its heir's.

    That is the entry with their title and text, their title, or their text; else whatever has
    their title elsewhere.
    """
    by_key: dict[tuple[str, str], EntryId] = {}
    for sighting in heirs:
        text = sighting.entry.abstract
        for key in ((sighting.fold, text), (sighting.fold, ""), ("", text)):
            by_key.setdefault(key, sighting.id)
    for entry in old.entries:
        title, text = fold(entry.title), entry.abstract
        keys = ((title, text), (title, ""), ("", text))
        found = next((by_key[key] for key in keys if key in by_key), by_fold.get(title))
        if found:
            yield old.entry_id(entry.line), found


def merge(
    sightings: Sequence[Sighting], decisions: Sequence[Decision], resolve: Resolve, path: str
) -> tuple[tuple[Work, ...], tuple[Problem, ...]]:
    """Return the works of these sightings, in order of their first, and decisions that miss.

    Decisions are taken one after the other: a later one may part what an earlier one joined.
    `path` is that of merges.yml, for problems.
    """
    groups: Groups = defaultdict(list)
    for sighting in sorted(sightings, key=lambda each: each.order):
        groups[sighting.fold].append(sighting)
    if not decisions:
        return tuple([work_of(group) for group in groups.values()]), ()
    label: dict[EntryId, str] = {s.id: s.fold for s in sightings}
    by_id = {s.id: s for s in sightings}
    said: Said = {}
    renamed: Said = {}
    problems = []
    for number, each in enumerate(decisions):
        ids = [(name, resolve(name)) for name in each.papers]
        problems += [missing(each, name, path) for name, found in ids if found not in by_id]
        named = [by_id[found] for _, found in ids if found in by_id]
        if each.verdict is Verdict.PARTED and len(ids) == len(named) > len({s.id for s in named}):
            problems.append(one_entry(each, path))
        if each.verdict is Verdict.ONE:
            join(named, label, groups)
        elif each.verdict is Verdict.PARTED:
            part(named, label, groups, number)
        elif named and each.verdict is Verdict.RENAMED:
            renamed[named[0].id] = number, each
        elif named:
            said[named[0].id] = number, each
    works = [decided(group, said, renamed) for group in groups.values()]
    return tuple(sorted(works, key=lambda w: w.sightings[0].order)), tuple(problems)


def missing(decision: Decision, name: str, path: str) -> Problem:
    """Return the problem of a decision about a paper that is not there."""
    return Problem(
        path=path,
        line=decision.line,
        message=f"expected a paper's id or address after '{decision.verdict}', found "
        f"{quoted(name)}, which no paper has; correct it: a paper's page shows both",
    )


def one_entry(decision: Decision, path: str) -> Problem:
    """Return the problem of a parting whose papers are one entry of a list."""
    return Problem(
        path=path,
        line=decision.line,
        message=f"expected papers of different entries after '{decision.verdict}', found names of "
        "one; name each by an id of its own: a paper's page shows them",
    )


Groups = dict[str, list[Sighting]]
Said = dict[EntryId, tuple[int, Decision]]
"""Decisions on works, by an entry of theirs, each with its place among all."""


def join(named: Sequence[Sighting], label: dict[EntryId, str], groups: Groups) -> None:
    """Make one group of those that hold these sightings."""
    labels = sorted({label[sighting.id] for sighting in named})
    for other in labels[1:]:
        for sighting in groups.pop(other):
            label[sighting.id] = labels[0]
            groups[labels[0]].append(sighting)


def part(named: Sequence[Sighting], label: dict[EntryId, str], groups: Groups, number: int) -> None:
    """Make a group for each of these sightings, from the groups that hold them.

    Their companions go with the one whose text they share, else whose title, else with the first.
    """
    heads = sorted(named, key=lambda sighting: sighting.order)
    for shared in {label[sighting.id] for sighting in heads}:
        inside = [sighting for sighting in heads if label[sighting.id] == shared]
        for sighting in groups.pop(shared) if len(inside) > 1 else ():
            head = max(inside, key=lambda each: (likeness(sighting, each), -inside.index(each)))
            # The decision's number keeps a group parted twice from falling on the first part.
            new = shared if head is inside[0] else f"{shared}\n{number} {head.id}"
            label[sighting.id] = new
            groups[new].append(sighting)


def likeness(one: Sighting, other: Sighting) -> int:
    """Return how surely two sightings belong together when their group is parted."""
    same_text = one.entry.abstract == other.entry.abstract
    return 4 * (one.id == other.id) + 2 * same_text + (one.fold == other.fold)


def decided(group: Iterable[Sighting], said: Said, renamed: Said) -> Work:
    """Return the work of this group, with the last word that was said about it."""
    work = work_of(sorted(group, key=lambda sighting: sighting.order))
    verdict, name = last_word(work.sightings, said), last_word(work.sightings, renamed)
    if not verdict and not name:
        return work
    return replace(
        work,
        status=Status(verdict.verdict.value) if verdict else Status.LISTED,
        note=verdict.note if verdict else "",
        title=name.title if name else "",
    )


def work_of(sightings: Sequence[Sighting]) -> Work:
    """Return the work of these sightings, which are sorted, before anything was said about it."""
    place: dict[tuple[str, str], int] = {}
    listings = [
        Listing(
            day=sighting.dump.day,
            dump=sighting.dump.sha256,
            position=sighting.entry.position,
            line=sighting.entry.line,
            variant=place.setdefault((sighting.entry.title, sighting.entry.abstract), len(place)),
        )
        for sighting in sightings
    ]
    return Work(
        sightings=tuple(sightings),
        variants=tuple([Variant(title_raw=title, abstract_raw=text) for title, text in place]),
        listings=tuple(listings),
        status=Status.LISTED,
        note="",
        title="",
    )


def last_word(group: Sequence[Sighting], said: Said) -> Decision | None:
    """Return the decision on one of these sightings that stands last in the file."""
    words = [said[sighting.id] for sighting in group if sighting.id in said] if said else ()
    return max(words, key=lambda word: word[0])[1] if words else None
