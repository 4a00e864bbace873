"""The catalog as Markdown pages, through templates/."""

import datetime as dt
import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, quote_plus

import jinja2

from generator import charts, courses, trends, urls
from generator.catalog import (
    Catalog,
    Day,
    by_year,
    calendar,
    first_day,
    last_day,
    neighbours,
    span,
    with_code,
)
from generator.charts import sparkline
from generator.cite import cite_box, coins, preformatted
from generator.cleaning import SegmentKind, excerpt, plain, segments
from generator.config import Settings
from generator.differences import Change, Run, changes, woven
from generator.engine import engine_digest
from generator.feed_links import head_links
from generator.heads import head, head_of_day, head_of_tag
from generator.heatmap import latest_map, year_map
from generator.keys import Keys
from generator.mathml import to_mathml
from generator.model import Area, LinkKind, Paper, Status, Tag, Text
from generator.plain import Key, digest, dumped
from generator.quality import Quality
from generator.references import long_date, named
from generator.tag_map import by_size, tag_map, tag_sizes
from generator.text import (
    attribute,
    front,
    html_in_markdown,
    line_start,
    markdown,
    visible,
    web_address,
)
from generator.trends import Points, rising, tag_months, together, windows

T = TypeVar("T")

TEMPLATES = Path(__file__).parent / "templates"
NEWEST = 50
"""Papers on a tag's own page; its months hold the rest."""
EXCERPT = 320
"""Characters of an abstract on a list."""
TEASER = 200
"""Characters of an abstract in a page's description: search engines show no more."""
NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
LONGEST_MARKDOWN = 50_000
"""Characters of a paragraph's Markdown. The time that Python-Markdown takes grows with the square
of a paragraph's marks: minutes, for an abstract of nothing else."""
LINK_NAMES = {
    LinkKind.CODE: "Code",
    LinkKind.PROJECT: "Project page",
    LinkKind.MODEL: "Model or data",
    LinkKind.DOI: "DOI",
    LinkKind.OTHER: "Link",
}
CHIPS = 10
"""Tags of a day that its page shows at once; the others unfold."""
RECENT_DAYS = 7
"""Days that the home page names."""
FRONT = 10
"""Papers of the newest day on the home page."""
BESIDE = 8
"""Tags that a tag's page names as going with it."""
AREA_NEWEST = 10
"""Papers on an area's page."""


Values = Mapping[str, object]
MakeValues = Callable[[], Values]
Content = tuple[str, urls.Address, MakeValues]
"""Template, address, and what makes the values that the template sees."""
KeyedContent = tuple[str, urls.Address, MakeValues, object]
"""Template, address, what makes the values, and what the page's key is made of: of the values, as
much as the template shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A file for `docs/`, which becomes text when somebody asks for it."""

    path: str
    """Relative to `docs/`, with slashes."""
    address: urls.Address
    template: str
    """Its file in templates/."""
    values: MakeValues
    """Makes what its template sees of its own: of most pages nobody asks for it."""
    shared: Values
    """What it sees beside, as others do."""
    key: Key | None
    """The same key, the same text. None where a page is made of too much to tell: there are few."""

    @property
    def kind(self) -> str:
        """What kind of page it is, as its front matter says."""
        return kind_of(self.template)

    @property
    def text(self) -> str:
        """The page's Markdown, made anew each time."""
        own = {**self.values(), "here": self.address, "kind": self.kind}
        return environment().get_template(self.template).render({**self.shared, **own})


@cache
def kind_of(template: str) -> str:
    """Return the kind of the pages that a template makes."""
    return template.partition(".")[0].replace("_", "-")


class Inert(str):
    """Text that a filter made safe for the place where it lands."""

    __slots__ = ()


def inert(value: object) -> str:
    """Return a template's value as Markdown that shows just this text; what templates print."""
    return value if isinstance(value, Inert) else markdown(str(value))


