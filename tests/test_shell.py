"""What stands around every page: small, without scripts of its own, whole by keyboard and alone."""

import gzip
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import pytest
from browsers import needs_chromium, until
from conftest import served
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    ViewportSize,
    expect,
)

from generator.building import build_archive
from generator.serving import server
from generator.start import start_archive

URL = "https://shell.test/some/papers/"
PAPER = "papers/attention-is-all-you-need/"
LARGEST_SHELL = 2_500
"""Bytes of a paper's page, with the notice that this is a sample, without its texts and head."""
LARGEST_VISIT = 75_000
"""Bytes, gzipped, of all that a first visit to a paper's page asks for."""
PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1440, height=900)

OWN = """
repo_url: https://example.org/me/papers
copyright: "Kept by <b>me</b>"
theme:
  language: de
  logo: mine/logo.svg
  favicon: mine/icon.svg
  custom_dir: own
  palette:
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
      primary: deep purple
    - scheme: default
      primary: teal
      accent: deep orange
extra_css: [mine/more.css]
extra_javascript: [mine/more.js]
markdown_extensions: [admonition, attr_list, fenced_code, tables]
"""
BY_HAND = """\
# Notes & thanks

| one | two |
| --- | --- |
| 1 | 2 |

!!! note
    Mind the gap.

```
print("a line of code that no phone shows at once, so that one must scroll to its very end")
```
"""


class Shell(HTMLParser):
    """Reads a page, and keeps what its shell must not have."""

    def __init__(self) -> None:
        super().__init__()
        self.odd: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note inline scripts and styles, and what is loaded."""
        given = dict(attrs)
        if tag == "script" and given == {"type": "application/ld+json"}:
            return  # Data, which no browser runs.
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.odd.append(tag)
        self.odd.extend(f"{tag} {name}" for name in given if name[:2] == "on" or name == "style")
        if tag == "script" or (tag == "link" and given.get("rel") in {"stylesheet", "icon"}):
            self.links.append(given.get("src") or given.get("href") or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, as a new archive shows it."""
    root = tmp_path_factory.mktemp("shell") / "archive"
    start_archive(root, name="Lists & more", url=URL)
    assert build_archive(root, root / "site", locked=False, strict=True) == 0
    return root / "site"


def read(site: Path, address: str) -> str:
    """Return a page's HTML."""
    return (site / address / "index.html").read_text(encoding="utf-8")


def papers(site: Path) -> list[str]:
    """Return the HTML of each paper's page."""
    pages = [path.read_text(encoding="utf-8") for path in site.glob("papers/*/index.html")]
    return [page for page in pages if 'md-typeset db-paper"' in page]


def shell_of(page: str) -> str:
    """Return what is left of a page without what it alone says."""
    for own in (
        r"(?<=<title>).*(?= · )",
        r'(?<=name=description content=").*?(?=")',
        r'(?<=rel=canonical href=").*?(?=")',
        r"(?<=\n)<meta name=DC\.type .*</script>\n(?=</head>)",
        r"(?<=db-paper\">\n)(?s:.*)(?=</article>)",
    ):
        page, found = re.subn(own, "", page)
        assert found == 1, own
    return page


def test_papers_share_one_small_shell(site: Path) -> None:
    """But for title, description, address, head and text, papers' pages are the same few bytes."""
    shells = {shell_of(page) for page in papers(site)}
    assert len(shells) == 1
    (shell,) = shells
    assert len(shell.encode()) <= LARGEST_SHELL
    assert "\n\n" not in shell


@pytest.mark.parametrize("address", ["", PAPER, "about/", "days/", "search/", "tags/"])
def test_nothing_is_inline(site: Path, address: str) -> None:
    """A page runs no script and has no style that is not a file, and these files are there."""
    shell = Shell()
    shell.feed(read(site, address))
    assert shell.odd == []
    assert shell.links
    # An upgrade of the theme gives its style sheets other names: base.html has them.
    missing = [link for link in shell.links if not (site / address / link).resolve().is_file()]
    assert missing == []


def test_the_tab_of_a_page_is_marked(site: Path) -> None:
    """A tab says where one is; no tab does where one is elsewhere."""
    current = re.compile(r'aria-current="page">(\w+)<')
    assert current.findall(read(site, "days")) == ["Days"]
    assert current.findall(read(site, PAPER)) == []


