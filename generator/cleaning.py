r"""Texts made readable: what LaTeX, HTML and Markdown left in them, mended; nothing added.

A cleaned text is Unicode, its formulas as `$...$` LaTeX, a literal dollar as `\$`, its paragraphs
parted by one line feed. `segments` takes it apart again, for whoever renders it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from generator.formula_text import letters, to_text
from generator.links import find_addresses, unescaped
from generator.mending import paragraphs, spaced, typeset, visible, without_html, without_markdown
from generator.tex_prose import Kept, printed

# Every pattern here is linear: classes that exclude what follows them, bounded or possessive
# quantifiers. A text may be 50 MB of one character.

_UNTIDY = re.compile(
    r"[\\$`~{}<>*&\x00-\x1f\x7f]|--|''|__|  |x20[0-9a-f]{2}|[^\x00-\x7f]|(?i:http)"
)
"""What a text must hold to be in need of anything."""

_BODY = r"(?:[^$\\\n]|\\[^\n])++"
_DOLLARS = re.compile(
    rf"\\\((?P<round>(?:[^$\\\n]|\\[^()\n])++)\\\)|\\\[(?P<square>(?:[^$\\\n]|\\[^\[\]\n])++)\\\]"
    rf"|\\.|\$\$(?P<display>{_BODY})\$\$|\$(?P<inline>{_BODY})\$|\$",
    re.DOTALL,
)
_SEGMENT = re.compile(rf"\$({_BODY})\$|\\\$|\$")
_SIGNIFICANT = re.compile(r"[\\^_={}<>]")
_PROSE = re.compile(r"\b(?:[A-Za-z]{3,}\W{1,9}){2}[A-Za-z]{3}")
_AMOUNT = re.compile(r"\d[\d.,]{0,20}\s?[A-Za-z]{0,2}[\s/–+,;-]{1,3}")
_WORD = re.compile(r"[A-Za-z]{3}")


class SegmentKind(StrEnum):
    """What a piece of a cleaned text is."""

    TEXT = "text"
    FORMULA = "formula"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a cleaned text."""

    kind: SegmentKind
    value: str
    """What is read: words with dollars as they are, LaTeX without its dollars, or an address."""
    url: str = ""
    """Where a link leads: begins with http:// or https://; empty for other kinds."""


def clean(tex: str) -> str:
    r"""Return a text made readable. What it says stays; formulas stay letter for letter.

    A paragraph cleaned again is the same.

    >>> print(clean(r"``Schr\"odinger'' by 37\% --- see \emph{$\alpha$-VAE} for \$5"))
    “Schrödinger” by 37% — see $\alpha$-VAE for \$5
    """
    if not _UNTIDY.search(tex):
        return tex.strip(" ")
    kept = Kept()
    text = _protected(paragraphs(visible(tex)), kept)
    text = without_markdown(without_html(text))
    if "\\" in text or "{" in text or "}" in text:
        text = printed(text, kept)
    text = spaced(typeset(text))
    return kept.restored(text.replace("$", r"\$"))


def clean_title(tex: str) -> str:
    """Return a title made readable, on one line."""
    return clean(tex).replace("\n", " ")


def segments(cleaned: str) -> Iterator[Segment]:
    r"""Yield the pieces of a cleaned text, in order: text, formulas and links.

    >>> [segment.value for segment in segments(r"\$5 for $x^2$ at https://example.org/a.")]
    ['$5 for ', 'x^2', ' at ', 'https://example.org/a', '.']
    """
    text: list[str] = []
    at = 0
    for match in _SEGMENT.finditer(cleaned):
        text.append(cleaned[at : match.start()])
        at = match.end()
        if match[1] is None:
            text.append("$")
            continue
        yield from _text_and_links("".join(text))
        yield Segment(SegmentKind.FORMULA, match[1])
        text.clear()
    yield from _text_and_links("".join(text) + cleaned[at:])


