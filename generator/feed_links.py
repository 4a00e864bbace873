"""What a page's head says of the feeds that have the same."""

from generator import urls
from generator.config import Settings
from generator.model import Tag
from generator.text import attribute

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"


def head_links(settings: Settings, here: urls.Address, tag: Tag | None = None) -> tuple[str, ...]:
    """Return a page's link elements by which readers find the site's feeds.

    On the pages of a tag, those of the tag come first.
    """
    name = settings.site_name
    feeds = [(ATOM, name, urls.FEED), (JSON_FEED, name, urls.FEED_JSON)]
    if tag:
        title = f"{name}: {tag.name}"
        feeds = [
            (ATOM, title, urls.tag_feed(tag.key)),
            (JSON_FEED, title, urls.tag_feed_json(tag.key)),
            *feeds,
        ]
    return tuple(
        f'<link rel="alternate" type="{kind}" title="{attribute(title)}" '
        f'href="{urls.relative(address, here)}">'
        for kind, title, address in feeds
    )
