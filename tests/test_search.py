"""Search in slices: the same as one whole Lunr index, whatever is asked."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import mkdocs
import pytest
from browsers import needs_chromium
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from generator.build import read
from generator.files import read_record
from generator.model import Tag
from generator.search import (
    CODE,
    LUNR,
    POSTINGS_SIZE,
    Document,
    File,
    Kind,
    documents,
    indexed,
    lunr_module,
    slices,
)
from generator.search_numbers import DOUBLE, QUADRUPLE, SINGLE, number
from generator.search_postings import BLOCK
from generator.search_terms import LONGEST_WORD, Terms, fold, pipeline, words
from generator.start import start_archive

HERE = Path(__file__).parent
SCRIPTS = HERE.parent / "overrides" / "assets" / "javascripts" / "search"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="Node.js is not installed")

VISION = Tag(key="vision", name="Vision and images", note="What is seen.", area="senses")
SOUND = Tag(key="sound", name="Sound", note="What is heard.", area="senses")


def many(count: int) -> Iterator[Document]:
    """Yield papers on nothing much, each with a word of its own."""
    for at in range(count):
        yield Document(
            number=at,
            address=f"papers/{at}/",
            title=f"Paper {at} of many",
            text=f"Something common is said, and rare{at} as well. " + "It goes on. " * (at % 5),
            tags=(VISION,) if at % 2 else (SOUND,),
            days=(f"2025-02-{at % 9 + 1:02}",) if at % 4 else ("2024-12-31",),
            code=at % 2 == 0,
        )


@dataclass
class Left:
    """What a build leaves to the next, in memory."""

    before: Mapping[str, bytes]
    values: dict[str, bytes] = field(default_factory=dict)

    def keep(self, key: str, value: bytes) -> None:
        """Take a value."""
        self.values[key] = value

    def stays(self, key: str) -> None:
        """Take a value from before."""
        self.values[key] = self.before[key]

    def piece(self, key: str, start: int, size: int) -> Callable[[], bytes]:
        """Return what gives a piece of a value."""
        return lambda: self.values[key][start : start + size]


def made_of(
    found: Sequence[Document], before: Mapping[str, bytes] | None = None
) -> tuple[list[File], dict[str, bytes]]:
    """Return the slices of documents, and what the next build may start from."""
    known = before or {}
    left = Left(known)
    made = list(slices(found, known, left))
    return [File(path=each.path, content=each.content) for each in made], left.values


def small() -> list[Document]:
    """Return a small archive, with words that are not English and a number left out."""
    titles = ("Schrödinger bridges", "Électricité for robots", "深度学习 notes", r"A $\beta$ story")
    odd = [
        Document(number=at, address=f"papers/{at}/", title=title, text="Of its own.")
        for at, title in enumerate(titles, 40)
    ]
    day = Document(
        number=45, address="days/2025-02-01/", title="1 February 2025", text="", kind=Kind.DAY
    )
    return [*many(40), *odd, day]


def write_data(folder: Path, found: Sequence[Document]) -> None:
    """Write the slices of documents."""
    for file in made_of(found)[0]:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)


def write_site(folder: Path, found: Sequence[Document]) -> Path:
    """Write what the worker needs, as a site has it, and return the folder."""
    scripts = folder / "assets" / "javascripts" / "search"
    shutil.copytree(SCRIPTS, scripts)
    source = Path(mkdocs.__file__).parent / LUNR
    (scripts / "lunr.js").write_text(lunr_module(source.read_text("utf-8")), "utf-8")
    (scripts / "package.json").write_text('{"type": "module"}', "utf-8")
    write_data(folder / "search", found)
    return folder


def node(script: str, *arguments: Path | str) -> str:
    """Return what a script of tests/parity prints."""
    command = ["node", str(HERE / "parity" / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_javascript(folder: Path, what: str, texts: Sequence[str]) -> list[list[str]]:
    """Return the words or terms of texts, as the worker has them."""
    site = write_site(folder, small())
    (site / "texts.json").write_text(json.dumps(texts), "utf-8")
    scripts = site / "assets" / "javascripts" / "search"
    found: list[list[str]] = json.loads(
        node("words.mjs", what, scripts / "lunr.js", scripts, site / "texts.json")
    )
    return found


def test_words_are_folded() -> None:
    """Case, accents and forms are folded, any alphabet is kept, ideographs come in pairs."""
    assert words("Schrödinger's Électricité, β-VAE: ﬁne 37.5%") == [
        *("schrodinger", "s", "electricite", "β", "vae", "fine", "37.5")
    ]
    assert words("深度学习 or 学") == ["深度", "度学", "学习", "or", "学"]
    assert words("हिन्दी Ελλάς ñandú") == ["हिन्दी", "ελλασ", "nandu"]
    assert words("<b>_x_</b> &amp; \ud800 \x00") == ["b", "x", "b", "amp"]


@needs_node
def test_words_agree_with_javascript(tmp_path: Path) -> None:
    """Every character of Unicode, between letters, is read alike in Python and JavaScript."""
    chars = [
        chr(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) not in {"Cn", "Cs", "Co"}
    ]
    texts = [f"a{char}b {char}1.5{char} Σ{char}" for char in chars]
    texts += ["x" * 100, "1." * 60, "学" * 50, "é" * 50, "naïve-Bayes ÅNGSTRÖM ǅ ŉ ﷺ"]
    found = in_javascript(tmp_path, "words", texts)
    assert len(texts) > 100_000
    differing = {
        f"U+{ord(char):04X}": (words(text), there)
        for char, text, there in zip((*chars, *"?????"), texts, found, strict=True)
        if words(text) != there
    }
    assert differing == {}


@needs_node
def test_terms_agree_with_javascript(tmp_path: Path) -> None:
    """A word's term is the same through lunr.py and lunr.js."""
    rng = random.Random(1)  # noqa: S311  # seeded, so that it is the same each time
    ends = "y ies eed eeds ed ing s es sses ational iveness ful ness al ement ion tion ll e ize ay"
    texts = [
        "".join(rng.choices("aeiouyslztbndvwx9éβ", k=rng.randint(0, 6))) + rng.choice(ends.split())
        for _ in range(20_000)
    ]
    terms = Terms()
    found = in_javascript(tmp_path, "terms", texts)
    for text, there in zip(texts, found, strict=True):
        here = [terms[word] for word in words(text)]
        # Stop words are left out of the index alone.
        assert all(a in {b, ""} for a, b in zip(here, there, strict=True)), (text, here, there)


