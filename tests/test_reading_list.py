"""Stars, notes and what was seen, in a real browser: below a path, under the pages' policy."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from browsers import in_chromium, on_failure
from conftest import served, start_with
from lists import dump_of, pairs_of, promised
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from generator.building import build_archive
from generator.files import read_record
from generator.serving import server

pytestmark = in_chromium
BASE = "/some/papers/"
LIST = f"{BASE}.reading-list"
SEEN = f"{BASE}.seen"
DAY = "days/2025-03-14/"
PHONE = ViewportSize(width=390, height=844)
LONG = "Video for All Who Ever Wanted to Weave a Moving Picture of Looms by Hand"
HOSTILE_TITLE = (
    '<img src=x onerror="window.pwned=1"> *Lanterns* </a><script>window.pwned=1</script>'
)
HOSTILE = "<img src=x onerror="
"""How its star's name begins."""
VOCABULARY = """
areas:
  looking:
    name: Looking
    tags:
      video:
        name: Video
        note: About moving pictures.
        sure: [video]
"""
MERGES = """
- one work: [papers/sailing-by-starlight, papers/sailing-by-the-light-of-stars]
"""
OLD, NEW = "sailing-by-starlight", "sailing-by-the-light-of-stars"
"""The first address of a work is its permalink; the other one leads there."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built archive of three days, in which two titles are one work."""
    root = start_with(
        VOCABULARY, tmp_path_factory.mktemp("read") / "archive", url=f"https://lists.test{BASE}"
    )
    first = pairs_of(["Looms and Video", "Sailing by Starlight", HOSTILE_TITLE, "Video of Ropes"])
    (root / "dumps/2025").mkdir(parents=True)
    (root / "dumps/2025/2025-03-14.txt").write_bytes(dump_of("Mar 14", first))
    earlier, later = (
        pairs_of(["Sailing by the Light of Stars"]),
        pairs_of(["Weaving by Hand", LONG]),
    )
    (root / "dumps/2025/2025-03-10.txt").write_bytes(dump_of("Mar 10", earlier))
    (root / "dumps/2025/2025-03-17.txt").write_bytes(dump_of("Mar 17", later))
    # Both were promised before they were found to be one.
    ledger = promised(read_record(root))
    (root / "dumps/ledger.jsonl").write_text(ledger, encoding="utf-8")
    (root / "dumps/merges.yml").write_text(MERGES, encoding="utf-8")
    assert build_archive(root, root / "site", locked=False, strict=True) == 0
    return root / "site"


@pytest.fixture(scope="module")
def base(site: Path) -> Iterator[str]:
    """Serve the site on loopback, below a path; its pages bring their policy along."""
    with served(server(site, f"https://lists.test{BASE}", 0)) as host:
        yield f"{host}{BASE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A reader's browser, and what it complained of."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Parts of complaints that a test brings about."""

    def visit(self, path: str) -> Page:
        """Open a page of the site."""
        self.watch(self.page)
        self.page.goto(self.base + path)
        return self.page

    def tab(self, path: str) -> Page:
        """Open a page of the site in another tab."""
        page = self.page.context.new_page()
        self.watch(page)
        page.goto(self.base + path)
        return page

    def watch(self, page: Page) -> None:
        """Note whatever a page complains of."""
        on_failure(page, self.fault)
        page.on("console", lambda said: self.fault(said.text if said.type == "error" else ""))

    def fault(self, said: str) -> None:
        """Note what should not be, unless it was brought about."""
        if said and not any(part in said for part in self.expected):
            self.faults.append(said)

    def kept(self, name: str = LIST) -> str | None:
        """Return what storage has under a name."""
        found: str | None = self.page.evaluate("name => localStorage.getItem(name)", name)
        return found

    def keep(self, text: str, name: str = LIST) -> None:
        """Write to storage, as another version or a fault would."""
        self.page.evaluate("([name, text]) => localStorage.setItem(name, text)", [name, text])

    def star(self, *titles: str) -> Page:
        """Star papers of the first day."""
        page = self.visit(DAY)
        for title in titles:
            star(page, title).click()
        return page


@pytest.fixture
def reader(chromium: Browser, base: str) -> Iterator[Reader]:
    """A reader whose browser must have had nothing to complain of in the end."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(15_000)
    found = Reader(page=context.new_page(), base=base)
    yield found
    assert found.page.evaluate("window.pwned") is None
    context.close()
    assert found.faults == []


