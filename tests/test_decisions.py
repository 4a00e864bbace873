"""What humans decided, read from YAML: a slip of the pen is told with its line, and raises not."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lists import abstract_of, dump_of, joined, list_of, pairs_of, raw_dump, record_of, sha256

from generator.build import CORRECTIONS, read
from generator.decisions import Decision, Mend, Verdict, parse_corrections, parse_merges

PATH = "dumps/corrections.yml"
DAY = dt.date(2025, 3, 14)


def test_all_kinds_of_corrections_are_read() -> None:
    """Year, day, titles and what is superseded, each with the line that says it."""
    text = """\
# a comment
- dump: 2025/a.txt
  titles: [31, 35]
  note: Two abstracts in two paragraphs.
- dump: 5e94d2636507
  year: 2024
- dump: 2025/b.txt
  day: 2025-03-14
- dump: 2025/c.txt
  supersedes: 2025/b.txt
- {dump: 2025/d.txt, supersedes: [2025/b.txt, 2025/e.txt]}
"""
    mends, problems = parse_corrections(text, PATH)
    assert not problems
    assert mends == (
        ("2025/a.txt", Mend(titles=frozenset({31, 35}), line=2)),
        ("5e94d2636507", Mend(year=2024, line=5)),
        ("2025/b.txt", Mend(day=DAY, line=7)),
        ("2025/c.txt", Mend(supersedes=("2025/b.txt",), line=9)),
        ("2025/d.txt", Mend(supersedes=("2025/b.txt", "2025/e.txt"), line=11)),
    )


def test_all_kinds_of_decisions_are_read() -> None:
    """Each verdict with its papers, its note, and the line that says it."""
    text = """\
- one work: [papers/a, papers/b]
- not one work: [5e94d2636507-13, 91bc0a7c33de-21]
  note: Two papers of one name.
- renamed: papers/e
  title:  A better
    title
