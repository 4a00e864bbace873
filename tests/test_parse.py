"""Reading a dump: nothing is lost, nothing is invented, and what goes wrong has its line."""

import datetime as dt
import random
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lists import (
    HEAD,
    SHORT_HEAD,
    Pair,
    abstract_of,
    chance,
    dump_of,
    joined,
    list_of,
    pairs_of,
    read_list,
    sha256,
)

from generator.build import RawDump, match_mends, reading_of
from generator.decisions import NO_MEND, Mend, parse_corrections
from generator.model import Severity
from generator.parse import LONGEST_TITLE, SHORTEST_ABSTRACT, Reading, dated_name, parse

GOLDEN = Path(__file__).parent / "data" / "reading"
DAY = dt.date(2025, 3, 14)
HUGE = 50_000_000
BOUND = 15
"""Seconds for 50 MB. One pass over them takes less than one."""


def pairs_in(reading: Reading) -> list[Pair]:
    """Return the titles and abstracts that were read."""
    return [(entry.title, entry.abstract) for entry in reading.dump.entries] if reading.dump else []


def told(reading: Reading) -> Iterator[str]:
    """Yield a reading as text, for people."""
    yield f"day {reading.dump.day if reading.dump else 'unknown'}, {reading.count} entries"
    for entry in reading.dump.entries if reading.dump else ():
        yield f"{entry.position}. lines {entry.line} to {entry.end}: {entry.title!r}"
        yield f"   {entry.abstract!r}"
    yield from map(str, reading.problems)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_a_dump_gives_its_golden_reading(path: Path, *, update_golden: bool) -> None:
    """Entries, their lines and the problems are those that the golden file shows."""
    raw = RawDump(path="dumps/2025/list.txt", raw=path.read_bytes(), sha256="0" * 64)
    mended = path.with_suffix(".yml")
    text = mended.read_text(encoding="utf-8") if mended.exists() else ""
    corrections, faults = parse_corrections(text, "corrections.yml")
    assert not faults
    mends, faults = match_mends(corrections, [raw])
    assert not faults
    reading = reading_of(raw, mends.get(raw.sha256, NO_MEND))
    said = "\n".join(told(reading)) + "\n"
    expected = path.with_suffix(".expected")
    if update_golden:
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("head", [HEAD, SHORT_HEAD, ()], ids=["daily papers", "short", "none"])
def test_a_head_is_passed_over(head: tuple[str, ...]) -> None:
    """A head of either kind, or none, leads to the day and to no problem."""
    reading = read_list(dump_of("Mar 14", pairs_of(["One", "Two"]), head=head))
    assert reading.dump
    assert reading.dump.day == DAY
    assert pairs_in(reading) == list(pairs_of(["One", "Two"]))
    assert not reading.problems


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Mar 14", DAY),
        ("March 14", DAY),
        ("Sept. 3", dt.date(2025, 9, 3)),
        ("Sep 03", dt.date(2025, 9, 3)),
        ("May 1", dt.date(2025, 5, 1)),
        ("Mar 14, 2025", DAY),
        ("Mar\N{NO-BREAK SPACE}14", DAY),
    ],
)
def test_a_day_is_read_as_it_may_be_written(written: str, day: dt.date) -> None:
    """Months are written short or long; a year may stand behind."""
    reading = read_list(list_of(written, "One"))
    assert reading.dump
    assert reading.dump.day == day
    assert not reading.problems


@pytest.mark.parametrize(
    "title", ["Maroon 5", "Marvel 20", "Deci 3", "Mar 14 or 15", "Mar", "mar 14", "14 Mar"]
)
def test_what_only_begins_like_a_month_is_no_day(title: str) -> None:
    """A title that begins like a month's name does not end the head."""
    reading = read_list(dump_of(title, pairs_of(["One"])))
    assert reading.dump is None
    assert len(reading.problems) == 1
    assert "Mar 14" in reading.problems[0].message


TITLES = ("2 OLMo 2 Furious", "Mar 14", "1", "new", "Subscribe", "Daily Papers", "- 3", "?", "…")


def test_titles_that_look_like_something_else_are_titles() -> None:
    """Behind the day, a title may look like a day, a number, or a line of the head."""
    reading = read_list(list_of("Mar 14", *TITLES))
    assert pairs_in(reading) == list(pairs_of(TITLES))
    assert not reading.problems


