"""Titles folded for comparing, slugs made from them, and text cut for messages."""

import re
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator import urls
from generator.ledger import is_address
from generator.text import BLANKS, HIDDEN, fold, quoted


def test_what_is_printed_hides_nothing() -> None:
    """Text that Python calls printable is taken as it is: no page refuses any of it."""
    odd = [char for char in map(chr, range(0x110000)) if HIDDEN.match(char) or BLANKS.match(char)]
    assert len(odd) > 2000
    assert not any(char.isprintable() for char in odd)


SAME = [
    ("Attention Is All You Need", "attention is all you need"),
    ("GPT-4: A Report", "GPT–4 — A report."),
    ("It’s Here", "It's here"),
    ("It´s Here", "It's here"),
    ("It`s Here", "Its here"),
    (r"Schr\"odinger", "Schrödinger"),
    (r"Schr{\"o}dinger", "Schrodinger"),
    (r"Gau\ss", r"Gau\ss"),
    (r"Pok\'{e}mon", "Pokémon"),
    (r"$\beta$-VAE", r"\beta-VAE"),
    (r"\textbf{Bold} \emph{Claims}", "Bold Claims"),
    ("Straße", "STRASSE"),
    ("ﬁne-tuning", "fine-tuning"),
    ("ＧＰＴ　４", "gpt 4"),
    ("e\N{COMBINING ACUTE ACCENT}tude", "étude"),
    ("Trans\N{SOFT HYPHEN}former", "Transformer"),
    ("Zero\N{ZERO WIDTH SPACE}Width", "ZeroWidth"),
    ("\N{RIGHT-TO-LEFT MARK}Marked\N{RIGHT-TO-LEFT MARK}", "Marked"),
    ("Two  \N{LINE SEPARATOR} Lines", "Two Lines"),
    ("❤\N{VARIATION SELECTOR-16}", "❤"),
    ("I ❤\N{VARIATION SELECTOR-16} Lists", "I Lists"),
    ("가", unicodedata.normalize("NFD", "가")),
]

