"""Everything that can be known without building, and after a build, whether every link leads on."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from generator import urls
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
    for stone in catalog.stones:
        yield Problem(
            path=LEDGER,
            line=0,
            message=f"expected the paper {quoted(stone.title)}, promised at "
            f"{urls.paper(stone.slug)}, found none since the reading of {stone.id} changed; its "
            "page says that it is gone: see whether dumps/corrections.yml means that",
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
                message=f"{quoted(first.title_raw)} and {quoted(other.title_raw)} begin with "
                f"the same abstract; if they are one work, add: - one work: "
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
                message=f"two texts of {quoted(paper.title_raw)} share hardly a word; if they are "
                f"two works, add: - not one work: [{ids[0]}, {ids[1]}]",
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
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    pages = {name: (site / name).read_bytes() for name in sorted(files) if name.endswith(".html")}
    base = urlsplit(site_url).path
    links: dict[str, set[str]] = {}
    anchors: dict[str, set[str]] = {}
    for name, source in pages.items():
        links[name] = set(values(LINK, source))
    wanted = defaultdict(set)
    for name, found in links.items():
        for link in found:
            target, fragment = resolve(link, name, base)
            if target is None:
                continue
            if target not in files:
                yield broken(name, f"the link {link}")
            elif fragment and target in pages:
                wanted[target].add((name, fragment))
    for target, uses in wanted.items():
        anchors[target] = set(values(ANCHOR, pages[target]))
        for name, fragment in sorted(uses):
            if fragment not in anchors[target]:
                yield broken(name, f"the anchor #{fragment} of {target}")
    yield from wrong_canonicals(pages, site_url)
    yield from missing_pages(site, files, catalog, ledger, site_url)
    yield from unreachable(links, pages, catalog, base)


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
    return Problem(path=page, line=0, message=f"expected a page behind {what}, found none")


def wrong_canonicals(pages: dict[str, bytes], site_url: str) -> Iterator[Problem]:
    """A page's canonical address is its own; an old address's is that of a page."""
    for name, source in pages.items():
        match = CANONICAL.search(source)
        if match is None:
            if name != "404.html":
                yield broken(name, "its canonical address: there is none")
            continue
        address = unescape(match[1].decode()).removeprefix(site_url)
        own = name.removesuffix("index.html")
        if address != own and (f"{address}index.html" not in pages or b"noindex" not in source):
            yield broken(name, f"its canonical address {address}")


def missing_pages(
    site: Path, files: set[str], catalog: Catalog, ledger: Ledger, site_url: str
) -> Iterator[Problem]:
    """What the ledger, the catalog and the sitemap promise is there."""
    for line in ledger.lines:
        if urls.stub_file(line.address) not in files:
            yield broken(LEDGER, f"the promised address {line.address}")
    for paper in catalog.papers:
        if urls.stub_file(urls.paper(paper.slug)) not in files:
            yield broken(LEDGER, f"the paper {paper.slug}")
    for path in sorted(site.glob("sitemap*.xml")):
        for match in LOCATION.finditer(path.read_text(encoding="utf-8")):
            address = unescape(match[1]).removeprefix(site_url)
            name = address if address.endswith(".xml") else f"{address}index.html"
            if name not in files:
                yield broken(path.name, f"the address {address}")


def unreachable(
    links: dict[str, set[str]], pages: Iterable[str], catalog: Catalog, base: str
) -> Iterator[Problem]:
    """Every page can be reached from home by links; stubs at old addresses are not meant to be."""
    seen = {"index.html"}
    queue = ["index.html"]
    while queue:
        name = queue.pop()
        for link in links.get(name, ()):
            target, _ = resolve(link, name, base)
            if target and target not in seen and target in links:
                seen.add(target)
                queue.append(target)
    stubs = {urls.stub_file(address) for address in catalog.redirects}
    for name in sorted(set(pages) - seen - stubs - {"404.html"}):
        yield Problem(
            path=name, line=0, message="expected a way here from home by links, found none"
        )