- withdrawn: papers/c
- removed: papers/d
"""
    decisions, problems = parse_merges(text, PATH)
    assert not problems
    assert decisions == (
        Decision(verdict=Verdict.ONE, papers=("papers/a", "papers/b"), line=1),
        Decision(
            verdict=Verdict.PARTED,
            papers=("5e94d2636507-13", "91bc0a7c33de-21"),
            note="Two papers of one name.",
            line=2,
        ),
        Decision(verdict=Verdict.RENAMED, papers=("papers/e",), title="A better title", line=4),
        Decision(verdict=Verdict.WITHDRAWN, papers=("papers/c",), line=7),
        Decision(verdict=Verdict.REMOVED, papers=("papers/d",), line=8),
    )


@pytest.mark.parametrize("word", ["no", "null", "true", "1e5", "0123456", "12:30:45", "~", "0x1F"])
def test_a_name_means_what_is_written(word: str) -> None:
    """A slug or hash that YAML would take for another kind of value stays as it is."""
    (decision,), problems = parse_merges(f"- withdrawn: {word}\n  note: {word}\n", PATH)
    assert not problems
    assert (decision.papers, decision.note) == ((word,), word)
    mends, problems = parse_corrections(f"- dump: {word}\n  supersedes: {word}\n", PATH)
    assert not problems
    assert mends == ((word, Mend(supersedes=(word,), line=1)),)


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a: b\n", 1, "a list"),
        ("just words\n", 1, "a list"),
        ("- dump: [\n", 2, "YAML"),
        ("- dump: x\n\tyear: 2024\n", 2, "YAML"),
        ("- words\n", 1, "key: value"),
        ("- - dump\n", 1, "key: value"),
        ("- {}\n", 1, "key: value"),
        ("\n- year: 2024\n", 2, "dump"),
        ("- dump:\n  year: 2024\n", 1, "dump"),
        ("- dump: [a, b]\n  year: 2024\n", 1, "dump"),
        ("- dump: a\n", 1, "year"),
        ("- dump: a\n  yaer: 2024\n", 2, "yaer"),
        ("- dump: a\n  year: last\n", 2, "last"),
        ("- dump: a\n  year: true\n", 2, "True"),
        ("- dump: a\n  year: '2024'\n", 2, "2024"),
        ("- dump: a\n  day: Mar 14\n", 2, "Mar 14"),
        ("- dump: a\n  day: 2025-02-30\n", 1, "read"),
        ("- dump: a\n  day: 2025-03-14 10:00:00\n", 2, "a day"),
        ("- dump: a\n  titles: 31\n", 2, "31"),
        ("- dump: a\n  titles: [0]\n", 2, "0"),
        ("- dump: a\n  titles: [31, true]\n", 2, "True"),
        ("- dump: a\n  supersedes:\n", 2, "None"),
        ("- dump: a\n  supersedes: {a: b}\n", 2, "a path"),
        ("- dump: a\n  year: 2024\n  year: 2023\n", 1, "year"),
        ("- dump: a\n  year: !python/none x\n", 1, "read"),
        ("- dump: a\n  year: " + "9" * 5000 + "\n", 1, "read"),
        ("- &a [*a]\n", 1, "key: value"),
        ("[" * 5000, 1, "YAML"),
        ("- dump: \x00\n", 1, "YAML"),
    ],
)
def test_a_faulty_correction_is_told_with_its_line(text: str, line: int, found: str) -> None:
    """Whatever cannot be read is passed over, and named at its line."""
    mends, problems = parse_corrections(text, PATH)
    assert not mends
    assert problems
    assert problems[0].line == line
    assert found.replace("a path", "path") in problems[0].message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- withdrawn:\n", 1),
        ("- withdrawn: ''\n", 1),
        ("- withdrawn: [a, b]\n", 1),
        ("- withdrawn: {a: b}\n", 1),
        ("- withdrawn: a\n  removed: a\n", 1),
        ("- one work: a\n", 1),
        ("- one work: [a]\n", 1),
        ("- one work: [a, a]\n", 1),
        ("- one work: [a, '']\n", 1),
        ("- one work: [a, [b, c]]\n", 1),
        ("- not one work: []\n", 1),
        ("- renamed: a\n", 1),
        ("- renamed: a\n  title:\n", 1),
        ("- removed: a\n  title: b\n", 1),
        ("- retracted: a\n", 1),
        ("- note: a\n", 1),
        ("- {}\n", 1),
        ("- removed: a\n- removed: a\n  removed: b\n", 2),
    ],
)
def test_a_faulty_decision_is_told_with_its_line(text: str, line: int) -> None:
    """Whatever cannot be read is passed over, and named at its line; the rest counts."""
    decisions, problems = parse_merges("- removed: first\n" + text, PATH)
    assert decisions[0].papers == ("first",)
    assert problems
    assert problems[0].line == line + 1


@settings(max_examples=200, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                [
                    *(
                        "- ",
                        "dump: ",
                        "year: ",
                        "day: ",
                        "one work: ",
                        "title: ",
                        "2025-13-01",
                        "1",
                    ),
                    *("a", "\n  ", "\n", "[", "]", "{", ", ", "&a ", "*a", "? ", "!!int ", "<<: "),
                    *("'", "|\n"),
                ]
            ),
            max_size=14,
        ).map("".join),
    )
)
def test_any_text_is_read_without_an_exception(text: str) -> None:
    """Text of any kind gives mends, decisions or problems."""
    for parse in (parse_corrections, parse_merges):
        _, problems = parse(text, PATH)
        assert all(problem.line > 0 and problem.message for problem in problems)


class TestCorrections:
    """What corrections do to an archive."""

    def test_what_is_said_of_a_dump_adds_up_by_whatever_name(self) -> None:
        """Path, whole path and hash name one dump; the later year stands, titles add up."""
        raw = raw_dump(list_of("Mar 14", "One", "Two"), name="a")
        text = f"""\
- {{dump: 2025/a.txt, year: 2023}}
- {{dump: {sha256(raw.raw)[:8]}, titles: [13]}}
- {{dump: dumps/2025/a.txt, titles: [17]}}
- {{dump: {sha256(raw.raw)[:12].upper()}, year: 2024}}
"""
        archive = read(record_of(raw, corrections=text))
        assert not archive.problems
        assert [day.date.year for day in archive.catalog.days] == [2024]

    def test_a_correction_of_a_dump_that_is_not_there_is_named(self) -> None:
        """An unknown path or hash is a problem at its line; so is a hash too short to be sure."""
        raw = raw_dump(list_of("Mar 14", "One"), name="a")
        text = f"""\
