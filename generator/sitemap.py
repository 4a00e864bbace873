"""The sitemap: the pages worth finding, each with the last listing day of what it shows."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from xml.sax.saxutils import escape

from generator import urls
from generator.catalog import Catalog, last_day
from generator.model import Status

SITEMAP_LIMIT = 50_000
"""Addresses in one sitemap, by the protocol of sitemaps.org."""


def sitemap_entries(catalog: Catalog, site_url: str) -> Iterator[tuple[str, date | None]]:
    """Yield the whole URL of each page worth finding, and the last listing day of what it shows."""
    newest = catalog.days[-1].date if catalog.days else None
    for address in (
        urls.HOME,
        urls.DAYS,
        urls.PAPERS,
        urls.TAGS,
        urls.TRENDS,
        urls.ABOUT,
        urls.FEEDS,
        urls.DATA,
    ):
        yield urls.absolute(address, site_url), newest
    for day in catalog.days:
        yield urls.absolute(urls.day(day.date), site_url), day.date
    for paper in catalog.papers:
        if paper.status is Status.LISTED:
            yield urls.absolute(urls.paper(paper.slug), site_url), last_day(paper)
    for area in catalog.areas:
        yield urls.absolute(urls.area(area.key), site_url), newest
    for key, papers in catalog.tagged.items():
        latest = last_day(papers[0]) if papers else None
        yield urls.absolute(urls.tag(key), site_url), latest


def sitemaps(catalog: Catalog, site_url: str) -> Iterator[tuple[str, bytes]]:
    """Yield sitemap.xml, in parts behind an index where it holds more than one may: path, content.

    MkDocs's own stamps every page with the day of the build.
    """
    found = list(sitemap_entries(catalog, site_url))
    if len(found) <= SITEMAP_LIMIT:
        yield "sitemap.xml", sitemap("urlset", "url", found)
        return
    parts = []
    for number, start in enumerate(range(0, len(found), SITEMAP_LIMIT), 1):
        name = f"sitemap-{number}.xml"
        yield name, sitemap("urlset", "url", found[start : start + SITEMAP_LIMIT])
        parts.append((f"{site_url}{name}", None))
    yield "sitemap.xml", sitemap("sitemapindex", "sitemap", parts)


def sitemap(root: str, item: str, entries: Iterable[tuple[str, date | None]]) -> bytes:
    """Return a sitemap, or an index of sitemaps."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ]
    lines += [
        f"<{item}><loc>{escape(url)}</loc>{lastmod(changed) if changed else ''}</{item}>"
        for url, changed in entries
    ]
    return "\n".join((*lines, f"</{root}>\n")).encode()


@cache
def lastmod(changed: date) -> str:
    """Return what says that a page changed on this day: many did."""
    return f"<lastmod>{changed.isoformat()}</lastmod>"
