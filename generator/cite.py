"""How a paper is cited and saved: RIS, CSL-JSON, COinS, a sentence, and the files of lists.

`cite.js` makes RIS and CSL-JSON from a page's own data; both must come to the same.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, quote_plus, urlsplit

from generator import urls
from generator.bibtex import MakeEntry, bib_file, bibtex, remembered
from generator.catalog import Catalog
from generator.cleaning import excerpt
from generator.config import Settings
from generator.engine import engine_digest
from generator.heads import COMPACT
from generator.keys import Keys, Output
from generator.model import Paper
from generator.pieces import Pieces, Row
from generator.references import Json, Name, folded, named, one_line, permalink, reference
from generator.text import visible, web_address

MOST_AUTHORS = 10
"""Authors in a sentence."""
LONGEST_SUBJECT = 80
"""Characters of a title in the subject of a report."""


def csl(paper: Paper, settings: Settings) -> dict[str, Json]:
    """Return a paper as an item of CSL-JSON, its keys in a fixed order."""
    said = reference(paper, settings)
    item: dict[str, Json] = {"id": said.key, "type": "article", "title": said.title}
    if said.authors:
        item["author"] = [csl_name(name) for name in said.authors]
    if said.first:
        item["issued"] = {"date-parts": [[said.first.year, said.first.month, said.first.day]]}
    item["abstract"] = one_line(paper.text.abstract)
    if said.arxiv:
        item |= {"publisher": "arXiv", "number": f"arXiv:{said.arxiv}"}
    if said.doi:
        item["DOI"] = said.doi
    return item | {"URL": said.url, "note": said.note}


def csl_name(name: Name) -> dict[str, Json]:
    """Return a name as CSL-JSON has it."""
    return {"family": name.family, "given": name.given} if name.family else {"literal": name.text}


def csl_line(paper: Paper, settings: Settings) -> str:
    """Return a paper as a line of a CSL-JSON file, its abstract left out.

    The month's JSON lines have the abstracts.
    """
    item = csl(paper, settings)
    del item["abstract"]
    return COMPACT.encode(item)


def ris(paper: Paper, settings: Settings) -> str:
    """Return a paper as a record of RIS, whose lines end with CR LF."""
    return "".join(f"{tag}  - {value}\r\n" for tag, value in ris_lines(paper, settings))


def ris_lines(paper: Paper, settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the tags and values of a record of RIS."""
    said = reference(paper, settings)
    yield "TY", "UNPB"
    yield "ID", said.key
    yield "TI", said.title
    for name in said.authors:
        yield "AU", f"{name.family}, {name.given}" if name.family else name.text
    if said.first:
        yield "PY", f"{said.first.year}"
        yield "DA", said.first.isoformat().replace("-", "/")
    yield "AB", one_line(paper.text.abstract)
    if said.arxiv:
        yield "PB", "arXiv"
        yield "AN", f"arXiv:{said.arxiv}"
    if said.doi:
        yield "DO", said.doi
    yield "UR", said.url
    yield "N1", said.note
    yield "ER", ""


def coins(paper: Paper, settings: Settings) -> str:
    """Return a paper as an empty element that reference managers read on a page of many.

    HTML of one line. Source: OpenURL, ANSI/NISO Z39.88-2004, in a `span` (COinS).
    """
    said = reference(paper, settings)
    pairs = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:dc"),
        ("rft.type", "preprint"),
        ("rft.title", said.title),
        ("rft.identifier", said.url),
        *(("rft.creator", name.text) for name in said.authors),
        ("rft.date", said.first.isoformat() if said.first else ""),
        ("rft_id", f"info:doi/{said.doi}" if said.doi else ""),
    ]
    query = "&amp;".join(f"{key}={quote_plus(value, safe='/:')}" for key, value in pairs if value)
    return f'<span class="Z3988" title="{query}"></span>'


@dataclass(frozen=True, slots=True, kw_only=True)
class CiteBox:
    """What the part of a page shows that says how to cite it. Plain text, nothing escaped."""

    bibtex: str
    """Lines, each with a line feed."""
    words: str
    """A citation but for the permalink, which ends it; one line."""
    permalink: str
    """The whole URL of the page."""
    report: str
    """Where to report an error: a URL, http(s) or mailto; empty where nobody is to be told."""

    @property
    def sentence(self) -> str:
        """The whole citation."""
        return f"{self.words} {self.permalink}"


def cite_box(paper: Paper, settings: Settings) -> CiteBox:
    """Return what the page of a paper that is not removed says of citing it."""
    return CiteBox(
        bibtex=bibtex(paper, settings),
        words=citation(paper, settings),
        permalink=permalink(paper, settings),
        report=report_address(paper, settings),
    )


def preformatted(text: str) -> str:
    """Return text for an HTML element that keeps its lines, on one line of source."""
    return "&#10;".join(html.escape(visible(line)) for line in text.split("\n"))


