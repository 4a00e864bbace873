"""Whether what other programs read of every paper's page is what the archive says of it.

usage: citations.py FOLDER [--year YEAR] [--records FILE]

FOLDER is a built archive, or holds dumps, which are built in a temporary folder, with what the
RECORDS of arXiv's metadata say of them, if wanted. Of each page its head and its BibTeX are read
back; RIS and CSL-JSON, which a browser makes of the page, as `generator.cite` makes them. All of
it is held against what `daybook export` prints. Every difference is named, and ends it with 1.
"""

import argparse
import datetime as dt
import json
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import extruct
import rispy
from bibtexparser.entrypoint import parse_string as read_bibtex
from bibtexparser.middlewares import SeparateCoAuthors, SplitNameParts
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc import formatter as formatters
from citeproc.source.json import CiteProcJSON
from measuring import run
from pybtex.database import parse_string
from pybtex.scanner import PybtexError
from signposting import htmllinks

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hostile import Reading, Tag
from test_cite import letters, metas, squeezed, untex

from generator import urls
from generator.build import read
from generator.cite import csl, ris
from generator.config import Settings
from generator.files import read_record
from generator.model import Paper, Status
from generator.references import folded, long_date, named, one_line

Fields = Mapping[str, str]
"""What is said of a paper, by name; empty where nothing is."""
NOT_THERE = (KeyError, PybtexError, StopIteration, ValueError)
"""What a reader raises where a page lacks an element, a field, or what a program can read."""
NO_PAGE = "<!doctype html><title>There is no page</title>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A paper, and what stands to be read of it."""

    paper: Paper
    settings: Settings
    expected: Fields
    source: str
    """Its page, as built."""
    page: Reading
    """The same, taken apart."""
    kinds: frozenset[str]
    """What its texts hold that gets lost easily."""
    title_kinds: frozenset[str]
    """What of that its title holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a program read of a paper, and what of that is not as expected."""

    case: Case
    said: Fields
    different: Fields


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--year")
    parser.add_argument("--records", type=Path)
    args = parser.parse_args()
    if (args.folder / "mkdocs.yml").is_file():
        sys.exit(report(args.folder))
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive"
        run("new", archive, "--url", "https://example.net/papers/")
        year = ("--year", args.year) if args.year else ()
        run("add", "-C", archive, *year, *sorted(args.folder.glob("**/*.txt")))
        if args.records:
            run("enrich", "-C", archive, "--from", args.records)
        run("build", "-C", archive, "--locked")
        sys.exit(report(archive))


def report(archive: Path) -> int:
    """Print what each program read of an archive's papers; return the exit status."""
    lines = run("export", "-C", archive).splitlines()
    cases = list(cases_of(archive, lines))
    known = sum(bool(case.expected["arxiv"]) for case in cases)
    print(f"{len(lines):,} papers exported, {len(cases):,} pages read, {known:,} with metadata;")
    titles = (f"{sum(kind in c.title_kinds for c in cases)} with {kind}" for kind in KINDS)
    print(f"of the titles, {', '.join(titles)}\n")
    print(f"| read by | pages | equal | titles equal | {' | '.join(f'with {k}' for k in KINDS)} |")
    print("| --- " * (4 + len(KINDS)) + "|")
    differences = []
    for name, reader in READERS.items():
        compared = [compare(case, reader) for case in cases]
        print(f"| {name} | {' | '.join(row(compared))} |")
        differences += [
            f"{name}: {each.case.paper.slug}: {field}: "
            f"expected {each.case.expected[field]!r}, got {said!r}"
            for each in compared
            for field, said in each.different.items()
        ]
    print(f"\n{len(differences)} differences")
    print("".join(f"  {each}\n" for each in differences), end="")
    return 1 if differences else 0


def compare(case: Case, reader: Callable[[Case], Fields]) -> Compared:
    """Return what was read of a paper, held against what was expected."""
    try:
        said = reader(case)
    except NOT_THERE as error:
        said = {"title": f"nothing: {error!r}"}
    different = {name: value for name, value in said.items() if value != case.expected[name]}
    return Compared(case=case, said=said, different=different)


