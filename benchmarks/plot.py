"""Lines over logarithmic axes, as an SVG that needs no style sheet and no script."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 40, 50
LABEL = 17
"""The least distance of two labels."""
COLOURS = ("#0b5cad", "#b3261e", "#1d7a3e", "#7a4a00", "#6a3fa0")
"""At least 4.5 to 1 against white."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A named row of points, above 0, from left to right."""

    name: str
    points: Sequence[Point]


def svg(title: str, across: str, panels: Sequence[tuple[str, Sequence[Line]]]) -> str:
    """Return panels, one under the other; each has a heading with its unit, and lines."""
    height = HEIGHT * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        '<g font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for number, (heading, lines) in enumerate(panels):
        parts.append(f'<g transform="translate(0 {number * HEIGHT})">')
        parts += panel(heading, across, lines)
        parts.append("</g>")
    return "\n".join((*parts, "</g>", "</svg>\n"))


def panel(heading: str, across: str, lines: Sequence[Line]) -> Iterator[str]:
    """Yield the parts of one panel."""
    x = scale([point[0] for line in lines for point in line.points], LEFT, WIDTH - RIGHT)
    y = scale([point[1] for line in lines for point in line.points], HEIGHT - BOTTOM, TOP)
    yield text(LEFT, TOP - 16, heading, weight="bold")
    for tick in x.ticks:
        yield rule(x.at(tick), TOP, x.at(tick), HEIGHT - BOTTOM)
        yield text(x.at(tick), HEIGHT - BOTTOM + 20, f"{tick:,g}", anchor="middle")
    for tick in y.ticks:
        yield rule(LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick))
        yield text(LEFT - 8, y.at(tick) + 4, f"{tick:,g}", anchor="end")
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, across, anchor="middle")
    last = [y.at(line.points[-1][1]) for line in lines]
    for line, colour, place in zip(lines, COLOURS, spread(last), strict=False):
        way = " ".join(f"{x.at(a):.1f},{y.at(b):.1f}" for a, b in line.points)
        yield f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for a, b in line.points:
            yield f'<circle cx="{x.at(a):.1f}" cy="{y.at(b):.1f}" r="3" fill="{colour}"/>'
        yield text(WIDTH - RIGHT + 10, place + 4, line.name, fill=colour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Values to places, logarithmically."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return a value's place."""
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """1, 2 and 5 of each power of ten, or the powers alone where that were many."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        steps = (1, 2, 5) if len(powers) <= 4 else (1,)  # noqa: PLR2004  # what has room
        found = [step * 10.0**power for power in powers for step in steps]
        return [each for each in found if self.low * 0.999 <= each <= self.high * 1.001]


def scale(values: Sequence[float], start: float, end: float) -> Scale:
    """Return the scale that holds these values, with a little room."""
    low, high = min(values), max(values)
    return Scale(low=low / 1.15, high=high * 1.15, start=start, end=end)


def spread(places: Sequence[float]) -> list[float]:
    """Return places for labels near those of their lines, none upon another.

    >>> spread([50, 10, 12])
    [50, 10, 27]
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    found = list(places)
    for before, index in pairwise(order):
        found[index] = max(found[index], found[before] + LABEL)
    return found


def rule(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return a thin grey line."""
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="#ddd"/>'


def text(
    x: float, y: float, words: str, *, anchor: str = "start", weight: str = "", fill: str = "#333"
) -> str:
    """Return words at a place."""
    bold = f' font-weight="{weight}"' if weight else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{bold}>'
        f"{escape(words)}</text>"
    )


def points(rows: Iterable[tuple[float, float]]) -> list[Point]:
    """Return the rows that a logarithmic axis can show."""
    return [(a, b) for a, b in rows if a > 0 and b > 0]
