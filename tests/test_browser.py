"""A hostile archive in a real browser: nothing runs, nothing is asked of others, all is text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from browsers import ALONE, WATCH, in_chromium, launched, on_failure
from conftest import served
from hostile import HOSTILE, SITE_URL, Built, folded, hostile_archive, text_of, title_of
from playwright.sync_api import BrowserContext, Dialog, Page

from generator import urls
from generator.cleaning import clean_title
from generator.model import Paper, Status
from generator.pages import mended, words
from generator.serving import server

pytestmark = in_chromium
EVERY = 16
"""One paper's page in so many is opened; test_escaping reads them all."""


ODD = """() => {
  const odd = [];
  if (window.pwned !== undefined) odd.push("a script ran");
  odd.push(...(window.seen ?? []));
  for (const element of document.querySelectorAll("*")) {
    if (["IFRAME", "OBJECT", "EMBED", "BASE", "VIDEO", "FRAME"].includes(element.tagName))
      odd.push(element.tagName);
    for (const { name, value } of element.attributes) {
      const leads = ["href", "src", "action", "formaction", "xlink:href"].includes(name);
      if (name.startsWith("on") || (leads && /^[\\s\\0]*(javascript|data|vbscript):/i.test(value)))
        odd.push(`${element.tagName} ${name}=${value}`);
    }
  }
  return odd;
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A reader's browser, and what happened in it that should not."""

    context: BrowserContext
    page: Page
    base: str
    """Where the site is served, with a slash at its end."""
    faults: list[str] = field(default_factory=list)

    def visit(self, path: str) -> Page:
        """Open a page of the site and look whether anything of a payload is alive there."""
        self.page.goto(self.base + path)
        self.look(path)
        return self.page

    def look(self, path: str) -> None:
        """Note what is wrong with the page that is open, and whether it is still the same."""
        self.faults.extend(f"{path}: {odd}" for odd in self.page.evaluate(ODD))
        if not self.page.url.startswith(self.base):
            self.faults.append(f"{path}: led to {self.page.url}")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site of which every text is hostile."""
    return hostile_archive(tmp_path_factory.getbasetemp() / "hostile")


@pytest.fixture(scope="module")
def base(built: Built) -> Iterator[str]:
    """Serve the hostile site on loopback, under the path of its address."""
    with served(server(built.site, SITE_URL, 0)) as host:
        yield f"{host}{urlsplit(SITE_URL).path}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[BrowserContext]:
    """A browser that knows no host but this one."""
    with launched(ALONE) as browser:
        context = browser.new_context()
        context.add_init_script(f"({WATCH})()")
        context.set_default_timeout(20_000)
        yield context


@pytest.fixture
def visitor(chromium: BrowserContext, base: str) -> Iterator[Visitor]:
    """A reader, whose browser must have had nothing to complain of in the end."""
    page = chromium.new_page()
    found = Visitor(context=chromium, page=page, base=base)

    def asked(url: str) -> None:
        if urlsplit(url).netloc != urlsplit(base).netloc:
            found.faults.append(f"asked for {url}")

    page.on("request", lambda request: asked(request.url))
    page.on("popup", lambda popup: found.faults.append(f"opened {popup.url}"))
    on_failure(page, found.faults.append)

    def dismiss(dialog: Dialog) -> None:
        found.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    yield found
    page.close()
    assert found.faults == []


def address(paper: Paper) -> urls.Address:
    """Return the address of a paper's page."""
    return urls.paper(paper.slug)


def squeezed(text: str | None) -> str:
    """Return what an element shows, without blanks."""
    return "".join((text or "").split())


def test_pages_of_lists_are_dead_text(visitor: Visitor, built: Built) -> None:
    """Home, days, months, tags and lists of papers show titles as they were written."""
    tag = "tags/reading/"
    for path in ("", "about/", "feeds/", "data/", "days/", "days/2025/", "days/2025-03/"):
        visitor.visit(path)
    for path in ("papers/", "papers/2025-03/", "tags/untagged/", "areas/lists/"):
        visitor.visit(path)
    for path in ("tags/", tag, f"{tag}2025/", f"{tag}2025-03/"):
        visitor.visit(path)
    for day in built.archive.catalog.days:
        page = visitor.visit(urls.day(day.date))
        shown = page.locator("article h2").all_text_contents()
        assert [squeezed(text) for text in shown] == [
            title_of(item.paper.title) for item in day.items
        ]


