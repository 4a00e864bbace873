"""All tags as one map: each area a field, each tag in it as large as its papers are many.

Fields are laid out as squares as far as that goes (Bruls, Huizing and van Wijk, Squarified
Treemaps, 2000, https://doi.org/10.1007/978-3-7091-6783-0_4). The map repeats the list below it for
the eye, so that it says nothing to screen readers and takes no stop of the keyboard.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from generator import urls
from generator.catalog import Catalog
from generator.model import Area
from generator.text import attribute

WIDTH, HEIGHT = 928, 560
"""Of the map, in pixels as it is drawn where there is room."""
HEAD = 18
"""Pixels for an area's name."""
GAP = 2
"""Pixels between an area's tags and its border."""
LINE = 14
"""Pixels from one line of a name to the next."""
LETTER = 6.4
"""Pixels that a letter of a name takes: more than most, so that a name stays in its field."""
WIDE_LETTER = 7.6
"""The same, of an area's name, which is larger."""
LEAST = 30
"""Pixels of width below which a field has no name."""

Sized = tuple[str, int]
"""The key of a tag or an area, and its papers."""


@dataclass(frozen=True, slots=True)
class Field:
    """A rectangle, in pixels from the upper left corner of the map."""

    left: float
    top: float
    width: float
    height: float

    def inner(self) -> "Field":
        """Return the room for an area's tags: below its name, within its border."""
        return Field(
            self.left + GAP,
            self.top + HEAD,
            max(self.width - 2 * GAP, 0),
            max(self.height - HEAD - GAP, 0),
        )


def by_size(catalog: Catalog, keys: Iterable[str]) -> tuple[str, ...]:
    """Return keys of tags, those with the most papers first; of equals as they come."""
    return tuple(sorted(keys, key=lambda key: -len(catalog.tagged[key])))


def tag_map(catalog: Catalog, here: urls.Address) -> str:
    """Return the map as SVG on one line, for the page at `here`; empty where no tag has a paper.

    A paper counts once for each of its tags.
    """
    sizes = [(area, [*tag_sizes(catalog, area)]) for area in catalog.areas]
    areas = {area.key: (area, tags) for area, tags in sizes if tags}
    whole = [(key, sum(papers for _, papers in tags)) for key, (_, tags) in areas.items()]
    fields = squarified(sorted(whole, key=lambda each: -each[1]), Field(0, 0, WIDTH, HEIGHT))
    drawn = "".join(
        area_field(catalog, areas[key][0], areas[key][1], field, here) for key, field in fields
    )
    if not drawn:
        return ""
    whole_map = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}">{drawn}</svg>'
    return f'<div class="db-map" aria-hidden="true">{whole_map}</div>'


def tag_sizes(catalog: Catalog, area: Area) -> Iterator[Sized]:
    """Yield the tags of an area that have papers, the largest first."""
    for key in by_size(catalog, area.tags):
        if papers := len(catalog.tagged[key]):
            yield key, papers


def area_field(
    catalog: Catalog, area: Area, tags: Sequence[Sized], field: Field, here: urls.Address
) -> str:
    """Return an area with its tags as SVG."""
    inside = "".join(
        linked(
            urls.relative(urls.tag(key), here),
            f"{catalog.tags[key].name}: {papers:,}",
            rectangle(each),
            name_lines(catalog.tags[key].name, papers, each),
        )
        for (key, papers), (_, each) in zip(tags, squarified(tags, field.inner()), strict=True)
    )
    head = Field(field.left + GAP, field.top, field.width - 2 * GAP, HEAD)
    name = text_at(shortened(area.name, head), head, 1)
    target = urls.relative(urls.area(area.key), here)
    title = f"{area.name}: all of the area"
    return f"<g>{linked(target, title, rectangle(head), name)}{inside}</g>"


