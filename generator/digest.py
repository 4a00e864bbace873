"""A day's list as a message for a mailing list."""

import datetime as dt
import re
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache

import jinja2

from generator import urls
from generator.authority import authority
from generator.catalog import Catalog, Day, Item
from generator.cleaning import excerpt
from generator.config import Settings
from generator.model import ArchiveError, LinkKind, Tag
from generator.pages import LINK_NAMES, Inert, count, environment
from generator.references import long_date, named
from generator.text import attribute, quoted, visible, web_address

LINE = 72
"""Columns of the plain part."""
TITLE = 300
"""Characters of a title, in case a list has one without an end."""
EXCERPT = 200
"""Characters of an abstract."""
BRIEF = 100
"""Papers from which on abstracts are left out: mail readers cut off what is over 100 kB."""
STANDS_OUT = 3
"""Papers of a tag that a day must have at least, and have above its usual share, to name it."""
LATEST = "latest"
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9]+(?:[.-]+[A-Za-z0-9]+)*"
)
"""An e-mail address as RFC 5322 writes one without quotes, comments or other scripts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a message says."""

    day: Day
    items: tuple[Item, ...]
    """In the list's order; of the wanted tags alone, if any are; never empty."""
    tags: tuple[Tag, ...]
    """The wanted ones; empty for all papers."""
    much: tuple[Tag, ...]
    """What the day has more of than others, most of all first; at most two."""

    @property
    def fresh(self) -> int:
        """How many of its papers were never listed before."""
        return sum(not item.earlier for item in self.items)


def digest_of(catalog: Catalog, day: str, keys: Sequence[str]) -> Digest | None:
    """Return what there is to say of a day, `2025-03-14` or `latest`; None where it has no paper.

    Raises ArchiveError where the archive has no such day or tag.
    """
    for key in keys:
        if key not in catalog.tags:
            raise ArchiveError(f"--tag: expected a tag's key, found {quoted(key)}; see /tags/")
    if day == LATEST and not catalog.days:
        return None
    found = day_named(catalog, day)
    wanted = set(keys)
    items = tuple(
        item
        for item in found.items
        if not wanted or any(hit.key in wanted for hit in item.paper.tags)
    )
    if not items:
        return None
    return Digest(
        day=found,
        items=items,
        tags=tuple(tag for key, tag in catalog.tags.items() if key in wanted),
        much=() if wanted else standing_out(catalog, items),
    )


def day_named(catalog: Catalog, name: str) -> Day:
    """Return a day of an archive that has one, by its date, or the latest.

    Raises ArchiveError where it has no such day.
    """
    days = {day.date.isoformat(): day for day in catalog.days}
    if name == LATEST:
        return catalog.days[-1]
    if name not in days:
        raise ArchiveError(
            f"--day: expected a day with a list, like 2025-03-14, or latest, found {quoted(name)}"
        )
    return days[name]


def standing_out(catalog: Catalog, items: Sequence[Item]) -> tuple[Tag, ...]:
    """Return the tags of which a day has most above their usual share, at most two."""
    number = Counter(hit.key for item in items for hit in item.paper.tags)
    share = len(items) / len(catalog.listed)
    above = {key: found - share * len(catalog.tagged[key]) for key, found in number.items()}
    keys = [key for key in catalog.tags if above.get(key, 0) >= STANDS_OUT]
    return tuple(catalog.tags[key] for key in sorted(keys, key=lambda key: -above[key])[:2])


def subject(digest: Digest, settings: Settings) -> str:
    """Return a message's subject: whose, which day, how much, and what stands out."""
    said = count(len(digest.items), "paper")
    if digest.tags:
        said += f" on {names(digest.tags, ' or ')}"
    if digest.fresh < len(digest.items):
        said += f", {digest.fresh:,} new"
    if digest.much:
        said += f", much on {names(digest.much, ' and ')}"
    return one_line(f"{settings.site_name}, {long_date(digest.day.date)}: {said}")