DIFFERENT = [
    ("🙂", "---"),
    ("🙂", "🙃"),
    ("❤\N{VARIATION SELECTOR-16}", "☀\N{VARIATION SELECTOR-16}"),
    ("?", "!"),
    ("=", "=="),
    ("GPT-4", "GPT4"),
    ("β-VAE", "VAE"),
    ("हिन्दी", "हन्द"),
    ("中文", "文中"),
    ("x²", "y²"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_of_a_title_fold_alike(one: str, other: str) -> None:
    """Case, accents, compatibility forms, punctuation and LaTeX make no second paper."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_titles_fold_apart(one: str, other: str) -> None:
    """Letters count, marks on letters outside Latin too, and titles without a letter are kept."""
    assert fold(one) != fold(other)


a_title = st.one_of(
    st.text(min_size=1, max_size=40),
    st.lists(
        st.sampled_from([*"aZé ß$^_{}\\'\"`´=-~🙂中가\u200b\u0301\ufe0f\u20e3", r"\emph", r"\c "]),
        min_size=1,
        max_size=12,
    ).map("".join),
)


@settings(max_examples=500, deadline=None)
@given(title=a_title)
@example(title="\ufe0f")
@example(title="\u0301")
@example(title="İ\u0345")
@example(title="´")
def test_a_fold_is_never_empty_and_folds_to_itself(title: str) -> None:
    """Whatever a title is, its fold is something, and where it holds a word, it is its own fold."""
    folded = fold(title)
    assert folded
    assert folded == fold(title.upper().lower()) or not title.isascii()
    if not folded.startswith("="):
        assert fold(folded) == folded
        assert " ".join(folded.split()) == folded


@pytest.mark.parametrize(
    "text",
    [
        "\\'" + " " * 300_000 + "1",
        "\\c{" * 100_000,
        "\\'" * 200_000,
        "{" * 400_000,
        "\\text" * 80_000,
        "\u0301" * 300_000,
        "a\u0301\u0323" * 100_000,
    ],
    ids=["blanks", "cedillas", "accents", "braces", "macros", "marks", "marked letters"],
)
def test_folding_takes_time_in_proportion(text: str) -> None:
    """No text makes folding slow: abstracts are folded too."""
    started = time.monotonic()
    assert fold(text)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Attention Is All You Need", "attention-is-all-you-need"),
        ("2 OLMo 2 Furious", "2-olmo-2-furious"),
        ("It's Here", "its-here"),
        ("Größe", "grosse"),
        ("a-b", "a-b"),
    ],
)
def test_a_slug_is_bare_where_it_holds_the_whole_title(title: str, slug: str) -> None:
    """Nothing is added to a slug from which the fold can be read."""
    assert urls.slugs(title)[0] == slug


@pytest.mark.parametrize(
    ("title", "begins"),
    [
        ("🙂", "paper-"),
        ("---", "paper-"),
        ("中文标题", "zhong-wen-biao-ti-"),
        ("Ωμέγα", "omega-"),
        ("word " * 60, "word-word-"),
        ("w" * 300, "w" * 80 + "-"),
        ("β-VAE", "b-vae-"),
        *((name, f"{name.lower()}-") for name in ("Index", "latest", "FEED", "search", "untagged")),
        *((name, f"{name.lower()}-") for name in ("x", "2025", "2025-03", "1", "7 8")),
    ],
)
def test_a_slug_is_hashed_where_the_name_is_cut_changed_or_taken(title: str, begins: str) -> None:
    """Cut, transliterated, lost and reserved names get six hex digits of the fold's hash."""
    first = urls.slugs(title)[0]
    name, _, digits = first.rpartition("-")
    assert f"{name}-".startswith(begins.replace(" ", "-"))
    assert len(name) <= urls.LONGEST_SLUG
    assert len(digits) == 6
    assert set(digits) <= set("0123456789abcdef")


TREE = re.compile(r"index|latest|feed|search|untagged|[a-z]|\d+|\d{4}(-\d\d){1,2}")
"""Names under papers/ that are, or may be, other pages: letters, years, months, days."""


@settings(max_examples=300, deadline=None)
@given(title=a_title.filter(lambda text: bool(text.strip())), other=a_title)
def test_slugs_are_a_function_of_the_fold_and_make_addresses(title: str, other: str) -> None:
    """Each slug makes an address the ledger can hold; titles that fold apart share no first one."""
    slugs = urls.slugs(title)
    assert len(set(slugs)) == len(slugs) >= 6
    for slug in slugs:
        assert is_address(urls.paper(slug))
        assert slug == slug.lower()
        assert not TREE.fullmatch(slug)
    if other.strip():
        assert (fold(title) == fold(other)) == (slugs == urls.slugs(other))
        assert (fold(title) == fold(other)) == (slugs[0] == urls.slugs(other)[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("short", "'short'"),
        ("two\nlines\ttab", "'two lines tab'"),
        ("\x1b[31mred\x07", "'[31mred'"),
        ("x" * 61, "'" + "x" * 59 + "…'"),
        ("x" * 60, "'" + "x" * 60 + "'"),
        (" " * 1000 + "x", "'…'"),
    ],
)
def test_text_in_a_message_is_short_and_still(text: str, said: str) -> None:
    """What a message quotes is one line, cut, and moves no cursor."""
    assert quoted(text) == said


def test_links_work_from_anywhere() -> None:
    """A relative link leads up from its page and down to its target."""
    paper, day = urls.paper("a"), urls.Address("days/2025-03-14/")
    assert urls.relative(day, paper) == "../../days/2025-03-14/"
    assert urls.relative(urls.HOME, paper) == "../../"
    assert urls.relative(urls.HOME, urls.HOME) == "./"
    assert urls.relative(paper, urls.HOME) == "papers/a/"
