"""A paper's page: what it says of its listings and texts, and how it reads, on any screen."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsers import needs_chromium
from conftest import served
from hostile import FILLER
from hypothesis import given
from hypothesis import strategies as st
from lists import dump_of, raw_dump, record_of
from markdown import markdown
from playwright.sync_api import Browser, Page, expect

from generator import urls
from generator.build import read
from generator.building import build_archive
from generator.markup import front_matter, to_html
from generator.model import Paper, TagHit
from generator.pages import evidence, later, pages
from generator.serving import server
from generator.start import start_archive

URL = "https://paper.test/papers/"
STYLES = Path(__file__).parents[1] / "overrides/assets/stylesheets"
LARGEST_PAGE = 12_000
"""Bytes of a paper's page, on average over the real lists."""
LEAST_CONTRAST = 4.5
"""Of text with what is behind it: WCAG 2.2, 1.4.3."""

STAR = 60
"""Pixels that a star may take beside a title."""

TITLE = "A List of Lists That Lists Itself"
OTHER = "Another Paper of the Same Day"
WORDS = (
    "We keep a list of lists, and ask {} whether it lists itself. It does, in time O(n log n), and "
    "we say {} what that costs on three machines, two of them old. The list is kept for a year, "
    "and is read by nobody; so its errors are known to us alone, and to those who look for them."
)
STRANGE = (
    "This text says other things in other words: of tides, of moons, and how a boat without a crew "
    "may still be steered home by nothing but bells, whistles, patience and an old paper chart."
)
WIDE = "sum_{i=1}^{n} x_i^2 + " * 12
RIGHT = "قائمة القوائم التي تسرد نفسها كل يوم في كل مكان من العالم"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def lists() -> Iterator[tuple[str, bytes]]:
    """Yield lists with a paper of three texts and four listings, by the names of their files."""
    first, second = WORDS.format("ourselves", "plainly"), WORDS.format("each day", "now")
    formula = f"We look at $$ {WIDE} y $$ and no more. {FILLER}"
    yield (
        "2024-01-31-a.txt",
        dump_of("Jan 31", [(TITLE, STRANGE), (RIGHT, f"{RIGHT} {RIGHT} {RIGHT}. {FILLER}")]),
    )
    yield "2025-03-14-b.txt", dump_of("Mar 14", [(OTHER, formula), (TITLE, first)])
    yield "2025-03-14-c.txt", dump_of("Mar 14", [(TITLE, first)])
    yield (
        "2025-03-23-d.txt",
        dump_of("Mar 23", [(LONG, f"{LONG}{LONG} {FILLER}"), (TITLE, second), ("Gone", FILLER)]),
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("2025-03-14", "2025-03-14", "the same day"),
        ("2025-03-14", "2025-03-15", "the next day"),
        ("2025-02-28", "2025-03-27", "27 days later"),
        ("2025-03-14", "2025-03-26", "twelve days later"),
        ("2025-03-14", "2025-04-14", "a month later"),
        ("2025-03-14", "2026-03-13", "eleven months later"),
        ("2020-02-29", "2033-02-28", "twelve years later"),
        ("2020-02-29", "2033-03-01", "13 years later"),
    ],
)
def test_a_gap_is_said_in_words(before: str, after: str, said: str) -> None:
    """Days, then whole months, then whole years."""
    assert later(dt.date.fromisoformat(before), dt.date.fromisoformat(after)) == said


@given(st.dates(), st.integers(min_value=0, max_value=100_000))
def test_a_longer_gap_is_never_said_to_be_shorter(day: dt.date, days: int) -> None:
    """Whatever the days, there are words, with no number of none and no plural of one."""
    try:
        other = day + dt.timedelta(days=days)
    except OverflowError:
        return
    assert re.fullmatch(
        r"the (same|next) day|a (month|year) later|(?!no |one |[01] )\w+ (day|month|year)s later",
        later(day, other),
    )


def one_paper() -> Paper:
    """Return a paper."""
    (paper,) = read(record_of(raw_dump(dump_of("Mar 14", [(TITLE, STRANGE)])))).catalog.papers
    return paper


def test_evidence_says_each_word_once() -> None:
    """The same word in capitals is no more evidence; the first spelling stands."""
    hit = TagHit("x", 1.0, ("Few-Shot", "new tasks", "few-shot", "FEW-SHOT", "task"))
    assert evidence(replace(one_paper(), tags=(hit,)), "x") == (
        '"Because of&#58; Few-Shot, new tasks, task"'
    )


def source_of(slug: str) -> str:
    """Return the Markdown of a paper's page in the archive of these lists."""
    record = record_of(*(raw_dump(raw, name=name, year=int(name[:4])) for name, raw in lists()))
    found = pages(read(record).catalog, record.settings, sample=False)
    path = urls.source_file(urls.paper(slug))
    return next(page.text for page in found if page.path == path)


SLUG = "a-list-of-lists-that-lists-itself"


