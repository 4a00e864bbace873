"""Days: their tags, views and keys, the way from one to the next, and how quick that feels."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from browsers import launched, needs_chromium, on_failure, ready
from conftest import served, start_with
from lists import dump_of, list_of, pairs_of, raw_dump, record_of
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from generator import urls
from generator.build import Archive, RawDump, read
from generator.building import build_archive
from generator.pages import pages, stretches, tags_on
from generator.serving import server

VOCABULARY = """\
areas:
  seeing:
    name: Seeing
    tags:
      video: {name: Video, note: About moving pictures., sure: [video]}
      light: {name: Light, note: About lanterns., sure: [lanterns]}
  hearing:
    name: Hearing
    tags:
      bells: {name: "Bells & <b>whistles</b>", note: About bells., sure: [bells]}
"""


def archive_of(*dumps: RawDump) -> Archive:
    """Return the archive of these dumps."""
    return read(record_of(*dumps))


def texts(archive: Archive) -> dict[str, str]:
    """Return the text of each page by address."""
    found = pages(archive.catalog, record_of().settings, sample=False)
    return {page.address: page.text for page in found if page.path.endswith((".md", ".html"))}


def days_of_march(*days: int) -> Archive:
    """Return an archive with a list on each of these days of March 2025."""
    return archive_of(
        *(
            raw_dump(list_of(f"Mar {day}", f"Paper {day}"), name=f"2025-03-{day:02}-a.txt")
            for day in days
        )
    )


def test_the_tags_of_a_day_come_most_first() -> None:
    """Each with the number of its papers on that day; by name where these are alike."""
    dump = raw_dump(list_of("Mar 14", "A video", "Video of lanterns", "Bells", "None"))
    archive = read(replace(record_of(dump), vocabulary=VOCABULARY))
    (day,) = archive.catalog.days
    found = [(tag.key, number) for tag, number in tags_on(day, archive.catalog.tags)]
    assert found == [("video", 2), ("bells", 1), ("light", 1)]


def test_a_month_says_its_days_and_its_gaps() -> None:
    """What has no list is one stretch; nothing before the first day, and after the newest."""
    catalog = days_of_march(3, 4, 9).catalog
    march = list(stretches("2025-03", catalog.months["2025-03"], catalog.days))
    assert [(first.day, last.day, day is not None) for first, last, day in march] == [
        (3, 3, True),
        (4, 4, True),
        (5, 8, False),
        (9, 9, True),
    ]
    assert [day.date for _, _, day in march if day] == [
        dt.date(2025, 3, each) for each in (3, 4, 9)
    ]


def test_days_and_months_lead_to_those_beside_them() -> None:
    """By links that say which is before and which after; the first and the last have one each."""
    dumps = [
        raw_dump(list_of(f"{month} 14", f"Paper {month}"), name=f"2025-{number}-14-a.txt")
        for month, number in (("Jan", "01"), ("Mar", "03"), ("Apr", "04"))
    ]
    found = texts(archive_of(*dumps))
    for address, before, after, times in (
        ("days/2025-01/", "", "../2025-03/", 1),
        ("days/2025-03/", "../2025-01/", "../2025-04/", 1),
        ("days/2025-04/", "../2025-03/", "", 1),
        ("days/2025-03-14/", "../2025-01-14/", "../2025-04-14/", 2),
        ("papers/2025-03/", "../2025-01/", "../2025-04/", 1),
        ("days/2025/", "", "", 1),
    ):
        text = found[urls.Address(address)]
        for rel, target in (("prev", before), ("next", after)):
            assert text.count(f'rel="{rel}"') == bool(target) * times
            assert text.count(f'rel="{rel}" href="{target}"') == bool(target) * times


def test_latest_leads_to_the_newest_day() -> None:
    """As a stub that no search engine lists; nobody promises it for good."""
    archive = days_of_march(3, 9)
    stub = texts(archive)[urls.LATEST]
    assert 'data-to="../2025-03-09/"' in stub
    assert '<meta http-equiv="refresh" content="0; url=../2025-03-09/">' in stub
    assert '<link rel="canonical" href="https://lists.test/papers/days/2025-03-09/">' in stub
    assert '<meta name="robots" content="noindex">' in stub
    assert "moved" not in stub
    assert urls.LATEST not in {line.address for line in archive.lines}
    assert 'data-to="../"' in texts(archive_of())[urls.LATEST]


# --- in a browser

BASE = "/some/papers/"
PHONE_WIDTH = 390
PAINTED = """() => new Promise((done) => new PerformanceObserver(() => done(true))
  .observe({ type: "paint", buffered: true }))"""
ARRIVED = """(url) => new Promise((done) => new PerformanceObserver(
  (list) => list.getEntriesByName(url).length && done(true),
).observe({ type: "resource", buffered: true }))"""
"""Settles once the browser has what it was told to fetch."""
FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
DAY = "days/2025-03-14/"
TITLES = (
    *("Video one", "Lanterns two", "A video of lanterns", "Plain four", "Video five"),
    *(f"Plain {name}" for name in ("six", "seven", "eight", "nine", "ten", "eleven", "twelve")),
)
BLOCKED = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("no", "SecurityError"); },
});"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the site on loopback."""
    root = start_with(
        VOCABULARY, tmp_path_factory.mktemp("days") / "archive", url=f"https://days.test{BASE}"
    )
    (root / "dumps/2025").mkdir(parents=True)
    for name, day, titles in (
        ("2025-03-13", "Mar 13", ("Before one", "Bells before")),
        ("2025-03-14", "Mar 14", TITLES),
        ("2025-04-02", "Apr 2", ("After one", "Video after")),
    ):
        raw = dump_of(day, pairs_of(titles))
        (root / f"dumps/2025/{name}-a.txt").write_bytes(raw)
    assert build_archive(root, root / "site", locked=False, strict=False) == 0
    with served(server(root / "site", f"https://days.test{BASE}", 0)) as host:
        yield f"{host}{BASE}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser that keeps pages for Back, as people's do."""
    with launched(without=["--disable-back-forward-cache"]) as browser:
        yield browser


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A reader without a past."""
    context = chromium.new_context(viewport={"width": 800, "height": 700})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, base: str) -> Page:
    """The day in the middle, with its scripts."""
    return opened(context, f"{base}{DAY}")


@needs_chromium
@pytest.mark.browser
def test_a_day_shows_titles_alone_from_now_on(page: Page, base: str) -> None:
    """On every day, and from before anything is painted, until the reader wants more again."""
    abstract, tags = page.locator("h2 + p").first, page.locator("h2 + p + p").first
    expect(abstract).to_be_visible()
    titles = page.get_by_role("button", name="Titles", exact=True)
    expect(titles).to_have_attribute("aria-pressed", "false")
    titles.click()
    expect(titles).to_have_attribute("aria-pressed", "true")
    expect(abstract).to_be_hidden()
    expect(tags).to_be_visible()
    page.add_init_script("""new MutationObserver((_, watch) => {
      if (!document.body) return;
      window.atFirst = document.documentElement.dataset.view;
      watch.disconnect();
    }).observe(document, { childList: true, subtree: true })""")
    page.goto(f"{base}days/2025-04-02/")
    assert page.evaluate("window.atFirst") == "compact"
    expect(abstract).to_be_hidden()
    expect(titles).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Abstracts").click()
    expect(abstract).to_be_visible()


@needs_chromium
@pytest.mark.browser
def test_a_view_lasts_as_long_as_the_page_where_nothing_is_kept(
    context: BrowserContext, base: str
) -> None:
    """A browser that refuses storage switches all the same, and complains of nothing."""
    context.add_init_script(BLOCKED)
    page = opened(context, f"{base}{DAY}")
    faults: list[str] = []
    on_failure(page, faults.append)
    page.get_by_role("button", name="Titles", exact=True).click()
    expect(page.locator("h2 + p").first).to_be_hidden()
    page.get_by_role("button", name="Abstracts").click()
    expect(page.locator("h2 + p").first).to_be_visible()
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Use these keys").uncheck()
    expect(page.get_by_text("This browser keeps nothing for this site")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    assert page.url == f"{base}{DAY}"
    assert faults == []


@needs_chromium
@pytest.mark.browser
def test_a_tag_narrows_the_list(page: Page, base: str) -> None:
    """The address has it, the count is said, numbers stay; Back and the button undo it."""
    chips = page.locator(".db-chips")
    assert chips.locator("a").all_text_contents() == ["Video 3", "Light 2"]
    chips.get_by_role("link", name="Video").click()
    assert page.url == f"{base}{DAY}?tag=video"
    assert shown(page) == ["Video one", "A video of lanterns", "Video five"]
    status = page.locator(".db-tools [role=status]")
    expect(status).to_contain_text("3 of 12 papers: Video")
    expect(status.get_by_role("link")).to_have_attribute("href", f"{base}tags/video/")
    expect(chips.locator("[aria-current]")).to_have_text("Video 3")
    assert numbers(page) == [1, 3, 5]
    chips.get_by_role("link", name="Light").click()
    assert shown(page) == ["Lanterns two", "A video of lanterns"]
    page.go_back()
    expect(status).to_contain_text("Video")
    status.get_by_role("button", name="Show all").click()
    assert shown(page) == list(TITLES)
    assert page.url == f"{base}{DAY}"
    expect(status).to_be_empty()
    expect(chips.get_by_role("link", name="Video")).to_be_focused()


@needs_chromium
@pytest.mark.browser
def test_an_address_opens_a_narrowed_list(context: BrowserContext, base: str) -> None:
    """Also one that asks for a tag that no paper of the day has, which is said."""
    page = opened(context, f"{base}{DAY}?tag=light")
    assert shown(page) == ["Lanterns two", "A video of lanterns"]
    page.goto(f"{base}{DAY}?tag=bells")
    expect(page.get_by_text("No paper of this day has this tag.")).to_be_visible()
    assert shown(page) == []
    page.get_by_role("button", name="Show all").click()
    assert shown(page) == list(TITLES)


@needs_chromium
@pytest.mark.browser
def test_a_list_that_nothing_narrows_is_shown_whole(context: BrowserContext, base: str) -> None:
    """Where the script that would do it never comes: after a moment."""
    page = context.new_page()

    def lose(route: Route) -> None:
        route.abort()

    page.route("**/views.js", lose)
    page.goto(f"{base}{DAY}?tag=video")
    expect(page.locator("h2 > a").nth(3)).to_be_visible()
    assert shown(page) == list(TITLES)


@needs_chromium
@pytest.mark.browser
def test_without_scripts_all_is_there(chromium: Browser, base: str) -> None:
    """Every paper, tags that lead to their pages, days beside this; and no button."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}{DAY}?tag=video")
    assert shown(page) == list(TITLES)
    expect(page.locator("article button")).to_have_count(0)
    page.locator(".db-chips a").first.click()
    page.wait_for_url(f"{base}tags/video/")
    page.goto(f"{base}{DAY}")
    page.locator("nav.db-way [rel=next]").click()
    page.wait_for_url(f"{base}days/2025-04-02/")
    page.goto(f"{base}days/latest/")
    page.wait_for_url(f"{base}days/2025-04-02/")
    context.close()


