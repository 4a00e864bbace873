"""A paper is cited and saved as it is: what others read of it is what the archive says of it."""

import datetime as dt
import html
import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import extruct
import hostile
import pytest
import rispy
import yaml
from bibtexparser.entrypoint import parse_string as read_bibtex
from browsers import needs_chromium
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc import formatter as formatters
from citeproc.source.json import CiteProcJSON
from conftest import served
from hypothesis import given
from hypothesis import strategies as st
from lists import SETTINGS, list_of, promised, raw_dump, record_of
from markdown import markdown
from playwright.sync_api import Browser, Page, Route
from pybtex.database import parse_string
from signposting import find_signposting_html

from generator import urls
from generator.bibtex import bib_file, bibtex, tex
from generator.build import Archive, Record, read
from generator.catalog import Catalog
from generator.cite import (
    CiteBox,
    cite_box,
    coins,
    csl,
    csl_line,
    outputs,
    preformatted,
    ris,
)
from generator.config import Settings
from generator.heads import MOST_ITEMS, head, head_of_day, head_of_tag
from generator.keys import Keys, Output
from generator.markup import to_html
from generator.model import Metadata, Paper, Status
from generator.pieces import Pieces
from generator.references import listed, name_of, names, one_line, permalink, title_line

SCRIPT = Path(__file__).parents[1] / "overrides" / "assets" / "javascripts" / "cite.js"

METADATA = Metadata(
    arxiv="2203.11082",
    doi="10.48550/arXiv.2203.11082",
    authors=("Ada B. Lovelace", "Example Team", "María García López", "Özge O’Brien-Weiß"),
    first=dt.date(2022, 3, 7),
    categories=("cs.CL", "cs.LG"),
    abstract="Recorded elsewhere.",
    source="made up",
)
ODD = replace(
    METADATA,
    authors=(
        'A} and B, "C" @misc{x, <script>',
        "R&D Team 100% #1 _x_ ~ ^ \\ $",
        "O. \r\nER  - ",
        "\u202eReversed Name",
        " ",
    ),
    arxiv='1"><script>\n',
    doi="10.1/}<b>\\ %",
    categories=("cs.{",),
)

TEX_WORDS = {
    "textbackslash": "\\",
    "textasciicircum": "^",
    "textasciitilde": "~",
    "textbraceleft": "{",
    "textbraceright": "}",
}
TEX_TOKEN = re.compile(
    r"\$((?:[^$\\]|\\.)+)\$|\{\\([a-z]+)\}|\\([&%$#_{}])|([^\\{}$&%#_^~])", re.DOTALL
)


def untex(value: str) -> str:
    """Return what LaTeX prints of a title, without blanks; nothing in it may be left unread."""
    said, at = [], 0
    while at < len(value):
        token = TEX_TOKEN.match(value, at)
        assert token, value[at:]
        at = token.end()
        formula, word, escaped, char = token.groups()
        if formula is not None:
            said.append(one_line(f"${formula}$"))
        else:
            said.append(TEX_WORDS[word] if word else escaped or char)
    return squeezed("".join(said))


def squeezed(text: str) -> str:
    """Return text without blanks: those beside a formula may move."""
    return "".join(text.split())


def hostile_record() -> Record:
    """Return the record of an archive of which every text is hostile, and every tag's name."""
    text = hostile.dump("Mar 14", list(hostile.hostile_entries()))
    record = record_of(raw_dump(text.encode("utf-8", "replace")))
    words = hostile.VOCABULARY % tuple(map(json.dumps, hostile.HOSTILE.tag))
    return replace(record, vocabulary=words, settings=replace(SETTINGS, site_name=SITE_NAME))


SITE_NAME = 'Lists & <script>"quotes"</script> {1} 100% \\ $'
HOSTILE_SETTINGS = replace(
    SETTINGS, site_name=SITE_NAME, repo_url="https://github.com/a/b", contact="x@y.test"
)


@cache
def hostile_archive() -> Archive:
    """Return the archive of hostile texts, every third paper with metadata as hostile."""
    archive = read(hostile_record())
    papers = tuple(
        replace(paper, metadata=(None, METADATA, ODD)[number % 3])
        for number, paper in enumerate(archive.catalog.papers)
    )
    assert len(papers) > 250
    return replace(archive, catalog=replace(archive.catalog, papers=papers))


def one_paper(title: str = "On reading lists") -> Paper:
    """Return a paper of an archive of its own."""
    (paper,) = read(record_of(raw_dump(list_of("Mar 14", title)))).catalog.papers
    return paper


# What others read of a file


