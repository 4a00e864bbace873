"""Permalinks: the same on every machine, kept for good, and never two papers'."""

import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lists import (
    abstract_of,
    chance,
    dump_of,
    list_of,
    pairs_of,
    promised,
    raw_dump,
    record_of,
    sha256,
)

from generator import urls
from generator.build import LEDGER, RawDump, read
from generator.catalog import Catalog
from generator.ledger import Kind, Ledger, Line, format_line, parse_ledger
from generator.model import Severity

LINE = Line(
    kind=Kind.PAPER, address=urls.paper("a-title"), id="5e94d2636507-13", title="A \u2028 “Title”"
)


def addresses(catalog: Catalog) -> dict[str, str]:
    """Return each paper's raw title by its permalink."""
    return {paper.slug: paper.title_raw for paper in catalog.papers}


class TestFile:
    """The ledger's file: a line a promise, whoever wrote or merged it."""

    @settings(max_examples=200, deadline=None)
    @given(title=st.text(st.characters(exclude_categories=["Cs"])), digits=st.integers(1, 10**6))
    def test_a_line_comes_back_as_it_was(self, title: str, digits: int) -> None:
        """Titles of any text stand in one line, and come back."""
        line = replace(LINE, title=title, id=f"0123456789ab-{digits}")
        written = format_line(line)
        assert "\n" not in written
        assert parse_ledger(f"{written}\n", LEDGER) == (Ledger(lines=(line,)), ())

    def test_conflict_marks_are_reported_and_promises_around_them_count(self) -> None:
        """What git leaves of a conflict is named at its line; both sides count."""
        one, two, three = (
            format_line(replace(LINE, address=urls.paper(name))) for name in ("a", "b", "c")
        )
        text = f"{one}\n<<<<<<< HEAD\n{two}\n=======\n{three}\n>>>>>>> other\n"
        ledger, problems = parse_ledger(text, LEDGER)
        assert [urls.paper(name) for name in "abc"] == [line.address for line in ledger.lines]
        assert [problem.line for problem in problems] == [2, 4, 6]
        assert all(problem.severity is Severity.ERROR for problem in problems)
        raw = raw_dump(list_of("Mar 14", "One"))
        assert [p.line for p in read(record_of(raw, ledger="=======\n")).problems] == [1]

    @pytest.mark.parametrize(
        "text",
        [
            "words",
            "{}",
            "[]",
            "1",
            "null",
            '{"kind": "paper"}',
            format_line(LINE)[:-1],
            format_line(LINE) + format_line(LINE),
            "[" * 100_000,
            '{"kind":' * 100_000,
            "9" * 10_000,
            format_line(LINE).replace('"paper"', '"peper"'),
            format_line(LINE).replace('"paper"', "[]"),
            format_line(LINE).replace('"paper"', '"day"'),
            format_line(LINE).replace("5e94d2636507-13", "x").replace('"x"', "1"),
            *(
                format_line(LINE).replace("papers/a-title/", address)
                for address in ("", "/", "papers/", "papers/a", "/papers/a/", "papers/../a/")
            ),
            *(
                format_line(LINE).replace("papers/a-title/", address)
                for address in ("papers/a/b/", "tags/a/", "papers/ä/", "papers/a b/", "papers/%2e/")
            ),
            '{"kind": "month", "address": "days/zzzz/", "id": "zzzz", "title": ""}',
            '{"kind": "month", "address": "days/2025-13/", "id": "2025-13", "title": ""}',
            '{"kind": "month", "address": "days/0000-01/", "id": "0000-01", "title": ""}',
            '{"kind": "month", "address": "days/2025-01/", "id": "2025-02", "title": ""}',
            '{"kind": "year", "address": "days/20255/", "id": "20255", "title": ""}',
            '{"kind": "day", "address": "days/2025-03-14/", "id": "2025-03-15", "title": ""}',
            '{"kind": "tag", "address": "tags/b/", "id": "a", "title": ""}',
            '{"kind": "tag-month", "address": "tags/a/x/", "id": "a x", "title": ""}',
        ],
    )
    def test_a_line_that_promises_nothing_is_named(self, text: str) -> None:
        """Whatever is no line of a ledger is a problem at its line, and stops nothing."""
        ledger, problems = parse_ledger(f"\n{text}\n{format_line(LINE)}\n", LEDGER)
        assert ledger.lines == (LINE,)
        assert [problem.line for problem in problems] == [2]
        assert len(str(problems[0])) < 500

    @settings(max_examples=200, deadline=None)
    @given(text=st.text(max_size=60))
    def test_any_text_is_read_without_an_exception(self, text: str) -> None:
        """Text of any kind gives lines or problems."""
        parse_ledger(text, LEDGER)

    def test_every_promise_of_an_archive_can_be_read_back(self) -> None:
        """Lines of every kind that the site promises are lines of a ledger."""
        raws = [raw_dump(list_of("Mar 14", "A video", "🙂", "中文", "Index", "2025"))]
        lines = read(record_of(*raws)).lines
        text = "".join(f"{format_line(line)}\n" for line in lines)
        assert parse_ledger(text, LEDGER) == (Ledger(lines=lines), ())
        assert {line.kind for line in lines} == set(Kind)