def rich(cleaned: str) -> Inert:
    """Return cleaned text as one line of Markdown: formulas set, links live, the rest inert."""
    return Inert(line_start("".join(rich_parts(cleaned, live=True)).strip()))


@lru_cache(maxsize=1 << 14)
def label(cleaned: str) -> Inert:
    """Return cleaned text as the words of a link: formulas set, no link within the link."""
    return Inert(line_start("".join(rich_parts(named(cleaned), live=False)).strip()))


def rich_parts(cleaned: str, *, live: bool) -> Iterator[str]:
    """Yield the Markdown of each part of a cleaned text, links live or as text."""
    for part in segments(cleaned):
        if part.kind is SegmentKind.FORMULA:
            yield formula(part.value)
        elif live and part.kind is SegmentKind.LINK and web_address(part.url):
            yield f"[{markdown(part.value)}]({web_address(part.url)})"
        else:
            yield spaced(part.value)


def paragraph(cleaned: str) -> Inert:
    """Return cleaned text as a paragraph, like `rich`; as HTML, which is passed on, if endless."""
    line = rich(cleaned)
    if len(line) <= LONGEST_MARKDOWN:
        return line
    return Inert(f"<p>{''.join(html_parts(cleaned))}</p>")


def html_parts(cleaned: str) -> Iterator[str]:
    """Yield the HTML of each part of a cleaned text, on one line."""
    for part in segments(cleaned):
        if part.kind is SegmentKind.FORMULA and (mathml := to_mathml(part.value)):
            yield f'<span class="db-math">{mathml}</span>'
        elif part.kind is SegmentKind.FORMULA:
            yield attribute(plain(f"${part.value}$"))
        elif part.kind is SegmentKind.LINK and (address := web_address(part.url)):
            yield f'<a href="{address}">{attribute(part.value)}</a>'
        else:
            yield html.escape(visible(part.value))


def spaced(text: str) -> str:
    """Return inert Markdown that keeps a blank at either end, for text between other parts."""
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() and text.strip() else ""
    return f"{before}{markdown(text)}{after}"


@lru_cache(maxsize=65536)
def formula(latex: str) -> str:
    """Return a formula as MathML in a span, or as text where it cannot be set."""
    mathml = to_mathml(latex)
    # The span comes first, since Python-Markdown takes <math> for the start of a block.
    if mathml:
        return f'<span class="db-math">{html_in_markdown(mathml)}</span>'
    return markdown(plain(f"${latex}$"))


def words(title: str) -> str:
    """Return a cleaned title as a reader would type it, on one line."""
    return " ".join(plain(named(title)).split())


def time(date: dt.date) -> Inert:
    """Return a day for people and machines."""
    return Inert(f'<time datetime="{date.isoformat()}">{long_date(date)}</time>')


def weekday(date: dt.date) -> Inert:
    """Return a day of a month for people and machines: Fri 14."""
    return Inert(f'<time datetime="{date.isoformat()}">{date:%a} {date.day}</time>')


def month(name: str) -> str:
    """Return a month for people: March 2025."""
    return f"{dt.date.fromisoformat(f'{name}-01'):%B %Y}"


def month_alone(name: str) -> str:
    """Return a month for people where its year is known: March."""
    return f"{dt.date.fromisoformat(f'{name}-01'):%B}"


def shares(points: Points) -> str:
    """Return in words which share of the papers a tag had over these months, and when the most."""
    of = sum(point.of for point in points)
    if not of:
        return ""
    first, last = month(points[0].month), month(points[-1].month)
    when = f"in {first}" if first == last else f"from {first} to {last}"
    said = f"{sum(point.papers for point in points) / of:.1%} of all papers first listed {when}"
    sure = [point for point in points if not point.few]
    top = max(sure, key=lambda point: point.share, default=None)
    most = f"; most in {month(top.month)}, {top.share:.1%}" if top and len(sure) > 1 else ""
    return f"{said}{most}."


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 paper, 1,203 papers."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@jinja2.pass_context
def to(context: jinja2.runtime.Context, address: urls.Address) -> Inert:
    """Return the relative link from the page being written to an address."""
    return Inert(urls.relative(address, context["here"]))


