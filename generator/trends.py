"""How tags come and go, which go together, which papers come back: numbers, drawn elsewhere.

A paper counts once, on the day on which it was first listed.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import comb, exp, lgamma

from generator.catalog import Catalog, first_day, last_day, span
from generator.model import Paper

RECENT = dt.timedelta(weeks=4)
"""What counts as now: the last days of the archive, its newest list's day among them."""
BEFORE = dt.timedelta(weeks=52)
"""What now is held against: the days before it."""
LEAST_BEFORE = dt.timedelta(weeks=12)
"""A past shorter than this is none."""
FEWEST_DAYS = 2, 8
"""Days with a list, now and before, at least: papers of one list resemble each other."""
FEWEST_RECENT = 5
"""Papers that a rising tag has now at least: fewer are an accident, whatever a test says."""
FALSE_SHARE = 0.05
"""Of the tags called rising, the share that may be there by chance."""
NOTHING = 1e-17
"""A share of a sum that does not change it."""
FEW = 50
"""Papers below which a period's shares are uncertain: a share of a tenth may be a twentieth."""
FEWEST_PAIRED = 10
"""Papers that two tags share at least, before anything is said of the pair."""


@dataclass(frozen=True, slots=True)
class Point:
    """A month of a tag; or, once grouped, a quarter or some years, under its first month."""

    month: str
    """As addresses have it: 2025-03."""
    papers: int
    """First listed in it, with the tag."""
    of: int
    """All papers first listed in it; 0 where no list brought any."""

    @property
    def share(self) -> float:
        """The tag's share of the papers, 0 where there are none."""
        return self.papers / self.of if self.of else 0.0

    @property
    def few(self) -> bool:
        """Whether so few papers were listed that the share is uncertain."""
        return self.of < FEW


Points = tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """A tag on more papers now than its own past leads one to expect."""

    key: str
    recent: int
    """Papers with the tag, first listed in the last four weeks."""
    expected: float
    """How many there would be, were its share what it was before."""
    now: float
    """Its share of the papers of the last four weeks."""
    before: float
    """Its share of the papers of the year before these."""
    p: float
    """How often chance alone would do as much: see `chance_of`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two tags that stand on the same papers more often than chance would have it."""

    keys: tuple[str, str]
    """The one with more papers first."""
    papers: int
    """With both."""
    expected: float
    """With both, if one tag told nothing of the other."""

    @property
    def lift(self) -> float:
        """How many times as often as expected."""
        return self.papers / self.expected


def tag_months(catalog: Catalog) -> dict[str, Points]:
    """Return each tag's months, from the archive's first to its last, none left out.

    In the vocabulary's order; without a point where the archive has no day.
    """
    months = [month for names in span(catalog.days).values() for month in names]
    of = [len(catalog.first_listed.get(month, ())) for month in months]
    return {
        key: tuple(
            Point(month, len(by_month.get(month, ())), all_of)
            for month, all_of in zip(months, of, strict=True)
        )
        for key, by_month in catalog.tag_months.items()
    }


def windows(catalog: Catalog) -> tuple[dt.date, dt.date] | None:
    """Return the first day of the past and the first day of now; None where there are too few."""
    if not catalog.days:
        return None
    dates = [day.date for day in catalog.days]
    now = dates[-1] - RECENT + dt.timedelta(days=1)
    past = max(now - BEFORE, dates[0])
    recent, before = sum(date >= now for date in dates), sum(past <= date < now for date in dates)
    enough = recent >= FEWEST_DAYS[0] and before >= FEWEST_DAYS[1]
    return (past, now) if enough and now - past >= LEAST_BEFORE else None


def rising(catalog: Catalog) -> tuple[Rising, ...]:
    """Return the tags that rise against their own past, the least likely by chance first.

    The last four weeks are held against the year before them by Fisher's exact test, one-sided.
    Many tags are tested, so some pass by chance: Benjamini and Hochberg's procedure keeps these
    to a share of `FALSE_SHARE`. Tags with few papers now, or of one list, are left out after
    that. Empty where nothing rises, or the archive is too young to tell.
    """
    there = windows(catalog)
    if there is None:
        return ()
    past, now = there
    recent_papers = [paper for paper in catalog.listed if first_day(paper) >= now]
    before_papers = [paper for paper in catalog.listed if past <= first_day(paper) < now]
    if not recent_papers or not before_papers:
        return ()
    recent, before = tag_counts(recent_papers), tag_counts(before_papers)
    sizes = len(recent_papers), len(before_papers)
    found = [risen(key, recent[key], before[key], sizes) for key in recent.keys() | before.keys()]
    ranked = sorted(found, key=lambda each: (each.p, -each.recent, each.key))
    on_days = {(hit.key, first_day(paper)) for paper in recent_papers for hit in paper.tags}
    days = Counter(key for key, _ in on_days)
    return tuple(
        each
        for each in beyond_chance(ranked)
        if each.recent >= FEWEST_RECENT and days[each.key] >= FEWEST_DAYS[0]
    )


