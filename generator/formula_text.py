"""A formula read as a line of plain Unicode, for where no markup goes, and for searching."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from latex2mathml import commands
from latex2mathml.symbols_parser import SYMBOLS

from generator.latex import (
    DEEPEST,
    DROPPED_ARGUMENT,
    DROPPED_FIRST,
    FUNCTIONS,
    LONGEST,
    NOTHING,
    SAME,
    STYLED,
    TEXTS,
    TOKEN,
    is_sign,
    shorthand,
)

_ACCENTS = {
    "acute": "\u0301",
    "bar": "\u0304",
    "breve": "\u0306",
    "check": "\u030c",
    "ddot": "\u0308",
    "dot": "\u0307",
    "grave": "\u0300",
    "hat": "\u0302",
    "mathring": "\u030a",
    "overline": "\u0304",
    "tilde": "\u0303",
    "vec": "\u20d7",
    "widecheck": "\u030c",
    "widehat": "\u0302",
    "widetilde": "\u0303",
}
_RAISED = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")
_READ_AS = {r"\epsilon": "ε", r"\phi": "φ", r"\varphi": "φ", r"\dots": "…", r"\ldots": "…"}
_SPACES = frozenset(
    re.findall(r"\\\S+", r"\, \quad \qquad \space \enspace \thinspace \nobreakspace")
)
_SILENT = (
    NOTHING
    | frozenset(commands.GLOBAL_FONTS)
    | frozenset(re.findall(r"\\\S+", r"\left \right \middle \limits \begin \end"))
    | frozenset(commands.BIG)
    | frozenset(commands.BIG_OPEN_CLOSE)
)
_WEAK = "\0"
"""A blank beside a function's name, which a bracket or script next to it makes needless."""

_NEEDLESS = re.compile(r"^\0+|\0+(?=[\s\0()\[\]^_,.;:⁰¹²³⁴-₎]|$)|(?<=[\s(\[])\0")
_COMPOUND = re.compile(r"[^\w.′]")
_SINGLE = re.compile(r"(?:[\d.]+|\w)[\u0300-\u036f⁰¹²³⁴-⁹ⁿ₀-₉′]*|\w+_\w+|")


@lru_cache(maxsize=1 << 14)
def to_text(latex: str) -> str:
    r"""Return a formula as readable Unicode on one line; what has no sign stays as written.

    >>> to_text(r"\mathcal{O}(n^2\log \frac{1}{\varepsilon}) \le 10^{-3}")
    'O(n² log 1/ε) ≤ 10⁻³'
    """
    short = shorthand(latex.replace("\0", ""))
    pieces = TOKEN.findall(short) if len(short) <= 4 * LONGEST else []
    depth = deepest = 0
    for piece in pieces:
        depth += (piece == "{") - (piece == "}")
        deepest = max(deepest, depth)
    if not pieces or deepest > 4 * DEEPEST:
        return " ".join(re.sub(r"\\([A-Za-z]+)|[\\{}$]", r"\1 ", short).split())
    reader = _Reader(pieces)
    read = reader.group(closed=False)
    read = _NEEDLESS.sub("", read).replace(_WEAK, " ")
    return unicodedata.normalize("NFC", " ".join(read.split()))


def letters(latex: str) -> Iterator[str]:
    r"""Yield the names of a formula's letters as one would type them: `epsilon` for `\varepsilon`.

    >>> list(letters(r"\varepsilon + \mathbb{R} \leq \infty"))
    ['epsilon', 'infty', 'infinity']
    """
    for name in re.findall(r"\\([A-Za-z]+)", latex):
        bare = name.removeprefix("var")
        if f"GREEK SMALL LETTER {bare.upper()}" in _GREEK or bare == "lambda":
            yield bare.lower()
        elif name in {"infty", "nabla", "ell", "partial", "sqrt", "hbar"}:
            yield name
            if name == "infty":
                yield "infinity"


_GREEK = frozenset(unicodedata.name(chr(number), "") for number in range(0x3B1, 0x3CA))
_FRACTIONS = frozenset(re.findall(r"\\\S+", r"\frac \dfrac \tfrac \cfrac"))
_BINOMIALS = frozenset(re.findall(r"\\\S+", r"\binom \dbinom \tbinom"))
_SIGNS = {r"\ast": "*", r"\cdot": "·", r"\mid": "|", r"\backslash": "\\", r"\degree": "°"}


