"""The short way from our Markdown to HTML prints what MkDocs prints, or nothing."""

import html
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from hostile import FILLER, PAYLOADS, dump, hostile_entries
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lists import dump_of, raw_dump, record_of
from markdown import Markdown
from markdown.util import BLOCK_LEVEL_ELEMENTS
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils.meta import get_data

from generator.build import Record, read
from generator.cleaning import clean, clean_title
from generator.files import ENGINE, read_record
from generator.markup import BLOCK_LEVEL, front_matter, to_html
from generator.pages import label, pages, paragraph, rich
from generator.text import attribute, front, markdown, web_address

ROOT = Path(__file__).resolve().parents[1]
SOME = settings(max_examples=200, deadline=None)
FEW = settings(max_examples=25, deadline=None)

MARKS = (
    "<>&\"'`*_{}[]()~|\\:@=!#+^$%-.?;,/ \t\n019abwxB\x00\x02\x03\x0c\x1f\x7f\x85\xa0\u2028\u202e"
)
TEXTS = st.lists(
    st.sampled_from(PAYLOADS) | st.text(MARKS, max_size=20) | st.text(max_size=8), max_size=4
).map("".join)
NASTY = (
    *("<", ">", "&", '"', "'", "`", "*", "**", "***", "_", "__", "{", "}", "[", "]", "(", ")", "!"),
    *("\n", "\n\n", "\n\n\n", " ", "  \n", "    ", "\t", "\r", "\r\n", "\xa0", "\u2028", "\x02"),
    *("\x03", "\x0b", "\x1e", "\x85", "\\", "|", "~~~\n", "```\n", "---\n", "===", "# ", "#", "> "),
    *("- ", "+ ", "* ", "1. ", "2) ", "&amp", "&#42", "&#x2a;", "&#X2A;", "&copy;", "&;", "&#;"),
    *("<p>", "</p>", "<hr>", "<br />", "<b>", "</b>", "<div>", "</div>", "<!--", "-->", "<?x?>"),
    *("<math>", "</math>", "<script>", "</script>", "<pre>\n\n", "</pre>", "<![CDATA[", "<a@b.c>"),
    *("<http://a.b>", "[a]: b", "[TOC]", "![a](b)", "[a][b]", "[a]", "](", ' "', '")', "{ .x }"),
    *("{ #x }", "{: .x }", "{x=y}", " {", "&#35;", "#x", " #", "klzzwxh:0001", "wzxhzdk:0", "</"),
)
"""What Python-Markdown reads, or could stumble over."""


@cache
def config() -> MkDocsConfig:
    """Return MkDocs's settings, with the extensions that every archive has."""
    shared = yaml.safe_load((ENGINE / "data/mkdocs.yml").read_text(encoding="utf-8"))
    made = MkDocsConfig()
    made.load_dict(
        {
            "site_name": "Lists",
            "site_url": "https://lists.test/papers/",
            "docs_dir": str(ROOT / "docs"),
            "theme": "mkdocs",
            "plugins": [],
            **{key: shared[key] for key in ("markdown_extensions", "validation")},
        }
    )
    errors, _ = made.validate()
    assert not errors
    return made


@cache
def converter() -> Markdown:
    """Return Python-Markdown, set up as MkDocs does it for each page."""
    return Markdown(
        extensions=config()["markdown_extensions"],
        extension_configs=config()["mdx_configs"] or {},
    )


def converted(source: str) -> str:
    """Return what Python-Markdown makes of a page's Markdown."""
    return str(converter().reset().convert(source))


Source = tuple[str, str]
"""A page's path in `docs/`, and what stands there."""


def sources_of(record: Record) -> list[Source]:
    """Return the Markdown pages of an archive."""
    made = pages(read(record).catalog, record.settings, sample=False)
    return [(page.path, page.text) for page in made if page.path.endswith(".md")]


def contents(sources: Iterable[Source]) -> Iterator[tuple[str, str, str]]:
    """Yield each page's path, its Markdown, and its content as MkDocs itself makes it."""
    texts = {File(path, "", "", use_directory_urls=True): text for path, text in sources}
    files = Files(list(texts))
    for file, text in texts.items():
        page = Page(None, file, config())
        page.markdown, page.meta = get_data(text)
        page.render(config(), files)
        yield file.src_uri, page.markdown, page.content or ""


@cache
def sample() -> list[Source]:
    """Return the pages of the sample archive."""
    return sources_of(read_record(ROOT))


@cache
def dumps(shared: Path) -> list[Source]:
    """Return the pages of an archive of the five real dumps."""
    raws = [raw_dump(path.read_bytes()) for path in sorted((shared / "dumps").glob("*.txt"))]
    return sources_of(record_of(*raws))