def row(compared: Sequence[Compared]) -> Iterator[str]:
    """Yield a row's cells: pages, those equal, those with an equal title, those of each kind."""
    yield f"{len(compared):,}"
    yield f"{sum(not each.different for each in compared):,}"
    titled = [each for each in compared if any(map(is_title, each.said))]
    equal = sum(not any(map(is_title, each.different)) for each in titled)
    yield f"{equal:,}" if titled else "no title"
    for kind in KINDS:
        those = [each for each in compared if kind in each.case.kinds]
        yield f"{sum(not each.different for each in those):,} of {len(those):,}"


def is_title(name: str) -> bool:
    """Return whether a field is a title, in whatever form."""
    return name.startswith("title")


# What the archive says

KINDS: Mapping[str, Callable[[str], bool]] = {
    "a formula": lambda text: bool(re.search(r"(?<!\\)\$", text)),
    "`%`": lambda text: "%" in text,
    "non-ASCII": lambda text: not text.isascii(),
}


def cases_of(archive: Path, lines: Iterable[str]) -> Iterator[Case]:
    """Yield each paper of an archive that is not removed, with its page."""
    record = read_record(archive)
    catalog = read(record).catalog
    papers = {paper.slug: paper for paper in catalog.papers}
    names = {key: tag.name for key, tag in catalog.tags.items()}
    for line in lines:
        fields = json.loads(line)
        paper = papers[fields["slug"]]
        if paper.status is Status.REMOVED:
            continue
        built = archive / "site" / urls.html_file(urls.paper(paper.slug))
        source = built.read_text("utf-8") if built.is_file() else NO_PAGE
        yield Case(
            paper=paper,
            settings=record.settings,
            expected=expected_of(line, paper, names, record.settings),
            source=source,
            page=Reading(source),
            kinds=kinds_of(fields["title"] + fields["abstract"]),
            title_kinds=kinds_of(fields["title"]),
        )


def kinds_of(text: str) -> frozenset[str]:
    """Return what a text holds that gets lost easily."""
    return frozenset(kind for kind, has in KINDS.items() if has(text))


def expected_of(line: str, paper: Paper, names: Fields, settings: Settings) -> Fields:
    """Return all that programs can read of a paper, by its line of the export.

    Only the day on which it came to arXiv, and its category there, the export does not tell.
    """
    fields = json.loads(line)
    title, authors = one_line(named(fields["title"])), fields["authors"] or []
    day = min(listing["day"] for listing in fields["listings"])
    listed = "Withdrawn; listed" if paper.status is Status.WITHDRAWN else "Listed"
    when = dt.date.fromisoformat(day)
    note = f"{listed} on {long_date(when)} in {folded(settings.site_name)}"
    first = paper.metadata.first if paper.metadata else None
    categories = paper.metadata.categories if paper.metadata else ()
    return {
        "title": title,
        "title without blanks": squeezed(title),
        "title's letters": letters(title),
        "abstract": one_line(fields["abstract"]),
        "authors": "; ".join(map(folded, authors)),
        "authors without blanks": ";".join(map(squeezed, authors)),
        "keywords": "; ".join(names[tag["key"]] for tag in fields["tags"]),
        "url": fields["url"],
        "slug": fields["slug"],
        "date": first.isoformat() if first else "",
        "month": f"{first:%Y-%b}".lower() if first else "",
        "arxiv": fields["arxiv"] or "",
        "doi": fields["doi"] or "",
        "category": categories[0] if categories else "",
        "note": note,
        "note without blanks": squeezed(note),
        "day": urls.absolute(urls.day(when), settings.site_url),
        "data": urls.absolute(urls.data_papers(day[:7]), settings.site_url),
        "types": "article; preprint",
        "kinds": "https://schema.org/AboutPage; https://schema.org/ScholarlyArticle",
    }


