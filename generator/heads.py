"""What a page's head says of it: for reference managers, previews of links, and search engines."""

import datetime as dt
import html
import json
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from generator import urls
from generator.catalog import Catalog, Day, first_day
from generator.config import Settings
from generator.model import Paper, Status, Tag
from generator.references import (
    Json,
    Name,
    Reference,
    folded,
    long_date,
    one_line,
    reference,
)

MOST_ITEMS = 100
"""Papers that a list's head links to: the page has them all."""
CARD_SIZE = (1200, 630)
"""Width and height of a picture beside a link, in pixels."""
LANGUAGE = "en"
"""Of the lists: that of the vocabulary, and of all that reads their words here."""
COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
"""Writes JSON without blanks."""

# A head stands on every page, so names of one word go without quotes, and two names share a text.


def meta(names: str, content: str) -> str:
    """Return a meta element of folded text, by one name or two; Open Graph's are properties."""
    keys = (f"{'property' if name.startswith('og:') else 'name'}={name}" for name in names.split())
    return f'<meta {" ".join(keys)} content="{html.escape(content)}">'


def link(rel: str, href: str, media_type: str = "") -> str:
    """Return a link element to an address of ours."""
    kind = f' type="{media_type}"' if media_type else ""
    return f'<link rel={rel} href="{html.escape(href)}"{kind}>'


def head(paper: Paper, catalog: Catalog, settings: Settings) -> str:
    """Return what a paper's page says of it in its head: one line of HTML.

    For reference managers, previews of links, signposting (https://signposting.org) and search
    engines. It holds no words of a removed paper.
    """
    if paper.status is Status.REMOVED:
        return meta("robots", "noindex")
    said = reference(paper, settings)
    tags = tuple(catalog.tags_of(paper))
    return "".join(
        (
            *highwire(paper, said, tags),
            *preview(paper, said, tags, settings),
            *signposts(paper, said),
            json_ld(paper, said),
        )
    )


def highwire(paper: Paper, said: Reference, tags: Sequence[Tag]) -> Iterator[str]:
    """Yield what reference managers and Google Scholar read.

    `DC.type` in lower case makes a preprint of it. Title and address are Open Graph's as well; only
    the preview of a withdrawn paper has a title of its own.
    """
    withdrawn = paper.status is Status.WITHDRAWN
    yield meta("DC.type", "preprint")
    yield meta("citation_title" if withdrawn else "citation_title og:title", said.title)
    for name in said.authors:
        yield meta("citation_author", name.text)
    if said.first:
        yield meta("citation_publication_date", said.first.isoformat().replace("-", "/"))
    yield meta("citation_abstract", one_line(paper.text.abstract))
    if tags:
        yield meta("citation_keywords", folded("; ".join(tag.name for tag in tags)))
    yield meta("citation_public_url og:url", said.url)
    yield meta("citation_language", LANGUAGE)
    if said.arxiv:
        yield meta("citation_arxiv_id", said.arxiv)
    if said.doi:
        yield meta("citation_doi", said.doi)


def preview(
    paper: Paper, said: Reference, tags: Sequence[Tag], settings: Settings
) -> Iterator[str]:
    """Yield the rest of what a link to a paper shows where people share it."""
    yield meta("og:type", "article")
    if paper.status is Status.WITHDRAWN:
        yield meta("og:title", f"Withdrawn: {said.title}")
    yield from picture(urls.area_card(tags[0].area) if tags else urls.CARD, settings)


def open_graph(
    title: str, teaser: str, address: urls.Address, card: urls.Address, settings: Settings
) -> Iterator[str]:
    """Yield the elements of Open Graph (https://ogp.me) for a list."""
    yield meta("og:type", "website")
    yield meta("og:title", folded(title))
    # Without it whoever shows a link takes the page's description.
    if teaser:
        yield meta("og:description", folded(teaser))
    yield meta("og:url", urls.absolute(address, settings.site_url))
    yield from picture(card, settings)


