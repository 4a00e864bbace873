"""What stands around a page's content: rendered once by MkDocs, with holes, and filled for each.

Measured: MkDocs takes 4 to 5 ms a page, of which Python-Markdown is half and the theme's templates
a third; filling a shell takes 0.02 ms.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MARK = "zq7hole7qz"
"""Stands in no page: it marks the holes."""
HOLES = ("title", "description", "head", "content", "address")
"""What a page puts into its shell."""


@dataclass(frozen=True, slots=True)
class Shell:
    """A page with holes."""

    parts: tuple[str, ...]
    """What stands before each hole, and after the last one."""
    holes: tuple[str, ...]
    """One fewer than parts."""

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the page with these values in its holes."""
        found = [self.parts[0]]
        for hole, part in zip(self.holes, self.parts[1:], strict=True):
            found.append(values[hole])
            found.append(part)
        return "".join(found)


@dataclass(frozen=True, slots=True, order=True)
class Form:
    """Which shell a page needs: pages of one form differ in their holes alone."""

    kind: str
    folder: str
    """The first folder of its address: MkDocs writes links within it shorter."""
    depth: int
    """Folders between the page and the site's root."""
    described: bool
    """Whether it has a description."""
    headed: bool
    """Whether it has something of its own for <head>."""
    place: str = ""
    """The source file of a page of the navigation, which has a shell for itself alone."""

    @property
    def model(self) -> "Form":
        """The form that stands for all of its kind in its folder."""
        return Form(self.kind, self.folder, self.depth, described=True, headed=True)

    @property
    def source(self) -> str:
        """The Markdown file, relative to `docs/`, as which MkDocs renders this shell."""
        if self.place:
            return self.place
        name = f"{MARK}-{self.kind}-{self.described:d}{self.headed:d}"
        folders = [self.folder, *[MARK] * (self.depth - 2)] if self.depth > 1 else []
        return "/".join([*folders, f"{name}.md"])

    @property
    def address(self) -> str:
        """The address that this shell gets, to be replaced by a page's own."""
        folder, _, name = self.source.removesuffix(".md").rpartition("/")
        return "".join(f"{part}/" for part in (folder, name) if part and part != "index")


def form_of(kind: str, address: str, front: Mapping[str, object], place: str = "") -> Form:
    """Return the form of the shell that a page needs, by its front matter and address."""
    return Form(
        kind,
        *place_of(address),
        described=bool(front.get("description")),
        headed=bool(front.get("head")),
        place=place,
    )


def model_of(kind: str, address: str) -> Form:
    """Return the form that stands for all pages of a kind in the folder of this address."""
    return form_of(kind, address, {}).model


def models_of(pages: Iterable[tuple[str, str]]) -> set[Form]:
    """Return the few forms that stand for many pages, given by kind and address."""
    kinds = {(kind, place_of(address)) for kind, address in pages}
    return {Form(kind, *place, described=True, headed=True) for kind, place in kinds}


def place_of(address: str) -> tuple[str, int]:
    """Return the first folder of an address, and how deep it lies."""
    return address.partition("/")[0], address.count("/")


def hole(name: str) -> str:
    """Return what stands in a hole until it is filled."""
    return f"{MARK}{name}"


def source_of(form: Form, kept: Iterable[str]) -> str:
    """Return the Markdown of a shell; `kept` are the lines of front matter that stay."""
    lines = [f'title: "{hole("title")}"']
    lines.append(f'description: "{hole("description") if form.described else ""}"')
    if form.headed:
        lines.append(f'head: "{hole("head")}"')
    lines.append(f"kind: {form.kind}")
    return "\n".join(["---", *lines, *kept, "---", "", hole("content"), ""])


def kept_lines(text: str) -> list[str]:
    """Return the lines of a page's front matter that are the same on all pages."""
    front = text.partition("---\n")[2].partition("\n---\n")[0]
    own = ("title:", "description:", "head:", "kind:")
    return [line for line in front.split("\n") if not line.startswith(own)]


def cut(page: str, form: Form) -> Shell:
    """Return the shell that a page with holes is."""
    page = page.replace(f"<p>{hole('content')}</p>", hole("content"))
    if not form.place:
        page = page.replace(form.address, hole("address"))
    pieces = re.split(f"{MARK}({'|'.join(HOLES)})", page)
    return Shell(parts=tuple(pieces[::2]), holes=tuple(pieces[1::2]))