def evidence(paper: Paper, key: str) -> Inert:
    """Return the words that earned a tag, as a Markdown link's title; each once, in any case."""
    found = next(hit.evidence for hit in paper.tags if hit.key == key)
    once: dict[str, str] = {}
    for word in found:
        once.setdefault(word.casefold(), word)
    return Inert(f'"{markdown("Because of: " + ", ".join(once.values()))}"')


def later(before: dt.date, after: dt.date) -> str:
    """Return how long after a day another one is, in words; whole months and years, once there.

    >>> later(dt.date(2025, 3, 14), dt.date(2025, 3, 23))
    'nine days later'
    >>> later(dt.date(2023, 3, 14), dt.date(2025, 3, 13))
    'a year later'
    """
    days = (after - before).days
    months = 12 * (after.year - before.year) + after.month - before.month
    months -= after.day < before.day
    if days <= 1:
        return "the next day" if days else "the same day"
    whole = ((months // 12, "year"), (months, "month"), (days, "day"))
    number, noun = next((number, noun) for number, noun in whole if number)
    if number == 1:
        return f"a {noun} later"
    return f"{NUMBERS[number] if number < len(NUMBERS) else number} {noun}s later"


def against(text: Text, paper: Paper) -> tuple[tuple[Run, ...], tuple[Run, ...]] | None:
    """Return how another text's title and abstract differ from those that a paper shows.

    What went is the other text's; a title without a difference is empty. None where the two have
    little in common.
    """
    title = woven(plain(text.title), plain(paper.text.title))
    abstract = woven(plain(text.abstract), plain(paper.text.abstract))
    if title is None or abstract is None:
        return None
    return (() if all(run.same for run in title) else title), abstract


def mended(paper: Paper) -> tuple[Change, ...]:
    """Return how a paper's words differ from those of its dump: what stood there, what is shown."""
    pairs = ((paper.title_raw, paper.title), (paper.abstract_raw, paper.text.abstract))
    found: list[Change] = []
    for raw, shown in pairs:
        if raw != shown:
            apart = changes(raw, plain(shown))
            found += [(raw, "")] if apart is None else apart
    return tuple(found)


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return the templates, which escape by default."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        finalize=inert,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # Else each include of each line would ask the disk whether its template has changed.
        auto_reload=False,
        autoescape=False,  # noqa: S701  # finalize escapes for Markdown instead
    )
    env.filters.update(
        against=against,
        attribute=lambda text: Inert(attribute(text)),
        evidence=evidence,
        front=lambda text: Inert(front(text)),
        html=lambda cleaned: Inert("".join(html_parts(cleaned))),
        label=label,
        later=later,
        long_date=long_date,
        month=month,
        month_alone=month_alone,
        named=named,
        json=lambda text: Inert(json.dumps(text, ensure_ascii=False)),
        mended=mended,
        paragraph=paragraph,
        path=lambda text: Inert(quote(visible(text), safe="/.", errors="replace")),
        paragraphs=lambda cleaned: [part for part in cleaned.split("\n") if part.strip()],
        plain=words,
        preformatted=lambda text: Inert(preformatted(text)),
        quote=lambda text: Inert(quote_plus(visible(text), errors="replace")),
        rich=rich,
        excerpt=lambda cleaned: excerpt(cleaned, EXCERPT),
        teaser=lambda cleaned: excerpt(cleaned, TEASER),
        inert=Inert,
        number=lambda number: f"{number:,}",
        share=lambda share: f"{share:.2f}",
        shares=shares,
        spark=lambda points, label: Inert(sparkline(points, label)),
        time=time,
        to=to,
        url=lambda url: Inert(web_address(url)),
        weekday=weekday,
    )
    env.globals.update(
        count=count,
        by_year=by_year,
        charts=charts,
        courses=courses,
        first_day=first_day,
        with_code=with_code,
        last_day=last_day,
        CHIPS=CHIPS,
        FRONT=FRONT,
        LinkKind=LinkKind,
        LINK_NAMES=LINK_NAMES,
        NEWEST=NEWEST,
        Status=Status,
        trends=trends,
        urls=urls,
        year_map=year_map,
    )
    return env


class Compiled(jinja2.BytecodeCache):
    """Templates as Jinja compiled them, which takes as long as writing a hundred pages.

    Whoever keeps them guards them against damage. Which template it was is in what is kept.
    """

    def __init__(self, known: Mapping[str, bytes], keep: Callable[[str, bytes], None]) -> None:
        self.known, self.keep = known, keep

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Fill in what is kept of a template, if it is of this text."""
        if code := self.known.get(name_of(bucket)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep a template; what cannot be kept, on a full disk, will be compiled again."""
        with suppress(OSError):
            self.keep(name_of(bucket), bucket.bytecode_to_string())


def name_of(bucket: jinja2.bccache.Bucket) -> str:
    """Return the name under which a compiled template is kept: the engine's digest, and its own."""
    return f"{engine_digest().hex()}-{bucket.key}"


@cache
def template_key(name: str) -> Key:
    """Return the key of a template and of those that it includes."""
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    return digest(source.encode() + b"".join(map(template_key, included(source))))


def included(source: str) -> list[str]:
    """Return the names of the templates that a template names; Jinja would parse it all."""
    return re.findall(r'"([^"\n]+\.jinja)"', source)


def pages(
    catalog: Catalog,
    settings: Settings,
    *,
    sample: bool,
    quality: Quality | None = None,
    keys: Keys | None = None,
) -> Iterator[Page]:
    """Yield every page of the site, stubs at its old addresses, and two files for machines."""
    keys = keys or Keys()
    everywhere: dict[str, object] = {
        "settings": settings,
        "sample": sample,
        "tags_of": catalog.tags_of,
        "tags_on": lambda day: tags_on(day, catalog.tags),
        # Called where a page is written: most pages are not, from one build to the next.
        "head_of": lambda paper: head(paper, catalog, settings),
        "head_of_day": lambda day: head_of_day(day, settings),
        "head_of_tag": lambda tag, papers, name="": head_of_tag(tag, papers, settings, name),
        "feed_links": lambda here, tag: "".join(head_links(settings, here, tag)[:2]),
        "cite_of": lambda paper: cite_box(paper, settings),
        "coins_of": lambda paper: coins(paper, settings),
    }
    everywhere["once"] = once(everywhere)
    shared = keys.of(settings, sample, catalog.areas, catalog.tags)
    whole = {**everywhere, "catalog": catalog, "quality": quality}

    def page(
        path: str, address: urls.Address, name: str, values: MakeValues, key: Key | None
    ) -> Page:
        seen = whole if key is None else everywhere
        return Page(path=path, address=address, template=name, values=values, shared=seen, key=key)

    for template, address, make_values in broad_contents(catalog):
        name = f"{template}.md.jinja"
        yield page(urls.source_file(address), address, name, make_values, None)
    for template, address, make_values, made_of in narrow_contents(catalog, keys):
        name = f"{template}.md.jinja"
        key = keys.of(template_key(name), shared, address, made_of)
        yield page(urls.source_file(address), address, name, make_values, key)
    for old, new, said in stubs(catalog):
        canonical = urls.absolute(new, settings.site_url)
        stub = {"target": new, "canonical": canonical, "said": said}
        key = keys.of(template_key("redirect.html.jinja"), shared, old, new, said)
        yield page(urls.html_file(old), old, "redirect.html.jinja", partial(dict, stub), key)
    yield page("robots.txt", urls.HOME, "robots.txt.jinja", dict, None)
    yield page(urls.OPENSEARCH, urls.HOME, "opensearch.xml.jinja", dict, None)


def once(values: Values) -> Callable[..., Inert]:
    """Return what writes a paper's line on a list, by a template, once for many lists.

    That is, for all pages from which links to papers look the same: the template's macro `line`
    must show nothing else of where it stands. `values` are what it sees beside.
    """
    macros: dict[tuple[str, str], Callable[..., str]] = {}
    lines: dict[tuple[str, str, int, dt.date, bool], Inert] = {}

    @jinja2.pass_context
    def line(
        context: jinja2.runtime.Context,
        name: str,
        paper: Paper,
        when: dt.date,
        *,
        cited: bool = False,
    ) -> Inert:
        place = name, urls.relative(urls.PAPERS, context["here"])
        key = *place, id(paper), when, cited
        if key not in lines:
            if place not in macros:
                seen = {**values, "here": context["here"]}
                macros[place] = environment().get_template(name).make_module(seen).line  # type: ignore[attr-defined]
            lines[key] = Inert(macros[place](paper, when, cited))
        return lines[key]

    return line


def stubs(catalog: Catalog) -> Iterator[tuple[urls.Address, urls.Address, str]]:
    """Yield the addresses that lead elsewhere, with where to, and what is said there."""
    for old, new in catalog.redirects.items():
        yield old, new, "This page has moved"
    newest = urls.day(catalog.days[-1].date) if catalog.days else urls.DAYS
    yield urls.LATEST, newest, "The newest list"


def broad_contents(catalog: Catalog) -> Iterator[Content]:
    """Yield the few pages that show something of the whole catalog."""
    points = tag_months(catalog)
    yield "home", urls.HOME, partial(home_values, catalog, points)
    yield "about", urls.ABOUT, dict
    yield "search", urls.SEARCH, dict
    yield "trends", urls.TRENDS, dict
    yield "reading_list", urls.READING_LIST, dict
    yield "feeds", urls.FEEDS, dict
    yield "data", urls.DATA, dict
    there = span(catalog.days)
    yield "days", urls.DAYS, partial(dict, there=there)
    for before, year, after in with_neighbours(tuple(catalog.years)):
        days = [day for name in catalog.years[year] for day in catalog.months[name]]
        months = sorted({*catalog.years[year], *there.get(year, ())})
        beside = {"before": period(before), "after": period(after)}
        make: MakeValues = partial(dict, year=year, months=months, days=days, **beside)
        yield "year", urls.period(year), make
    yield "papers", urls.PAPERS, partial(papers_values, catalog)
    yield "tags", urls.TAGS, partial(tags_values, catalog)
    yield "untagged", urls.UNTAGGED, dict
    yield "tags_about", urls.TAGS_ABOUT, dict
    for area in catalog.areas:
        yield "area", urls.area(area.key), partial(area_values, catalog, area, points)


def home_values(catalog: Catalog, points: Mapping[str, Points]) -> Values:
    """Return what the home page shows of the catalog."""
    listings = {day.date: len(day.items) for day in catalog.days}
    by_years = groupby(catalog.days[::-1], key=lambda day: day.date.year)
    years = [(str(year), [listings[day.date] for day in found]) for year, found in by_years]
    return {
        "points": points,
        "recent": catalog.days[: -RECENT_DAYS - 1 : -1],
        "rising": rising(catalog),
        "tested": windows(catalog) is not None,
        "calendar_map": latest_map(catalog.days, urls.HOME),
        "years": [(year, len(found), sum(found)) for year, found in years],
        "areas": [
            (area, catalog.area_papers(area), [key for key, _ in tag_sizes(catalog, area)][:3])
            for area in catalog.areas
        ],
    }


def papers_values(catalog: Catalog) -> Values:
    """Return what the page of all papers shows beside the catalog."""
    return {"unlisted": [each for each in catalog.papers if each.status is not Status.LISTED]}


def tags_values(catalog: Catalog) -> Values:
    """Return what the page of all tags shows beside the catalog."""
    return {
        "map": tag_map(catalog, urls.TAGS),
        "areas": [(area, by_size(catalog, area.tags)) for area in catalog.areas],
        "most": max(map(len, catalog.tagged.values()), default=0),
    }


def area_values(catalog: Catalog, area: Area, points: Mapping[str, Points]) -> Values:
    """Return what an area's page shows."""
    keys, newest = by_size(catalog, area.tags), area_newest(catalog, area)
    return {"area": area, "keys": keys, "points": points, "newest": newest}


def area_newest(catalog: Catalog, area: Area) -> tuple[Paper, ...]:
    """Return the newest papers with a tag of an area, the newest listing first."""
    found = {paper.slug: paper for key in area.tags for paper in catalog.tagged[key][:AREA_NEWEST]}
    return tuple(sorted(found.values(), key=last_day, reverse=True)[:AREA_NEWEST])


def narrow_contents(catalog: Catalog, keys: Keys) -> Iterator[KeyedContent]:
    """Yield the many pages that are made of their values alone: a page's key is made of them."""
    yield from day_contents(catalog)
    yield from tag_contents(catalog, keys)
    # Last, since related papers may still be looked for.
    yield from paper_contents(catalog, keys)
    for address, former in catalog.former.items():
        others = [each for each, of in catalog.former.items() if of is former and each != address]
        heirs = [catalog.tags[key] for key in former.heirs]
        yield content("former", address, former=former, heirs=heirs, others=others)


def content(template: str, address: urls.Address, **values: object) -> KeyedContent:
    """Return a page that shows all its values."""
    return template, address, partial(dict, values), values


def day_contents(catalog: Catalog) -> Iterator[KeyedContent]:
    """Yield the pages of months and days."""
    for before, name, after in with_neighbours(tuple(catalog.months)):
        days = catalog.months[name]
        way = tuple(stretches(name, days, catalog.days))
        beside = {"before": period(before), "after": period(after)}
        make: MakeValues = partial(dict, name=name, days=days, stretches=way, **beside)
        shown = [(first, last, day and (len(day.items), day.fresh)) for first, last, day in way]
        yield "month", urls.period(name), make, (shown, beside)
    for past, day, next_day in with_neighbours(catalog.days):
        beside = {"before": day_link(past), "after": day_link(next_day)}
        yield content("day", urls.day(day.date), day=day, **beside)


def with_neighbours(rows: tuple[T, ...]) -> Iterator[tuple[T | None, T, T | None]]:
    """Yield each of a row between the one before and the one after it."""
    return zip((None, *rows[:-1]), rows, (*rows[1:], None), strict=True) if rows else iter(())


WayPoint = tuple[urls.Address, str]
"""A page beside another, and its name for people."""


def day_link(day: Day | None) -> WayPoint | None:
    """Return where a day's page is, and its name."""
    return None if day is None else (urls.day(day.date), long_date(day.date))


def papers_link(name: str | None) -> WayPoint | None:
    """Return where the list of papers first listed in a month is, and the month for people."""
    return None if name is None else (urls.papers_of_month(name), month(name))


def period(name: str | None) -> WayPoint | None:
    """Return where the page of a month or a year is, and its name."""
    return None if name is None else (urls.period(name), month(name) if "-" in name else name)


def stretches(
    name: str, days: Sequence[Day], all_days: Sequence[Day]
) -> Iterator[tuple[dt.date, dt.date, Day | None]]:
    """Yield a month's days with a list, and what lies between them: first date, last date, day.

    Nothing before the archive's first day, and nothing after its newest.
    """
    dates = [
        (date, day)
        for date, day in calendar(name, days)
        if all_days and all_days[0].date <= date <= all_days[-1].date
    ]
    for day, found in groupby(dates, key=lambda each: each[1]):
        stretch = [date for date, _ in found]
        yield stretch[0], stretch[-1], day


def tags_on(day: Day, tags: Mapping[str, Tag]) -> list[tuple[Tag, int]]:
    """Return the tags of a day's papers with the number of these, most first, then by name."""
    counts = Counter(hit.key for item in day.items for hit in item.paper.tags)
    found = [(tags[key], number) for key, number in counts.items()]
    return sorted(found, key=lambda each: (-each[1], each[0].name.casefold()))


def paper_contents(catalog: Catalog, keys: Keys) -> Iterator[KeyedContent]:
    """Yield the pages of papers, and the lists of them by month."""
    for earlier, name, later_one in with_neighbours(tuple(catalog.first_listed)):
        papers = catalog.first_listed[name]
        beside = {"before": papers_link(earlier), "after": papers_link(later_one)}
        make: MakeValues = partial(dict, name=name, papers=papers, **beside)
        yield "papers_month", urls.papers_of_month(name), make, (beside, keys.cited(papers))
    around = neighbours(catalog.days)
    link = {id(paper): dumped((paper.slug, paper.title)) for paper in catalog.papers}
    link[id(None)] = dumped(None)
    related = catalog.related()
    for paper in catalog.papers:
        linked = *around.get(paper.slug, (None, None)), *related.get(paper.slug, ())
        made_of = keys.record(paper) + b"".join([link[id(each)] for each in linked])
        yield "paper", urls.paper(paper.slug), partial(paper_values, paper, *linked), made_of
    for stone in catalog.stones:
        yield content("stone", urls.paper(stone.slug), stone=stone)


def paper_values(paper: Paper, *linked: Paper | None) -> Values:
    """Return what a paper's page shows; of the others, before, after and related, only a link."""
    before, after, *related = [each and (each.slug, each.title) for each in linked]
    return {"paper": paper, "before": before, "after": after, "related": related}


def tag_contents(catalog: Catalog, keys: Keys) -> Iterator[KeyedContent]:
    """Yield the pages of tags, their years and months."""
    areas = {area.key: area for area in catalog.areas}
    coded = {paper.slug for paper in catalog.listed if paper.has_code}
    points, beside = tag_months(catalog), together(catalog)
    for key, tag in catalog.tags.items():
        papers = catalog.tagged[key]
        yield content(
            "tag",
            urls.tag(key),
            tag=tag,
            area=areas[tag.area],
            years=sized_years(catalog, key),
            # The newest month is not over: each of its days would change every tag's page.
            points=points[key][:-1],
            beside=[(other, catalog.tags[other].name, n) for other, n in beside[key][:BESIDE]],
            number=len(papers),
            coded=sum(paper.slug in coded for paper in papers),
            newest=papers[:NEWEST],
        )
        yield from tag_periods(catalog, tag, keys)


def tag_periods(catalog: Catalog, tag: Tag, keys: Keys) -> Iterator[KeyedContent]:
    """Yield the pages of a tag's years and months."""
    for year, months in sized_years(catalog, tag.key):
        address = urls.tag_period(tag.key, year)
        yield content("tag_year", address, tag=tag, year=year, months=months)
    by_month = catalog.tag_months[tag.key]
    for before, name, after in with_neighbours(tuple(by_month)):
        papers = by_month[name]
        beside = {"before": tag_month_link(tag, before), "after": tag_month_link(tag, after)}
        make: MakeValues = partial(dict, tag=tag, name=name, papers=papers, **beside)
        made_of = (tag.key, name, beside, keys.cited(papers))
        yield "tag_month", urls.tag_period(tag.key, name), make, made_of


def sized_years(catalog: Catalog, key: str) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return a tag's years with their months, both ascending, and the papers of each month."""
    by_month = catalog.tag_months[key]
    return [
        (year, [(name, len(by_month[name])) for name in months])
        for year, months in catalog.tag_years(key).items()
    ]


def tag_month_link(tag: Tag, name: str | None) -> WayPoint | None:
    """Return where the page of a tag's month is, and the month for people."""
    return None if name is None else (urls.tag_period(tag.key, name), month(name))
