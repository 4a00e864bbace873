"""Home, areas and tags: what they say, the calendar, the map, and what a browser makes of them."""

import datetime as dt
import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path

import pytest
from browsers import needs_chromium, on_failure
from conftest import served, start_with
from hypothesis import given, settings
from hypothesis import strategies as st
from lists import SETTINGS, dump_of, list_of, pairs_of, raw_dump, record_of
from markdown import markdown as python_markdown
from playwright.sync_api import Browser, Page, ViewportSize, expect

from generator import markup, urls
from generator.build import read
from generator.building import build_archive
from generator.catalog import Catalog, Day
from generator.heatmap import STEPS, latest_map, shade, steps, year_map
from generator.pages import pages, shares
from generator.serving import server
from generator.tag_map import Field, by_size, squarified, tag_map, wrapped
from generator.trends import Point

URL = "https://home.test/some/papers/"
PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=1440, height=900)
EXTENSIONS = ["toc", "tables", "fenced_code", "attr_list"]
"""Python-Markdown's, as MkDocs sets it up."""
KINDS = frozenset({"home", "tags", "tag", "tag-month", "tag-year", "area", "untagged"})


def sources(catalog: Catalog) -> dict[str, str]:
    """Return a catalog's pages, by their files."""
    return {page.path: page.text for page in pages(catalog, SETTINGS, sample=False)}


# --- the calendar


class Calendar(HTMLParser):
    """Reads the table of a calendar."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[tuple[str, str]]] = []
        """Of each row of days, the class and the words of each cell."""
        self.links: list[str] = []
        self.columns = 0
        self.feed(text.partition("</table>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note rows, cells and links."""
        given = {name: value or "" for name, value in attrs}
        if tag == "th" and given["scope"] == "col":
            self.columns += int(given["colspan"])
        elif tag == "th":
            self.rows.append([])
        elif tag == "td" and self.rows:
            self.rows[-1].append((given.get("class", ""), ""))
        elif tag == "a" and self.rows:
            self.links.append(given["href"])

    def handle_data(self, data: str) -> None:
        """Note a cell's words."""
        if self.rows and self.rows[-1]:
            name, words = self.rows[-1][-1]
            self.rows[-1][-1] = (name, words + data)

    def dates(self) -> list[str]:
        """Return the words of the cells with a list, in order of time."""
        weeks = zip(*self.rows, strict=True)
        return [words for week in weeks for _, words in week if words.endswith(("paper", "papers"))]


@cache
def one_day() -> Day:
    """Return a day with one paper."""
    return read(record_of(raw_dump(list_of("Mar 14", "A Lantern")))).catalog.days[0]


def days(counts: Mapping[dt.date, int]) -> list[Day]:
    """Return days with so many papers each."""
    item = one_day().items[0]
    return [
        Day(date=date, sources=(), items=(item,) * counts[date], withdrawn=0)
        for date in sorted(counts)
    ]


DATES = st.dates(dt.date(2023, 1, 1), dt.date(2025, 12, 31))


@settings(deadline=None)
@given(st.dictionaries(DATES, st.integers(0, 90), max_size=40))
def test_each_day_is_a_link_that_says_its_papers(counts: dict[dt.date, int]) -> None:
    """Every day of a calendar stands in its weekday's row, in order of time, once."""
    of_2024 = {date: number for date, number in counts.items() if date.year == 2024}
    text = year_map("2024", days(of_2024), urls.period("2024"))
    if not of_2024:
        assert text == ""
        return
    found = Calendar(text)
    said = [
        f"{date.day} {date:%B %Y}: {number} {'paper' if number == 1 else 'papers'}"
        for date, number in sorted(of_2024.items())
    ]
    assert found.dates() == said
    assert sorted(found.links) == [f"../{date.isoformat()}/" for date in sorted(of_2024)]
    assert len(found.rows) == 7
    for weekday, row in enumerate(found.rows):
        assert len(row) == found.columns
        there = {date for date in of_2024 if date.weekday() == weekday}
        assert sum(bool(words) for _, words in row) == len(there)


@settings(deadline=None)
@given(st.dictionaries(DATES, st.integers(1, 9), min_size=1, max_size=40))
def test_the_latest_calendar_has_twelve_months_at_most(counts: dict[dt.date, int]) -> None:
    """The newest day is in it, and nothing of the same month a year before."""
    newest = max(counts)
    text = latest_map(days(counts), urls.HOME)
    found = set(re.findall(r'href="days/([\d-]+)/"', text))
    since = f"{newest.year - 1}-{newest.month:02}-99"
    assert found == {date.isoformat() for date in counts if date.isoformat() > since}
    assert newest.isoformat() in found