def assert_bibtex_says(text: str, papers: Sequence[Paper], settings: Settings) -> None:
    """Both readers of BibTeX find these papers, and nothing else, as the archive has them."""
    found = parse_string(text, "bibtex").entries
    library = read_bibtex(text)
    assert not library.failed_blocks
    assert not library.comments
    assert len(found) == len(library.entries) == len(papers)
    for paper, other in zip(papers, library.entries, strict=True):
        entry = found[paper.slug]
        fields = {key: field.value for key, field in other.fields_dict.items()}
        assert other.key == paper.slug
        assert other.entry_type == entry.type == "misc"
        for title in (entry.fields["title"], fields["title"]):
            assert title[0] + title[-1] == "{}"
            assert untex(title[1:-1]) == squeezed(title_line(paper))
        assert entry.fields["url"] == fields["url"] == permalink(paper, settings)
        for note in (entry.fields["howpublished"], fields["howpublished"]):
            assert untex(note) == squeezed(listed(paper, settings))
        authors = [name for name in (paper.metadata or ODD).authors if name.strip()]
        assert len(entry.persons.get("author", ())) == (len(authors) if paper.metadata else 0)
        assert ("year" in fields) == (paper.metadata is not None)
        if metadata := paper.metadata:
            for key, code in (
                ("doi", metadata.doi),
                ("eprint", metadata.arxiv),
                ("primaryclass", metadata.categories[0]),
            ):
                assert unquote(fields[key]) == "".join(code.split()) == unquote(entry.fields[key])


def assert_ris_says(text: str, papers: Sequence[Paper], settings: Settings) -> None:
    """A reader of RIS finds these papers, and nothing else."""
    found = rispy.loads(text)
    assert len(found) == len(papers)
    for paper, record in zip(papers, found, strict=True):
        assert record["type_of_reference"] == "UNPB"
        assert record["id"] == paper.slug
        assert record["title"] == title_line(paper)
        assert record["abstract"] == one_line(paper.text.abstract)
        assert record["urls"] == [permalink(paper, settings)]
        assert record["notes"] == [listed(paper, settings)]
        assert len(record.get("authors", ())) == len(names(paper.metadata))
        assert ("year" in record) == (paper.metadata is not None)


def test_bibtex_of_hostile_papers_is_read_back() -> None:
    """No title, author, identifier or name of a site breaks out of its field."""
    papers = hostile_archive().catalog.papers
    assert_bibtex_says(bib_file(papers, HOSTILE_SETTINGS), papers, HOSTILE_SETTINGS)
    for paper in papers:
        assert_bibtex_says(bibtex(paper, HOSTILE_SETTINGS), [paper], HOSTILE_SETTINGS)


def test_ris_of_hostile_papers_is_read_back() -> None:
    """No text ends its line, or the record."""
    papers = hostile_archive().catalog.papers
    text = "".join(ris(paper, HOSTILE_SETTINGS) for paper in papers)
    assert_ris_says(text, papers, HOSTILE_SETTINGS)
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in text.splitlines())


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("37% of R&D in C# and a_b", r"37\% of R\&D in C\# and a\_b"),
        (r"Schrödinger in Köln: \$5 for $O(n^2)$", r"Schrödinger in Köln: \$5 for $O(n^2)$"),
        (r"Sets $\{x\}$ and {loose", r"Sets $\{x\}$ and {\textbraceleft}loose"),
        ("Braces {in} order} ~", r"Braces \{in\} order{\textbraceright} {\textasciitilde}"),
        (r"Half $[0, \{1$ open", r"Half $[0, \lbrace 1$ open"),
        (r"A line $a \\{b}$", r"A line $a \\ {b}$"),
        ("Much $100% x_1$", r"Much $100\% x_1$"),
        ("No formula: $}x_1{$", "No formula: x₁"),
        *[(text, text) for text in ("שלום ו-English \u200f(בסוגריים)", "ABC " * 99 + "END")],
    ],
)
def test_a_title_is_latex(title: str, expected: str) -> None:
    """Capitals, formulas and Unicode stay; marks are escaped; braces balance, counted any way."""
    written = tex(title)
    assert written == expected
    assert untex(written) == squeezed(one_line(title))


@given(st.lists(st.sampled_from([*r"{}$\%#@,=\"&_^~ ax", r"\{", r"\}", r"\\"])).map("".join))
def test_braces_balance_however_they_are_counted(title: str) -> None:
    """BibTeX counts escaped braces; other readers skip them: for both a title is one group."""
    written = tex(title)
    for counted in (written, re.sub(r"\\[{}]", "", written)):
        depth = 0
        for brace in re.findall("[{}]", counted):
            depth += 1 if brace == "{" else -1
            assert depth >= 0
        assert depth == 0


