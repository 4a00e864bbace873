"""What a page says, parsed back, is the text that went in."""

import datetime as dt
import hashlib
import html
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hostile import (
    FILLER,
    PAYLOADS,
    PLAIN,
    VOCABULARY,
    Entry,
    Reading,
    dump,
    folded,
    text_of,
    title_of,
)
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from jinja2 import meta, nodes
from lists import list_of, raw_dump, record_of
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mkdocs.utils.meta import get_data

from generator import urls
from generator.bibtex import bibtex
from generator.build import Archive, RawDump, Record, read
from generator.cleaning import SegmentKind, plain, segments
from generator.config import Settings
from generator.model import Paper
from generator.pages import TEMPLATES, environment, included, pages, words
from generator.text import web_address

SHARED = Path(__file__).resolve().parents[2] / "shared"
SETTINGS = Settings(site_name="Some papers", site_url="https://papers.example/")
JUDGE = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
COINS = re.compile(r'<span class="Z3988" title="([^"<>]*)">')
# Of our own HTML on a page, what stands within a line.
INLINE_HTML = re.compile(
    r'<span class="db-math">|<math alttext="[^"<>]*">|</?m[a-z]+(?: [a-z]+="[^"<>]*")*>|</span>'
    f"|{COINS.pattern}"
)
ANCHOR = re.compile(r" \{ #[a-z0-9-]+ \}$")

TITLES = st.lists(st.sampled_from(PAYLOADS) | st.text(max_size=12), min_size=1, max_size=3)
ABSTRACTS = st.lists(st.sampled_from([*PAYLOADS, FILLER]) | st.text(max_size=30), max_size=5)


def archive_of(lists: Mapping[str, str]) -> Archive:
    """Return the archive of these lists, by the names of their files."""
    raws = {name: text.encode("utf-8", "replace") for name, text in lists.items()}
    return read(
        Record(
            settings=SETTINGS,
            dumps=tuple(
                RawDump(path=f"dumps/2025/{name}", raw=raw, sha256=hashlib.sha256(raw).hexdigest())
                for name, raw in sorted(raws.items())
            ),
            ledger="",
            merges="",
            corrections="",
            vocabulary=VOCABULARY % PLAIN.tag,
            vocabulary_path="vocabulary.yml",
        )
    )


def sources(archive: Archive) -> dict[str, str]:
    """Return an archive's pages, by their files."""
    return {page.path: page.text for page in pages(archive.catalog, SETTINGS, sample=False)}


def said(token: Token) -> str:
    """Return the text of a line that was parsed back, without blanks; our own HTML is none."""
    parts = []
    for child in token.children or ():
        if child.type == "html_inline":
            assert INLINE_HTML.fullmatch(child.content), child.content
        elif child.type not in {"link_open", "link_close"}:
            assert child.type in {"text", "text_special"}, child
            parts.append(child.content)
    return "".join("".join(parts).split())


def links(token: Token) -> list[str]:
    """Return where the links of a line lead."""
    found = (child for child in token.children or () if child.type == "link_open")
    return [str(child.attrGet("href")) for child in found]


def cited(token: Token) -> list[str]:
    """Return the titles that a line says to reference managers, in its COinS."""
    found = (COINS.fullmatch(child.content) for child in token.children or ())
    queries = (parse_qs(html.unescape(match[1])) for match in found if match)
    return [title for query in queries for title in query["rft.title"]]


def lines(source: str) -> Iterator[tuple[str, Token]]:
    """Yield each line of a page's body with the kind of block that it is alone in."""
    body, _ = get_data(source)
    tokens = JUDGE.parse(body)
    for before, token in itertools.pairwise(tokens):
        if token.type == "inline":
            yield before.tag, token
        elif token.type == "html_block":
            yield "html", token


def raw(line: Token) -> bool:
    """Return whether a line of HTML speaks of the shown text, and not of another one."""
    return not line.content.startswith(('<p class="db-woven">', '<details class="db-whole">'))


def assert_page_says(paper: Paper, source: str) -> None:
    """A paper's page says its title and the paragraphs of its abstract, and links their links."""
    _, meta = get_data(source)
    assert meta["kind"] == "paper"
    found = lines(source)
    tag, heading = next(found)
    assert tag == "h1"
    assert ANCHOR.search(heading.content)
    assert said(heading).removesuffix("{#title}") == title_of(paper.title)
    for paragraph in filter(str.strip, paper.text.abstract.split("\n")):
        tag, line = next(found)
        assert tag == "p", line.content
        assert said(line) == text_of(paragraph)
        live = [part for part in segments(paragraph) if part.kind is SegmentKind.LINK]
        assert len(links(line)) == sum(bool(web_address(part.url)) for part in live)
        assert all(re.match("(?i)https?://", link) for link in links(line))
    own = Reading("".join(line.content for tag, line in found if tag == "html" and raw(line)))
    assert_head_says(paper, Reading(str(meta["head"])))
    assert_mended_says(paper, own)
    assert_citing_says(paper, own)