def test_a_calendar_shows_whole_months() -> None:
    """Dates of its months without a list are empty cells, those of other months are marked."""
    found = Calendar(year_map("2025", days({dt.date(2025, 3, 14): 3}), urls.HOME))
    cells = Counter(cell for row in found.rows for cell in row)
    assert cells == {
        ("db-heat--1", "14 March 2025: 3 papers"): 1,
        ("", ""): 30,
        ("db-heat--out", ""): 6 * 7 - 31,
    }


@settings(deadline=None)
@given(st.lists(st.integers(0, 200), max_size=60))
def test_shades_rise_with_the_papers(counts: list[int]) -> None:
    """More papers never have a lighter shade; the most have the darkest; none have no shade."""
    tops = steps(counts)
    assert len(tops) <= STEPS
    assert list(tops) == sorted(set(tops))
    shades = [shade(number, tops) for number in sorted(counts)]
    assert shades == sorted(shades)
    assert all((number == 0) == (shade(number, tops) == 0) for number in counts)
    if any(counts):
        assert shade(max(counts), tops) == len(tops)


def test_the_key_says_what_the_shades_stand_for() -> None:
    """Its ranges leave out no number up to the largest."""
    first = dt.date(2025, 3, 3)
    counts = {first + dt.timedelta(days=at): 2 * at + 1 for at in range(12)}
    text = year_map("2025", days(counts), urls.HOME)
    (key,) = re.findall(r'<p class="db-heat__key".*</p>', text)
    assert re.findall(r">(\d[\d to]*)<", key) == ["1 to 5", "6 to 11", "12 to 17", "18 to 23"]


# --- the map

SIZES = st.lists(st.integers(1, 5000), min_size=1, max_size=40).map(
    lambda sizes: [(str(at), size) for at, size in enumerate(sorted(sizes, reverse=True))]
)
SIDES = st.floats(1, 1000)


@settings(deadline=None)
@given(SIZES, SIDES, SIDES)
def test_fields_are_as_large_as_their_numbers(
    sizes: list[tuple[str, int]], width: float, height: float
) -> None:
    """Fields of a map come in order, fill it, lie within it and apart from each other."""
    whole = Field(3, 4, width, height)
    found = list(squarified(sizes, whole))
    assert [key for key, _ in found] == [key for key, _ in sizes]
    of = sum(size for _, size in sizes)
    for (_, field), (_, size) in zip(found, sizes, strict=True):
        assert field.width * field.height == pytest.approx(width * height * size / of, rel=1e-6)
        assert field.left >= 3 - 1e-6
        assert field.top >= 4 - 1e-6
        assert field.left + field.width <= 3 + width + 1e-6
        assert field.top + field.height <= 4 + height + 1e-6
    for (_, one), (_, other) in combinations(found, 2):
        across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
        down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
        assert min(across, down) <= 1e-6


def test_fields_are_nearly_square() -> None:
    """Equal sizes in a square are squares, not strips."""
    for count in (4, 9, 16):
        sizes = [(str(at), 1) for at in range(count)]
        for _, field in squarified(sizes, Field(0, 0, 60, 60)):
            assert field.width == pytest.approx(field.height)


@settings(deadline=None)
@given(st.text(max_size=60), st.floats(0, 300), st.floats(0, 300))
def test_a_name_stays_in_its_field(name: str, width: float, height: float) -> None:
    """A name is cut at blanks alone, and left out where a line would be too long or too low."""
    lines = wrapped(name, Field(0, 0, width, height))
    assert lines == () or " ".join(lines) == " ".join(name.split())
    assert all(len(line) * 6 < width for line in lines)
    assert len(lines) * 14 <= height


# --- what the pages say

WORDS = """\
areas:
  seeing:
    name: Seeing
    tags:
      video:
        name: Video
        note: About moving pictures.
        sure: [video]
      light:
        name: "<b>Light</b> & *dark*"
        note: "About <i>lanterns</i> and [stars](x)."
        sure: [lanterns, starlight]
      nothing:
        name: Nothing
        note: About what no paper has.
        sure: [nothingness]
  making:
    name: Making
    tags:
      looms:
        name: Looms
        note: About weaving.
        sure: [looms]
"""


CODE = " (https://github.com/a/looms)"


