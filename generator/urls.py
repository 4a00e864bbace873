"""Every path of the site: the only module that knows one.

An address is what stands behind `site_url`: lower case, no slash in front, one at the end, or a
file's name. The home page's is empty.
"""

import datetime as dt
import re
from typing import NewType

from slugify import slugify

from generator.text import digest, fold

Address = NewType("Address", str)

HOME = Address("")
PAPERS = Address("papers/")
DAYS = Address("days/")
TAGS = Address("tags/")
TAGS_ABOUT = Address("tags/about/")
UNTAGGED = Address("tags/untagged/")
ABOUT = Address("about/")
SEARCH = Address("search/")
TRENDS = Address("trends/")
READING_LIST = Address("reading-list/")
LATEST = Address("days/latest/")
OPENSEARCH = Address("opensearch.xml")
ICON = Address("assets/images/daybook.svg")
FEEDS = Address("feeds/")
FEED = Address("feed.xml")
FEED_JSON = Address("feed.json")
OPML = Address("feeds.opml")
CARD = Address("assets/cards/site.png")
DATA = Address("data/")
DATA_INDEX = Address("data/index.json")
DATA_LEDGER = Address("data/ledger.jsonl")
DATA_MERGES = Address("data/merges.yml")
DATA_CORRECTIONS = Address("data/corrections.yml")
DATA_METADATA = Address("data/metadata.jsonl")
DATA_VOCABULARY = Address("data/vocabulary.yml")
DATA_MOVED = Address("data/moved.json")
DATA_DAYS = Address("data/days.json")
DATA_TAGS = Address("data/tags.json")
DATA_SCHEMA = Address("data/paper.schema.json")
LLMS = Address("llms.txt")

LONGEST_SLUG = 80
"""Characters of a slug, its hash aside."""
RESERVED = re.compile(r"index|latest|feed|search|title|untagged|[a-z]|[\d-]+")
"""What the tree uses, or may."""


def paper(slug: str) -> Address:
    """Return the address of a paper's page."""
    return Address(f"papers/{slug}/")


def papers_of_month(month: str) -> Address:
    """Return the address of the list of papers first listed in a month, `2025-03`."""
    return Address(f"papers/{month}/")


def day(date: dt.date) -> Address:
    """Return the address of a day's page."""
    return Address(f"days/{date.isoformat()}/")


def period(name: str) -> Address:
    """Return the address of a month's or a year's page, `2025-03` or `2025`."""
    return Address(f"days/{name}/")


def tag(key: str) -> Address:
    """Return the address of a tag's page."""
    return Address(f"tags/{key}/")


def tag_period(key: str, name: str) -> Address:
    """Return the address of a tag's year or month, `2025` or `2025-03`."""
    return Address(f"tags/{key}/{name}/")


def feed_archive(month: str) -> Address:
    """Return the address of the feed's archive document of a month, `2025-03`."""
    return Address(f"feeds/{month}.xml")


def tag_feed(key: str) -> Address:
    """Return the address of a tag's Atom feed."""
    return Address(f"tags/{key}/feed.xml")


def tag_feed_json(key: str) -> Address:
    """Return the address of a tag's JSON Feed."""
    return Address(f"tags/{key}/feed.json")


def day_bib(date: dt.date) -> Address:
    """Return the address of the BibTeX of a day's papers."""
    return Address(f"days/{date.isoformat()}/papers.bib")


def tag_month_bib(key: str, month: str) -> Address:
    """Return the address of the BibTeX of a tag's papers, first listed in a month, `2025-03`."""
    return Address(f"tags/{key}/{month}/papers.bib")


def data_papers(month: str) -> Address:
    """Return the address of the papers first listed in a month, `2025-03`, as JSON lines."""
    return Address(f"data/papers/{month}.jsonl.gz")


def twin(slug: str) -> Address:
    """Return the address of a paper's page as plain Markdown."""
    return Address(f"papers/{slug}/index.md")


def data_bib(month: str) -> Address:
    """Return the address of the BibTeX of the papers first listed in a month."""
    return Address(f"data/{month}.bib")


def data_csl(month: str) -> Address:
    """Return the address of the CSL-JSON of the papers first listed in a month."""
    return Address(f"data/{month}.csl.json")


def area_card(key: str) -> Address:
    """Return the address of an area's picture, which links to its papers show."""
    return Address(f"assets/cards/{key}.png")


def area(key: str) -> Address:
    """Return the address of an area's page."""
    return Address(f"areas/{key}/")


def relative(target: Address, source: Address) -> str:
    """Return the link from one page to another, which works under any path.

    >>> relative(Address("tags/video/"), Address("papers/some-paper/"))
    '../../tags/video/'
    >>> relative(Address("papers/other/"), Address("papers/some-paper/"))
    '../other/'
    """
    folder, _, _ = source.rpartition("/")
    names, away = folder.split("/") if folder else [], target.split("/")
    same = 0
    while same < min(len(names), len(away) - 1) and names[same] == away[same]:
        same += 1
    return "../" * (len(names) - same) + "/".join(away[same:]) or "./"


def absolute(address: Address, site_url: str) -> str:
    """Return the whole URL of an address; `site_url` ends with a slash."""
    return f"{site_url}{address}"


def source_file(address: Address) -> str:
    """Return the Markdown file in `docs/` that becomes the page at this address."""
    if address in {HOME, PAPERS, DAYS, TAGS}:
        return f"{address}index.md"
    return f"{address.rstrip('/')}.md"


def html_file(address: Address) -> str:
    """Return the HTML file that answers at an address of a page."""
    return f"{address}index.html"


def month_name(date: dt.date) -> str:
    """Return a day's month as addresses have it."""
    return f"{date:%Y-%m}"


def slugs(title: str) -> tuple[str, ...]:
    """Return the slugs that this title may have, the first one first.

    A pure function of the folded title, so that two machines agree, and two spellings too. Bare
    where the slug holds the whole fold and the name is free; else with 6 hex of the fold's hash,
    and more where that is taken.
    """
    folded = fold(title)
    name = slugify(folded, max_length=LONGEST_SLUG, word_boundary=True)
    sum_of = digest(folded)
    hashed = tuple(f"{name or 'paper'}-{sum_of[:length]}" for length in (6, 8, 12, 16, 32, 64))
    whole = name.replace("-", " ") == folded
    return (name, *hashed) if whole and not RESERVED.fullmatch(name) else hashed
