"""The catalog as Markdown pages, through templates/."""

import datetime as dt
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import quote, quote_plus

import jinja2
from jinja2 import meta

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
from generator.cite import cite_box, coins, preformatted
from generator.cleaning import SegmentKind, excerpt, plain, segments
from generator.config import Settings
from generator.differences import Change, changes
from generator.feed_links import head_links
from generator.heads import head, head_of_day, head_of_tag
from generator.keys import Key, Keys, digest
from generator.mathml import to_mathml
from generator.model import LinkKind, Paper, Status
from generator.quality import Quality
from generator.references import long_date, named
from generator.text import (
    attribute,
    front,
    html_in_markdown,
    line_start,
    markdown,
    visible,
    web_address,
)

TEMPLATES = Path(__file__).parent / "templates"
NEWEST = 50
"""Papers on a tag's own page; its months hold the rest."""
EXCERPT = 320
"""Characters of an abstract on a list."""
TEASER = 200
"""Characters of an abstract in a page's description: search engines show no more."""
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
RECENT_DAYS = 7
"""Days that the home page names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A file for `docs/`, which becomes text when somebody asks for it."""

    path: str
    """Relative to `docs/`, with slashes."""
    address: urls.Address
    template: str
    """Its file in templates/."""
    values: Mapping[str, object]
    """All that the template sees."""
    key: Key | None
    """The same key, the same text. None where a page is made of too much to tell: there are few."""

    @property
    def kind(self) -> str:
        """What kind of page it is, as its front matter says."""
        return kind_of(self.template)

    @property
    def text(self) -> str:
        """The page's Markdown, made anew each time."""
        return environment().get_template(self.template).render(self.values)


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


@cache
def template_key(name: str) -> Key:
    """Return the key of a template and of those that it includes."""
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    inner = meta.find_referenced_templates(environment().parse(source))
    return digest(source.encode() + b"".join(template_key(each) for each in inner if each))


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
    everywhere = {
        "settings": settings,
        "sample": sample,
        "tags_of": catalog.tags_of,
        # Called where a page is written: most pages are not, from one build to the next.
        "head_of": lambda paper: head(paper, catalog, settings),
        "head_of_day": lambda day: head_of_day(day, settings),
        "head_of_tag": lambda tag, papers, name="": head_of_tag(tag, papers, settings, name),
        "feed_links": lambda here, tag: "".join(head_links(settings, here, tag)[:2]),
        "cite_of": lambda paper: cite_box(paper, settings),
        "coins_of": lambda paper: coins(paper, settings),
    }
    shared = keys.of(settings, sample, catalog.areas, catalog.tags)
    whole = {**everywhere, "catalog": catalog, "quality": quality}

    def page(path: str, address: urls.Address, name: str, values: Values, key: Key | None) -> Page:
        own = {**values, "here": address, "kind": kind_of(name)}
        if key is None:
            return Page(path=path, address=address, template=name, values=whole | own, key=None)
        return Page(path=path, address=address, template=name, values=everywhere | own, key=key)

    for template, address, values in broad_contents(catalog):
        yield page(urls.source_file(address), address, f"{template}.md.jinja", values, None)
    for template, address, values in narrow_contents(catalog):
        name, own = f"{template}.md.jinja", values.get("paper")
        whole_paper = keys.whole(own) if isinstance(own, Paper) else None
        key = keys.of(template_key(name), shared, address, values, whole_paper)
        yield page(urls.source_file(address), address, name, values, key)
    for old, new in catalog.redirects.items():
        target = urls.absolute(new, settings.site_url)
        stub = {"target": new, "canonical": target}
        key = keys.of(template_key("redirect.html.jinja"), shared, old, new)
        yield page(urls.html_file(old), old, "redirect.html.jinja", stub, key)
    yield page("robots.txt", urls.HOME, "robots.txt.jinja", {}, None)
    yield page(urls.OPENSEARCH, urls.HOME, "opensearch.xml.jinja", {}, None)


Values = Mapping[str, object]
Content = tuple[str, urls.Address, Values]