def names(tags: Sequence[Tag], word: str) -> str:
    """Return tags' names as a reader would list them."""
    *first, last = [tag.name for tag in tags]
    return f"{', '.join(first)}{word}{last}" if first else last


def message_id(digest: Digest, settings: Settings) -> str:
    """Return a message's name for good: of the day and the tags, whenever it is made."""
    who = authority(settings)
    what = ".".join(["digest", digest.day.date.isoformat(), *(tag.key for tag in digest.tags)])
    return f"<{what}.{who.since}@{who.host}>"


def message(
    digest: Digest, catalog: Catalog, settings: Settings, *, sender: str, to: str, now: dt.datetime
) -> EmailMessage:
    """Return a day as a message of two parts, plain and HTML; either address may be empty.

    Raises ArchiveError where one of the addresses is none.
    """
    values = {
        "digest": digest,
        "settings": settings,
        "subject": subject(digest, settings),
        "papers": [paper_values(item, digest, catalog, settings) for item in digest.items],
        "page": urls.absolute(urls.day(digest.day.date), settings.site_url),
        "feeds": urls.absolute(urls.FEEDS, settings.site_url),
        "names": names,
    }
    made = EmailMessage(policy=SMTP)
    if sender:
        made["From"] = Address(display_name=one_line(settings.site_name), addr_spec=address(sender))
    if to:
        made["To"] = Address(addr_spec=address(to))
    made["Subject"] = subject(digest, settings)
    made["Date"] = now
    made["Message-ID"] = message_id(digest, settings)
    made["List-Id"] = f"<daybook.{authority(settings).host}>"
    made["Archived-At"] = (
        f"<{one_line(urls.absolute(urls.day(digest.day.date), settings.site_url))}>"
    )
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(plain_templates().get_template("mail.txt.jinja").render(values))
    made.add_alternative(
        html_templates().get_template("mail.html.jinja").render(values), subtype="html"
    )
    return made


def paper_values(
    item: Item, digest: Digest, catalog: Catalog, settings: Settings
) -> Mapping[str, object]:
    """Return what a message says of a paper; not escaped yet, formulas as plain Unicode."""
    paper = item.paper
    brief = len(digest.items) > BRIEF
    return {
        "title": excerpt(named(paper.title), TITLE),
        "url": urls.absolute(urls.paper(paper.slug), settings.site_url),
        "excerpt": "" if brief else excerpt(paper.text.abstract, EXCERPT),
        "tags": " · ".join(tag.name for tag in catalog.tags_of(paper)),
        "links": [
            (LINK_NAMES[link.kind], web_address(link.url))
            for link in paper.links
            if link.kind is not LinkKind.OTHER and web_address(link.url)
        ],
        "earlier": [long_date(day) for day in item.earlier],
    }


def address(text: str) -> str:
    """Return an e-mail address that was given.

    Raises ArchiveError where it is none.
    """
    if not ADDRESS.fullmatch(text):
        raise ArchiveError(f"expected an address like list@example.org, found {quoted(text)}")
    return text


def one_line(value: object) -> str:
    """Return text on one line, nothing in it that could end a header."""
    return " ".join(visible(str(value)).split())


def wrapped(text: object, indent: str = "") -> Inert:
    """Return text in lines for the plain part; what is too long for one stays whole."""
    return Inert(
        textwrap.fill(
            one_line(text),
            LINE,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


@lru_cache(maxsize=1)
def plain_templates() -> jinja2.Environment:
    """Return the templates, for plain text."""
    env = environment().overlay(
        finalize=lambda value: value if isinstance(value, Inert) else one_line(value)
    )
    env.filters = {**env.filters, "wrapped": wrapped}
    return env


@lru_cache(maxsize=1)
def html_templates() -> jinja2.Environment:
    """Return the templates, which escape for HTML by default."""
    return environment().overlay(
        finalize=lambda value: value if isinstance(value, Inert) else attribute(str(value))
    )