def picture(card: urls.Address, settings: Settings) -> Iterator[str]:
    """Yield the picture beside a link, and what makes it a large one.

    Its width and height, which would let one be shown before it is fetched, are left out: a few
    pictures stand for all pages.
    """
    yield meta("og:image", urls.absolute(card, settings.site_url))
    yield meta("twitter:card", "summary_large_image")


def signposts(paper: Paper, said: Reference) -> Iterator[str]:
    """Yield the links by which programs find their way: what to cite, where its record is."""
    here, day = urls.paper(paper.slug), first_day(paper)
    record = urls.data_papers(urls.month_name(day))
    yield link("cite-as", said.url)
    yield link("describedby", urls.relative(record, here), "application/gzip")
    yield link("type", "https://schema.org/ScholarlyArticle")
    yield link("type", "https://schema.org/AboutPage")
    yield link("collection", urls.relative(urls.day(day), here))


def json_ld(paper: Paper, said: Reference) -> str:
    """Return a paper as a script of JSON-LD, its abstract left out: it stands beside."""
    fields: dict[str, Json] = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": said.title,
        "description": said.note,
        "url": said.url,
    }
    if paper.status is Status.WITHDRAWN:
        fields["creativeWorkStatus"] = "Withdrawn"
    if said.authors:
        fields["author"] = [json_ld_name(name) for name in said.authors]
    if said.first:
        fields["datePublished"] = said.first.isoformat()
    if same := [*elsewhere(said)]:
        fields["sameAs"] = [*same]
    text = COMPACT.encode(fields).replace("<", r"\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def json_ld_name(name: Name) -> dict[str, Json]:
    """Return a name for JSON-LD; what stands before the family's name is the given one."""
    kind = "Organization" if name.collective else "Person"
    said: dict[str, Json] = {"@type": kind, "name": name.text}
    return said | {"familyName": name.family} if name.family else said


def elsewhere(said: Reference) -> Iterator[str]:
    """Yield where else the paper is, as whole URLs."""
    if said.arxiv:
        yield f"https://arxiv.org/abs/{quote(said.arxiv, safe='/.')}"
    if said.doi:
        yield f"https://doi.org/{quote(said.doi, safe='/.();:-_')}"


def head_of_day(day: Day, settings: Settings) -> str:
    """Return what a day's page says of itself in its head: one line of HTML."""
    papers = [item.paper for item in day.items]
    number = f"{len(papers):,} {'paper' if len(papers) == 1 else 'papers'}"
    address, title = urls.day(day.date), long_date(day.date)
    teaser = f"{number} listed on {title} in {settings.site_name}"
    shown = open_graph(title, teaser, address, urls.CARD, settings)
    bib = urls.day_bib(day.date) if papers else None
    return "".join((*shown, *members(papers, bib, address)))


def head_of_tag(tag: Tag, papers: Sequence[Paper], settings: Settings, month: str = "") -> str:
    """Return what a tag's page, or that of its month, `2025-03`, says in its head: one line.

    `papers` are those that the page shows.
    """
    address = urls.tag_period(tag.key, month) if month else urls.tag(tag.key)
    when = f", {dt.date.fromisoformat(f'{month}-01'):%B %Y}" if month else ""
    card = urls.area_card(tag.area)
    shown = open_graph(f"{tag.name}{when}", tag.note, address, card, settings)
    bib = urls.tag_month_bib(tag.key, month) if month and papers else None
    return "".join((*shown, *members(papers, bib, address)))


def members(papers: Sequence[Paper], bib: urls.Address | None, here: urls.Address) -> Iterator[str]:
    """Yield links to the papers of a list, the first ones of a long one, and to their BibTeX."""
    if bib:
        yield link("describedby", urls.relative(bib, here), "application/x-bibtex")
    for paper in papers[:MOST_ITEMS]:
        yield link("item", urls.relative(urls.paper(paper.slug), here))