@pytest.mark.parametrize(
    ("author", "family", "collective"),
    [
        ("Ada Lovelace", "Lovelace", False),
        ("Ada B. C. Lovelace", "Lovelace", False),
        ("A.-B. Lovelace", "Lovelace", False),
        ("Özge O’Brien-Weiß", "O’Brien-Weiß", False),
        ("María García López", "", False),
        ("Ludwig van Beispiel", "", False),
        ("Bob Example Jr", "", False),
        ("Bob Jr", "", False),
        ("LLM-Core Example", "", False),
        ("Example Team", "", True),
        ("Example AI", "", True),
        ("Ai Example", "Example", False),
        ("Example", "", True),
        ("Bob, Jr.", "", True),
        ("Bob and Alice", "", True),
        ("李明", "", True),
    ],
)
def test_a_name_is_parted_only_where_its_parts_are_known(
    author: str, family: str, *, collective: bool
) -> None:
    """One given and one family name, initials aside; what looks like a group is one."""
    name = name_of(author)
    assert (name.text, name.family, name.collective) == (author, family, collective)
    assert not family or f"{name.given} {name.family}" == author


def test_bibtex_has_one_field_a_line() -> None:
    """With metadata an entry has all that is known, in braces, and never when it was looked at."""
    paper = replace(one_paper("On 37% of $x_1$"), metadata=METADATA)
    assert bibtex(paper, SETTINGS) == (
        f"@misc{{{paper.slug},\n"
        "  title={{On 37\\% of $x_1$}},\n"
        "  author={Lovelace, Ada B. and {Example Team} and María García López and "
        "O’Brien-Weiß, Özge},\n"
        "  year={2022},\n"
        "  month=mar,\n"
        "  eprint={2203.11082},\n"
        "  archiveprefix={arXiv},\n"
        "  primaryclass={cs.CL},\n"
        "  doi={10.48550/arXiv.2203.11082},\n"
        f"  url={{https://lists.test/papers/papers/{paper.slug}/}},\n"
        "  howpublished={Listed on 14 March 2025 in Lists}\n"
        "}\n"
    )


def test_nothing_is_invented() -> None:
    """Without metadata nothing has an author, a date, or the year of the list as one."""
    paper = one_paper()
    said = csl(paper, SETTINGS)
    assert not said.keys() & {"author", "issued", "DOI", "number", "publisher"}
    tags = {line[:2] for line in ris(paper, SETTINGS).splitlines()}
    assert tags == {"TY", "ID", "TI", "AB", "UR", "N1", "ER"}
    assert "year" not in bibtex(paper, SETTINGS)
    assert "rft.date" not in coins(paper, SETTINGS)
    found = head(paper, read(record_of()).catalog, SETTINGS)
    assert not re.search("author|date|arxiv|doi", found)
    undated = replace(paper, metadata=replace(METADATA, first=None, doi="", authors=()))
    assert "issued" not in csl(undated, SETTINGS)
    assert not re.search("year|month|author|doi", bibtex(undated, SETTINGS))


def test_csl_is_cited_by_a_processor() -> None:
    """Every item comes out of a citation processor, with its title, and its authors' parts."""
    papers = hostile_archive().catalog.papers
    items = [csl(paper, HOSTILE_SETTINGS) for paper in papers]
    with warnings.catch_warnings():
        # It tells of each field that it has no use for.
        warnings.simplefilter("ignore")
        style = CitationStylesStyle("harvard-cite-them-right", validate=False)
        source = CiteProcJSON(json.loads(json.dumps(items)))
        shelf = CitationStylesBibliography(style, source, formatters.plain)
        for paper in papers:
            shelf.register(Citation([CitationItem(paper.slug)]))
        cited = [squeezed(str(entry)) for entry in shelf.bibliography()]
    assert len(cited) == len(papers)
    for paper, item, entry in zip(papers, items, cited, strict=True):
        assert item["title"] == title_line(paper)
        assert item["type"] == "article"
        assert letters(title_line(paper)) in letters(entry)


def letters(text: str) -> str:
    """Return the letters and digits of a text: a style may turn quotes and join blanks."""
    return re.sub(r"[\W_]", "", text)


def test_csl_has_the_parts_of_names() -> None:
    """An author's parts where they are known, else the name as people write it."""
    item = csl(replace(one_paper(), metadata=METADATA), SETTINGS)
    assert item["author"] == [
        {"family": "Lovelace", "given": "Ada B."},
        {"literal": "Example Team"},
        {"literal": "María García López"},
        {"family": "O’Brien-Weiß", "given": "Özge"},
    ]
    assert item["issued"] == {"date-parts": [[2022, 3, 7]]}


