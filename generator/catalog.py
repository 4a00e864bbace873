"""All papers, days, months, tags and their orders: fixed here and nowhere else."""

import datetime as dt
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import chain, combinations, groupby
from operator import attrgetter
from typing import TypeVar

from generator import urls
from generator.ledger import Kind, Ledger, Line
from generator.model import Area, Listing, Paper, Slug, Status, Stone, Tag
from generator.vocabulary import Former, Vocabulary

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A dump, as the site speaks of it."""

    sha256: str
    name: str
    """Its file's name."""
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A paper on a day."""

    paper: Paper
    listings: tuple[Listing, ...]
    """Of that day; more than one where several dumps have it, or one has it twice."""
    earlier: tuple[dt.date, ...]
    """The days before on which it was listed; empty for a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day with a dump, and what stood on its list."""

    date: dt.date
    sources: tuple[Source, ...]
    items: tuple[Item, ...]
    """In the list's order; a paper of two dumps stands where it came first."""
    withdrawn: int
    """How many papers of its list are withdrawn or removed."""

    @property
    def fresh(self) -> int:
        """How many of its papers were never listed before."""
        return sum(not item.earlier for item in self.items)


Papers = tuple[Paper, ...]
Neighbours = tuple[Paper | None, Paper | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Everything the site says, in its orders."""

    papers: Papers
    """All, in ledger order; withdrawn and removed ones too."""
    listed: Papers
    """Without withdrawn and removed ones, in ledger order."""
    days: tuple[Day, ...]
    """Ascending."""
    months: Mapping[str, tuple[Day, ...]]
    """By `2025-03`, ascending; a promised month may be empty."""
    years: Mapping[str, tuple[str, ...]]
    """Months by year, ascending."""
    first_listed: Mapping[str, Papers]
    """By month, in order of the title: each paper once."""
    areas: tuple[Area, ...]
    tags: Mapping[str, Tag]
    """In the vocabulary's order."""
    tagged: Mapping[str, Papers]
    """By tag, newest listing first; a tag without papers is there too."""
    tag_months: Mapping[str, Mapping[str, Papers]]
    """By tag and month of the first listing, ascending, in each the newest of these first: a paper
    that is listed again moves nowhere. A promised month may be empty."""
    shared: Mapping[tuple[str, str], int]
    """How many papers carry both of two tags, by their keys in order."""
    untagged: Papers
    former: Mapping[urls.Address, Former]
    """Pages of tags that are retired or split."""
    redirects: Mapping[urls.Address, urls.Address]
    """From old addresses to those that answer now; no chains."""
    stones: tuple[Stone, ...]
    related: Callable[[], Mapping[Slug, Papers]] = field(default=dict, compare=False)
    """Gives the related papers of each listed one, nearest first: they may still be looked for."""

    def with_related(self, places: Callable[[], Iterable[Sequence[int]]]) -> "Catalog":
        """Return this catalog with related papers; `places` gives those of each listed one."""
        return replace(self, related=cache(partial(related_papers, self.listed, places)))

    def tag_years(self, key: str) -> Mapping[str, tuple[str, ...]]:
        """Return a tag's months by year, ascending."""
        return by_year(self.tag_months[key])

    def tags_of(self, paper: Paper) -> Iterator[Tag]:
        """Yield a paper's tags, the surest first."""
        return (self.tags[hit.key] for hit in paper.tags)

    def area_papers(self, area: Area) -> int:
        """Return how many papers carry a tag of this area."""
        return len({paper.slug for key in area.tags for paper in self.tagged[key]})


def related_papers(
    listed: Papers, places: Callable[[], Iterable[Sequence[int]]]
) -> dict[Slug, Papers]:
    """Return the related papers of each of these, by their places among them."""
    return {
        paper.slug: tuple([listed[place] for place in row])
        for paper, row in zip(listed, places(), strict=True)
    }


def first_day(paper: Paper) -> dt.date:
    """Return the day on which a paper was first listed."""
    return paper.listings[0].day


@cache
def month_of(day: dt.date) -> str:
    """Return a day's month as addresses have it."""
    return urls.month_name(day)


def last_day(paper: Paper) -> dt.date:
    """Return the day on which a paper was listed last."""
    return paper.listings[-1].day


def first_month(paper: Paper) -> str:
    """Return the month in which a paper was first listed, as addresses have it."""
    return month_of(paper.listings[0].day)


def by_year(months: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return months by their year, both ascending."""
    years: dict[str, list[str]] = defaultdict(list)
    for month in sorted(months):
        years[month[:4]].append(month)
    return {year: tuple(found) for year, found in years.items()}


def catalog_of(
    papers: Sequence[Paper],
    *,
    sources: Mapping[dt.date, Sequence[Source]],
    vocabulary: Vocabulary,
    ledger: Ledger,
    redirects: Mapping[urls.Address, urls.Address],
    stones: Sequence[Stone],
) -> Catalog:
    """Return the catalog of these papers, which must come in ledger order.

    `sources` has every day that has a dump. Months and years that the ledger promises are there,
    even when nothing is in them any more.
    """
    listed = tuple(paper for paper in papers if paper.status is Status.LISTED)
    days = tuple(days_of(papers, sources))
    promised = {line.id for line in ledger.of(Kind.MONTH)}
    months = group_by(days, lambda day: month_of(day.date), promised)
    first = group_by(listed, first_month, months)
    return Catalog(
        papers=tuple(papers),
        listed=listed,
        days=days,
        months=months,
        years=by_year(months),
        first_listed={
            month: tuple(sorted(found, key=lambda paper: paper.title.casefold()))
            for month, found in first.items()
        },
        areas=vocabulary.areas,
        tags=vocabulary.tags,
        tagged=tagged_papers(listed, vocabulary, last_day),
        tag_months=tag_months(listed, vocabulary, ledger),
        shared=shared_papers(listed),
        untagged=tuple(paper for paper in listed if not paper.tags),
        former=former_pages(vocabulary, ledger, redirects),
        redirects=redirects,
        stones=tuple(stones),
    )


def tagged_papers(
    listed: Papers, vocabulary: Vocabulary, by: Callable[[Paper], dt.date]
) -> dict[str, Papers]:
    """Return the papers of every tag, the latest of these days first."""
    found: dict[str, list[Paper]] = {key: [] for key in vocabulary.tags}
    for paper in sorted(listed, key=by, reverse=True):
        for hit in paper.tags:
            found[hit.key].append(paper)
    return {key: tuple(papers) for key, papers in found.items()}


def tag_months(
    listed: Papers, vocabulary: Vocabulary, ledger: Ledger
) -> dict[str, dict[str, Papers]]:
    """Return each tag's papers by the month of their first listing, promised months too."""
    promised: dict[str, set[str]] = defaultdict(set)
    for line in ledger.of(Kind.TAG_MONTH):
        key, _, month = line.id.partition(" ")
        promised[key].add(month)
    tagged = tagged_papers(listed, vocabulary, first_day)
    return {key: group_by(found, first_month, promised[key]) for key, found in tagged.items()}


def shared_papers(listed: Papers) -> dict[tuple[str, str], int]:
    """Return how many papers carry both of two tags, by their keys in order."""
    tags = (sorted([hit.key for hit in paper.tags]) for paper in listed)
    return dict(Counter(chain.from_iterable(combinations(keys, 2) for keys in tags)))


def former_pages(
    vocabulary: Vocabulary, ledger: Ledger, redirects: Container[urls.Address]
) -> dict[urls.Address, Former]:
    """Return the pages of tags of the past that lead nowhere else, by address."""
    found = {urls.tag(key): former for key, former in vocabulary.former.items()}
    for line in ledger.lines if found else ():
        key = line.id.partition(" ")[0]
        if line.kind in {Kind.TAG, Kind.TAG_YEAR, Kind.TAG_MONTH} and key in vocabulary.former:
            found[line.address] = vocabulary.former[key]
    return {address: former for address, former in found.items() if address not in redirects}


def group_by(
    items: Iterable[T], name_of: Callable[[T], str], promised: Iterable[str]
) -> dict[str, tuple[T, ...]]:
    """Return items by name, ascending, the promised names without items too."""
    groups: dict[str, list[T]] = {name: [] for name in promised}
    for each in items:
        groups.setdefault(name_of(each), []).append(each)
    return {name: tuple(groups[name]) for name in sorted(groups)}


def days_of(papers: Iterable[Paper], sources: Mapping[dt.date, Sequence[Source]]) -> Iterator[Day]:
    """Yield the days, ascending, each with the papers of its list."""
    found: dict[dt.date, list[tuple[Paper, tuple[Listing, ...]]]] = defaultdict(list)
    for paper in papers:
        for day, listings in groupby(paper.listings, key=attrgetter("day")):
            found[day].append((paper, tuple(listings)))
    for day in sorted(sources):
        rank = {source.sha256: index for index, source in enumerate(sources[day])}
        there = sorted(found[day], key=lambda each: place(each[1], rank))
        shown = [each for each in there if each[0].status is Status.LISTED]
        yield Day(
            date=day,
            sources=tuple(sources[day]),
            items=tuple(item(paper, listings, day) for paper, listings in shown),
            withdrawn=len(there) - len(shown),
        )


def place(listings: Sequence[Listing], rank: Mapping[str, int]) -> tuple[int, int]:
    """Return where a paper stands first on a day: which dump, and where in it."""
    return min([(rank[listing.dump], listing.position) for listing in listings])


def item(paper: Paper, listings: tuple[Listing, ...], day: dt.date) -> Item:
    """Return a paper as an item of a day."""
    earlier = tuple(date for date in paper.days if date < day) if day > first_day(paper) else ()
    return Item(paper=paper, listings=listings, earlier=earlier)


def promises(catalog: Catalog) -> Iterator[Line]:
    """Yield a line for each address that the site promises, papers aside, in a fixed order."""
    for day in catalog.days:
        name = day.date.isoformat()
        yield Line(kind=Kind.DAY, address=urls.day(day.date), id=name, title="")
    for year, months in catalog.years.items():
        yield Line(kind=Kind.YEAR, address=urls.period(year), id=year, title="")
        for month in months:
            yield Line(kind=Kind.MONTH, address=urls.period(month), id=month, title="")
    for area in catalog.areas:
        address = urls.area(area.key)
        yield Line(kind=Kind.AREA, address=address, id=area.key, title=area.name)
    for key, tag in catalog.tags.items():
        yield Line(kind=Kind.TAG, address=urls.tag(key), id=key, title=tag.name)
        for year, months in catalog.tag_years(key).items():
            address = urls.tag_period(key, year)
            yield Line(kind=Kind.TAG_YEAR, address=address, id=f"{key} {year}", title=tag.name)
            for month in months:
                address = urls.tag_period(key, month)
                name = f"{key} {month}"
                yield Line(kind=Kind.TAG_MONTH, address=address, id=name, title=tag.name)


def calendar(month: str, days: Sequence[Day]) -> Iterator[tuple[dt.date, Day | None]]:
    """Yield every date of a month, with its day where a list of it is in the archive."""
    there = {day.date: day for day in days}
    first = dt.date.fromisoformat(f"{month}-01")
    for number in range(1, monthrange(first.year, first.month)[1] + 1):
        date = first.replace(day=number)
        yield date, there.get(date)


def span(days: Sequence[Day]) -> dict[str, tuple[str, ...]]:
    """Return every month from the first day's to the last's, by year, both ascending."""
    if not days:
        return {}
    first, last = (12 * day.date.year + day.date.month - 1 for day in (days[0], days[-1]))
    return by_year(f"{at // 12:04}-{at % 12 + 1:02}" for at in range(first, last + 1))


def with_code(papers: Iterable[Paper]) -> int:
    """Return how many of these papers name a place where their code is."""
    return sum(paper.has_code for paper in papers)


def neighbours(days: Iterable[Day]) -> dict[Slug, Neighbours]:
    """Return the papers before and after each on the list that had it last; days ascend."""
    found: dict[Slug, Neighbours] = {}
    for day in days:
        listed = [each.paper for each in day.items]
        for before, paper, after in zip((None, *listed), listed, (*listed[1:], None), strict=False):
            found[paper.slug] = before, after
    return found
