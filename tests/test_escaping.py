"""Text from strangers stays text, wherever it lands."""

import html
import json
import re
import unicodedata
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import markdown as python_markdown
import pytest
import yaml
from hostile import (
    HOSTILE,
    PAYLOADS,
    SITE_URL,
    Built,
    Reading,
    Tag,
    folded,
    hostile_archive,
    html_of,
    plain_archive,
    title_of,
)
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mkdocs.utils.meta import get_data

from generator import urls
from generator.cite import cite_box
from generator.cleaning import clean, clean_title, plain
from generator.exports import export
from generator.files import ENGINE, read_record
from generator.links import find_addresses
from generator.model import Paper, Status, TagHit
from generator.pages import (
    LONGEST_MARKDOWN,
    against,
    environment,
    evidence,
    html_parts,
    label,
    mended,
    paragraph,
    rich,
    words,
)
from generator.references import named
from generator.text import (
    attribute,
    front,
    html_in_markdown,
    markdown,
    quoted,
    visible,
    web_address,
)

MARKS = "<>&\"'`*_{}[]()~|\\:@=!#+^$%-.?;,/ \t\n0123456789abwxBWX\x00\x02\x03\x1b\u2028\u202e\ufffe"
TEXTS = st.lists(
    st.sampled_from(PAYLOADS) | st.text(MARKS, max_size=20) | st.text(max_size=8), max_size=4
).map("".join)
SOME = settings(max_examples=100, deadline=None)
FEW = settings(max_examples=40, deadline=None)

JUDGE = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
MATHML = re.compile(
    "math|menclose|mfrac|mi|mn|mo|mover|mpadded|mphantom|mroot|mrow|mspace|msqrt|mstyle|msub|msubsup"
    "|msup|mtable|mtd|mtext|mtr|munder|munderover"
)
MATHML_ATTRIBUTES = re.compile(
    "accent|alttext|columnalign|displaystyle|form|height|linethickness|lspace|mathvariant|maxsize"
    "|minsize|notation|rspace|scriptlevel|stretchy|width"
)
JSON_LD = "application/ld+json"
INSTALLED = (
    "abbr",
    "admonition",
    "attr_list",
    "codehilite",
    "def_list",
    "fenced_code",
    "footnotes",
    "legacy_attrs",
    "legacy_em",
    "md_in_html",
    "nl2br",
    "sane_lists",
    "tables",
    "toc",
    "wikilinks",
    "pymdownx.betterem",
    "pymdownx.caret",
    "pymdownx.critic",
    "pymdownx.details",
    "pymdownx.escapeall",
    "pymdownx.extra",
    "pymdownx.highlight",
    "pymdownx.inlinehilite",
    "pymdownx.magiclink",
    "pymdownx.mark",
    "pymdownx.progressbar",
    "pymdownx.saneheaders",
    "pymdownx.superfences",
    "pymdownx.tabbed",
    "pymdownx.tasklist",
    "pymdownx.tilde",
)
"""What an archive may switch on without a word of a paper becoming markup."""


@cache
def converter(*, everything: bool) -> python_markdown.Markdown:
    """Return Python-Markdown as MkDocs sets it up for an archive, or with all that there is."""
    own = yaml.safe_load((ENGINE / "data/mkdocs.yml").read_text(encoding="utf-8"))
    extensions = ["toc", "tables", "fenced_code"]
    configs: dict[str, dict[str, object]] = {}
    for each in own["markdown_extensions"]:
        name, config = each if isinstance(each, tuple) else (each, {})
        if isinstance(each, dict):
            ((name, config),) = each.items()
        extensions.append(name)
        configs[name] = config
    return python_markdown.Markdown(
        extensions=INSTALLED if everything else extensions,
        extension_configs={} if everything else configs,
    )


def converted(source: str, *, everything: bool = False) -> Reading:
    """Return what Python-Markdown makes of a page's Markdown, as a browser reads it."""
    return Reading(converter(everything=everything).reset().convert(source))