real_char = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u200b\u2060")
words = st.lists(st.text(real_char, min_size=1, max_size=12), min_size=1, max_size=8).map(
    lambda found: " ".join(" ".join(found).split())
)
title = words.filter(lambda text: 0 < len(text) < SHORTEST_ABSTRACT)
line = words.filter(bool)
abstract = st.lists(line, max_size=4).map(lambda more: "\n".join([abstract_of("it"), *more]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a file ends its lines and parts its blocks."""

    end: bytes
    blank: bytes
    blanks: int
    last: int
    mark: bytes
    trail: bytes

    def of(self, raw: bytes) -> bytes:
        """Return a dump's bytes in this style."""
        lines = (
            self.end.join(part + self.trail for part in block.split(b"\n"))
            for block in raw.split(b"\n\n")
        )
        between = self.end + (self.blank + self.end) * self.blanks
        return self.mark + between.join(lines) + self.end * self.last


style = st.builds(
    Style,
    end=st.sampled_from([b"\n", b"\r\n", b"\r"]),
    blank=st.sampled_from([b"", b" ", b"\t", b"\xc2\xa0", b"\xe2\x80\x8b", b"\xe2\x80\xa8"]),
    blanks=st.integers(1, 4),
    last=st.integers(0, 3),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    trail=st.sampled_from([b"", b" ", b" \t", b"\xc2\xa0"]),
)


@settings(max_examples=150, deadline=None)
@given(pairs=st.lists(st.tuples(title, abstract), min_size=1, max_size=6), style=style)
def test_whatever_the_style_the_list_is_read_as_written(pairs: list[Pair], style: Style) -> None:
    """Titles and abstracts come back the same, whatever ends lines and parts blocks."""
    reading = read_list(style.of(dump_of("Mar 14", pairs)))
    assert pairs_in(reading) == pairs
    assert not reading.problems
    assert reading.dump
    assert [entry.position for entry in reading.dump.entries] == [*range(1, len(pairs) + 1)]


@settings(max_examples=300, deadline=None)
@given(raw=st.binary(max_size=400), day=st.booleans(), lines=st.frozensets(st.integers(1, 20)))
def test_any_bytes_are_read_without_an_exception(
    *, raw: bytes, day: bool, lines: frozenset[int]
) -> None:
    """Bytes of any kind give entries or problems; entries stand in their lines, in order."""
    source = b"Mar 14\n\n" + raw if day else raw
    reading = read_list(source, mend=Mend(titles=lines))
    assert reading.dump or reading.problems
    entries = reading.dump.entries if reading.dump else ()
    assert all(entry.title.strip() and entry.abstract.strip() for entry in entries)
    spots = [spot for entry in entries for spot in (entry.line, entry.end)]
    assert spots == sorted(spots)
    count = source.count(b"\n") + source.count(b"\r") + 1
    assert all(0 < problem.line <= max(count, 20) for problem in reading.problems)


block = st.one_of(
    st.sampled_from(["1", "new", "Subscribe", "Mar 14", "A Title", "It ends.", "x" * 301]),
    st.integers(0, 500).map(lambda size: "w" * size + "."),
)


@settings(max_examples=300, deadline=None)
@given(blocks=st.lists(block, max_size=14), lines=st.frozensets(st.integers(10, 40)))
def test_no_block_is_lost(blocks: list[str], lines: frozenset[int]) -> None:
    """Each block of a list, however slipped, is in an entry or at a problem's line."""
    reading = read_list(joined("Mar 14", blocks), mend=Mend(titles=lines))
    assert reading.dump
    first = 2 * len(HEAD) + 3
    spans = [(entry.line, entry.end) for entry in reading.dump.entries]
    faults = {problem.line for problem in reading.problems}
    rest = min((p.line for p in reading.problems if "one list" in p.message), default=10_000)
    for number in range(first, min(first + 2 * len(blocks), rest), 2):
        inside = any(start <= number <= end for start, end in spans)
        # An endless abstract is told of at its own line, its title within.
        assert inside or number in faults, (number, told(reading))


@pytest.mark.parametrize("seed", range(40))
def test_a_list_with_abstracts_missing_is_read_again_in_step(seed: int) -> None:
    """Each entry whose abstract is there is kept, and each other one named at its line."""
    rng = chance(seed)
    titles = [
        " ".join(rng.choices(["walk", "list", "of", "reading", "step", "7"], k=rng.randint(1, 15)))
        + f" {number}"
        for number in range(rng.randint(2, 12))
    ]
    gone: set[int] = set()
    for number in range(len(titles)):
        # Two in a row would look like an entry: `check` asks about these.
        if rng.random() < 0.3 and number - 1 not in gone:
            gone.add(number)
    blocks = [
        text
        for number, pair in enumerate(pairs_of(titles))
        for text in (pair[:1] if number in gone else pair)
    ]
    reading = read_list(joined("Mar 14", blocks))
    kept = [pair for number, pair in enumerate(pairs_of(titles)) if number not in gone]
    assert pairs_in(reading) == kept
    assert reading.count == len(titles)
    lines = [2 * (len(HEAD) + 1 + blocks.index(titles[number])) + 1 for number in sorted(gone)]
    assert [problem.line for problem in reading.problems] == lines
    assert reading.slipped == (bool(gone - {len(titles) - 1}))


def second_paragraphs(rng: random.Random) -> tuple[list[Pair], list[str], set[int]]:
    """Return a list, its blocks with some abstracts in two, and the indices of these."""
    pairs = list(pairs_of(f"Walk {number}" * rng.randint(1, 9) for number in range(8)))
    some = {number for number in range(8) if rng.random() < 0.4}
    blocks: list[str] = []
    for number, (name, text) in enumerate(pairs):
        more = rng.choice(
            ["Code: https://code.test.", "It ends here.", abstract_of("more"), "long " * 80 + "."]
        )
        blocks += [name, text, more] if number in some else [name, text]
        if number in some:
            pairs[number] = (name, f"{text}\n{more}")
    return pairs, blocks, some


@pytest.mark.parametrize("seed", range(40))
def test_abstracts_in_two_paragraphs_cost_no_entry_and_can_be_mended(seed: int) -> None:
    """Unmended, all entries stay and each piece left over is named; mended, it is in its place."""
    pairs, blocks, some = second_paragraphs(chance(seed))
    raw = joined("Mar 14", blocks)
    reading = read_list(raw)
    assert [name for name, _ in pairs_in(reading)] == [name for name, _ in pairs]
    assert reading.count == len(pairs)
    pieces = [pairs[number][1].split("\n")[1] for number in sorted(some)]
    assert len(reading.problems) == len(pieces)
    lines = raw.decode().split("\n")
    for problem, piece in zip(reading.problems, pieces, strict=True):
        assert lines[problem.line - 1] == piece
    after = {min(number + 1, len(pairs) - 1) for number in some}
    titles = frozenset(lines.index(pairs[number][0]) + 1 for number in after)
    mended = read_list(raw, mend=Mend(titles=titles))
    assert pairs_in(mended) == pairs
    assert not mended.problems


def test_a_title_without_an_abstract_is_named_though_the_next_is_shorter() -> None:
    """A title that lost its abstract counts as an entry, and never goes into another's text."""
    titles = ("First", "A Title Rather Longer Than the One That Follows", "Short")
    (first, second, third) = pairs_of(titles)
    raw = joined("Mar 14", [*first, second[0], *third])
    for mend in (NO_MEND, Mend(titles=frozenset({17})), Mend(titles=frozenset({19}))):
        reading = read_list(raw, mend=mend)
        assert pairs_in(reading) == [first, third]
        (problem,) = reading.problems
        assert (problem.line, problem.entries) == (17, 1)
        assert "A Title Rather Longer" in problem.message


def test_a_correction_far_below_leaves_what_slipped_above() -> None:
    """A corrected title mends what stands right above it, and hides no other slip."""
    one, two, three = pairs_of(["One", "Two", "Three"])
    raw = joined("Mar 14", [*one, "stray " * 60 + "text.", *two, "More of two.", *three])
    line_of_three = raw.decode().split("\n").index("Three") + 1
    reading = read_list(raw, mend=Mend(titles=frozenset({line_of_three})))
    assert pairs_in(reading) == [one, ("Two", f"{two[1]}\nMore of two."), three]
    (problem,) = reading.problems
    assert problem.line == 17


def test_a_corrected_title_that_is_not_there_is_named() -> None:
    """A line number that hits no title is a problem at that line, unless another tells of it."""
    raw = list_of("Mar 14", "One", "Two")
    dump = RawDump(path="dumps/2025/list.txt", raw=raw, sha256=sha256(raw))
    reading = reading_of(dump, Mend(titles=frozenset({13, 18, 400})))
    assert [problem.line for problem in reading.problems] == [18, 400]
    assert pairs_in(reading) == list(pairs_of(["One", "Two"]))


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"", 1),
        (b"\n\r\n \t\xc2\xa0\n\xef\xbb\xbf", 1),
        (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 40, 1),
        ("Mar 14\n\nOne\n\n".encode("utf-16"), 1),
        (b"<!doctype html>\n<html><head><title>Papers</title></head>\n<body></body></html>", 1),
        (b"\n\nDear all,\n\nthe list of Mar 14 will come tomorrow.\n", 3),
        (b"Mar 14", 1),
        (b"new\n\nMar 14\n\n", 3),
    ],
    ids=["empty", "blank", "binary", "utf-16", "html", "prose", "only a day", "head and day"],
)
def test_what_is_no_dump_is_a_problem_or_two(raw: bytes, line: int) -> None:
    """A file that is no list is told in a line or two, and gives no entry."""
    reading = read_list(raw)
    assert not pairs_in(reading)
    assert 1 <= len(reading.problems) <= 2
    assert reading.problems[-1].line == line
    assert reading.problems[-1].severity is Severity.ERROR


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"w" * HUGE,
        lambda: b"Mar 14\n\n" + b"w" * HUGE,
        lambda: joined("Mar 14", ["w " * (HUGE // 2), abstract_of("it")]),
        lambda: joined("Mar 14", ["A Title", "w " * (HUGE // 2)]),
        lambda: joined("Mar 14", ["A Title", "Another", "w" * HUGE]),
        lambda: joined("Mar 14", ["A Title", abstract_of("it") + "\n" + "\\'{ " * (HUGE // 4)]),
        lambda: b"Mar" + b" " * HUGE + b"14\n\nOne",
        lambda: b"Mar 14\n\n" + b"\xff" * HUGE,
    ],
    ids=["file", "line", "title", "abstract", "slipped", "macros", "blanks", "no text"],
)
def test_fifty_megabytes_are_read_in_bounded_time(make: Callable[[], bytes]) -> None:
    """A line of 50 MB, wherever it stands, is told of within seconds and kept nowhere."""
    raw = make()
    started = time.monotonic()
    reading = read_list(raw)
    assert time.monotonic() - started < BOUND
    assert reading.problems
    assert all(len(str(problem)) < 1000 for problem in reading.problems)
    assert all(len(text) <= LONGEST_TITLE for text, _ in pairs_in(reading))
    assert sum(len(text) for _, text in pairs_in(reading)) < HUGE


@pytest.mark.parametrize("size", [20_000, 80_000])
def test_many_blocks_take_time_in_proportion(size: int) -> None:
    """Neither stray text nor corrections make the reading slower than its length."""
    raw = joined("Mar 14", ["x" * 310] * size)
    started = time.monotonic()
    reading = read_list(raw, mend=Mend(titles=frozenset({10**9})))
    assert time.monotonic() - started < size / 10_000
    assert len(reading.problems) == size


class TestDay:
    """A dump's day comes from where it is said most surely, and never from the clock."""

    def test_without_a_year_there_is_no_day(self) -> None:
        """No year anywhere is a problem that says what to type."""
        reading = read_list(list_of("Mar 14", "One"), path="list.txt", year=None)
        assert reading.dump is None
        assert "--year YYYY" in reading.problems[0].message

    @pytest.mark.parametrize(
        ("path", "year", "mend", "day"),
        [
            ("dumps/2025/list.txt", 2025, NO_MEND, DAY),
            ("dumps/2025/2025-03-14-0a1b2c3d.txt", 2025, NO_MEND, DAY),
            ("2024-03-14.txt", None, NO_MEND, dt.date(2024, 3, 14)),
            ("dumps/2025/list.txt", 2025, Mend(year=2023), dt.date(2023, 3, 14)),
            ("dumps/2025/2025-03-14.txt", 2025, Mend(year=2023), dt.date(2023, 3, 14)),
            ("dumps/list.txt", None, Mend(day=dt.date(2020, 2, 29)), dt.date(2020, 2, 29)),
        ],
    )
    def test_it_comes_from_the_surest_place(
        self, path: str, year: int | None, mend: Mend, day: dt.date
    ) -> None:
        """A correction counts before the name, and the name before the folder."""
        reading = read_list(list_of("Mar 14", "One"), path=path, year=year, mend=mend)
        assert reading.dump
        assert reading.dump.day == day
        assert not reading.problems

    @pytest.mark.parametrize(
        ("path", "written", "day"),
        [
            ("dumps/2025/2025-03-15.txt", "Mar 14", dt.date(2025, 3, 15)),
            ("dumps/2025/2024-03-14.txt", "Mar 14", dt.date(2024, 3, 14)),
            ("dumps/2025/list.txt", "Mar 14, 2024", dt.date(2024, 3, 14)),
        ],
    )
    def test_places_that_disagree_are_told(self, path: str, written: str, day: dt.date) -> None:
        """Name, folder and text should say one day; else the surest counts, with a warning."""
        reading = read_list(list_of(written, "One"), path=path)
        assert reading.dump
        assert reading.dump.day == day
        assert [problem.severity for problem in reading.problems] == [Severity.WARNING]
        assert reading.problems[0].line == 2 * len(HEAD) + 1

    @pytest.mark.parametrize("written", ["Feb 29", "Feb 30", "Apr 31", "Jan 0", "Jan 32"])
    def test_a_day_that_does_not_exist_is_named(self, written: str) -> None:
        """29 February 2025 is a problem; a correction of the day mends it."""
        raw = list_of(written, "One")
        reading = read_list(raw)
        assert reading.dump is None
        assert written in reading.problems[0].message
        assert "2025" in reading.problems[0].message
        assert read_list(raw, mend=Mend(day=DAY)).dump

    @pytest.mark.parametrize("year", [0, 10_000, 10**30])
    def test_a_year_out_of_bounds_is_a_problem(self, year: int) -> None:
        """A year that no calendar has is told, not raised."""
        assert read_list(list_of("Mar 14", "One"), mend=Mend(year=year)).dump is None

    @pytest.mark.parametrize(
        ("name", "day"),
        [
            ("dumps/2025/2025-03-14.txt", DAY),
            ("2025-03-14-0a1b2c3d.txt", DAY),
            ("2025-03-14x.txt", DAY),
            ("2025-03-142.txt", None),
            ("2025-02-29.txt", None),
            ("x2025-03-14.txt", None),
            ("2025-03-14/list.txt", None),
        ],
    )
    def test_a_name_may_begin_with_a_day(self, name: str, day: dt.date | None) -> None:
        """Only a real day at the very start of the file's own name counts."""
        assert dated_name(name) == day


def test_the_five_dumps_are_read_whole(shared: Path) -> None:
    """Five real dumps: 364 entries, no problem."""
    paths = sorted((shared / "dumps").glob("*.txt"))
    readings = [read_list(path.read_bytes()) for path in paths]
    assert len(readings) == 5
    assert sum(reading.count for reading in readings) == 364
    assert not [problem for reading in readings for problem in reading.problems]


def test_the_corpus_is_read_whole(shared: Path) -> None:
    """433 real days: every block behind a head is in one of 8,692 entries, none is lost."""
    days = entries = blocks = 0
    with tarfile.open(shared / "corpus" / "hf-2024-2025.tar.xz") as packed:
        for member in packed:
            held = packed.extractfile(member)
            if held is None:
                continue
            raw = held.read()
            name = member.name.rsplit("/", 1)[-1]
            reading = parse(raw, path=name, sha256=sha256(raw), year=None, mend=NO_MEND)
            assert reading.dump
            assert not reading.problems
            days += 1
            entries += len(reading.dump.entries)
            blocks += (
                len(raw.decode().split("byAK and the research community")[1].split("\n\n")) - 2
            )
            assert reading.dump.day == dt.date.fromisoformat(name[:10])
    assert (days, entries, blocks) == (433, 8_692, 2 * 8_692)