def assert_head_says(paper: Paper, head: Reading) -> None:
    """A head says a paper's title and abstract, and is not read as anything but a head."""
    title = folded(words(paper.title))
    assert {tag.name for tag in head.tags} == {"meta", "link", "script"}
    metas = {
        name: tag.get("content")
        for tag in head.tags
        for name in (tag.get("name"), tag.get("property"))
    }
    assert metas["citation_title"] == metas["og:title"] == title
    assert metas["citation_abstract"] == folded(plain(paper.text.abstract))
    (data,) = head.within("script", type="application/ld+json")
    assert json.loads(data)["headline"] == title
    assert head.text == data


def counted(*texts: str) -> Counter[str]:
    """Return how often each word is shown in these texts."""
    return Counter(word for text in texts for word in folded(" ".join(text.split())).split())


def assert_mended_says(paper: Paper, own: Reading) -> None:
    """Without what went, the dump's words are those shown, without what came; by their number."""
    pairs = ((paper.title_raw, paper.title), (paper.abstract_raw, paper.text.abstract))
    apart = [(raw, plain(shown)) for raw, shown in pairs if raw != shown]
    before, after = (counted(*(pair[side] for pair in apart)) for side in (0, 1))
    went, came = (counted(*own.within(name)) for name in ("del", "ins"))
    assert went <= before
    assert came <= after
    assert before - went == after - came
    assert len(list(own.within("details", class_="db-raw"))) == any(
        a.split() != b.split() for a, b in apart
    )


def assert_citing_says(paper: Paper, own: Reading) -> None:
    """The part on citing says the title and the permalink in words, and the entry of BibTeX."""
    (sentence,) = own.within("p", class_="db-cite__sentence")
    assert sentence.startswith(folded(words(paper.title)))
    assert sentence.endswith(f" {urls.absolute(urls.paper(paper.slug), SETTINGS.site_url)}")
    (entry,) = own.within("pre", class_="db-cite__bibtex")
    assert entry == folded(bibtex(paper, SETTINGS))


def assert_day_says(archive: Archive, found: Mapping[str, str]) -> None:
    """A day's page has each paper's title as one link, and says what its abstract begins with."""
    for day in archive.catalog.days:
        listed = list(lines(found[urls.source_file(urls.day(day.date))]))
        headings = [index for index, (tag, _) in enumerate(listed) if tag == "h2"]
        assert len(headings) == len(day.items)
        for index, item in zip(headings, day.items, strict=True):
            title = said(listed[index][1]).removesuffix(f"{{#{item.paper.slug}}}")
            assert title == title_of(item.paper.title)
            assert links(listed[index][1]) == [f"../../papers/{item.paper.slug}/"]
            excerpt = said(listed[index + 1][1]).removesuffix("…")
            assert cited(listed[index + 1][1]) == [folded(words(item.paper.title))]
            whole = "".join(folded(words(item.paper.text.abstract)).split())
            assert whole.startswith(excerpt)


def assert_pages_say(archive: Archive) -> None:
    """Every page of a paper and of a day says what it should."""
    found = sources(archive)
    for paper in archive.catalog.papers:
        assert_page_says(paper, found[urls.source_file(urls.paper(paper.slug))])
    assert_day_says(archive, found)


def entries(drawn: Sequence[tuple[Sequence[str], Sequence[str]]]) -> list[Entry]:
    """Return drawn texts as entries that the reader takes for what they are."""
    return [
        Entry(title=seen("".join(title))[:250], abstract="\n".join([*map(seen, abstract), FILLER]))
        for title, abstract in drawn
    ]


def seen(text: str) -> str:
    """Return a text that begins with something to be seen, so that it ends no block."""
    return text if text[:1].strip() and text[:1].isprintable() else f"T{text}"


PAYLOAD_LIST = dump(
    "Mar 14",
    entries([((f"{payload} {n}",), (payload,)) for n, payload in enumerate(PAYLOADS)]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TITLES, ABSTRACTS), min_size=1, max_size=4))
