"""Texts are made readable, and nothing is added, lost, or let through that cannot be seen."""

import io
import re
import tarfile
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.cleaning import (
    Segment,
    SegmentKind,
    clean,
    clean_title,
    excerpt,
    plain,
    segments,
    spoken,
)

SHARED = Path(__file__).resolve().parents[2] / "shared"
CORPUS = SHARED / "corpus" / "hf-2024-2025.tar.xz"

NBSP = "\xa0"


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        # Quotes, dashes, ties
        ("``yes'' and `no'", "“yes” and ‘no’"),
        ('``yes" and "no"', '“yes” and "no"'),
        ("''yes'' said", "“yes” said"),
        ("the `model's own' view", "the ‘model's own’ view"),
        ("`run-it`, a Student`s-t", "run-it, a Student's-t"),
        ("a -- b --- c, 1--2", "a – b — c, 1–2"),
        ("with --dry-run or a ---- rule", "with --dry-run or a ---- rule"),
        ("Fig.~3, by~two", f"Fig.{NBSP}3, by{NBSP}two"),
        ("~20\\% of 10~20 or 60%~70%", "~20% of 10~20 or 60%~70%"),
        # Accents and letters
        (r"Schr\"odinger, {\"o}, \'{e}, \c{c}, \v{s}", "Schrödinger, ö, é, ç, š"),
        (r"na\"{\i}ve vis-\`a-vis It\^o, \o re, stra\ss e", "naïve vis-à-vis Itô, øre, straße"),
        (r"GPT's and GPT\'s don\'t", "GPT's and GPT's don't"),
        ("nai\u0308ve", "naïve"),
        (r"a\u2013b \u00e9 \ud83d\ude00", "a–b é 😀"),
        # Signs
        (r"5\% of R\&D\_x \#1 for \$5", r"5% of R&D_x #1 for \$5"),
        (r"300\,k e.g.\ this\\that", "300 k e.g. this that"),
        (r"3.6\times, {\Psi}, 180{\deg}, \textrightarrow", "3.6×, Ψ, 180°, →"),
        # Fonts and other commands
        (r"\textbf{a} \emph{b \texttt{c}} {\em d e} {\bf f}", "a b c d e f"),
        (r"\method is good, \ours{} too, by\model", "method is good, ours too, by model"),
        (r"(\eg, x), \ie y, \etc. and \LaTeX{}", "(e.g., x), i.e. y, etc. and LaTeX"),
        (r"x\footnote{Or y.} z", "x (Or y.) z"),
        (r"\textcolor{red}{hot, \emph{very}} \color{blue}cold teal{warm}", "hot, very cold warm"),
        ("teal{a}{b}", "a{b}"),
        (r"a\label{x}\vspace{1em}b", "ab"),
        (r"\u{g} \today \foo{bar}", "ğ today bar"),
        ("of {Flow} and {in size}, {0, 1}, x_{ij}", "of Flow and in size, {0, 1}, x_{ij}"),
        ("6{,}700 Mat{é}rn", "6,700 Matérn"),
        ("un}balanced {text", "unbalanced text"),
        ("at the end \\", "at the end"),
        # Formulas and dollars
        (r"$\alpha$-VAE with $ x $ and \(n^2\), $$y$$", r"$\alpha$-VAE with $ x $ and $n^2$, $y$"),
        ("from $5 to $10, $x$", r"from \$5 to \$10, $x$"),
        ("4$ per hour", r"4\$ per hour"),
        (r"only \5 and 6, or \2,000", r"only \$5 and 6, or \$2,000"),
        (r"(2) one; \3) two", "(2) one; 3) two"),
        (r"\textbf{the $\textbf{x}$ one}", r"the $\textbf{x}$ one"),
        # HTML and Markdown
        ("a &amp; b &#39;c&#x2019; &lt;d&gt; &amp;amp;", "a & b 'c’ <d> &"),
        ("partsx2013such wholex2014that", "parts–such whole—that"),
        ("<PRE_TAG>a</POST_TAG> b</span> <b>c</b>", "a b c"),
        ("let it <think> and </think>", "let it <think> and </think>"),
        ("**O**ur **big** idea, *so*, S* and V* x", "Our big idea, so, S* and V* x"),
        ("__Our__ and __init__", "Our and __init__"),
        # What cannot be seen, and blanks
        ("a\u200bb\u202ec\ufeff \x00d", "abc d"),
        ("a  b\tc\u2003d e", "a b c d e"),
        (f"a{NBSP}b", f"a{NBSP}b"),
        ("👩\u200d💻 می\u200cخواهم", "👩\u200d💻 می\u200cخواهم"),
    ],
)
def test_mended(tex: str, text: str) -> None:
    """Each kind of damage is mended, and stays mended."""
    assert clean(tex) == text
    assert clean(text) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        ("at https://a.example/b_c~d%20e.", "at https://a.example/b_c~d%20e."),
        (r"at \url{https://a.example/b\_c}", "at https://a.example/b_c"),
        (r"in \href{https://a.example}{our repo}.", "in our repo (https://a.example)."),
        (r"in \href{https://a.example{our repo}.", "in our repo (https://a.example)."),
        ("at https://a.example{here}.", "at here (https://a.example)."),
        ("at https://a.example/{https://a.example}.", "at https://a.example/."),
        ("https://a.example{Code is here.}", "Code is here (https://a.example)."),
        (
            r"https://a.example{\small\texttt{https://a.example}} x",
            "https://a.example x",
        ),
        ("https://a.example{blue{Site}}", "Site (https://a.example)"),
        ("{https://a.example}.", "https://a.example."),
        ("[site](https://a.example)", "site (https://a.example)"),
        ("[https://a.example](https://a.example)", "https://a.example"),
        ('<a href="https://a.example">this</a>', "this (https://a.example)"),
        ("https: //github.com/a/b", "https://github.com/a/b"),
        ("at~https://a.example", f"at{NBSP}https://a.example"),
    ],
)
def test_addresses_stay_whole(tex: str, text: str) -> None:
    """Addresses keep every sign, and remnants of a link command read as a label and its address."""
    assert clean(tex) == text
    assert clean(text) == text


