"""The pictures beside a link to the site where people share it: the site's, and one an area.

The font comes with Pillow and knows Latin letters; a name in others is shown as its address.
"""

import io
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache, partial

from PIL import Image, ImageDraw, ImageFont

from generator import urls
from generator.catalog import Catalog
from generator.config import Settings
from generator.heads import CARD_SIZE
from generator.keys import Keys, Output
from generator.text import visible

Colour = tuple[int, int, int]

GROUND: Colour = (0x1F, 0x3A, 0x5F)
INK: Colour = (0xFF, 0xFF, 0xFF)
ACCENT: Colour = (0xF0, 0xA5, 0x7A)
"""The theme's colours: see daybook.css."""

LEVELS = 16
"""Colours of a picture: from the ground to the ink, and the accent."""
FULL = 255
QUIET = 180
"""How much of the ink is in the words below the name."""

MARGIN = 96
BAR = 15
"""Height of the accent at the top."""
FOOT = CARD_SIZE[1] - 104
WIDTH = CARD_SIZE[0] - 2 * MARGIN
SIZES = (104, 88, 72, 60, 50)
"""Of the name, in pixels: the first at which it fits."""
LINES = 3
LEADING = 1.2
"""From line to line, in sizes."""
SMALL = 40
"""Size of the other words."""
FOOT_LEFT = MARGIN + 2 * SMALL
FOOT_WIDTH = CARD_SIZE[0] - MARGIN - FOOT_LEFT
LONGEST = 400
"""Characters of a name that are looked at."""
DASHES = re.compile("[\u2010-\u2015\u2212]")


def cards(catalog: Catalog, settings: Settings, keys: Keys) -> Iterator[Output]:
    """Yield the picture of the site, and one of each area."""
    site, home = folded(settings.site_name), settings.site_url
    papers, days = counted(len(catalog.listed), "paper"), counted(len(catalog.days), "day")
    yield card(urls.CARD, (site, home), f"{papers} on {days}", folded(settings.list_name), keys)
    for area in catalog.areas:
        page = urls.absolute(urls.area(area.key), home)
        papers = counted(catalog.area_papers(area), "paper")
        yield card(urls.area_card(area.key), (folded(area.name), page), papers, site, keys)


def card(path: urls.Address, names: tuple[str, str], below: str, foot: str, keys: Keys) -> Output:
    """Return a picture of the first of a page's names that can be drawn, its address the last."""
    name, page = names
    shown = (
        drawable(name) or drawable(page.partition("://")[2].rstrip("/")),
        drawable(below),
        drawable(foot),
    )
    return Output(path=path, key=keys.of("card", shown), make=partial(picture, *shown))


def folded(text: str) -> str:
    """Return text on one line, the beginning of an endless one."""
    return " ".join(visible(text[:LONGEST]).split())


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: 1 paper, 1,203 papers."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def drawable(text: str) -> str:
    """Return text as the font can draw it, accents left out, or nothing if it cannot."""
    letters = DASHES.sub("-", unicodedata.normalize("NFKD", text))
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return bare if all(map(has_glyph, set(bare))) else ""


@lru_cache(maxsize=len(SIZES) + 1)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font at a size in pixels, letter after letter, the same on every machine."""
    found = ImageFont.load_default(size)
    if not isinstance(found, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType: install one of its own wheels")
    return found.font_variant(layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1024)
def has_glyph(char: str) -> bool:
    """Return whether the font can draw a character, a blank too."""
    return char == " " or bytes(font(SMALL).getmask(char)) != bytes(font(SMALL).getmask("\ufffe"))


def picture(name: str, below: str, foot: str) -> bytes:
    """Return a picture as PNG: the same words, the same bytes."""
    # Drawn as how much of the ink shows, in full range; a palette makes colours of it.
    image = Image.new("L", CARD_SIZE)
    draw = ImageDraw.Draw(image)
    size, lines = fitted(name)
    top = (CARD_SIZE[1] - len(lines) * size * LEADING) / 2 - SMALL
    for line in (*lines, ""):
        draw.text((MARGIN, round(top)), line, fill=FULL, font=font(size))
        top += size * LEADING
    top -= size * LEADING - SMALL / 2
    draw.text((MARGIN, round(top)), cut(below, SMALL), fill=QUIET, font=font(SMALL))
    draw.text((FOOT_LEFT, FOOT), cut(foot, SMALL, FOOT_WIDTH), fill=QUIET, font=font(SMALL))
    draw_sign(draw)
    levels = image.point([round(level * (LEVELS - 2) / FULL) for level in range(FULL + 1)])
    ImageDraw.Draw(levels).rectangle((0, 0, CARD_SIZE[0], BAR), fill=LEVELS - 1)
    levels.putpalette(palette())
    file = io.BytesIO()
    # Most change with each list. The tightest packing takes ten times as long for 600 bytes less.
    levels.save(file, "PNG", bits=4)
    return file.getvalue()


def draw_sign(draw: ImageDraw.ImageDraw) -> None:
    """Draw the site's sign at the foot: a page with three lines."""
    left, top = MARGIN, FOOT - 2
    draw.rounded_rectangle((left, top, left + 42, top + 46), radius=6, fill=FULL)
    for row, length in enumerate((26, 26, 16)):
        y = top + 12 + row * 10
        draw.rectangle((left + 8, y, left + 8 + length, y + 3), fill=0)


def palette() -> list[int]:
    """Return the colours of all levels, three numbers each: from ground to ink, then the accent."""
    steps = LEVELS - 2
    ramp = (
        round(ground + (ink - ground) * step / steps)
        for step in range(steps + 1)
        for ground, ink in zip(GROUND, INK, strict=True)
    )
    return [*ramp, *ACCENT]


def fitted(name: str) -> tuple[int, tuple[str, ...]]:
    """Return the largest size at which a name fits, and its lines; cut where it fits at none."""
    for size in SIZES:
        lines = wrapped(name, size)
        if len(lines) <= LINES and all(font(size).getlength(line) <= WIDTH for line in lines):
            return size, lines
    last = " ".join(lines[LINES - 1 :])
    return size, tuple(cut(line, size) for line in (*lines[: LINES - 1], last) if line)


def wrapped(text: str, size: int) -> tuple[str, ...]:
    """Return text in lines, each as full as a size allows; a word too long stands alone."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font(size).getlength(longer) <= WIDTH or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def cut(line: str, size: int, width: int = WIDTH) -> str:
    """Return a line, cut where it is too wide, with an ellipsis."""
    if font(size).getlength(line) <= width:
        return line
    ends = range(len(line), 0, -1)
    fits = (end for end in ends if font(size).getlength(f"{line[:end]}…") <= width)
    return f"{line[: next(fits, 0)].rstrip()}…"
