"""Tags over time, in so few periods that a chart or a table can hold them."""

from calendar import month_abbr
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from generator.catalog import Catalog, span
from generator.trends import Point, Points, tag_months

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


def course_of(catalog: Catalog, most: int = MOST_PERIODS) -> Course:
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
