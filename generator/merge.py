"""Entries to works: what makes two entries one paper.

Entries with one folded title are one work, unless dumps/merges.yml says otherwise. The order of
the dumps does not matter: everything is sorted before it is looked at.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from generator.decisions import Decision, Verdict
from generator.model import Dump, Entry, EntryId, Listing, Problem, Status, Variant
from generator.text import fold, quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An entry in its dump."""

    dump: Dump
    entry: Entry
    fold: str

    @property
    def id(self) -> EntryId:
        """Its name for good."""
        return self.dump.entry_id(self.entry.line)

    @property
    def order(self) -> tuple[str, str, int]:
        """What sightings are sorted by: day, dump, line."""
        return self.dump.day.isoformat(), self.dump.sha256, self.entry.line


@dataclass(frozen=True, kw_only=True)
class Work:
    """Entries that are one paper, with what humans decided about it. No slots: it caches."""

    sightings: tuple[Sighting, ...]
    """Sorted; never empty."""
    status: Status = Status.LISTED
    note: str = ""
    title: str = ""
    """The one it was renamed to, or empty."""

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """Its different texts, in order of their first sighting."""
        texts = {
            Variant(title_raw=s.entry.title, abstract_raw=s.entry.abstract): None
            for s in self.sightings
        }
        return tuple(texts)

    @cached_property
    def listings(self) -> tuple[Listing, ...]:
        """Its listings, sorted."""
        place = {variant: index for index, variant in enumerate(self.variants)}
        return tuple(
            Listing(
                day=s.dump.day,
                dump=s.dump.sha256,
                position=s.entry.position,
                line=s.entry.line,
                variant=place[Variant(title_raw=s.entry.title, abstract_raw=s.entry.abstract)],
            )
            for s in self.sightings
        )


Resolve = Callable[[str], EntryId | None]
"""From a paper's id or address, as a human wrote it, to an entry's id."""


def sightings_of(dumps: Iterable[Dump]) -> tuple[Sighting, ...]:
    """Return every entry of these dumps, sorted."""
    seen = (
        Sighting(dump=dump, entry=entry, fold=fold(entry.title))
        for dump in dumps
        for entry in dump.entries
    )
    return tuple(sorted(seen, key=lambda sighting: sighting.order))


def merge(
    sightings: Sequence[Sighting], decisions: Sequence[Decision], resolve: Resolve, path: str
) -> tuple[tuple[Work, ...], tuple[Problem, ...]]:
    """Return the works of these sightings, in order of their first, and decisions that miss.

    Decisions are taken one after the other: a later one may part what an earlier one joined.
    `path` is that of merges.yml, for problems.
    """
    label: dict[EntryId, str] = {s.id: s.fold for s in sightings}
    by_id = {s.id: s for s in sightings}
    groups: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        groups[sighting.fold].append(sighting)
    said: dict[EntryId, Decision] = {}
    renamed: dict[EntryId, Decision] = {}
    problems = []
    for each in decisions:
        ids = [(name, resolve(name)) for name in each.papers]
        problems += [missing(each, name, path) for name, found in ids if found not in by_id]
        named = [by_id[found] for _, found in ids if found in by_id]
        if each.verdict is Verdict.ONE:
            join(named, label, groups)
        elif each.verdict is Verdict.PARTED:
            part(named, label, groups)
        elif named and each.verdict is Verdict.RENAMED:
            renamed[named[0].id] = each
        elif named:
            said[named[0].id] = each
    works = [
        decided(tuple(sorted(group, key=lambda s: s.order)), said, renamed)
        for group in groups.values()
    ]
    return tuple(sorted(works, key=lambda w: w.sightings[0].order)), tuple(problems)


def missing(decision: Decision, name: str, path: str) -> Problem:
    """Return the problem of a decision about a paper that is not there."""
    return Problem(
        path=path,
        line=decision.line,
        message=f"expected a paper's id or address after '{decision.verdict}', found "
        f"{quoted(name)}, which no paper has; correct it: a paper's page shows both",
    )


Groups = dict[str, list[Sighting]]


def join(named: Sequence[Sighting], label: dict[EntryId, str], groups: Groups) -> None:
    """Make one group of those that hold these sightings."""
    labels = sorted({label[sighting.id] for sighting in named})
    for other in labels[1:]:
        for sighting in groups.pop(other):
            label[sighting.id] = labels[0]
            groups[labels[0]].append(sighting)


def part(named: Sequence[Sighting], label: dict[EntryId, str], groups: Groups) -> None:
    """Make a group for each of these sightings, from the groups that hold them.

    Their companions go with the one whose text they share, else whose title, else with the first.
    """
    heads = sorted(named, key=lambda sighting: sighting.order)
    for shared in {label[sighting.id] for sighting in heads}:
        inside = [sighting for sighting in heads if label[sighting.id] == shared]
        for sighting in groups.pop(shared) if len(inside) > 1 else ():
            head = max(inside, key=lambda each: (likeness(sighting, each), -inside.index(each)))
            new = shared if head is inside[0] else f"{shared}\n{head.id}"
            label[sighting.id] = new
            groups[new].append(sighting)


def likeness(one: Sighting, other: Sighting) -> int:
    """Return how surely two sightings belong together when their group is parted."""
    same_text = one.entry.abstract == other.entry.abstract
    return 4 * (one.id == other.id) + 2 * same_text + (one.fold == other.fold)


def decided(
    group: tuple[Sighting, ...],
    said: Mapping[EntryId, Decision],
    renamed: Mapping[EntryId, Decision],
) -> Work:
    """Return the work of this group, with the last word that was said about it."""
    status, note = Status.LISTED, ""
    if verdict := last_word(group, said):
        status = Status(verdict.verdict.value)
        note = verdict.note
    name = last_word(group, renamed)
    return Work(sightings=group, status=status, note=note, title=name.title if name else "")


def last_word(group: Sequence[Sighting], said: Mapping[EntryId, Decision]) -> Decision | None:
    """Return the decision on one of these sightings that stands last in the file."""
    words = [said[sighting.id] for sighting in group if sighting.id in said]
    return max(words, key=lambda decision: decision.line, default=None)