class TestSlugs:
    """What address a title gets."""

    def test_odd_titles_have_an_address_each(self) -> None:
        """Emoji, other scripts, long titles and reserved names all answer, at an address each."""
        titles = ["🙂", "🙃", "---", "中文", "word " * 50, "word " * 50 + "end", "Index", "2025-03"]
        titles += ["x", "Latest", "feed", "untagged", "Search", "1", "2025", "paper"]
        archive = read(record_of(raw_dump(list_of("Mar 14", *titles))))
        assert not archive.problems
        slugs = [paper.slug for paper in archive.catalog.papers]
        assert len(set(slugs)) == len(titles)
        taken = {"index", "latest", "feed", "untagged", "search", "x", "1", "2025", "2025-03"}
        assert not taken & set(slugs)
        assert "paper" in slugs

    def test_a_taken_slug_is_passed_over(self) -> None:
        """Two works of one title get two addresses, whoever comes first the bare one."""
        raws = [
            raw_dump(dump_of(f"Mar {day}", [("Same", abstract_of("it", f" {day}"))]))
            for day in (13, 14, 15)
        ]
        ids = ", ".join(f"{sha256(raw.raw)[:12]}-13" for raw in raws)
        archive = read(record_of(*raws, merges=f"- not one work: [{ids}]\n"))
        first, second, third = urls.slugs("Same")[:3]
        assert [paper.slug for paper in archive.catalog.papers] == [first, second, third]


