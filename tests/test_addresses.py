"""No promised address ever disappears: on the model of many histories, and in a browser.

`test_histories` holds that each promise leads to the right paper; here the site as a reader meets
it is looked at: what answers, and what a reader's `?` and `#` come to.
"""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browsers import in_chromium
from conftest import served, start_with
from lists import VOCABULARY, chance, list_of, promised, raw_dump, record_of
from playwright.sync_api import Browser, BrowserContext, Route
from test_histories import Copy, History

from generator import urls
from generator.build import CORRECTIONS, LEDGER, MERGES, Archive, read
from generator.building import build_archive
from generator.ledger import Ledger, parse_ledger
from generator.model import Status
from generator.pages import pages
from generator.serving import server

HISTORIES = 500
FROM = 10_000
"""The first seed: others than those of test_histories."""
STEPS = 5
BUILT = 10
STEPS_BUILT = 14
BASE = "/a/sub-path/"
STUB = "redirect.html.jinja"


def ledger_of(copy: Copy) -> Ledger:
    """Return the promises of a copy."""
    return parse_ledger(copy.ledger, LEDGER)[0]


def answers(archive: Archive, copy: Copy) -> dict[str, str]:
    """Return what answers at each address of the site: the name of a template."""
    settings = copy.record(()).settings
    found: dict[str, str] = {}
    for page in pages(archive.catalog, settings, sample=False):
        if not page.path.endswith((".txt", ".xml")):
            assert page.address not in found, "no address is two pages'"
            found[page.address] = page.template
    return found


def held(copy: Copy) -> set[str]:
    """Return a copy's promised addresses, after a look at what answers at each."""
    archive = copy.read()
    assert not archive.vanished
    there = answers(archive, copy)
    promised_there = {line.address for line in ledger_of(copy).lines}
    assert promised_there <= there.keys()
    stubs = {address for address, template in there.items() if template == STUB}
    assert stubs == {*archive.catalog.redirects, urls.LATEST}
    for old, new in archive.catalog.redirects.items():
        assert there[new] != STUB, f"{old} leads on in one step"
    return {str(address) for address in promised_there}


@pytest.mark.parametrize("part", range(20))
def test_promises_only_grow_and_each_is_answered(part: int) -> None:
    """By a page, a stone or a stub, after every step of every history."""
    for seed in range(FROM + part, FROM + HISTORIES, 20):
        history = History(chance(seed))
        before: dict[Copy, set[str]] = {history.base: held(history.base)}
        for _ in range(STEPS):
            old = list(history.copies)
            history.step()
            told = f"seed {seed}: {history.told}"
            now = {copy: before[copy] if copy in before else held(copy) for copy in history.copies}
            if history.copies[0] == history.copies[1]:
                assert before[old[0]] | before[old[1]] <= now[history.copies[0]], told
            else:
                for was, is_now in zip(old, history.copies, strict=True):
                    assert before[was] <= now[is_now], told
            before = now


class TestWhatHappenedIsSaid:
    """A page that stays says what happened, and leaves the lists."""

    @pytest.fixture
    def archive(self) -> Archive:
        """An archive with a paper of each fate."""
        raw = raw_dump(list_of("Mar 14", "Kept", "Joined", "Withdrawn one", "Removed one"))
        ledger = promised(record_of(raw))
        merges = (
            "- one work: [papers/kept, papers/joined]\n"
            "- {withdrawn: papers/withdrawn-one, note: By its authors.}\n"
            "- {removed: papers/removed-one, note: Asked for by its authors.}\n"
        )
        return read(record_of(raw, ledger=ledger, merges=merges))

    def test_withdrawn_and_removed_papers_say_so(self, archive: Archive) -> None:
        """With the reason that was decided, on pages that no list has."""
        texts = {
            page.address: page.text
            for page in pages(archive.catalog, record_of().settings, sample=False)
        }
        assert "**Withdrawn.** By its authors." in texts[urls.paper("withdrawn-one")]
        assert "**Removed.** Asked for by its authors." in texts[urls.paper("removed-one")]
        assert "What is said here" not in texts[urls.paper("removed-one")]
        listed = {paper.slug for paper in archive.catalog.listed}
        assert listed == {"kept"}
        unlisted = {
            paper.slug for paper in archive.catalog.papers if paper.status is not Status.LISTED
        }
        assert unlisted == {"withdrawn-one", "removed-one"}
        # The list of all papers names them once more, under what is not listed any more.
        for address, text in texts.items():
            for slug in unlisted - {address.split("/")[1] if "/" in address else ""}:
                assert f"papers/{slug}/" not in text or address == urls.PAPERS

    def test_a_stub_leads_on_in_every_way(self, archive: Archive) -> None:
        """Where it leads stands in an attribute: test_policy holds its script, always the same."""
        stubs = [
            page.text
            for page in pages(archive.catalog, record_of().settings, sample=False)
            if page.template == STUB and page.address != urls.LATEST
        ]
        (text,) = stubs
        link = urls.relative(urls.paper("kept"), urls.paper("joined"))
        assert f'data-to="{link}"' in text
        assert '<link rel="canonical" href="https://lists.test/papers/papers/kept/">' in text
        assert f'<meta http-equiv="refresh" content="0; url={link}">' in text
        assert '<meta name="robots" content="noindex">' in text
        assert f'<a href="{link}">' in text