def assert_same(source: str) -> bool:
    """Hold a page's HTML against Python-Markdown's; return whether there was any."""
    made = to_html(source)
    if made is not None:
        assert made == converted(source), source
    return made is not None


def assert_short(sources: list[Source], refused: int) -> None:
    """Hold each page against MkDocs's own, of which so many may be left to Python-Markdown."""
    left = []
    for path, source, content in contents(sources):
        assert converted(source) == content
        made = to_html(source)
        if made is None:
            left.append(path)
        else:
            assert made == content, path
    assert len(left) <= refused, left


def test_the_sample() -> None:
    """Every page of the sample goes the short way, and comes out as MkDocs prints it."""
    assert len(sample()) > 250
    assert_short(sample(), refused=0)


def test_the_dumps(shared: Path) -> None:
    """So does every page of the real dumps, but one in a hundred at most."""
    real = dumps(shared)
    assert len(real) > 300
    assert_short(real, refused=len(real) // 100)


def test_hostile_papers() -> None:
    """A page full of payloads goes the short way, too."""
    raw = dump("Mar 14", tuple(hostile_entries())).encode("utf-8", "replace")
    assert_short(sources_of(record_of(raw_dump(raw))), refused=0)


@FEW
@given(
    pairs=st.lists(
        st.tuples(TEXTS, st.lists(TEXTS | st.just(FILLER), max_size=4).map(" ".join)), max_size=4
    )
)
def test_any_papers(pairs: list[tuple[str, str]]) -> None:
    """Whatever papers say, their pages are the same both ways, and none is refused."""
    raw = dump_of("Mar 14", [("A title", FILLER), *pairs])
    for _, text in sources_of(record_of(raw_dump(raw.replace(b"\r", b" ")))):
        assert assert_same(front_matter(text)[1])


@SOME
@given(title=TEXTS, abstract=TEXTS, url=TEXTS, words=st.text(max_size=20))
@example(title="&#42;", abstract="*", url="a", words="it's (b) ' ) \" c")
@example(title="** x **", abstract="**x**", url="_a_", words="'a'")
@example(title="a\x0cb", abstract="\xa0x\xa0", url="(a)", words="\xa0")
def test_any_field(title: str, abstract: str, url: str, words: str) -> None:
    """Any text in any place of a page is the same both ways, and only quotes may be refused."""
    named = label(clean_title(title)) or "Untitled"
    address = web_address(f"https://a.test/{url}") or "https://a.test/"
    said = paragraph(clean(abstract)) or "Nothing"
    raw = attribute(abstract)
    page = (
        f"# {rich(clean_title(title)) or 'Untitled'} {{ #title }}\n\n**{named}** {said}\n\n{said}\n"
        f"\n## [{named}](../b/) {{ #b }}\n\n- [{named}]({address}), {said}\n · [{named}](c/)\n"
        f"- Code: [{named}]({address})\n\n    {said}\n\n- {said}\n\n"
        f'<details class="db-raw"><summary>Raw</summary><p>{raw}</p></details>\n'
    )
    assert assert_same(page)
    titled = f'[{named}](../b/ "Because of&#58; {markdown(words)}") · [{named}](../c/)\n'
    assert assert_same(titled) or "'" in words


WORDS = st.sampled_from(
    [
        *("word", "Two words", "€ – “x”", "&#42;", "&amp;", "it's", '"so"', "3.5%", "a-b", "1,203"),
        *("[All](../all/)", "[One](one/#x)", "[b](https://b.test/?q=1&amp;r=a_b)", "[?](?q=a)"),
        '[Tag](../tags/x/ "Because of&#58; this, (that)")',
        "[Tag](x/){ .db-tag .db-y }",
        "[**x](y/)",
        *("`code`", "`a_b_ c`", "`# 1.`:"),
        '<time datetime="2025-03-14">14 March 2025</time>',
        '[<time datetime="2025-03-14">14 March</time>](./)',
        '<span class="db-math"><math alttext="&#94;"><mspace width="1em"/></math></span>',
        *("**Withdrawn.**", "**two [x](y/) words**", "<b>b</b>", "(", ")", "·", "\n · ", "a\nb"),
    ]
)
LINES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join).map(str.strip)
ATTRS = st.sampled_from(["{ #title }", "{ #a-1 .db-x }", "{.db-x}", ""])
RAW = st.sampled_from(
    [
        "<details><summary>A</summary>\n<pre>@a{b,\n  x = {*_b_*},\n\n  - y\n}</pre>\n</details>",
        '<figure class="db-x"><svg viewBox="0 0"><title>T</title><path d="M0 0"/></svg></figure>',
        "<table>\n<tr><td>1 > 0<br>&amp;</td></tr>\n</table>",
        '<form action="./"><input name="q" required><button>[x](y) **z**</button></form>',
        "<p>a</p>",
        "<math><mi>x</mi></math>",
        "<db-x>inline</db-x> **x**",
    ]
)
BLOCKS = (
    LINES
    | RAW
    | st.tuples(st.integers(1, 6), LINES, ATTRS).map(lambda t: f"{'#' * t[0]} {t[1]} {t[2]}")
    | st.tuples(LINES, ATTRS).map(lambda t: f"{t[0]}\n{t[1]}")
    | st.lists(LINES, min_size=1, max_size=4).map(lambda items: "- " + "\n- ".join(items))
    | LINES.map(lambda line: f"    {line}")
)
DOCUMENTS = st.tuples(
    st.lists(BLOCKS, max_size=6),
    st.sampled_from(["\n\n", "\n\n\n"]),
    st.sampled_from(["", "\n", "\n\n"]),
).map(lambda t: t[1].join(t[0]) + t[2])


