"""What the site gives away under /data/: every paper, the ledger, the decisions, by month.

From these files alone the archive can be made again: see importing.py. A removed paper's words are
in none of them; its address and its shown title are, since its page has both.
"""

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from importlib.resources import files
from itertools import chain

from generator import __version__, cite, urls
from generator.authority import authority
from generator.build import Archive, Record
from generator.catalog import Catalog, first_month
from generator.config import Settings
from generator.engine import engine_digest
from generator.exports import Json, format_json, is_renamed, record
from generator.keys import Keys, Output
from generator.ledger import Kind, Line, format_line, parse_line, slug_of
from generator.model import Paper, Slug, Status
from generator.moved import format_moved
from generator.packing import HEAD, end_of, packed
from generator.pages import environment
from generator.parallel import cores, in_rounds
from generator.pieces import Pieces, Row
from generator.text import visible, web_address

PIECE = 32
"""Papers of a month's file that are packed together, on average; it is 4 % larger than if all were.
"""
TERMS = (
    "The abstracts are their authors' words and belong to them. Titles, days and tags are facts "
    "and free to use."
)
"""Of an archive that says nothing of its own."""


def outputs(archive: Archive, source: Record, keys: Keys, pieces: Pieces) -> Iterator[Output]:
    """Yield the files under /data/ but for the index, which lists the others, and llms.txt.

    `source` is the record that the archive was read from.
    """
    catalog, settings = archive.catalog, source.settings
    yield from paper_files(catalog, settings, keys, pieces)
    ours = (__version__, settings)
    texts = (
        (urls.DATA_LEDGER, published_ledger(source.ledger, archive.lines, catalog)),
        (urls.DATA_MERGES, source.merges),
        (urls.DATA_CORRECTIONS, source.corrections),
        (urls.DATA_METADATA, published_metadata(source.metadata, catalog)),
        (urls.DATA_VOCABULARY, source.vocabulary),
        (urls.DATA_MOVED, format_moved(archive.moved)),
        (urls.DATA_DAYS, format_rows(days(archive, settings))),
        (urls.DATA_TAGS, format_rows(areas(catalog, settings))),
        (urls.DATA_SCHEMA, schema()),
        (urls.LLMS, llms(catalog, settings)),
    )
    for path, text in texts:
        content = text.encode("utf-8", "replace")
        yield Output(path=path, key=keys.of(*ours, path, content), make=partial(bytes, content))
    if settings.twins == "yes":
        yield from twins(catalog, settings, keys)


def paper_files(
    catalog: Catalog, settings: Settings, keys: Keys, pieces: Pieces
) -> Iterator[Output]:
    """Yield the papers of each month in which any was listed first, in ledger order."""
    months: dict[str, list[Paper]] = defaultdict(list)
    for paper in catalog.papers:
        months[first_month(paper)].append(paper)
    for month, papers in sorted(months.items()):
        shares = list(in_shares(papers))
        made_from = keys.of("papers", engine_digest(), settings.site_url)
        path = urls.data_papers(month)
        row_keys = [keys.of(*map(keys.record, share)) for share in shares]
        row = pieces.row(path, made_from, row_keys, partial(packed_lines, shares, settings))
        yield Output(
            path=path,
            key=keys.of(made_from, *row_keys),
            make=partial(papers_packed, row),
            records=len(papers),
        )


def in_shares(papers: Iterable[Paper]) -> Iterator[list[Paper]]:
    """Yield papers in shares of about PIECE, in order.

    Where a share ends only its last paper says: a paper more or less changes one share, and
    moves none.
    """
    share: list[Paper] = []
    for paper in papers:
        share.append(paper)
        if zlib.crc32(paper.id.encode()) % PIECE == 0:
            yield share
            share = []
    if share:
        yield share


def papers_packed(row: Row) -> bytes:
    """Return papers as JSON lines, compressed piece by piece."""
    found = row.pieces()
    return row.file(found, head=HEAD, end=end_of(found))


def packed_lines(shares: Sequence[Sequence[Paper]], settings: Settings, at: int) -> bytes:
    """Return the papers of a share as JSON lines, a piece of a compressed file."""
    lines = "".join(f"{format_json(record(paper, settings))}\n" for paper in shares[at])
    return packed(lines.encode("utf-8", "replace"))


def published_ledger(text: str, fresh: Iterable[Line], catalog: Catalog) -> str:
    """Return the ledger, with the promises that this build adds to it.

    What lists called a paper that was removed and renamed is not in it.
    """
    hidden = hidden_titles(catalog)
    if hidden:
        text = "\n".join(with_shown_title(source, hidden) for source in text.split("\n"))
    end = "" if text.endswith("\n") or not text else "\n"
    return f"{text}{end}" + "".join(f"{format_line(line)}\n" for line in fresh)


def hidden_titles(catalog: Catalog) -> dict[Slug, str]:
    """Return the shown title of each paper that is removed and renamed, by all of its slugs."""
    shown = {
        paper.slug: paper.title
        for paper in catalog.papers
        if paper.status is Status.REMOVED and is_renamed(paper)
    }
    old = {slug_of(old): shown.get(slug_of(new)) for old, new in catalog.redirects.items()}
    return shown | {slug: title for slug, title in old.items() if title is not None}


