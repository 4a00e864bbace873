"""Trends are counted honestly, and what is said to rise does, by a test that others agree with."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lists import SETTINGS, abstract_of, chance, dump_of
from markdown import markdown

from generator.build import Archive, RawDump, Record, read
from generator.catalog import Catalog
from generator.charts import columns, sparkline
from generator.markup import to_html
from generator.trends import (
    FALSE_SHARE,
    FEWEST_PAIRED,
    FEWEST_RECENT,
    Point,
    Rising,
    beyond_chance,
    chance_of,
    grouped,
    most_listed,
    pairs,
    period_length,
    rising,
    tag_months,
    together,
)

VOCABULARY = """\
areas:
  seeing:
    name: Seeing & more
    tags:
      video: {name: "Video [moving] <b>*", note: About moving pictures., sure: [video]}
      images: {name: Images, note: About pictures that stand., sure: [image]}
  hearing:
    name: Hearing
    tags:
      speech: {name: Speech, note: About voices., sure: [speech]}
      music: {name: Music, note: About tunes., sure: [music]}
      birdsong: {name: Birdsong, note: About birds., sure: [birdsong]}
"""
WORDS = ("video", "image", "speech", "music")


def catalog_of(lists: Mapping[dt.date, Sequence[str]]) -> Catalog:
    """Return the catalog of lists with these titles."""
    return archive_of(lists).catalog


def archive_of(lists: Mapping[dt.date, Sequence[str]]) -> Archive:
    """Return the archive of lists with these titles; a paper's tags go by the words in its own."""
    dumps = []
    for day, titles in sorted(lists.items()):
        pairs_of = [
            (title, abstract_of("it", hashlib.sha256(title.encode()).hexdigest()))
            for title in titles
        ]
        raw = dump_of(f"{day:%b} {day.day}", pairs_of)
        path = f"dumps/{day.year}/{day.isoformat()}.txt"
        dumps.append(RawDump(path=path, raw=raw, sha256=hashlib.sha256(raw).hexdigest()))
    return read(
        Record(
            settings=SETTINGS,
            dumps=tuple(dumps),
            ledger="",
            merges="",
            corrections="",
            vocabulary=VOCABULARY,
            vocabulary_path="vocabulary.yml",
        )
    )


def titles(seed: int, count: int, likely: Mapping[str, float]) -> list[str]:
    """Return titles, each with a word as often as is likely."""
    lot = chance(seed)
    return [
        " ".join((f"Paper {seed} {at}", *(w for w, p in likely.items() if lot.random() < p)))
        for at in range(count)
    ]


@cache
def grown() -> Catalog:
    """Return a catalog of 40 weekly lists, two of which are missing, in which music rises."""
    start = dt.date(2024, 7, 1)
    lists = {}
    for week in range(40):
        likely = {"video": 0.3, "image": 0.25, "speech": 0.1, "music": 0.4 if week > 35 else 0.05}
        if not 10 <= week <= 18:
            lists[start + dt.timedelta(weeks=week)] = titles(week, 12, likely)
    back = lists[start][:2]
    last = max(lists)
    return catalog_of(
        lists
        | {
            last: [*lists[last], *back],
            start + dt.timedelta(weeks=30): [*lists[start + dt.timedelta(weeks=30)], back[0]],
        }
    )


def test_each_paper_counts_once_in_a_month_of_every_month() -> None:
    """Months follow each other without a gap, and their papers are all there are."""
    catalog = grown()
    found = tag_months(catalog)
    assert list(found) == list(catalog.tags)
    for key, points in found.items():
        assert points[0].month == "2024-07"
        assert points[-1].month == "2025-03"
        assert len(points) == 9
        assert sum(point.papers for point in points) == len(catalog.tagged[key])
        assert sum(point.of for point in points) == len(catalog.listed)
        assert [point.of for point in points if point.month == "2024-10"] == [0]
    assert tag_months(catalog_of({})) == dict.fromkeys(catalog.tags, ())