def test_paragraphs() -> None:
    """An empty line parts paragraphs; wrapped lines are joined; a title is one line."""
    long = "word " * 30
    assert clean("One two\nthree.\nFour.\n\n\nFive.") == "One two three. Four.\nFive."
    assert clean(f"{long}end.\n{long}end.") == f"{long}end.\n{long}end."
    assert clean(f"{long}\n{long}end.") == f"{long}{long}end."
    assert clean("a\r\n\r\nb\u2028c") == "a\nb c"
    assert clean_title("a\n\nb") == "a b"


def test_segments_put_together_are_the_text() -> None:
    """Segments hold text with its dollars, formulas without theirs, and links with an address."""
    assert list(segments(r"\$5, $x^2$; github.com/a/b.")) == [
        Segment(SegmentKind.TEXT, "$5, "),
        Segment(SegmentKind.FORMULA, "x^2"),
        Segment(SegmentKind.TEXT, "; "),
        Segment(SegmentKind.LINK, "github.com/a/b", "https://github.com/a/b"),
        Segment(SegmentKind.TEXT, "."),
    ]
    assert list(segments("")) == []


def test_readings() -> None:
    """Plain text has no markup; spoken text finds a Greek letter by its name."""
    text = clean(r"An $\varepsilon$-cover of $\mathcal{O}(n^2)$ for \$5, μ too")
    assert plain(text) == "An ε-cover of O(n²) for $5, μ too"
    assert spoken(text) == "An ε-cover of O(n2) for $5, μ too epsilon mu"
    assert "epsilon" in spoken(clean(r"$\epsilon$")).split()
    assert plain(f"a{NBSP}b") == spoken(f"a{NBSP}b") == "a b"


def test_excerpt() -> None:
    """An excerpt ends between words and never passes its limit."""
    assert excerpt("One two three", 13) == "One two three"
    assert excerpt("One two three", 12) == "One two…"
    assert excerpt("One two, three", 9) == "One two…"
    assert excerpt("Onetwothree", 5) == "Onet…"
    assert excerpt("one\ntwo", 20) == "one two"


WORDS = st.lists(st.from_regex(r"[A-Za-z]{1,9}[,.;:]?", fullmatch=True), min_size=1).map(" ".join)
DAMAGE = [
    *["\\", "\\emph{", "{\\em ", "{", "}", "$", "$x^2$", "\\$", "``", "''", "`", "'", '"', "~"],
    *["--", "---", "\\%", "\\'", '\\"', "\\c{", "\\o", "\\method", "\\5", "&amp;", "&#39;", "**"],
    *["*", "__", "<PRE_TAG>", "<a href=", "</a>", "https://a.example/b", "{here}", "[", "](", ")"],
    *["\u200d", "\u202e", "\xa0", "\u2003", "\x01", "\x02", "\x0e", "\ud800", "é", "e", "5", "."],
    *[" ", " ", "\n", "\n\n", "word", "\\href{", "\\footnote{", "\\textcolor{", "x2013", "\\\\"],
    *[
        "\\(",
        "\\)",
        "teal{",
        "\\u2013",
        "&amp;lt;",
        "github.com/a",
        "doi:10.1234/5",
        "👩",
        "\u0301",
    ],
]
DAMAGED = st.lists(st.sampled_from(DAMAGE), max_size=30).map("".join) | st.text()