def with_shown_title(source: str, hidden: dict[Slug, str]) -> str:
    """Return a line of the ledger, its title replaced where that is hidden."""
    line = parse_line(source)
    if line is None or line.kind is not Kind.PAPER:
        return source
    title = hidden.get(slug_of(line.address))
    return source if title is None else format_line(replaced(line, title))


def replaced(line: Line, title: str) -> Line:
    """Return a promise under another title."""
    return Line(kind=line.kind, address=line.address, id=line.id, title=title)


def published_metadata(text: str, catalog: Catalog) -> str:
    """Return the lines of metadata.jsonl but for those of removed papers, and faulty ones."""
    removed = {
        name
        for paper in catalog.papers
        if paper.status is Status.REMOVED
        for name in (paper.id, *(f"{each.dump[:12]}-{each.line}" for each in paper.listings))
    }
    if not removed:
        return text
    lines = (line for line in text.split("\n") if line.strip())
    return "".join(f"{line}\n" for line in lines if may_be_known(line, removed))


def may_be_known(line: str, removed: set[str]) -> bool:
    """Return whether a line of metadata is of a paper that is not removed."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and fields.get("id") not in removed


def days(archive: Archive, settings: Settings) -> Iterator[Json]:
    """Yield every day with its lists, ascending."""
    paths = {each.dump.sha256: each.dump.path for each in archive.readings if each.dump}
    for day in archive.catalog.days:
        yield {
            "day": day.date.isoformat(),
            "url": urls.absolute(urls.day(day.date), settings.site_url),
            "papers": len(day.items),
            "new": day.fresh,
            "withdrawn": day.withdrawn,
            "lists": [
                {
                    "dump": each.sha256,
                    "path": paths[each.sha256].removeprefix("dumps/"),
                    "entries": each.entries,
                }
                for each in day.sources
            ],
        }


def areas(catalog: Catalog, settings: Settings) -> Iterator[Json]:
    """Yield the areas of the vocabulary with their tags, in its order."""
    for area in catalog.areas:
        yield {
            "key": area.key,
            "name": area.name,
            "url": urls.absolute(urls.area(area.key), settings.site_url),
            "tags": [
                {
                    "key": key,
                    "name": catalog.tags[key].name,
                    "note": catalog.tags[key].note,
                    "url": urls.absolute(urls.tag(key), settings.site_url),
                    "papers": len(catalog.tagged[key]),
                }
                for key in area.tags
            ],
        }


def format_rows(rows: Iterable[Json]) -> str:
    """Return a list as JSON, an item a line, so that one more changes one line."""
    return "[\n" + ",\n".join(format_json(row) for row in rows) + "\n]\n"


@cache
def schema() -> str:
    """Return the JSON Schema of a paper's line."""
    return files("generator").joinpath("data", "paper.schema.json").read_text(encoding="utf-8")


def llms(catalog: Catalog, settings: Settings) -> str:
    """Return llms.txt: what the site is and where its data lies, for programs that read it."""
    values = {
        "terms": settings.terms or TERMS,
        "catalog": catalog,
        "settings": settings,
        "newest": catalog.days[-1].date if catalog.days else None,
        "months": sorted({first_month(paper) for paper in catalog.papers}),
    }
    return environment().get_template("llms.txt.jinja").render(values)


def twins(catalog: Catalog, settings: Settings, keys: Keys) -> Iterator[Output]:
    """Yield a plain Markdown file for each listed paper, beside its page."""
    for paper in catalog.listed:
        yield Output(
            path=urls.twin(paper.slug),
            key=keys.of("twin", __version__, settings.site_url, paper),
            make=partial(twin, paper, settings),
        )


def twin(paper: Paper, settings: Settings) -> bytes:
    """Return a paper as plain Markdown: what a reader's program wants of its page."""
    known = paper.metadata
    facts = (
        ("Authors", ", ".join(known.authors) if known else ""),
        ("arXiv", known.arxiv if known else ""),
        ("Tags", ", ".join(hit.key for hit in paper.tags)),
        ("Listed on", ", ".join(day.isoformat() for day in paper.days)),
        ("Permalink", urls.absolute(urls.paper(paper.slug), settings.site_url)),
        ("Id", paper.id),
        *(("Link", web_address(link.url)) for link in paper.links),
    )
    parts = (
        f"# {inert(paper.title)}",
        *(inert(part) for part in paper.text.abstract.split("\n") if part.strip()),
        "\n".join(f"- {name}: {inert(value)}" for name, value in facts if value),
    )
    return ("\n\n".join(parts) + "\n").encode("utf-8", "replace")


def inert(text: str) -> str:
    """Return a line of plain text in which no HTML and no block of Markdown begins."""
    line = " ".join(visible(text).split()).replace("<", "&lt;")
    return f"\\{line}" if line[:1] in set("#>-+*=~`|_") else line