def test_coins_is_an_address_that_says_the_paper() -> None:
    """The element holds all that is known, percent-encoded, and nothing of it gets out."""
    for paper in hostile_archive().catalog.papers:
        (tag,) = hostile.Reading(coins(paper, HOSTILE_SETTINGS)).parts[:1]
        assert isinstance(tag, hostile.Tag)
        assert [name for name, _ in tag.attributes] == ["class", "title"]
        said = parse_qs(tag.get("title"), strict_parsing=True)
        assert said["rft.type"] == ["preprint"]
        assert said["rft.identifier"] == [permalink(paper, HOSTILE_SETTINGS)]
        assert said["rft.title"] == [title_line(paper)]
        authors = paper.metadata.authors if paper.metadata else ()
        assert len(said.get("rft.creator", ())) == sum(bool(name.strip()) for name in authors)


# What others read of a page


def page(head_of_it: str, body: str = "") -> str:
    """Return a page with this head."""
    return f"<!doctype html><html lang=en><head><title>x</title>{head_of_it}</head><body>{body}"


def metas(found: hostile.Reading) -> dict[str, list[str]]:
    """Return what the meta elements of a page say, by name."""
    said: dict[str, list[str]] = {}
    for tag in found.tags:
        if tag.name == "meta":
            for name in filter(None, (tag.get("name"), tag.get("property"))):
                said.setdefault(name, []).append(tag.get("content"))
    return said


ATTRIBUTES: dict[str, set[tuple[str, ...]]] = {
    "meta": {("content", "name"), ("content", "property"), ("content", "name", "property")},
    "link": {("href", "rel"), ("href", "rel", "type")},
    "script": {("type",)},
}
GRAPH = {f"og:{name}" for name in ("type", "title", "url", "image")}
"""What a link to a paper shows; the rest readers take from the page."""


def test_a_head_says_the_paper_and_lets_nothing_out() -> None:
    """Every value of every element is the paper's own; there is no element but those."""
    archive = hostile_archive()
    for paper in archive.catalog.papers:
        source = head(paper, archive.catalog, HOSTILE_SETTINGS)
        assert len(source.splitlines()) == 1
        found = hostile.Reading(source)
        assert not found.declarations
        for tag in found.tags:
            assert tuple(name for name, _ in tag.attributes) in ATTRIBUTES[tag.name]
        said = metas(found)
        metadata = paper.metadata
        authors = [name.text for name in names(metadata)]
        assert said["citation_title"] == said["og:title"] == [title_line(paper)]
        assert said["citation_abstract"] == [one_line(paper.text.abstract)]
        assert said["citation_public_url"] == said["og:url"] == [permalink(paper, HOSTILE_SETTINGS)]
        assert said.get("citation_author", []) == authors
        assert said["DC.type"] == ["preprint"]
        assert said["og:type"] == ["article"]
        assert {name for name in said if name.startswith("og:")} == GRAPH
        assert "author" not in said
        assert "robots" not in said
        (script,) = [text for text in found.parts if isinstance(text, str)]
        ld = json.loads(script)
        assert ld["headline"] == title_line(paper)
        assert [each["name"] for each in ld.get("author", ())] == authors
        assert ("datePublished" in ld) == (metadata is not None)
        assert one_line(paper.text.abstract) not in script
        assert source.count("</script>") == 1


def test_other_programs_read_a_head() -> None:
    """JSON-LD, Open Graph and Dublin Core come out of extruct as they went in."""
    archive = hostile_archive()
    for paper in archive.catalog.papers[:60]:
        found = extruct.extract(
            page(head(paper, archive.catalog, HOSTILE_SETTINGS)),
            base_url="https://lists.test/",
            syntaxes=["json-ld", "opengraph", "dublincore"],
        )
        (ld,) = found["json-ld"]
        assert ld["@type"] == "ScholarlyArticle"
        assert ld["headline"] == title_line(paper)
        (graph,) = found["opengraph"]
        assert dict(graph["properties"])["og:title"] == title_line(paper)
        types = [each.get("content") for each in found["dublincore"][0]["elements"]]
        assert "preprint" in types