def with_text(shape: list[Tag | str], text: str) -> list[Tag | str]:
    """Return the shape that a page with `WORD` has, with another text in its place."""
    return [
        part.replace("WORD", text)
        if isinstance(part, str)
        else Tag(part.name, tuple((k, v.replace("WORD", text)) for k, v in part.attributes))
        for part in shape
    ]


# --- one line of Markdown


def judged(source: str) -> Iterator[str]:
    """Yield the texts that markdown-it-py finds; fail where it finds anything else."""
    for token in JUDGE.parse(source):
        assert token.type in {"paragraph_open", "inline", "paragraph_close"}, token
        for child in token.children or ():
            assert child.type in {"text", "text_special"}, child
            yield child.content


@SOME
@given(TEXTS)
def test_markdown_shows_exactly_its_text_by_the_judge(text: str) -> None:
    """markdown-it-py finds one paragraph of text, and the text is what went in."""
    assert "".join(judged(markdown(text))) == folded(text)


def test_no_payload_is_markup_to_the_judge() -> None:
    """Each payload comes back from markdown-it-py as it went in."""
    for payload in PAYLOADS:
        assert "".join(judged(markdown(payload))) == folded(payload)


@pytest.mark.parametrize("extensions", ["ours", "everything"])
@pytest.mark.parametrize(
    "place",
    [
        "{}",
        "Before {} behind.",
        "# {} {{ #title }}",
        "## [{}](../x/) {{ #x }}",
        "- [{}](../x/)",
        "- a\n\n    {}",
        "**{}**",
        '[x](../x/ "Because of: {}") · [y](../y/)',
        "[{0}](https://example.org/), {0}",
    ],
)
@FEW
@given(text=TEXTS)
def test_markdown_is_inert_in_every_place_of_a_page(place: str, extensions: str, text: str) -> None:
    """Python-Markdown makes of a text what it makes of a plain word: nothing."""
    everything = extensions == "everything"
    shown = folded(text)
    assume(shown)
    plain = converted(place.format("WORD"), everything=everything).shape
    found = converted(place.format(markdown(text)), everything=everything).shape
    assert found == with_text(plain, shown)


def test_payloads_are_inert_in_every_place_at_once() -> None:
    """A page of all payloads, as headings, links, titles of links and paragraphs, is inert."""
    place = '# {0} {{ #title }}\n\n- [{0}](../x/)\n- [x](../x/ "For: {0}")\n\n{0}\n\n'
    for everything in (False, True):
        plain = converted(place.format("WORD"), everything=everything).shape
        for payload in PAYLOADS:
            found = converted(place.format(markdown(payload)), everything=everything).shape
            assert found == with_text(plain, folded(payload)), payload


# --- cleaned text: formulas are set, links live


def no_blanks(shape: list[Tag | str]) -> list[Tag | str]:
    """Return a shape whose texts have no blanks: they may move to the other side of a tag."""
    texts = ("".join(part.split()) if isinstance(part, str) else part for part in shape)
    return [part for part in texts if part]


def html_paragraph(cleaned: str) -> str:
    """Return a cleaned text as the paragraph that it would be, were it endless."""
    return f"<p>{''.join(html_parts(cleaned))}</p>"


def assert_rich(text: str) -> None:
    """A cleaned text shows its words, formulas and links, and nothing else."""
    for cleaned in (clean_title(text), clean(text).replace("\n", " ")):
        for live, shown in ((True, rich(cleaned)), (False, label(cleaned))):
            wanted = no_blanks(Reading(html_of(cleaned, live=live)).shape)
            if not wanted or (not live and named(cleaned) != cleaned):
                continue
            found = no_blanks(converted(f"{shown}\n").shape)
            assert found == [Tag("p", ()), *wanted, Tag("/p", ())]
            assert no_blanks(converted(html_paragraph(cleaned)).shape)[1:-1] == no_blanks(
                Reading(html_of(cleaned, live=True)).shape
            )
        heading = no_blanks(converted(f"## [{label(cleaned)}](../x/) {{ #x }}").shape)
        assert heading[:2] == [Tag("h2", (("id", "x"),)), Tag("a", (("href", "../x/"),))]
        linked = html_of(cleaned, live=False) if named(cleaned) == cleaned else "Untitled"
        assert heading[2:-2] == no_blanks(Reading(linked).shape)


