"""What MkDocs makes for all pages, kept from build to build."""

import marshal
import os
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from generator import files, trees, urls
from generator.config import LooseLoader
from generator.engine import engine_digest
from generator.keys import Keys
from generator.model import ArchiveError, Problem
from generator.pages import Page, template_key
from generator.plain import Key, digest
from generator.search import WrittenPage
from generator.shell import Form, Shell, models_of

WORK = "base"
"""The folder of `.cache/daybook/` in which MkDocs works."""


def written_by_hand(root: Path) -> Key:
    """Return the key of what stands around the generated pages: settings, overrides, other pages.

    Whatever an archive may have a hand in with: its mkdocs.yml, what that inherits, the variables
    that it names, its overrides and hooks, and all in `docs/` that is not generated.
    """
    parts = [engine_digest(), digest_of(root / files.CONFIG), digest_of_tree(files.overrides())]
    # What each page's front matter keeps, its shell shows.
    parts.append(template_key("front.md.jinja"))
    text = files.read_text(root / files.CONFIG)
    values = yaml_mapping(text)
    parts.append(digest_of(root / str(values.get("INHERIT", ""))))
    theme = values.get("theme")
    if isinstance(theme, dict) and theme.get("custom_dir"):
        parts.append(digest_of_tree(root / str(theme["custom_dir"])))
    hooks = values.get("hooks")
    parts += [digest_of(root / str(hook)) for hook in hooks] if isinstance(hooks, list) else []
    generated = files.generated(root / "docs") | {files.GENERATED}
    parts.append(digest_of_tree(root / "docs", generated))
    named = {name: os.environ.get(name, "") for name in re.findall(r"\w+", text) if "!ENV" in text}
    return Keys().of(parts, sorted(named.items()))


def yaml_mapping(text: str) -> Mapping[str, object]:
    """Return the values of an mkdocs.yml that was read once without fault."""
    found = LooseLoader(text).get_single_data()
    return found if isinstance(found, dict) else {}


def digest_of(path: Path) -> Key:
    """Return the key of a file's content; that of no bytes where there is no file."""
    return digest(path.read_bytes()) if path.is_file() else digest(b"")


def digest_of_tree(folder: Path, but: Container[str] = ()) -> Key:
    """Return the key of a folder: the names and contents of its files."""
    there = trees.names(folder) if folder.is_dir() else ()
    names = sorted(name for name in there if name not in but)
    return Keys().of([(name, digest_of(folder / name)) for name in names])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What MkDocs made for all pages, as it is kept."""

    key: Key
    folder: Path
    """Where its files lie."""
    contents: Mapping[str, Key]
    """Of its files, by path."""
    shells: Mapping[Form, Shell]
    """Empty where MkDocs rendered every page: they are among the files then."""
    written: tuple[WrittenPage, ...]
    problems: tuple[Problem, ...]


def ground(
    root: Path, pages: Sequence[Page], by_hand: Key, *, sample: bool, alone: bool = False
) -> Ground:
    """Return what MkDocs makes for all pages, from the cache where it stands there whole.

    `alone` means that `docs/` does not hold all pages: raises ArchiveError where the archive's
    settings ask MkDocs to render every page.
    """
    if found := standing(root, pages, by_hand, sample=sample):
        return found
    folder = root / files.CACHE / WORK
    key = Keys().of(by_hand, sample)
    before = known(root, by_hand, sample=sample)
    # An archive that once had a kind of page will have it again.
    needed = forms_needed(pages) | (forms_in(before) if before else set())
    from generator.site import build_base  # noqa: PLC0415  # MkDocs takes a second to import

    base = build_base(root, folder, pages, needed, sample=sample)
    found = Ground(
        key=key,
        folder=folder / "site",
        contents=contents(folder / "site"),
        shells=base.shells,
        written=base.written,
        problems=base.problems,
    )
    if alone and not found.shells:
        raise ArchiveError(
            f"{files.CONFIG}: expected settings that leave rendering to Daybook, found "
            "plugins, hooks or extensions that have a hand in each page; build without --partition"
        )
    files.write_cache(root, "ground", {key.hex(): frozen(found)})
    return found


def standing(root: Path, pages: Iterable[Page], by_hand: Key, *, sample: bool) -> Ground | None:
    """Return what the cache has of what MkDocs makes, if it stands there whole."""
    found = known(root, by_hand, sample=sample)
    whole = (
        found
        and found.shells
        and forms_needed(pages) <= forms_in(found)
        and contents(found.folder) == found.contents
    )
    return found if whole else None


def forms_needed(pages: Iterable[Page]) -> set[Form]:
    """Return the few forms of which shells are needed for these pages."""
    # The page at the root has a shell in its own place.
    markdown = (page for page in pages if page.address and page.path.endswith(".md"))
    return models_of((page.kind, page.address) for page in markdown)


def forms_in(ground: Ground) -> set[Form]:
    """Return the forms of which a ground has shells for any place."""
    return {form.model for form in ground.shells if not form.place}


def known(root: Path, by_hand: Key, *, sample: bool) -> Ground | None:
    """Return what the cache says of what MkDocs made; whether its files are there is not looked at.

    The pages that a human wrote are right in any case.
    """
    key = Keys().of(by_hand, sample)
    kept = files.read_cache(root, "ground").get(key.hex())
    return thawed(kept, key, root / files.CACHE / WORK / "site") if kept else None


def contents(folder: Path) -> dict[str, Key]:
    """Return the keys of the contents of a folder's files, by path."""
    if not folder.is_dir():
        return {}
    return {name: digest_of(folder / name) for name in trees.names(folder)}


def frozen(ground: Ground) -> bytes:
    """Return what is kept of a ground."""
    shells = [(*astuple(form), shell.parts, shell.holes) for form, shell in ground.shells.items()]
    written = [(str(page.address), page.title, page.text) for page in ground.written]
    problems = [(each.path, each.line, each.message) for each in ground.problems]
    return marshal.dumps((dict(ground.contents), shells, written, problems))


def thawed(kept: bytes, key: Key, folder: Path) -> Ground:
    """Return the ground that was kept."""
    contents, shells, written, problems = marshal.loads(kept)  # noqa: S302  # guarded by a digest
    return Ground(
        key=key,
        folder=folder,
        contents=contents,
        shells={Form(*form): Shell(parts, holes) for *form, parts, holes in shells},
        written=tuple(
            WrittenPage(address=urls.Address(address), title=title, text=text)
            for address, title, text in written
        ),
        problems=tuple(
            Problem(path=path, line=line, message=message) for path, line, message in problems
        ),
    )