class TestPromises:
    """Once written, the ledger wins."""

    def test_a_new_earlier_dump_moves_no_address(self) -> None:
        """An older list that comes later changes neither address nor id."""
        late = raw_dump(list_of("Mar 14", "One", "Two"))
        early = raw_dump(list_of("Mar 13", "TWO!", "Three"))
        record = record_of(late)
        before = read(record).catalog
        after = read(record_of(early, late, ledger=promised(record))).catalog
        there = {paper.id: paper.slug for paper in after.papers}
        assert all(there[paper.id] == paper.slug for paper in before.papers)

    def test_the_ledger_wins_over_what_a_title_would_get(self) -> None:
        """An address of another rule of slugs stays; the title's own is left to others."""
        raw = raw_dump(list_of("Mar 14", "One", "Two"))
        name = f"{sha256(raw.raw)[:12]}-13"
        line = Line(kind=Kind.PAPER, address=urls.paper("two"), id=name, title="One")
        archive = read(record_of(raw, ledger=f"{format_line(line)}\n"))
        assert addresses(archive.catalog)["two"] == "One"
        assert [slug for slug, title in addresses(archive.catalog).items() if title == "Two"] == [
            urls.slugs("Two")[1]
        ]

    def test_a_vanished_dump_is_reported(self) -> None:
        """Papers and days of a dump that is gone are named, those listed elsewhere answer."""
        gone = raw_dump(list_of("Mar 13", "One", "Two"))
        kept = raw_dump(list_of("Mar 14", "Two", "Three"))
        ledger = promised(record_of(gone, kept))
        archive = read(record_of(kept, ledger=ledger))
        assert {line.address for line in archive.vanished} == {"papers/one/", "days/2025-03-13/"}
        assert "two" in addresses(archive.catalog)
        assert not read(record_of(gone, kept, ledger=ledger)).vanished

    def test_no_new_paper_takes_an_address_of_a_vanished_one(self) -> None:
        """An address without its paper is free for nobody."""
        gone = raw_dump(list_of("Mar 13", "One"))
        ledger = promised(record_of(gone)).replace('"One"', '"Once"')
        archive = read(record_of(raw_dump(list_of("Mar 14", "One")), ledger=ledger))
        assert [paper.slug for paper in archive.catalog.papers] == [urls.slugs("One")[1]]
        assert "papers/one/" in {line.address for line in archive.vanished}

    def test_what_was_a_title_by_mistake_leads_to_its_paper(self) -> None:
        """An address promised to a piece of an abstract leads to the paper with that abstract."""
        piece, more = "A second paragraph. It reads like a title.", abstract_of("more")
        one, two = pairs_of(["One", "Two"])
        raw = raw_dump(dump_of("Mar 14", [one, (piece, more), two]), name="a")
        ledger = promised(record_of(raw))
        line = raw.raw.decode().split("\n").index("Two") + 1
        text = f"- {{dump: 2025/a.txt, titles: [{line}]}}\n"
        archive = read(record_of(raw, ledger=ledger, corrections=text))
        assert addresses(archive.catalog) == {"one": "One", "two": "Two"}
        assert archive.catalog.papers[0].abstract_raw == f"{one[1]}\n{piece}\n{more}"
        assert archive.catalog.redirects == {f"papers/{urls.slugs(piece)[0]}/": "papers/one/"}
        assert not archive.vanished

    def test_a_title_mended_in_a_new_copy_of_the_list_keeps_its_address(self) -> None:
        """Where a list is superseded, a paper is known by its text when its title changed."""
        old = raw_dump(
            dump_of("Mar 14", [("Oen", abstract_of("One")), ("Two", abstract_of("Two"))]),
            name="old",
        )
        new = raw_dump(dump_of("Mar 15", [("One", abstract_of("One"))]), name="new")
        ledger = promised(record_of(old))
        text = "- {dump: 2025/new.txt, supersedes: 2025/old.txt}\n"
        archive = read(record_of(old, new, ledger=ledger, corrections=text))
        assert addresses(archive.catalog) == {"oen": "One"}
        assert [stone.slug for stone in archive.catalog.stones] == ["two"]
        assert archive.catalog.redirects == {"days/2025-03-14/": "days/2025-03-15/"}
        assert not archive.vanished
        assert not archive.problems


BOTH_TO_15 = """\
- {dump: 2025/a.txt, day: 2025-03-15}
- {dump: 2025/b.txt, day: 2025-03-15}
"""


class TestDays:
    """A day's address answers wherever its list went."""

    lists = tuple(
        raw_dump(list_of(f"Mar {day}", name), name=name.lower())
        for name, day in (("A", 14), ("B", 14), ("C", 15))
    )

    @pytest.mark.parametrize(
        ("corrections", "moved"),
        [
            ("- {dump: 2025/a.txt, day: 2025-03-20}\n", {}),
            ("- {dump: 2025/c.txt, day: 2025-03-20}\n", {"15": "20"}),
            (
                "- {dump: 2025/c.txt, day: 2025-03-20}\n- {dump: 2025/c.txt, day: 2025-03-21}\n",
                {"15": "21", "20": "21"},
            ),
            (
                "- {dump: 2025/c.txt, day: 2025-03-20}\n- {dump: 2025/c.txt, day: 2025-03-15}\n",
                {"20": "15"},
            ),
            (f"{BOTH_TO_15}- {{dump: 2025/c.txt, day: 2025-03-14}}\n", {}),
            (f"{BOTH_TO_15}- {{dump: 2025/c.txt, day: 2025-03-16}}\n", {"14": "15"}),
            ("- {dump: 2025/a.txt, supersedes: 2025/c.txt}\n", {"15": "14"}),
        ],
    )
    def test_a_moved_day_leads_to_its_list_and_a_day_with_a_list_stays(
        self, corrections: str, moved: dict[str, str]
    ) -> None:
        """No day that has a list is a redirect; redirects lead to days with a list, in one step."""
        ledger = ""
        parts = corrections.splitlines(keepends=True)
        for count in range(len(parts) + 1):
            record = record_of(*self.lists, ledger=ledger, corrections="".join(parts[:count]))
            archive = read(record)
            assert not archive.vanished
            ledger = promised(record)
        expected = {f"days/2025-03-{old}/": f"days/2025-03-{new}/" for old, new in moved.items()}
        assert archive.catalog.redirects == expected


