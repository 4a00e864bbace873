"""The site from `docs/`: the only module that imports mkdocs."""

import html
import logging
import os
import posixpath
import re
import shutil
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

# MkDocs 2 drops themes and plugins; both packages are pinned, so the notice says nothing new.
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")

from mergedeep import merge as merge_deep
from mkdocs.commands.build import build as build_with_mkdocs
from mkdocs.config.base import ConfigErrors, ConfigWarnings
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.structure.pages import Page as BuiltPage
from mkdocs.utils.yaml import get_yaml_loader, yaml_load

from generator import urls
from generator.files import CONFIG, ENGINE, GENERATED, overrides, written
from generator.markup import front_matter
from generator.model import ArchiveError, Problem
from generator.pages import Page
from generator.rendering import CONFIGS, EXTENSIONS, Renderer, converter
from generator.search import WrittenPage
from generator.shell import Form, Shell, cut, form_of, kept_lines, model_of, source_of
from generator.trees import names


class Warnings(logging.Handler):
    """Gathers what MkDocs warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning's text."""
        self.found.append(record.getMessage())


def load_config(root: Path, docs: Path, site: Path, *, sample: bool) -> MkDocsConfig:
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
    config.load_dict({"site_dir": str(site), "docs_dir": str(docs), "strict": False})
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
class Base:
    """What MkDocs makes for the whole site: the theme's files, pages by hand, and the shells."""

    problems: tuple[Problem, ...]
    """What MkDocs warned of."""
    written: tuple[WrittenPage, ...]
    """The pages that a human wrote, by address."""
    shells: Mapping[Form, Shell]
    """Empty where MkDocs rendered every page."""


def build_base(
    root: Path, work: Path, pages: Sequence[Page], models: Iterable[Form], *, sample: bool
) -> Base:
    """Let MkDocs build what stands around the generated pages, or, if it must, those too.

    It builds into `site` below `work`, a folder that is emptied first; `models` are the kinds of
    pages that shells are wanted for. The shells are tried: a page
    of each kind, put into its own, must be what MkDocs makes of it. Where it is not, or where a
    plugin has a hand in every page, MkDocs renders them all. Raises ArchiveError where it gives up.
    """
    shutil.rmtree(work, ignore_errors=True)
    (work / "docs").mkdir(parents=True)
    config = load_config(root, work / "docs", work / "site", sample=sample)
    found = None if meddled(config) else build_shells(root, work, config, pages, models)
    return found or build_whole(load_config(root, root / "docs", work / "site", sample=sample))


def meddled(config: MkDocsConfig) -> bool:
    """Return whether something of the archive's own has a hand in how each page is rendered."""
    return bool(
        config.plugins
        or config.hooks
        or config.theme.name != "material"
        or tuple(config.markdown_extensions) != EXTENSIONS
        or config.mdx_configs != CONFIGS
    )


def build_whole(config: MkDocsConfig) -> Base:
    """Let MkDocs build all of `docs/`."""
    shutil.rmtree(config.site_dir, ignore_errors=True)
    problems, written = run_mkdocs(config)
    return base_of(config, problems, written, {})


def base_of(
    config: MkDocsConfig,
    problems: Iterable[Problem],
    written: Iterable[WrittenPage],
    shells: Mapping[Form, Shell],
) -> Base:
    """Return what MkDocs made; the sitemap is ours."""
    for name in ("sitemap.xml", "sitemap.xml.gz"):
        Path(config.site_dir, name).unlink(missing_ok=True)
    return Base(
        problems=tuple(problems),
        written=tuple(written),
        shells=shells,
    )


