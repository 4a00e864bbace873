"""The catalog as Markdown pages, through templates/."""

import datetime as dt
import html
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote_plus

import jinja2

from generator import urls
from generator.catalog import (
    Catalog,
    Day,
    calendar,
    first_day,
    last_day,
    neighbours,
    span,
    with_code,
)
from generator.cleaning import SegmentKind, excerpt, plain, segments
from generator.config import Settings
from generator.mathml import to_mathml
from generator.model import LinkKind, Paper, Status
from generator.quality import Quality
from generator.text import (
    attribute,
    front,
    html_in_markdown,
    line_start,
    markdown,
    visible,
    web_address,
)

NEWEST = 50
"""Papers on a tag's own page; its months hold the rest."""
EXCERPT = 320
"""Characters of an abstract on a list."""
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
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
"""Categories of characters that leave nothing to be seen."""
RECENT_DAYS = 7
"""Days that the home page names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A file for `docs/`."""

    path: str
    """Relative to `docs/`, with slashes."""
    text: str


class Inert(str):
    """Text that a filter made safe for the place where it lands."""

    __slots__ = ()


def inert(value: object) -> str:
    """Return a template's value as Markdown that shows just this text; what templates print."""
    return value if isinstance(value, Inert) else markdown(str(value))


def rich(cleaned: str) -> Inert:
    """Return cleaned text as one line of Markdown: formulas set, links live, the rest inert."""
    return Inert(line_start("".join(rich_parts(cleaned, live=True)).strip()))


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


def named(title: str) -> str:
    """Return a title, or what stands for one of which nothing would be seen: a link needs words."""
    seen = any(unicodedata.category(char) not in UNSEEN for char in plain(title))
    return title if seen else "Untitled"


def words(title: str) -> str:
    """Return a cleaned title as a reader would type it, on one line."""
    return " ".join(plain(named(title)).split())


def long_date(date: dt.date) -> str:
    """Return a day for people: 14 March 2025."""
    return f"{date.day} {date:%B %Y}"


def time(date: dt.date) -> Inert:
    """Return a day for people and machines."""
    return Inert(f'<time datetime="{date.isoformat()}">{long_date(date)}</time>')


def month(name: str) -> str:
    """Return a month for people: March 2025."""
    return f"{dt.date.fromisoformat(f'{name}-01'):%B %Y}"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 paper, 1,203 papers."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@jinja2.pass_context
def to(context: jinja2.runtime.Context, address: urls.Address) -> Inert:
    """Return the relative link from the page being written to an address."""
    return Inert(urls.relative(address, context["here"]))


def evidence(paper: Paper, key: str) -> Inert:
    """Return the words that earned a tag, as a Markdown link's title."""
    found = next(hit.evidence for hit in paper.tags if hit.key == key)
    return Inert(f'"{markdown("Because of: " + ", ".join(found))}"')


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return the templates, which escape by default."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        finalize=inert,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # finalize escapes for Markdown instead
    )
    env.filters.update(
        attribute=lambda text: Inert(attribute(text)),
        evidence=evidence,
        front=lambda text: Inert(front(text)),
        label=label,
        long_date=long_date,
        month=month,
        named=named,
        paragraph=paragraph,
        paragraphs=lambda cleaned: [part for part in cleaned.split("\n") if part.strip()],
        plain=words,
        quote=lambda text: Inert(quote_plus(visible(text), errors="replace")),
        rich=rich,
        excerpt=lambda cleaned: excerpt(cleaned, EXCERPT),
        inert=Inert,
        share=lambda share: f"{share:.2f}",
        time=time,
        to=to,
        url=lambda url: Inert(web_address(url)),
    )
    env.globals.update(
        count=count,
        calendar=calendar,
        first_day=first_day,
        with_code=with_code,
        last_day=last_day,
        LinkKind=LinkKind,
        LINK_NAMES=LINK_NAMES,
        NEWEST=NEWEST,
        Status=Status,
        urls=urls,
    )
    return env