@settings(max_examples=600, deadline=None)
@given(DOCUMENTS)
def test_documents(source: str) -> None:
    """Documents made of what templates write are the same both ways, where they are taken."""
    assert_same(source)


@settings(max_examples=1200, deadline=None)
@given(DOCUMENTS, st.lists(st.tuples(st.integers(0, 400), st.sampled_from(NASTY)), max_size=3))
def test_disturbed_documents(source: str, nasty: list[tuple[int, str]]) -> None:
    """Marks in the wrong place change both ways alike, or the short way gives up."""
    for at, mark in nasty:
        place = at % (len(source) + 1)
        source = source[:place] + mark + source[place:]
    assert_same(source)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(NASTY) | WORDS | st.sampled_from("a1 "), max_size=8).map("".join))
def test_noise(source: str) -> None:
    """Noise is the same both ways, where it is taken at all."""
    assert_same(source)


TAKEN = (
    '[a](b/ "c\xa0d")',
    "# a   { #b }",
    '<form><p>a<br>b<input name="c"></p></form>',
    "",
    "Words.\n",
    "Words \nwith a blank at a line's end",
    "# One { #one }\n\n### On 14 March 2025\n\n## A &amp; B\n",
    "## [A](b/){ .x } { #c .d }",
    "# a { #b }\n\n# b\n\n# b\n\n# a\n\n# b",
    "Words\n{ .db-x #y }\n\nMore",
    "- a\n- b\n\n    c\n d\n\n- e\n- f\n\nWords\n\n- g\n",
    "**a** b **c d**, e",
    "**`a`** b `c_d_ e` `# f`, `$“g”$`: `h`",
    "# `a` b { #c }\n\n`d`\n{ .e }\n\n- `- f`\n- `1. g`\n",
    "a\n\n<pre>\n# b\n\n  - *c*\n</pre>\n\nd",
    '[a](b/ "c\'s (d")',
)
REFUSED = (
    *("a  \n{ .b }", "<div></p>", "<DIV>a</DIV>", "a\n\xa0 <math>", "a\n<DIV>a</DIV>"),
    *(
        "<p>\n```\na\n```\n</p>",
        "<p>\n~~~\na\n~~~\n</p>",
        "|a|b|\n|-|-|",
        "a|b\n:-|-",
        "**a****b**",
    ),
    *(
        "1. a",
        "* a",
        "+ a",
        "> a",
        "a\n# b",
        "a\n---",
        "a\n===",
        "***",
        "    a",
        "a\n- b",
        "a  \nb",
    ),
    *("a_b_", "*a*", "** a**", "a**b**", "**a", "\\*", "a | b\n--- | ---", "[a]", "[a]: b"),
    *("`a", "`a``b`", "``a``", "` a`", "`a\nb`", "`<b>`", "`&amp;`", "`*a*`", "[`a`](b/)"),
    *("[a][b]", "![a](b/)", "[a](b.md)", "[a](/b/)", "[a](b/ 'c')", "[a](<b>)", "[[a](b/)](c/)"),
    *(
        "<http://a.b>",
        "<a@b.c>",
        "a < b",
        "a > b",
        "a & b",
        "&#42",
        "&#X2A;",
        "<!-- a -->",
        "<?a?>",
    ),
    *(
        "<div>",
        "<div>\n\na",
        "<div></p></div>",
        "<div></div> a",
        "<div></div>\na",
        "a\n<div></div>",
    ),
    *("<p></p><p></p>", "<hr>", "<div/>", "<script>a</script>", "- <div></div>\n<p>", "<b>"),
    *("a\x02b", "a\tb", "a\rb", "a\n \nb", "```\na\n```", "~~~\na\n~~~", "# a #", "#a", "# ", "#"),
    *(
        "# a { #a }\n\n# a { #a }",
        "# a\n\n# b { #a }",
        "# a&#95;1",
        "# &#42;",
        "# <b>a</b>",
        "# a { x=y }",
        "a { .b }",
        "a\n{ x }",
        "- a\n  - b",
    ),
    *("- a\n    - b", "- a\n\n    - b", "- a\n\n        b", "- # a", "-  ", "- a\n    b", "\xa0a"),
    *("a\n\n    b", "[a](https://[b/)", "[a](b/ \"'c'\")", "[a](b/ \"'c')\")", '[a](b/ "")'),
)


