"""The search in a real browser: under a strict policy, below a path, by keyboard alone."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from browsers import in_chromium, on_failure
from conftest import served, start_with
from lists import dump_of, pairs_of
from playwright.sync_api import (
    Browser,
    Locator,
    Page,
    Request,
    Route,
    expect,
)

from generator.building import build_archive
from generator.serving import Handler

ROOT = Path(__file__).resolve().parents[1]
pytestmark = in_chromium
BASE = "/some/papers/"
PHONE = {"width": 390, "height": 844}
HOSTILE_TITLE = '<img src=x onerror="window.pwned=1"> Lanterns </a><script>window.pwned=1</script>'
HOSTILE_TAG = "<b onclick=window.pwned=1>Light</b> & dark"
VOCABULARY = f"""
areas:
  looking:
    name: Looking
    tags:
      video:
        name: Video
        note: About moving pictures.
        sure: [video]
      light:
        name: {HOSTILE_TAG!r}
        note: "About <i>lanterns</i>."
        sure: [lanterns, starlight]
"""


def lists() -> Iterator[tuple[str, bytes]]:
    """Yield the archive's dumps, by name: looms in two years, and a few papers of other things."""
    looms = [f"Looms and Video, Part {number}" for number in range(1, 15)]
    yield "2024/2024-05-01.txt", dump_of("May 1", pairs_of(looms[:9]))
    later = pairs_of([*looms[9:], "Weaving without Looms"], " (https://github.com/a/looms)")
    yield "2025/2025-03-14.txt", dump_of("Mar 14", [*later, *pairs_of(["Sailing by Starlight"])])
    rest = pairs_of(["Sailing at Noon", HOSTILE_TITLE, "Looms and Video, Part 1"])
    yield "2025/2025-03-17.txt", dump_of("Mar 17", rest)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built archive."""
    root = start_with(
        VOCABULARY, tmp_path_factory.mktemp("searched") / "archive", url=f"https://lists.test{BASE}"
    )
    for name, raw in lists():
        path = root / "dumps" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    assert build_archive(root, root / "site", locked=False, strict=True) == 0
    return root / "site"


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""The strictest that a page can live under: no script and no style of it is its own."""


class StrictHandler(Handler):
    """Serves a site as a careful host would."""

    def end_headers(self) -> None:
        """Send the policy with everything."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


@pytest.fixture(scope="module")
def base(site: Path) -> Iterator[str]:
    """Serve the site on loopback, below a path, under the policy."""
    handler = partial(StrictHandler, base=BASE, directory=str(site))
    with served(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as host:
        yield f"{host}{BASE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A page in a browser, and what the browser complained of."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Parts of complaints that a test brings about."""

    def visit(self, path: str) -> Page:
        """Open a page of the site."""
        answer = self.page.goto(self.base + path)
        assert answer
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        return self.page

    def look_for(self, query: str) -> Page:
        """Type a query on the search page and send it."""
        page = self.visit("search/")
        # The script puts the cursor there; before, Enter would load another page.
        expect(field_of(page)).to_be_focused()
        field_of(page).fill(query)
        field_of(page).press("Enter")
        return page

    def fault(self, said: str) -> None:
        """Note what should not be, unless it was brought about."""
        if not any(part in said for part in self.expected):
            self.faults.append(said)


@pytest.fixture
def reader(chromium: Browser, base: str) -> Iterator[Reader]:
    """A reader whose browser must have had nothing to complain of in the end."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    found = Reader(page=page, base=base)

    def heard(kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            found.fault(f"console: {text}")

    def requested(url: str) -> None:
        if not url.startswith(base):
            found.fault(f"asked for {url}")

    on_failure(page, found.fault)
    page.on("console", lambda said: heard(said.type, said.text))
    page.on("request", lambda request: requested(request.url))
    yield found
    assert page.evaluate("window.pwned") is None
    context.close()
    assert found.faults == []


def field_of(page: Page) -> Locator:
    """Return the field that there is, in the header or on the page."""
    return page.get_by_label("Search papers")


def hits(page: Page) -> Locator:
    """Return the links of the results."""
    return page.locator(".db-hit h3 a")


def options(page: Page) -> Locator:
    """Return what the header's list offers."""
    return page.get_by_role("option")


