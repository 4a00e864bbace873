"""Lists of the tests' own making, as a dump has them."""

import hashlib
import random
from collections.abc import Iterable, Sequence

from generator.build import LEDGER, RawDump, Record, read
from generator.config import Settings
from generator.decisions import NO_MEND, Mend
from generator.ledger import format_line
from generator.model import Dump
from generator.parse import Reading, parse

BYLINE = "byAK and the research community"
SHORT_HEAD = ("new", "Get trending papers in your email inbox!", "Subscribe", BYLINE)
HEAD = (*SHORT_HEAD[:3], "Daily Papers", BYLINE)

Pair = tuple[str, str]
"""A title and its abstract."""

VOCABULARY = """\
areas:
  seeing:
    name: Seeing
    tags:
      video:
        name: Video
        note: About moving pictures.
        sure: [video]
"""
"""Of one tag: reading it takes no time."""

SETTINGS = Settings(site_name="Lists", site_url="https://lists.test/papers/")


def abstract_of(title: str, words: str = "") -> str:
    """Return an abstract as long as a short real one, different for each title and `words`."""
    return (
        f"What is said here of {title} was written for a test{words}, and says nothing of any "
        "real paper. It goes on for as long as the shortest abstract of a real list does, since a "
        "reader of lists tells titles and abstracts apart by how long they are, and by nothing "
        "else."
    )


def pairs_of(titles: Iterable[str], words: str = "") -> tuple[Pair, ...]:
    """Return these titles, each with an abstract of its own, which has these words."""
    return tuple((title, abstract_of(title, words)) for title in titles)


def joined(day: str, blocks: Iterable[str], *, head: Sequence[str] = HEAD) -> bytes:
    """Return a dump of a day, with these blocks of text behind its head."""
    return "\n\n".join((*head, day, *blocks)).encode()


def dump_of(day: str, pairs: Iterable[Pair], *, head: Sequence[str] = HEAD) -> bytes:
    """Return a dump of a day, `Mar 14`, that lists these titles and abstracts."""
    return joined(day, (text for pair in pairs for text in pair), head=head)


def list_of(day: str, *titles: str) -> bytes:
    """Return a dump of a day, `Mar 14`, that lists these titles."""
    return dump_of(day, pairs_of(titles))


def chance(seed: int) -> random.Random:
    """Return chance that repeats itself."""
    return random.Random(seed)  # noqa: S311  # nothing secret hangs on it


def sha256(raw: bytes) -> str:
    """Return the hash by which the archive knows these bytes."""
    return hashlib.sha256(raw).hexdigest()


def read_list(
    raw: bytes, *, path: str = "dumps/2025/list.txt", year: int | None = 2025, mend: Mend = NO_MEND
) -> Reading:
    """Return the reading of a dump."""
    return parse(raw, path=path, sha256=sha256(raw), year=year, mend=mend)


def dump(raw: bytes, *, year: int = 2025) -> Dump:
    """Return a dump that is read without a problem."""
    reading = read_list(raw, path=f"dumps/{year}/{sha256(raw)[:8]}.txt", year=year)
    assert reading.dump
    assert not reading.problems
    return reading.dump


def raw_dump(raw: bytes, *, year: int = 2025, name: str = "") -> RawDump:
    """Return a dump's file, under its hash if no name is given."""
    path = f"dumps/{year}/{name or sha256(raw)[:8]}.txt"
    return RawDump(path=path, raw=raw, sha256=sha256(raw))


def record_of(*dumps: RawDump, ledger: str = "", merges: str = "", corrections: str = "") -> Record:
    """Return the record of an archive with these dumps and a vocabulary of one tag."""
    return Record(
        settings=SETTINGS,
        dumps=tuple(sorted(dumps, key=lambda each: each.path)),
        ledger=ledger,
        merges=merges,
        corrections=corrections,
        vocabulary=VOCABULARY,
        vocabulary_path="vocabulary.yml",
    )


def promised(record: Record) -> str:
    """Return the text of the ledger, extended as `daybook add` does it."""
    fresh = "".join(f"{format_line(line)}\n" for line in read(record).lines)
    assert not record.ledger or record.ledger.endswith("\n"), LEDGER
    return record.ledger + fresh
