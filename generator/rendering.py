"""A generated page of `docs/` as the HTML that MkDocs would make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from markdown import Markdown

from generator.markup import front_matter, to_html
from generator.shell import Form, Shell, form_of

EXTENSIONS = ("toc", "tables", "fenced_code", "attr_list")
"""Of Python-Markdown: MkDocs's own, and those of the settings that every archive inherits."""
CONFIGS: Mapping[str, Mapping[str, object]] = {
    # The policy of pages allows no style attribute.
    "tables": {"use_align_attribute": True},
    "toc": {"permalink": False},
}


@dataclass(frozen=True, kw_only=True)
class Renderer:
    """Renders pages into shells. Holds a converter: one for each process."""

    shells: Mapping[Form, Shell]
    markdown: Markdown = field(repr=False)
    """For what is written in more of Markdown than our own templates use."""

    def page(self, source: str, text: str, address: str) -> bytes:
        """Return the HTML of a page.

        `source` is its file, relative to `docs/`, `text` what stands in it. Raises KeyError where
        no shell has its form.
        """
        front, body = front_matter(text)
        kind = str(front.get("kind"))
        shell = self.shells.get(form_of(kind, address, front, source))
        shell = shell or self.shells[form_of(kind, address, front)]
        content = to_html(body)
        if content is None:
            content = self.markdown.reset().convert(body)
        values = {
            "title": str(front.get("title") or ""),
            "description": str(front.get("description") or ""),
            "head": str(front.get("head") or ""),
            "content": content,
            "address": quote(address),
        }
        return shell.fill(values).encode("utf-8", errors="xmlcharrefreplace")


def converter() -> Markdown:
    """Return Python-Markdown as MkDocs sets it up by the settings that every archive inherits."""
    return Markdown(
        extensions=list(EXTENSIONS),
        extension_configs={name: dict(of) for name, of in CONFIGS.items()},
    )