def broad_contents(catalog: Catalog) -> Iterator[Content]:
    """Yield the few pages that show something of the whole catalog: template, address, values."""
    yield "home", urls.HOME, {"recent": catalog.days[: -RECENT_DAYS - 1 : -1]}
    yield "about", urls.ABOUT, {}
    yield "search", urls.SEARCH, {}
    yield "trends", urls.TRENDS, {}
    yield "reading_list", urls.READING_LIST, {}
    yield "feeds", urls.FEEDS, {}
    yield "data", urls.DATA, {}
    there = span(catalog.days)
    yield "days", urls.DAYS, {"there": there}
    for year, months in catalog.years.items():
        values = {"year": year, "months": sorted({*months, *there.get(year, ())})}
        yield "year", urls.period(year), values
    unlisted = [paper for paper in catalog.papers if paper.status is not Status.LISTED]
    yield "papers", urls.PAPERS, {"unlisted": unlisted}
    yield "tags", urls.TAGS, {}
    yield "untagged", urls.UNTAGGED, {}
    yield "tags_about", urls.TAGS_ABOUT, {}
    for area in catalog.areas:
        yield "area", urls.area(area.key), {"area": area}


def narrow_contents(catalog: Catalog) -> Iterator[Content]:
    """Yield the many pages that are made of their values alone: a page's key is made of them."""
    yield from day_contents(catalog)
    yield from paper_contents(catalog)
    yield from tag_contents(catalog)
    for address, former in catalog.former.items():
        others = [each for each, of in catalog.former.items() if of is former and each != address]
        heirs = [catalog.tags[key] for key in former.heirs]
        yield "former", address, {"former": former, "heirs": heirs, "others": others}


def day_contents(catalog: Catalog) -> Iterator[Content]:
    """Yield the pages of months and days."""
    for name, days in catalog.months.items():
        dates = [
            (date, day)
            for date, day in calendar(name, days)
            if catalog.days and catalog.days[0].date <= date <= catalog.days[-1].date
        ]
        yield "month", urls.period(name), {"name": name, "days": days, "dates": dates}
    for before, day, after in with_neighbours(catalog.days):
        values = {
            "day": day,
            "before": before and before.date,
            "after": after and after.date,
        }
        yield "day", urls.day(day.date), values


def with_neighbours(days: tuple[Day, ...]) -> Iterator[tuple[Day | None, Day, Day | None]]:
    """Yield each day between the one before and the one after it."""
    return zip((None, *days[:-1]), days, (*days[1:], None), strict=True) if days else iter(())


def paper_contents(catalog: Catalog) -> Iterator[Content]:
    """Yield the pages of papers, and the lists of them by month."""
    for name, papers in catalog.first_listed.items():
        yield "papers_month", urls.papers_of_month(name), {"name": name, "papers": papers}
    beside = neighbours(catalog.days)
    for paper in catalog.papers:
        before, after = beside.get((last_day(paper), paper.slug), (None, None))
        values = {
            "paper": paper,
            "before": before and (before.slug, before.title),
            "after": after and (after.slug, after.title),
            "related": [(slug, catalog.by_slug[slug].title) for slug in paper.related],
        }
        yield "paper", urls.paper(paper.slug), values
    for stone in catalog.stones:
        yield "stone", urls.paper(stone.slug), {"stone": stone}


def tag_contents(catalog: Catalog) -> Iterator[Content]:
    """Yield the pages of tags, their years and months."""
    areas = {area.key: area for area in catalog.areas}
    for key, tag in catalog.tags.items():
        by_month = catalog.tag_months[key]
        years = [
            (year, [(name, len(by_month[name])) for name in months])
            for year, months in catalog.tag_years(key).items()
        ]
        papers = catalog.tagged[key]
        values = {"tag": tag, "area": areas[tag.area], "years": years, "papers": papers}
        yield "tag", urls.tag(key), values
        for year, months in years:
            yield (
                "tag_year",
                urls.tag_period(key, year),
                {
                    "tag": tag,
                    "year": year,
                    "months": months,
                },
            )
        for name, found in by_month.items():
            yield (
                "tag_month",
                urls.tag_period(key, name),
                {
                    "tag": tag,
                    "name": name,
                    "papers": found,
                },
            )