def test_the_lost_have_the_same_shell(site: Path) -> None:
    """404.html has whole addresses, since it answers at any depth, and a title."""
    page = (site / "404.html").read_text(encoding="utf-8")
    assert "<title>There is no such page · Lists &amp; more</title>" in page
    links = re.findall(r'(?:href|src|action)="([^"#]*)"', page)
    ours = [link for link in links if not link.startswith("https://squidfunk")]
    assert len(ours) > 10
    assert [link for link in ours if not link.startswith("/some/papers/")] == []


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with settings, overrides and a page of its own."""
    root = tmp_path_factory.mktemp("own") / "archive"
    start_archive(root, name="Lists", url=URL)
    (root / "docs/mine").mkdir(parents=True)
    for name in ("logo.svg", "icon.svg", "more.css", "more.js"):
        (root / "docs/mine" / name).write_text("", encoding="utf-8")
    (root / "docs/notes.md").write_text(BY_HAND, encoding="utf-8")
    (root / "own").mkdir()
    main = '{% extends "base.html" %}{% block extrahead %}<meta name="mine">{% endblock %}'
    (root / "own/main.html").write_text(main, encoding="utf-8")
    with (root / "mkdocs.yml").open("a", encoding="utf-8") as settings:
        settings.write(OWN)
    assert build_archive(root, root / "site", locked=False, strict=True) == 0
    return root / "site"


def test_settings_of_an_archive_count(own_site: Path) -> None:
    """Colours, language, logo, links, files and overrides of an archive's own are in its pages."""
    page = read(own_site, "notes")
    for part in (
        '<html lang="de" dir="ltr" data-md-color-scheme="default" data-md-color-primary="teal"',
        'data-md-color-accent="deep-orange" data-dark="slate deep-purple indigo">',
        "<title>Notes &amp; thanks · Lists</title>",
        '<link rel=icon href="../mine/icon.svg">',
        '<link rel=stylesheet href="../mine/more.css">',
        '<script src="../mine/more.js"></script>',
        '<img src="../mine/logo.svg" alt="">',
        '<meta name="mine">',
        'href="https://example.org/me/papers"',
        "Kept by <b>me</b>",
    ):
        assert part in page
    assert page.index("mine/more.css") > page.index("assets/stylesheets/site.css")


# --- in a browser


@pytest.fixture(scope="module")
def base(site: Path) -> Iterator[str]:
    """Serve the site on loopback, under the path of its address."""
    with served(server(site, URL, 0)) as host:
        yield f"{host}/some/papers/"


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser with a small screen."""
    context = chromium.new_context(viewport=PHONE)
    context.set_default_timeout(15_000)
    yield context
    context.close()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what has this name."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.ariaLabel ?? ''").startswith(name):
            return
    pytest.fail(f"no Tab leads to {name}")


@needs_chromium
@pytest.mark.browser
def test_a_first_visit_asks_for_little(phone: BrowserContext, base: str) -> None:
    """A paper's page asks this site for a few files, and nobody else for anything."""
    page = phone.new_page()
    asked: list[str] = []
    sizes: dict[str, int] = {}
    page.on("request", lambda request: asked.append(request.url))

    def weigh(request: Request) -> None:
        answer = request.response()
        sizes[request.url] = len(gzip.compress(answer.body())) if answer else 0

    page.on("requestfinished", weigh)
    page.goto(base + PAPER)
    page.wait_for_load_state("networkidle")
    assert f"{base}assets/javascripts/search-box.js" in sizes
    assert [url for url in asked if not url.startswith(base)] == []
    assert sum(sizes.values()) <= LARGEST_VISIT, sizes


@needs_chromium
@pytest.mark.browser
def test_the_drawer_goes_by_keyboard(phone: BrowserContext, base: str) -> None:
    """A button opens it, Tab leads into it, Escape back to the button; after a reload, too."""
    page = phone.new_page()
    page.goto(base + PAPER)
    for _ in range(2):
        days = page.get_by_role("navigation").get_by_role("link", name="Days")
        expect(days).to_be_hidden()
        tab_to(page, "Navigation")
        page.keyboard.press("Enter")
        expect(days).to_be_visible()
        page.keyboard.press("Escape")
        expect(days).to_be_hidden()
        expect(page.get_by_role("button", name="Navigation")).to_be_focused()
        page.reload()
    tab_to(page, "Navigation")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(days).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}days/")


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("system", ["light", "dark"])
def test_colours_go_by_keyboard_and_stay(
    chromium: Browser, base: str, system: Literal["light", "dark"]
) -> None:
    """The system's colours, then light, then dark, kept for the site, then the system's again."""
    context = chromium.new_context(viewport=DESK, color_scheme=system)
    page = context.new_page()
    page.goto(base + PAPER)
    root, button = page.locator("html"), page.locator(".db-palette")
    schemes = {"light": "default", "dark": "slate"}
    expect(root).to_have_attribute("data-md-color-scheme", schemes[system])
    expect(button).to_have_accessible_name("Colours: as the system")
    for choice, scheme in schemes.items():
        tab_to(page, "Colours")
        page.keyboard.press("Enter")
        expect(button).to_have_accessible_name(f"Colours: {choice}")
        expect(root).to_have_attribute("data-md-color-scheme", scheme)
        page.goto(f"{base}days/")
        expect(button).to_have_accessible_name(f"Colours: {choice}")
        expect(root).to_have_attribute("data-md-color-scheme", scheme)
    tab_to(page, "Colours")
    page.keyboard.press("Space")
    expect(root).to_have_attribute("data-md-color-scheme", schemes[system])
    page.emulate_media(color_scheme="light" if system == "dark" else "dark")
    expect(root).not_to_have_attribute("data-md-color-scheme", schemes[system])
    context.close()


