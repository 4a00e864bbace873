"""A formula set as MathML for a page: safe, small, and readable aloud."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml import exceptions
from latex2mathml.converter import Converter

from generator.formula_text import to_text
from generator.latex import (
    DEEPEST,
    DROPPED_ARGUMENT,
    DROPPED_FIRST,
    ENVIRONMENTS,
    FUNCTIONS,
    KNOWN,
    LONGEST,
    NOTHING,
    SAME,
    STYLED,
    TEXTS,
    TOKEN,
    is_clean,
    is_sign,
    shorthand,
)

_THOUSANDS = re.compile(r"(?<![\d.,(\[{^_])(\d{1,3})((?:,\d{3})++)(?![.,]?\d)")
_SEPARATOR = "\u066c"
"""Stands for the comma in 20,000, which is no list of two numbers, on the way to markup."""
_THIN = re.compile("[\u2006\u2009]")
_REFERENCE = re.compile(r"&#x([0-9A-Fa-f]{1,6});")

_FAULTS = (
    exceptions.NumeratorNotFoundError,
    exceptions.DenominatorNotFoundError,
    exceptions.ExtraLeftOrMissingRightError,
    exceptions.MissingSuperScriptOrSubscriptError,
    exceptions.DoubleSubscriptsError,
    exceptions.DoubleSuperscriptsError,
    exceptions.NoAvailableTokensError,
    exceptions.InvalidStyleForGenfracError,
    exceptions.MissingEndError,
    exceptions.InvalidAlignmentError,
    exceptions.InvalidWidthError,
    exceptions.LimitsMustFollowMathOperatorError,
    # Slips of latex2mathml on input that it does not expect: some met while fuzzing it, the rest
    # what such code may raise, so that no formula of a stranger's stops a build.
    AttributeError,
    IndexError,
    KeyError,
    RecursionError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)


@lru_cache(maxsize=1 << 14)
def to_mathml(latex: str) -> str | None:
    r"""Return a formula as a `<math>` element for HTML, or None where it cannot be set.

    Only elements and attributes of MathML that show something get through, and no text is
    markup: whatever the formula, the result is safe. None stands for what latex2mathml cannot
    read, what would show a command's name, what is empty, too long or too deep.

    >>> to_mathml(r"\epsilon^2")
    '<math alttext="\\epsilon^2"><msup><mi>ϵ</mi><mn>2</mn></msup></math>'
    """
    if len(latex) > LONGEST or "&#" in latex or not is_clean(latex):
        return None
    joined = _THOUSANDS.sub(lambda m: m[0].replace(",", _SEPARATOR), shorthand(latex))
    rewritten = _rewritten(joined)
    if rewritten is None:
        return None
    try:
        element = Converter().convert_to_element(rewritten)
    except _FAULTS:
        return None
    node = _read(element)
    if node is None or not _says_something(node):
        return None
    body = "".join(_markup(child) for child in _ends(_row(node.children)))
    return f'<math alttext="{html.escape(" ".join(latex.split()))}">{body}</math>'


def _rewritten(latex: str) -> str | None:
    """Return a formula in the commands that latex2mathml knows, or None if it holds others."""
    pieces = TOKEN.findall(latex)
    if not KNOWN.issuperset(piece for piece in pieces if piece[0] == "\\"):
        return None
    out: list[str] = []
    depth = at = 0
    while at < len(pieces):
        piece = pieces[at]
        depth += (piece == "{") - (piece == "}")
        if not 0 <= depth <= DEEPEST:
            return None
        end = at + 1
        if piece in DROPPED_ARGUMENT or piece in DROPPED_FIRST:
            end = _group_end(pieces, end)
        elif piece in NOTHING:
            pass
        elif SAME.get(piece, piece) in TEXTS or piece in {r"\operatorname", r"\operatorname*"}:
            end = _group_end(pieces, end)
            out.append(_words(SAME.get(piece, piece), to_text("".join(pieces[at + 1 : end]))))
        elif piece in {r"\begin", r"\end"}:
            end = _group_end(pieces, end)
            if "".join(pieces[at + 1 : end]).strip("{} *") not in ENVIRONMENTS:
                return None
            out += pieces[at:end]
        elif (prose := _prose_end(pieces, at)) > end:
            end = prose
            words = [_blank(pieces, at - 1), *pieces[at:end], _blank(pieces, end)]
            out.append(rf"\text{{{''.join(words)}}}")
        else:
            out.append(SAME.get(piece, " " if piece.isspace() else piece))
        at = end
    return "".join(out) if not depth else None


def _group_end(pieces: Sequence[str], at: int) -> int:
    """Return where the argument that begins at a piece ends: a group in braces, or one piece."""
    while at < len(pieces) and pieces[at].isspace():
        at += 1
    depth = 0
    while at < len(pieces):
        depth += (pieces[at] == "{") - (pieces[at] == "}")
        at += 1
        if depth <= 0:
            break
    return at


def _words(command: str, words: str) -> str:
    """Return words for latex2mathml, upright: a function's name, or text."""
    bare = re.sub(r"[\\{}$]", "", words)
    if command in TEXTS or not re.fullmatch(r"[A-Za-z]+|arg (?:max|min)", bare):
        return rf"\text{{{bare}}}"
    return rf"\{bare.replace(' ', '')} " if " " in bare else rf"\operatorname{{{bare}}}"