- {{dump: 2025/b.txt, year: 2024}}
- {{dump: {sha256(raw.raw)[:7]}, year: 2024}}
- {{dump: 2025/a.txt, supersedes: 2025/c.txt}}
"""
        archive = read(record_of(raw, corrections=text))
        assert [(each.path, each.line) for each in archive.problems] == [
            (CORRECTIONS, 1),
            (CORRECTIONS, 2),
            (CORRECTIONS, 3),
        ]

    @pytest.mark.parametrize("ring", [["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]])
    def test_dumps_that_stand_for_each_other_in_a_circle_are_named(self, ring: list[str]) -> None:
        """The correction that closes a circle is passed over; one dump stays."""
        raws = [raw_dump(list_of("Mar 14", name.upper()), name=name) for name in ring]
        follows = [*ring[1:], ring[0]]
        text = "".join(
            f"- {{dump: 2025/{one}.txt, supersedes: 2025/{other}.txt}}\n"
            for one, other in zip(ring, follows, strict=True)
        )
        archive = read(record_of(*raws, corrections=text))
        (problem,) = archive.problems
        assert problem.line == len(ring)
        assert [paper.title for paper in archive.catalog.papers] == ["A"]

    def test_one_dump_may_stand_for_two_and_two_for_one(self) -> None:
        """A list saved in two halves is joined again, and two lists in one file are parted."""
        a, b, c, d, e, f = (
            raw_dump(list_of("Mar 14", *names), name=names.lower())
            for names in ("A", "B", "AB", "CD", "C", "D")
        )
        text = """\
- {dump: 2025/ab.txt, supersedes: 2025/a.txt}
- {dump: 2025/ab.txt, supersedes: 2025/b.txt}
- {dump: 2025/c.txt, supersedes: 2025/cd.txt}
- {dump: 2025/d.txt, supersedes: 2025/cd.txt}
"""
        archive = read(record_of(a, b, c, d, e, f, corrections=text))
        assert not archive.problems
        assert sorted(paper.title for paper in archive.catalog.papers) == ["A", "B", "C", "D"]
        assert all(len(paper.listings) == 1 for paper in archive.catalog.papers)

    def test_a_day_is_corrected_whatever_the_list_says(self) -> None:
        """A list of 30 February, or without a year, has a day once a human says which."""
        bad = raw_dump(list_of("Feb 30", "One"), name="bad")
        text = "- {dump: 2025/bad.txt, day: 2025-03-01}\n"
        archive = read(record_of(bad, corrections=text))
        assert [day.date for day in archive.catalog.days] == [dt.date(2025, 3, 1)]
        assert not archive.problems

    def test_titles_mend_a_slipped_reading(self) -> None:
        """An abstract of two paragraphs goes back together."""
        one, two = pairs_of(["One", "Two"])
        raw = joined("Mar 14", [*one, abstract_of("more"), *two])
        line = raw.decode().split("\n").index("Two") + 1
        dump = raw_dump(raw, name="a")
        assert len(read(record_of(dump)).problems) == 1
        archive = read(record_of(dump, corrections=f"- {{dump: 2025/a.txt, titles: [{line}]}}\n"))
        assert not archive.problems
        raws = {paper.title: paper.abstract_raw for paper in archive.catalog.papers}
        assert raws == {"One": f"{one[1]}\n{abstract_of('more')}", "Two": two[1]}


def test_the_same_bytes_in_two_files_count_once() -> None:
    """A second file with the bytes of a first is a problem, and gives no listing."""
    raw = dump_of("Mar 14", pairs_of(["One"]))
    archive = read(record_of(raw_dump(raw, name="a"), raw_dump(raw, name="b")))
    assert [problem.path for problem in archive.problems] == ["dumps/2025/b.txt"]
    assert len(archive.catalog.papers[0].listings) == 1


def test_one_slip_of_the_pen_undoes_nothing_else() -> None:
    """A file that is no YAML as a whole is read item by item: a removed paper stays removed."""
    text = (
        "# Decisions.\n"
        "- removed: papers/one\n"
        "- withdrawn: papers/two\n"
        "  note: Told by mail: sorry.\n"
        "- renamed: papers/three\n"
        "  title: Another\n"
    )
    decisions, problems = parse_merges(text, PATH)
    assert [(each.papers, each.line) for each in decisions] == [
        (("papers/one",), 2),
        (("papers/three",), 5),
    ]
    assert [problem.line for problem in problems] == [4]
    assert "quotes" in problems[0].message