def test_no_payload_is_markup_once_it_is_cleaned() -> None:
    """Formulas and links of a payload are set as they are without Markdown, and nothing else."""
    for payload in PAYLOADS:
        assert_rich(payload)


FORMULAS = st.text(r"[](){}<>&*_`'\"!|~:;.,$^=-+ab01 \\", max_size=16)


@SOME
@given(st.lists(TEXTS | FORMULAS.map(r"$\text{{{}}}$".format) | FORMULAS.map("${}$".format)))
@example([r"$\text{[click](javascript:window.pwned=1)}$"])
@example(["$a*b*c$ and $[0, 1)$"])
@example(["$=$"])
@example(["$}1$. a number that is no list"])
def test_cleaned_text_is_inert_but_for_formulas_and_links(parts: list[str]) -> None:
    """Whatever stands in a formula or beside it, Python-Markdown leaves it as it is."""
    assert_rich(" ".join(parts))


def test_a_title_of_which_nothing_is_seen_has_a_name() -> None:
    """A list links every paper by words that can be seen."""
    for title in ("${}$", "\u2061\u2063", "$\\,$", " ", "\u00ad"):
        assert label(title) == named(title) == words(title) == "Untitled"
    for title in ("!", "$}1$", "$x$", "\u0301"):
        assert named(title) == title
        assert label(title) != "Untitled"