def grown(raws: list[RawDump], seed: int) -> tuple[str, str, list[RawDump]]:
    """Return two ledgers grown apart from a common one, and all dumps."""
    rng = chance(seed)
    common, left, right = raws[:1], raws[1:3], raws[3:]
    base = promised(record_of(*common))
    one = two = base
    for part in (left, right):
        rng.shuffle(part)
    held = list(common)
    for raw in left:
        held.append(raw)
        one = promised(record_of(*held, ledger=one))
    held = list(common)
    for raw in right:
        held.append(raw)
        two = promised(record_of(*held, ledger=two))
    return one, two, raws


@pytest.mark.parametrize("seed", range(30))
def test_ledgers_grown_apart_agree_when_united(seed: int) -> None:
    """Either order, with doubles, gives the same permalinks, and each promise of both answers."""
    rng = chance(seed)
    names = ["One", "one!", "Two", "🙂", "中文", "word " * 40, "Index", "2025", "A video", "Three"]
    raws = [raw_dump(list_of(f"Mar {10 + n}", *rng.sample(names, 4))) for n in range(5)]
    one, two, _ = grown(raws, seed)
    fresh = two.removeprefix(promised(record_of(raws[0])))
    united = [one + fresh, two + one, one + two + one, two + two + one]
    seen = []
    for ledger in united:
        archive = read(record_of(*raws, ledger=ledger))
        assert not archive.problems
        assert not archive.vanished
        answers = {paper.slug for paper in archive.catalog.papers}
        assert not archive.catalog.redirects, "a slug is a function of the title"
        promises, _ = parse_ledger(ledger, LEDGER)
        assert {line.address for line in promises.of(Kind.PAPER)} <= {
            urls.paper(slug) for slug in answers
        }
        seen.append(
            {variant.title_raw: p.slug for p in archive.catalog.papers for variant in p.variants}
        )
    assert all(each == seen[0] for each in seen)
    assert seen[0] == {
        v.title_raw: p.slug for p in read(record_of(*raws)).catalog.papers for v in p.variants
    }


def test_the_order_of_adding_changes_no_permalink() -> None:
    """Dumps added in any order, one by one, give the same permalinks."""
    names = [["A", "B", "🙂"], ["B!", "C", "Index"], ["c", "D", "a", "2025"]]
    raws = [raw_dump(list_of(f"Mar {13 + n}", *titles)) for n, titles in enumerate(names)]
    outcomes = []
    for order in itertools.permutations(raws):
        ledger, held = "", []
        for raw in order:
            held.append(raw)
            ledger = promised(record_of(*held, ledger=ledger))
        archive = read(record_of(*raws, ledger=ledger))
        assert not archive.lines
        outcomes.append({v.title_raw: p.slug for p in archive.catalog.papers for v in p.variants})
    assert all(each == outcomes[0] for each in outcomes)


def test_the_ledger_says_what_the_design_says() -> None:
    """A line is JSON with kind, address, id and title; a paper's title is raw."""
    raw = raw_dump(list_of("Mar 14", r"Schr\"odinger’s <b>"))
    first = json.loads(promised(record_of(raw)).split("\n")[0])
    assert first == {
        "kind": "paper",
        "address": first["address"],
        "id": f"{sha256(raw.raw)[:12]}-13",
        "title": r"Schr\"odinger’s <b>",
    }
