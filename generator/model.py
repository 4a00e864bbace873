"""What the archive is made of: frozen values, from the dump to the paper."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

EntryId = NewType("EntryId", str)
"""An entry's name for good: 12 hex of its dump's SHA-256, a hyphen, the line of its title."""

Slug = NewType("Slug", str)
"""The last part of a paper's address."""


class Severity(StrEnum):
    """How bad a problem is: an error lost something, a warning wants a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """A fault in the data, as a value; printed as `path:line: severity: message`."""

    path: str
    """Relative to the archive's folder."""
    line: int
    """From 1; 0 where the whole file is meant."""
    message: str
    """What was expected, what was found, what to do."""
    severity: Severity = Severity.ERROR
    entries: int = 0
    """How many entries this problem kept off the site."""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.severity}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a dump: a title and its abstract, as they stand there."""

    line: int
    """The line of its title, from 1: unlike its position, it stays when a reading is mended."""
    position: int
    """From 1, in the order of the list."""
    title: str
    """One line, never empty, blanks at both ends removed."""
    abstract: str
    """Its lines joined by line feeds, blanks at both ends of each removed; never empty."""
    end: int
    """The last line of its abstract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """One day's list, read."""

    path: str
    """Relative to the archive's folder, with slashes."""
    sha256: str
    """Of its bytes, 64 hex digits."""
    day: dt.date
    entries: tuple[Entry, ...]

    def entry_id(self, line: int) -> EntryId:
        """Return the name for good of the entry whose title stands on this line."""
        return EntryId(f"{self.sha256[:12]}-{line}")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Listing:
    """A paper on a day, in a dump. Ordered by day, dump and place in it."""

    day: dt.date
    dump: str
    """SHA-256 of the dump."""
    position: int
    line: int
    variant: int
    """Index into the paper's variants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One of a paper's texts, as a dump has it."""

    title_raw: str
    abstract_raw: str


class Status(StrEnum):
    """What the archive says about a paper as a whole."""

    LISTED = "listed"
    WITHDRAWN = "withdrawn"
    """By its authors: its page stays and says so; lists and feeds leave it out."""
    REMOVED = "removed"
    """From the archive: its page stays as a stone with its name."""


class LinkKind(StrEnum):
    """What a link in an abstract leads to."""

    CODE = "code"
    PROJECT = "project"
    MODEL = "model"
    DOI = "doi"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Link:
    """A link found in an abstract; its address begins with http:// or https://."""

    url: str
    kind: LinkKind


@dataclass(frozen=True, slots=True)
class TagHit:
    """A tag on a paper, with the words of the paper that earned it."""

    key: str
    score: float
    evidence: tuple[str, ...]
    """As written in the paper, in order of weight, without repeats; never empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A variant's words, made readable."""

    title: str
    """Cleaned, one line, formulas as `$...$` LaTeX, a literal dollar as `\\$`."""
    abstract: str
    """Cleaned like the title; paragraphs parted by a line feed."""
    abstract_tex: str
    """The raw abstract with its formulas given back as `$...$` and nothing else touched."""
    links: tuple[Link, ...]
    key: bytes
    """Of all this, and of the words of the dump from which it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What arXiv says about a paper: found, and proved by its abstract; never guessed."""

    arxiv: str
    """Its number there, without a version: 2203.11082."""
    doi: str
    """Empty where none is known."""
    authors: tuple[str, ...]
    """In order, as people write them: Ada Lovelace."""
    first: dt.date | None
    """The day of its first version there; None where the source does not say."""
    categories: tuple[str, ...]
    """The primary one first: cs.CL."""
    abstract: str
    """LaTeX, as recorded there."""
    source: str
    """Where this was found: a file's name, or the address that was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What the archive says about one work."""

    id: EntryId
    slug: Slug
    status: Status
    note: str
    """Why it is withdrawn or removed, as decided; else empty."""
    title: str
    """As shown: of the newest text, or as renamed by decision."""
    title_raw: str
    variants: tuple[Variant, ...]
    """In order of their first listing; never empty."""
    texts: tuple[Text, ...]
    """One for each variant, in the same order."""
    shown: int
    """Index of the variant that the page shows first: the newest."""
    listings: tuple[Listing, ...]
    """Sorted."""
    tags: tuple[TagHit, ...]
    """By descending score."""
    metadata: Metadata | None = None

    @property
    def text(self) -> Text:
        """The text that the page shows first."""
        return self.texts[self.shown]

    @property
    def abstract_raw(self) -> str:
        """The shown text as it stood in its dump."""
        return self.variants[self.shown].abstract_raw

    @property
    def links(self) -> tuple[Link, ...]:
        """The links of the shown text."""
        return self.text.links

    @property
    def has_code(self) -> bool:
        """Whether its text names a place where code is."""
        # Most have no link, and all are asked several times a build: a quarter of the time.
        links = self.texts[self.shown].links
        return bool(links) and any(link.kind is LinkKind.CODE for link in links)

    @property
    def other_texts(self) -> tuple[tuple[Text, tuple[dt.date, ...]], ...]:
        """The texts that the page shows below, each with the days on which a list had it."""
        return tuple(
            (text, tuple(x.day for x in self.listings if x.variant == index))
            for index, text in enumerate(self.texts)
            if index != self.shown
        )

    @property
    def days(self) -> tuple[dt.date, ...]:
        """The days it was listed on, ascending, each once."""
        if len(self.listings) == 1:  # Most were listed once, and all are asked by each build.
            return (self.listings[0].day,)
        return tuple(sorted({listing.day for listing in self.listings}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stone:
    """A promised address whose paper a mended reading has no longer: it answers, and says so."""

    id: EntryId
    slug: Slug
    title: str
    """Raw, as the ledger has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A subject of the vocabulary; its key is its address and never changes."""

    key: str
    name: str
    note: str
    """Its scope: what a paper must be about to carry it."""
    area: str
    """The key of its area."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A group of tags."""

    key: str
    name: str
    tags: tuple[str, ...]
    """Keys, in the vocabulary's order."""


class ArchiveError(Exception):
    """A fault of the user's that stops a command: no such folder, a bad setting.

    Its text is for people; the command ends with exit status 2.
    """