def tag_counts(papers: Iterable[Paper]) -> Counter[str]:
    """Return how many of these papers carry each tag."""
    return Counter(hit.key for paper in papers for hit in paper.tags)


def risen(key: str, recent: int, before: int, sizes: tuple[int, int]) -> Rising:
    """Return what a tag's counts say, now and before, among so many papers now and before."""
    of_recent, of_before = sizes
    return Rising(
        key=key,
        recent=recent,
        expected=of_recent * before / of_before,
        now=recent / of_recent,
        before=before / of_before,
        p=chance_of(recent, drawn=of_recent, marked=recent + before, of=of_recent + of_before),
    )


def beyond_chance(ranked: Sequence[Rising]) -> Sequence[Rising]:
    """Return the tags, of all tested, by ascending p, that pass Benjamini and Hochberg's rule.

    https://doi.org/10.1111/j.2517-6161.1995.tb02031.x
    """
    tests = len(ranked)
    passed = [at for at in range(tests) if ranked[at].p * tests <= (at + 1) * FALSE_SHARE]
    return ranked[: passed[-1] + 1] if passed else ()


def chance_of(found: int, *, drawn: int, marked: int, of: int) -> float:
    """Return how likely `drawn` papers out of `of` hold `found` or more of the `marked` ones.

    The upper tail of the hypergeometric distribution, which is Fisher's exact test: if now and
    before were alike, the papers of now would be drawn from all by lot. Summed in logarithms.

    >>> round(chance_of(3, drawn=3, marked=3, of=6), 4)
    0.05
    """
    all_ways = log_choose(of, drawn)
    most, least = min(drawn, marked), max(found, drawn + marked - of, 0)
    chance = 0.0
    for hits in range(least, most + 1):
        ways = log_choose(marked, hits) + log_choose(of - marked, drawn - hits)
        part = exp(ways - all_ways)
        chance += part
        # Past its peak the tail falls ever faster.
        if part < chance * NOTHING:
            break
    return min(1.0, chance)


def log_choose(of: int, some: int) -> float:
    """Return the logarithm of how many ways there are to choose some."""
    return lgamma(of + 1) - lgamma(some + 1) - lgamma(of - some + 1)


def together(catalog: Catalog) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return, for each tag, the tags on the same papers with how many these are, most first."""
    beside: dict[str, list[tuple[str, int]]] = {key: [] for key in catalog.tags}
    for (one, other), papers in catalog.shared.items():
        beside[one].append((other, papers))
        beside[other].append((one, papers))
    return {
        key: tuple(sorted(others, key=lambda each: (-each[1], each[0])))
        for key, others in beside.items()
    }


def pairs(catalog: Catalog, limit: int) -> tuple[Pair, ...]:
    """Return the pairs of tags that share the most papers beyond what chance would give them.

    By how many papers these are: so that a rare pair, whose numbers are small, does not come
    first because it was expected to be rarer still. Each passes Fisher's exact test, corrected
    for all pairs that there may be (Bonferroni).
    """
    size, of = {key: len(papers) for key, papers in catalog.tagged.items()}, len(catalog.listed)
    found = [
        Pair(
            keys=keys if size[keys[0]] >= size[keys[1]] else (keys[1], keys[0]),
            papers=papers,
            expected=size[keys[0]] * size[keys[1]] / of,
        )
        for keys, papers in catalog.shared.items()
        if papers >= FEWEST_PAIRED
    ]
    ranked = sorted(found, key=lambda each: (each.expected - each.papers, each.keys))
    luck = FALSE_SHARE / max(1, comb(len(size), 2))
    beyond = (
        each
        for each in ranked
        if each.papers > each.expected
        and chance_of(each.papers, drawn=size[each.keys[0]], marked=size[each.keys[1]], of=of)
        <= luck
    )
    return tuple(islice(beyond, limit))


def most_listed(catalog: Catalog, limit: int) -> tuple[Paper, ...]:
    """Return the papers listed on the most days, two at least; of equals the latest first."""
    back = [paper for paper in catalog.listed if first_day(paper) < last_day(paper)]
    order = {paper.slug: (len(paper.days), last_day(paper)) for paper in back}
    return tuple(sorted(back, key=lambda paper: order[paper.slug], reverse=True)[:limit])