@needs_chromium
@pytest.mark.browser
def test_keys_go_through_a_list(page: Page, base: str) -> None:
    """To the next and back, seen, past what is left out; Enter opens."""
    page.keyboard.press("j")
    first, second = page.locator("h2 > a").nth(0), page.locator("h2 > a").nth(1)
    expect(first).to_be_focused()
    assert first.evaluate("link => link.matches(':focus-visible')")
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(first).to_be_focused()
    for _ in TITLES:
        page.keyboard.press("j")
    last = page.locator("h2 > a").last
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport(ratio=1)
    page.locator(".db-chips a").first.click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("h2 > a").nth(2)).to_be_focused()
    header = page.locator(".md-header").bounding_box()
    place = page.locator("h2 > a").nth(2).bounding_box()
    assert header
    assert place
    assert place["y"] >= header["y"] + header["height"]
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}papers/a-video-of-lanterns/")


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("tags/video/", "papers/video-after/"),
        ("papers/2025-03/", "papers/a-video-of-lanterns/"),
        ("search/?q=lanterns", "papers/"),
        ("", "papers/after-one/"),
    ],
)
def test_keys_go_through_other_lists(
    context: BrowserContext, base: str, address: str, there: str
) -> None:
    """A tag's, a month's, the newest, and what was found."""
    page = opened(context, f"{base}{address}")
    if "search" in address:
        page.locator(".db-hit a").first.wait_for()
        page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.href").startswith(f"{base}{there}")


