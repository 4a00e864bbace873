"""Everything that can be known without building, and after a build, whether every link leads on."""

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from generator import urls
from generator.authority import check_authority
from generator.build import LEDGER, MERGES, Archive, Record
from generator.catalog import Catalog
from generator.ledger import Ledger
from generator.model import Paper, Problem, Severity, Slug
from generator.parse import is_paragraph
from generator.text import fold, quoted

HARDLY_A_WORD = 0.15
"""Share of words in common under which two texts of one title are taken for two works."""
SAME_BEGINNING = 200
"""Characters of a folded abstract that make two titles worth a look."""


def check(archive: Archive, record: Record) -> Iterator[Problem]:
    """Yield all that is wrong, or worth a look, in dumps, ledger and decisions."""
    yield from archive.problems
    yield from broken_promises(archive)
    if not record.sample:
        yield from missing_promises(archive)
    yield from lost_papers(archive.catalog)
    yield from short_abstracts(archive)
    yield from double_papers(archive.catalog)
    yield from double_titles(archive.catalog)
    yield from check_authority(record.settings)
    if record.settings.site_url.startswith("https://example.org/"):
        yield Problem(
            path="mkdocs.yml",
            line=0,
            message="expected the address at which the archive will live as `site_url`, found "
            "the example's; permalinks, feeds and the sitemap would name it",
            severity=Severity.WARNING,
        )


def broken_promises(archive: Archive) -> Iterator[Problem]:
    """A promised address must answer for good."""
    for line in archive.vanished:
        yield Problem(
            path=LEDGER,
            line=0,
            message=f"expected a page at {line.address}, promised to "
            f"{quoted(line.title or line.id)}, found none: bring back what it came from "
            f"({line.id}); to take a paper down, say `removed` in dumps/merges.yml; to give up a "
            "tag, name it under `former` in the vocabulary",
        )


def missing_promises(archive: Archive) -> Iterator[Problem]:
    """Every address stands in the ledger."""
    if archive.lines:
        first = archive.lines[0]
        yield Problem(
            path=LEDGER,
            line=0,
            message=f"expected a line for every address, found none for {len(archive.lines):,}, "
            f"{first.address} the first; write them: daybook add",
            severity=Severity.WARNING,
        )


def lost_papers(catalog: Catalog) -> Iterator[Problem]:
    """A promised paper is in a dump."""
    if catalog.stones:
        first = catalog.stones[0]
        yield Problem(
            path=LEDGER,
            line=0,
            message="expected every promised paper in a list, found "
            f"{len(catalog.stones):,} in none since a reading was mended, {quoted(first.title)} at "
            f"{urls.paper(first.slug)} the first; their pages say so: see whether "
            "dumps/corrections.yml means that",
            severity=Severity.WARNING,
        )


def short_abstracts(archive: Archive) -> Iterator[Problem]:
    """An abstract is longer than a title: two titles in a row would be read as an entry."""
    for dump in (reading.dump for reading in archive.readings if reading.dump):
        for entry in dump.entries:
            if not is_paragraph(entry.abstract):
                yield Problem(
                    path=dump.path,
                    line=entry.line,
                    message=f"expected an abstract after {quoted(entry.title)}, found "
                    f"{quoted(entry.abstract)}; if that is a title, say so in "
                    "dumps/corrections.yml: both lines are titles",
                    severity=Severity.WARNING,
                )


def double_papers(catalog: Catalog) -> Iterator[Problem]:
    """Two titles with one abstract are probably one work."""
    beginnings: dict[str, dict[Slug, Paper]] = defaultdict(dict)
    for paper in catalog.listed:
        for variant in paper.variants:
            beginnings[fold(variant.abstract_raw)[:SAME_BEGINNING]][paper.slug] = paper
    for first, *others in (tuple(papers.values()) for papers in beginnings.values()):
        for other in others:
            yield Problem(
                path=MERGES,
                line=0,
                message=f"expected an abstract of its own for each of "
                f"{quoted(first.title_raw)} and {quoted(other.title_raw)}, found one that begins "
                "alike; if they are one work, add: - one work: "
                f"[{urls.paper(first.slug)}, {urls.paper(other.slug)}]",
                severity=Severity.WARNING,
            )


def double_titles(catalog: Catalog) -> Iterator[Problem]:
    """Two texts that share hardly a word are probably two works of one title."""
    for paper in catalog.papers:
        bags = [set(fold(variant.abstract_raw).split()) for variant in paper.variants]
        for index, bag in enumerate(bags[1:], 1):
            if len(bag & bags[0]) >= HARDLY_A_WORD * len(bag | bags[0]):
                continue
            ids = [
                next(f"{x.dump[:12]}-{x.line}" for x in paper.listings if x.variant == which)
                for which in (0, index)
            ]
            yield Problem(
                path=MERGES,
                line=0,
                message=f"expected texts of {quoted(paper.title_raw)} that are alike, found two "
                f"that share hardly a word; if they are two works, add: - not one work: "
                f"[{ids[0]}, {ids[1]}]",
                severity=Severity.WARNING,
            )