def test_an_endless_paragraph_is_passed_on_as_html() -> None:
    """Python-Markdown is spared what would take it minutes; the reader sees the same."""
    for marks in ("<[x](y) ", "$\\text{*}$ ", "https://a.example/ "):
        cleaned = clean(marks * (LONGEST_MARKDOWN // len(marks)))
        endless = paragraph(cleaned)
        assert endless.startswith("<p>")
        assert converted(endless).shape == Reading(f"<p>{html_of(cleaned, live=True)}</p>").shape
        assert paragraph(cleaned[:99]) == rich(cleaned[:99])


@SOME
@given(TEXTS, TEXTS)
def test_html_reads_the_same_through_markdown(value: str, text: str) -> None:
    """Inline HTML of our own comes out of Python-Markdown as it went in."""
    source = f'<span class="x{attribute(value)}"><b>{html.escape(folded(text))}</b></span>'
    found = converted(f"Before {html_in_markdown(source)} behind").shape
    assert found == Reading(f"<p>Before {source} behind</p>").shape


# --- front matter


def test_front_matter_holds_any_payload() -> None:
    """A payload survives YAML, and HTML after that, in both of YAML's readers and in MkDocs's."""
    for payload in PAYLOADS:
        assert_front(payload)


@SOME
@given(TEXTS)
def test_front_matter_holds_any_text(text: str) -> None:
    """So does whatever text there is."""
    assert_front(text)


def assert_front(text: str) -> None:
    """A text in front matter is one string, which in HTML is the text that went in."""
    line = front(text)
    source = f"---\ntitle: {line}\nkind: paper\n---\nbody\n"
    body, meta = get_data(source)
    assert body.strip() == "body"
    assert meta == {"title": yaml.safe_load(line), "kind": "paper"}
    shown = meta["title"]
    assert isinstance(shown, str)
    assert "{" not in shown
    assert "<" not in shown
    page = Reading(f'<title>{shown}</title><meta name="x" content="{shown}"><b>{shown}</b>')
    text = folded(text)
    assert [tag.name for tag in page.tags] == ["title", "meta", "b"]
    assert page.tags[1].get("content") == text
    # What a browser takes for the title ends at the first `</title`: there is none in it.
    assert html.unescape(shown) == text
    assert list(page.within("b")) == [text]


# --- attributes, addresses, terminals


@SOME
@given(TEXTS)
def test_an_attribute_ends_where_it_should(text: str) -> None:
    """Text in an attribute, or in an element, is that text and no markup."""
    page = Reading(f'<a title="{attribute(text)}">{attribute(text)}</a>')
    assert [tag.name for tag in page.tags] == ["a"]
    assert page.tags[0].get("title") == folded(text)
    assert page.text == folded(text)


ADDRESSES = st.builds(
    "{}{}{}".format,
    st.sampled_from(
        ["http://", "https://", "HTTPS://", "\x01https://", "https:", "javascript:", "//", "\\", ""]
    ),
    st.sampled_from(["example.org", "[::1]", "a@b", "example.org:99999", "exam／ple", "ü.de", ""]),
    st.text("/?#[]@!$&'()*+,;=:%\"<>\\^`{|}~_- ab\x00\n\u2028ü日", max_size=20),
)


@SOME
@given(ADDRESSES | TEXTS)
def test_an_address_is_of_the_web_or_nothing(url: str) -> None:
    """A link's address begins with http:// or https:// and can end no attribute, link or line."""
    address = web_address(url)
    if not address:
        return
    assert re.match(r"(?i)https?://[^\s\"'<>()\[\]\\`{}|^*]", address)
    assert not re.search(r"[\s\"<>()\[\]\\`{}|^*\x00-\x20]", address)
    assert urlsplit(html.unescape(address)).hostname
    for source in (f"[x]({address})", f'- [x]({address}), [x]({address} "y")'):
        links = [tag.get("href") for tag in converted(source).tags if tag.name == "a"]
        assert set(links) == {html.unescape(address)}
        assert len(links) == source.count("[x]")


def test_every_link_found_in_a_payload_has_an_address() -> None:
    """What is found as a link can be linked; so no page has a link that leads nowhere."""
    found = [address.url for payload in PAYLOADS for address in find_addresses(payload)]
    assert len(found) > 20
    assert [url for url in found if not web_address(url)] == []


def test_a_message_moves_no_cursor() -> None:
    """A payload in a message is one line without controls or marks that turn its direction."""
    for payload in PAYLOADS:
        message = quoted(payload)
        assert not {unicodedata.category(char) for char in message} & {"Cc", "Cs", "Zl", "Zp"}
        assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(message)
        assert len(message) <= 62


# --- evidence: the title of a tag's link


def test_evidence_is_the_title_of_its_link() -> None:
    """The words that earned a tag are shown, and end neither the title nor the link."""
    for payload in PAYLOADS:
        paper = paper_with(payload)
        page = converted(f"[Video](../../tags/video/ {evidence(paper, 'video')}) · [Other](../x/)")
        assert [tag.name for tag in page.tags] == ["p", "a", "a"]
        assert page.tags[1].get("title") == folded(f"Because of: {payload}")
        assert page.tags[1].get("href") == "../../tags/video/"


def paper_with(words_of_it: str) -> Paper:
    """Return a paper that carries a tag because of these words."""
    hit = TagHit("video", 1.0, (words_of_it,))
    return Paper(
        id="0" * 12 + "-1",  # type: ignore[arg-type]  # an id like any other
        slug="x",  # type: ignore[arg-type]
        status=Status.LISTED,
        note="",
        title="x",
        title_raw="x",
        variants=(),
        texts=(),
        shown=0,
        listings=(),
        tags=(hit,),
    )


# --- the stub at an old address


def test_a_stub_leads_where_it_should() -> None:
    """A stub's address and words are text like any other, and its only script is our own."""
    here, target = urls.Address("papers/old/"), urls.Address("papers/new/")
    for payload in PAYLOADS:
        canonical = f"https://example.org/{payload}"
        values = {"target": target, "canonical": canonical, "here": here, "said": payload}
        page = Reading(environment().get_template("redirect.html.jinja").render(values))
        names = " ".join(tag.name for tag in page.tags)
        assert names == "html head meta meta title meta link script meta body p a"
        assert page.tags[6].get("href") == folded(canonical)
        assert list(page.within("a")) == [folded(canonical)]


# --- a whole site of payloads


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A site of which every text is hostile."""
    return hostile_archive(tmp_path_factory.getbasetemp() / "hostile")


@pytest.fixture(scope="module")
def pages(built: Built) -> dict[str, Reading]:
    """Every HTML page of the hostile site, taken apart, by its file's name."""
    return read_pages(built.site)


@pytest.fixture(scope="module")
def plain_pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reading]:
    """The same for a site of plain words that has every kind of page."""
    return read_pages(plain_archive(tmp_path_factory.mktemp("plain") / "archive").site)


def read_pages(site: Path) -> dict[str, Reading]:
    """Return every HTML page of a site, taken apart, by its file's name."""
    return {
        path.relative_to(site).as_posix(): Reading(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
    }


def shown_papers(built: Built) -> list[Paper]:
    """Return the papers whose words are on the site."""
    return [p for p in built.archive.catalog.papers if p.status is not Status.REMOVED]


def test_no_payload_stops_the_build(built: Built) -> None:
    """The site is built, and every paper has a page."""
    assert built.status == 0
    for paper in built.archive.catalog.papers:
        assert (built.site / urls.html_file(urls.paper(paper.slug))).is_file()
    assert len(built.archive.catalog.papers) > len(PAYLOADS)


def kinds(pages: dict[str, Reading]) -> set[tuple[str, str]]:
    """Return each pair of an element and one of its attributes that occurs on any page."""
    return {
        (tag.name, name)
        for page in pages.values()
        for tag in page.tags
        for name in ("", *(name for name, _ in tag.attributes))
        if not MATHML.fullmatch(tag.name)
    }


def test_no_page_has_an_element_or_attribute_of_a_payload(
    pages: dict[str, Reading], plain_pages: dict[str, Reading]
) -> None:
    """Beyond formulas, the hostile site has the elements and attributes of a plain one."""
    assert kinds(pages) - kinds(plain_pages) == set()
    handlers = {name for _, name in kinds(pages) if name.startswith("on")}
    assert handlers == set()


def test_formulas_have_elements_and_attributes_of_formulas(pages: dict[str, Reading]) -> None:
    """No attribute on a formula leads anywhere, styles anything or runs."""
    found = {
        name
        for page in pages.values()
        for tag in page.tags
        if MATHML.fullmatch(tag.name)
        for name, _ in tag.attributes
    }
    assert found
    assert {name for name in found if not MATHML_ATTRIBUTES.fullmatch(name)} == set()


def test_scripts_are_those_of_the_theme(
    pages: dict[str, Reading], plain_pages: dict[str, Reading]
) -> None:
    """Every script of the hostile site stands on a plain site too, letter for letter.

    JSON-LD is none: a browser does not run it, and `test_data_in_a_page_is_data` reads it.
    """

    def scripts(found: dict[str, Reading], name: str) -> set[str]:
        return {
            text
            for page in found.values()
            for type_ in {tag.get("type") for tag in page.tags if tag.name == name} - {JSON_LD}
            for text in page.within(name, type=type_)
        }

    own = re.compile(r"location\.replace\(\"[./a-z0-9-]*\" \+ location\.search \+ location\.hash\)")
    fresh = scripts(pages, "script") - scripts(plain_pages, "script")
    assert {script for script in fresh if not own.fullmatch(script)} == set()
    assert scripts(pages, "style") <= scripts(plain_pages, "style")


def test_data_in_a_page_is_data(
    built: Built, pages: dict[str, Reading], plain_pages: dict[str, Reading]
) -> None:
    """JSON-LD stands on papers' pages alone, says their titles, and has no fields of a payload."""

    def data(page: Reading) -> list[dict[str, str]]:
        return [json.loads(text) for text in page.within("script", type=JSON_LD)]

    known = {key for page in plain_pages.values() for each in data(page) for key in each}
    said = {
        urls.html_file(urls.paper(paper.slug)): [folded(words(paper.title))]
        for paper in shown_papers(built)
    }
    for name, page in pages.items():
        found = data(page)
        assert [each["headline"] for each in found] == said.get(name, [])
        assert {key for each in found for key in each} <= known


def test_a_head_says_its_paper_in_attributes(built: Built, pages: dict[str, Reading]) -> None:
    """What reference managers and previews read is the paper's text, and no element of its own."""
    for paper in shown_papers(built):
        page = pages[urls.html_file(urls.paper(paper.slug))]
        metas = {
            name: tag.get("content")
            for tag in page.tags
            if tag.name == "meta"
            for name in (tag.get("name"), tag.get("property"))
        }
        assert metas["citation_title"] == folded(words(paper.title))
        assert metas["og:title"].removeprefix("Withdrawn: ") == metas["citation_title"]
        assert metas["citation_abstract"] == folded(plain(paper.text.abstract))


def test_citing_is_shown_as_text(built: Built, pages: dict[str, Reading]) -> None:
    """The sentence and the BibTeX on a paper's page are what the archive cites it by."""
    settings = read_record(built.root).settings
    for paper in shown_papers(built):
        page = pages[urls.html_file(urls.paper(paper.slug))]
        said = cite_box(paper, settings)
        assert list(page.within("p", class_="db-cite__sentence")) == [said.sentence]
        assert list(page.within("pre", class_="db-cite__bibtex")) == [folded(said.bibtex)]


def test_no_comment_or_declaration_of_a_payload(
    pages: dict[str, Reading], plain_pages: dict[str, Reading]
) -> None:
    """Nothing of a payload is a comment, a declaration or a processing instruction."""
    known = {text for page in plain_pages.values() for text in page.declarations}
    assert {text for page in pages.values() for text in page.declarations} <= known


def test_every_link_is_of_the_web_or_of_the_site(built: Built, pages: dict[str, Reading]) -> None:
    """Links lead to http(s), or to files of the site; images and forms lead nowhere else."""
    for name, page in pages.items():
        for tag in page.tags:
            for key in {"href", "src", "action", "poster", "data"} & dict(tag.attributes).keys():
                parts = urlsplit(tag.get(key))
                assert parts.scheme in {"", "http", "https"}, (name, tag)
                if not parts.scheme and parts.path and name != "404.html":
                    file = (built.site / name).parent / parts.path
                    assert file.exists(), (name, tag)


def test_no_two_elements_have_one_id(pages: dict[str, Reading]) -> None:
    """A payload can take no id that is another's."""
    for name, page in pages.items():
        ids = [tag.get("id") for tag in page.tags if tag.get("id")]
        # The theme's own logo stands on a page twice.
        assert len(ids) == len(set(ids)), name


def test_a_page_says_its_title_everywhere(built: Built, pages: dict[str, Reading]) -> None:
    """The title in the head and in the heading is the paper's."""
    for paper in built.archive.catalog.papers:
        page = pages[urls.html_file(urls.paper(paper.slug))]
        said = folded(words(paper.title))
        assert next(page.within("title")) == f"{said} · Some papers".strip()
        headings = list(page.within("h1", id="title"))
        assert len(headings) == 1
        assert "".join(headings[0].split()) == title_of(paper.title)


def test_a_page_describes_itself_in_one_attribute(built: Built, pages: dict[str, Reading]) -> None:
    """The description of a page is the beginning of its abstract, as text."""
    for paper in shown_papers(built):
        page = pages[urls.html_file(urls.paper(paper.slug))]
        (said,) = (tag.get("content") for tag in page.tags if tag.get("name") == "description")
        cut = said.removesuffix("…")
        assert cut
        assert folded(words(paper.text.abstract)).startswith(cut)


def test_what_was_mended_is_shown_as_it_stood(built: Built, pages: dict[str, Reading]) -> None:
    """The dump's words stand on the page where they differ from what is shown, and as text."""
    seen = whole = 0
    for paper in shown_papers(built):
        page = pages[urls.html_file(urls.paper(paper.slug))]
        changes = mended(paper)
        other = [against(text, paper) or () for text, _ in paper.other_texts]
        woven = [(run.went, run.came) for parts in other for part in parts for run in part]
        apart = (*woven, *changes)
        assert list(page.within("del")) == [folded(went) for went, _ in apart if went]
        assert list(page.within("ins")) == [folded(came) for _, came in apart if came]
        raw = list(page.within("details", class_="db-raw"))
        said = " ".join(text for change in changes for text in change)
        shown = [f"Mended in the text of the dump {folded(said)}"] if changes else []
        assert ["".join(text.split()) for text in raw] == ["".join(text.split()) for text in shown]
        there, place = " ".join(f"{paper.title_raw} {paper.abstract_raw}".split()), 0
        for went, _ in changes:
            place = there.index(" ".join(went.split()), place)
        seen += bool(changes)
        whole += (paper.abstract_raw, "") in changes
    assert seen > len(PAYLOADS) / 4
    assert whole, "an abstract too long to be compared stands there as a whole"


def test_searches_elsewhere_ask_for_the_title(built: Built, pages: dict[str, Reading]) -> None:
    """The links to other search engines carry the title, and nothing that it adds."""
    for paper in shown_papers(built):
        page = pages[urls.html_file(urls.paper(paper.slug))]
        asked = {
            value
            for tag in page.tags
            if "search" in urlsplit(tag.get("href")).path and tag.get("href").startswith("https:")
            for key, (value,) in parse_qs(urlsplit(tag.get("href")).query).items()
            if key == "query"
        }
        said = visible(words(paper.title))
        assert asked == ({said} if said else set()) or said in asked


def test_decisions_are_shown_as_text(built: Built, pages: dict[str, Reading]) -> None:
    """Notes and new titles of merges.yml are inert, though humans of the archive write them."""
    noted = [p for p in built.archive.catalog.papers if p.status is not Status.LISTED]
    assert {paper.status for paper in noted} == {Status.WITHDRAWN, Status.REMOVED}
    for paper in noted:
        assert folded(HOSTILE.note) in pages[urls.html_file(urls.paper(paper.slug))].text
    (renamed,) = (p for p in built.archive.catalog.papers if p.title == clean_title(HOSTILE.title))
    page = pages[urls.html_file(urls.paper(renamed.slug))]
    assert list(page.within("h1", id="title")) == [words(clean_title(HOSTILE.title))]


def test_names_of_dumps_are_shown_as_text(built: Built, pages: dict[str, Reading]) -> None:
    """A day names its dumps; a file's name is text from a stranger, too."""
    for day in built.archive.catalog.days:
        page = pages[urls.html_file(urls.day(day.date))]
        for source in day.sources:
            assert folded(source.name) in page.text


def test_a_stone_shows_its_title_as_text(built: Built, pages: dict[str, Reading]) -> None:
    """What the ledger remembers of a paper that is gone is text from a stranger."""
    assert built.archive.catalog.stones
    for stone in built.archive.catalog.stones:
        page = pages[urls.html_file(urls.paper(stone.slug))]
        assert list(page.within("h1", id="title")) == [folded(stone.title)]
        assert next(page.within("title")) == f"{folded(stone.title)} · Some papers"
        assert folded(stone.title) in list(pages["papers/index.html"].within("a"))


def test_lists_link_every_title_as_a_whole(built: Built, pages: dict[str, Reading]) -> None:
    """On a day's page each title is one link to its paper, whatever brackets it has."""
    for day in built.archive.catalog.days:
        page = pages[urls.html_file(urls.day(day.date))]
        for item in day.items:
            here = "".join(next(page.within("h2", id=item.paper.slug)).split())
            link = f"../../papers/{item.paper.slug}/"
            linked = "".join(next(page.within("a", href=link)).split())
            assert here == linked == title_of(item.paper.title)
        coins = [parse_qs(tag.get("title")) for tag in page.tags if tag.get("class") == "Z3988"]
        titles = [folded(words(item.paper.title)) for item in day.items]
        assert [query["rft.title"] for query in coins] == [[title] for title in titles]


def test_tags_are_shown_as_text(built: Built, pages: dict[str, Reading]) -> None:
    """A vocabulary's names and notes, and the words that earned a tag, are inert."""
    (area,) = built.archive.catalog.areas
    tag = built.archive.catalog.tags["reading"]
    page = pages["tags/reading/index.html"]
    assert list(page.within("h1", id="title")) == [folded(tag.name)]
    assert folded(tag.note) in page.text
    assert list(pages["areas/lists/index.html"].within("h1", id="title")) == [folded(area.name)]
    assert list(pages["feeds/index.html"].within("h3", id="by-lists")) == [folded(area.name)]
    assert folded(tag.name) in list(pages["feeds/index.html"].within("a", href="../tags/reading/"))
    tagged = built.archive.catalog.tagged["reading"]
    assert len(tagged) > 50
    for paper in tagged:
        page = pages[urls.html_file(urls.paper(paper.slug))]
        (hit,) = paper.tags
        titles = [x.get("title") for x in page.tags if x.get("href") == "../../tags/reading/"]
        (said,) = titles
        once = {word.casefold() for word in hit.evidence}
        assert {word.casefold() for word in said.removeprefix("Because of: ").split(", ")} == once
        assert tag.name in list(page.within("a", href="../../tags/reading/"))


def test_stubs_at_old_addresses_stand(built: Built, pages: dict[str, Reading]) -> None:
    """The merged paper's old address leads to the one that answers."""
    assert built.archive.catalog.redirects
    for old, new in built.archive.catalog.redirects.items():
        page = pages[urls.html_file(old)]
        links = {tag.get("href") for tag in page.tags if tag.name == "a"}
        assert links == {urls.relative(new, old)}


# --- what is not HTML


def strings(value: object) -> Iterator[str]:
    """Yield all strings in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, dict):
        yield from strings([*value.keys(), *value.values()])


def test_the_search_has_every_title_as_text(built: Built) -> None:
    """The search's files are JSON of text, for an element that takes it as text nodes only."""
    folder = built.site / "search"
    packed = sorted(folder.rglob("*.bin"))
    assert packed
    files = [path.read_bytes() for path in folder.rglob("*.json")]
    files += [zlib.decompress(path.read_bytes()) for path in packed]
    said = {text for content in files for text in strings(json.loads(content))}
    for paper in built.archive.catalog.listed:
        assert " ".join(plain(paper.title).split()) in said
    scripts = sorted((built.site / "assets/javascripts").glob("search*.js"))
    assert scripts
    for path in scripts:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"(?:inner|outer|Adjacent)HTML|document\.write|\beval\(", source)


def test_the_sitemap_names_pages_of_the_site(built: Built) -> None:
    """The sitemap is XML of addresses of this site."""
    text = (built.site / "sitemap.xml").read_text(encoding="utf-8")
    locations = re.findall(r"<loc>([^<]*)</loc>", text)
    bare = re.sub(r"<loc>[^<]*</loc>(<lastmod>[\d-]{10}</lastmod>)?", "", text)
    assert len(locations) > len(PAYLOADS)
    assert all(re.fullmatch(re.escape(SITE_URL) + r"[a-z0-9/-]*", url) for url in locations)
    assert set(re.findall(r"<[^>]*>", bare)) == {
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        "<url>",
        "</url>",
        "</urlset>",
    }


def test_the_export_is_a_line_of_json_a_paper(built: Built) -> None:
    """Every payload comes back from the export as it stood in its dump."""
    record = read_record(built.root)
    lines = list(export(built.archive.catalog, record.settings))
    assert len(lines) == len(built.archive.catalog.papers)
    for line, paper in zip(lines, built.archive.catalog.papers, strict=True):
        assert "\n" not in line
        assert line.encode().decode() == line
        fields = json.loads(line)
        if paper.status is not Status.REMOVED:
            assert fields.get("title_raw", fields["title"]) == paper.title_raw
            assert fields["variants"][paper.shown]["abstract_raw"] == paper.abstract_raw


def test_the_site_holds_no_character_that_no_page_may(built: Built) -> None:
    """No file of the site holds a control, or a mark that turns the direction of what follows."""
    odd = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
    for path in built.site.rglob("*.html"):
        assert not odd.search(path.read_text(encoding="utf-8")), path