def citation(paper: Paper, settings: Settings) -> str:
    """Return a citation in words, but for the permalink, which ends it."""
    said = reference(paper, settings)
    authors = ", ".join(name.text for name in said.authors[:MOST_AUTHORS])
    parts = (
        authors + (" et al." if len(said.authors) > MOST_AUTHORS else ""),
        said.title,
        f"{said.first.year}" if said.first else "",
        f"arXiv:{said.arxiv}" if said.arxiv else "",
        said.note,
    )
    return " ".join(part if part[-1] in ".!?…" else f"{part}." for part in parts if part)


def report_address(paper: Paper, settings: Settings) -> str:
    """Return where an error on a paper's page can be reported, the report begun.

    A new issue where the repository's host is known to take one by its address; else a letter, or
    the page on which the archive says whom to write to. Empty where there is none of these.
    """
    about = quote(folded(f"Error: {excerpt(named(paper.title), LONGEST_SUBJECT)}"), safe="")
    text = quote(f"{permalink(paper, settings)}\r\n\r\n", safe="")
    if form := issue_form(settings.repo_url):
        address, title_key, body_key = form
        return f"{address}?{title_key}={about}&{body_key}={text}"
    if re.fullmatch(r"[^\s@/]+@[^\s@/]+", settings.contact):
        return f"mailto:{quote(settings.contact, safe='@')}?subject={about}&body={text}"
    return html.unescape(web_address(settings.contact))


def issue_form(repo_url: str) -> tuple[str, str, str] | None:
    """Return a repository's form for an issue and its fields for a title and a text, or None."""
    address = html.unescape(web_address(repo_url))
    if not address:
        return None
    host, base = urlsplit(address).hostname or "", address.rstrip("/").removesuffix(".git")
    first = host.removeprefix("www.").split(".")[0]
    if first == "gitlab":
        return f"{base}/-/issues/new", "issue%5Btitle%5D", "issue%5Bdescription%5D"
    if first in {"codeberg", "forgejo", "gitea", "github"}:
        return f"{base}/issues/new", "title", "body"
    return None


def outputs(catalog: Catalog, settings: Settings, keys: Keys, pieces: Pieces) -> Iterator[Output]:
    """Yield the citation files of days, of tags' months and of the archive's months.

    Only where there are papers; withdrawn and removed ones are in none.
    """
    entry = remembered(bibtex)
    for day in catalog.days:
        papers = tuple(item.paper for item in day.items)
        yield from bib_outputs(urls.day_bib(day.date), papers, settings, keys, entry)
    for key, months in catalog.tag_months.items():
        for month, papers in months.items():
            yield from bib_outputs(urls.tag_month_bib(key, month), papers, settings, keys, entry)
    for month, papers in catalog.first_listed.items():
        yield from month_outputs(month, papers, settings, keys, pieces)


def bib_outputs(
    path: urls.Address, papers: Sequence[Paper], settings: Settings, keys: Keys, entry: MakeEntry
) -> Iterator[Output]:
    """Yield the BibTeX file of these papers; none of no paper."""
    if papers:
        key = keys.of("bib", settings.site_name, settings.site_url, keys.cited(papers))
        yield Output(path=path, key=key, make=partial(bib_bytes, papers, settings, entry))


def bib_bytes(papers: Sequence[Paper], settings: Settings, entry: MakeEntry) -> bytes:
    """Return a BibTeX file of these papers."""
    return bib_file(papers, settings, entry).encode()


def month_outputs(
    month: str, papers: Sequence[Paper], settings: Settings, keys: Keys, pieces: Pieces
) -> Iterator[Output]:
    """Yield the files of all papers that were listed first in a month; none of no paper."""
    forms = (
        (urls.data_bib(month), "bib", bibtex, month_bib),
        (urls.data_csl(month), "csl", csl_line, month_csl),
    )
    told = keys.each_cited(papers)
    for path, form, piece, file in forms if papers else ():
        made_from = keys.of(form, engine_digest(), settings.site_name, settings.site_url)
        row = pieces.row(path, made_from, told, partial(piece_at, piece, papers, settings))
        key = keys.of(made_from, keys.cited(papers))
        yield Output(path=path, key=key, make=partial(file, row))


def piece_at(piece: MakeEntry, papers: Sequence[Paper], settings: Settings, at: int) -> bytes:
    """Return a piece of a month's file, of the paper at this place."""
    return piece(papers[at], settings).encode()


def month_bib(row: Row) -> bytes:
    """Return a month's BibTeX file, a blank line between entries."""
    return row.file(row.pieces(), between=b"\n")


def month_csl(row: Row) -> bytes:
    """Return a month's CSL-JSON file, a paper a line."""
    return row.file(row.pieces(), head=b"[\n", between=b",\n", end=b"\n]\n")
