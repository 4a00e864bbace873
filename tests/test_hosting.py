"""docs/hosting.md, done as it says: its nginx serves a site, its rsync copies one."""

import gzip
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import NamedTuple

import pytest
from lists import list_of

from generator.start import start_archive

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "hosting.md"
DAYBOOK = Path(sys.executable).with_name("daybook")
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
TYPES = Path("/etc/nginx/mime.types")
YEAR = "public, max-age=31536000, immutable"

# As Debian's nginx.conf, for one who is not root: what the document leaves out.
WHOLE = """\
pid {folder}/nginx.pid;
error_log {folder}/error.log;
master_process off;
events {{ worker_connections 64; }}
http {{
    include mime.types;
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {folder}/temp;
    proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp;
    scgi_temp_path {folder}/temp;
    include papers;
}}
"""


def blocks(language: str) -> list[str]:
    """Return the document's examples in a language."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built site with three papers, and one file of each type that a site may have."""
    root = tmp_path_factory.mktemp("hosting")
    start_archive(root / "archive", name="Lists", url="https://lists.test/")
    (root / "list.txt").write_bytes(list_of("Mar 14", "One", "A video", "Two"))
    for words in (("add", root / "list.txt", "--year", "2025"), ("build",)):
        subprocess.run([DAYBOOK, *words, "-C", root / "archive"], check=True, capture_output=True)
    site = root / "archive" / "site"
    for name, content in (
        ("data/papers/2025-03.jsonl.gz", gzip.compress(b'{"id": "one"}\n', mtime=0)),
        ("data/2025-03.bib", b"@misc{one,\n  title = {\xc3\x89}\n}\n"),
        ("data/ledger.jsonl", b'{"kind": "paper"}\n'),
        ("data/merges.yml", b"- renamed: one\n"),
        ("feed.xml", b"<feed/>"),
        ("feed.json", b"{}"),
        ("feeds.opml", b"<opml/>"),
        ("papers/one.md", b"# One\n"),
    ):
        if not (site / name).exists():
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            (site / name).write_bytes(content)
    return site


def configured(text: str, site: Path, port: int) -> str:
    """Return the document's configuration for this machine; all else stays as it is."""
    for of, here in (("listen 80;", f"listen 127.0.0.1:{port};"), ("/srv/papers/site", str(site))):
        assert text.count(of) == 1, f"docs/hosting.md must say {of} once"
        text = text.replace(of, here)
    return text


class Answer(NamedTuple):
    """What nginx answered."""

    status: int
    headers: HTTPMessage
    body: bytes


class Host:
    """The site as nginx serves it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a path, and follow nothing."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            line.close()


@pytest.fixture(scope="module")
def host(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The document's nginx, on loopback."""
    if NGINX is None or not TYPES.is_file():
        pytest.skip("needs nginx with its mime.types: on Debian, apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("nginx")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (example,) = blocks("nginx")
    (folder / "papers").write_text(configured(example, site, port), encoding="utf-8")
    (folder / "nginx.conf").write_text(WHOLE.format(folder=folder), encoding="utf-8")
    shutil.copy(TYPES, folder)
    # It goes into the background when it listens, so there is nothing to wait for.
    conf, log = str(folder / "nginx.conf"), str(folder / "error.log")
    command = [NGINX, "-p", str(folder), "-c", conf, "-e", log]
    said = subprocess.run(command, check=False, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert not said.stderr
    yield Host(port)
    subprocess.run([*command, "-s", "stop"], check=True, capture_output=True)


@pytest.mark.parametrize("path", ["/", "/papers/one/", "/days/2025-03-14/", "/tags/", "/search/"])
def test_a_page_answers(host: Host, site: Path, path: str) -> None:
    """Its bytes are those of the site, as HTML in UTF-8."""
    found = host.get(path)
    assert found.status == 200
    assert found.body == (site / path.strip("/") / "index.html").read_bytes()
    assert found.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/papers/one", "/days/2025-03-14", "/search?q=one&sort=newest"])
def test_a_page_answers_without_its_last_slash(host: Host, path: str) -> None:
    """The redirect adds the slash, keeps the query, and says nothing of host, scheme or port."""
    found = host.get(path, Host="lists.test")
    address, mark, query = path.partition("?")
    assert found.status == 301
    assert found.headers["Location"] == f"{address}/{mark}{query}"
    assert host.get(f"{address}/{mark}{query}").status == 200


@pytest.mark.parametrize(
    "path", ["/papers/none/", "/papers/none", "/none.json", "/search/words/abcdefgh.json"]
)
def test_what_is_not_there_gets_our_page(host: Host, site: Path, path: str) -> None:
    """The status is 404, the page is ours, and nobody keeps it."""
    found = host.get(path)
    assert found.status == 404
    assert found.body == (site / "404.html").read_bytes()
    assert found.headers["Content-Type"] == "text/html; charset=utf-8"
    assert found.headers["Cache-Control"] is None


def one_of(site: Path, pattern: str) -> str:
    """Return the path of a file that the site has."""
    return f"/{min(site.glob(pattern)).relative_to(site).as_posix()}"


@pytest.mark.parametrize(
    "pattern",
    [
        "assets/javascripts/bundle.*.min.js",
        "assets/stylesheets/main.*.min.css",
        "search/words/*.json",
        "search/postings/*.json",
        "search/texts/*.bin",
        "search/blocks/*.json",
        "search/facets/*.json",
    ],
)
def test_a_name_with_a_hash_is_kept_for_a_year(host: Host, site: Path, pattern: str) -> None:
    """A new content would have a new name."""
    found = host.get(one_of(site, pattern))
    assert found.status == 200
    assert found.headers["Cache-Control"] == YEAR


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/papers/one/", "/sitemap.xml", "/feed.xml", "/search/index.json", "/search/"),
        *("/assets/javascripts/daybook.js", "/assets/stylesheets/daybook.css"),
        *("/assets/javascripts/search/lunr.js", "/data/papers/2025-03.jsonl.gz"),
    ],
)
def test_what_may_change_is_asked_for_again(host: Host, path: str) -> None:
    """After ten minutes; and where nothing changed, nothing is sent."""
    found = host.get(path)
    assert found.status == 200
    assert found.headers["Cache-Control"] == "public, max-age=600"
    assert host.get(path, If_None_Match=found.headers["ETag"]).status == 304


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/sitemap.xml", "text/xml; charset=utf-8"),
        ("/feed.xml", "text/xml; charset=utf-8"),
        ("/opensearch.xml", "text/xml; charset=utf-8"),
        ("/feed.json", "application/json; charset=utf-8"),
        ("/search/index.json", "application/json; charset=utf-8"),
        ("/data/papers/2025-03.jsonl.gz", "application/gzip"),
        ("/data/ledger.jsonl", "application/x-ndjson; charset=utf-8"),
        ("/data/2025-03.bib", "application/x-bibtex; charset=utf-8"),
        ("/data/merges.yml", "text/yaml; charset=utf-8"),
        ("/feeds.opml", "text/x-opml; charset=utf-8"),
        ("/papers/one.md", "text/markdown; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/assets/images/daybook.svg", "image/svg+xml; charset=utf-8"),
        ("/assets/stylesheets/daybook.css", "text/css; charset=utf-8"),
        ("/assets/javascripts/daybook.js", "text/javascript; charset=utf-8"),
    ],
)
def test_a_file_has_its_type(host: Host, site: Path, path: str, kind: str) -> None:
    """As browsers, feed readers and reference managers expect it; the bytes are the file's."""
    found = host.get(path)
    assert found.status == 200
    # By nginx's version, either; a browser takes both for a module.
    said = found.headers["Content-Type"].replace("application/javascript", "text/javascript")
    assert said == kind
    assert found.headers["Content-Encoding"] is None
    assert found.body == (site / path[1:]).read_bytes()


