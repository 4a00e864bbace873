"""Taking in a dump: everything that must be right before its bytes are kept and promises made."""

import datetime as dt
from dataclasses import dataclass, replace

from generator.build import (
    CORRECTIONS,
    RawDump,
    Record,
    match_mends,
    named_dump,
    reading_of,
    year_of,
)
from generator.decisions import NO_MEND, Mend, parse_corrections
from generator.model import Dump
from generator.parse import Reading, dated_name, parse

ODD_DISTANCE = 300
"""Days. A list that lies so far from the newest was probably given the wrong year."""


class Refused(Exception):
    """A dump that must not be kept as it is; the text says why and what to do."""


class Doubtful(Exception):
    """A dump that a human should look at first; the text says why."""

    def __init__(self, message: str, accepted: "Accepted") -> None:
        super().__init__(message)
        self.accepted = accepted
        """The dump as it is kept once a human says yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A dump that may be kept."""

    dump: RawDump
    """Its path is where it will be kept, or where it lies already."""
    reading: Reading
    known: bool
    """Whether the archive has these bytes already."""


def take_in(
    record: Record, *, name: str, raw: bytes, sha256: str, year: int | None, today: dt.date
) -> Accepted:
    """Return a dump as it would be kept.

    Raises Refused where it cannot be, Doubtful where it should not be without a second look.
    """
    day_in_name = dated_name(name)
    if day_in_name and year is not None and day_in_name.year != year:
        raise Refused(
            f"expected a name that fits --year {year}, found the day {day_in_name}; "
            "leave --year out, or rename the file"
        )
    if year is None and day_in_name:
        year = day_in_name.year
    if there := named_dump(sha256, record.dumps):
        return known_dump(there, year)
    mend = mend_of(RawDump(path=name, raw=raw, sha256=sha256), record)
    reading = parse(raw, path=name, sha256=sha256, year=year, mend=mend)
    if reading.dump is None:
        raise Refused("\n".join(str(problem) for problem in reading.problems))
    day = reading.dump.day
    if day > today + dt.timedelta(1):
        raise Refused(
            f"expected a day that has come, found {day}; today is {today}: check --year, "
            "or the file's name"
        )
    if year is not None and day.year != year:
        raise Refused(
            f"expected a list of {year}, found the day {day} in it; correct or leave out --year"
        )
    accepted = Accepted(dump=kept(reading.dump, raw), reading=reading, known=False)
    if any(dump.path == accepted.dump.path for dump in record.dumps):
        raise Refused(
            f"expected nothing at {accepted.dump.path}, found other bytes there; a dump is never "
            "changed: bring back what it was, from git, or give it another name"
        )
    if reading.slipped or not reading.dump.entries:
        told = "\n".join(str(problem) for problem in reading.problems)
        name_of = f"  dumps/corrections.yml may name it by its hash: {sha256[:12]}"
        raise Doubtful(f"{told}\n{name_of}", accepted)
    if day_in_name is None and (doubt := odd_day(day, record)):
        raise Doubtful(doubt, accepted)
    return accepted


def mend_of(dump: RawDump, record: Record) -> Mend:
    """Return what corrections say already of a dump that is not kept yet."""
    mends, _ = parse_corrections(record.corrections, CORRECTIONS)
    return match_mends(mends, [dump])[0].get(dump.sha256, NO_MEND)


def known_dump(there: RawDump, year: int | None) -> Accepted:
    """Return a dump whose bytes are in the archive already, unless under another year."""
    number = year_of(there.path)
    named = dated_name(there.path)
    under = named.year if named else number
    if year is not None and under is not None and under != year:
        raise Refused(
            f"expected new bytes for {year}, found those of {there.path}; if that one's year is "
            "wrong, say so in dumps/corrections.yml"
        )
    return Accepted(dump=there, reading=reading_of(there, NO_MEND), known=True)


def odd_day(day: dt.date, record: Record) -> str:
    """Return why a day lies oddly against the newest in the archive, or an empty string."""
    days = [found for dump in record.dumps if (found := day_of(dump))]
    distance = (day - max(days)).days if days else 0
    if abs(distance) <= ODD_DISTANCE:
        return ""
    where = "after" if distance > 0 else "before"
    return (
        f"expected a day near the newest, {max(days)}, found {day}, "
        f"{abs(distance)} days {where} it; is the year right?"
    )


def day_of(dump: RawDump) -> dt.date | None:
    """Return the day of a dump in the archive, or None where it has none."""
    if named := dated_name(dump.path):
        return named
    reading = reading_of(dump, NO_MEND)
    return reading.dump.day if reading.dump else None


def kept(dump: Dump, raw: bytes) -> RawDump:
    """Return a dump with the name under which it will be kept."""
    path = f"dumps/{dump.day.year:04}/{dump.day}-{dump.sha256[:8]}.txt"
    return RawDump(path=path, raw=raw, sha256=dump.sha256)


def with_dump(record: Record, dump: RawDump) -> Record:
    """Return the record with one more dump."""
    dumps = sorted((*record.dumps, dump), key=lambda each: each.path)
    return replace(record, dumps=tuple(dumps))
