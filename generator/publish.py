"""`docs/` to `site/`: what changed is rendered beside the site that people see, then swapped."""

import marshal
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from generator import cite, feeds, files, open_data, trees, urls
from generator.build import Archive, Record
from generator.cards import cards
from generator.catalog import Catalog
from generator.config import Settings
from generator.engine import engine_digest
from generator.grounds import Ground
from generator.keys import Keys, Output
from generator.model import ArchiveError, Problem, Severity
from generator.pages import Page, template_key
from generator.parallel import cores
from generator.pieces import Pieces
from generator.plain import Key, digest
from generator.rendering import Renderer, converter
from generator.search import LUNR, File, Kept, lunr_module
from generator.sitemap import sitemaps
from generator.trees import Known

PIECES = "pieces"
"""The cache of where the pieces of files lie."""
LUNR_PLACE = "assets/javascripts/search/lunr.js"
"""Beside the worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """What the last build left: it saves time, and is believed only where a look confirms it."""

    inputs: Key = b""
    """Of everything that the site was made from."""
    place: str = ""
    """Where that site stands."""
    problems: tuple[Problem, ...] = ()
    docs: Mapping[str, files.Trace] = field(default_factory=dict)
    known: Known = field(default_factory=Known)

    def known_of(self, site: Path) -> Known:
        """Return what is known of the files of a site's trees."""
        return self.known if self.place == str(site) else Known()


def recall(root: Path) -> Last:
    """Return what the last build left; nothing, where that was another engine's."""
    kept = files.read_cache(root, "built").get(engine_digest().hex())
    if kept is None:
        return Last()
    inputs, place, problems, docs, made, seen, beside = marshal.loads(kept)  # noqa: S302  # guarded by its digest
    known = Known(made=made, seen=seen, beside=beside)
    return Last(
        inputs=inputs,
        place=place,
        problems=tuple(
            Problem(path=path, line=line, message=message, severity=Severity(severity))
            for path, line, message, severity in problems
        ),
        docs=docs,
        known=known,
    )


def remember(root: Path, last: Last) -> None:
    """Keep what the next build may start from."""
    known = last.known
    kept = (
        last.inputs,
        last.place,
        [(each.path, each.line, each.message, str(each.severity)) for each in last.problems],
        dict(last.docs),
    )
    value = marshal.dumps((*kept, dict(known.made), dict(known.seen), dict(known.beside)))
    files.write_cache(root, "built", {engine_digest().hex(): value})


def inputs(record: Record, by_hand: Key, *, locked: bool) -> Key:
    """Return the key of everything that a site is made from.

    `by_hand` is that of what stands around the generated pages.
    """
    templates = sorted(path.name for path in (files.ENGINE / "templates").glob("*.jinja"))
    # A dump's hash says its bytes, but for those of one that was made again.
    dumps = [(each.path, each.sha256, each.raw if each.restored else b"") for each in record.dumps]
    return Keys().of(
        engine_digest(),
        [template_key(name) for name in templates],
        by_hand,
        replace(record, dumps=()),
        dumps,
        locked,
    )


def stands(root: Path, site: Path, last: Last, key: Key) -> bool:
    """Return whether nothing changed since the last build, in what goes in and what came out."""
    return (
        last.inputs == key
        and last.place == str(site)
        and not files.strayed(root / "docs", last.docs)
        and trees.untouched(site, last.known.seen)
    )


def left(
    site: Path,
    synced: files.Synced,
    done: trees.Raised,
    spare: Mapping[str, trees.Trace],
    problems: Iterable[Problem],
) -> Last:
    """Return what this build leaves to the next; `spare` is the tree that nobody sees now."""
    known = Known(made=done.made, seen=done.traces, beside=spare)
    return Last(place=str(site), problems=tuple(problems), docs=synced.traces, known=known)


def page_outputs(
    root: Path, pages: Iterable[Page], traces: Mapping[str, files.Trace], ground: Ground
) -> Iterator[Output]:
    """Yield the files of the site that stand for generated files of `docs/`.

    Of those that have a trace; of none where MkDocs rendered every page.
    """
    if not ground.shells:
        return
    docs = root / "docs"
    renderer = Renderer(shells=ground.shells, markdown=converter())
    for page in pages:
        trace = traces.get(page.path)
        if not trace:
            continue
        content = files.content_in(trace)
        if not page.path.endswith(".md"):
            yield Output(path=page.path, key=content, make=partial(read_bytes, docs / page.path))
        else:
            make = partial(render, renderer, docs, page.path, page.address)
            path = urls.html_file(page.address)
            yield Output(path=path, key=content + ground.key, make=make)


def render(renderer: Renderer, docs: Path, path: str, address: str) -> bytes:
    """Return the HTML of a generated page of `docs/`."""
    return renderer.page(path, (docs / path).read_text(encoding="utf-8-sig"), address)


def read_bytes(path: Path) -> bytes:
    """Return what stands in a file."""
    return path.read_bytes()