@pytest.mark.parametrize("source", TAKEN)
def test_taken(source: str) -> None:
    """Each form that templates may use goes the short way."""
    assert_short([("papers/one.md", source)], refused=0)


@SOME
@given(st.text("abAB01./?#:@%-_~!$,;=&\u00e9\u2100 '()", max_size=12) | TEXTS)
@example("//a.test/")
@example("one.md")
@example("one/../two.md#x")
@example("./")
@example("mailto:a&#64;b.test")
@example("https://\u2100.test/")
@example("https://[a/")
def test_addresses(href: str) -> None:
    """A link's address is what MkDocs leaves as it is; what it looks up or refuses is refused."""
    sources = [("papers/one.md", f"[a]({href})"), ("papers/two.md", "b"), ("one.md", "c")]
    if to_html(sources[0][1]) is not None:
        assert_short(sources, refused=0)


@pytest.mark.parametrize("source", REFUSED)
def test_refused(source: str) -> None:
    """What is no template's goes to Python-Markdown."""
    assert to_html(source) is None


@pytest.mark.parametrize(
    "part",
    [*NASTY, "a", "- a\n", "a\n\n", "- a\n\n", "    a\n\n", "[a](b/) ", "&#42;", "<b>", "<b></b>"],
)
@pytest.mark.parametrize("before", ["", "# ", "- a\n\n", "<div>", "[", '[a](b/ "', "&#", "<b "])
def test_no_text_takes_long(part: str, before: str) -> None:
    """Endless repeats end; were the time to grow with their square, this would take hours."""
    endless = before + part * (200_000 // len(part))
    to_html(endless)
    front_matter(f"---\n{endless}")


def test_block_level_elements() -> None:
    """The names of elements are those that Python-Markdown knows."""
    assert sorted(BLOCK_LEVEL) == sorted(BLOCK_LEVEL_ELEMENTS)


def test_front_matter_of_pages() -> None:
    """What generated pages say of themselves is read as MkDocs reads it."""
    for _, text in sample():
        body, values = get_data(text)
        assert front_matter(text) == (values, body)


HEADS = st.sampled_from(
    [
        *("kind: paper", "sample: true", "a: yes", "a: null", "a: on", "on: a", "hide: [toc, x]"),
        *(
            "hide: []",
            "hide: [a, no]",
            "a: 1",
            "a: 2025-03-14",
            "a: b c",
            "a:  b",
            "a: b ",
            "a: 'b'",
        ),
        *('a: "b" # c', 'a: "\\u00e4\\n\\"\\\\"', 'a: "\\ud83d\\ude00"', 'a: "b', "a: b-", "a: -b"),
        *(
            "a",
            "",
            " a: b",
            "a:\n  b: c",
            "- a",
            "...",
            "---",
            "--- ",
            "---a",
            "a: !!b c",
            "a: 9-99-99",
        ),
    ]
)


@SOME
@given(heads=st.lists(HEADS | TEXTS.map(lambda t: f"title: {front(t)}"), max_size=4), text=TEXTS)
@example(heads=[f"head: {front(html.escape('<b>'))}"], text="\n\n a")
@example(heads=['a: "\\x41"'], text="")
@example(heads=["on: a"], text="")
@example(heads=['a: "\\ud83d\\ude00"'], text="")
@example(heads=['a: "b\x85c"'], text="")
@example(heads=['a: "b\u2028c"'], text="")
def test_any_front_matter(heads: list[str], text: str) -> None:
    """Any head is read as MkDocs reads it."""
    page = "\n".join(("---", *heads, "---", "", text))
    body, values = get_data(page)
    if not re.match(r"---[ \t]*\n(.*?\n)(\.{3}|-{3})[ \t]*\n", page, re.DOTALL):
        return
    assert front_matter(page) == (values, body)