Facts = tuple[int, int | None, str]
"""What the index says of a file: bytes, records (None where it is no row of records), SHA-256."""


def facts_of(output: Output, content: bytes) -> Facts:
    """Return what the index says of a file."""
    records = records_in(output.path, content) if output.records is None else output.records
    return len(content), records, hashlib.sha256(content).hexdigest()


AT_ONCE = 16
"""Files that are made before they are laid aside: a month's may have megabytes."""


Lay = Callable[[bytes], Callable[[], bytes]]
"""Lays a file's content aside; returns what gives it back."""


def at_hand(content: bytes) -> Callable[[], bytes]:
    """Lay a file's content aside in memory."""
    return partial(bytes, content)


def with_index(
    others: Iterable[Output],
    settings: Settings,
    keys: Keys,
    known: Mapping[str, bytes],
    lay: Lay = at_hand,
) -> tuple[list[Output], dict[str, bytes]]:
    """Return these files and `data/index.json`, which lists those under /data/, whoever makes them.

    A file whose facts an earlier build did not leave in `known` is made here, once, and laid aside
    until it is asked for. Also returns what the next build may know.
    """
    engine = engine_digest().hex()
    before = parse_facts(known.get(engine, b""))
    every = list(others)
    data = [output for output in every if output.path.startswith(urls.DATA)]
    keyed = {output.path: output.key.hex() for output in data}
    rows = {path: before[key] for path, key in keyed.items() if key in before}
    fresh: dict[str, Callable[[], bytes]] = {}
    missing = [output for output in data if output.path not in rows]
    for path, facts, make in made_anew(missing, lay):
        rows[path] = facts
        fresh[path] = make
    found = {key: rows[path] for path, key in keyed.items()}
    whole = [
        replace(output, make=fresh[output.path]) if output.path in fresh else output
        for output in every
    ]
    content = index(rows, settings)
    key = keys.of(urls.DATA_INDEX, content)
    whole.append(Output(path=urls.DATA_INDEX, key=key, make=partial(bytes, content)))
    return whole, {engine: json.dumps(found, sort_keys=True).encode()}


Made = tuple[str, Facts, Callable[[], bytes]]
"""Of a file: its path, its facts, and what gives its content back."""


def made_anew(outputs: Sequence[Output], lay: Lay) -> Iterator[Made]:
    """Yield what is known of each of these files once it is made; a day's are made right here."""
    parts = cores() if len(outputs) > AT_ONCE else 1
    for ended in in_rounds(partial(made_by_one, lay), outputs, parts, AT_ONCE):
        yield from ended


def made_by_one(lay: Lay, outputs: Iterable[Output]) -> list[Made]:
    """Return what is known of each of these files once it is made."""
    contents = ((output, output.make()) for output in outputs)
    return [(each.path, facts_of(each, content), lay(content)) for each, content in contents]


def parse_facts(content: bytes) -> dict[str, Facts]:
    """Return what an earlier build found out of files, by their keys in hex."""
    found = json.loads(content) if content else {}
    return {name: (size, records, sum_of) for name, (size, records, sum_of) in found.items()}


def index(rows: Mapping[str, Facts], settings: Settings) -> bytes:
    """Return `data/index.json`: every other file under /data/ by path, with what it holds."""
    files_there: list[Json] = [
        {
            "path": path.removeprefix(urls.DATA),
            "url": urls.absolute(urls.Address(path), settings.site_url),
            "bytes": size,
            "records": records,
            "sha256": sum_of,
        }
        for path, (size, records, sum_of) in sorted(rows.items())
    ]
    who = authority(settings)
    fields: dict[str, Json] = {
        "site_name": settings.site_name,
        "site_url": settings.site_url,
        "repo_url": settings.repo_url,
        "list_name": settings.list_name,
        "list_url": settings.list_url,
        "contact": settings.contact,
        "authority": f"{who.name},{who.since}",
        "terms": settings.terms or TERMS,
        "daybook": __version__,
        "files": files_there,
    }
    return (json.dumps(fields, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def records_in(path: str, content: bytes) -> int | None:
    """Return how many records a data file holds; None where it is no row of records."""
    if path.endswith(".jsonl"):
        return content.count(b"\n")
    if path.endswith(".bib"):
        return sum(line.startswith(b"@") for line in content.split(b"\n"))
    if path in {urls.DATA_MERGES, urls.DATA_CORRECTIONS}:
        return sum(line.startswith(b"- ") for line in content.split(b"\n"))
    found = json.loads(content) if path.endswith(".json") else None
    return len(found) if isinstance(found, list) else None


def data_contents(archive: Archive, source: Record) -> dict[str, bytes]:
    """Return every file under /data/, made, by its path: citations and the index, too."""
    keys = Keys()
    cited = cite.outputs(archive.catalog, source.settings, keys, Pieces())
    others = chain(outputs(archive, source, keys, Pieces()), cited)
    whole, _ = with_index(others, source.settings, keys, {})
    return {each.path: each.make() for each in whole if each.path.startswith(urls.DATA)}
