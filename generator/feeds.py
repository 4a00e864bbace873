"""Feeds of what was listed, as Atom and JSON Feed: the site's, its archives, and each tag's.

Atom is RFC 4287, its archives RFC 5005; JSON Feed is version 1.1.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import jinja2

from generator import urls
from generator.authority import authority, tag_uri
from generator.catalog import Catalog, Day, Item
from generator.config import Settings
from generator.engine import engine_digest
from generator.keys import Keys, Output
from generator.model import Tag
from generator.pages import Inert, environment, html_parts, month, template_key, words
from generator.pieces import Pieces, Row
from generator.plain import Key
from generator.references import long_date
from generator.text import attribute, visible

HEAD_DAYS = 7
"""Whoever looks once a week misses nothing, archives unread."""
HEAD_ITEMS = 150
"""Papers of the site's feed, unless its newest day alone has more: they stay below 512 kB."""
TAG_ITEMS = 100
"""Papers of a tag's feed."""

Json = str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What a feed has of a paper on a day: where it stands in the catalog."""

    day: dt.date
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed, or a document of one, in whatever form it will be written."""

    id: str
    """For good. The documents of one feed share it."""
    title: str
    page: urls.Address
    """The page that shows the same."""
    address: str
    """Its own, as Atom; with a query while the document is still growing."""
    updated: dt.date
    """From the record, never from the clock."""
    posts: tuple[Post, ...]
    """The newest day first, each day in its list's order."""
    links: tuple[tuple[str, str], ...] = ()
    """Relations and addresses of the feed's other documents."""
    archive: bool = False
    """Whether it is there to be walked through, and not to be subscribed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What every form of a feed says of a paper on a day; not escaped yet."""

    id: str
    url: str
    title: str
    html: str
    time: str
    tags: tuple[Tag, ...]
    authors: tuple[str, ...]
    """Empty where nobody knows: none is invented."""


def outputs(catalog: Catalog, settings: Settings, keys: Keys, pieces: Pieces) -> Iterator[Output]:
    """Yield the files of all feeds, and the list of them, in a fixed order."""
    shared = keys.of(engine_digest(), settings, catalog.tags)
    made_from = keys.of(template_key("entry.xml.jinja"), shared)

    def atom(feed: Feed, told_of: Sequence[Key]) -> Output:
        path = feed.address.partition("?")[0]
        make = partial(xml_entry, catalog, settings, feed.posts)
        row = pieces.row(path, made_from, told_of, make)
        key = keys.of(template_key("feed.xml.jinja"), made_from, replace(feed, posts=()), told_of)
        return Output(path=path, key=key, make=partial(atom_of, feed, row, settings))

    def json_feed(feed: Feed, told_of: Sequence[Key], address: urls.Address) -> Output:
        make = partial(json_entry, catalog, settings, feed.posts)
        row = pieces.row(address, shared, told_of, make)
        key = keys.of(shared, replace(feed, posts=()), told_of, address)
        return Output(path=address, key=key, make=partial(json_of, feed, address, row, settings))

    head, *archives = site_feeds(catalog, settings)
    told_of = each_told(head, keys)
    yield atom(head, told_of)
    yield json_feed(head, told_of, urls.FEED_JSON)
    for feed in archives:
        yield atom(feed, each_told(feed, keys))
    for key, feed in tag_feeds(catalog, settings):
        told_of = each_told(feed, keys)
        yield atom(feed, told_of)
        yield json_feed(feed, told_of, urls.tag_feed_json(key))
    list_key = keys.of(template_key("feeds.opml.jinja"), shared, catalog.areas)
    yield Output(path=urls.OPML, key=list_key, make=partial(opml_of, catalog, settings))


def each_told(feed: Feed, keys: Keys) -> list[Key]:
    """Return the key of what each entry of a feed says."""
    return [told(post, keys) for post in feed.posts]


def told(post: Post, keys: Keys) -> Key:
    """Return the key of what an entry says: nothing of the days on which its paper came later."""
    days = b"".join([day.toordinal().to_bytes(4) for day in (post.day, *post.item.earlier)])
    return keys.words(post.item.paper) + days


