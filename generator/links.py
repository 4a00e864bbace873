"""The links of an abstract: addresses read out of text, and what each leads to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from generator.model import Link, LinkKind
from generator.text import web_address

# Quantifiers are bounded or possessive, so that time is linear whatever the text.
_HOST = r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,8}(?:[A-Za-z]{2,24}+|xn--[A-Za-z0-9-]{2,59}+)"
_TAIL = r"""
    (?![A-Za-z0-9_@-]) (?! : [^\s/@]{0,80} @ ) (?: :\d{2,5}+ )?+
    (?: [/?#] (?: [A-Za-z0-9\-._~:/?\#@!()+,;=%&] | \\[_%\#&~-] (?:\{\})?+ )*+ )?+
"""
_KNOWN_HOST = r"""
    (?:www\.)?+
    (?: (?: github\.com | gitlab\.com | bitbucket\.org | codeberg\.org | gitee\.com
          | huggingface\.co | hf\.co | zenodo\.org | doi\.org | dx\.doi\.org | arxiv\.org
          | anonymous\.4open\.science | sites\.google\.com | modelscope\.cn | kaggle\.com
        ) (?= / [A-Za-z0-9] )
      | [A-Za-z0-9][A-Za-z0-9-]{0,62} \. (?: github | gitlab ) \.io
    )
"""
_ADDRESS = re.compile(
    rf"""
    (?i: (?P<scheme> https? ) [ ]? : [ ]? / (?: / [ ]? )? (?: https?:// )? )
        (?P<host> {_HOST} ) {_TAIL}
  | (?<! [\w.@/:\\-] ) (?P<bare> {_KNOWN_HOST} | www\. {_HOST} ) {_TAIL}
  | (?<! [\w.@/-] ) (?i: doi ) [ ]? : [ ]? (?P<doi> 10\.\d{{4,9}}/ [A-Za-z0-9\-._;()/:+]{{1,200}} )
    """,
    re.VERBOSE,
)
START = re.compile(
    r"[Hh][Tt][Tt][Pp]|www\.|[Dd][Oo][Ii][ :]|\.git(?:hub|lab)\.io"
    r"|g(?:ithub\.com|itlab\.com|itee\.com)/|bitbucket\.org/|codeberg\.org/|h(?:uggingface|f)\.co/"
    r"|zenodo\.org/|d(?:x\.doi|oi)\.org/|a(?:rxiv\.org|nonymous\.4open\.science)/"
    r"|sites\.google\.com/|modelscope\.cn/|kaggle\.com/"
)
"""Where an address may begin; found far faster than addresses themselves."""
SIGNS = ("http", "www.", "doi:", "doi ", ".git", ".com/", ".org/", ".co/", ".science/", ".cn/")
"""A text in which none of these stands, in lower case, holds no such place: most hold none."""

_LABEL = re.compile(r"[A-Za-z0-9-]{1,63}\Z")
_ESCAPE = re.compile(r"\\([_%#&~-])(?:\{\})?")

_CODE_HOSTS = frozenset(
    {
        "anonymous.4open.science",
        "bitbucket.org",
        "codeberg.org",
        "colab.research.google.com",
        "gist.github.com",
        "git.sr.ht",
        "gitee.com",
        "github.com",
        "gitlab.com",
        "raw.githubusercontent.com",
        "sourceforge.net",
    }
)
_MODEL_HOSTS = frozenset(
    {
        "dataverse.harvard.edu",
        "figshare.com",
        "hf.co",
        "huggingface.co",
        "ieee-dataport.org",
        "kaggle.com",
        "modelscope.cn",
        "openml.org",
        "physionet.org",
        "zenodo.org",
    }
)
_PROJECT_HOSTS = (
    ".github.io",
    ".gitlab.io",
    ".netlify.app",
    ".notion.site",
    ".pages.dev",
    ".readthedocs.io",
    ".streamlit.app",
    ".vercel.app",
    ".web.app",
    ".webflow.io",
    "sites.google.com",
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address in a text: `text[start:end]`, and the same as a URL."""

    start: int
    end: int
    url: str
    """Begins with http:// or https://; LaTeX escapes undone."""


def find_links(text: str) -> tuple[Link, ...]:
    r"""Return the links of a text, raw or cleaned, in order, each once.

    >>> [str(link.kind) for link in find_links(r"See https://github.com/a/b\_c{here}.")]
    ['code']
    """
    found: dict[str, Link] = {}
    for address in find_addresses(text):
        found.setdefault(same_place(address.url), Link(address.url, link_kind(address.url)))
    return tuple(found.values())


def find_addresses(text: str) -> Iterator[Address]:
    """Yield the addresses of a text, in order, none overlapping another.

    A full stop, comma, quote or bracket behind an address belongs to the sentence. What has no
    scheme counts where its host is well known, or begins with `www.`.
    """
    lower = text.lower()
    if not any(sign in lower for sign in SIGNS):
        return
    end = past = 0
    while start := START.search(text, end):
        begin, end = start.start(), start.end()
        if start[0][0] == ".":
            label = _LABEL.search(text[max(begin - 63, past) : begin])
            begin -= len(label[0]) if label else 0
        if match := _ADDRESS.match(text, begin):
            end = past = begin + _length(match[0])
            url = _url(match, text[begin:end])
            if web_address(url):  # No browser goes to port 99999.
                yield Address(begin, end, url)


def same_place(url: str) -> str:
    """Return what two spellings of one address share: no scheme, no final slash."""
    host, slash, path = url.partition("://")[2].partition("/")
    return f"{host.lower().removeprefix('www.')}{slash}{path}".rstrip("/").removesuffix(".git")


def link_kind(url: str) -> LinkKind:
    """Return what an address leads to, judged by its host and, on Hugging Face, by its path."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    if host in {"doi.org", "dx.doi.org"}:
        return LinkKind.DOI
    if host in {"huggingface.co", "hf.co"}:
        place = urlsplit(url).path.split("/")[1:2]
        return LinkKind.PROJECT if place in (["spaces"], ["blog"], ["papers"]) else LinkKind.MODEL
    if host in _CODE_HOSTS or host.startswith(("gitlab.", "git.")):
        return LinkKind.CODE
    if host in _MODEL_HOSTS:
        return LinkKind.MODEL
    return LinkKind.PROJECT if host.endswith(_PROJECT_HOSTS) else LinkKind.OTHER


def _length(found: str) -> int:
    """Return how much of a found address is not the sentence's punctuation."""
    end = len(found)
    spare = found.count(")") - found.count("(")
    while end and (found[end - 1] in ".,;:!?-" or (found[end - 1] == ")" and spare > 0)):
        spare -= found[end - 1] == ")"
        end -= 1
    return end


def unescaped(address: str) -> str:
    """Return an address without the backslashes that LaTeX wants in it."""
    return _ESCAPE.sub(r"\1", address)


def _url(match: re.Match[str], shown: str) -> str:
    """Return what an address shows as a URL with a scheme."""
    if match["doi"]:
        return "https://doi.org/" + shown[match.start("doi") - match.start() :]
    if match["bare"]:
        return "https://" + unescaped(shown)
    rest = shown[match.start("host") - match.start() :]
    return f"{match['scheme'].lower()}://{unescaped(rest)}"
