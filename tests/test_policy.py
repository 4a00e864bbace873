"""The Content-Security-Policy: what it says, what it stops, and what goes on under it."""

import base64
import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from browsers import CHROMIUM, FIREFOX, Tab, chromium, firefox, until
from conftest import served
from hostile import PAYLOADS, SITE_URL, Built, hostile_archive

from generator import urls
from generator.building import build_archive
from generator.config import parse_settings
from generator.model import Status
from generator.serving import server
from generator.start import start_archive

STRICT = (
    "default-src 'self';img-src 'self' data:;frame-src 'none';object-src 'none';base-uri 'none';"
    "form-action 'self'"
)
POLICY = re.compile(r'<meta http-equiv="?Content-Security-Policy"? content="([^"]*)">')
ALIVE = """[...document.querySelectorAll("*")].flatMap(({ tagName, attributes }) => [
  ...["IFRAME", "OBJECT", "EMBED", "BASE", "VIDEO"].filter((name) => name === tagName),
  ...[...attributes].filter(({ name, value }) => /^on|^style$/.test(name)
    || (/href|src|action/.test(name) && /^[\\s\\0]*(javascript|data|vbscript):/i.test(value)))
    .map(({ name }) => `${tagName} ${name}`),
]).concat(window.pwned === undefined ? [] : ["a script ran"], window.seen ?? [])"""
"""What is alive on a page and should not be, and what its policy had to forbid."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site of which every text is hostile."""
    return hostile_archive(tmp_path_factory.getbasetemp() / "hostile")


@pytest.fixture(scope="module")
def base(built: Built) -> Iterator[str]:
    """Serve the hostile site on loopback, under the path of its address."""
    with served(server(built.site, SITE_URL, 0)) as host:
        yield f"{host}{urlsplit(SITE_URL).path}"


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((chromium, CHROMIUM), id="chromium"),
        pytest.param((firefox, FIREFOX), id="firefox"),
    ],
)
def tab(request: pytest.FixtureRequest) -> Iterator[Tab]:
    """A tab of each browser in turn."""
    opened, program = request.param
    if program is None:
        pytest.skip("the browser is not installed")
    with opened() as found:
        yield found


# --- what it says


