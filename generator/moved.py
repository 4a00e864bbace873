"""What the record itself no longer shows: where entries, days and lists of the past lead now.

An archive made again from published data has no list that was superseded, and no line that was
mended; `dumps/moved.json` says for it what these would have said.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from generator import urls
from generator.decisions import Decision
from generator.ledger import Kind, Ledger
from generator.merge import Whereabouts
from generator.model import EntryId, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Where what is not in the dumps any more leads now."""

    addresses: Mapping[urls.Address, urls.Address] = field(default_factory=dict)
    """From each old address of the site to the one that answers; only those of days count for a
    build, since all others follow from the ledger."""
    entries: Mapping[EntryId, EntryId] = field(default_factory=dict)
    """From entries that were promised or named once to those that stand for them."""
    lists: frozenset[str] = frozenset()
    """SHA-256 of the lists that another one stands for."""

    @property
    def days(self) -> dict[dt.date, dt.date]:
        """Where the lists of a day are now, by each day that has none any more."""
        found = {}
        for old, new in self.addresses.items():
            days = day_of(old), day_of(new)
            if days[0] and days[1]:
                found[days[0]] = days[1]
        return found


def day_of(address: str) -> dt.date | None:
    """Return the day whose page has this address, or None."""
    match = re.fullmatch(r"days/([0-9]{4}-[0-9]{2}-[0-9]{2})/", address)
    try:
        return dt.date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def format_moved(moved: Moved) -> str:
    """Return the text of `moved.json`."""
    fields = {
        "addresses": dict(sorted(moved.addresses.items())),
        "entries": dict(sorted(moved.entries.items())),
        "lists": sorted(moved.lists),
    }
    return json.dumps(fields, indent=1) + "\n"


def parse_moved(text: str, path: str) -> tuple[Moved, tuple[Problem, ...]]:
    """Return what `moved.json` says; of an empty file, nothing."""
    if not text.strip():
        return Moved(), ()
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        return Moved(), (unreadable(path),)
    lists = fields.get("lists")
    moved = Moved(
        addresses={
            urls.Address(old): urls.Address(new)
            for old, new in texts_in(fields.get("addresses")).items()
        },
        entries={
            EntryId(old): EntryId(new) for old, new in texts_in(fields.get("entries")).items()
        },
        lists=frozenset(each for each in lists if isinstance(each, str))
        if isinstance(lists, list)
        else frozenset(),
    )
    return moved, ()


def texts_in(value: object) -> dict[str, str]:
    """Return the pairs of texts of what may be a mapping."""
    pairs = value.items() if isinstance(value, dict) else ()
    return {old: new for old, new in pairs if isinstance(old, str) and isinstance(new, str)}


def unreadable(path: str) -> Problem:
    """Return the problem of a file that says nothing readable."""
    return Problem(
        path=path,
        line=0,
        message="expected where old entries lead as JSON, found what cannot be read; promised "
        "addresses may hang on it: restore the file from git",
    )


def followed(
    before: Mapping[dt.date, dt.date], now: Mapping[dt.date, dt.date]
) -> dict[dt.date, dt.date]:
    """Return where days lead: those of the past to where the day they led to leads now."""
    return {old: now.get(new, new) for old, new in before.items()} | dict(now)


def entries_moved(
    ledger: Ledger, decisions: Iterable[Decision], whereabouts: Whereabouts
) -> dict[EntryId, EntryId]:
    """Return where each entry leads that is in no list any more, but was promised or named.

    Of the lists that others stand for, these are the only entries that anybody can know of.
    """
    named = {EntryId(line.id): line.title for line in ledger.of(Kind.PAPER)}
    for decision in decisions:
        for name in decision.papers:
            named.setdefault(EntryId(name.strip()), "")
    found = {
        name: whereabouts.find(name, title)
        for name, title in named.items()
        if name not in whereabouts.ids
    }
    return {name: now for name, now in found.items() if now}