# What others read of a page


def of_metas(case: Case) -> Fields:
    """Return what the meta elements for reference managers say."""
    said = metas(case.page)

    def all_of(name: str) -> str:
        return "; ".join(said.get(f"citation_{name}", ()))

    return {
        "title": all_of("title"),
        "abstract": all_of("abstract"),
        "authors": all_of("author"),
        "keywords": all_of("keywords"),
        "url": all_of("public_url"),
        "date": all_of("publication_date").replace("/", "-"),
        "arxiv": all_of("arxiv_id"),
        "doi": all_of("doi"),
    }


def of_json_ld(case: Case) -> Fields:
    """Return what extruct finds of JSON-LD."""
    found = extruct.extract(case.source, base_url=case.expected["url"], syntaxes=["json-ld"])
    (said,) = found["json-ld"]
    same = " ".join(said.get("sameAs", ()))
    return {
        "title": said["headline"],
        "authors": "; ".join(each["name"] for each in said.get("author", ())),
        "url": said["url"],
        "date": said.get("datePublished", ""),
        "note": said["description"],
        "arxiv": unquote(next(iter(re.findall(r"https://arxiv\.org/abs/(\S+)", same)), "")),
        "doi": unquote(next(iter(re.findall(r"https://doi\.org/(\S+)", same)), "")),
    }


def of_preview(case: Case) -> Fields:
    """Return what extruct finds of Open Graph and Dublin Core."""
    found = extruct.extract(
        case.source, base_url=case.expected["url"], syntaxes=["opengraph", "dublincore"]
    )
    (graph,) = found["opengraph"]
    said = dict(graph["properties"])
    (core,) = found["dublincore"]
    types = [each["content"] for each in core["elements"] if each.get("name") == "DC.type"]
    title = said["og:title"]
    withdrawn = case.paper.status is Status.WITHDRAWN
    return {
        "title": title.removeprefix("Withdrawn: ") if withdrawn else title,
        "url": said["og:url"],
        "types": "; ".join([said["og:type"], *types]),
    }


def of_signposts(case: Case) -> Fields:
    """Return where signposting finds that a page leads."""
    address = case.expected["url"]
    page = htmllinks.HTML(case.source, "text/html", address, address)
    found = htmllinks._parse_html(page)  # noqa: SLF001  # what is public asks the network for it
    return {
        "url": str(found.citeAs.target if found.citeAs else ""),
        "day": str(found.collection.target if found.collection else ""),
        "data": "; ".join(str(each.target) for each in found.describedBy),
        "kinds": "; ".join(sorted(str(each.target) for each in found.types)),
    }


def bibtex_of(case: Case) -> str:
    """Return the BibTeX that a page shows, its lines kept."""
    parts = case.page.parts
    at = next(
        number
        for number, part in enumerate(parts)
        if isinstance(part, Tag) and part.get("class") == "db-cite__bibtex"
    )
    return next(part for part in parts[at:] if isinstance(part, str))


def of_pybtex(case: Case) -> Fields:
    """Return what pybtex reads of a page's BibTeX."""
    ((slug, entry),) = parse_string(bibtex_of(case), "bibtex").entries.items()
    people = (
        (*each.first_names, *each.middle_names, *each.prelast_names, *each.last_names)
        for each in entry.persons.get("author", ())
    )
    return bibtex_fields(slug, entry.fields, map(" ".join, people))


def of_bibtexparser(case: Case) -> Fields:
    """Return what bibtexparser reads of a page's BibTeX."""
    library = read_bibtex(
        bibtex_of(case), append_middleware=[SeparateCoAuthors(), SplitNameParts()]
    )
    if library.failed_blocks or library.comments:
        raise ValueError(f"not read: {[*library.failed_blocks, *library.comments]}")
    (entry,) = library.entries
    said = {key: field.value for key, field in entry.fields_dict.items()}
    people = (
        " ".join((*each.first, *each.von, *each.last, *each.jr)) for each in said.pop("author", ())
    )
    return bibtex_fields(entry.key, said, people)