def star(page: Page, title: str) -> Locator:
    """Return a paper's star."""
    return page.get_by_role("button", name=f"Star {title}").first


def titles(page: Page) -> Locator:
    """Return the titles of the list that is shown."""
    return page.locator(".db-reading__title a")


def note(page: Page, title: str) -> Locator:
    """Return the field of a paper's note."""
    return page.get_by_label(f"Note on {title}")


def listed(*slugs: str) -> str:
    """Return a reading list as storage has it."""
    return json.dumps({"version": 1, "papers": [{"slug": slug} for slug in slugs]})


# --- stars


def test_a_star_shows_wherever_its_paper_does(reader: Reader) -> None:
    """Pressed by keyboard on a day's list, it is pressed on every other list and on the page."""
    page = reader.visit(DAY)
    expect(star(page, "Looms and Video")).to_have_attribute("aria-pressed", "false")
    star(page, "Looms and Video").focus()
    page.keyboard.press("Enter")
    expect(star(page, "Looms and Video")).to_have_attribute("aria-pressed", "true")
    expect(star(page, "Sailing by Starlight")).to_have_attribute("aria-pressed", "false")
    places = ("papers/looms-and-video/", "tags/video/", "papers/2025-03/", "search/?q=looms")
    for place in places:
        page = reader.visit(place)
        expect(star(page, "Looms and Video")).to_have_attribute("aria-pressed", "true")
    related = page.goto(f"{reader.base}papers/video-of-ropes/")
    assert related
    expect(star(page, "Looms and Video")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{reader.base}papers/looms-and-video/")
    star(page, "Looms and Video").click()
    expect(star(page, "Looms and Video")).to_have_attribute("aria-pressed", "false")
    page.goto(reader.base)
    expect(star(page, "Weaving by Hand")).to_have_attribute("aria-pressed", "false")


def test_headings_keep_their_names(reader: Reader) -> None:
    """Who goes from heading to heading hears titles, not stars."""
    page = reader.visit(DAY)
    expect(star(page, "Looms and Video")).to_be_visible()
    expect(page.get_by_role("heading", name="Looms and Video", exact=True)).to_be_visible()
    page.goto(f"{reader.base}papers/looms-and-video/")
    expect(star(page, "Looms and Video")).to_be_visible()
    expect(page.get_by_role("heading", name="Looms and Video", exact=True)).to_be_visible()


GEOMETRY = """() => {
  const stars = [...document.querySelectorAll(".db-star")];
  const boxes = () => [...document.querySelectorAll("article *:not(.db-star)")].map((each) => {
    const { x, y, width, height } = each.getBoundingClientRect();
    return [x, y, width, height].join();
  }).join(" ");
  const covered = stars.filter((star) => {
    const own = star.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(star.parentElement);
    return [...range.getClientRects()].some((box) =>
      box.width && box.x !== own.x && box.right > own.x + 6 && box.x < own.right &&
      box.bottom > own.y + 8 && box.y < own.bottom - 8);
  }).map((star) => star.ariaLabel);
  const small = stars.filter((star) => star.offsetWidth < 24 || star.offsetHeight < 24).length;
  const before = boxes();
  for (const star of stars) star.remove();
  return { number: stars.length, covered, small, still: boxes() === before,
    wide: document.documentElement.scrollWidth };
}"""


@pytest.mark.parametrize(
    "place",
    ["", DAY, "papers/looms-and-video/", "tags/video/", "papers/2025-03/", "search/?q=looms"],
)
def test_stars_move_nothing(reader: Reader, place: str) -> None:
    """A star's room is there before it: all else stays where it is, and no text is under it."""
    reader.page.set_viewport_size(PHONE)
    page = reader.visit(place)
    expect(page.locator(".db-star").first).to_be_visible()
    found = page.evaluate(GEOMETRY)
    assert found["number"] > 0
    assert found["still"]
    assert (found["covered"], found["small"], found["wide"]) == ([], 0, PHONE["width"])


def test_two_tabs_agree(reader: Reader) -> None:
    """What one tab stars and notes shows in the other at once."""
    page = reader.visit("reading-list/")
    other = reader.tab(DAY)
    star(other, "Looms and Video").click()
    expect(titles(page)).to_have_text(["Looms and Video"])
    star(page, "Looms and Video").click()
    expect(star(other, "Looms and Video")).to_have_attribute("aria-pressed", "false")


def test_typing_goes_on_while_another_tab_stars(reader: Reader) -> None:
    """A note that is being typed keeps its words and the cursor when the list changes."""
    reader.star("Looms and Video", "Video of Ropes")
    page = reader.visit("reading-list/")
    field = note(page, "Looms and Video")
    field.press_sequentially("one ")
    other = reader.tab(DAY)
    star(other, "Sailing by Starlight").click()
    star(other, "Video of Ropes").click()
    expect(titles(page)).to_have_text(["Sailing by Starlight", "Looms and Video"])
    expect(page.get_by_text("Removed: Video of Ropes")).to_be_visible()
    expect(field).to_be_focused()
    page.keyboard.type("two")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    notes = {each["title"]: each["note"] for each in json.loads(reader.kept() or "")["papers"]}
    assert notes["Looms and Video"] == "one two"


# --- the list


def test_the_empty_list_says_how_to_begin(reader: Reader) -> None:
    """Before the first star the page leads to the newest list; nothing is kept until then."""
    page = reader.visit("reading-list/")
    expect(page.get_by_text("Nothing is starred yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Save BibTeX")).to_be_hidden()
    assert (reader.kept(), reader.kept(SEEN)) == (None, None)
    page.get_by_role("link", name="The newest list").click()
    page.wait_for_url(f"{reader.base}days/2025-03-17/")


def test_without_scripts_the_page_says_what_it_is(chromium: Browser, base: str) -> None:
    """It says that it needs them and keeps nothing elsewhere; no star and no empty list show."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}reading-list/")
    expect(page.locator("noscript > p")).to_be_visible()
    expect(page.locator("noscript > p")).to_contain_text("The list is kept by JavaScript")
    expect(page.get_by_text("nothing of this is sent to a server")).to_be_visible()
    expect(page.get_by_text("Nothing is starred yet.")).to_be_hidden()
    page.goto(base + DAY)
    expect(page.locator(".db-star")).to_have_count(0)
    context.close()


def test_notes_are_kept_as_they_are_typed(reader: Reader) -> None:
    """A note is kept without a button, said so, and there after a reload."""
    reader.star("Looms and Video", "Sailing by Starlight")
    page = reader.visit("reading-list/")
    expect(titles(page)).to_have_text(["Sailing by Starlight", "Looms and Video"])
    note(page, "Looms and Video").fill("Section 3 <b>again</b>\nnow")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(note(page, "Looms and Video")).to_have_value("Section 3 <b>again</b>\nnow")
    # Typed, and left at once.
    note(page, "Sailing by Starlight").press_sequentially("quick")
    page.goto(reader.base + DAY)
    page = reader.visit("reading-list/")
    expect(note(page, "Sailing by Starlight")).to_have_value("quick")


def test_the_list_is_ordered_and_searched(reader: Reader) -> None:
    """By title or day; by words of title, tag or note, with how many there are."""
    reader.star("Video of Ropes", "Looms and Video", "Sailing by Starlight")
    page = reader.visit("reading-list/")
    # Days and tags come from the papers' own pages: this one was listed again.
    facts = page.locator(".db-reading__item", has_text="Looms").locator(".db-reading__facts")
    expect(facts).to_contain_text("Listed on 14 March 2025")
    expect(facts.get_by_role("link", name="Video")).to_have_attribute("href", re.compile("/tags/"))
    page.get_by_label("Order").select_option("title")
    names = ["Looms and Video", "Sailing by Starlight", "Video of Ropes"]
    expect(titles(page)).to_have_text(names)
    page.get_by_label("Search within the list").fill("VIDEO loom")
    expect(titles(page)).to_have_text(["Looms and Video"])
    expect(page.get_by_text("1 of 3 papers.")).to_be_visible()
    page.get_by_label("Search within the list").fill("nowhere")
    expect(page.get_by_text("0 of 3 papers.")).to_be_visible()


def test_what_is_removed_comes_back(reader: Reader) -> None:
    """A paper that is taken off leaves its place and a way back, with its note, by keyboard."""
    reader.star("Looms and Video", "Sailing by Starlight")
    page = reader.visit("reading-list/")
    note(page, "Looms and Video").fill("mine")
    star(page, "Looms and Video").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Removed: Looms and Video")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    assert "looms" not in (reader.kept() or "")
    page.keyboard.press("Enter")
    expect(star(page, "Looms and Video")).to_be_focused()
    expect(note(page, "Looms and Video")).to_have_value("mine")
    assert "mine" in (reader.kept() or "")


def test_a_star_taken_away_by_mistake_keeps_its_note(reader: Reader) -> None:
    """Pressed twice on a list, a star has its paper's note still."""
    page = reader.star("Looms and Video")
    reader.keep((reader.kept() or "").replace('"note":""', '"note":"mine"'))
    page.reload()
    star(page, "Looms and Video").click()
    star(page, "Looms and Video").click()
    assert '"note":"mine"' in (reader.kept() or "")


def test_a_paper_that_moved_is_found(reader: Reader) -> None:
    """An address of before leads to the paper's own, and the list takes that over."""
    reader.visit(DAY)
    reader.keep(listed(OLD))
    page = reader.visit("reading-list/")
    expect(titles(page)).to_have_text(["Sailing by Starlight"])
    expect(star(page, "Sailing by Starlight")).to_have_attribute("aria-pressed", "true")
    assert NEW in (reader.kept() or "")
    assert OLD not in (reader.kept() or "")
    expect(page.get_by_text("Removed")).to_have_count(0)


# --- taken along


def saved(page: Page, button: str) -> tuple[str, str]:
    """Press a button; return the name and text of the file that it gives."""
    with page.expect_download() as coming:
        page.get_by_role("button", name=button).click()
    return coming.value.suggested_filename, coming.value.path().read_bytes().decode()


def test_bibtex_is_that_of_the_papers(reader: Reader, site: Path) -> None:
    """The file has each paper's BibTeX to the byte; a paper that is not there is named."""
    reader.star("Looms and Video", HOSTILE, "Sailing by Starlight", "Video of Ropes")
    page = reader.visit("reading-list/")
    of_day = (site / DAY / "papers.bib").read_text(encoding="utf-8")
    page.get_by_label("Order").select_option("title")
    name, text = saved(page, "Save BibTeX")
    assert name == "reading-list.bib"
    assert sorted(text.rstrip("\n").split("\n\n")) == sorted(of_day.rstrip("\n").split("\n\n"))
    assert len(text) == len(of_day)
    expect(page.get_by_text("Saved: BibTeX of 4 papers.")).to_be_visible()
    page.get_by_label("Search within the list").fill("looms")
    _, one = saved(page, "Save BibTeX")
    assert one.startswith("@misc{looms-and-video,")
    assert one in text


def test_bibtex_says_what_is_left_out(reader: Reader) -> None:
    """A page that is not there, or cannot be reached, is named with the reason; the rest comes."""
    reader.expected.append("Failed to load resource")
    reader.star("Looms and Video", "Video of Ropes")
    page = reader.page
    kept = json.loads(reader.kept() or "")
    kept["papers"].append({"slug": "never-there", "title": "Never There"})
    reader.keep(json.dumps(kept))
    page.route("**/papers/video-of-ropes/", lambda route: route.abort())
    page.goto(f"{reader.base}reading-list/")
    _, text = saved(page, "Save BibTeX")
    assert text.count("@misc{") == 1
    expect(page.get_by_text("Saved: BibTeX of 1 paper. Left out:")).to_be_visible()
    expect(page.get_by_text("Never There: the archive has no such page.")).to_be_visible()
    expect(page.get_by_text("Video of Ropes: its page could not be reached.")).to_be_visible()


def test_markdown_says_what_the_list_says(reader: Reader) -> None:
    """Titles are the links' words whatever stands in them; links are the promised ones."""
    reader.star(HOSTILE, "Looms and Video")
    page = reader.visit("reading-list/")
    note(page, "Looms and Video").fill("- *mine*")
    name, text = saved(page, "Save Markdown")
    assert name == "reading-list.md"
    html = MarkdownIt().render(text)
    shown = titles(page).all_inner_texts()
    words = [part.partition("</a>")[0] for part in html.split('">')[1:]]
    escaped = [
        each.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;") for each in shown
    ]
    assert words == escaped
    assert "<p>- *mine*</p>" in html
    assert f'href="https://lists.test{BASE}papers/looms-and-video/"' in html


def test_a_link_carries_the_list(reader: Reader, chromium: Browser) -> None:
    """It shows somebody's list, notes left out; added, it takes nothing away from one's own."""
    reader.star("Looms and Video", HOSTILE)
    page = reader.visit("reading-list/")
    note(page, "Looms and Video").fill("theirs")
    page.get_by_role("button", name="Copy a link").click()
    expect(page.get_by_text("Copied: a link that carries 2 papers.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "theirs" not in link
    context = chromium.new_context()
    other = Reader(page=context.new_page(), base=reader.base)
    there = other.star("Looms and Video", "Video of Ropes")
    there.goto(f"{reader.base}reading-list/")
    note(there, "Looms and Video").fill("mine")
    there.goto("about:blank")
    there.goto(link)
    expect(there.get_by_role("heading", name="A list that came with a link")).to_be_visible()
    expect(titles(there)).to_contain_text(["Lanterns", "Looms and Video"])
    assert "lanterns" not in (other.kept() or "")
    there.get_by_role("button", name="Add all to mine").click()
    expect(there.get_by_text("1 paper added to your list, 1 there already.")).to_be_visible()
    there.get_by_role("button", name="Undo").click()
    expect(there.get_by_text("Taken off your list again.")).to_be_visible()
    there.get_by_role("button", name="Add all to mine").click()
    there.get_by_role("link", name="My own list").click()
    expect(titles(there)).to_have_count(3)
    expect(note(there, "Looms and Video")).to_have_value("mine")
    assert there.evaluate("window.pwned") is None
    assert other.faults == []
    context.close()


def test_a_link_from_a_stranger_does_no_harm(reader: Reader) -> None:
    """What cannot be a paper is passed over, what is none is named as such; nothing is kept."""
    reader.expected.append("404")
    odd = "..%2f..%2fx.javascript:alert(1).<img src=x onerror=window.pwned=1>.latest"
    page = reader.visit(f"reading-list/#papers={odd}.no-such-paper.{OLD}")
    expect(page.get_by_text("no such paper: this archive has no such paper.")).to_be_visible()
    expect(titles(page)).to_have_text(["Sailing by Starlight"])
    expect(page.locator(".db-reading__item")).to_have_count(2)
    assert reader.kept() is None
    page.goto(f"{reader.base}reading-list/#papers=")
    expect(page.get_by_text("The link carries no papers")).to_be_visible()
    page.goto(f"{reader.base}reading-list/#take")
    expect(page.get_by_text("Nothing is starred yet.")).to_be_visible()


def test_a_backup_comes_back(reader: Reader, tmp_path: Path) -> None:
    """A file has papers and notes; restored, it is added to what is there."""
    reader.star("Looms and Video", "Video of Ropes")
    page = reader.visit("reading-list/")
    note(page, "Looms and Video").fill("mine")
    name, text = saved(page, "Save a backup")
    assert name == "reading-list.json"
    for number, (words, said) in enumerate(
        [
            (text, "1 paper added, 1 there already."),
            (text.replace('"version":1', '"version":7'), "Part of the file could not be read."),
            ("{oh", "This file is no backup of a reading list."),
        ]
    ):
        if number == 0:
            star(page, "Looms and Video").click()
        file = tmp_path / f"{number}.json"
        file.write_text(words, encoding="utf-8")
        with page.expect_file_chooser() as asked:
            page.get_by_role("button", name="Restore a backup").click()
        asked.value.set_files(file)
        expect(page.get_by_text(said)).to_be_visible()
        expect(note(page, "Looms and Video")).to_have_value("mine")


# --- where something is amiss


def test_without_storage_it_works_as_long_as_the_page(reader: Reader) -> None:
    """It says so where a star is pressed and on the list, which can be made and taken along."""
    reader.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })"
    )
    page = reader.star("Looms and Video")
    expect(star(page, "Looms and Video")).to_have_attribute("aria-pressed", "true")
    said = page.get_by_role("status").filter(has_text="Starred until you leave this page")
    expect(said).to_be_visible()
    said.get_by_role("button", name="Close").click()
    expect(said).to_have_count(0)
    page.goto(f"{reader.base}reading-list/#papers=looms-and-video")
    expect(page.get_by_text("This browser lets this site keep nothing")).to_be_visible()
    page.get_by_role("button", name="Add all to mine").click()
    page.get_by_role("link", name="My own list").click()
    expect(titles(page)).to_have_text(["Looms and Video"])
    note(page, "Looms and Video").fill("mine")
    expect(page.get_by_text("Kept until you leave this page")).to_be_visible()