@pytest.mark.parametrize(
    "path",
    ["/", "/papers/one/", "/assets/stylesheets/daybook.css", "/assets/javascripts/search/lunr.js"],
)
def test_text_is_compressed(host: Host, path: str) -> None:
    """For those who take it so; caches on the way are told that there are two answers."""
    found = host.get(path, Accept_Encoding="gzip")
    assert found.headers["Content-Encoding"] == "gzip"
    assert found.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(found.body) == host.get(path).body


def test_what_is_compressed_is_sent_as_it_is(host: Host) -> None:
    """A download of open data is not unpacked on its way."""
    found = host.get("/data/papers/2025-03.jsonl.gz", Accept_Encoding="gzip")
    assert found.headers["Content-Encoding"] is None


@pytest.mark.parametrize("path", ["/", "/papers/one", "/papers/none/", "/feed.xml"])
def test_every_answer_is_guarded(host: Host, path: str) -> None:
    """Pages, redirects and what is not there bear the same headers."""
    found = host.get(path)
    assert found.headers["Referrer-Policy"] == "same-origin"
    assert found.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["Content-Security-Policy"] == "frame-ancestors 'self'; object-src 'none'"
    assert found.headers["Server"] == "nginx"


def tree(folder: Path) -> dict[str, bytes]:
    """Return a folder's files."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_copy_becomes_the_site(site: Path, tmp_path: Path) -> None:
    """Slices and assets come first, pages after them; what is the same keeps its time."""
    if not shutil.which("rsync"):
        pytest.skip("needs rsync: on Debian, apt-get install rsync")
    (lines,) = (block for block in blocks("sh") if block.startswith("rsync"))
    place = tmp_path / "host"
    script = lines.replace("host:/srv/papers/site/", f"{place}/")
    steps = [step for step in re.split(r"(?<!\\)\n", script) if step]
    assert len(steps) == 2

    def run(step: str) -> None:
        subprocess.run(["sh", "-ec", step], cwd=site.parent, check=True)  # the document's

    old = {
        "index.html": b"the page before",
        "search/index.json": b"{}",
        "search/words/gone.json": b"[]",
        "papers/gone/index.html": b"gone",
        "robots.txt": (site / "robots.txt").read_bytes(),
    }
    for name, content in old.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    before = (place / "robots.txt").stat().st_mtime_ns
    whole = tree(site)
    run(steps[0])
    first = {
        name: content
        for name, content in whole.items()
        if name.startswith(("assets/", "search/")) and name != "search/index.json"
    }
    assert first
    assert tree(place) == old | first
    run(steps[1])
    assert tree(place) == whole
    assert (place / "robots.txt").stat().st_mtime_ns == before
