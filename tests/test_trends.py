"""Trends are counted honestly, and what is said to rise does, by a test that others agree with."""

import datetime as dt
import hashlib
import html
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import comb
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lists import SETTINGS, abstract_of, chance, dump_of
from markdown import markdown

from generator.build import RawDump, Record, read
from generator.catalog import Catalog, Source
from generator.catalog import catalog_of as catalog_of_papers
from generator.charts import columns, shapes, sparkline
from generator.courses import (
    FINE_SCALES,
    course_of,
    grouped,
    percent,
    period_length,
    scale,
)
from generator.ledger import Ledger
from generator.markup import front_matter, to_html
from generator.model import EntryId, Listing, Paper, Slug, Status, TagHit, Variant
from generator.pages import pages
from generator.papers import text_of
from generator.text import digest
from generator.trends import (
    FALSE_SHARE,
    FEWEST_PAIRED,
    FEWEST_RECENT,
    Point,
    Rising,
    beyond_chance,
    chance_of,
    most_listed,
    pairs,
    rising,
    tag_months,
    together,
)
from generator.vocabulary import parse_vocabulary

SCRIPT = Path(__file__).parents[1] / "overrides/assets/javascripts/trends.js"
NODE = shutil.which("node")
EXTENSIONS = ["toc", "tables", "fenced_code", "attr_list"]

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


Lists = Mapping[dt.date, Sequence[str]]
"""Titles by the day of their list."""


def catalog_of(lists: Lists) -> Catalog:
    """Return the catalog of lists with these titles; a paper's tags go by its title's words."""
    dumps = [
        RawDump(path=path, raw=raw, sha256=hashlib.sha256(raw).hexdigest())
        for path, raw in dumps_of(lists)
    ]
    record = Record(
        settings=SETTINGS,
        dumps=tuple(dumps),
        ledger="",
        merges="",
        corrections="",
        vocabulary=VOCABULARY,
        vocabulary_path="vocabulary.yml",
    )
    return read(record).catalog


def dumps_of(lists: Lists) -> Iterator[tuple[str, bytes]]:
    """Yield a dump's path and bytes for each list."""
    for day, titles in sorted(lists.items()):
        texts = [(title, abstract_of("it", digest(title))) for title in titles]
        path = f"dumps/{day.year}/{day.isoformat()}.txt"
        yield path, dump_of(f"{day:%b} {day.day}", texts)


def titles(seed: int, count: int, likely: Mapping[str, float]) -> list[str]:
    """Return titles, each with a word as often as is likely."""
    lot = chance(seed)
    return [
        " ".join((f"Paper {seed} {at}", *(w for w, p in likely.items() if lot.random() < p)))
        for at in range(count)
    ]


def growing(weekly: int = 12) -> dict[dt.date, list[str]]:
    """Return 40 weekly lists, some missing, in which music rises; two tags go together."""
    start = dt.date(2024, 7, 1)
    lists = {}
    for week in {*range(40)} - {*range(10, 19)}:
        likely = {"video": 0.3, "image": 0.25, "speech": 0.1, "music": 0.4 if week > 35 else 0.05}
        both = f"Paper {week} on video and image"
        lists[start + dt.timedelta(weeks=week)] = [*titles(week, weekly, likely), both]
    one, other = lists[start][:2]
    lists[start + dt.timedelta(weeks=30)].append(one)
    lists[start + dt.timedelta(weeks=39)] += [one, other]
    return lists


@cache
def grown() -> Catalog:
    """Return the catalog of lists in which music rises."""
    return catalog_of(growing())


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


def test_one_list_is_no_rise() -> None:
    """A list of one subject is no rise of it, however many papers it has; two are."""
    start = dt.date(2025, 1, 6)
    lists = {start + dt.timedelta(weeks=w): titles(w, 12, {}) for w in range(30)}
    alone = start + dt.timedelta(weeks=34)
    lists[alone] = titles(34, 40, {"music": 0.9})
    assert rising(catalog_of(lists)) == ()
    lists[alone - dt.timedelta(days=3)] = titles(33, 40, {})
    assert rising(catalog_of(lists)) == ()
    lists[alone - dt.timedelta(days=2)] = titles(32, 40, {"music": 0.5})
    assert [each.key for each in rising(catalog_of(lists))] == ["music"]


def test_few_papers_do_not_rise() -> None:
    """Four papers of a tag that never was are no trend, however unlikely."""
    start = dt.date(2025, 1, 6)
    lists = {start + dt.timedelta(weeks=w): titles(w, 12, {}) for w in range(40)}
    last = max(lists)
    for count in (FEWEST_RECENT - 1, FEWEST_RECENT):
        more = {last: [*lists[last], "Paper 0 of music"]}
        before = last - dt.timedelta(days=1)
        more[before] = [f"Paper {at} of music" for at in range(1, count)]
        found = rising(catalog_of(lists | more))
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
    assert page == markdown(line, extensions=EXTENSIONS)
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


def page_of(catalog: Catalog) -> str:
    """Return the Markdown of the page of trends, without its front matter."""
    every = pages(catalog, SETTINGS, sample=False)
    return front_matter(next(page.text for page in every if page.kind == "trends"))[1]