def build_shells(
    root: Path,
    work: Path,
    config: MkDocsConfig,
    pages: Sequence[Page],
    models: Iterable[Form],
) -> Base | None:
    """Let MkDocs build the pages by hand and the shells; return None where no shell would do."""
    docs, site = work / "docs", work / "site"
    generated = {page.path: page for page in pages if page.path.endswith(".md")}
    places = {urls.source_file(urls.HOME), *in_navigation(config.nav)} & generated.keys()
    proofs = proofs_among([page for path, page in generated.items() if path not in places])
    kept = kept_lines(generated[urls.source_file(urls.HOME)].text)
    forms = [*(form_in_place(generated[path]) for path in places), *forms_of(models)]
    mentioned = copy_written(root / "docs", docs, {page.path for page in pages})
    mentioned = (mentioned & generated.keys()) - places
    for form in forms:
        write(docs / form.source, source_of(form, kept))
    others = mentioned | {page.path for page in proofs}
    for path in others:
        write(docs / path, generated[path].text)
    problems, written = run_mkdocs(config)
    shells = {form: cut(read_page(site, form.address), form) for form in forms}
    renderer = Renderer(shells=shells, markdown=converter())
    if any(
        renderer.page(page.path, page.text, page.address) != built(site, page) for page in proofs
    ):
        return None
    addresses = [*(form.address for form in forms), *(generated[path].address for path in others)]
    for address in addresses:
        (site / urls.html_file(urls.Address(address))).unlink()
    return base_of(config, problems, written, shells)


def proofs_among(pages: Iterable[Page]) -> list[Page]:
    """Return a page of each kind in each folder and at each depth: the first."""
    found: dict[Form, Page] = {}
    for page in pages:
        found.setdefault(model_of(page.kind, page.address), page)
    return list(found.values())


def built(site: Path, page: Page) -> bytes:
    """Return what MkDocs made of a page."""
    return (site / urls.html_file(page.address)).read_bytes()


def read_page(site: Path, address: str) -> str:
    """Return the HTML of a built page."""
    return (site / urls.html_file(urls.Address(address))).read_text(encoding="utf-8")


def in_navigation(nav: object) -> Iterator[str]:
    """Yield the source files that the navigation names."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, Mapping):
        yield from (path for each in nav.values() for path in in_navigation(each))
    elif isinstance(nav, list):
        yield from (path for each in nav for path in in_navigation(each))


def forms_of(models: Iterable[Form]) -> Iterator[Form]:
    """Yield the forms that pages like these may have."""
    for model in models:
        for described, headed in product((True, False), repeat=2):
            yield replace(model, described=described, headed=headed)


def form_in_place(page: Page) -> Form:
    """Return the form of a page of the navigation, where its tab is the active one."""
    front, _ = front_matter(page.text)
    return form_of(page.kind, page.address, front, page.path)


def copy_written(source: Path, target: Path, generated: Container[str]) -> set[str]:
    """Copy what a human put into `docs/`; return the generated pages that it links to by file."""
    mentioned = set()
    own = sorted(name for name in names(source) if name not in generated)
    for name in own:
        if name == GENERATED:
            continue
        path = source / name
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / name)
        if path.suffix == ".md":
            text = path.read_text(encoding="utf-8", errors="replace")
            for link in re.findall(r"[\w./%-]+\.md\b", text):
                found = posixpath.normpath(posixpath.join(posixpath.dirname(name), link))
                mentioned |= {found} if found in generated else set()
    return mentioned


def write(path: Path, text: str) -> None:
    """Write a file of the folder to work in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written(path):
        path.write_text(text, encoding="utf-8")


def run_mkdocs(config: MkDocsConfig) -> tuple[list[Problem], list[WrittenPage]]:
    """Build; return what MkDocs warned of, and the pages that a human wrote, by address.

    Raises ArchiveError where MkDocs gives up.
    """
    written = []

    def page_done(output: str, *, page: BuiltPage, config: MkDocsConfig) -> str:
        del config
        if "kind" not in page.meta:
            written.append(written_page(page))
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
    problems = [
        Problem(
            path="docs",
            line=0,
            message=f"expected no warning of MkDocs, found: {text}; mend it",
        )
        for text in warnings.found
    ]
    return problems, sorted(written, key=lambda page: page.address)


def written_page(page: BuiltPage) -> WrittenPage:
    """Return what search knows of a page that a human wrote: words, without markup."""
    text = html.unescape(re.sub(r"<[^>]*>", " ", page.content or ""))
    # A dollar or a backslash of a human's is no formula's.
    plain = re.sub(r"([\\$])", r"\\\1", " ".join(text.split()))
    title = re.sub(r"([\\$])", r"\\\1", str(page.title))
    return WrittenPage(address=urls.Address(page.url), title=title, text=plain)