def pages(
    catalog: Catalog, settings: Settings, *, sample: bool, quality: Quality | None = None
) -> Iterator[Page]:
    """Yield every page of the site, and stubs at its old addresses."""
    shared = {"catalog": catalog, "settings": settings, "sample": sample, "quality": quality}
    for template, address, values in contents(catalog):
        text = render(f"{template}.md.jinja", {**shared, **values, "here": address})
        yield Page(path=urls.source_file(address), text=text)
    for old, new in catalog.redirects.items():
        target = urls.absolute(new, settings.site_url)
        values = {"target": new, "canonical": target, "here": old}
        yield Page(path=urls.stub_file(old), text=render("redirect.html.jinja", values))
    yield Page(path="robots.txt", text=render("robots.txt.jinja", shared))
    yield Page(path=urls.OPENSEARCH, text=render("opensearch.xml.jinja", shared))


def render(template: str, values: Mapping[str, object]) -> str:
    """Return a template, filled."""
    return environment().get_template(template).render(values)


Content = tuple[str, urls.Address, Mapping[str, object]]


def contents(catalog: Catalog) -> Iterator[Content]:
    """Yield each page's template, address and what it alone shows."""
    yield "home", urls.HOME, {"recent": catalog.days[: -RECENT_DAYS - 1 : -1]}
    yield "about", urls.ABOUT, {}
    yield "search", urls.SEARCH, {}
    yield from day_contents(catalog)
    yield from paper_contents(catalog)
    yield from tag_contents(catalog)


def day_contents(catalog: Catalog) -> Iterator[Content]:
    """Yield the pages of days, months and years."""
    there = span(catalog.days)
    yield "days", urls.DAYS, {"there": there}
    for year, months in catalog.years.items():
        values = {"year": year, "months": sorted({*months, *there.get(year, ())})}
        yield "year", urls.period(year), values
    for name, days in catalog.months.items():
        yield "month", urls.period(name), {"name": name, "days": days}
    for before, day, after in with_neighbours(catalog.days):
        yield "day", urls.day(day.date), {"day": day, "before": before, "after": after}


def with_neighbours(days: tuple[Day, ...]) -> Iterator[tuple[Day | None, Day, Day | None]]:
    """Yield each day between the one before and the one after it."""
    return zip((None, *days[:-1]), days, (*days[1:], None), strict=True) if days else iter(())


def paper_contents(catalog: Catalog) -> Iterator[Content]:
    """Yield the pages of papers, and the lists of them."""
    unlisted = [paper for paper in catalog.papers if paper.status is not Status.LISTED]
    yield "papers", urls.PAPERS, {"unlisted": unlisted}
    for name, papers in catalog.first_listed.items():
        yield "papers_month", urls.papers_of_month(name), {"name": name, "papers": papers}
    beside = neighbours(catalog.days)
    for paper in catalog.papers:
        before, after = beside.get((last_day(paper), paper.slug), (None, None))
        values = {"paper": paper, "before": before, "after": after}
        yield "paper", urls.paper(paper.slug), values
    for stone in catalog.stones:
        yield "stone", urls.paper(stone.slug), {"stone": stone}


def tag_contents(catalog: Catalog) -> Iterator[Content]:
    """Yield the pages of tags, their years and months, and areas."""
    yield "tags", urls.TAGS, {}
    yield "untagged", urls.UNTAGGED, {}
    yield "tags_about", urls.TAGS_ABOUT, {}
    for area in catalog.areas:
        yield "area", urls.area(area.key), {"area": area}
    for key, tag in catalog.tags.items():
        years = catalog.tag_years(key)
        yield "tag", urls.tag(key), {"tag": tag, "years": years, "papers": catalog.tagged[key]}
        for year, months in years.items():
            values = {"tag": tag, "year": year, "months": months}
            yield "tag_year", urls.tag_period(key, year), values
        for name, papers in catalog.tag_months[key].items():
            values = {"tag": tag, "name": name, "papers": papers}
            yield "tag_month", urls.tag_period(key, name), values
    for address, former in catalog.former.items():
        others = [each for each, of in catalog.former.items() if of is former and each != address]
        yield "former", address, {"former": former, "others": others}