def test_signposts_are_found() -> None:
    """A program that follows signposts finds what to cite, the record, the day and its papers.

    What to cite is the permalink, wherever the page was found; the rest stands beside the page.
    """
    archive = hostile_archive()
    paper, (day,) = archive.catalog.papers[0], archive.catalog.days
    paper_page, day_page = f"/{urls.paper(paper.slug)}", f"/{urls.day(day.date)}"
    sources = {
        paper_page: page(head(paper, archive.catalog, HOSTILE_SETTINGS)),
        day_page: page(head_of_day(day, HOSTILE_SETTINGS)),
    }
    with served(answering(sources)) as address:
        found = find_signposting_html(f"{address}{paper_page}")
        of_day = find_signposting_html(f"{address}{day_page}")
    assert found.citeAs
    assert found.citeAs.target == permalink(paper, SETTINGS)
    assert {str(each.target) for each in found.describedBy} == {
        f"{address}/data/papers/2025-03.jsonl.gz"
    }
    assert {str(each.target) for each in found.types} == {
        "https://schema.org/ScholarlyArticle",
        "https://schema.org/AboutPage",
    }
    assert found.collection
    assert found.collection.target == f"{address}/days/2025-03-14/"
    items = {str(each.target) for each in of_day.items}
    first = [f"{address}/{urls.paper(item.paper.slug)}" for item in day.items[:MOST_ITEMS]]
    assert items == set(first)
    assert {str(each.target) for each in of_day.describedBy} == {
        f"{address}/{urls.day_bib(day.date)}"
    }


def answering(sources: dict[str, str]) -> ThreadingHTTPServer:
    """Return a server on loopback that answers with these pages."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = sources[self.path].encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def test_a_head_survives_front_matter() -> None:
    """As a JSON string it is a line of YAML that reads the same, backslashes and all."""
    archive = hostile_archive()
    for paper in archive.catalog.papers:
        source = head(paper, archive.catalog, HOSTILE_SETTINGS)
        line = f"head: {json.dumps(source, ensure_ascii=False)}"
        assert yaml.safe_load(line) == {"head": source}


def test_a_picture_is_that_of_the_first_tag() -> None:
    """A preview shows the area's picture, that of the site where a paper has no tag."""
    catalog = hostile_archive().catalog
    tagged = next(paper for paper in catalog.papers if paper.tags)
    bare = replace(tagged, tags=())
    said = metas(hostile.Reading(head(tagged, catalog, SETTINGS)))
    assert said["og:image"] == [f"{SETTINGS.site_url}assets/cards/lists.png"]
    assert said["citation_keywords"] == [hostile.HOSTILE.tag[1]]
    said = metas(hostile.Reading(head(bare, catalog, SETTINGS)))
    assert said["og:image"] == [f"{SETTINGS.site_url}assets/cards/site.png"]
    assert "citation_keywords" not in said


def test_a_withdrawn_paper_says_so_everywhere() -> None:
    """Whoever cites it, or sees its link, is told."""
    catalog = read(record_of()).catalog
    paper = replace(one_paper(), status=Status.WITHDRAWN)
    assert "Withdrawn; listed on 14 March 2025" in bibtex(paper, SETTINGS)
    assert "Withdrawn; listed on 14 March 2025" in ris(paper, SETTINGS)
    assert csl(paper, SETTINGS)["note"] == "Withdrawn; listed on 14 March 2025 in Lists"
    assert "Withdrawn; listed on" in cite_box(paper, SETTINGS).sentence
    source = head(paper, catalog, SETTINGS)
    said = metas(hostile.Reading(source))
    assert said["og:title"] == ["Withdrawn: On reading lists"]
    assert said["citation_title"] == ["On reading lists"]
    assert '"creativeWorkStatus":"Withdrawn"' in source
    assert "robots" not in said


def test_a_removed_paper_leaves_no_words() -> None:
    """Its head keeps programs away, and says nothing else."""
    paper = replace(one_paper(), status=Status.REMOVED, metadata=METADATA)
    source = head(paper, read(record_of()).catalog, SETTINGS)
    assert source == '<meta name=robots content="noindex">'


def test_a_list_says_what_it_holds() -> None:
    """Days, tags and their months have a preview, and links to their papers and BibTeX."""
    catalog = hostile_archive().catalog
    tag = next(iter(catalog.tags.values()))
    papers = catalog.tagged[tag.key]
    for source, title, bib in (
        (head_of_day(catalog.days[0], HOSTILE_SETTINGS), "14 March 2025", "days/2025-03-14/"),
        (head_of_tag(tag, papers, HOSTILE_SETTINGS), tag.name, ""),
        (
            head_of_tag(tag, papers, HOSTILE_SETTINGS, "2025-03"),
            f"{tag.name}, March 2025",
            f"tags/{tag.key}/2025-03/",
        ),
    ):
        found = hostile.Reading(source)
        assert {each.name for each in found.tags} == {"meta", "link"}
        assert not found.text
        said = metas(found)
        assert said["og:title"] == [title]
        assert said["og:type"] == ["website"]
        links = [each for each in found.tags if each.name == "link"]
        files = [each.get("href") for each in links if each.get("rel") == "describedby"]
        assert files == (["papers.bib"] if bib else [])
        items = [each.get("href") for each in links if each.get("rel") == "item"]
        assert len(items) == min(MOST_ITEMS, len(papers)) or bib.startswith("days/")
    empty = head_of_tag(tag, (), HOSTILE_SETTINGS, "2025-03")
    assert "papers.bib" not in empty
    day = replace(catalog.days[0], items=())
    assert "papers.bib" not in head_of_day(day, HOSTILE_SETTINGS)
    (shown,) = metas(hostile.Reading(head_of_day(day, HOSTILE_SETTINGS)))["og:description"]
    assert shown == f"0 papers listed on 14 March 2025 in {SITE_NAME}"