def test_terms_are_those_of_the_pipeline() -> None:
    """A text's terms are what Lunr's pipeline makes of its tokens, one after the other."""
    text = "The Schrödinger-bridges, of GPT-3.5: studies/surveys 深度学习"
    terms = Terms()
    one_by_one = [terms[word] for word in words(text) if terms[word]]
    assert [term for token in text.split() for term in pipeline().run_string(token)] == one_by_one


@given(st.text(max_size=60))
def test_words_are_stable(text: str) -> None:
    """Folding twice changes nothing, and no text makes it fail."""
    assert fold(fold(text)) == fold(text) or not text.isascii()
    assert all(0 < len(word) <= LONGEST_WORD for word in words(text))


def test_a_huge_word_is_no_trouble() -> None:
    """A line of one letter is read in time: `y` makes Porter's stemmer recurse."""
    for char in "ya学é-":
        huge = Document(number=0, address="x/", title=char * 10, text=char * 3_000_000)
        assert made_of([huge])[0]


def test_numbers_are_ordered_by_length() -> None:
    """A number is one, two, four or six characters, and no two are the same."""
    edges = (SINGLE, DOUBLE, QUADRUPLE)
    values = [*range(4000), *(edge + step for edge in edges for step in (-1, 0, 1)), 10**9]
    assert len({number(value) for value in values}) == len({*values})
    assert [len(number(edge - 1)) for edge in edges] == [1, 2, 4]
    assert [len(number(edge)) for edge in edges] == [2, 4, 6]


def test_same_bytes_with_and_without_cache() -> None:
    """The cache makes a build quick and changes nothing, whatever was built before."""
    found = small()
    cold, left = made_of(found)
    for before in (found[:20], found[5:], [*many(60)], []):
        assert made_of(found, made_of(before)[1])[0] == cold
    assert made_of(found, left) == (cold, left)


def test_a_new_day_appends() -> None:
    """A further paper leaves the full blocks' files as they are."""
    _, before = made_of([*many(BLOCK + 10)])
    files, after = made_of([*many(BLOCK + 11)], before)
    assert files == made_of([*many(BLOCK + 11)])[0]
    assert {key for key in before if before[key] != after[key]} == {
        *(f"{name}-{CODE}-1" for name in ("block", "counts", "texts")),
        f"terms-{CODE}",
    }


