"""A walk through everything a visitor can do, with nothing but a keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsers import in_chromium, ready
from conftest import served
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from generator.building import build_archive
from generator.serving import server
from generator.start import start_archive

URL = "https://keys.test/some/papers/"
PATIENCE = 120
"""Tabs from one end of a page to what is looked for, at most."""
pytestmark = in_chromium


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sample, served under the path of its address."""
    root: Path = tmp_path_factory.mktemp("keyboard") / "archive"
    start_archive(root, name="Lists", url=URL)
    assert build_archive(root, root / "site", locked=False, strict=True) == 0
    with served(server(root / "site", URL, 0)) as host:
        yield f"{host}/some/papers/"


@pytest.fixture(scope="module")
def context(chromium: Browser) -> BrowserContext:
    """A browser that may write to the clipboard."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(20_000)
    return context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page with nothing kept from before."""
    page = context.new_page()
    yield page
    page.evaluate("localStorage.clear()")
    page.close()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there, and see that it shows."""
    expect(target).to_be_attached()
    for _ in range(PATIENCE):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            outline = "element => getComputedStyle(element).outlineStyle"
            ring = "element => getComputedStyle(element).boxShadow"
            assert (target.evaluate(outline), target.evaluate(ring)) != ("none", "none")
            return
    pytest.fail(f"no Tab leads to {target}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go there by Tab, and press a key on it."""
    tab_to(page, target)
    page.keyboard.press(key)


def opened(page: Page, url: str) -> None:
    """Wait until this page is there, and its scripts are."""
    expect(page).to_have_url(url)
    ready(page)


def visit(page: Page, url: str) -> None:
    """Open a page, and wait until its scripts are there."""
    page.goto(url)
    opened(page, url)


def test_from_home_to_a_paper(page: Page, base: str) -> None:
    """Past the header, along the newest list, into a paper, and from paper to paper."""
    visit(page, base)
    press(page, page.get_by_role("link", name="Skip to content"))
    expect(page).to_have_url(f"{base}#__main")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.href")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.href") == first
    page.keyboard.press("Enter")
    opened(page, first)
    after = page.locator("a[rel=next]").evaluate("link => link.href")
    page.keyboard.press("n")
    opened(page, after)
    page.keyboard.press("p")
    opened(page, first)
    press(page, page.get_by_role("button", name="Copy BibTeX"))
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@")


def test_the_calendar_leads_to_a_day(page: Page, base: str) -> None:
    """One stop for all its days, arrows from day to day, and a link past it."""
    visit(page, base)
    expect(page.locator(".db-heat__table[role=grid]")).to_be_attached()
    stop = page.locator(".db-heat__table a:not([tabindex='-1'])")
    expect(stop).to_have_count(1)
    tab_to(page, stop)
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.locator(".db-day")).to_be_visible()


def test_days_can_be_narrowed_shortened_and_left(page: Page, base: str) -> None:
    """A tag of the day, titles alone, the day before and the one after, all by keys."""
    visit(page, f"{base}days/2025-03-04/")
    press(page, page.locator(".db-chips a").first)
    expect(page.locator("[role=status]", has_text="of")).to_be_visible()
    assert "?tag=" in page.url
    press(page, page.get_by_role("button", name="Show all"))
    assert "?tag=" not in page.url
    press(page, page.get_by_role("button", name="Titles"))
    expect(page.get_by_role("button", name="Titles")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("p")
    opened(page, f"{base}days/2025-03-03/")
    page.keyboard.press("n")
    opened(page, f"{base}days/2025-03-04/")


def test_the_search_answers(page: Page, base: str) -> None:
    """`/`, words, arrows and Enter; Escape leaves; a page of its own with its filters."""
    visit(page, base)
    page.keyboard.press("/")
    page.keyboard.type("attention")
    expect(page.locator("[role=option]").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    visit(page, f"{base}search/?q=attention")
    result = page.locator("article a[href*='papers/']").first
    expect(result).to_be_visible()
    press(page, result)
    expect(page.locator(".db-paper")).to_be_visible()


def test_colours_and_keys(page: Page, base: str) -> None:
    """The switch of colours, the window of keys and its own switch."""
    visit(page, f"{base}trends/")
    palette = page.locator(".db-palette")
    before = page.locator("html").get_attribute("data-palette")
    press(page, palette)
    assert page.locator("html").get_attribute("data-palette") != before
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, page.get_by_label("Use these keys"), "Space")
    press(page, page.get_by_role("button", name="Close"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_reading_list_is_kept_and_emptied(page: Page, base: str) -> None:
    """A star by its key and by Tab, a note, and away with it, and back."""
    visit(page, f"{base}days/2025-03-04/")
    page.keyboard.press("j")
    page.keyboard.press("s")
    star = page.locator("h2 .db-star").first
    expect(star).to_have_attribute("aria-pressed", "true")
    press(page, page.locator("h2 .db-star").nth(1), "Space")
    visit(page, f"{base}reading-list/")
    notes = page.get_by_role("textbox", name="Note on")
    expect(notes).to_have_count(2)
    tab_to(page, notes.first)
    page.keyboard.type("to be read")
    expect(page.get_by_text("Saved")).to_be_visible()
    press(page, page.locator(".db-reading__item .db-star").nth(1))
    expect(notes).to_have_count(1)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(notes).to_have_count(2)
    page.reload()
    expect(notes.first).to_have_value("to be read")


def test_a_phone_has_a_drawer(context: BrowserContext, base: str) -> None:
    """It opens by Enter, leads on by Tab and Enter, and closes by Escape."""
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, base)
    menu = page.get_by_role("button", name="Navigation")
    press(page, menu)
    expect(page.locator(".md-tabs")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".md-tabs")).to_be_hidden()
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name="Trends", exact=True))
    expect(page).to_have_url(f"{base}trends/")
    page.close()