# What stands on the page

FRAGMENT = (
    '<div class="db-cite"><p class="db-cite__sentence">{words} '
    '<a id="permalink" href="{permalink}">{permalink}</a></p>'
    '<pre class="db-cite__bibtex"><code>{bibtex}</code></pre>'
    '<p class="db-cite__report"><a href="{report}">'
    "Report an error on this page</a></p></div>"
)
"""As a paper's page has it."""


def fragment(box: CiteBox) -> str:
    """Return a page's part on citing."""
    return FRAGMENT.format(
        words=html.escape(box.words),
        permalink=html.escape(box.permalink),
        bibtex=preformatted(box.bibtex),
        report=html.escape(box.report),
    )


def test_a_page_shows_the_bibtex_as_it_is() -> None:
    """On one line of source, which a browser shows as the lines they are."""
    for paper in hostile_archive().catalog.papers:
        box = cite_box(paper, HOSTILE_SETTINGS)
        source = fragment(box)
        assert len(source.splitlines()) == 1
        found = hostile.Reading(source)
        assert [tag.name for tag in found.tags] == ["div", "p", "a", "pre", "code", "p", "a"]
        assert found.tags[-1].get("href") == box.report
        said, address, written, _ = [part for part in found.parts if isinstance(part, str)]
        sentence = said + address
        assert sentence == box.sentence
        assert written == box.bibtex
        assert sentence.endswith(f" {permalink(paper, HOSTILE_SETTINGS)}")


def test_markdown_leaves_them_alone() -> None:
    """What is finished HTML goes through Markdown as it is, the long way and the short one."""
    extensions = ["attr_list", "tables", "toc"]
    for paper in hostile_archive().catalog.papers:
        block = fragment(cite_box(paper, HOSTILE_SETTINGS))
        assert markdown(block, extensions=extensions) == block
        assert (to_html(block) or "").rstrip("\n") == block
        span = coins(paper, HOSTILE_SETTINGS)
        assert markdown(f"Words {span}", extensions=extensions) == f"<p>Words {span}</p>"


def test_a_sentence_cites() -> None:
    """Authors, title, year and number where they are known; then the listing and the address."""
    paper = one_paper("Why?")
    address = permalink(paper, SETTINGS)
    listing = "Listed on 14 March 2025 in Lists."
    assert cite_box(paper, SETTINGS).sentence == f"Why? {listing} {address}"
    known = replace(paper, metadata=METADATA)
    assert cite_box(known, SETTINGS).sentence == (
        "Ada B. Lovelace, Example Team, María García López, Özge O’Brien-Weiß. Why? 2022. "
        f"arXiv:2203.11082. {listing} {address}"
    )
    many = replace(paper, metadata=replace(METADATA, authors=("Ada Lovelace",) * 11))
    assert cite_box(many, SETTINGS).sentence.startswith(
        "Ada Lovelace, " * 9 + "Ada Lovelace et al. Why? 2022."
    )


@pytest.mark.parametrize(
    ("repo_url", "contact", "begins"),
    [
        ("https://github.com/a/b", "", "https://github.com/a/b/issues/new?title="),
        ("https://github.com/a/b.git", "x@y.test", "https://github.com/a/b/issues/new?title="),
        ("https://codeberg.org/a/b/", "", "https://codeberg.org/a/b/issues/new?title="),
        ("https://gitlab.com/a/b", "", "https://gitlab.com/a/b/-/issues/new?issue%5Btitle%5D="),
        ("https://gitlab.y.test/a/b", "", "https://gitlab.y.test/a/b/-/issues/new?issue"),
        ("https://example.org/a", "x@y.test", "mailto:x@y.test?subject="),
        ("javascript:alert(1)", "x@y.test", "mailto:x@y.test?subject="),
        ("", "x?cc=z@y.test", "mailto:x%3Fcc%3Dz@y.test?subject="),
        ("", "https://example.org/me", "https://example.org/me"),
        ("", "javascript:alert(1)", ""),
        ("", "", ""),
    ],
)
def test_an_error_can_be_reported(repo_url: str, contact: str, begins: str) -> None:
    """By an issue where the host takes one, else by a letter, else on a page, else not at all."""
    settings = replace(SETTINGS, repo_url=repo_url, contact=contact)
    for paper in hostile_archive().catalog.papers[:40]:
        report = cite_box(paper, settings).report
        assert report.startswith(begins)
        assert bool(report) == bool(begins)
        assert re.fullmatch(r"[!-~]*", report)
        if "=" in begins:
            said = [*parse_qs(urlsplit(report).query, strict_parsing=True).values()]
            assert len(said) == 2
            assert permalink(paper, settings) in said[1][0]