def bibtex_fields(slug: str, said: Fields, people: Iterable[str]) -> Fields:
    """Return the fields of an entry of BibTeX, LaTeX read; a reader counts no blanks there."""
    month = f"{said['year']}-{said['month'][:3].lower()}" if "month" in said else ""
    return {
        "slug": slug,
        "title without blanks": latex(said["title"]),
        "authors without blanks": ";".join(map(latex, people)),
        "url": said["url"],
        "month": month,
        "arxiv": unquote(said.get("eprint", "")),
        "doi": unquote(said.get("doi", "")),
        "category": unquote(said.get("primaryclass", "")),
        "note without blanks": latex(said["howpublished"]),
    }


def latex(value: str) -> str:
    """Return what LaTeX prints of a field, braces around all of it aside, without blanks."""
    inner = value[1:-1] if value[:1] + value[-1:] == "{}" else value
    try:
        return untex(inner)
    except AssertionError as error:
        return f"not LaTeX: {error}"


def of_rispy(case: Case) -> Fields:
    """Return what rispy reads of the RIS that a browser makes of the page."""
    (said,) = rispy.loads(ris(case.paper, case.settings))
    return {
        "slug": said["id"],
        "title": said["title"],
        "abstract": said["abstract"],
        "authors": "; ".join(map(in_order, said.get("authors", ()))),
        "url": "; ".join(said["urls"]),
        "date": said.get("date", "").replace("/", "-"),
        "arxiv": said.get("accession_number", "").removeprefix("arXiv:"),
        "doi": said.get("doi", ""),
        "note": "; ".join(said["notes"]),
    }


def in_order(name: str) -> str:
    """Return a name whose family's stands first, and a comma behind it, as people write it."""
    family, _, given = name.partition(", ")
    return f"{given} {family}".strip()


def of_citeproc(case: Case) -> Fields:
    """Return what citeproc-py reads of CSL-JSON, and what it prints of a title."""
    text = json.dumps([csl(case.paper, case.settings)], ensure_ascii=False)
    with warnings.catch_warnings():
        # It tells of each field that it has no use for.
        warnings.simplefilter("ignore")
        source = CiteProcJSON(json.loads(text))
        shelf = CitationStylesBibliography(style(), source, formatters.plain)
        shelf.register(Citation([CitationItem(case.paper.slug)]))
        (cited,) = map(str, shelf.bibliography())
    said = source[case.paper.slug]
    wanted = case.expected["title's letters"]
    people = (each.parts() for each in said.get("author", ()))
    dates = said.get("issued")
    return {
        "title": str(said["title"]),
        "title's letters": wanted if wanted in letters(cited) else letters(cited),
        "abstract": str(said["abstract"]),
        "authors": "; ".join(" ".join(filter(None, parts[:2])) for parts in people),
        "url": str(said["URL"]),
        "date": f"{dates.year:04}-{dates.month:02}-{dates.day:02}" if dates else "",
        "arxiv": str(said.get("number", "")).removeprefix("arXiv:"),
        "doi": str(said.get("DOI", "")),
        "note": str(said["note"]),
    }


@cache
def style() -> CitationStylesStyle:
    """Return a style that comes with citeproc-py."""
    return CitationStylesStyle("harvard-cite-them-right", validate=False)


READERS: Mapping[str, Callable[[Case], Fields]] = {
    "`citation_` elements, Python's own reader of HTML": of_metas,
    "Open Graph and Dublin Core, extruct": of_preview,
    "JSON-LD, extruct": of_json_ld,
    "typed links, signposting": of_signposts,
    "BibTeX in the page, pybtex": of_pybtex,
    "BibTeX in the page, bibtexparser": of_bibtexparser,
    "RIS, rispy": of_rispy,
    "CSL-JSON, citeproc-py": of_citeproc,
}


if __name__ == "__main__":
    main()