# --- In a browser


@pytest.fixture(scope="module")
def reader(chromium: Browser) -> BrowserContext:
    """A reader's browser."""
    return chromium.new_context()


def write_archive(copy: Copy, root: Path) -> None:
    """Write a copy into a folder, as an archive on disk."""
    start_with(VOCABULARY, root, url=f"https://lists.test{BASE}")
    for name, text in (
        (LEDGER, copy.ledger),
        (MERGES, copy.merges),
        (CORRECTIONS, copy.corrections),
    ):
        (root / name).write_text(text, encoding="utf-8")
    for dump in copy.dumps:
        path = root / dump.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(dump.raw)


def eventful(seed: int) -> Copy:
    """Return one copy of an archive with many steps behind it, both copies united."""
    history = History(chance(seed))
    for _ in range(STEPS_BUILT):
        history.step()
    one, two = history.copies
    return one.united(two, history.base).with_promises()


def only_pages(route: Route) -> None:
    """Let documents through; styles and scripts of files play no part here."""
    if route.request.resource_type == "document":
        route.continue_()
    else:
        route.abort()


class TestInBrowser:
    """Every promised address, opened over a loopback server under a sub-path."""

    pytestmark = in_chromium

    @pytest.mark.parametrize("seed", range(FROM, FROM + BUILT))
    def test_each_promised_address_answers_and_keeps_what_stands_behind_it(
        self, seed: int, reader: BrowserContext, tmp_path: Path
    ) -> None:
        """`?q=1#x` is there where the reader arrives, on a page with a heading."""
        copy = eventful(seed)
        root = tmp_path / "archive"
        write_archive(copy, root)
        assert build_archive(root, root / "site", locked=True, strict=False) == 0
        redirects = copy.read().catalog.redirects
        page = reader.new_page()
        page.route("**/*", only_pages)
        with served(server(root / "site", f"https://lists.test{BASE}", 0)) as host:
            for line in ledger_of(copy).lines:
                target = redirects.get(line.address, line.address)
                arrived = f"{host}{BASE}{target}?q=1#x"
                response = page.goto(f"{host}{BASE}{line.address}?q=1#x", wait_until="commit")
                assert response, line
                assert response.status == 200, line
                page.wait_for_url(arrived, wait_until="domcontentloaded")
                assert page.locator("h1").count() == 1, line
        page.close()

    def test_what_a_mail_client_spoilt_leads_to_the_page(
        self, reader: BrowserContext, tmp_path: Path
    ) -> None:
        """Capitals, a bracket, an ending of former days; `?` and `#` are kept."""
        root = tmp_path / "archive"
        raw = raw_dump(list_of("Mar 14", "One", "A Way through the Woods"), name="2025-03-14-a")
        copy = Copy(dumps=(raw,)).with_promises()
        write_archive(copy, root)
        assert build_archive(root, root / "site", locked=True, strict=True) == 0
        page = reader.new_page()
        with served(server(root / "site", f"https://lists.test{BASE}", 0)) as host:
            home = f"{host}{BASE}"
            for spoilt, meant in (
                ("papers/One/?q=1#x", "papers/one/?q=1#x"),
                ("papers/one/).", "papers/one/"),
                ("papers/one.html#listed", "papers/one/#listed"),
                ("days/2025-03-14%22", "days/2025-03-14/"),
                ("one", "papers/one/"),
            ):
                page.goto(f"{home}{spoilt}", wait_until="commit")
                page.wait_for_url(f"{home}{meant}")
            page.goto(f"{home}papers/a-way-through-the-wo")
            found = page.locator("[data-db-lost] a")
            found.first.wait_for()
            page.locator("[data-db-lost] a", has_text="A Way through the Woods").wait_for()
            search = page.locator("[data-db-lost] a", has_text="Search for").get_attribute("href")
            assert search == f"{home}search/?q=a+way+through+the+wo"
            assert urlsplit(page.url).path == f"{BASE}papers/a-way-through-the-wo"
        page.close()