def test_without_room_it_says_so(reader: Reader) -> None:
    """Where storage is full the reader hears of it, and the page goes on with what it has."""
    reader.page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }"
    )
    page = reader.star("Looms and Video")
    expect(page.get_by_text("this browser has no room left for this site")).to_be_visible()
    expect(star(page, "Looms and Video")).to_have_attribute("aria-pressed", "true")


def test_a_damaged_list_is_set_aside(reader: Reader) -> None:
    """What can be read is shown, the whole can be had as a file, and goes only when told to."""
    reader.visit(DAY)
    damaged = listed("looms-and-video")[:-2] + ', {"slug": "../x"}]}'
    reader.keep(damaged)
    page = reader.visit("reading-list/")
    expect(titles(page)).to_have_text(["Looms and Video"])
    expect(page.get_by_text("Something that was kept here could not be read")).to_be_visible()
    assert saved(page, "Save it as a file") == ("reading-list-damaged.txt", damaged)
    page.reload()
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_text("Something that was kept")).to_have_count(0)
    expect(titles(page)).to_have_text(["Looms and Video"])
    assert page.evaluate("Object.keys(localStorage)") == [LIST]


# --- what was seen


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, `rgb(…)`, by WCAG 2."""

    def light(colour: str) -> float:
        parts = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
        linear = [
            each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((light(one), light(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_seen_is_dimmed_on_request(
    reader: Reader, scheme: Literal["light", "dark"]
) -> None:
    """Nothing is remembered before the switch is on; then titles dim, still to be read."""
    page = reader.page
    page.emulate_media(color_scheme=scheme)
    reader.visit("papers/looms-and-video/")
    expect(star(page, "Looms and Video")).to_be_visible()
    assert reader.kept(SEEN) is None
    page.goto(f"{reader.base}reading-list/")
    page.get_by_role("switch", name="Dim what I have seen").check()
    page.goto(f"{reader.base}papers/looms-and-video/")
    expect(star(page, "Looms and Video")).to_be_visible()
    page.goto(reader.base + DAY)
    link = page.locator("h2 > a", has_text="Looms and Video")
    other = page.locator("h2 > a", has_text="Video of Ropes")
    expect(link).to_have_class("db-seen")
    expect(link).to_have_accessible_description("Seen")
    expect(other).not_to_have_class("db-seen")
    quiet = page.evaluate("getComputedStyle(document.querySelector('.db-star')).color")
    # Links take a moment to change their colour.
    expect(link).to_have_css("color", quiet)
    expect(other).not_to_have_css("color", quiet)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert contrast(quiet, ground) >= 4.5
    page.goto(f"{reader.base}reading-list/")
    expect(page.get_by_text("1 paper remembered.")).to_be_visible()
    page.get_by_role("button", name="Forget all").click()
    expect(page.get_by_text("remembered.", exact=False).last).to_be_hidden()
    assert '"slugs":[]' in (reader.kept(SEEN) or "")
