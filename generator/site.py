"""The site from `docs/`: the only module that imports mkdocs."""

import html
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

# MkDocs 2 drops themes and plugins; both packages are pinned, so the notice says nothing new.
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")

import mkdocs
from mergedeep import merge as merge_deep
from mkdocs.commands.build import build as build_with_mkdocs
from mkdocs.config.base import ConfigErrors, ConfigWarnings
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.structure.pages import Page
from mkdocs.utils.yaml import get_yaml_loader, yaml_load

from generator import urls
from generator.catalog import Catalog, last_day
from generator.files import CONFIG, ENGINE, overrides
from generator.model import ArchiveError, Problem, Status
from generator.search import LUNR, WrittenPage

SITEMAP_LIMIT = 50_000
"""Addresses in one sitemap, by the protocol of sitemaps.org."""


class Warnings(logging.Handler):
    """Gathers what MkDocs warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning's text."""
        self.found.append(record.getMessage())


def load_config(root: Path, site: Path, *, sample: bool) -> MkDocsConfig:
    """Return the archive's settings for MkDocs, on top of those that every archive inherits.

    Raises ArchiveError where MkDocs refuses them.
    """
    path = root / CONFIG
    with path.open("rb") as source:
        own = yaml_load(source, get_yaml_loader())
    with (ENGINE / "data" / CONFIG).open("rb") as source:
        base = yaml_load(source)
    config = MkDocsConfig(config_file_path=str(path))
    config.load_dict(merge_deep(base, own))
    # A warning becomes a problem with its text; strict, MkDocs would stop without naming it.
    config.load_dict({"site_dir": str(site), "docs_dir": str(root / "docs"), "strict": False})
    problems: tuple[ConfigErrors, ConfigWarnings] = config.validate()
    for key, fault in problems[0]:
        raise ArchiveError(f"{CONFIG}: MkDocs refuses `{key}`: {fault}")
    custom = str(overrides())
    if custom not in config.theme.dirs:
        # Behind an archive's own overrides, before the theme's files.
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, custom)
    config.extra["sample"] = sample
    return config


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A site that MkDocs built."""

    problems: tuple[Problem, ...]
    """What MkDocs warned of."""
    written: tuple[WrittenPage, ...]
    """The pages that a human wrote, by address."""


def build_site(
    root: Path, site: Path, catalog: Catalog, *, sample: bool, on_page: Callable[[], None]
) -> Built:
    """Build `docs/` into a folder, which is emptied first.

    Calls `on_page` after each page. Raises ArchiveError where MkDocs gives up.
    """
    shutil.rmtree(site, ignore_errors=True)
    config = load_config(root, site, sample=sample)
    written = []

    def page_done(output: str, *, page: Page, config: MkDocsConfig) -> str:
        del config
        if "kind" not in page.meta:
            written.append(written_page(page))
        on_page()
        return output

    config.plugins.events["post_page"].append(page_done)
    warnings = Warnings()
    log = logging.getLogger("mkdocs")
    log.addHandler(warnings)
    log.propagate = False
    try:
        build_with_mkdocs(config)
    except (Abort, MkDocsException) as error:
        raise ArchiveError(f"MkDocs could not build the site: {error}") from None
    finally:
        log.removeHandler(warnings)
    write_sitemap(site, sitemap_entries(catalog, config.site_url or "/"))
    return Built(
        problems=tuple(
            Problem(
                path="docs",
                line=0,
                message=f"expected no warning of MkDocs, found: {text}; mend it",
            )
            for text in warnings.found
        ),
        written=tuple(sorted(written, key=lambda page: page.address)),
    )


def written_page(page: Page) -> WrittenPage:
    """Return what search knows of a page that a human wrote: words, without markup."""
    text = html.unescape(re.sub(r"<[^>]*>", " ", page.content or ""))
    # A dollar or a backslash of a human's is no formula's.
    plain = re.sub(r"([\\$])", r"\\\1", " ".join(text.split()))
    title = re.sub(r"([\\$])", r"\\\1", str(page.title))
    return WrittenPage(address=urls.Address(page.url), title=title, text=plain)


def lunr_source() -> str:
    """Return Lunr, which comes with the mkdocs package; there is no copy in ours."""
    return (Path(mkdocs.__file__).parent / LUNR).read_text(encoding="utf-8")


def sitemap_entries(catalog: Catalog, site_url: str) -> Iterator[tuple[str, date | None]]:
    """Yield the whole URL of each page worth finding, and the last listing day of what it shows."""
    newest = catalog.days[-1].date if catalog.days else None
    for address in (urls.HOME, urls.DAYS, urls.PAPERS, urls.TAGS, urls.ABOUT):
        yield urls.absolute(address, site_url), newest
    for day in catalog.days:
        yield urls.absolute(urls.day(day.date), site_url), day.date
    for paper in catalog.papers:
        if paper.status is not Status.REMOVED:
            yield urls.absolute(urls.paper(paper.slug), site_url), last_day(paper)
    for area in catalog.areas:
        yield urls.absolute(urls.area(area.key), site_url), newest
    for key, papers in catalog.tagged.items():
        latest = last_day(papers[0]) if papers else None
        yield urls.absolute(urls.tag(key), site_url), latest


def write_sitemap(site: Path, entries: Iterable[tuple[str, date | None]]) -> None:
    """Write sitemap.xml, in parts behind an index where it holds more than one may.

    MkDocs's own stamps every page with the day of the build.
    """
    (site / "sitemap.xml.gz").unlink(missing_ok=True)
    found = list(entries)
    if len(found) <= SITEMAP_LIMIT:
        (site / "sitemap.xml").write_text(sitemap("urlset", "url", found), encoding="utf-8")
        return
    home = found[0][0]
    parts = []
    for number, start in enumerate(range(0, len(found), SITEMAP_LIMIT), 1):
        part = sitemap("urlset", "url", found[start : start + SITEMAP_LIMIT])
        name = f"sitemap-{number}.xml"
        (site / name).write_text(part, encoding="utf-8")
        parts.append((f"{home}{name}", None))
    (site / "sitemap.xml").write_text(sitemap("sitemapindex", "sitemap", parts), encoding="utf-8")


def sitemap(root: str, item: str, entries: Iterable[tuple[str, date | None]]) -> str:
    """Return a sitemap, or an index of sitemaps."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ]
    for url, changed in entries:
        when = f"<lastmod>{changed.isoformat()}</lastmod>" if changed else ""
        lines.append(f"<{item}><loc>{escape(url)}</loc>{when}</{item}>")
    return "\n".join((*lines, f"</{root}>\n"))