TAG = re.compile(rb"<[a-zA-Z][^<>]*>")
"""What a page says about href= in its text is no link."""
LINK = re.compile(rb"""\s(?:href|src)=(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""")
ANCHOR = re.compile(rb"""\s(?:id|name)=(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""")
CANONICAL = re.compile(rb'<link rel="?canonical"? href="([^"]*)"')
LOCATION = re.compile(r"<loc>([^<]*)</loc>")


def check_site(site: Path, catalog: Catalog, ledger: Ledger, site_url: str) -> Iterator[Problem]:
    """Yield every internal link, anchor, canonical and sitemap entry that leads nowhere.

    Promised addresses without a page, and pages that no link from home reaches, are among them.
    """
    # One page at a time: all of a large site at once would not fit into memory.
    files = {name: name for name in files_in(site)}
    base = urlsplit(site_url).path
    links: dict[str, set[str]] = {}
    anchors: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for name in sorted(files):
        if not name.endswith(".html"):
            continue
        source = (site / name).read_bytes()
        links[name] = set()
        for link in set(values(LINK, source)):
            target, fragment = resolve(link, name, base)
            if target in files:
                links[name].add(files[target])
                if fragment:
                    anchors[target].add((name, fragment))
            elif target is not None:
                yield broken(name, f"the link {link}")
        yield from wrong_canonical(name, source, files, site_url)
    yield from missing_anchors(site, anchors)
    yield from missing_pages(site, files, catalog, ledger, site_url)
    yield from unreachable(links, catalog)


def files_in(site: Path) -> Iterator[str]:
    """Yield the names of a site's files."""
    return (path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())


def sizes_in(site: Path) -> Iterator[tuple[str, int]]:
    """Yield the names of a site's files, each with its bytes."""
    return ((name, (site / name).stat().st_size) for name in files_in(site))


def missing_anchors(site: Path, anchors: Mapping[str, set[tuple[str, str]]]) -> Iterator[Problem]:
    """A link to a part of a page finds it; `anchors` has each page's uses, by page and fragment."""
    for target, uses in anchors.items():
        if target.endswith(".html"):
            there = set(values(ANCHOR, (site / target).read_bytes()))
            for name, fragment in sorted(uses):
                if fragment not in there:
                    yield broken(name, f"the anchor #{fragment} of {target}")


def values(attribute: re.Pattern[bytes], source: bytes) -> Iterator[str]:
    """Yield the values of an attribute on a page."""
    for tag in TAG.finditer(source):
        for match in attribute.finditer(tag[0]):
            yield unescape(next(group for group in match.groups() if group is not None).decode())


def resolve(link: str, page: str, base: str) -> tuple[str | None, str]:
    """Return the file in the site that a link on a page leads to, and the fragment.

    None stands for what is outside the site, or no address of a file.
    """
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or (not parts.path and not parts.fragment):
        return None, ""
    path = unquote(urlsplit(urljoin(f"http://site{base}{page}", link)).path)
    if not path.startswith(base):
        return None, ""
    name = path[len(base) :]
    return (f"{name}index.html" if not name or name.endswith("/") else name), unquote(
        parts.fragment
    )


def broken(page: str, what: str) -> Problem:
    """Return the problem of something on a page that leads nowhere."""
    return Problem(
        path=page,
        line=0,
        message=f"expected a page behind {what}, found none; mend the page in docs/ that a human "
        "wrote, or build again: daybook build",
    )


def wrong_canonical(
    name: str, source: bytes, files: Container[str], site_url: str
) -> Iterator[Problem]:
    """A page's canonical address is its own; an old address's is that of a page."""
    match = CANONICAL.search(source)
    if match is None:
        if name != "404.html":
            yield broken(name, "its canonical address: there is none")
        return
    address = unescape(match[1].decode()).removeprefix(site_url)
    own = name.removesuffix("index.html")
    if address != own and (f"{address}index.html" not in files or b"noindex" not in source):
        yield broken(name, f"its canonical address {address}")


def missing_pages(
    site: Path, files: Container[str], catalog: Catalog, ledger: Ledger, site_url: str
) -> Iterator[Problem]:
    """What the ledger, the catalog and the sitemap promise is there."""
    for line in ledger.lines:
        if urls.html_file(line.address) not in files:
            yield broken(LEDGER, f"the promised address {line.address}")
    for paper in catalog.papers:
        if urls.html_file(urls.paper(paper.slug)) not in files:
            yield broken(LEDGER, f"the paper {paper.slug}")
    for path in sorted(site.glob("sitemap*.xml")):
        for match in LOCATION.finditer(path.read_text(encoding="utf-8")):
            address = unescape(match[1]).removeprefix(site_url)
            name = address if address.endswith(".xml") else f"{address}index.html"
            if name not in files:
                yield broken(path.name, f"the address {address}")


def unreachable(links: Mapping[str, set[str]], catalog: Catalog) -> Iterator[Problem]:
    """Every page can be reached from home by links; stubs at old addresses are not meant to be."""
    seen = {"index.html"}
    queue = ["index.html"]
    while queue:
        fresh = {x for x in links.get(queue.pop(), ()) if x in links and x not in seen}
        seen |= fresh
        queue += fresh
    stubs = {urls.html_file(address) for address in catalog.redirects}
    for name in sorted(links.keys() - seen - stubs - {"404.html"}):
        yield Problem(
            path=name,
            line=0,
            message="expected a way here from home by links, found none; link to it from a page",
        )