def _blank(pieces: Sequence[str], at: int) -> str:
    return " " if 0 <= at < len(pieces) and pieces[at].isspace() else ""


def _prose_end(pieces: Sequence[str], start: int) -> int:
    """Return where the English words that begin at a piece end; at the piece if there are none.

    Authors write words into formulas without saying so; set as letters they would lose their
    blanks. Two words of three letters or more, with vowels, parted by blanks, count.
    """
    at, long_words = start, 0
    if start and pieces[start - 1] in {"^", "_", "\\"}:
        return start
    while at < len(pieces) and pieces[at].isalpha():
        long_words += bool(re.fullmatch(r"(?=.*[aeiouyAEIOUY])[A-Za-z]{3,}", pieces[at]))
        if at + 2 >= len(pieces) or not pieces[at + 1].isspace() or not pieces[at + 2].isalpha():
            return at + 1 if long_words > 1 else start
        at += 2
    return start


@dataclass(frozen=True, slots=True)
class _Node:
    """An element of MathML that may be shown."""

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""
    children: tuple["_Node", ...] = ()


_ARITY = {"mfrac": 2, "mover": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2}
_ARITY |= {"msubsup": 3, "munderover": 3}
_ROWS = frozenset({"math", "menclose", "mphantom", "mpadded", "mrow", "msqrt", "mstyle", "mtd"})
_TOKENS = frozenset({"mi", "mn", "mo", "mspace", "mtext"})
_ELEMENTS = _ROWS | _TOKENS | _ARITY.keys() | {"mtable", "mtr"}
_SIZE = re.compile(r"-?\d{0,2}(?:\.\d{1,4})?(?:em|ex)?")
_WORD = re.compile(r"[a-z-]{1,24}(?: [a-z-]{1,24}){0,3}")
_ATTRIBUTES: Mapping[str, re.Pattern[str]] = {
    "accent": _WORD,
    "columnalign": _WORD,
    "displaystyle": _WORD,
    "form": _WORD,
    "height": _SIZE,
    "linethickness": _SIZE,
    "lspace": _SIZE,
    "mathvariant": _WORD,
    "maxsize": _SIZE,
    "minsize": _SIZE,
    "notation": _WORD,
    "rspace": _SIZE,
    "scriptlevel": _SIZE,
    "stretchy": _WORD,
    "width": _SIZE,
}


def _read(element: Element) -> _Node | None:
    """Return what may be shown of an element, or None if any part of it may not."""
    tag, text = element.tag, _REFERENCE.sub(_reference, element.text or "").strip("\n")
    children = tuple(child for part in element if (child := _read(part)))
    if tag not in _ELEMENTS or len(children) < len(element) or "\\" in text or not is_clean(text):
        return None
    if len(children) != _ARITY.get(tag, len(children)) or (text and tag not in _TOKENS):
        return None
    attributes = {
        name: value
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and _ATTRIBUTES[name].fullmatch(value)
    }
    variant = attributes.pop("mathvariant", "")
    if tag != "mtext":
        text = "".join(STYLED.get((variant, char), char) for char in text)
    if tag == "mi" and len(text) == 1 and is_sign(text):
        tag = "mo"
    elif tag == "mo" and len(text) > 1 and text[0].isalpha():
        tag, attributes = "mi", {}
    if variant == "normal" and tag == "mi" and len(text) == 1:
        attributes["mathvariant"] = variant
    return _Node(tag, tuple(attributes.items()), text, children)


