"""Links are found as they stand in abstracts, and what is odd is none."""

import re
import time
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.links import SIGNS, START, find_addresses, find_links, link_kind
from generator.model import LinkKind

DUMPS = Path(__file__).resolve().parents[2] / "shared" / "dumps"


def urls(text: str) -> list[str]:
    """Return the addresses of a text's links."""
    return [link.url for link in find_links(text)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Code: https://example.org/a.", "https://example.org/a"),
        ("(see https://example.org/a).", "https://example.org/a"),
        ("see https://example.org/wiki/A_(b), too", "https://example.org/wiki/A_(b)"),
        ("“https://example.org/a”", "https://example.org/a"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("https://example.org/a{here}.", "https://example.org/a"),
        (r"https://example.org/a\_b\%20c", "https://example.org/a_b%20c"),
        (r"\url{https://example.org/a}", "https://example.org/a"),
        ("https://example.org/~me/?q=1&r=2#top!", "https://example.org/~me/?q=1&r=2#top"),
        ("https://example.org:8080/a", "https://example.org:8080/a"),
        ("HTTPS://Example.org/A", "https://Example.org/A"),
        ("https : //github.com/a/b", "https://github.com/a/b"),
        ("https: //github.com/a/b", "https://github.com/a/b"),
        ("https:/a-b.github.io/.", "https://a-b.github.io/"),
        ("http://http://example.org", "http://example.org"),
        ("at github.com/a/b, now", "https://github.com/a/b"),
        ("at a-b.github.io/c.", "https://a-b.github.io/c"),
        ("at www.example.org/c.", "https://www.example.org/c"),
        ("huggingface.co/a/b", "https://huggingface.co/a/b"),
        ("DOI: 10.5281/zenodo.1234.", "https://doi.org/10.5281/zenodo.1234"),
        ("doi:10.1000/(a)1)", "https://doi.org/10.1000/(a)1"),
        ("https://example.org。", "https://example.org"),
        ("https://xn--bcher-kva.example/a", "https://xn--bcher-kva.example/a"),
    ],
)
def test_an_address_ends_where_the_sentence_goes_on(text: str, url: str) -> None:
    """Punctuation, brackets, labels and LaTeX around an address are no part of it."""
    assert urls(text) == [url]


@pytest.mark.parametrize(
    "text",
    [
        "no link here, e.g. github.com is a site",
        "javascript:alert(1)//example.org",
        "data:text/html,https:",
        "ftp://example.org/a",
        "http://localhost:8000/",
        "http://127.0.0.1/a",
        "https://example.org@evil.example/",
        "https://example.org:80@evil.example/",
        "https://user:word@evil.example/",
        "https://example.org:word@evil.example/",
        "https://-bad-.example",
        "https:///a",
        "me@github.com/a",
        "notgithub.com/a",
        "the doing: 10.5 of it",
        "https://under_score.example/",
    ],
)
def test_odd_addresses_are_no_links(text: str) -> None:
    """Other schemes, user names, numbers and names without a dot are left alone."""
    assert urls(text) == []


def test_each_once_in_order() -> None:
    """Spellings of one address are one link, and links stand in the text's order."""
    text = (
        "https://github.com/b/b and https://example.org/{https://example.org} and "
        "github.com/b/b/ and https://a.github.io"
    )
    assert urls(text) == ["https://github.com/b/b", "https://example.org/", "https://a.github.io"]


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://github.com/a/b", LinkKind.CODE),
        ("https://www.github.com/a/b", LinkKind.CODE),
        ("https://gitlab.example.edu/a", LinkKind.CODE),
        ("https://anonymous.4open.science/r/a", LinkKind.CODE),
        ("https://codeberg.org/a/b", LinkKind.CODE),
        ("https://huggingface.co/a/b", LinkKind.MODEL),
        ("https://huggingface.co/datasets/a/b", LinkKind.MODEL),
        ("https://hf.co/a", LinkKind.MODEL),
        ("https://huggingface.co/spaces/a/b", LinkKind.PROJECT),
        ("https://zenodo.org/record/1", LinkKind.MODEL),
        ("https://www.kaggle.com/datasets/a", LinkKind.MODEL),
        ("https://doi.org/10.1/2", LinkKind.DOI),
        ("https://a.github.io/b", LinkKind.PROJECT),
        ("https://sites.google.com/view/a", LinkKind.PROJECT),
        ("https://notgithub.com.example/a", LinkKind.OTHER),
        ("https://example.org/github.com", LinkKind.OTHER),
    ],
)
def test_kinds(url: str, kind: LinkKind) -> None:
    """What a link leads to is judged by its host."""
    assert link_kind(url) is kind


# fmt: off
PIECES = st.sampled_from([
    "https://", "http:/", "www.", "github.com/", ".github.io", "a", "b-", ".", "/", "@", " ",
    "(", ")", "\\_", "{", "}", "doi:10.1234/", ":", "é", "\n", "%", "#", "?",
])
# fmt: on


@given(st.lists(PIECES, max_size=40).map("".join) | st.text())
def test_any_text_gives_sound_links(text: str) -> None:
    """Every link is http or https to a host with a dot, without blanks, quotes or brackets."""
    for link in find_links(text):
        parts = urlsplit(link.url)
        assert parts.scheme in {"http", "https"}
        assert re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", parts.hostname or "")
        assert parts.username is None
        assert re.fullmatch(r"[A-Za-z0-9\-._~:/?#@!()+,;=%&]+", link.url)
    ends = [(address.start, address.end) for address in find_addresses(text)]
    assert all(begin < end for begin, end in ends)
    assert all(before[1] <= after[0] for before, after in pairwise(ends))


@pytest.mark.parametrize(
    "beginning",
    [
        *("hTTp", "www.", "DOI:", "doi ", ".github.io", ".gitlab.io"),
        *("github.com/", "gitlab.com/", "bitbucket.org/", "codeberg.org/", "gitee.com/"),
        *("huggingface.co/", "hf.co/", "zenodo.org/", "doi.org/", "dx.doi.org/", "arxiv.org/"),
        *("anonymous.4open.science/", "sites.google.com/", "modelscope.cn/", "kaggle.com/"),
    ],
)
def test_no_beginning_is_passed_over(beginning: str) -> None:
    """The quick look, which most texts get alone, sees whatever the careful one would."""
    assert START.search(beginning)
    assert any(sign in beginning.lower() for sign in SIGNS)


@pytest.mark.parametrize(
    "piece",
    ["http://", "a.", "a-", "www.", "doi:10.", "github.com/", ".github.io", "\\_", ")", "/"],
)
@pytest.mark.parametrize("head", ["", "https://example.org/"])
def test_time_is_linear(head: str, piece: str) -> None:
    """A line of a million characters takes no longer than reading it."""
    begin = time.process_time()
    find_links(head + piece * (1_000_000 // len(piece)))
    assert time.process_time() - begin < 2


@pytest.mark.skipif(not DUMPS.is_dir(), reason="needs the shared dumps")
def test_real_dumps() -> None:
    """Nothing of the sentence around an address stays on it, and every scheme leads somewhere."""
    for path in sorted(DUMPS.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        found = list(find_addresses(text))
        assert len(found) >= len(re.findall(r"https?://\w", text))
        assert not [one.url for one in found if re.search(r"[.,;:)}\]{\\]$", one.url)]