def lists() -> Iterator[tuple[str, bytes]]:
    """Yield an archive's dumps by name: 16 months, looms on video in the end."""
    for year, month in [(2023, 12), *((2024, month) for month in range(1, 13))]:
        names = [f"Lanterns of {year} {month}", f"A Walk in {year} {month}"]
        date = dt.date(year, month, 7)
        yield f"{year}/{date.isoformat()}.txt", dump_of(f"{date:%b} 7", pairs_of(names))
    looms = [f"Looms and Video, Part {number}" for number in range(1, 13)]
    yield "2025/2025-03-03.txt", dump_of("Mar 3", pairs_of(looms[:6], CODE))
    yield "2025/2025-03-14.txt", dump_of("Mar 14", pairs_of([*looms[6:], "Video at Noon"]))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built archive."""
    root = start_with(WORDS, tmp_path_factory.mktemp("home") / "archive", url=URL)
    for name, raw in lists():
        path = root / "dumps" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    assert build_archive(root, root / "site", locked=False, strict=True) == 0
    return root


def source(root: Path, name: str) -> str:
    """Return the Markdown of a page, without its front matter."""
    _, body = markup.front_matter((root / "docs" / name).read_text(encoding="utf-8"))
    return body


def test_our_markdown_takes_these_pages(root: Path) -> None:
    """No page of these kinds falls back on Python-Markdown, and both print the same."""
    seen = set()
    for path in (root / "docs").rglob("*.md"):
        values, body = markup.front_matter(path.read_text(encoding="utf-8"))
        if values.get("kind") in KINDS:
            seen.add(values["kind"])
            assert markup.to_html(body) == python_markdown(body, extensions=EXTENSIONS), path
    assert seen == KINDS


def test_home_says_what_is_new(root: Path) -> None:
    """The newest list with its tags by number, the days before, years, areas, counts of all."""
    home = source(root, "index.md")
    newest = home[home.index("{ #newest }") : home.index("{ #moving }")]
    assert "7 papers, all new to the archive, none with code." in newest
    assert "Most of all: [Video](tags/video/) (7), [Looms](tags/looms/) (6)\n" in newest
    assert newest.count("](papers/") == 7
    assert '">3 March 2025</time>](days/2025-03-03/) (6)' in newest
    assert "[39 papers](papers/)" in home
    assert "[6 with code](search/?code=1)" in home
    assert "[2025](days/2025/) (2 days, 13 papers)" in home
    assert "- [Seeing](areas/seeing/): 26 papers\n\n    [Video](tags/video/) · " in home
    assert "Nothing" not in home


def test_home_says_what_moves(root: Path) -> None:
    """Tags that rise are named with their numbers and the test."""
    home = source(root, "index.md")
    moving = home[home.index("{ #moving }") : home.index("{ #calendar }")]
    assert re.search(r"- \[Video\]\(tags/video/\): 13 papers, 0&#46;\d expected <svg ", moving)
    assert "Looms](tags/looms/): 12 papers" in moving
    assert "dark" not in moving
    assert "Fisher’s exact test" in moving


def test_a_long_list_is_cut() -> None:
    """Home has the first ten papers of a long list, and leads to the others."""
    raw = raw_dump(list_of("Mar 14", *(f"Paper {number}" for number in range(11))))
    home = sources(read(record_of(raw)).catalog)["index.md"]
    assert home.count("](papers/paper-") == 10
    assert "[All 11 papers of 14 March 2025](days/2025-03-14/)" in home


def test_home_says_why_nothing_moves() -> None:
    """An archive that is too young says so, one without a list says how to begin."""
    young = sources(read(record_of(raw_dump(list_of("Mar 14", "A Video")))).catalog)["index.md"]
    assert "Too early to tell" in young
    assert "Fisher" not in young
    empty = sources(read(record_of()).catalog)["index.md"]
    assert "`daybook add FILE`" in empty
    assert "#calendar" not in empty


def test_a_tag_says_what_goes_with_it(root: Path) -> None:
    """Each tag beside it with its count, its page, and the search for both."""
    tag = source(root, "tags/video.md")
    both = "- [Looms](../looms/): [12 with both](../../search/?tag=video&amp;tag=looms)"
    assert both in tag
    assert "13 papers, [6 with code](../../search/?tag=video&amp;code=1)" in tag
    assert "#beside" not in source(root, "tags/light.md")


def test_a_tag_page_keeps_its_text_while_others_grow() -> None:
    """A day without a tag's papers, in a month that is there, leaves the tag's page alone."""
    start = [
        raw_dump(list_of("Feb 3", "A Video", "One"), name="2025-02-03.txt"),
        raw_dump(list_of("Mar 3", "A Video on Mars", "Two"), name="2025-03-03.txt"),
    ]
    day = raw_dump(list_of("Mar 4", "Three", "Four"), name="2025-03-04.txt")

    def key(*dumps: object) -> object:
        catalog = read(record_of(*start, *dumps)).catalog  # type: ignore[arg-type]  # dumps
        made = pages(catalog, SETTINGS, sample=False)
        return next(page.key for page in made if page.path == "tags/video.md")

    assert key() == key(day)


def test_shares_are_said_in_words() -> None:
    """Which share over all months, and when most, where so many papers mean something."""
    few = Point(month="2025-01", papers=3, of=4)
    some = (Point(month="2025-02", papers=10, of=100), Point(month="2025-03", papers=30, of=100))
    assert shares((few,)) == "75.0% of all papers first listed in January 2025."
    assert shares((few, *some)) == (
        "21.1% of all papers first listed from January 2025 to March 2025; "
        "most in March 2025, 30.0%."
    )
    assert shares(()) == shares((Point(month="2025-01", papers=0, of=0),)) == ""


def test_an_area_shows_its_tags_and_newest_papers(root: Path) -> None:
    """Tags come by size with notes and counts, strangers' marks as text; then the newest papers."""
    area = source(root, "areas/seeing.md")
    tags = re.findall(r"^## .*\{ #([a-z]+) \}$", area, re.MULTILINE)
    assert tags == ["video", "light", "nothing", "newest"]
    assert "13 papers. About moving pictures." in area
    assert "0 papers. About what no paper has." in area
    assert "[Video at Noon](../../papers/video-at-noon/), <time" in area
    assert area.count("](../../papers/") == 10


