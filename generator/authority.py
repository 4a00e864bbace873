"""Who gives the things of an archive their names for good, by RFC 4151."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from generator.config import Settings
from generator.model import Problem, Severity
from generator.text import quoted

AUTHORITY = re.compile(
    r"(?P<name>(?:[a-z0-9._+-]+@)?[a-z0-9]+(?:[.-]+[a-z0-9]+)*),"
    r"(?P<since>[0-9]{4}(?:-[0-9]{2}){0,2})"
)
NO_YEAR = 2025
"""Since when the site's host names things, in an archive that does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who gives names for good."""

    name: str
    """A domain or an e-mail address, in lower case."""
    since: str
    """A year, a month or a day on which that was theirs."""
    day: dt.date
    """The first of it."""

    @property
    def host(self) -> str:
        """The domain, without what stands before it in an e-mail address."""
        return self.name.rpartition("@")[2]


def tag_uri(settings: Settings, *parts: str) -> str:
    """Return a name for good by RFC 4151: it holds no address of a page, and no title.

    >>> tag_uri(Settings(site_name="", site_url="", authority="example.org,2026"), "papers", "1")
    'tag:example.org,2026:papers/1'
    """
    who = authority(settings)
    return f"tag:{who.name},{who.since}:{'/'.join(parts)}"


def authority(settings: Settings) -> Authority:
    """Return who gives names in this archive; what is not set, or amiss, is the site's host."""
    return parse_authority(settings.authority) or Authority(
        name=host_of(settings.site_url), since=str(NO_YEAR), day=dt.date(NO_YEAR, 1, 1)
    )


def host_of(site_url: str) -> str:
    """Return the host in a site's address as RFC 4151 writes one."""
    try:
        host = (urlsplit(site_url).hostname or "").lower()
    except ValueError:
        host = ""
    return ".".join(re.findall("[a-z0-9]+(?:-+[a-z0-9]+)*", host)) or "daybook"


def parse_authority(text: str) -> Authority | None:
    """Return the authority that is written so, or None where RFC 4151 does not know it."""
    match = AUTHORITY.fullmatch(text)
    if not match:
        return None
    try:
        day = dt.date.fromisoformat(f"{match['since']}-01-01"[: len("2025-01-01")])
    except ValueError:
        return None
    return Authority(name=match["name"], since=match["since"], day=day)


def check_authority(settings: Settings) -> Iterator[Problem]:
    """An archive says once who gives its names, lest they change with its address."""
    if parse_authority(settings.authority):
        return
    found = quoted(settings.authority) if settings.authority else "none"
    who = authority(settings)
    yield Problem(
        path="mkdocs.yml",
        line=0,
        message="expected `authority:` under extra.daybook like example.org,2026-11-21 (a domain "
        f"or e-mail address of yours, and a day on which it was yours), found {found}; set it "
        f"once and for good: to keep the feeds' names as they are now, authority: \"{who.name},"
        f'{who.since}"',
        severity=Severity.ERROR if settings.authority else Severity.WARNING,
    )