@settings(max_examples=25)
@given(st.lists(st.tuples(st.text(max_size=40), st.integers(1, 5000)), max_size=8), st.data())
def test_any_documents_make_slices(rows: list[tuple[str, int]], data: st.DataObject) -> None:
    """Whatever the texts and the gaps between numbers, slices come out, the same each time."""
    found = []
    at = -1
    for text, gap in rows:
        at += gap
        found.append(Document(number=at, address=f"{at}/", title=text, text=text[::-1]))
    kept = data.draw(st.integers(0, len(found)))
    made, _ = made_of(found)
    assert made_of(found, made_of(found[:kept])[1])[0] == made
    for file in made:
        json.loads(zlib.decompress(file.content) if file.path.endswith(".bin") else file.content)


def test_slices_are_even() -> None:
    """A slice stays below its size, unless one term fills it; names hold the content's hash."""
    files, _ = made_of([*many(3000)])
    assert len({file.path for file in files}) == len(files)
    sizes = {file.path: len(file.content) for file in files if file.path.startswith("postings/")}
    assert len(sizes) > 3
    for file in files:
        if sizes.get(file.path, 0) > POSTINGS_SIZE * 1.1:
            assert len(json.loads(file.content)) == 1
    assert sum(size < POSTINGS_SIZE / 3 for size in sizes.values()) <= 3
    changed, _ = made_of([*many(2999)])
    same = {file.path: file.content for file in files if file.path != "index.json"}
    assert all(same.get(file.path, file.content) == file.content for file in changed)


def test_no_documents() -> None:
    """An archive without papers has an index of nothing."""
    [index], _ = made_of([])
    assert json.loads(index.content)["documents"] == 0


def archive_documents(folder: Path, dumps: Mapping[str, bytes]) -> list[Document]:
    """Return the documents of an archive with these dumps, or of the sample without any."""
    start_archive(folder, name="Papers", url="https://example.org/papers/")
    for name, content in dumps.items():
        path = folder / "dumps" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return list(documents(read(read_record(folder)).catalog))


def test_documents_of_an_archive(tmp_path: Path) -> None:
    """Papers come first, in ledger order, then days, tags and areas; numbers ascend."""
    found = archive_documents(tmp_path, {})
    assert [each.number for each in found] == sorted({each.number for each in found})
    kinds = [each.kind for each in found]
    assert kinds == sorted(kinds, key=list(Kind).index)
    assert set(kinds) == set(Kind)
    assert all(each.title and each.address for each in found)
    assert any(each.tags and each.days for each in found)


Query = Callable[[random.Random, Callable[[], str]], str]
QUERIES: tuple[Query, ...] = (
    lambda rng, word: " ".join(word() for _ in range(rng.randint(1, 6))),
    lambda _, word: f"title:{word()} {word()}",
    lambda _, word: f"tag:{word()} text:{word()}",
    lambda _, word: f"+{word()} {word()} +title:{word()}",
    lambda _, word: f"+{word()} +{word()} -{word()}",
    lambda _, word: f"-{word()}",
    lambda _, word: f"-{word()} -title:{word()}",
    lambda rng, word: f"{word()[: rng.randint(2, 5)]}*",
    lambda rng, word: f"*{word()[-3:]} {word()[: rng.randint(1, 3)]}*{word()[-1:]}",
    lambda _, word: f"{word()}~1",
    lambda _, word: f"{word()}~1 +{word()[:4]}* -{word()}~1",
    lambda rng, word: f"{word()}^{rng.randint(2, 20)} {word()} title:{word()}^3",
    lambda rng, word: f"{rng.choice(('Schrödinger', 'Électricité', 'β', '学习'))} {word()}",
    lambda rng, word: f"{rng.choice(('zzqqxx', '+zzqqxx', 'the', '+the', '-zzqqxx'))} {word()}",
    lambda rng, _: rng.choice(("*", "", "zzqqxx", "the of", "title:*", "none:x", "a^", "+", "~1")),
)


def check_parity(folder: Path, found: Sequence[Document], queries: int) -> dict[str, int]:
    """Compare the slices of documents with one whole Lunr index, and return the counts."""
    site = write_site(folder, found)
    rows = [dict(zip(("title", "tag", "text"), indexed(each), strict=True)) for each in found]
    lines = (json.dumps({"ref": each.number, **row}) for each, row in zip(found, rows, strict=True))
    (site / "documents.jsonl").write_text("\n".join(lines), "utf-8")
    said = [word for row in rows for text in row.values() for word in re.findall(r"\w+", text)]
    rng = random.Random(20250314)  # noqa: S311  # the same
    asked = [QUERIES[at % len(QUERIES)](rng, lambda: rng.choice(said)) for at in range(queries)]
    (site / "queries.json").write_text(json.dumps(asked), "utf-8")
    scripts = site / "assets" / "javascripts" / "search"
    report = json.loads(
        node(
            "whole.mjs",
            *(scripts / "lunr.js", scripts, site / "search"),
            *(site / "documents.jsonl", site / "queries.json"),
        )
    )
    assert report.pop("different") == []
    counts: dict[str, int] = report
    return counts


