"""The page of trends in a real browser: whole without scripts, tags chosen by mouse and by keys."""

import re
from collections.abc import Iterator

import pytest
from browsers import in_chromium, on_failure
from conftest import served, start_with
from playwright.sync_api import Browser, Locator, Page, expect
from test_trends import VOCABULARY, dumps_of, growing

from generator.building import build_archive
from generator.serving import server

pytestmark = in_chromium
LARGEST = ["Video [moving] <b>*", "Images", "Speech"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page of trends of an archive in which music rises."""
    url = "https://trends.test/some/papers/"
    root = start_with(VOCABULARY, tmp_path_factory.mktemp("trends") / "archive", url=url)
    for path, raw in dumps_of(growing()):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(raw)
    assert build_archive(root, root / "site", locked=False, strict=True) == 0
    with served(server(root / "site", url, 0)) as host:
        yield f"{host}/some/papers/trends/"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A new page, on a phone. What its scripts complain of fails the test."""
    faults: list[str] = []
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    on_failure(page, faults.append)
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield page
    page.close()
    assert faults == []


def names(page: Page) -> Locator:
    """Return the names of the tags in the chart."""
    return page.locator(".db-legend a")


def adding(page: Page) -> Locator:
    """Return the list of tags to add; there once the script is."""
    return page.get_by_label("Add a tag")


def drawing(page: Page) -> list[str | None]:
    """Return the chart's lines, by class and path, and the table's cells."""
    found = page.locator("db-compare .db-plot path, db-compare td, .db-plot__top").all()
    return [
        f"{each.get_attribute('class')} {each.get_attribute('d')} {each.text_content()}"
        for each in found
    ]


def test_all_is_there_without_scripts(chromium: Browser, base: str) -> None:
    """The chart of the largest tags, one of each tag, and figures; no control that does nothing."""
    page = chromium.new_page(java_script_enabled=False)
    page.goto(base)
    assert names(page).all_text_contents() == LARGEST
    expect(page.locator("article :is(button, select, input)")).to_have_count(0)
    expect(page.locator(".db-compare__tools")).to_be_hidden()
    charts = page.get_by_role("img")
    assert charts.count() == 6
    for chart in charts.all():
        assert chart.get_attribute("aria-label")
        box = chart.bounding_box()
        assert box
        assert box["height"] > 10
        assert box["width"] > 60
    page.get_by_text("The figures").last.click()
    expect(page.get_by_role("row", name="Birdsong")).to_be_visible()
    page.close()


def test_the_script_draws_what_the_page_had(chromium: Browser, page: Page, base: str) -> None:
    """The first chart is the builder's and, redrawn, the same to the letter."""
    plain = chromium.new_page(java_script_enabled=False)
    plain.goto(base)
    page.goto(base)
    expect(adding(page)).to_be_visible()
    assert drawing(page) == drawing(plain)
    plain.close()


def test_tags_are_added_and_removed(page: Page, base: str) -> None:
    """By keyboard alone; the address says which there are, and Back brings those before."""
    page.goto(base)
    adding(page).focus()
    page.keyboard.type("Music")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text([*LARGEST, "Music"])
    expect(page.get_by_role("status").filter(has_text="4 tags shown")).to_be_visible()
    assert page.url == f"{base}?tag=video&tag=images&tag=speech&tag=music"
    expect(page.locator(".db-plot .db-line--4")).not_to_have_count(0)
    expect(adding(page)).to_be_focused()
    page.get_by_role("button", name="Remove Video [moving] <b>*").press("Enter")
    expect(names(page)).to_have_text(["Images", "Speech", "Music"])
    page.go_back()
    expect(names(page)).to_have_text([*LARGEST, "Music"])
    page.go_back()
    expect(names(page)).to_have_text(LARGEST)
    assert page.url == base


def test_an_address_chooses_tags(page: Page, base: str) -> None:
    """A link carries a choice; a tag without a chart is told, the last tag cannot be removed."""
    page.goto(f"{base}?tag=music&tag=birdsong&tag=music")
    expect(names(page)).to_have_text(["Music"])
    expect(page.get_by_role("status").filter(has_text="no chart")).to_be_visible()
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)
    expect(page.get_by_role("img", name="Shares over time: Music")).to_be_visible()
    page.get_by_text("The figures").first.click()
    shares = page.locator("db-compare td").all_text_contents()
    assert len(shares) == 9
    assert "–" in shares
    assert all(re.fullmatch(r"\d+(\.\d)?%|–", share) for share in shares)


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_moves_and_nothing_sticks_out(page: Page, base: str, width: int) -> None:
    """The controls come into room that was kept; no width makes the page scroll sideways."""
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(
        """window.moved = 0;
        new PerformanceObserver((list) => {
          for (const { value } of list.getEntries()) window.moved += value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    page.goto(base)
    expect(adding(page)).to_be_visible()
    page.locator("details > summary").evaluate_all("(all) => all.forEach((each) => each.click())")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.reload()
    expect(adding(page)).to_be_visible()
    assert page.evaluate("new Promise((done) => requestAnimationFrame(() => done(moved)))") == 0


def test_lines_differ_by_more_than_colour(page: Page, base: str) -> None:
    """Each line has dashes and a colour of its own, in light and in dark."""
    page.goto(f"{base}?tag=video&tag=images&tag=speech&tag=music")
    expect(names(page)).to_have_count(4)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        styles = page.locator(".db-swatch path").evaluate_all(
            "(all) => all.map((each) => getComputedStyle(each))"
            ".map(({ stroke, strokeDasharray }) => [stroke, strokeDasharray])"
        )
        assert len({stroke for stroke, _ in styles}) == 4
        assert len({dashes for _, dashes in styles}) == 4


def test_a_rising_tag_is_named_with_its_test(page: Page, base: str) -> None:
    """What rises is said in numbers, with a small chart and the test that was used."""
    page.goto(base)
    risen = page.get_by_role("listitem").filter(has_text="papers in four weeks")
    expect(risen).to_have_count(1)
    expect(risen.get_by_role("link", name="Music")).to_have_attribute("href", "../tags/music/")
    expect(risen.get_by_role("img")).to_be_visible()
    expect(page.get_by_text("Fisher’s exact test").first).to_be_visible()


def test_a_pair_leads_to_its_papers(page: Page, base: str) -> None:
    """The number of papers with both tags is a link to a search that finds as many."""
    page.goto(base)
    link = page.locator(".db-pairs").get_by_role("link", name=re.compile(r"^\d+ papers$"))
    said = link.text_content() or ""
    link.click()
    expect(page.get_by_role("status").filter(has_text=re.compile(r"\d"))).to_contain_text(
        said.replace("papers", "results")
    )