def linked(target: str, title: str, shape: str, words: str) -> str:
    """Return a field that leads somewhere. What it stands for shows where a pointer rests."""
    return f'<a href="{target}" tabindex="-1"><title>{attribute(title)}</title>{shape}{words}</a>'


def rectangle(field: Field) -> str:
    """Return a field as SVG, less a pixel to the right and below, which parts it from others."""
    return (
        f'<rect x="{field.left:.1f}" y="{field.top:.1f}" '
        f'width="{max(field.width - 1, 0):.1f}" height="{max(field.height - 1, 0):.1f}"/>'
    )


def name_lines(name: str, papers: int, field: Field) -> str:
    """Return a name as SVG, in lines, with its papers where both have room; else nothing."""
    lines = wrapped(f"{name} {papers:,}", field) or wrapped(name, field)
    return "".join(text_at(line, field, number) for number, line in enumerate(lines, 1))


def text_at(line: str, field: Field, number: int) -> str:
    """Return a line of text in a field as SVG, the first one at its top."""
    top = field.top + number * LINE
    return f'<text x="{field.left + 5:.1f}" y="{top:.1f}">{attribute(line)}</text>'


def shortened(name: str, field: Field) -> str:
    """Return as many words of a name as fit on one line."""
    letters = int((field.width - 8) / WIDE_LETTER)
    if len(name) <= letters:
        return name
    ends = [at for at in range(min(len(name), letters)) if name[at] == " "]
    return f"{name[: ends[-1]].removesuffix(' and')}…" if ends else ""


def wrapped(name: str, field: Field) -> tuple[str, ...]:
    """Return a name in lines that fit into a field; none where a word or a line does not."""
    letters = int((field.width - 8) / LETTER)
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    room = field.width >= LEAST and len(lines) * LINE + 4 <= field.height
    return tuple(lines) if room and all(len(line) <= letters for line in lines) else ()


def squarified(sizes: Sequence[Sized], field: Field) -> Iterator[tuple[str, Field]]:
    """Yield a field for each size, in their order, which must be descending; together they fill it.

    Sizes are above 0. A row grows along the shorter side for as long as that makes its fields
    squarer.
    """
    left = sum(size for _, size in sizes)
    at = 0
    while at < len(sizes):
        end = row_end(sizes, at, field, left)
        row = sizes[at:end]
        taken = sum(size for _, size in row)
        yield from row_fields(row, taken, field, taken / left)
        field = rest(field, taken / left)
        left -= taken
        at = end


def row_end(sizes: Sequence[Sized], at: int, field: Field, left: int) -> int:
    """Return where the row ends that begins at `at`, with so many papers left for a field."""
    short = min(field.width, field.height)
    # The square of a row's length, in papers: areas are compared as papers, not as pixels.
    side = short / max(field.width, field.height, 1) * left
    taken, worst = 0, float("inf")
    for end in range(at, len(sizes)):
        taken += sizes[end][1]
        wide = max(side * sizes[at][1] / taken**2, taken**2 / (side * sizes[end][1] or 1))
        if wide > worst:
            return end
        worst = wide
    return len(sizes)


def row_fields(
    row: Sequence[Sized], taken: int, field: Field, share: float
) -> Iterator[tuple[str, Field]]:
    """Yield the fields of a row, which takes a share of a field along its shorter side."""
    done = 0
    for key, size in row:
        before, part = done / taken, size / taken
        if field.width >= field.height:
            top, tall = field.top + before * field.height, part * field.height
            yield key, Field(field.left, top, share * field.width, tall)
        else:
            left, wide = field.left + before * field.width, part * field.width
            yield key, Field(left, field.top, wide, share * field.height)
        done += size


def rest(field: Field, share: float) -> Field:
    """Return what is left of a field without the share of a row."""
    if field.width >= field.height:
        gone = share * field.width
        return Field(field.left + gone, field.top, max(field.width - gone, 0), field.height)
    gone = share * field.height
    return Field(field.left, field.top + gone, field.width, max(field.height - gone, 0))