def site_feeds(catalog: Catalog, settings: Settings) -> Iterator[Feed]:
    """Yield the site's feed, then an archive document for each month, the newest first.

    Each paper of each day stands in one of them: the newest days in the feed, the others in their
    month's document. From the feed, `prev-archive` leads to all that hold something. A document
    never changes once its month has left the feed. Until then its address has a query there, so
    that a reader that has walked to it before asks for it again.
    """
    newest = head_days(catalog.days)
    dates = {day.date for day in newest}
    left = {
        name: tuple(day for day in days if day.date not in dates)
        for name, days in catalog.months.items()
    }
    documents = {
        name: month_document(name, left[name], grows=len(left[name]) < len(days))
        for name, days in catalog.months.items()
    }
    walked = [name for name, days in catalog.months.items() if left[name] or not days]
    before = dict(zip(walked[1:], walked, strict=False))
    after = dict(zip(documents, list(documents)[1:], strict=False))
    whole = Feed(
        id=tag_uri(settings, "feed"),
        title=settings.site_name,
        page=urls.HOME,
        address=urls.FEED,
        updated=newest[-1].date if newest else authority(settings).day,
        posts=posts_of(newest),
    )
    yield replace(whole, links=(("prev-archive", documents[walked[-1]]),) if walked else ())
    for name in reversed(documents):
        links: list[tuple[str, str]] = [("current", urls.FEED)]
        if name in before:
            links.append(("prev-archive", documents[before[name]]))
        if name in after:
            # Without a query: what is written here must not change with the next document.
            links.append(("next-archive", urls.feed_archive(after[name])))
        yield replace(
            archive_of(whole, name, left[name]), address=documents[name], links=tuple(links)
        )


def archive_of(whole: Feed, name: str, days: Sequence[Day]) -> Feed:
    """Return what the site's feed has of a month, its place among the others aside."""
    return replace(
        whole,
        title=f"{whole.title}, {month(name)}",
        page=urls.period(name),
        updated=days[-1].date if days else dt.date.fromisoformat(f"{name}-01"),
        posts=posts_of(days),
        archive=True,
    )


def month_document(name: str, days: Sequence[Day], *, grows: bool) -> str:
    """Return the address of a month's archive document that holds these days."""
    address = urls.feed_archive(name)
    return f"{address}?to={days[-1].date}" if grows and days else address


def head_days(days: Sequence[Day]) -> Sequence[Day]:
    """Return the newest days, ascending: those of a week, as many as fit, and one at least."""
    start = len(days)
    room = HEAD_ITEMS
    while start:
        day = days[start - 1]
        room -= len(day.items)
        if start < len(days) and (room < 0 or (days[-1].date - day.date).days >= HEAD_DAYS):
            break
        start -= 1
    return days[start:]


def posts_of(days: Sequence[Day]) -> tuple[Post, ...]:
    """Return what is on these days' lists, the newest day first."""
    return tuple(Post(day=day.date, item=item) for day in reversed(days) for item in day.items)


def tag_feeds(catalog: Catalog, settings: Settings) -> Iterator[tuple[str, Feed]]:
    """Yield each tag's key and feed; that of a tag of the past has what its heirs have."""
    followed = {key: (key,) for key in catalog.tags} | heirs_of(catalog)
    wanted: dict[str, list[str]] = defaultdict(list)
    for key, tags in followed.items():
        for tag in tags:
            wanted[tag].append(key)
    posts: dict[str, list[Post]] = {key: [] for key in followed}
    for day in reversed(catalog.days):
        for item in day.items:
            found = [key for hit in item.paper.tags for key in wanted[hit.key]]
            for key in dict.fromkeys(found):
                posts[key].append(Post(day=day.date, item=item))
                if len(posts[key]) == TAG_ITEMS:
                    for tag in followed[key]:
                        wanted[tag].remove(key)
    for key, tags in followed.items():
        names = " or ".join(catalog.tags[tag].name for tag in tags) or "a tag of the past"
        yield (
            key,
            Feed(
                id=tag_uri(settings, "feed", key),
                title=f"{settings.site_name}: {names}",
                page=urls.tag(tags[0] if len(tags) == 1 else key),
                address=urls.tag_feed(key),
                updated=posts[key][0].day if posts[key] else authority(settings).day,
                posts=tuple(posts[key]),
            ),
        )