def asked(page: Page) -> dict[str, list[str]]:
    """Return what the page's address asks for."""
    return parse_qs(urlsplit(page.url).query)


# --- the box in the header


def test_the_keyboard_is_enough(reader: Reader) -> None:
    """A slash focuses, arrows choose, Enter opens; a beginning finds its words."""
    page = reader.visit("about/")
    page.keyboard.press("/")
    box = field_of(page)
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    page.keyboard.type("starl")
    expect(options(page).first).to_contain_text("Sailing by Starlight")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#db-box-list")).to_have_attribute("role", "listbox")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "db-box-0")
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowUp")
    expect(page.locator("#db-box-all")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{reader.base}papers/sailing-by-starlight/")


def test_escape_closes_and_tab_leaves(reader: Reader) -> None:
    """Escape hides the list and keeps the words; Tab goes on through the page."""
    page = reader.visit("")
    page.keyboard.press("/")
    page.keyboard.type("looms")
    expect(options(page)).to_have_count(9)
    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    box = field_of(page)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("looms")
    page.keyboard.press("ArrowDown")
    expect(options(page)).to_have_count(9)
    page.keyboard.press("Tab")
    expect(options(page)).to_have_count(0)
    expect(box).not_to_be_focused()


def test_two_letters_find_nothing_yet(reader: Reader) -> None:
    """From three letters on there is a list; taking one away closes it."""
    page = reader.visit("")
    page.keyboard.press("/")
    page.keyboard.type("loo")
    expect(options(page)).to_have_count(9)
    page.keyboard.press("Backspace")
    expect(options(page)).to_have_count(0)


def test_the_list_under_the_box_counts_nothing(reader: Reader) -> None:
    """The header's list has no filters, so the data that they count stays on the server."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    reader.page.context.on("request", note)
    page = reader.visit("")
    page.keyboard.press("/")
    page.keyboard.type("looms")
    expect(options(page)).to_have_count(9)
    page.wait_for_load_state("networkidle")
    assert any("/search/postings/" in url for url in asked)
    assert not any("/search/facets/" in url for url in asked)


def test_a_slash_is_typed_where_text_goes(reader: Reader) -> None:
    """A slash in the field is a letter."""
    page = reader.visit("")
    page.keyboard.press("/")
    page.keyboard.type("and/or")
    expect(field_of(page)).to_have_value("and/or")


def test_enter_leads_to_all_results(reader: Reader) -> None:
    """Without a choice, Enter opens the search page; so does the last option."""
    page = reader.visit("papers/")
    page.keyboard.press("/")
    page.keyboard.type("looms")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{reader.base}search/?q=looms")
    expect(hits(page)).to_have_count(10)
    page = reader.visit("papers/")
    page.keyboard.press("/")
    page.keyboard.type("looms video")
    options(page).get_by_text("All results").or_(page.locator("#db-box-all")).first.click()
    page.wait_for_url(f"{reader.base}search/?q=looms+video")


def test_a_phone_gives_it_the_whole_screen(reader: Reader) -> None:
    """A button opens the field over everything; Escape leads back to the button."""
    reader.page.set_viewport_size({"width": 390, "height": 844})
    page = reader.visit("")
    opener = page.locator(".db-box__open")
    expect(field_of(page)).to_be_hidden()
    opener.click()
    expect(field_of(page)).to_be_focused()
    whole = page.locator(".db-box__whole")
    assert whole.bounding_box() == {"x": 0, "y": 0, **PHONE}
    page.keyboard.type("starlight")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(field_of(page)).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_page_that_is_not_there_has_a_search(reader: Reader) -> None:
    """The page for lost readers stands at any depth, and finds its way."""
    reader.expected.append("404")
    page = reader.visit("no/such/page/")
    page.keyboard.press("/")
    page.keyboard.type("starlight")
    options(page).first.click()
    page.wait_for_url(f"{reader.base}papers/sailing-by-starlight/")


# --- the search page


def test_results_show_what_was_found(reader: Reader) -> None:
    """A result has its title and text with the words marked, its days and its tags."""
    page = reader.look_for("starlight")
    expect(hits(page)).to_have_count(1)
    hit = page.locator(".db-hit")
    assert hits(page).get_attribute("href") == f"{reader.base}papers/sailing-by-starlight/"
    assert set(hit.locator("mark").all_text_contents()) == {"Starlight"}
    expect(hit.locator("time")).to_have_text("14 March 2025")
    expect(hit.locator(".db-hit__tags")).to_have_text(HOSTILE_TAG)
    expect(page.get_by_role("status")).to_have_text("1 result.")
    assert page.title().startswith("starlight · Search")


def test_results_keep_up_with_typing(reader: Reader) -> None:
    """Each letter narrows the results; the address follows, in one entry of the history."""
    page = reader.visit("search/")
    expect(field_of(page)).to_be_focused()
    length = page.evaluate("history.length")
    field_of(page).press_sequentially("sail")
    expect(hits(page)).to_have_count(2)
    field_of(page).press_sequentially("ing noon")
    expect(hits(page).first).to_have_text("Sailing at Noon")
    expect(page).to_have_url(re.compile(r"\?q=sailing\+noon$"))
    assert page.evaluate("history.length") == length + 1
    page.go_back()
    expect(field_of(page)).to_have_value("")
    expect(page.get_by_role("heading", name="By subject")).to_be_visible()


def test_what_was_typed_before_the_script_came_counts(reader: Reader) -> None:
    """On a slow line a reader is quicker than the script: the words stay, and are looked for."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    reader.page.context.route("**/search-page.js", hold)
    with reader.page.expect_request("**/search-page.js"):
        page = reader.visit("search/")
    field_of(page).fill("starlight")
    with page.expect_response("**/search-page.js"):
        held[0].continue_()
    expect(hits(page)).to_have_count(1)
    expect(field_of(page)).to_have_value("starlight")


def test_a_half_typed_word_survives_a_reload(reader: Reader) -> None:
    """A beginning is still one when the page is loaded again, and when its address is shared."""
    page = reader.visit("search/")
    field_of(page).press_sequentially("starl")
    expect(hits(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=starl$"))
    page.reload()
    expect(hits(page)).to_have_count(1)
    page = reader.visit("about/")
    page = reader.visit("search/?q=starl")
    expect(hits(page)).to_have_count(1)


def test_all_words_come_first(reader: Reader) -> None:
    """Behind a line come the results that have some of the words."""
    page = reader.look_for("sailing starlight")
    divider = page.get_by_role("heading", name="Not all words")
    expect(divider).to_be_visible()
    expect(hits(page).first).to_have_text("Sailing by Starlight")
    after = page.locator(".db-hits__rest ~ .db-hits h3 a")
    expect(after.first).to_have_text(re.compile("Sailing at Noon|Lanterns|Light"))
    expect(page.get_by_role("status")).to_contain_text("1 result with all words")
    page = reader.look_for("starlight")
    expect(hits(page)).to_have_count(1)
    expect(divider).to_be_hidden()


def test_more_results_come_below(reader: Reader) -> None:
    """A button brings the next ones, and the focus goes to the first of them; Back keeps them."""
    page = reader.look_for("looms")
    expect(hits(page)).to_have_count(10)
    page.get_by_role("button", name="More results").click()
    expect(hits(page)).to_have_count(15)
    expect(hits(page).nth(10)).to_be_focused()
    expect(page.get_by_role("button", name="More results")).to_be_hidden()
    hits(page).nth(12).click()
    page.wait_for_url(re.compile("/papers/(looms|weaving)"))
    page.go_back()
    expect(hits(page)).to_have_count(15)
    page.reload()
    expect(hits(page)).to_have_count(15)


def test_arrows_move_through_results(reader: Reader) -> None:
    """Down and up lead from the field through the results and back; Escape leads to the field."""
    page = reader.look_for("looms")
    expect(hits(page)).to_have_count(10)
    page.keyboard.press("ArrowDown")
    expect(hits(page).nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(hits(page).nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field_of(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(field_of(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/papers/(looms|weaving)"))


def test_facets_narrow_and_count(reader: Reader) -> None:
    """Years, tags and code have counts; each narrows, together they narrow more."""
    page = reader.look_for("looms")
    year = page.get_by_label(re.compile("^2025"))
    expect(page.get_by_label(re.compile("^2024 ?9"))).to_be_visible()
    expect(page.get_by_label(re.compile("^2025 ?7"))).to_be_visible()
    expect(page.get_by_label(re.compile("^Video ?14"))).to_be_visible()
    expect(page.get_by_label(re.compile("^With code ?6"))).to_be_visible()
    year.check()
    expect(hits(page)).to_have_count(7)
    assert asked(page) == {"q": ["looms"], "from": ["2025"], "to": ["2025"]}
    page.get_by_label(re.compile("^With code")).check()
    expect(hits(page)).to_have_count(6)
    expect(page.get_by_role("status")).to_have_text("6 results with these filters.")
    page.get_by_label(re.compile("^Video")).check()
    expect(hits(page)).to_have_count(5)
    expect(page.get_by_label(re.compile("^Video"))).to_be_focused()
    page.get_by_role("button", name="Remove the filter With code").click()
    expect(hits(page)).to_have_count(6)
    assert asked(page) == {"q": ["looms"], "from": ["2025"], "to": ["2025"], "tag": ["video"]}


def test_a_tag_of_a_result_narrows(reader: Reader) -> None:
    """The tags below a result are links to the same search with that tag."""
    page = reader.look_for("looms")
    page.locator(".db-hit__tags a").first.click()
    expect(page).to_have_url(re.compile(r"\?q=looms&tag=video$"))
    expect(hits(page)).to_have_count(10)
    expect(page.get_by_label(re.compile("^Video ?14"))).to_be_checked()


def test_days_narrow(reader: Reader) -> None:
    """From and to take a day; results without a query are what was listed then, newest first."""
    page = reader.visit("search/?from=2025-03-15")
    expect(hits(page).first).to_have_text(re.compile("Noon|Lanterns|Looms|March"))
    expect(page.get_by_label("From", exact=True)).to_have_value("2025-03-15")
    page.get_by_label("To", exact=True).fill("2025-03-16")
    expect(page.get_by_role("status")).to_have_text("Nothing found with these filters.")
    page.get_by_role("button", name=re.compile("Remove the filter")).click()
    expect(page.get_by_role("heading", name="By day")).to_be_visible()


def test_results_go_by_day_when_asked(reader: Reader) -> None:
    """Newest and oldest are by the day of a listing."""
    page = reader.look_for("looms")
    expect(hits(page)).to_have_count(10)
    page.get_by_label("Order").select_option("newest")
    expect(page.locator(".db-hit time").first).to_have_text("17 March 2025")
    expect(hits(page).first).to_have_text("Looms and Video, Part 1")
    page.get_by_label("Order").select_option("oldest")
    expect(page.locator(".db-hit time").nth(1)).to_have_text("1 May 2024")
    assert asked(page) == {"q": ["looms"], "sort": ["oldest"]}


def test_an_address_is_the_whole_search(reader: Reader) -> None:
    """A shared address shows the same; Back undoes a step at a time."""
    page = reader.visit("search/?q=looms&tag=video&from=2025&to=2025&sort=newest&code=1")
    expect(hits(page)).to_have_count(5)
    expect(field_of(page)).to_have_value("looms")
    expect(page.get_by_label("Order")).to_have_value("newest")
    expect(page.get_by_label(re.compile("^2025"))).to_be_checked()
    page.get_by_label(re.compile("^2025")).uncheck()
    expect(page.get_by_label(re.compile("^2024"))).to_have_count(0)
    page.get_by_label(re.compile("^With code")).uncheck()
    expect(page.get_by_role("status")).to_have_text("14 results with these filters.")
    page.go_back()
    expect(page.get_by_role("status")).to_have_text("5 results with these filters.")
    expect(page.get_by_label(re.compile("^With code"))).to_be_checked()
    page.go_back()
    expect(page.get_by_label(re.compile("^2025"))).to_be_checked()
    page.go_forward()
    expect(page.get_by_label(re.compile("^2025"))).not_to_be_checked()


def test_a_slip_of_the_pen_is_mended(reader: Reader) -> None:
    """A word that is nowhere is looked for as the nearest, which the reader is told."""
    page = reader.look_for("lanterrns")
    meant = page.get_by_role("link", name="lanterns", exact=True)
    expect(meant).to_be_visible()
    expect(hits(page).first).to_contain_text("Lanterns")
    meant.click()
    expect(page).to_have_url(re.compile(r"\?q=lanterns$"))
    expect(meant).to_be_hidden()
    expect(field_of(page)).to_have_value("lanterns")


def test_nothing_is_said_to_be_nothing(reader: Reader) -> None:
    """A search without a result says so."""
    page = reader.look_for("qqqqqqqqqq")
    expect(page.get_by_role("status")).to_have_text("Nothing found for “qqqqqqqqqq”.")
    expect(hits(page)).to_have_count(0)


# --- what goes wrong


def abort(route: Route) -> None:
    """Lose a request."""
    route.abort()


@pytest.mark.parametrize(
    "lost", ["**/search/postings/*", "**/search/index.json", "**/search/worker.js", "**/lunr.js"]
)
def test_a_lost_connection_can_be_tried_again(reader: Reader, lost: str) -> None:
    """Where something cannot be loaded there is a button; it helps as soon as it can."""
    reader.expected.extend(["ERR_FAILED", "Failed to fetch", "error: "])
    reader.page.context.route(lost, abort)
    page = reader.visit("search/?q=looms&tag=video")
    expect(page.get_by_role("status")).to_contain_text("could not be loaded")
    page.context.unroute(lost)
    page.get_by_role("button", name="Try again").click()
    expect(hits(page)).to_have_count(10)
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove the filter Video")).to_be_visible()


def test_the_header_can_be_tried_again(reader: Reader) -> None:
    """The box in the header has the same button."""
    reader.expected.extend(["ERR_FAILED", "Failed to fetch"])
    reader.page.context.route("**/search/postings/*", abort)
    page = reader.visit("")
    page.keyboard.press("/")
    page.keyboard.type("looms")
    retry = page.get_by_role("button", name="Try again")
    expect(retry).to_be_visible()
    page.context.unroute("**/search/postings/*")
    retry.click()
    expect(options(page)).to_have_count(9)


def test_results_stand_without_their_counts(reader: Reader) -> None:
    """Where only the counts are lost, the results are there, and the counts can be asked again."""
    reader.expected.extend(["ERR_FAILED", "Failed to fetch"])
    reader.page.context.route("**/search/facets/*", abort)
    page = reader.visit("search/?q=looms")
    expect(hits(page)).to_have_count(10)
    expect(page.get_by_text("The counts could not be loaded.")).to_be_visible()
    page.context.unroute("**/search/facets/*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_label(re.compile("^Video ?14"))).to_be_visible()


def test_an_archive_that_grew_asks_for_a_reload(reader: Reader) -> None:
    """Where the page is older than the data, a button loads it anew."""
    reader.expected.extend(["ERR_FAILED", "Failed to fetch"])
    page = reader.visit("search/?tag=video")
    expect(hits(page)).to_have_count(10)
    page.context.route("**/search/postings/*", abort)
    newer = {"version": "another", "format": 2}
    page.context.route("**/search/index.json", lambda route: route.fulfill(json=newer))
    field_of(page).fill("looms")
    expect(page.get_by_role("status")).to_contain_text("The archive has grown")
    expect(hits(page)).to_have_count(0)
    page.context.unroute("**/search/postings/*")
    page.context.unroute("**/search/index.json")
    page.get_by_role("button", name="Reload the page").click()
    expect(hits(page)).to_have_count(10)
    assert asked(page) == {"q": ["looms"], "tag": ["video"]}


# --- strangers' words, and readers without scripts


def test_hostile_words_are_text(reader: Reader) -> None:
    """Markup in a title and in a tag's name shows as it was written, and does nothing."""
    page = reader.look_for("lanterns")
    expect(hits(page).filter(has_text="<img src=x").first).to_contain_text("<script>window.pwned=1")
    expect(page.locator(".db-hit__tags").first).to_contain_text("<b onclick=")
    assert (
        page.locator("db-search-page :is(img, script, b, [onclick], [onerror], [style])").count()
        == 0
    )
    page = reader.visit("")
    page.keyboard.press("/")
    page.keyboard.type("lanterns")
    expect(options(page).filter(has_text="<img src=x").first).to_be_visible()
    assert (
        page.locator("db-search-box :is(img, script, b, [onclick], [onerror], [style])").count()
        == 0
    )


@pytest.mark.parametrize(
    "query", ["<img src=x onerror=window.pwned=1>", '"><svg/onload=window.pwned=1>']
)
def test_a_hostile_address_is_text(reader: Reader, query: str) -> None:
    """What an address asks for is shown as text."""
    page = reader.visit("search/")
    page.goto(f"{reader.base}search/?{urlencode({'q': query})}&tag=<b>&sort=<b>")
    expect(field_of(page)).to_have_value(query)
    expect(page.get_by_role("status")).not_to_be_empty()


def test_without_scripts_lists_lead_on(chromium: Browser, base: str) -> None:
    """The search page says what it cannot do, and leads to tags, days and papers."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base)
    expect(page.locator("db-search-box form")).to_be_hidden()
    page.locator("db-search-box a").click()
    page.wait_for_url(f"{base}search/")
    # Playwright's words never look into <noscript>.
    said = page.locator("noscript p")
    assert (said.bounding_box() or {"height": 0})["height"] > 0
    assert "needs JavaScript" in (said.text_content() or "")
    main = page.locator("article")
    for href in (
        "../tags/video/",
        "../areas/looking/",
        "../days/2025-03/",
        "../papers/",
        "../about/",
    ):
        expect(main.locator(f'a[href="{href}"]')).to_be_visible()
    form = page.locator("article form[role=search][method=get]")
    assert form.locator("input[name=q]").count() == 1
    main.get_by_role("link", name="All papers").click()
    page.wait_for_url(f"{base}papers/")
    context.close()


def test_browsers_can_add_the_search(reader: Reader, site: Path) -> None:
    """The home page names the description of the search, which holds whole addresses."""
    page = reader.visit("")
    link = page.locator("link[rel=search]")
    assert link.get_attribute("type") == "application/opensearchdescription+xml"
    assert link.evaluate("link => link.href") == f"{reader.base}opensearch.xml"
    text = (site / "opensearch.xml").read_text(encoding="utf-8")
    assert f'template="https://lists.test{BASE}search/?q={{searchTerms}}"' in text


# --- what others' tools say


needs_packages = pytest.mark.skipif(
    "DAYBOOK_INSTALL_TESTS" not in os.environ or not shutil.which("npm"),
    reason="installs npm packages: .ci/run runs it, or DAYBOOK_INSTALL_TESTS=1",
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of axe-core and TypeScript, installed for these tests alone."""
    folder = tmp_path_factory.mktemp("npm")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "axe-core", "typescript"]
    subprocess.run(command, cwd=folder, check=True, timeout=300, capture_output=True)
    return folder / "node_modules"


def complaints(page: Page, axe: str) -> list[str]:
    """Return what axe finds wrong with the page that is open."""
    page.wait_for_load_state("networkidle")
    page.evaluate(axe)
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    return [f"{each['id']}: {node['target']}" for each in found for node in each["nodes"]]


@pytest.mark.install
@needs_packages
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    chromium: Browser, base: str, packages: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    """All can use lists, charts, the search with and without results, a paper and the drawer."""
    axe = (packages / "axe-core/axe.min.js").read_text(encoding="utf-8")
    page = chromium.new_page(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        bypass_csp=True,  # The page's own policy would keep axe out.
    )
    found: list[str] = []
    for address in ("", "days/latest/", "days/", "tags/", "trends/", "reading-list/", "search/"):
        page.goto(f"{base}{address}")
        found += complaints(page, axe)
    page.goto(f"{base}search/?q=looms+lanterrns&from=2024")
    expect(hits(page).first).to_be_visible()
    found += complaints(page, axe)
    page.goto(f"{base}days/")
    page.keyboard.press("/")
    page.keyboard.type("looms")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    found += complaints(page, axe)
    page.goto(f"{base}papers/sailing-by-starlight/")
    found += complaints(page, axe)
    if width < 1000:
        page.get_by_role("button", name="Navigation").click()
        found += complaints(page, axe)
    page.close()
    assert found == []


@pytest.mark.install
@needs_packages
def test_the_types_hold(packages: Path) -> None:
    """TypeScript, at its strictest, agrees with what the scripts say of themselves."""
    scripts = ROOT / "overrides/assets/javascripts"
    done = subprocess.run(
        [
            *("node", packages / "typescript/bin/tsc", "--noEmit", "--allowJs", "--checkJs"),
            *("--strict", "--target", "es2022", "--module", "es2022"),
            *("--moduleResolution", "bundler", "--lib", "es2023,dom,dom.iterable"),
            *(scripts / "search-box.js", scripts / "search-page.js"),
            *(scripts / "daybook.js", scripts / "palette.js", scripts / "lost.js"),
            *(scripts / "offline.js", scripts / "trends.js"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