# Files


def files_of(catalog: Catalog, settings: Settings = SETTINGS) -> Iterator[Output]:
    """Yield the citation files, of which nothing is known from before."""
    return outputs(catalog, settings, Keys(), Pieces())


def test_files_hold_each_paper_where_it_belongs() -> None:
    """Of every day, tag's month and month, all papers but those withdrawn or removed."""
    lists = (list_of("Mar 14", *(f"Video {n}" for n in range(9))), list_of("Apr 2", "Video 1", "B"))
    record = record_of(*map(raw_dump, lists))
    record = replace(record, ledger=promised(record))
    ids = [paper.id for paper in read(record).catalog.papers]
    merges = json.dumps([{"withdrawn": ids[2], "note": "x"}, {"removed": ids[3], "note": "x"}])
    catalog = read(replace(record, merges=merges)).catalog
    made = {each.path: each.make().decode() for each in files_of(catalog)}
    march = [p for p in catalog.listed if p.listings[0].day.month == 3]
    assert sorted(made) == [
        "data/2025-03.bib",
        "data/2025-03.csl.json",
        "data/2025-04.bib",
        "data/2025-04.csl.json",
        "days/2025-03-14/papers.bib",
        "days/2025-04-02/papers.bib",
        "tags/video/2025-03/papers.bib",
    ]
    assert len(march) == 7
    by_title = sorted(march, key=lambda paper: paper.title)
    for path in ("data/2025-03.bib", "days/2025-03-14/papers.bib"):
        assert_bibtex_says(made[path], by_title, SETTINGS)
    assert len(parse_string(made["tags/video/2025-03/papers.bib"], "bibtex").entries) == 7
    assert len(parse_string(made["days/2025-04-02/papers.bib"], "bibtex").entries) == 2
    items = json.loads(made["data/2025-03.csl.json"])
    assert [item["id"] for item in items] == [paper.slug for paper in by_title]
    assert not any("abstract" in item for item in items)
    gone = {catalog.papers[2].slug, catalog.papers[3].slug}
    assert not any(slug in text for slug in gone for text in made.values())


def test_a_file_is_made_anew_where_it_would_differ() -> None:
    """Keys are by content, and nothing is made before it is asked for."""
    record = record_of(raw_dump(list_of("Mar 14", "Video 1", "Video 2")))
    catalog = read(record).catalog
    before = {each.path: each.key for each in files_of(catalog)}
    again = {each.path: each.key for each in files_of(read(record).catalog)}
    assert again == before
    renamed = replace(SETTINGS, site_name="Others")
    after = {each.path: each.key for each in files_of(catalog, renamed)}
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())


def test_every_real_paper_is_read_back(shared: Path) -> None:
    """What BibTeX, RIS and CSL-JSON say of the real lists is what the record says."""
    dumps = [raw_dump(path.read_bytes()) for path in sorted((shared / "dumps").glob("*.txt"))]
    papers = read(record_of(*dumps)).catalog.papers
    assert len(papers) == 307
    assert_bibtex_says(bib_file(papers, SETTINGS), papers, SETTINGS)
    assert_ris_says("".join(ris(paper, SETTINGS) for paper in papers), papers, SETTINGS)
    for paper in papers:
        item = json.loads(csl_line(paper, SETTINGS))
        assert (item["id"], item["title"]) == (paper.slug, title_line(paper))
        assert item["URL"] == permalink(paper, SETTINGS)


# In a browser

SITE = "https://lists.test/papers/"
POLICY = "default-src 'none'; script-src 'self'"
"""Nothing inline, nothing evaluated."""


@pytest.fixture
def browser_page(chromium: Browser) -> Iterator[Page]:
    """Open a page on a site of nothing but what `show` says, and the scripts."""
    with chromium.new_context() as context:
        context.set_default_timeout(20_000)
        yield context.new_page()