def _text_and_links(text: str) -> Iterator[Segment]:
    """Yield the pieces of a text without formulas."""
    at = 0
    for address in find_addresses(text):
        if address.start > at:
            yield Segment(SegmentKind.TEXT, text[at : address.start])
        shown = text[address.start : address.end]
        yield Segment(SegmentKind.LINK, shown, address.url)
        at = address.end
    if at < len(text):
        yield Segment(SegmentKind.TEXT, text[at:])


def plain(cleaned: str) -> str:
    r"""Return a cleaned text as it reads without markup: no LaTeX, no dollars but real ones.

    >>> plain(r"\$5 for $\mathcal{O}(n^2)$")
    '$5 for O(n²)'
    """
    if "$" not in cleaned:
        return cleaned.replace("\xa0", " ")
    said = (
        to_text(match[1]) if match[1] is not None else "$" for match in _SEGMENT.finditer(cleaned)
    )
    return _SEGMENT.sub(lambda _: next(said), cleaned).replace("\xa0", " ")


def spoken(cleaned: str) -> str:
    r"""Return a cleaned text's words for searching: plain, and the names of Greek letters.

    >>> spoken(r"A $\varepsilon^2$-cover")
    'A ε2-cover epsilon'
    """
    words = unicodedata.normalize("NFKC", plain(cleaned))
    names = [
        name
        for match in _SEGMENT.finditer(cleaned)
        if match[1] is not None
        for name in letters(match[1])
    ]
    if not words.isascii():
        names += [unicodedata.name(char).split()[-1].lower() for char in _GREEK.findall(words)]
    return " ".join([words, *dict.fromkeys(names)])


def excerpt(cleaned: str, limit: int) -> str:
    """Return the plain beginning of a cleaned text, on one line of at most so many characters.

    What is cut is cut between words, and ends with an ellipsis.
    """
    text = " ".join(plain(cleaned).split())
    if len(text) <= limit:
        return text
    cut = text[: max(limit - 1, 0)]
    if not text[len(cut)].isspace() and " " in cut:
        cut = cut.rpartition(" ")[0]
    return cut.rstrip(" .,;:–—-(") + "…"


_GREEK = re.compile(
    "(?<![\u0370-\u03ff\u1f00-\u1fff])[α-ωϵϕΓΔΘΛΞΠΣΦΨΩ](?![\u0370-\u03ff\u1f00-\u1fff])"
)


def _protected(text: str, kept: Kept) -> str:
    """Return a text with its formulas and addresses put aside."""
    out: list[str] = []
    begin = at = 0
    while match := _DOLLARS.search(text, at):
        at = match.end()
        body = match["round"] or match["square"] or match["display"] or match["inline"]
        if body is None and match[0] != "$":
            continue
        out.append(_without_addresses(text[begin : match.start()], kept))
        formula = match["inline"] is None or _is_formula(match["inline"], text[at : at + 1])
        if body and formula and body.strip():
            out.append(kept.mark(f"${body if match['inline'] else body.strip()}$"))
        else:
            at = match.start() + 1
            out.append("$")
        begin = at
    out.append(_without_addresses(text[begin:], kept))
    return "".join(out)


def _is_formula(body: str, after: str) -> bool:
    """Return whether what stands between two dollars is a formula, and not money or prose."""
    if _SIGNIFICANT.search(body):
        return True
    if body[0].isspace() or body[-1].isspace():
        return not (_WORD.search(body) or _AMOUNT.fullmatch(body) or body.isspace())
    return not (_PROSE.search(body) or (after.isdigit() and _AMOUNT.fullmatch(body)))


def _without_addresses(text: str, kept: Kept) -> str:
    """Return a text with its addresses put aside, each written as a browser wants it."""
    out: list[str] = []
    at = 0
    for address in find_addresses(text):
        shown = text[address.start : address.end]
        url = address.url if shown[:4].lower() == "http" else unescaped(shown)
        out += (text[at : address.start], kept.mark(url))
        at = address.end
    out.append(text[at:])
    return "".join(out)