MONTHS = st.integers(min_value=1, max_value=1500)


@given(MONTHS, st.integers(0, 11), st.integers(4, 60))
def test_grouping_keeps_every_paper_and_few_columns(count: int, first: int, most: int) -> None:
    """However long the history, there are few periods; they begin with the calendar's."""
    points = [
        Point(f"{2000 + at // 12}-{at % 12 + 1:02}", at % 3, at % 5)
        for at in range(first, first + count)
    ]
    length = period_length(count, most)
    found = grouped(points, length)
    assert len(found) <= most
    assert sum(point.papers for point in found) == sum(point.papers for point in points)
    assert sum(point.of for point in found) == sum(point.of for point in points)
    assert found[0].month == points[0].month
    for point in found[1:]:
        assert (int(point.month[:4]) * 12 + int(point.month[5:]) - 1) % length == 0


@given(st.data())
def test_the_exact_test_is_exact(data: st.DataObject) -> None:
    """It says what counting all the ways to draw says, in whole numbers."""
    of = data.draw(st.integers(1, 400))
    drawn, marked = data.draw(st.integers(0, of)), data.draw(st.integers(0, of))
    found = data.draw(st.integers(0, min(drawn, marked)))
    ways = sum(
        comb(marked, hits) * comb(of - marked, drawn - hits)
        for hits in range(found, min(drawn, marked) + 1)
        if drawn - hits <= of - marked
    )
    want = float(Fraction(ways, comb(of, drawn)))
    assert chance_of(found, drawn=drawn, marked=marked, of=of) == pytest.approx(want, 1e-8)


def test_what_rises_is_found() -> None:
    """A tag of eight times as many papers as before rises; those that stay do not."""
    (found,) = rising(grown())
    assert found.key == "music"
    assert found.recent > 3 * found.expected > 0
    assert found.now > 3 * found.before
    assert found.p < 0.001


@pytest.mark.parametrize("weeks", [3, 15, 40])
def test_chance_alone_does_not_rise(weeks: int) -> None:
    """Where all weeks are alike, nothing is called rising; nor where the past is too short."""
    likely = dict.fromkeys(WORDS, 0.2)
    start = dt.date(2025, 1, 6)
    lists = {start + dt.timedelta(weeks=w): titles(100 + w, 8, likely) for w in range(weeks)}
    assert rising(catalog_of(lists)) == ()


