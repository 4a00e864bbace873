"""Papers as open data: a JSON line each."""

import json
import re
from collections.abc import Iterator

from generator import urls
from generator.catalog import Catalog
from generator.config import Settings
from generator.model import Paper, Status

Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None

LINE_BREAKERS = re.compile("[\x7f-\x9f\u2028\u2029]")
"""What some readers take for a line's end, and a terminal for a command."""


def export(catalog: Catalog, settings: Settings) -> Iterator[str]:
    """Yield every paper as a line of JSON, without its end, in ledger order.

    Related papers are added to what the site publishes: they change from day to day.
    """
    related = catalog.related()
    for paper in catalog.papers:
        fields = record(paper, settings)
        if paper.status is not Status.REMOVED:
            fields["related"] = [each.slug for each in related.get(paper.slug, ())]
        yield format_json(fields)


def format_json(value: Json) -> str:
    """Return a value as JSON on one line, whatever a reader takes for a line's end."""
    line = json.dumps(value, ensure_ascii=False)
    return LINE_BREAKERS.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def record(paper: Paper, settings: Settings) -> dict[str, Json]:
    """Return a paper's fields, which `data/paper.schema.json` describes.

    `title_raw` is left out where it is the title, `abstract_raw` where it is the abstract, and
    `abstract_tex` where it is the raw abstract. Removed papers have a title and no other words;
    where they were renamed, too, what lists called them is None.
    """
    removed = paper.status is Status.REMOVED
    fields: dict[str, Json] = {
        "id": paper.id,
        "slug": paper.slug,
        "url": urls.absolute(urls.paper(paper.slug), settings.site_url),
        "status": paper.status,
        "title": paper.title,
    }
    if removed and is_renamed(paper):
        fields["title_raw"] = None
    elif paper.title_raw != paper.title:
        fields["title_raw"] = paper.title_raw
    if not removed:
        fields |= texts(paper)
    fields["listings"] = [
        {
            "day": listing.day.isoformat(),
            "dump": listing.dump,
            "position": listing.position,
            "line": listing.line,
            "variant": listing.variant,
        }
        for listing in paper.listings
    ]
    known = None if removed else paper.metadata
    fields["arxiv"] = (known.arxiv or None) if known else None
    fields["doi"] = (known.doi or None) if known else None
    fields["authors"] = (list(known.authors) or None) if known else None
    sources = sources_of(paper)
    fields["source_of"] = {
        key: sources[key] for key in fields if key in sources and fields[key] is not None
    }
    return fields


def is_renamed(paper: Paper) -> bool:
    """Return whether a human decided on the title, so that it is not the one of its list."""
    return paper.title != paper.text.title


def texts(paper: Paper) -> dict[str, Json]:
    """Return the fields that hold a paper's words, and what was found in them."""
    text = paper.text
    fields: dict[str, Json] = {"abstract": text.abstract}
    if paper.abstract_raw != text.abstract:
        fields["abstract_raw"] = paper.abstract_raw
    if text.abstract_tex != paper.abstract_raw:
        fields["abstract_tex"] = text.abstract_tex
    fields["tags"] = [{"key": hit.key, "evidence": list(hit.evidence)} for hit in paper.tags]
    fields["variants"] = [
        {"title_raw": variant.title_raw, "abstract_raw": variant.abstract_raw}
        for variant in paper.variants
    ]
    fields["links"] = [{"url": link.url, "kind": link.kind} for link in paper.links]
    return fields


def sources_of(paper: Paper) -> dict[str, str]:
    """Return where the words of each field come from, if it has any."""
    abstract = "metadata" if paper.metadata and paper.metadata.abstract else "dump"
    return {
        "title": "decision" if is_renamed(paper) else "dump",
        "abstract": abstract,
        "tags": "rule",
        "links": abstract,
        **dict.fromkeys(("arxiv", "doi", "authors"), "metadata"),
    }
