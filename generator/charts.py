"""Shares over time as SVG, on one line each, in the colours of the page they stand on.

No chart holds a colour or a style: style sheets have these. Names of attributes are in lower case,
as our Markdown has them; a browser knows `viewbox` too.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import floor

from generator.courses import (
    FINE_SCALES,
    Course,
    grouped,
    peak,
    percent,
    period_length,
    period_name,
    scale,
)
from generator.model import Tag
from generator.text import unmarked, visible
from generator.trends import Point

STEP = 5
"""From one column to the next; a column is a line of four of these, by the style sheet."""
TALL = 100
"""The height that all charts are drawn to, and then stretched to their place."""


def sparkline(points: Sequence[Point], label: str) -> str:
    """Return a small chart of a tag's shares, as HTML for the midst of a line of Markdown.

    A column a month, or a quarter or more where there are many; from zero to the highest share.
    Columns of few papers are paler. A time without papers leaves a gap in the line below, one
    without the tag's does not. Empty where there is no point.
    """
    if not points:
        return ""
    drawn = grouped(points, period_length(len(points)))
    top = max(point.share for point in drawn)
    return columns(drawn, top, label, ' class="db-spark" width="96" height="24"')


def plot_of_tag(course: Course, tag: Tag) -> str:
    """Return a tag's shares as columns, in their frame."""
    points = course.tags[tag.key]
    top, most, last = scale(points), peak(points), points[-1]
    label = (
        f"{tag.name}: {percent(most.papers, most.of)} at most, "
        f"in {period_name(most.month, course.length)}; {percent(last.papers, last.of)} at last"
    )
    return framed(columns(points, top, label), course, top)


def plot_of_tags(course: Course, keys: Sequence[str], tags: Mapping[str, Tag]) -> str:
    """Return the shares of some tags as lines, in their frame."""
    series = [course.tags[key] for key in keys]
    top = max([scale(points, FINE_SCALES) for points in series], default=1.0)
    names = ", ".join(tags[key].name for key in keys)
    return framed(lines(series, top, f"Shares over time: {names}"), course, top)


def framed(svg: str, course: Course, top: float) -> str:
    """Return a chart with what its axes say, which the style sheet shows around it."""
    first, last = (
        period_name(point.month, course.length) for point in (course.periods[0], course.periods[-1])
    )
    return (
        f'<div class="db-plot" data-from="{first}" data-to="{last}">'
        f'<span class="db-plot__top" aria-hidden="true">{top:.0%}</span>'
        f"{svg}</div>"
    )


def columns(points: Sequence[Point], top: float, label: str, attributes: str = "") -> str:
    """Return shares as columns, from zero to `top`, which stretch to the width they are given."""
    sure = strokes(points, top, few=False)
    pale = strokes(points, top, few=True)
    drawn = (("", sure), (' class="db-few"', pale), (' class="db-base"', base(points)))
    paths = (f'<path{name} d="{shape}"/>' for name, shape in drawn if shape)
    return (
        f'<svg{attributes} role="img" aria-label="{words(label)}" '
        f'viewbox="0 0 {STEP * len(points)} {TALL}" preserveaspectratio="none">'
        f"{''.join(paths)}</svg>"
    )


def strokes(points: Sequence[Point], top: float, *, few: bool) -> str:
    """Return as a path the columns of few papers, or the others: strokes upward from the base."""
    drawn, at, down = "", 0, TALL
    for index, point in enumerate(points):
        if point.papers and point.few is few:
            tall = max(1, min(TALL, round(TALL * point.share / top)))
            left = STEP * (index - at) if drawn else STEP * index + STEP // 2
            drawn += f"{'m' if drawn else 'M'}{left} {down}v-{tall}"
            at, down = index, tall
    return drawn


def lines(series: Sequence[Sequence[Point]], top: float, label: str) -> str:
    """Return shares as a line for each series, from zero to `top`, all over the same periods.

    The n-th line is of class `db-line--n`. Where a period has few papers the line is paler; where
    it has none, it breaks.
    """
    drawn = "".join(
        f'<path class="db-line db-line--{at}{name}" d="{shape}"/>'
        for at, points in enumerate(series, 1)
        for name, shape in shapes(points, top)
        if shape
    )
    width = max([STEP * (len(points) - 1) for points in series], default=0)
    return (
        f'<svg role="img" aria-label="{words(label)}" viewbox="0 0 {width or 1} {TALL}" '
        f'preserveaspectratio="none">{drawn}</svg>'
    )


def shapes(points: Sequence[Point], top: float) -> Iterator[tuple[str, str]]:
    """Yield the parts of a line as paths, each behind the classes that it has beside its own."""
    yield "", line(points, top, few=False)
    yield " db-few", line(points, top, few=True)
    yield " db-dots", dots(points, top, few=False)
    yield " db-dots db-few", dots(points, top, few=True)


def line(points: Sequence[Point], top: float, *, few: bool) -> str:
    """Return as a path the parts of a line from or to a period of few papers, or the others."""
    drawn, end = "", -1
    for at, (before, point) in enumerate(pairwise(points), 1):
        if before.of and point.of and (before.few or point.few) is few:
            start = "" if end == at - 1 else f"M{STEP * (at - 1)} {height(before, top)}"
            drawn += f"{start}L{STEP * at} {height(point, top)}"
            end = at
    return drawn


def dots(points: Sequence[Point], top: float, *, few: bool) -> str:
    """Return as a path the points that no line reaches, of few papers, or the others."""
    around = (Point("", 0, 0), *points, Point("", 0, 0))
    return "".join(
        f"M{STEP * at} {height(point, top)}h0"
        for at, point in enumerate(points)
        if point.of and point.few is few and not around[at].of and not around[at + 2].of
    )


def height(point: Point, top: float) -> int:
    """Return how far from the top of a chart a share is, no further up than that."""
    # As the page's script rounds.
    return max(0, floor(TALL * (1 - point.share / top) + 0.5))


def base(points: Sequence[Point]) -> str:
    """Return as a path the line below the columns: there where papers were listed."""
    return "".join(f"M{STEP * start} {TALL}H{STEP * end}" for start, end in listed(points))


def listed(points: Sequence[Point]) -> Iterator[tuple[int, int]]:
    """Yield where each run of points with papers starts, and where it has ended."""
    start = None
    for at, point in enumerate((*points, Point("", 0, 0))):
        if point.of and start is None:
            start = at
        elif not point.of and start is not None:
            yield start, at
            start = None


def words(label: str) -> str:
    """Return text for an attribute, which neither HTML nor Markdown reads as more than text."""
    return unmarked(" ".join(visible(label).split()))