def test_pages_of_papers_are_dead_text(visitor: Visitor, built: Built) -> None:
    """A paper's page shows its title and its text, whatever they try."""
    papers = [p for p in built.archive.catalog.listed if p.title.startswith("All payloads")]
    for paper in [*built.archive.catalog.listed[::EVERY], *papers]:
        page = visitor.visit(address(paper))
        assert squeezed(page.locator("h1#title").text_content()) == title_of(paper.title)
        in_header = page.locator("header .md-header__topic").last.text_content()
        assert folded(in_header or "") == folded(words(paper.title))
        article = squeezed(page.locator("article").text_content())
        for part in filter(str.strip, paper.text.abstract.split("\n")):
            assert text_of(part) in article
        changes = page.locator("details.db-raw li").all_text_contents()
        assert [squeezed(text) for text in changes] == [
            squeezed(folded(f"{went} {came}")) for went, came in mended(paper)
        ]
        (cite,) = page.locator("article .db-cite__sentence").all_text_contents()
        assert squeezed(cite).startswith(squeezed(folded(words(paper.title))))


def test_payloads_survive_a_touch(visitor: Visitor, built: Built) -> None:
    """Nothing happens where one points, moves by keyboard, or opens what is folded."""
    paper = next(p for p in built.archive.catalog.listed if p.title.startswith("All payloads"))
    page = visitor.visit(address(paper))
    page.locator("details.db-raw > summary").click()
    assert page.locator("details.db-raw").get_attribute("open") is not None
    for part in page.locator("article > p").all()[:4]:
        part.hover()
    for _ in range(30):
        page.keyboard.press("Tab")
    visitor.look("after a touch")


def test_what_humans_decided_is_dead_text(visitor: Visitor, built: Built) -> None:
    """Notes, new titles, papers that are gone, and old addresses are inert."""
    catalog = built.archive.catalog
    for paper in catalog.papers:
        if paper.status is not Status.LISTED:
            page = visitor.visit(address(paper))
            assert folded(HOSTILE.note) in folded(page.locator("article").text_content() or "")
        elif paper.title == clean_title(HOSTILE.title):
            page = visitor.visit(address(paper))
            assert squeezed(page.locator("h1#title").text_content()) == title_of(paper.title)
    for stone in catalog.stones:
        page = visitor.visit(urls.paper(stone.slug))
        assert folded(page.locator("h1#title").text_content() or "") == folded(stone.title)
        assert page.title() == f"{folded(stone.title)} · Some papers"


def test_an_old_address_leads_on(visitor: Visitor, built: Built) -> None:
    """A stub leads to the page that answers now, and keeps what stands behind the address."""
    ((old, new),) = built.archive.catalog.redirects.items()
    hostile = '?q=<script>window.pwned=1</script>#"><img src=x onerror=window.pwned=1>'
    visitor.page.goto(visitor.base + old + hostile)
    visitor.page.wait_for_url(lambda url: url.startswith(f"{visitor.base}{new}?q="))
    visitor.look(old)
    assert "#" in visitor.page.url


def test_an_unknown_address_is_dead_text(visitor: Visitor) -> None:
    """The page for what is not there repeats nothing of the address."""
    for path in (
        "no/such/page/",
        "papers/<script>window.pwned=1</script>/",
        "%22%3E%3Cimg%20src=x%20onerror=window.pwned=1%3E",
        "?q=<script>window.pwned=1</script>#<img src=x onerror=window.pwned=1>",
    ):
        page = visitor.visit(path)
        assert page.locator("article h1, article h2").count()


@pytest.mark.parametrize("query", ["script", "<img src=x onerror=window.pwned=1>", "payloads end"])
def test_the_search_box_shows_payloads_as_text(visitor: Visitor, query: str) -> None:
    """Results under the header's field are text, and lead to pages of the site."""
    page = visitor.visit("")
    page.locator("header input[name=q]").press_sequentially(query)
    options = page.locator("header [role=option]")
    options.first.wait_for()
    visitor.look(f"search for {query}")
    leads = options.evaluate_all("links => links.map(link => link.href)")
    assert leads
    assert [lead for lead in leads if not lead.startswith(visitor.base)] == []
    options.first.click()
    page.wait_for_load_state()
    visitor.look(f"found by {query}")


def test_the_search_page_shows_payloads_as_text(visitor: Visitor) -> None:
    """So are the results, the facets and the words asked for on the page for searching."""
    hostile = '<script>window.pwned=1</script>"><img src=x onerror=window.pwned=1>'
    facets = "&".join(f"{name}={hostile}" for name in ("tag", "from", "to", "sort"))
    for asked in (f"q={hostile}", "q=title", f"q=pwned&{facets}"):
        page = visitor.visit(f"search/?{asked}#{hostile}")
        page.locator("article [role=status]").filter(has_text=re.compile(".")).first.wait_for()
        visitor.look(asked)
        links = page.locator("article a").evaluate_all("links => links.map(link => link.href)")
        assert [link for link in links if not link.startswith(visitor.base)] == []
    page = visitor.visit("search/?q=iframe")
    found = page.locator("article .db-hit a")
    found.first.wait_for()
    assert "<iframe src=javascript:parent.pwned=1></iframe>" in found.all_text_contents()