def test_a_page_tells_listings_and_texts() -> None:
    """Listings in order, with what lies between; each other text against the shown one."""
    head, source = front_matter(source_of(SLUG))
    shown = to_html(source)
    assert shown is not None, "our own Markdown takes it"
    assert shown == markdown(source, extensions=["toc", "tables", "fenced_code", "attr_list"])
    assert head["kind"] == "paper"
    items = re.findall(r"<li>(.*?)</li>", shown[shown.index("<ol") : shown.index("</ol>")])
    assert [re.sub(r"<[^>]+>", "", item) for item in items] == [
        "31 January 2024, number 1 on the list, with another text",
        "14 March 2025, a year later, number 1, with another text",
        "14 March 2025, the same day, number 2, with another text",
        "23 March 2025, nine days later, number 2",
    ]
    texts = shown[shown.index('id="texts"') : shown.index('id="cite"')]
    # One has little in common with the shown text, and stands as it is.
    assert texts.count('<div class="db-whole">') == texts.count('<details class="db-whole">') == 1
    (woven,) = re.findall(r'<p class="db-woven">(.*?)</p>', texts)
    assert re.findall(r"<del>(.*?)</del>", woven) == ["ourselves", "plainly"]
    assert re.findall(r"<ins>(.*?)</ins>", woven) == ["each day", "now"]
    assert "…" in woven


def colours(scheme: str) -> dict[str, str]:
    """Return the colours that our style sheet names in a scheme, in our own palette, as hex."""
    text = (STYLES / "daybook.css").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for selector, body in re.findall(r"^([^\n{}@]+) \{\n([^{}]*)\}", text, re.MULTILINE):
        wanted = {f'[data-md-color-scheme="{scheme}"]', '[data-md-color-primary="custom"]'}
        wanted.add('[data-md-color-accent="custom"]')
        if set(re.findall(r"\[[^]]+\]", selector)) <= wanted and selector.startswith("["):
            found |= dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", body))
    return found


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, by WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["default", "slate"])
@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ("--md-default-fg-color", "--md-default-bg-color"),
        ("--md-primary-bg-color", "--md-primary-fg-color"),
        ("--md-typeset-a-color", "--md-default-bg-color"),
        ("--md-typeset-a-color", "--db-chip"),
        ("--md-accent-fg-color", "--md-default-bg-color"),
        ("--md-accent-fg-color", "--db-chip"),
        ("--md-footer-fg-color--light", "--md-footer-bg-color"),
        ("--db-quiet", "--md-default-bg-color"),
        ("--db-quiet", "--db-chip"),
        ("--db-notice-text", "--db-notice"),
    ],
)
def test_colours_can_be_read(scheme: str, text: str, behind: str) -> None:
    """Text stands out from what is behind it, in light and in dark."""
    named = colours(scheme)
    dark, light = sorted((luminance(named[text]), luminance(named[behind])))
    assert (light + 0.05) / (dark + 0.05) >= LEAST_CONTRAST


def test_pages_of_the_real_lists_are_small(shared: Path, tmp_path: Path) -> None:
    """A paper's page weighs little, on average over the real lists."""
    root = tmp_path / "archive"
    start_archive(root, name="Daily papers", url="https://example.net/papers/")
    (root / "dumps/2025").mkdir(parents=True)
    for dump in (shared / "dumps").glob("*.txt"):
        (root / "dumps/2025" / dump.name).write_bytes(dump.read_bytes())
    assert build_archive(root, root / "site", locked=False, strict=False) == 0
    found = [path.read_bytes() for path in (root / "site/papers").glob("*/index.html")]
    sizes = [len(page) for page in found if b'db-paper"' in page]
    assert len(sizes) == 307
    assert sum(sizes) / len(sizes) <= LARGEST_PAGE


# --- in a browser


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve an archive of these lists on loopback, with a withdrawn paper and a known one."""
    root = tmp_path_factory.mktemp("papers") / "archive"
    start_archive(root, name="Lists", url=URL)
    for name, raw in lists():
        (root / "dumps" / name[:4]).mkdir(exist_ok=True)
        (root / "dumps" / name[:4] / name).write_bytes(raw)
    merges = json.dumps([{"withdrawn": "papers/gone", "note": "By its authors."}])
    (root / "dumps/merges.yml").write_text(merges, encoding="utf-8")
    assert build_archive(root, root / "site", locked=False, strict=False) == 0
    with served(server(root / "site", URL, 0)) as host:
        yield f"{host}/papers/papers/"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on a desk's screen."""
    made = chromium.new_page(viewport={"width": 1440, "height": 900})
    made.set_default_timeout(15_000)
    yield made
    made.close()


LINES = """(p) => {
  const range = document.createRange();
  const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
  const tops = new Map();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let at = 0; at < node.length; at += 1) {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const top = Math.round(range.getClientRects()[0]?.top ?? -1);
      if (top >= 0) tops.set(top, (tops.get(top) ?? 0) + 1);
    }
  }
  return [...tops.values()];
}"""
"""How many characters each line of a paragraph of plain words has."""


