"""Lists made again from published data: what was read of a dump whose bytes are not there.

Such a file lies where its dump lay, with `.restored` behind its name. It is JSON lines: the first
names the dump's SHA-256 and day, each other one is an entry.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping

from generator.decisions import Mend
from generator.model import Dump, Entry, Problem
from generator.parse import LONGEST_ABSTRACT, Reading
from generator.text import quoted

SUFFIX = ".restored"


def format_restored(dump: Dump) -> str:
    """Return the text of the file that stands for this dump."""
    head = {"sha256": dump.sha256, "day": dump.day.isoformat()}
    entries = (
        {
            "line": entry.line,
            "position": entry.position,
            "title": entry.title,
            "abstract": entry.abstract,
        }
        for entry in sorted(dump.entries, key=lambda entry: entry.line)
    )
    lines = (json.dumps(each, ensure_ascii=True) for each in (head, *entries))
    return "".join(f"{line}\n" for line in lines)


def sha256_in(raw: bytes) -> str:
    """Return the SHA-256 of the dump that a restored file stands for; empty where it names none."""
    head = object_in(raw.partition(b"\n")[0])
    said = head.get("sha256")
    return said if isinstance(said, str) and re.fullmatch("[0-9a-f]{64}", said) else ""


def parse_restored(raw: bytes, *, path: str, sha256: str, mend: Mend) -> Reading:
    """Read a restored list. A mend may move its day; what it says of lines is in it already."""
    lines = raw.split(b"\n")
    day = mend.day or day_in(object_in(lines[0]))
    if day is None or sha256_in(raw) != sha256:
        expected = "a restored list's SHA-256 and day"
        return Reading(dump=None, problems=(unreadable(path, 1, lines[0], expected),))
    if mend.year and not mend.day:
        day = moved_to(mend.year, day)
    entries = []
    problems = []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        entry = entry_in(object_in(line))
        if entry is None:
            problems.append(unreadable(path, number, line, "an entry with line, title, abstract"))
        else:
            entries.append(entry)
    dump = Dump(path=path, sha256=sha256, day=day, entries=tuple(once(entries)))
    return Reading(dump=dump, problems=tuple(problems))


def object_in(line: bytes) -> Mapping[str, object]:
    """Return the JSON object on a line; an empty one where there is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def day_in(head: Mapping[str, object]) -> dt.date | None:
    """Return the day that the first line names, or None."""
    try:
        return dt.date.fromisoformat(str(head.get("day")))
    except ValueError:
        return None


def moved_to(year: int, day: dt.date) -> dt.date:
    """Return a day in another year; a 29 February that is none stays where it is."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day


def entry_in(fields: Mapping[str, object]) -> Entry | None:
    """Return the entry that a line tells of, or None."""
    line, position = fields.get("line"), fields.get("position")
    title, abstract = fields.get("title"), fields.get("abstract")
    if not (type(line) is int and type(position) is int and line > 0 and position > 0):
        return None
    if not (isinstance(title, str) and isinstance(abstract, str)):
        return None
    title = " ".join(sound(title).split())
    abstract = "\n".join(filter(None, (part.strip() for part in sound(abstract).split("\n"))))
    if not title or not abstract or len(abstract) > LONGEST_ABSTRACT:
        return None
    return Entry(line=line, position=position, title=title, abstract=abstract, end=line)


def sound(text: str) -> str:
    """Return text without halves of surrogate pairs, which JSON can name and no file can hold."""
    return text.encode("utf-8", "replace").decode()


def once(entries: list[Entry]) -> Iterator[Entry]:
    """Yield the entries in order of their lines, one a line."""
    return iter({entry.line: entry for entry in sorted(entries, key=lambda e: e.line)}.values())


def unreadable(path: str, number: int, line: bytes, expected: str) -> Problem:
    """Return the problem of a line that tells of nothing."""
    return Problem(
        path=path + SUFFIX,
        line=number,
        message=f"expected {expected} as JSON, found {quoted(line.decode(errors='replace'))}; "
        "restore the file from git, or import the data again",
        entries=number > 1,
    )
