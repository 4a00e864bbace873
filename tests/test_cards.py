"""Pictures beside links: small, the same for the same words, and with room for any name."""

import io
from dataclasses import replace

import hostile
import pytest
from lists import SETTINGS, list_of, raw_dump, record_of
from PIL import Image

from generator.build import read
from generator.cards import (
    BAR,
    FOOT,
    FOOT_WIDTH,
    LINES,
    MARGIN,
    SIZES,
    SMALL,
    WIDTH,
    cards,
    cut,
    drawable,
    fitted,
    font,
    picture,
)
from generator.catalog import Catalog
from generator.heads import CARD_SIZE
from generator.keys import Keys
from generator.model import Area

LIMIT = 40_000
"""Bytes of a picture."""
NAMES = (
    "Lists",
    "Reading, writing and arithmetic",
    "An area that has a name so long that there must be several lines of it, or hardly any letters",
    "word " * 200,
    "x" * 400,
    "W" * 60,
    "",
    "Électricité für alle",
    "日本語のリスト",
)


def opened(content: bytes) -> Image.Image:
    """Return a picture, read."""
    return Image.open(io.BytesIO(content)).convert("RGB")


def catalog_of(name: str) -> Catalog:
    """Return a catalog of two papers and one area of this name."""
    catalog = read(record_of(raw_dump(list_of("Mar 14", "Video 1", "Video 2")))).catalog
    return replace(catalog, areas=(Area(key="seeing", name=name, tags=("video",)),))


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_small_and_keeps_its_margins(name: str) -> None:
    """Whatever the name, it fits, and nothing runs over the edge or into the foot."""
    found = [*cards(catalog_of(name), replace(SETTINGS, site_name=name or "x"), Keys())]
    assert [each.path for each in found] == ["assets/cards/site.png", "assets/cards/seeing.png"]
    for output in found:
        content = output.make()
        assert 1000 < len(content) < LIMIT
        image = opened(content)
        assert image.size == CARD_SIZE
        ground = image.getpixel((2, CARD_SIZE[1] // 2))
        width, height = CARD_SIZE
        for box in (
            (0, BAR + 1, MARGIN - 2, height),
            (width - MARGIN + 2, BAR + 1, width, height),
            (0, FOOT - 20, width, FOOT - 4),
            (0, height - 40, width, height),
        ):
            assert {colour for _, colour in image.crop(box).getcolors() or ()} == {ground}


def test_a_picture_shows_what_it_is_given() -> None:
    """Other words, other pixels; the same words, the same bytes."""
    shown = ("Lists", "2 papers", "Daybook")
    first = picture(*shown)
    assert picture(*shown) == first
    for number in range(3):
        words = list(shown)
        words[number] += " more"
        assert picture(*words) != first


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_fitted(name: str) -> None:
    """As large as it fits in three lines; what does not fit at all ends with an ellipsis."""
    size, lines = fitted(name)
    assert size in SIZES
    assert 0 < len(lines) <= LINES
    assert all(font(size).getlength(line) <= WIDTH for line in lines)
    said = " ".join(lines)
    assert said == " ".join(name.split()) or (size == SIZES[-1] and "…" in said)


def test_words_below_are_cut() -> None:
    """A line that is too wide ends with an ellipsis at the last letter that fits."""
    line = cut("many words " * 40, SMALL, FOOT_WIDTH)
    assert line.endswith("…")
    assert FOOT_WIDTH - 2 * SMALL < font(SMALL).getlength(line) <= FOOT_WIDTH
    assert cut("few words", SMALL, FOOT_WIDTH) == "few words"


def test_what_the_font_cannot_draw_is_shown_as_an_address() -> None:
    """Accents are left out; a name in other letters would be boxes."""
    assert drawable("Électricité für alle") == "Electricite fur alle"
    assert drawable("日本語") == drawable("Список") == drawable("עברית") == ""
    assert drawable("A–B") == "A-B"
    other = [each.make() for each in cards(catalog_of("日本語"), SETTINGS, Keys())]
    assert other[1] == picture("lists.test/papers/areas/seeing", "2 papers", "Lists")


def test_hostile_names_have_a_picture() -> None:
    """No name stops the build or makes an endless picture."""
    for payload in hostile.PAYLOADS:
        for output in [*cards(catalog_of(payload), replace(SETTINGS, site_name=payload), Keys())]:
            assert output.key
            assert output.path.endswith(".png")
    for payload in hostile.PAYLOADS[::12]:
        (_, output) = cards(catalog_of(payload), SETTINGS, Keys())
        assert opened(output.make()).size == CARD_SIZE


def test_a_picture_is_made_anew_where_it_would_differ() -> None:
    """Its key hangs on its words alone: the name, the count, the site."""
    catalog = catalog_of("Seeing")
    site, area = (each.key for each in cards(catalog, SETTINGS, Keys()))
    assert [each.key for each in cards(catalog, SETTINGS, Keys())] == [site, area]
    assert site != area
    fewer = replace(catalog, tagged={"video": catalog.tagged["video"][:1]})
    now = [each.key for each in cards(fewer, SETTINGS, Keys())]
    assert now[0] == site
    assert now[1] != area
    renamed = replace(SETTINGS, site_name="Others")
    assert not {each.key for each in cards(catalog, renamed, Keys())} & {site, area}