@needs_chromium
@pytest.mark.browser
def test_a_line_is_as_long_as_an_eye_likes(page: Page, base: str) -> None:
    """About 70 characters on a desk's screen, whatever its width."""
    page.goto(f"{base}gone/")
    for width in (1440, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        *whole, _ = page.locator("article > p:not([class])").first.evaluate(LINES)
        assert 65 <= sum(whole) / len(whole) <= 75, whole


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 2560])
def test_nothing_is_wider_than_the_screen(page: Page, base: str, width: int) -> None:
    """Long words break, long formulas scroll within themselves; 320 is a desk's at 400 per cent."""
    page.set_viewport_size({"width": width, "height": 900})
    for path in (base, *(f"{base}{slug}/" for slug in (SLUG, "another-paper-of-the-same-day"))):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == width
    widths = page.locator(".db-math").last.evaluate("(box) => [box.scrollWidth, box.clientWidth]")
    assert widths[0] > widths[1]
    expect(page.locator(".db-math").last).to_have_attribute("tabindex", "0")


@needs_chromium
@pytest.mark.browser
def test_formulas_stand_on_the_line(page: Page, base: str) -> None:
    """A formula that could scroll still has its foot where that of its words is."""
    page.goto(base + SLUG)
    foot, line = page.locator("article > p").first.evaluate("""(p) => {
      const math = p.querySelector(".db-math");
      const mark = () => Object.assign(document.createElement("span"), { className: "mark" });
      const [inside, beside] = [mark(), mark()];
      for (const each of [inside, beside]) each.textContent = "x";
      beside.style.font = inside.style.font = "16px/1 monospace";
      math.after(beside);
      const bare = math.cloneNode(true);
      bare.style.display = "inline";
      math.before(bare);
      const bottom = (box) => box.querySelector("mi, mo, mn").getBoundingClientRect().bottom;
      return [bottom(math), bottom(bare)];
    }""")
    assert abs(foot - line) <= 1


@needs_chromium
@pytest.mark.browser
def test_words_from_right_to_left_begin_on_the_right(page: Page, base: str) -> None:
    """A title and an abstract take their own direction; an address keeps its own."""
    page.goto(f"{base}{urls.slugs(RIGHT)[0]}/")
    for part in ("h1", "article > p"):
        ends = page.locator(part).first.evaluate("""(box) => {
          const range = document.createRange();
          range.setStart(box.firstChild, 0);
          range.setEnd(box.firstChild, 1);
          return [range.getBoundingClientRect().right, box.getBoundingClientRect().right];
        }""")
        assert abs(ends[0] - ends[1]) < STAR
    expect(page.locator("#permalink")).to_have_css("direction", "ltr")


PLACE = "(box) => [box.offsetLeft, box.offsetTop, box.offsetWidth, box.offsetHeight]"


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 600, 1440])
def test_buttons_come_into_room_that_was_kept(page: Page, base: str, width: int) -> None:
    """The buttons that a script brings push nothing away; what they say moves nothing either."""
    page.set_viewport_size({"width": width, "height": 900})
    top = "document.querySelector('.db-cite__bibtex').offsetTop"
    page.route("**/cite.js", lambda route: route.abort())
    page.goto(base + SLUG)
    before = page.evaluate(top)
    page.unroute("**/cite.js")
    page.goto(base + SLUG)
    save = page.get_by_role("button", name="Save BibTeX")
    place = save.evaluate(PLACE)
    assert page.evaluate(top) == before
    page.evaluate("navigator.clipboard.writeText = () => Promise.resolve()")
    page.get_by_role("button", name="Copy permalink").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    expect(page.locator(".db-cite [role=status]")).to_have_text("Copy permalink: Copied")
    assert save.evaluate(PLACE) == place


@needs_chromium
@pytest.mark.browser
def test_on_paper_there_is_what_is_read(page: Page, base: str) -> None:
    """Black on white where the screen is dark; no navigation, no button; the address as text."""
    page.emulate_media(color_scheme="dark")
    page.goto(base + SLUG)
    expect(page.get_by_role("button", name="Copy permalink")).to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    for part in (".md-header", ".md-tabs", "article button", "#related", ".db-cite__bibtex"):
        expect(page.locator(part).first).to_be_hidden()
    first = page.locator("article > p").first
    expect(first).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("#permalink")).to_have_text(f"{URL}papers/{SLUG}/")
    assert page.evaluate("""getComputedStyle(
      document.querySelector('link[rel=canonical]'), '::before').content""") == (
        f'"{URL}papers/{SLUG}/"'
    )
    page.goto(f"{base}gone/")
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf())
    assert len(sheets) == 1


@needs_chromium
@pytest.mark.browser
def test_a_page_without_scripts_is_whole(chromium: Browser, base: str) -> None:
    """Texts unfold, notices show, and there is no room for buttons that never come."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base + SLUG)
    whole = page.locator("details.db-whole > p")
    expect(whole).to_be_hidden()
    page.get_by_text("The whole text").click()
    expect(whole).to_be_visible()
    expect(page.locator("article button")).to_have_count(0)
    expect(page.locator(".db-cite__sentence")).to_have_css("margin-bottom", "16px")
    page.goto(f"{base}gone/")
    expect(page.locator(".db-notice")).to_have_text(re.compile(r"Withdrawn\. By its authors\."))
    context.close()