def ground_outputs(ground: Ground) -> Iterator[Output]:
    """Yield the files that MkDocs made for all pages."""
    for name, content in ground.contents.items():
        yield Output(path=name, key=content, make=partial(read_bytes, ground.folder / name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look at the disk found before a build."""

    astray: set[str] = field(default_factory=set)
    """Generated files of `docs/` that are not as the last build left them."""
    linked: Mapping[str, trees.Trace] = field(default_factory=dict)
    """Files that the site's other tree has only now, as the tree that people see has them."""
    strange: set[str] | None = None
    """Files in which it is not as it is known; None where nobody has looked."""


def found_at(root: Path, site: Path, last: Last) -> Found:
    """Return what a look at an archive's pages and its site's other tree finds.

    That tree catches up with the one that people see meanwhile.
    """
    astray = files.strayed(root / "docs", last.docs)
    beside, known = files.beside(site), last.known_of(site)
    if not beside.is_dir():
        return Found(astray=astray)
    there = dict(trees.walk(beside))
    linked = dict(trees.catch_up(beside, site, known, there))
    strange = trees.differences({**known.beside, **linked}, there)
    return Found(astray=astray, linked=linked, strange=strange)


def other_tree(site: Path, last: Last, there: Found) -> trees.Tree:
    """Return the site's tree that nobody sees now, to be brought up to date.

    `there` is what was found before.
    """
    known = last.known_of(site)
    known = replace(known, beside={**known.beside, **there.linked})
    # A killed build may have left one.
    shutil.rmtree(files.twin(site), ignore_errors=True)
    # The next build finds a second tree to bring up to date.
    twin = None if site.exists() else files.twin(site)
    return trees.tree(files.beside(site), site, known, there.strange, twin)


def raised(tree: trees.Tree) -> tuple[trees.Raised, Mapping[str, trees.Trace]]:
    """Bring a site's other tree up to date, and let the two change places.

    Also returns what is known of the tree that nobody sees now. Raises ArchiveError where the disk
    is full; what people see is as it was then.
    """
    beside, site = tree.beside, tree.seen
    with as_it_was(site):
        done = tree.raised(cores())
    trees.exchange(beside, site, files.aside(site))
    if tree.twin is None:
        return done, tree.known.seen
    if tree.twin.exists():
        tree.twin.rename(beside)
    return done, {path: done.traces[path] for path in tree.fresh}


def fill(tree: trees.Tree) -> None:
    """Put into a site's other tree what it is known to be wanting by now.

    Raises ArchiveError where the disk is full.
    """
    with as_it_was(tree.seen):
        tree.fill(cores())


@contextmanager
def as_it_was(site: Path) -> Iterator[None]:
    """Say that a site is as it was where its other tree could not be written.

    Raises ArchiveError in the place of OSError.
    """
    try:
        yield
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise ArchiveError(
            f"{place}{error.strerror or error}; {site} is as it was; make room and build again"
        ) from None


def machine_outputs(
    root: Path, archive: Archive, record: Record, keys: Keys, site: Path
) -> list[Output]:
    """Return the files of the site that programs read: citations, feeds, pictures, open data.

    What did not change is cut out of the files that the last build left at `site`.
    """
    catalog, settings = archive.catalog, record.settings
    wanted: set[str] = set()
    left = partial(left_in, site)
    with files.new_cache(root, PIECES, wanted) as new:
        pieces = Pieces(files.open_cache(root, PIECES), new.keep, left, wanted)
        return [
            *cite.outputs(catalog, settings, keys, pieces),
            *cards(catalog, settings, keys),
            *feeds.outputs(catalog, settings, keys, pieces),
            *open_data.outputs(archive, record, keys, pieces),
        ]


def left_in(site: Path, path: str) -> bytes:
    """Return what the last build left of a site's file; nothing where there is none."""
    try:
        return read_bytes(site / path)
    except OSError:
        return b""


def with_index(
    root: Path, outputs: Sequence[Output], settings: Settings, keys: Keys, shelf: files.Shelf
) -> list[Output]:
    """Return these files and the index of those that are open data: these are made now."""
    known = files.read_cache(root, "facts")
    whole, known = open_data.with_index(outputs, settings, keys, known, shelf.put)
    files.write_cache(root, "facts", known)
    return whole


def search_outputs(found: Iterable[File | Kept], shelf: files.Shelf) -> Iterator[Output]:
    """Yield the search's data: what no cache holds is laid aside as it comes."""
    for file in found:
        path = f"search/{file.path}"
        if isinstance(file, Kept):
            yield Output(path=path, key=file.key, make=file.make)
        else:
            yield Output(path=path, key=digest(file.content), make=shelf.put(file.content))


def lunr_output() -> Output:
    """Return Lunr, beside the search's worker: it comes with the mkdocs package."""
    spec = find_spec("mkdocs")
    place = Path(spec.origin or "") if spec else Path()
    source = (place.parent / LUNR).read_text(encoding="utf-8")
    return given(LUNR_PLACE, lunr_module(source).encode())


def sitemap_outputs(catalog: Catalog, site_url: str) -> Iterator[Output]:
    """Yield the sitemap."""
    return (given(path, content) for path, content in sitemaps(catalog, site_url))


def given(path: str, content: bytes) -> Output:
    """Return a file whose content is there already."""
    return Output(path=path, key=digest(content), make=lambda: content)