def test_every_page_has_the_policy(built: Built) -> None:
    """It stands before anything that it could forbid; a stub may run its own script alone."""
    stubs = set()
    for path in built.site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        (policy,) = POLICY.findall(page)
        before, _, _ = page.partition("<meta http-equiv")
        assert not re.search("<(script|link|style|title)", before)
        if "<main" not in page:
            stubs.add(path.relative_to(built.site).as_posix())
            (script,) = re.findall("<script>(.*?)</script>", page, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert policy == f"default-src 'none';script-src 'sha256-{digest}'"
        else:
            assert policy == STRICT
            assert '<meta name=referrer content="same-origin">' in page
    assert stubs >= {urls.html_file(address) for address in built.archive.catalog.redirects}


def settings(policy: str) -> str:
    """Return an mkdocs.yml with a policy of its own."""
    head = "site_name: Lists\nsite_url: https://lists.test/\nextra:\n  daybook:\n"
    return f'{head}    policy: "{policy}"\n'


@pytest.mark.parametrize(
    "policy",
    [
        "script-src 'unsafe-inline'",
        "script-src 'unsafe-eval'",
        "script-src *",
        "script-src https:",
        "script-src http://stats.example.org",
        "script-src data:",
        "script-src",
        "default-src 'self'",
        "base-uri https://stats.example.org",
        "https://stats.example.org",
        "script-src https://stats.example.org, connect-src https://stats.example.org",
        "img-src data: > <script>",
        "script-src https://stats.example.org; x",
    ],
)
def test_a_policy_that_lets_strangers_in_is_refused(policy: str) -> None:
    """The fault names line and directive, and what is expected there."""
    found, (problem,) = parse_settings(settings(policy), "mkdocs.yml", {})
    assert found is None
    assert problem.line == 5
    assert "`script-src https://stats.example.org; connect-src" in problem.message


def test_an_archive_may_load_from_elsewhere(tmp_path: Path) -> None:
    """What its settings name is added to the policy of every page, and nothing else changes."""
    root = tmp_path / "archive"
    start_archive(root, name="Lists", url="https://lists.test/")
    own = (
        "script-src https://stats.example.org/a.js; font-src 'self' data:;; "
        "img-src https://*.example.net; frame-src https://video.example.org"
    )
    with (root / "mkdocs.yml").open("a", encoding="utf-8") as config:
        config.write(f'    policy: "{own}"\n')
    assert build_archive(root, root / "site", locked=False, strict=True) == 0
    wanted = STRICT.replace("'self' data:", "'self' data: https://*.example.net")
    wanted = wanted.replace("frame-src 'none'", "frame-src https://video.example.org")
    wanted += ";script-src 'self' https://stats.example.org/a.js;font-src 'self' data:"
    for name in ("index.html", "404.html", "papers/attention-is-all-you-need/index.html"):
        (policy,) = POLICY.findall((root / "site" / name).read_text(encoding="utf-8"))
        assert policy == wanted


# --- what it stops, in two browsers


def foreign(tab: Tab, base: str) -> list[str]:
    """Return what was asked of others than this host."""
    host = urlsplit(base).netloc
    asked = (url for url in tab.requests if not url.startswith(("data:", "about:", "blob:")))
    return sorted({url for url in asked if urlsplit(url).netloc != host})


REFRESH = re.compile("http-equiv", re.IGNORECASE)
"""What no policy stops: a page that leads elsewhere by itself."""


@pytest.mark.browser
def test_it_stops_what_an_escape_would_let_through(tab: Tab, tmp_path: Path) -> None:
    """Each payload, put into a page as it is, does nothing; where there is no policy, it runs."""
    raw = [payload for payload in PAYLOADS if not REFRESH.search(payload)]
    assert len(raw) > len(PAYLOADS) - 5
    page = '<!doctype html><meta charset="utf-8">%s<title>x</title><body>%s'
    meta = f'<meta http-equiv=Content-Security-Policy content="{STRICT}">'
    for number, payload in enumerate(raw):
        text = payload.encode("utf-8", "replace").decode()
        (tmp_path / f"{number}.html").write_text(page % (meta, text), encoding="utf-8")
    (tmp_path / "open.html").write_text(page % ("", "<script>window.pwned=1</script>"))
    frames = "".join(f"<iframe src={number}.html></iframe>" for number in range(len(raw)))
    all_of_them = f"<!doctype html><title>x</title>{frames}<iframe src=open.html></iframe>"
    (tmp_path / "index.html").write_text(all_of_them, encoding="utf-8")
    with served(server(tmp_path, "http://127.0.0.1:8000/", 0)) as host:
        tab.requests.clear()
        tab.open(f"{host}/index.html")
        ran = tab.ask(
            "[...document.querySelectorAll('iframe')].filter((each) => each.contentWindow.pwned)"
            ".map((each) => each.getAttribute('src'))"
        )
        assert ran == ["open.html"]
        assert tab.ask("[String(window.pwned)]") == ["undefined"]
        assert foreign(tab, host) == []
        assert tab.dialogs == []
        stopped = set(tab.ask("window.seen"))
    kinds = {each.partition("-src")[0] for each in stopped}
    assert kinds >= {"script", "style", "img", "base-uri https://pwned.example/"}
    assert {each for each in stopped if not re.search("inline|pwned.example", each)} == set()


# --- what goes on under it, in two browsers


def paths(built: Built) -> Iterator[str]:
    """Yield addresses where each text lands somewhere: lists, decisions, and all in one paper."""
    catalog = built.archive.catalog
    yield from ("", "about/", "feeds/", "data/", "trends/", "reading-list/", "days/", "papers/")
    yield from ("tags/", "tags/reading/", "tags/reading/2025-03/", "areas/lists/", "days/2025-03/")
    yield from ("papers/2025-03/", "tags/untagged/", "days/2025/", "search/?q=<script>&tag='\"<b>")
    yield from (urls.day(day.date) for day in catalog.days)
    yield from (urls.paper(stone.slug) for stone in catalog.stones)
    yield from (
        urls.paper(paper.slug)
        for paper in catalog.papers
        if paper.status is not Status.LISTED or paper.title.startswith("All payloads")
    )
    yield '"><img src=x onerror=window.pwned=1>/'


@pytest.mark.browser
def test_pages_of_payloads_are_dead(tab: Tab, built: Built, base: str) -> None:
    """Nothing of a payload runs, asks for something, or is there for the policy to forbid."""
    tab.requests.clear()
    for path in paths(built):
        tab.open(base + path, base)
        assert (path, tab.ask(ALIVE)) == (path, [])
    assert foreign(tab, base) == []
    assert tab.dialogs == []


@pytest.mark.browser
def test_a_stub_leads_on(tab: Tab, built: Built, base: str) -> None:
    """Its one script may run: what stands behind the address goes along."""
    ((old, new),) = built.archive.catalog.redirects.items()
    tab.open(f"{base}{old}?a=1#title", f"{base}{new}?a=1#title")
    assert tab.ask(ALIVE) == []


@pytest.mark.browser
def test_searching_goes_on(tab: Tab, base: str) -> None:
    """Scripts, their worker and its data are the site's own."""
    tab.open(f"{base}search/?q=iframe")
    tab.ask(until("document.querySelector('.db-hit a')"))
    assert tab.ask(ALIVE) == []


@pytest.mark.browser
def test_pages_may_be_fetched_ahead(tab: Tab, base: str) -> None:
    """What a reader is about to open can be there before it is asked for."""
    tab.open(base)
    ahead = """new Promise((done) => {
      const link = document.createElement("link");
      Object.assign(link, { rel: "prefetch", href: "days/" });
      link.addEventListener("load", () => done(["fetched"]));
      link.addEventListener("error", () => done(["refused"]));
      document.head.append(link);
    })"""
    assert tab.ask(ahead) == ["fetched"]
    assert tab.ask(ALIVE) == []


@pytest.fixture(scope="module")
def unpacked(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as it is unpacked from a zip."""
    folder = tmp_path_factory.mktemp("unpacked")
    packed = shutil.make_archive(str(folder / "site"), "zip", built.site)
    shutil.unpack_archive(packed, folder / "My 100% papers #1")
    return folder / "My 100% papers #1"


LINKS = "[...document.links].map((link) => link.href).filter((url) => url.startsWith('file:'))"


@pytest.mark.browser
@pytest.mark.parametrize("folder", ["", "days/2025-03-14/", "tags/reading/", "search/"])
def test_pages_can_be_read_from_a_disk(tab: Tab, unpacked: Path, folder: str) -> None:
    """Styles and colours are there, every link leads to a file, and nothing is broken."""
    tab.open((unpacked / folder / "index.html").as_uri())
    assert tab.ask("[getComputedStyle(document.querySelector('.md-header')).position]") == [
        "sticky"
    ]
    assert tab.ask("[document.documentElement.dataset.palette]") == ["system"]
    links = tab.ask(
        until("document.querySelector('a[href$=\"index.html\"]')") + f".then(() => {LINKS})"
    )
    assert len(links) > 10
    lost = [link for link in links if not Path(unquote(urlsplit(link).path)).is_file()]
    assert lost == []
    assert tab.ask(ALIVE) == []
    assert tab.dialogs == []


@pytest.mark.browser
def test_a_copy_on_a_disk_says_what_it_cannot(tab: Tab, built: Built, unpacked: Path) -> None:
    """There is no field to search in vain, and the search page says why."""
    tab.open((unpacked / "index.html").as_uri())
    tab.ask(until("!document.querySelector('input')"))
    (leads,) = tab.ask("[document.querySelector('.db-box__open').href]")
    tab.open(leads)
    tab.ask(until("document.querySelector('h1 + p')"))
    (said,) = tab.ask("[document.querySelector('h1 + p').textContent]")
    assert said.startswith("Searching needs a web server")
    assert tab.ask("[String(document.querySelector('input'))]") == ["null"]
    ((old, new),) = built.archive.catalog.redirects.items()
    there = (unpacked / new / "index.html").as_uri()
    tab.open(f"{(unpacked / old / 'index.html').as_uri()}?a=1#title", f"{there}?a=1#title")