def show(page: Page, source: str) -> list[str]:
    """Show a page under the policy; return where what the policy forbids will be told."""
    told: list[str] = []

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.endswith(".js"):
            text = (SCRIPT.parent / Path(path).name).read_text(encoding="utf-8")
            route.fulfill(body=text, content_type="text/javascript")
        else:
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(body=source, content_type="text/html; charset=utf-8", headers=headers)

    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.route("**/*", answer)
    page.goto(SITE)
    return told


SAVED = """async ([address, sources]) => {
    const { files, readReference } = await import(address);
    return sources.map((source) => {
        const page = new DOMParser().parseFromString(source, "text/html");
        const bibtex = page.querySelector(".db-cite__bibtex").textContent;
        const found = files(bibtex, readReference(page, bibtex));
        return found.map(([name, type, text]) => [name, text()]);
    });
}"""


@pytest.mark.browser
@needs_chromium
def test_what_a_page_saves_is_what_the_archive_says(browser_page: Page) -> None:
    """BibTeX, RIS and CSL-JSON made from a page's own data are those made from the record."""
    catalog = hostile_archive().catalog
    parted = replace(one_paper(), metadata=METADATA)
    papers = (*catalog.papers, parted, replace(parted, status=Status.WITHDRAWN))
    sources = [
        page(head(paper, catalog, HOSTILE_SETTINGS), fragment(cite_box(paper, HOSTILE_SETTINGS)))
        for paper in papers
    ]
    told = show(browser_page, page(""))
    found = browser_page.evaluate(SAVED, [f"{SITE}cite.js", sources])
    assert not told
    assert len(found) == len(papers)
    for paper, saved in zip(papers, found, strict=True):
        item = json.dumps([csl(paper, HOSTILE_SETTINGS)], ensure_ascii=False, indent=2)
        assert dict(saved) == {
            f"{paper.slug}.bib": bibtex(paper, HOSTILE_SETTINGS),
            f"{paper.slug}.ris": ris(paper, HOSTILE_SETTINGS),
            f"{paper.slug}.csl.json": f"{item}\n",
        }


@pytest.mark.browser
@needs_chromium
def test_buttons_copy_and_save(browser_page: Page) -> None:
    """Under a strict policy each button does what it says, and says what it did."""
    paper = replace(one_paper("On $x^2$ & <b>lists</b>"), metadata=METADATA)
    head_of_it = head(paper, read(record_of()).catalog, SETTINGS)
    script = '<script type="module" src="cite.js"></script>'
    told = show(browser_page, page(head_of_it + script, fragment(cite_box(paper, SETTINGS))))
    browser_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    status = browser_page.get_by_role("status")
    for label, text in (
        ("Copy BibTeX", bibtex(paper, SETTINGS)),
        ("Copy permalink", permalink(paper, SETTINGS)),
    ):
        browser_page.get_by_role("button", name=label).click()
        browser_page.get_by_role("button", name="Copied").wait_for()
        assert status.text_content() == f"{label}: Copied"
        assert browser_page.evaluate("navigator.clipboard.readText()") == text
        browser_page.get_by_role("button", name=label).wait_for()
    for label, name, text in (
        ("Save BibTeX", f"{paper.slug}.bib", bibtex(paper, SETTINGS)),
        ("Save RIS", f"{paper.slug}.ris", ris(paper, SETTINGS)),
    ):
        with browser_page.expect_download() as saving:
            browser_page.get_by_role("button", name=label).click()
        assert saving.value.suggested_filename == name
        assert saving.value.path().read_bytes().decode() == text
        assert status.text_content() == f"{label}: Saved"
    with browser_page.expect_download() as saving:
        browser_page.get_by_role("button", name="Save CSL-JSON").click()
    assert json.loads(saving.value.path().read_bytes()) == [csl(paper, SETTINGS)]
    assert not told


@pytest.mark.browser
@needs_chromium
def test_what_cannot_be_copied_is_selected(browser_page: Page) -> None:
    """Where a page may not write, one key copies; a page that says no data saves less."""
    paper = one_paper()
    script = '<script type="module" src="cite.js"></script>'
    told = show(browser_page, page(script, fragment(cite_box(paper, SETTINGS))))
    browser_page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    browser_page.get_by_role("button", name="Copy BibTeX").click()
    browser_page.get_by_role("button", name="Selected").wait_for()
    selected = browser_page.evaluate("getSelection().toString()")
    assert selected == bibtex(paper, SETTINGS).rstrip()
    labels = browser_page.get_by_role("button").all_text_contents()
    assert labels == ["Selected", "Save BibTeX"]
    assert not told