@pytest.mark.parametrize(
    "lists",
    [
        {},
        {dt.date(2025, 3, 14): ["One on video"]},
        {dt.date(2025, 3, 14): ["One of video"], dt.date(2025, 4, 1): ["One on music"]},
    ],
)
def test_a_young_archives_page_says_what_is_missing(lists: Lists) -> None:
    """Without a past there is no chart and no rise, and the page says so in plain words."""
    text = page_of(catalog_of(lists))
    assert "<svg" not in text
    assert "<db-compare" not in text
    assert ("Too early to tell" in text) is bool(lists)
    assert ("third month" in text) is bool(lists)
    assert ("No list has come in yet" in text) is not bool(lists)
    assert to_html(text) == markdown(text, extensions=EXTENSIONS)


def test_the_page_is_its_own_markdown() -> None:
    """Our Markdown renders the page as Python-Markdown does, odd names of tags included."""
    text = page_of(grown())
    shown = to_html(text)
    assert shown == markdown(text, extensions=EXTENSIONS)
    assert shown.count("<figure") == 4  # No paper is about birdsong.
    assert "Video [moving] &lt;b&gt;*" in shown
    assert "<b>" not in shown
    assert 'style="' not in shown
    assert "Its share rose from" in shown


def test_every_tag_and_period_is_in_the_tables() -> None:
    """What charts show stands in tables too, a gap as a gap."""
    shown = to_html(page_of(grown()))
    assert shown
    course = course_of(grown())
    for key, points in course.tags.items():
        name = re.escape(html.escape(grown().tags[key].name))
        cells = "".join(f"<td>{point.papers}</td>" for point in points)
        assert re.search(f'<tr><th scope="row">{name}</th>{cells}</tr>', shown)
    assert "<td>–</td>" in shown


def large(papers: int, tags: int, years: int) -> Catalog:
    """Return a catalog of many papers, spread evenly, of four tags each."""
    rows = "".join(
        f"      tag-{at}: {{name: A tag of number {at}, note: About {at}., sure: [word{at}]}}\n"
        for at in range(tags)
    )
    vocabulary, problems = parse_vocabulary(
        f"areas:\n  one:\n    name: One\n    tags:\n{rows}", "vocabulary.yml"
    )
    assert not problems
    lot, start = chance(1), dt.date(2015, 1, 1)
    days = [start + dt.timedelta(days=7 * at) for at in range(years * 365 // 7)]
    return catalog_of_papers(
        [
            paper_of(at, days[at * len(days) // papers], lot.sample(range(tags), 4))
            for at in range(papers)
        ],
        sources={day: [Source(sha256="0", name="list.txt", entries=1)] for day in days},
        vocabulary=vocabulary,
        ledger=Ledger(lines=()),
        redirects={},
        stones=(),
    )


def paper_of(number: int, day: dt.date, tags: Sequence[int]) -> Paper:
    """Return a paper of these tags, listed on a day."""
    title = f"Paper {number}"
    return Paper(
        id=EntryId(f"0-{number}"),
        slug=Slug(f"paper-{number}"),
        status=Status.LISTED,
        note="",
        title=title,
        title_raw=title,
        variants=(Variant(title_raw=title, abstract_raw="Of nothing."),),
        texts=(text_of(title, "Of nothing."),),
        shown=0,
        listings=(Listing(day=day, dump="0", position=number, line=number, variant=0),),
        tags=tuple(TagHit(f"tag-{at}", 1, ("word",)) for at in tags),
    )


@pytest.mark.parametrize("years", [2, 10])
def test_the_page_stays_small(years: int) -> None:
    """With 60 tags it takes 120 kB at most, however long its history."""
    text = page_of(large(6000, 60, years))
    assert text.count("<figure") == 60
    assert len(text.encode()) <= 120_000


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
def test_the_script_draws_as_the_builder_does() -> None:
    """Lines, scales and words for shares are the same in JavaScript, to the letter."""
    lot = chance(5)
    series = [
        [(lot.randint(0, of), of) for of in lot.choices([0, 1, 7, 49, 50, 51, 800, 1000], k=size)]
        for size in range(1, 60)
    ]
    program = f"""
        import {{ percent, scale, shapes }} from {json.dumps(SCRIPT.as_uri())};
        const found = JSON.parse(process.argv[1]).map((series) => {{
          const [papers, of] = [0, 1].map((side) => series.map((pair) => pair[side]));
          const course = {{ papers, of, few: 50 }};
          const top = scale(course);
          const words = series.map((pair) => percent(...pair));
          return [top, shapes(course, top), words];
        }});
        console.log(JSON.stringify(found));
    """
    done = subprocess.run(
        ["node", "--input-type=module", "-e", program, json.dumps(series)],
        capture_output=True,
        text=True,
        check=True,
    )
    for pairs_of, (top, paths, words) in zip(series, json.loads(done.stdout), strict=True):
        points = [Point("2025-01", papers, of) for papers, of in pairs_of]
        assert top == scale(points, FINE_SCALES)
        assert paths == [list(shape) for shape in shapes(points, top) if shape[1]]
        assert words == [percent(papers, of) for papers, of in pairs_of]