def heirs_of(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Return the tags that took the place of each tag of the past: none, one or several."""
    found = {former.key: former.heirs for former in catalog.former.values()}
    heirs = {urls.tag(key): key for key in catalog.tags}
    for old, new in catalog.redirects.items():
        key = old.removeprefix(urls.TAGS).rstrip("/")
        if new in heirs and old == urls.tag(key) and "/" not in key:
            found[key] = (heirs[new],)
    return found


def atom_of(feed: Feed, row: Row, settings: Settings) -> bytes:
    """Return a feed as an Atom document."""
    shown = {
        "feed": feed,
        "absolute": lambda address: urls.absolute(address, settings.site_url),
        "settings": settings,
    }
    head = templates().get_template("feed.xml.jinja").render(shown).encode()
    return row.file(row.pieces(), head=head, end=b"</feed>\n")


def xml_entry(catalog: Catalog, settings: Settings, posts: Sequence[Post], at: int) -> bytes:
    """Return the entry of an Atom document at this place."""
    entry = entry_of(posts[at], catalog, settings)
    return templates().get_template("entry.xml.jinja").render({"entry": entry}).encode()


def json_of(feed: Feed, address: urls.Address, row: Row, settings: Settings) -> bytes:
    """Return a feed as a JSON Feed, whose address this is."""
    site = settings.site_url
    content: dict[str, Json] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": urls.absolute(feed.page, site),
        "feed_url": urls.absolute(address, site),
        "authors": [{"name": settings.site_name, "url": site}],
    }
    head = json.dumps(content, ensure_ascii=False).removesuffix("}") + ', "items": ['
    return row.file(row.pieces(), head=encoded(head), between=b", ", end=b"]}\n")


def json_entry(catalog: Catalog, settings: Settings, posts: Sequence[Post], at: int) -> bytes:
    """Return the item of a JSON Feed at this place."""
    entry = entry_of(posts[at], catalog, settings)
    item: dict[str, Json] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": entry.time,
    }
    if entry.tags:
        item["tags"] = [tag.name for tag in entry.tags]
    if entry.authors:
        item["authors"] = [{"name": name} for name in entry.authors]
    return encoded(json.dumps(item, ensure_ascii=False))


def encoded(text: str) -> bytes:
    """Return JSON as bytes; half a character of UTF-16, which JSON may name, is replaced."""
    return text.encode("utf-8", "replace")


def entry_of(post: Post, catalog: Catalog, settings: Settings) -> Entry:
    """Return what is said of a paper on a day; controls and the like are left out."""
    paper = post.item.paper
    authors = map(visible, paper.metadata.authors if paper.metadata else ())
    return Entry(
        id=tag_uri(settings, "papers", paper.id, post.day.isoformat()),
        url=urls.absolute(urls.paper(paper.slug), settings.site_url),
        title=visible(words(paper.title)),
        html=visible("".join(paragraphs(post.item, settings))),
        time=f"{post.day.isoformat()}T00:00:00Z",
        tags=tuple(catalog.tags_of(paper)),
        authors=tuple(name for name in authors if name.strip()),
    )


@lru_cache(maxsize=4096)
def html_of(cleaned: str) -> str:
    """Return a cleaned text's paragraphs as HTML; kept, since a paper stands in several feeds."""
    paragraphs = (part for part in cleaned.split("\n") if part.strip())
    return "".join(f"<p>{''.join(html_parts(part))}</p>" for part in paragraphs)


def paragraphs(item: Item, settings: Settings) -> Iterator[str]:
    """Yield the HTML of a paper's abstract, and of the days on which it was listed before."""
    yield html_of(item.paper.text.abstract)
    if item.earlier:
        links = (
            f'<a href="{attribute(urls.absolute(urls.day(day), settings.site_url))}">'
            f"{long_date(day)}</a>"
            for day in item.earlier
        )
        yield f"<p>Listed before, on {', '.join(links)}.</p>"


def opml_of(catalog: Catalog, settings: Settings) -> bytes:
    """Return the list of all feeds, by area, as OPML 2.0."""
    shown = {"catalog": catalog, "settings": settings, "urls": urls}
    return templates().get_template("feeds.opml.jinja").render(shown).encode()


def xml(value: object) -> str:
    """Return a template's value as text for an element or attribute; what XML templates print."""
    return value if isinstance(value, Inert) else attribute(str(value))


@lru_cache(maxsize=1)
def templates() -> jinja2.Environment:
    """Return the templates, which escape for XML by default."""
    return environment().overlay(finalize=xml)
