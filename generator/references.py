"""What is said of a paper wherever it is cited: its names, its words on one line, its listing.

Nothing is invented: without metadata there is no author and no date, and the day of a listing is
said in words, since it is no day of publication.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from generator import urls
from generator.catalog import first_day
from generator.cleaning import plain
from generator.config import Settings
from generator.model import Metadata, Paper, Slug, Status
from generator.text import visible

Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
"""Categories of characters that leave nothing to be seen."""


def folded(text: str) -> str:
    """Return text on one line, without what no file may hold."""
    return " ".join(visible(text).split())


def one_line(cleaned: str) -> str:
    """Return a cleaned text as it reads, on one line."""
    return folded(plain(cleaned))


def named(title: str) -> str:
    """Return a title, or what stands for one of which nothing would be seen."""
    seen = any(unicodedata.category(char) not in UNSEEN for char in plain(title))
    return title if seen else "Untitled"


def title_line(paper: Paper) -> str:
    """Return a paper's title as a reader would type it."""
    return one_line(named(paper.title))


def long_date(date: dt.date) -> str:
    """Return a day for people: 14 March 2025."""
    return f"{date.day} {date:%B %Y}"


def permalink(paper: Paper, settings: Settings) -> str:
    """Return the whole URL of a paper's page."""
    return urls.absolute(urls.paper(paper.slug), settings.site_url)


def listed(paper: Paper, settings: Settings) -> str:
    """Return when and where a paper was first listed, in words."""
    day, site = long_date(first_day(paper)), folded(settings.site_name)
    withdrawn = "Withdrawn; listed" if paper.status is Status.WITHDRAWN else "Listed"
    return f"{withdrawn} on {day} in {site}"


def one_word(code: str) -> str:
    """Return an identifier without blanks, or what no file may hold."""
    return "".join(visible(code).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """An author's name; its parts only where they can be known safely."""

    text: str
    """As people write it, on one line."""
    family: str = ""
    given: str = ""
    """Together with the family's name the whole text; empty where that is."""
    collective: bool = False
    """Whether it looks like no person's name."""


_INITIAL = r"[A-Z]\.(?:-?[A-Z]\.)*"
_PART = r"[^\W\d_](?:[^\W\d_]|['’-])+"
_PARTED = re.compile(rf"(?P<given>(?:{_PART}|{_INITIAL})(?: {_INITIAL})*) (?P<family>{_PART})")
"""Two words, initials aside: a name of three may have a family name of two."""
_LOUD = re.compile(r"[A-Z]{2}")
_NOT_PERSONAL = re.compile(r"[\d,&(){}\\/@]|\band\b|\bothers\b", re.IGNORECASE)
_COLLECTIVE = re.compile(
    r"\bAI\b|\b(?i:cent(?:er|re)|collaboration|community|consortium|corporation|foundation|group|inc|"
    r"initiative|institute|lab(?:s|oratory)?|network|project|research|team|university)\b"
)
_SUFFIXES = frozenset({"Jr", "Sr"})


def name_of(author: str) -> Name:
    """Return a name, parted where it is one given name and one family name, and looks like it.

    >>> name_of("Ada B. Lovelace").family, name_of("Example Team").collective
    ('Lovelace', True)
    """
    text = folded(author)
    if " " not in text or _COLLECTIVE.search(text) or _NOT_PERSONAL.search(text):
        return Name(text=text, collective=True)
    found = _PARTED.fullmatch(text)
    if not found or _LOUD.search(text) or found["family"] in _SUFFIXES:
        return Name(text=text)
    if not (found["given"][0].isupper() and found["family"][0].isupper()):
        return Name(text=text)
    return Name(text=text, family=found["family"], given=found["given"])


def names(metadata: Metadata | None) -> tuple[Name, ...]:
    """Return the authors' names, in order; none where nobody said them."""
    found = map(name_of, metadata.authors if metadata else ())
    return tuple(name for name in found if name.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What is said of a paper wherever it is cited, on one line each; empty where nobody knows."""

    key: Slug
    title: str
    authors: tuple[Name, ...]
    first: dt.date | None
    arxiv: str
    doi: str
    url: str
    note: str
    """When and where it was listed, and whether it is withdrawn."""


def reference(paper: Paper, settings: Settings) -> Reference:
    """Return what is said of a paper that is not removed."""
    metadata = paper.metadata
    return Reference(
        key=paper.slug,
        title=title_line(paper),
        authors=names(metadata),
        first=metadata.first if metadata else None,
        arxiv=one_word(metadata.arxiv) if metadata else "",
        doi=one_word(metadata.doi) if metadata else "",
        url=permalink(paper, settings),
        note=listed(paper, settings),
    )