@needs_node
def test_same_as_the_whole_for_the_sample(tmp_path: Path) -> None:
    """References, order and scores are those of one whole Lunr index: the sample."""
    found = archive_documents(tmp_path / "archive", {})
    counts = check_parity(tmp_path / "site", found, 300)
    assert counts["queries"] == 300
    assert 0 < counts["empty"] < 150


@needs_node
def test_same_as_the_whole_for_real_dumps(tmp_path: Path, shared: Path) -> None:
    """References, order and scores are those of one whole Lunr index: the five dumps."""
    dumps = {f"2025/{path.name}": path.read_bytes() for path in (shared / "dumps").glob("*.txt")}
    found = archive_documents(tmp_path / "archive", dumps)
    counts = check_parity(tmp_path / "site", found, 1000)
    assert counts["queries"] == 1000
    assert counts["results"] > 10_000


@needs_node
def test_same_as_the_whole_for_thousands(tmp_path: Path, shared: Path) -> None:
    """References, order and scores are those of one whole Lunr index: 2,000 papers."""
    script = shared / "tools" / "make_dumps.py"
    subprocess.run([sys.executable, str(script), "2000", str(tmp_path / "new")], check=True)
    dumps = {f"{path.name[:4]}/{path.name}": path for path in (tmp_path / "new").iterdir()}
    found = archive_documents(
        tmp_path / "archive", {name: path.read_bytes() for name, path in dumps.items()}
    )
    counts = check_parity(tmp_path / "site", found, 1000)
    assert counts["queries"] == 1000
    assert counts["readers"] > 50


@needs_node
def test_same_as_the_whole_with_gaps(tmp_path: Path) -> None:
    """Numbers that no document has change nothing: withdrawn papers leave such."""
    found = [each for each in many(300) if each.number % 7]
    assert check_parity(tmp_path, found, 150)["results"] > 1000


@needs_node
@pytest.mark.parametrize(
    "script", sorted(path.name for path in (HERE / "js").glob("*.test.mjs")), ids=str
)
def test_javascript(tmp_path: Path, script: str) -> None:
    """The scripts' own tests pass over a small site under a path of its own."""
    site = write_site(tmp_path / "some" / "path", small())
    done = subprocess.run(
        ["node", "--test", str(HERE / "js" / script)],
        env={**os.environ, "DAYBOOK_SITE": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^# pass [1-9]", done.stdout, re.MULTILINE), done.stdout


PAGE = """<!doctype html><title>x</title><script src="page.js"></script>"""
ASK = """(message) => new Promise((resolve) => {
  const said = [];
  worker.onmessage = ({ data }) => {
    said.push(data);
    if (data.type !== "results") resolve(said);
  };
  worker.postMessage(message);
})"""
POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'"


class Strict(SimpleHTTPRequestHandler):
    """Serves a folder under a strict policy."""

    def end_headers(self) -> None:
        """Add the policy to each answer."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.browser
@needs_chromium
def test_worker_in_a_browser(tmp_path: Path, chromium: Browser) -> None:
    """The worker runs under a strict policy and a path of its own, and finds."""
    site = write_site(tmp_path / "some" / "path", small())
    (site / "page.html").write_text(PAGE, "utf-8")
    script = 'worker = new Worker("assets/javascripts/search/worker.js", { type: "module" });'
    (site / "page.js").write_text(f"var {script}", "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Strict, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        page = chromium.new_page()
        faults: list[str] = []
        page.on("console", lambda said: faults.append(said.text))
        page.goto(f"http://127.0.0.1:{server.server_port}/some/path/page.html")
        query = {"type": "search", "id": 1, "query": "Schrödinger brid*"}
        results, facets = page.evaluate(ASK, query)
        page.close()
    finally:
        server.shutdown()
        server.server_close()
    assert [each["title"] for each in results["results"]] == ["Schrödinger bridges"]
    assert facets["kinds"] == [{"key": "paper", "count": 1}]
    assert faults == []
