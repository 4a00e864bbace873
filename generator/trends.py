"""How tags come and go, which go together, which papers come back: numbers, drawn elsewhere.

A paper counts once, on the day on which it was first listed.
"""

import datetime as dt
from calendar import month_abbr
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, islice
from math import comb, exp, lgamma

from generator.catalog import Catalog, first_day, last_day, span
from generator.model import Paper

RECENT = dt.timedelta(weeks=4)
"""What counts as now: the last days of the archive, its newest list's day among them."""
BEFORE = dt.timedelta(weeks=52)
"""What now is held against: the days before it."""
LEAST_BEFORE = dt.timedelta(weeks=12)
"""A past shorter than this is none."""
FEWEST_RECENT = 5
"""Papers that a rising tag has now at least: fewer are an accident, whatever a test says."""
FALSE_SHARE = 0.05
"""Of the tags called rising, the share that may be there by chance."""
FEW = 50
"""Papers below which a period's shares are uncertain: a share of a tenth may be a twentieth."""
FEWEST_PAIRED = 10
"""Papers that two tags share at least, before anything is said of the pair."""
SCALES = (0.05, 0.2, 0.5, 1.0)
"""Where charts of one tag may end: few scales, so that many charts have the same."""
FINE_SCALES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
"""Where a chart of several tags may end."""
MOST_PERIODS = 42
"""Columns of a chart: ten years by quarters, wherever in a quarter they begin."""
MOST_IN_A_TABLE = 24
"""Columns of a table: more than two years go by quarters, more than five by years."""
FEWEST_PERIODS = 3
"""Months of an archive before charts say more than a table."""
FEWEST_DRAWN = 10
"""Papers of a tag before a chart says more than their number."""


@dataclass(frozen=True, slots=True)
class Point:
    """A month of a tag; or, once grouped, a quarter or some years, under its first month."""

    month: str
    """As addresses have it: 2025-03."""
    papers: int
    """First listed in it, with the tag."""
    of: int
    """All papers first listed in it; 0 where no list brought any."""

    @property
    def share(self) -> float:
        """The tag's share of the papers, 0 where there are none."""
        return self.papers / self.of if self.of else 0.0

    @property
    def few(self) -> bool:
        """Whether so few papers were listed that the share is uncertain."""
        return self.of < FEW


Points = tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Every tag's course over time, in periods of one length."""

    length: int
    """Months of a period."""
    periods: Points
    """All papers, with or without tags: `papers` is `of`."""
    tags: Mapping[str, Points]
    """As many points for each tag, in the vocabulary's order."""

    def drawn(self, keys: Iterable[str]) -> list[str]:
        """Return which of these tags a chart says something of, those of high shares first."""
        if len(self.periods) < FEWEST_PERIODS:
            return []
        enough = [key for key in keys if total(self.tags[key]) >= FEWEST_DRAWN]
        return sorted(enough, key=lambda key: -scale(self.tags[key]))

    def largest(self, count: int) -> list[str]:
        """Return the tags of the most papers, most first, of those that charts are drawn of."""
        ranked = sorted(self.drawn(self.tags), key=lambda key: -total(self.tags[key]))
        return ranked[:count]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """A tag on more papers now than its own past lets expect."""

    key: str
    recent: int
    """Papers with the tag, first listed in the last four weeks."""
    expected: float
    """How many there would be, were its share what it was before."""
    now: float
    """Its share of the papers of the last four weeks."""
    before: float
    """Its share of the papers of the year before these."""
    p: float
    """How often chance alone would do as much: see `chance_of`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two tags that stand on the same papers more often than chance would have it."""

    keys: tuple[str, str]
    """The one with more papers first."""
    papers: int
    """With both."""
    expected: float
    """With both, if one tag told nothing of the other."""

    @property
    def lift(self) -> float:
        """How many times as often as expected."""
        return self.papers / self.expected


def tag_months(catalog: Catalog) -> dict[str, Points]:
    """Return each tag's months, from the archive's first to its last, none left out.

    In the vocabulary's order; without a point where the archive has no day.
    """
    months = [month for names in span(catalog.days).values() for month in names]
    of = [len(catalog.first_listed.get(month, ())) for month in months]
    return {
        key: tuple(
            Point(month, len(by_month.get(month, ())), all_of)
            for month, all_of in zip(months, of, strict=True)
        )
        for key, by_month in catalog.tag_months.items()
    }