@example([(["$[0, 1)$ and $a*b*c$"], [r"$\text{[x](javascript:window.pwned=1)}$"])])
@example([(["See https://github.com/a/b"], ["1. one", "- two", "# three", "$1$", ". four"])])
def test_pages_say_what_drawn_dumps_say(drawn: list[tuple[list[str], list[str]]]) -> None:
    """Whatever stands in a dump, its pages say it, and no more."""
    archive = archive_of({"2025-03-14-x.txt": dump("Mar 14", entries(drawn))})
    assume(archive.catalog.papers)
    assert_pages_say(archive)


def test_pages_say_what_the_payloads_say() -> None:
    """Every payload, as a title and as a paragraph, is said as it was written."""
    archive = archive_of({"2025-03-14-x.txt": PAYLOAD_LIST})
    assert len(archive.catalog.papers) > 0.95 * len(PAYLOADS)
    assert_pages_say(archive)


@cache
def real_archive() -> Archive:
    """Return the archive of the real dumps."""
    dumps = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted((SHARED / "dumps").glob("*.txt"))
    }
    return archive_of(dumps)


@pytest.mark.skipif(not (SHARED / "dumps").is_dir(), reason="the real dumps are not here")
def test_pages_say_what_real_dumps_say() -> None:
    """The pages of the real dumps' papers say what their lists said."""
    archive = real_archive()
    assert len(archive.catalog.papers) == 307
    assert_pages_say(archive)


def test_a_paper_names_those_before_and_after_it() -> None:
    """On the day it was listed last, in the list's order."""
    record = record_of(
        raw_dump(list_of("Mar 14", "One", "Two", "Three")),
        raw_dump(list_of("Mar 15", "Four", "Two")),
    )
    made = sources(read(record))
    before = '- Before it: <a rel="prev" href="../%s/">'
    after = '- After it: <a rel="next" href="../%s/">'
    for name, there, missing in (
        ("one", [after % "two"], ["Before it"]),
        ("two", [before % "four"], ["After it"]),
        ("three", [before % "two"], ["After it"]),
        ("four", [after % "two"], ["Before it"]),
    ):
        text = made[urls.source_file(urls.paper(name))]
        assert all(words in text for words in there), name
        assert not any(words in text for words in missing), name


def test_every_page_begins_with_front_matter_that_names_it() -> None:
    """A page without a title would be named by its heading, which the theme un-escapes."""
    archive = archive_of({"2025-03-14-x.txt": PAYLOAD_LIST})
    for path, source in sources(archive).items():
        if not path.endswith(".md"):
            continue
        body, meta = get_data(source)
        assert isinstance(meta["title"], str), path
        assert meta["title"], path
        assert isinstance(meta["description"], str), path
        assert body.lstrip().startswith("# "), path
    assert archive.catalog.days[0].date == dt.date(2025, 3, 14)


def test_a_template_is_known_with_all_that_it_includes() -> None:
    """What is looked for in a template's text is what Jinja would find."""
    for path in sorted(TEMPLATES.glob("*.jinja")):
        source = path.read_text(encoding="utf-8")
        tree = environment().parse(source)
        names = [each.value for each in tree.find_all(nodes.Const) if is_template(each.value)]
        assert sorted(included(source)) == sorted(names)
        assert set(meta.find_referenced_templates(tree)) <= set(names)


def is_template(value: object) -> bool:
    """Return whether a value in a template is a template's name."""
    return isinstance(value, str) and value.endswith(".jinja")


def test_each_paper_of_a_tag_is_an_item_of_its_list() -> None:
    """What stands behind a paper's line, for programs, does not swallow the next line."""
    raw = raw_dump(list_of("Mar 14", "A Video", "Video Two", "Of Video"))
    archive = read(record_of(raw))
    found = sources(archive)
    sizes = []
    for key, papers in archive.catalog.tagged.items():
        lines = found[f"tags/{key}.md"].split("\n")
        items = [line for line in lines if line.startswith("- [") and "/papers/" in line]
        assert len(items) == len(papers)
        sizes.append(len(papers))
    assert 3 in sizes


def test_a_month_that_is_over_stays_as_it_was_when_its_papers_come_back() -> None:
    """A new day leaves the pages of old months alone, but for those of its papers."""
    old = raw_dump(list_of("Mar 14", "A Video", "Video Two", "Of Video"))
    middle = raw_dump(list_of("Apr 1", "A Video of April"))
    new = raw_dump(list_of("Apr 2", "Of Video", "A Video Again"))
    before, after = (
        sources(read(record_of(*dumps))) for dumps in ((old, middle), (old, middle, new))
    )
    touched = {path for path in before if before[path] != after[path]}
    assert touched >= {"days/2025-04.md", "papers/of-video.md", "tags/video.md"}
    assert [path for path in touched if "2025-03" in path] == []
    assert "tags/video/2025-03.md" in before
