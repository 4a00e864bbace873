"""What a built site weighs, by part, and how near it comes to what GitHub Pages takes."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from generator.model import Problem, Severity

PARTS = ("papers", "days", "tags", "search", "feeds", "data", "assets", "other")
"""In the order in which they are told. Lists of papers count as papers, areas as tags."""
FOLDERS = {name: name for name in PARTS[:-1]} | {"areas": "tags"}
FEED = re.compile(r"feed[^/]*")
"""A feed's file, wherever it lies."""
PAPER_PAGE = re.compile(r"papers/(?![\d-]+/)[^/]+/index\.html")
"""No slug is digits alone: those are the lists of a month."""
SITE_LIMIT = 1_000_000_000
"""Bytes of a published site, by GitHub's documentation of Pages."""
SHARE_TO_WARN = 0.8
"""Of the limit: what is left is room for months, so that nobody must move in a hurry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The files of one part of the site."""

    name: str
    files: int
    size: int
    """In bytes, uncompressed, as hosts count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a site weighs."""

    parts: tuple[Part, ...]
    """In the order of PARTS; those without a file are left out."""
    paper_pages: tuple[int, ...]
    """The bytes of each paper's page, sorted; stubs at old addresses are among them."""

    @property
    def files(self) -> int:
        """How many files there are."""
        return sum(part.files for part in self.parts)

    @property
    def size(self) -> int:
        """How many bytes the files hold."""
        return sum(part.size for part in self.parts)


def weigh(files: Iterable[tuple[str, int]]) -> Weight:
    """Return what a site weighs whose files have these names, slashes in them, and sizes."""
    sizes: dict[str, list[int]] = defaultdict(list)
    pages = []
    for name, size in files:
        sizes[part_of(name)].append(size)
        if PAPER_PAGE.fullmatch(name):
            pages.append(size)
    parts = (
        Part(name=name, files=len(sizes[name]), size=sum(sizes[name]))
        for name in PARTS
        if name in sizes
    )
    return Weight(parts=tuple(parts), paper_pages=tuple(sorted(pages)))


def part_of(name: str) -> str:
    """Return the part of the site that a file belongs to.

    >>> part_of("tags/video/feed.xml"), part_of("areas/vision/index.html"), part_of("sitemap.xml")
    ('feeds', 'tags', 'other')
    """
    folder, _, rest = name.partition("/")
    if FEED.fullmatch(name.rpartition("/")[2]):
        return "feeds"
    return FOLDERS.get(folder, "other") if rest else "other"


def at_most(share: float, values: Sequence[int]) -> int:
    """Return the least of these sorted values, of which there are some, that a share lies under.

    >>> at_most(0.95, range(1, 101)), at_most(0.5, [3])
    (95, 3)
    """
    return values[max(0, math.ceil(share * len(values)) - 1)]


def table(weight: Weight) -> Iterator[str]:
    """Yield the lines of a table of what takes the space."""
    total = Part(name="total", files=weight.files, size=weight.size)
    yield f"{'part':<8}{'files':>10}{'bytes':>16}  share"
    for part in (*weight.parts, total):
        share = part.size / (total.size or 1)
        yield f"{part.name:<8}{part.files:>10,}{part.size:>16,}  {share:>5.0%}"
    if pages := weight.paper_pages:
        yield (
            f"a paper's page: {sum(pages) / len(pages):,.0f} bytes on average, "
            f"95 % at most {at_most(0.95, pages):,}"
        )


def near_the_limit(weight: Weight) -> Iterator[Problem]:
    """A site leaves room under what GitHub Pages takes."""
    if weight.size >= SHARE_TO_WARN * SITE_LIMIT:
        yield Problem(
            path="site",
            line=0,
            message=f"expected less than {SHARE_TO_WARN * SITE_LIMIT / 1e6:,.0f} MB, which is "
            f"{SHARE_TO_WARN:.0%} of what GitHub Pages takes, found {weight.size / 1e6:,.0f} MB; "
            "if it is published there, get ready to move: any static host serves it, "
            "Daybook's docs/hosting.md says how",
            severity=Severity.WARNING,
        )