def period_length(months: int, most: int = MOST_PERIODS) -> int:
    """Return how many months are drawn as one, so that no chart has more periods than `most`.

    A month, a quarter, a year; beyond that as many years as it takes.

    >>> [period_length(months) for months in (1, 42, 43, 120, 400, 1200)]
    [1, 1, 3, 3, 12, 36]
    """
    # A first and a last period that are cut add one.
    for length in (1, 3, 12):
        if -(-months // length) + (length > 1) <= most:
            return length
    return 12 * -(-months // (12 * (most - 1)))


def grouped(points: Sequence[Point], length: int) -> Points:
    """Return points of so many months each, by the calendar; the outer ones may have fewer."""
    if length == 1:
        return tuple(points)
    found = (tuple(group) for _, group in groupby(points, lambda point: ordinal(point) // length))
    return tuple(
        Point(group[0].month, sum(each.papers for each in group), sum(each.of for each in group))
        for group in found
    )


def course(catalog: Catalog, most: int = MOST_PERIODS) -> Course:
    """Return the course of all tags, in so few periods that there are no more than `most`."""
    months = tag_months(catalog)
    every = [
        Point(month, papers, papers)
        for names in span(catalog.days).values()
        for month in names
        for papers in (len(catalog.first_listed.get(month, ())),)
    ]
    length = period_length(len(every), most)
    return Course(
        length=length,
        periods=grouped(every, length),
        tags={key: grouped(points, length) for key, points in months.items()},
    )


def total(points: Iterable[Point]) -> int:
    """Return how many papers these are."""
    return sum(point.papers for point in points)


def scale(points: Sequence[Point], scales: Iterable[float] = SCALES) -> float:
    """Return the share at which a chart of these ends.

    Shares of few papers do not stretch it, unless there are no others.
    """
    highest = max([each.share for each in sure(points)], default=0)
    return next(top for top in scales if top >= highest)


def sure(points: Sequence[Point]) -> Sequence[Point]:
    """Return the points of enough papers, or all, where none has enough."""
    return [point for point in points if not point.few] or points


def peak(points: Sequence[Point]) -> Point:
    """Return the first point of the highest share, uncertain ones aside where others are."""
    return max(sure(points), key=lambda point: point.share)


def percent(papers: int, of: int) -> str:
    """Return a share for people, in whole numbers from ten on; a dash where it is of nothing.

    >>> percent(1, 30), percent(1, 3), percent(0, 9), percent(0, 0)
    ('3.3%', '33%', '0%', '–')
    """
    if not of:
        return "–"
    # Whole numbers, as the page's script has them, so that both round alike.
    tenths = (2000 * papers + of) // (2 * of)
    if tenths >= 100 or not papers:  # noqa: PLR2004  # ten per cent
        return f"{(200 * papers + of) // (2 * of)}%"
    return f"{tenths // 10}.{tenths % 10}%"


def period_name(month: str, length: int) -> str:
    """Return what a period is called, by its first month, for places without much room.

    >>> period_name("2025-03", 1), period_name("2025-03", 3), period_name("2025-03", 24)
    ('Mar 2025', 'Jan–Mar 2025', '2024–2025')
    """
    first = ordinal(Point(month, 0, 0)) // length * length
    last = first + length - 1
    if length == 1:
        return name_of_month(first)
    if length < 12:  # noqa: PLR2004  # a year
        return f"{name_of_month(first)[:3]}–{name_of_month(last)}"
    return f"{first // 12}" if length == 12 else f"{first // 12}–{last // 12}"  # noqa: PLR2004


def name_of_month(number: int) -> str:
    """Return a numbered month's short name: Mar 2025."""
    return f"{month_abbr[number % 12 + 1]} {number // 12}"


def ordinal(point: Point) -> int:
    """Return a point's month as a number: January of the year 0 is 0."""
    return 12 * int(point.month[:4]) + int(point.month[5:]) - 1


def windows(catalog: Catalog) -> tuple[dt.date, dt.date] | None:
    """Return the first day of the past and the first day of now; None where there is no past."""
    if not catalog.days:
        return None
    now = catalog.days[-1].date - RECENT + dt.timedelta(days=1)
    past = max(now - BEFORE, catalog.days[0].date)
    return (past, now) if now - past >= LEAST_BEFORE else None


def rising(catalog: Catalog) -> tuple[Rising, ...]:
    """Return the tags that rise against their own past, the least likely by chance first.

    The last four weeks are held against the year before them by Fisher's exact test, one-sided.
    Many tags are tested, so some pass by chance: Benjamini and Hochberg's procedure keeps these
    to a share of `FALSE_SHARE`. Tags with few papers now are left out after that. Empty where
    nothing rises, or the archive is too young to tell.
    """
    there = windows(catalog)
    if there is None:
        return ()
    past, now = there
    recent_papers = [paper for paper in catalog.listed if first_day(paper) >= now]
    before_papers = [paper for paper in catalog.listed if past <= first_day(paper) < now]
    if not recent_papers or not before_papers:
        return ()
    recent, before = tag_counts(recent_papers), tag_counts(before_papers)
    sizes = len(recent_papers), len(before_papers)
    found = [risen(key, recent[key], before[key], sizes) for key in recent.keys() | before.keys()]
    ranked = sorted(found, key=lambda each: (each.p, -each.recent, each.key))
    return tuple(each for each in beyond_chance(ranked) if each.recent >= FEWEST_RECENT)


def tag_counts(papers: Iterable[Paper]) -> Counter[str]:
    """Return how many of these papers carry each tag."""
    return Counter(hit.key for paper in papers for hit in paper.tags)


def risen(key: str, recent: int, before: int, sizes: tuple[int, int]) -> Rising:
    """Return what a tag's counts say, now and before, among so many papers now and before."""
    of_recent, of_before = sizes
    return Rising(
        key=key,
        recent=recent,
        expected=of_recent * before / of_before,
        now=recent / of_recent,
        before=before / of_before,
        p=chance_of(recent, drawn=of_recent, marked=recent + before, of=of_recent + of_before),
    )


def beyond_chance(ranked: Sequence[Rising]) -> Sequence[Rising]:
    """Return the tags, of all tested, by ascending p, that pass Benjamini and Hochberg's rule.

    https://doi.org/10.1111/j.2517-6161.1995.tb02031.x
    """
    tests = len(ranked)
    passed = [at for at in range(tests) if ranked[at].p * tests <= (at + 1) * FALSE_SHARE]
    return ranked[: passed[-1] + 1] if passed else ()


def chance_of(found: int, *, drawn: int, marked: int, of: int) -> float:
    """Return how likely `drawn` papers out of `of` hold `found` or more of the `marked` ones.

    The upper tail of the hypergeometric distribution, which is Fisher's exact test: if now and
    before were alike, the papers of now would be drawn from all by lot. Summed in logarithms.

    >>> round(chance_of(3, drawn=3, marked=3, of=6), 4)
    0.05
    """
    all_ways = log_choose(of, drawn)
    most, least = min(drawn, marked), max(found, drawn + marked - of, 0)
    ways = (
        exp(log_choose(marked, hits) + log_choose(of - marked, drawn - hits) - all_ways)
        for hits in range(least, most + 1)
    )
    return min(1.0, sum(ways))


def log_choose(of: int, some: int) -> float:
    """Return the logarithm of how many ways there are to choose some."""
    return lgamma(of + 1) - lgamma(some + 1) - lgamma(of - some + 1)


def together(catalog: Catalog) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return, for each tag, the tags on the same papers with how many these are, most first."""
    # Many papers carry the same tags: these are taken apart once.
    alike = Counter(tuple(sorted(hit.key for hit in paper.tags)) for paper in catalog.listed)
    shared: dict[str, Counter[str]] = defaultdict(Counter)
    for keys, papers in alike.items():
        for one, other in combinations(keys, 2):
            shared[one][other] += papers
            shared[other][one] += papers
    return {
        key: tuple(sorted(shared[key].items(), key=lambda each: (-each[1], each[0])))
        for key in catalog.tags
    }


def pairs(catalog: Catalog, limit: int) -> tuple[Pair, ...]:
    """Return the pairs of tags that share the most papers beyond what chance would give them.

    By how many papers these are: so that a rare pair, whose numbers are small, does not come
    first because it was expected to be rarer still. Each passes Fisher's exact test, corrected
    for all pairs that there may be (Bonferroni).
    """
    size, of = {key: len(papers) for key, papers in catalog.tagged.items()}, len(catalog.listed)
    found = [
        Pair(keys=(key, other), papers=papers, expected=size[key] * size[other] / of)
        for key, others in together(catalog).items()
        for other, papers in others
        if papers >= FEWEST_PAIRED and (size[other], other) < (size[key], key)
    ]
    ranked = sorted(found, key=lambda each: (each.expected - each.papers, each.keys))
    luck = FALSE_SHARE / max(1, comb(len(size), 2))
    beyond = (
        each
        for each in ranked
        if each.papers > each.expected
        and chance_of(each.papers, drawn=size[each.keys[0]], marked=size[each.keys[1]], of=of)
        <= luck
    )
    return tuple(islice(beyond, limit))


def most_listed(catalog: Catalog, limit: int) -> tuple[Paper, ...]:
    """Return the papers listed on the most days, two at least; of equals the latest first."""
    back = [paper for paper in catalog.listed if first_day(paper) < last_day(paper)]
    order = {paper.slug: (len(paper.days), last_day(paper)) for paper in back}
    return tuple(sorted(back, key=lambda paper: order[paper.slug], reverse=True)[:limit])