def test_a_young_archive_says_nothing_of_rising() -> None:
    """Without twelve weeks to hold them against, many papers are only many."""
    start = dt.date(2025, 1, 6)
    lists = {start + dt.timedelta(weeks=w): titles(w, 9, {"music": w // 6}) for w in range(12)}
    assert rising(catalog_of(lists)) == ()
    assert rising(catalog_of({})) == ()


def test_few_papers_do_not_rise() -> None:
    """Four papers of a tag that never was are no trend, however unlikely."""
    start = dt.date(2025, 1, 6)
    lists = {start + dt.timedelta(weeks=w): titles(w, 12, {}) for w in range(40)}
    last = max(lists)
    for count in (FEWEST_RECENT - 1, FEWEST_RECENT):
        more = [f"Paper {at} of music" for at in range(count)]
        found = rising(catalog_of(lists | {last: [*lists[last], *more]}))
        assert [each.recent for each in found] == [count][: count >= FEWEST_RECENT]


def test_many_tags_are_corrected_for() -> None:
    """What passes is what does by p-values adjusted one by one, from the largest down."""
    lot = chance(3)
    for _ in range(50):
        values = sorted(lot.random() ** lot.choice((1, 3, 6)) for _ in range(lot.randint(1, 40)))
        tested = [
            Rising(key=str(at), recent=9, expected=1, now=0.1, before=0, p=p)
            for at, p in enumerate(values)
        ]
        of, lowest, passed = len(values), 1.0, set()
        for rank in range(of, 0, -1):
            lowest = min(lowest, values[rank - 1] * of / rank)
            if lowest <= FALSE_SHARE:
                passed.add(str(rank - 1))
        assert {each.key for each in beyond_chance(tested)} == passed


def test_together_is_what_papers_say() -> None:
    """Each tag's company is counted as one would by hand; a pair's numbers agree."""
    catalog = grown()
    found = together(catalog)
    assert list(found) == list(catalog.tags)
    for one, other in combinations(catalog.tags, 2):
        both = len({p.slug for p in catalog.tagged[one]} & {p.slug for p in catalog.tagged[other]})
        assert dict(found[one]).get(other, 0) == dict(found[other]).get(one, 0) == both
    for others in found.values():
        assert [n for _, n in others] == sorted((n for _, n in others), reverse=True)


def test_pairs_are_beyond_chance_and_not_rare() -> None:
    """A pair is shown with enough papers, more than expected; of many the largest surplus first."""
    start = dt.date(2025, 1, 6)
    both = [f"Paper {at} video image" for at in range(FEWEST_PAIRED)]
    rare = [f"Paper {at} speech music" for at in range(FEWEST_PAIRED - 1)]
    rest = [f"Paper {at} on speech" for at in range(20, 40)]
    catalog = catalog_of({start: both, start + dt.timedelta(1): [*rare, *rest]})
    (found,) = pairs(catalog, 9)
    assert sorted(found.keys) == ["images", "video"]
    assert found.papers == FEWEST_PAIRED
    assert found.lift == pytest.approx(len(catalog.listed) / FEWEST_PAIRED)
    assert pairs(catalog, 0) == ()


def test_most_listed_came_back() -> None:
    """Papers of more than one day, those of the most days first."""
    catalog = grown()
    assert [len(paper.days) for paper in most_listed(catalog, 9)] == [3, 2]
    assert len(most_listed(catalog, 1)) == 1


POINTS = st.lists(
    st.integers(0, 400).flatmap(
        lambda of: st.builds(Point, st.just(""), st.integers(0, of), st.just(of))
    ),
    min_size=1,
    max_size=24,
).map(
    lambda points: [Point(f"2024-{at % 12 + 1:02}", p.papers, p.of) for at, p in enumerate(points)]
)


@given(POINTS, st.text(max_size=20) | st.sampled_from(['"><script>', "*a* `b` [c](d) \\", "{{"]))
def test_a_sparkline_is_small_and_inert(points: list[Point], label: str) -> None:
    """Two years take at most 900 bytes, and both our Markdown and Python's let it stand."""
    drawn = sparkline(points, "")
    assert len(drawn.encode()) <= 900
    line = f"Before {sparkline(points, label)} after"
    page = to_html(line)
    assert page is not None
    assert page == markdown(line, extensions=["toc", "tables", "fenced_code", "attr_list"])
    assert re.fullmatch(r"<p>Before <svg[^<>]*>(<path[^<>]*>)*</svg> after</p>", page)


def heights(drawn: str) -> list[int]:
    """Return the heights of a chart's columns, in order of their places."""
    found = {}
    for path in re.findall(r'<path(?: class="db-few")? d="([^"]*)"/>', drawn):
        at = 0
        for left, tall in re.findall(r"[mM](\d+) \d+v-(\d+)", path):
            at += int(left)
            found[at] = int(tall)
    return [found[at] for at in sorted(found)]


@given(POINTS)
def test_columns_are_as_high_as_shares(points: list[Point]) -> None:
    """Zero is at the bottom: heights are to each other as shares are, to the nearest percent."""
    top = max(point.share for point in points)
    tall = heights(columns(points, top, ""))
    want = [100 * point.share / top for point in points if point.papers]
    assert len(tall) == len(want)
    assert all(abs(a - b) <= 1 for a, b in zip(tall, want, strict=True))


def test_no_points_no_sparkline() -> None:
    """An archive without a day has nothing to draw; one without a paper of a tag has a base."""
    assert sparkline((), "x") == ""
    assert heights(sparkline((Point("2025-01", 0, 9),), "x")) == []
