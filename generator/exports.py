"""Papers as open data: a JSON line each."""

import json
from collections.abc import Iterator

from generator import urls
from generator.catalog import Catalog
from generator.config import Settings
from generator.model import Paper, Status

Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None

SOURCES: dict[str, Json] = {"title": "dump", "abstract": "dump", "tags": "rule", "links": "dump"}
"""Where the words of a field come from."""
LINE_BREAKERS = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}
"""What some readers take for a line's end, and a terminal for a command."""


def export(catalog: Catalog, settings: Settings) -> Iterator[str]:
    """Yield every paper as a line of JSON, without its end, in ledger order."""
    for paper in catalog.papers:
        line = json.dumps(record(paper, settings), ensure_ascii=False)
        yield line.translate(LINE_BREAKERS)


def record(paper: Paper, settings: Settings) -> dict[str, Json]:
    """Return a paper's fields.

    `title_raw` is left out where it is the title, `abstract_raw` where it is the abstract, and
    `abstract_tex` where it is the raw abstract. Removed papers have a title and no other words.
    """
    fields: dict[str, Json] = {
        "id": paper.id,
        "slug": paper.slug,
        "url": urls.absolute(urls.paper(paper.slug), settings.site_url),
        "status": paper.status,
        "title": paper.title,
    }
    if paper.title_raw != paper.title:
        fields["title_raw"] = paper.title_raw
    if paper.status is not Status.REMOVED:
        fields |= texts(paper)
    fields["listings"] = [
        {
            "day": listing.day.isoformat(),
            "dump": listing.dump,
            "position": listing.position,
            "variant": listing.variant,
        }
        for listing in paper.listings
    ]
    fields |= {"arxiv": None, "doi": None, "authors": None}
    fields["source_of"] = {key: source for key, source in SOURCES.items() if key in fields}
    return fields


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
    fields["related"] = list(paper.related)
    return fields