class _Reader:
    """A reader of LaTeX pieces; each method takes what it returns off the pieces to come."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._rest = list(reversed(pieces))
        self._depth = 0

    def group(self, *, closed: bool) -> str:
        """Return what comes up to the closing brace, or to the end."""
        parts: list[str] = []
        while self._rest:
            piece = self._rest.pop()
            if piece == "}" and closed:
                break
            parts.append(self._read(piece))
        return "".join(parts)

    def _argument(self) -> str:
        """Return the next argument: a group, a command with its own, or one character."""
        self._blank()
        if not self._rest or self._rest[-1] == "}":
            return ""
        piece = self._rest.pop()
        if len(piece) > 1 and piece[0] != "\\":
            self._rest.append(piece[1:])
            piece = piece[0]
        return self._read(piece).replace(_WEAK, " ").strip()

    def _blank(self) -> str:
        """Return a blank if blanks come next."""
        return " " if self._rest and self._rest[-1].isspace() and self._rest.pop() else ""

    def _read(self, piece: str) -> str:
        """Return what a piece, and the arguments it takes, say."""
        self._depth += 1
        if self._depth > 4 * DEEPEST:
            said = piece.lstrip("\\")
        elif piece == "{":
            said = self.group(closed=True)
        elif piece in {"^", "_"}:
            said = _script(piece, self._argument())
        elif piece[0] == "\\" and len(piece) > 1:
            said = self._command(piece)
        else:
            said = {"}": "", "~": " ", "&": " ", "'": "′", "\\": ""}.get(piece, piece)
        self._depth -= 1
        return " " if said.isspace() else said

    def _command(self, command: str) -> str:
        """Return what a command says with its arguments."""
        blank = self._blank() if command[1].isalpha() else ""
        if command in SAME:
            self._rest += reversed(TOKEN.findall(SAME[command]))
            return ""
        if command in DROPPED_ARGUMENT or command in DROPPED_FIRST:
            self._argument()
            return ""
        if command in _SILENT:
            return self._silent(command)
        if command in _SPACES:
            return " "
        for read in (self._shape, self._operator, self._letters):
            said = read(command)
            if said is not None:
                return said
        return _sign(command, blank)

    def _silent(self, command: str) -> str:
        """Return nothing, having taken what belongs to a command that says nothing."""
        if command in {r"\begin", r"\end"}:
            self._argument()
        elif command in {r"\left", r"\right", r"\middle"} and self._rest[-1:] == ["."]:
            self._rest.pop()
        return ""

    def _shape(self, command: str) -> str | None:
        """Return a fraction, a root or letters with an accent; None if it is none of these."""
        if command in _FRACTIONS:
            return f"{_bracketed(self._argument())}/{_bracketed(self._argument(), below=True)}"
        if command in _BINOMIALS:
            return f"({self._argument()} choose {self._argument()})"
        if command == r"\sqrt":
            return self._root()
        if command[1:] in _ACCENTS:
            base = self._argument()
            return base + _ACCENTS[command[1:]] if len(base) == 1 else base
        return None

    def _root(self) -> str:
        """Return a root with its degree and what stands under it."""
        degree = ""
        if self._rest[-1:] == ["["]:
            self._rest.pop()
            while self._rest and (piece := self._rest.pop()) != "]":
                degree += self._read(piece)
        return degree.translate(_RAISED) + "√" + _bracketed(self._argument())

    def _operator(self, command: str) -> str | None:
        """Return an operator that is written as a word; None if the command is no such."""
        if command[1:] in FUNCTIONS:
            return f"{_WEAK}{command[1:]}{_WEAK}"
        if command in {r"\operatorname", r"\operatorname*"}:
            return f"{_WEAK}{self._argument()}{_WEAK}"
        if command in {r"\pmod", r"\pod"}:
            return f" (mod {self._argument()})"
        return " mod " if command in {r"\mod", r"\bmod"} else None

    def _letters(self, command: str) -> str | None:
        """Return letters in a font, or struck through; None if the command does neither."""
        if command == r"\not":
            return f"{self._argument()}\u0338"
        if command == r"\mathbb":
            said = self._argument()
            return STYLED.get(("double-struck", said), said)
        takes = command in commands.LOCAL_FONTS or command in TEXTS or command in _ONE
        return self._argument() if takes else None


_ONE = frozenset(commands.COMMANDS_WITH_ONE_PARAMETER)


def _script(mark: str, words: str) -> str:
    """Return words as a superscript (`^`) or subscript (`_`)."""
    if mark == "^" and words in {"∘", "°", "′"}:
        return words.replace("∘", "°")
    table = _RAISED if mark == "^" else _LOWERED
    if words and all(ord(char) in table for char in words) and words not in {"()", "(", ")"}:
        return words.translate(table)
    if not words:
        return ""
    bare = len(words) == 1 or (mark == "_" and words.isalnum())
    return f"{mark}{words}" if bare else f"{mark}({words})"


def _bracketed(words: str, *, below: bool = False) -> str:
    """Return words that stand as one term: in brackets if they are several.

    Below a fraction's bar a product is several terms too: 1/(2k).
    """
    single = _SINGLE.fullmatch(words) if below else not _COMPOUND.search(words)
    return words if single else f"({words})"


def _sign(command: str, blank: str) -> str:
    """Return the character of a command, or its name where it has none."""
    if command in _READ_AS or command in _SIGNS:
        return _READ_AS.get(command) or _SIGNS[command] + blank
    code = SYMBOLS.get(command)
    if not command[1].isalpha():
        return chr(int(code, 16)) if code else command[1]
    if not code:
        return command[1:].rstrip("*") + blank
    char = chr(int(code, 16))
    return char + blank if is_sign(char) else char