def _reference(match: re.Match[str]) -> str:
    """Return the character of a reference; one that no page may hold is refused later on."""
    number = int(match[1], 16)
    return chr(number) if number <= 0x10FFFF else "\0"  # noqa: PLR2004 (the last code point)


def _says_something(node: _Node) -> bool:
    """Return whether anything of a formula can be seen."""
    return bool(node.text.strip()) or any(_says_something(child) for child in node.children)


_COMMA = _Node("mi", (), _SEPARATOR)
_GAP = _Node("mspace", (("width", "0.167em"),))


def _row(children: Iterable[_Node]) -> tuple[_Node, ...]:
    """Return a row's elements: needless rows opened, names joined, functions set apart."""
    row: list[_Node] = []
    for child in _opened(children):
        last = row[-1] if row else None
        if last and _is_upright(last) and _is_upright(child):
            row[-1] = _Node("mi", (), last.text + child.text)
            continue
        if len(row) > 1 and child.tag == "mn" and last == _COMMA and row[-2].tag == "mn":
            row[-2:] = [_Node("mn", (), row[-2].text + _SEPARATOR + child.text)]
            continue
        if last and _needs_gap(last, child):
            row.append(_GAP)
        row.append(child)
    return tuple(row)


def _needs_gap(left: _Node, right: _Node) -> bool:
    """Return whether a function's name stands against something that is no sign."""
    signs = {"mo", "mspace"}
    before = _is_function(right) and left.tag not in signs
    return before or (_is_function(left) and right.tag not in signs)


def _opened(children: Iterable[_Node]) -> Iterator[_Node]:
    """Yield a row's elements with those of rows in it; fences that grow keep theirs."""
    listed = tuple(children)
    for child in listed:
        grows = any(("stretchy", "true") in part.attributes for part in child.children)
        bare = child.tag == "mrow" and not child.attributes
        if bare and (len(listed) == 1 or not grows):
            yield from _opened(child.children)
        else:
            yield child


def _is_upright(node: _Node) -> bool:
    """Return whether an element is a letter, or letters joined, of an upright name."""
    plain = node.tag == "mi" and node.text.isascii() and node.text.isalpha()
    upright = ("mathvariant", "normal") in node.attributes
    return plain and (upright or (len(node.text) > 1 and node.text not in FUNCTIONS))


def _is_function(node: _Node) -> bool:
    """Return whether an element is a function's name, with or without scripts."""
    if node.tag in {"msub", "msup", "msubsup", "munder", "mover", "munderover"}:
        return _is_function(node.children[0])
    return node.tag == "mi" and _THIN.sub("", node.text) in FUNCTIONS


def _ends(row: tuple[_Node, ...]) -> tuple[_Node, ...]:
    """Return a formula's elements without the space that a sign at its ends would leave."""
    if not row:
        return row
    first, last = row[0], row[-1]
    if last.tag == "mo" and is_sign(last.text[:1] or "a"):
        row = (*row[:-1], _Node("mo", (("lspace", "0"), ("rspace", "0")), last.text))
    elif len(row) > 1 and first.tag == "mo" and is_sign(first.text[:1] or "a"):
        row = (_Node("mo", (("lspace", "0"), ("rspace", "0")), first.text), *row[1:])
    return row


def _markup(node: _Node) -> str:
    """Return an element as markup."""
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in node.attributes)
    if node.tag in _TOKENS:
        body = html.escape(node.text.replace(_SEPARATOR, ","), quote=False)
    else:
        inner = _row(node.children) if node.tag in _ROWS else node.children
        if node.tag == "mrow" and len(inner) == 1 and not attributes:
            return _markup(inner[0])
        body = "".join(map(_markup, inner))
    return f"<{node.tag}{attributes}>{body}</{node.tag}>"