def test_all_tags_come_by_size_with_bars(root: Path) -> None:
    """The largest tag's bar is whole; a tag without papers has none, and no field on the map."""
    tags = source(root, "tags/index.md")
    widths = re.findall(r"/\): (\d+)(?: <svg class=\"db-bar\" width=\"([\d.]+)%\")?", tags)
    assert widths[:3] == [("13", "100.0"), ("13", "100.0"), ("0", "")]
    assert widths[3] == ("12", "92.3")
    (drawn,) = re.findall(r'<div class="db-map".*</div>', tags)
    assert re.findall(r'href="([a-z]+)/"', drawn) == ["video", "light", "looms"]
    assert html.escape("<b>Light</b> & *dark*: 13") in drawn


def test_no_papers_no_map() -> None:
    """An archive without papers has a list of tags and no map."""
    catalog = read(record_of()).catalog
    assert tag_map(catalog, urls.TAGS) == ""
    assert by_size(catalog, ["video"]) == ("video",)
    assert "- [Video](video/): 0\n" in sources(catalog)["tags/index.md"]


# --- in a browser


@pytest.fixture(scope="module")
def base(root: Path) -> Iterator[str]:
    """Serve the site on loopback, under the path of its address."""
    with served(server(root / "site", URL, 0)) as host:
        yield f"{host}/some/papers/"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on a desk, whose scripts must not fail."""
    faults: list[str] = []
    page = chromium.new_page(viewport=DESK)
    on_failure(page, faults.append)
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield page
    page.close()
    assert faults == []


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """A page of a phone without JavaScript."""
    page = chromium.new_page(viewport=PHONE, java_script_enabled=False)
    yield page
    page.close()


def focused(page: Page) -> str:
    """Return the words of what has the focus."""
    return str(page.evaluate("document.activeElement.textContent"))


@pytest.mark.browser
@needs_chromium
def test_the_calendar_needs_no_script(plain: Page, base: str) -> None:
    """Its newest day is in view on a phone; each day leads to its page; a link skips them."""
    plain.goto(base)
    table = plain.get_by_role("table", name="The lists of the last twelve months: 11 days")
    expect(table).to_have_count(1)
    day = table.get_by_role("link", name="14 March 2025: 7 papers")
    box, place = plain.locator(".db-heat__box").bounding_box(), day.bounding_box()
    assert box
    assert place
    assert box["x"] <= place["x"] <= place["x"] + place["width"] <= box["x"] + box["width"]
    assert place["width"] >= 24
    skip = plain.get_by_role("link", name="Skip the days")
    skip.focus()
    skip.press("Enter")
    plain.keyboard.press("Tab")
    assert plain.url.endswith("#after-calendar")
    expect(plain.get_by_role("link", name="2025", exact=True)).to_be_focused()
    day.click()
    plain.wait_for_url(f"{base}days/2025-03-14/")


@pytest.mark.browser
@needs_chromium
def test_arrows_move_in_the_calendar(page: Page, base: str) -> None:
    """With scripts it is one stop: the newest day, from which arrows lead over days with a list."""
    page.goto(base)
    newest = page.get_by_role("link", name="14 March 2025: 7 papers")
    expect(page.locator(".db-heat a[tabindex='0']")).to_have_count(1)
    newest.focus()
    for key, said in (
        ("ArrowUp", "3 March 2025"),
        ("End", "14 March 2025"),
        ("Home", "7 April 2024"),
        ("ArrowUp", "7 April 2024"),
        ("ArrowRight", "7 July 2024"),
        ("ArrowLeft", "7 April 2024"),
        ("ArrowDown", "7 May 2024"),
    ):
        page.keyboard.press(key)
        assert focused(page).startswith(said), key
    expect(page.get_by_text("7 May 2024: 2 papers")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="2025", exact=True)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    assert focused(page).startswith("7 May 2024")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}days/2024-05-07/")


@pytest.mark.browser
@needs_chromium
def test_a_tag_is_narrowed_to_papers_with_code(page: Page, base: str) -> None:
    """A button leaves the papers with code, says how many, and the address keeps it."""
    page.goto(f"{base}tags/video/")
    shown = page.locator("#papers ~ ul > li:visible")
    button = page.get_by_role("button", name="Only with code")
    said = page.locator("db-with-code").get_by_role("status")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(shown).to_have_count(13)
    button.press("Enter")
    expect(shown).to_have_count(6)
    expect(said).to_have_text("Only the 6 with code are shown.")
    assert all("Code" in text for text in shown.all_inner_texts())
    assert page.url.endswith("/tags/video/?code=1")
    page.reload()
    expect(shown).to_have_count(6)
    button.click()
    expect(shown).to_have_count(13)
    assert page.url.endswith("/tags/video/")
    expect(said).to_have_text("6 of these 13 papers come with code.")


@pytest.mark.browser
@needs_chromium
def test_a_tag_is_whole_without_scripts(plain: Page, base: str) -> None:
    """All papers, how many have code, no button, whatever the address says."""
    plain.goto(f"{base}tags/video/?code=1")
    expect(plain.get_by_text("6 of these 13 papers come with code.")).to_be_visible()
    expect(plain.locator("#papers ~ ul > li")).to_have_count(13)
    expect(plain.get_by_role("button", name="Only with code")).to_have_count(0)


@pytest.mark.browser
@needs_chromium
def test_two_tags_narrow_to_their_papers(page: Page, base: str) -> None:
    """The count beside a tag leads to just so many papers with both, the newest first."""
    page.goto(f"{base}tags/video/")
    page.get_by_role("link", name="12 with both").click()
    page.wait_for_url("**/search/?tag=video&tag=looms")
    expect(page.get_by_role("status").first).to_have_text("12 results with these filters.")
    dates = page.locator(".db-hit time").evaluate_all("all => all.map(each => each.dateTime)")
    assert dates == sorted(dates, reverse=True)
    assert dates[0] == "2025-03-14"


@pytest.mark.browser
@needs_chromium
def test_the_map_is_for_the_eye(page: Page, base: str) -> None:
    """Where there is room, fields of the map lead to tags; the keyboard and a phone pass it by."""
    page.goto(f"{base}tags/")
    field = page.locator(".db-map a[href='looms/']")
    expect(field).to_be_visible()
    stops = page.locator("article a:not([tabindex='-1'])")
    inside = page.locator(".db-map a:not([tabindex='-1'])")
    assert stops.count() > inside.count() == 0
    field.click()
    page.wait_for_url(f"{base}tags/looms/")
    page.set_viewport_size(PHONE)
    page.goto(f"{base}tags/")
    expect(field).to_be_hidden()
    expect(page.get_by_role("link", name="Looms", exact=True)).to_be_visible()


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("address", ["", "tags/", "tags/video/", "tags/light/", "areas/seeing/"])
def test_no_page_is_wider_than_a_phone(plain: Page, base: str, address: str) -> None:
    """Nothing but the calendar's own box scrolls sideways."""
    plain.goto(f"{base}{address}")
    html_box = plain.locator("article").bounding_box()
    assert html_box
    assert html_box["width"] <= PHONE["width"]
    wide = [each.bounding_box() for each in plain.locator("article > *").all() if each.is_visible()]
    assert all(box and box["x"] + box["width"] <= PHONE["width"] for box in wide)