@given(WORDS)
def test_clean_prose_is_left_alone(text: str) -> None:
    """Plain English prose comes out as it went in."""
    assert clean(text) == plain(text) == text


@given(DAMAGED)
def test_any_text_comes_out_sound(text: str) -> None:
    """Nothing raises; nothing unseen remains; dollars pair up; the readings agree."""
    cleaned = clean(text)
    kinds = {char: unicodedata.category(char) for char in cleaned}
    joiners = {"\n", "\u200c", "\u200d"}
    odd = [c for c, kind in kinds.items() if kind in {"Cc", "Cf", "Cs", "Co"} and c not in joiners]
    assert not [
        c for c in odd if not 0xE0000 <= ord(c) <= 0xE007F and not "\u0600" <= c <= "\u08e2"
    ]
    outside = re.sub(r"\\\$", "", cleaned)
    assert outside.count("$") % 2 == 0
    assert cleaned == cleaned.strip(" \n")
    parts = list(segments(cleaned))
    assert all(part.value for part in parts)
    assert "".join(map(written, parts)) == cleaned
    excerpted = excerpt(cleaned, 20)
    assert len(excerpted) <= 20
    assert "\n" not in clean_title(text)


def written(part: Segment) -> str:
    """Return a segment as it stands in a cleaned text."""
    if part.kind is SegmentKind.FORMULA:
        return f"${part.value}$"
    return part.value.replace("$", r"\$")


@given(WORDS, st.lists(st.from_regex(r"[a-zA-Z0-9\\^_{}+ ]*[\\^_]n", fullmatch=True), max_size=4))
def test_formulas_stay_letter_for_letter(words: str, bodies: list[str]) -> None:
    """What stands between dollars is not touched."""
    bodies = [body for body in bodies if not body.endswith("\\")]
    text = words + "".join(f" ``a'' ${body}$ \\emph{{b}}" for body in bodies)
    found = [part.value for part in segments(clean(text)) if part.kind is SegmentKind.FORMULA]
    assert found == bodies


@given(st.lists(st.sampled_from([r"\emph{a}", "``b''", r"\'e", "c--d", r"37\%", "~5", "{\\bf f}"])))
def test_a_cleaned_text_is_clean(parts: list[str]) -> None:
    """Cleaning twice is cleaning once, and keeps every word."""
    once = clean(" ".join(parts))
    assert clean(once) == once
    assert len(once.split()) == len(parts)


# fmt: off
REPEATED = [
    "\\", "{", "}", "$", "$$", "`", "``", "'", "\\'", "*", "**", "_", "-", "~", "&",
    "&amp;", "<a ", "<", "\n", " ", " \n", "\xa0", "\u202e", "\\emph{", "\\(", "[", "](",
    "\\textcolor{", "x2013", "https://a.io{", "a", "\\a", "\\$", "'a", "`a", "\\u2013",
    "e\u0301", "{a", "**a", "*a", "\\{",
]
# fmt: on


@pytest.mark.parametrize("piece", REPEATED)
def test_time_is_linear(piece: str) -> None:
    """A line of 200,000 characters is nothing, whatever it is made of."""
    begin = time.process_time()
    cleaned = clean(piece * (200_000 // len(piece)))
    list(segments(cleaned))
    clean(f"${piece * (200_000 // len(piece))}$")
    assert time.process_time() - begin < 5


def real_entries() -> Iterator[str]:
    """Yield titles and abstracts of the shared corpus."""
    with tarfile.open(CORPUS) as archive:
        for member in archive:
            if member.name.endswith(".txt") and (file := archive.extractfile(member)):
                yield from io.TextIOWrapper(file, encoding="utf-8").read().split("\n\n")


@pytest.mark.skipif(not CORPUS.is_file(), reason="needs the shared corpus")
def test_real_texts() -> None:
    """No TeX or Markdown is left in real texts, cleaning is stable, and words stay."""
    entries = [entry for entry in real_entries() if len(entry) > 40]
    cleaned = [clean(entry) for entry in entries]
    assert len(entries) > 15_000
    assert [clean(text) for text in cleaned] == cleaned
    text = "\n".join(plain(one) for one in cleaned)
    assert not re.findall(r"[\\`]|''|\*\*|[a-z]x201[34][a-z]|PRE_TAG", text)
    before = sum(len(re.findall(r"[A-Za-z]{3,}", entry)) for entry in entries)
    after = len(re.findall(r"[A-Za-z]{3,}", text))
    assert abs(before - after) < before / 1000