@needs_chromium
@pytest.mark.browser
def test_colours_are_there_before_the_page(chromium: Browser, base: str) -> None:
    """What is chosen is on before the body is read, so that nothing flashes."""
    context = chromium.new_context(viewport=DESK, color_scheme="dark")
    context.add_init_script("""new MutationObserver((_, watch) => {
      if (!document.body) return;
      window.atFirst = document.documentElement.dataset.mdColorScheme;
      watch.disconnect();
    }).observe(document, { childList: true, subtree: true })""")
    page = context.new_page()
    page.goto(base + PAPER)
    assert page.evaluate("window.atFirst") == "slate"
    context.close()


@needs_chromium
@pytest.mark.browser
def test_without_scripts_all_can_be_read(chromium: Browser, base: str) -> None:
    """The text shows and the drawer opens; a button that would do nothing does not show."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(base + PAPER)
    expect(page.locator("article > p").first).to_be_visible()
    expect(page.locator(".db-palette")).to_be_hidden()
    page.locator(".db-menu").click()
    page.get_by_role("navigation").get_by_role("link", name="Papers").click()
    page.wait_for_url(f"{base}papers/")
    context.close()


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 800, 1440])
def test_nothing_moves_while_a_page_loads(chromium: Browser, base: str, width: int) -> None:
    """Scripts add nothing that pushes something else away, and nothing is wider than the screen."""
    context = chromium.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.add_init_script("""window.shifts = [];
      new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map(String)))
        .observe({ type: "layout-shift", buffered: true })""")
    page.goto(base + PAPER)
    page.wait_for_load_state("networkidle")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert "layout-shift" in page.evaluate("PerformanceObserver.supportedEntryTypes")
    assert page.evaluate("window.shifts") == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()


@needs_chromium
@pytest.mark.browser
def test_the_header_names_what_is_read(phone: BrowserContext, base: str) -> None:
    """The page's title takes the site's place in the header once its heading is out of sight."""
    page = phone.new_page()
    page.goto(base + PAPER)
    title = page.locator(".md-header__title")
    # The script has come.
    expect(title.locator(".md-header__topic")).to_have_count(2)
    expect(title).to_have_class("md-header__title")
    page.keyboard.press("End")
    expect(title).to_have_class("md-header__title md-header__title--active")
    expect(title.locator(".md-header__topic").last).to_have_text("Attention Is All You Need")
    page.keyboard.press("Home")
    expect(title).to_have_class("md-header__title")
    page.goto(f"{base}about/")
    expect(title.locator(".md-header__topic")).to_have_count(2)
    # One line, just behind the header.
    page.evaluate("scrollBy(0, document.querySelector('h1').getBoundingClientRect().bottom - 40)")
    expect(title).to_have_class("md-header__title md-header__title--active")


@needs_chromium
@pytest.mark.browser
def test_the_first_tab_skips_to_the_text(phone: BrowserContext, base: str) -> None:
    """The first link leads past header and tabs, and is seen when it has the focus."""
    page = phone.new_page()
    page.goto(base + PAPER)
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_have_css("opacity", "0")
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#__main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")


@needs_chromium
@pytest.mark.browser
def test_long_lines_of_code_scroll_by_keyboard(phone: BrowserContext, own_site: Path) -> None:
    """Code on a page that a human wrote scrolls within itself, and Tab leads to it."""
    page = phone.new_page()
    with served(server(own_site, URL, 0)) as host:
        page.goto(f"{host}/some/papers/notes/")
        code = page.locator("pre > code")
        expect(code).to_have_attribute("tabindex", "0")
        code.focus()
        page.keyboard.press("ArrowRight")
        page.evaluate(until("document.querySelector('pre > code').scrollLeft > 0"))
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        page.close()