@needs_chromium
@pytest.mark.browser
def test_keys_go_from_day_to_day_and_from_paper_to_paper(page: Page, base: str) -> None:
    """As the links on the page do; where there is none, nothing happens."""
    page.keyboard.press("n")
    page.wait_for_url(f"{base}days/2025-04-02/")
    ready(page)
    page.keyboard.press("n")
    page.keyboard.press("p")
    page.wait_for_url(f"{base}{DAY}")
    for address, beside in (
        ("days/2025-03/", "days/2025-04/"),
        ("papers/lanterns-two/", "papers/a-video-of-lanterns/"),
    ):
        page.goto(f"{base}{address}")
        ready(page)
        page.keyboard.press("n")
        page.wait_for_url(f"{base}{beside}")
        ready(page)
        page.keyboard.press("p")
        page.wait_for_url(f"{base}{address}")


@needs_chromium
@pytest.mark.browser
def test_a_key_stars_the_paper_at_hand(page: Page) -> None:
    """That of the list which has the focus, or the one whose page it is."""
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("s")
    stars = page.locator("h2 .db-star")
    expect(stars.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(stars.nth(0)).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Enter")
    page.wait_for_url("**/papers/lanterns-two/")
    ready(page)
    page.keyboard.press("s")
    expect(page.locator("h1 .db-star")).to_have_attribute("aria-pressed", "false")


@needs_chromium
@pytest.mark.browser
def test_keys_leave_writing_and_commands_alone(page: Page, base: str) -> None:
    """In a field they are letters; with Control, Alt or Meta they are the browser's."""
    page.keyboard.press("/")
    page.keyboard.type("jn?")
    expect(page.locator(".db-box__input")).to_have_value("jn?")
    assert page.url == f"{base}{DAY}"
    expect(page.locator("dialog")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
    for key in ("Alt+j", "Meta+j"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement === document.body")


@needs_chromium
@pytest.mark.browser
def test_a_window_names_the_keys_and_switches_them_off(page: Page, base: str) -> None:
    """For all pages, the search's too; a button leads there again."""
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    expect(dialog.locator("dt")).to_have_text(["j", "k", "Enter", "s", "n", "p", "/", "?"])
    page.keyboard.press("n")
    dialog.get_by_role("checkbox", name="Use these keys").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.goto(f"{base}days/2025-04-02/")
    ready(page)
    for key in ("j", "p", "/", "?"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement === document.body")
    assert page.url == f"{base}days/2025-04-02/"
    expect(page.locator("dialog")).to_have_count(0)
    page.get_by_role("button", name="Keys").click()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Keys")).to_be_focused()
    page.keyboard.press("p")
    page.wait_for_url(f"{base}{DAY}")


@needs_chromium
@pytest.mark.browser
def test_latest_keeps_what_stands_behind_it(context: BrowserContext, base: str) -> None:
    """`?` and `#` are there where the reader arrives."""
    page = context.new_page()
    page.goto(f"{base}days/latest/?tag=video#video-after", wait_until="commit")
    page.wait_for_url(f"{base}days/2025-04-02/?tag=video#video-after")


@needs_chromium
@pytest.mark.browser
def test_a_page_about_to_be_opened_is_fetched_before(page: Page, base: str) -> None:
    """Where the pointer rests, once; then its text does not come again."""
    link = page.locator("h2 > a").nth(1)
    link.hover()
    ahead = page.locator("head link[rel=prefetch]")
    expect(ahead).to_have_attribute("href", f"{base}papers/lanterns-two/")
    page.locator("h1").hover()
    link.hover()
    page.locator(".db-tools a").hover()
    page.evaluate(ARRIVED, f"{base}papers/lanterns-two/")
    expect(ahead).to_have_count(1)
    link.click()
    page.wait_for_url(f"{base}papers/lanterns-two/")
    came = page.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
    # At most a word of the server that nothing has changed.
    assert came["transferSize"] <= 300 < came["encodedBodySize"]


@needs_chromium
@pytest.mark.browser
def test_who_saves_data_fetches_nothing_ahead(context: BrowserContext, base: str) -> None:
    """A touch, which fetches at once elsewhere, fetches nothing."""
    touch = """document.querySelector("h2 > a").dispatchEvent(
      new TouchEvent("touchstart", { bubbles: true }))"""
    ahead = "document.querySelectorAll('link[rel=prefetch]').length"
    page = opened(context, f"{base}{DAY}")
    page.evaluate(touch)
    assert page.evaluate(ahead) == 1
    context.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
    )
    page = opened(context, f"{base}{DAY}")
    page.evaluate(touch)
    assert page.evaluate(ahead) == 0


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_pages_fade_into_each_other(context: BrowserContext, base: str, motion: str) -> None:
    """Unless a reader wants nothing to move."""
    context.add_init_script(
        "addEventListener('pagereveal', (event) => (window.fades = !!event.viewTransition))"
    )
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce" if motion == "reduce" else "no-preference")
    page.goto(f"{base}{DAY}")
    ready(page)
    page.locator("nav.db-way [rel=next]").click()
    page.wait_for_url(f"{base}days/2025-04-02/")
    ready(page)
    assert page.evaluate("window.fades") is (motion != "reduce")


@needs_chromium
@pytest.mark.browser
def test_back_brings_the_page_as_it_was(page: Page, base: str) -> None:
    """From the browser's memory: nothing on a page keeps it from that."""
    page.evaluate("addEventListener('pageshow', (event) => (window.asItWas = event.persisted))")
    page.locator(".db-chips a").first.click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}papers/video-one/")
    ready(page)
    page.go_back(wait_until="commit")
    expect(page).to_have_url(f"{base}{DAY}?tag=video")
    assert page.evaluate("window.asItWas") is True
    assert shown(page) == ["Video one", "A video of lanterns", "Video five"]


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(
    "address", ["", DAY, f"{DAY}?tag=video", "days/2025/", "papers/video-one/", "tags/video/"]
)
def test_nothing_moves_when_scripts_come_late(
    chromium: Browser, base: str, address: str, width: int
) -> None:
    """What they bring has its room from the first picture on; also where titles stand alone."""
    context = chromium.new_context(viewport={"width": width, "height": 844})
    view = "" if width == PHONE_WIDTH else "compact"
    context.add_init_script(f"""localStorage.setItem("{BASE}.view", "{view}");
      window.shifts = [];
      new PerformanceObserver((list) => {{
        for (const {{ value, sources }} of list.getEntries())
          window.shifts.push([value, ...sources.map((at) => String(at.node?.outerHTML))]);
      }}).observe({{ type: "layout-shift", buffered: true }})""")
    page = context.new_page()
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route("**/daybook.js", hold)
    page.goto(f"{base}{address}", wait_until="commit")
    page.locator("article").wait_for()
    page.evaluate(PAINTED)
    page.evaluate(FRAMES)
    (route,) = late
    route.continue_()
    ready(page)
    page.wait_for_load_state("networkidle")
    page.evaluate(FRAMES)
    assert page.evaluate("window.shifts") == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()


def opened(context: BrowserContext, url: str) -> Page:
    """Return a page once its scripts have come."""
    page = context.new_page()
    page.goto(url)
    ready(page)
    return page


def shown(page: Page) -> list[str]:
    """Return the titles that a day's page shows."""
    links = page.locator("article > h2 > a")
    return [link.text_content() or "" for link in links.all() if link.is_visible()]


def numbers(page: Page) -> list[int]:
    """Return the numbers before the titles that show: CSS counts what is displayed, if hidden."""
    found = page.evaluate("""() => {
      let number = 0;
      return [...document.querySelectorAll("article > h2")].flatMap((heading) => {
        const { display, counterIncrement, visibility } = getComputedStyle(heading);
        if (display !== "none" && counterIncrement === "paper 1") number += 1;
        return visibility === "hidden" ? [] : [number];
      });
    }""")
    return [int(each) for each in found]
