r"""TeX in running text, read as the words that it would print: `Schr\"odinger`, `{\em x}`, `37\%`.

Formulas and addresses stand in such a text as marks, which are opaque here: see `Kept`.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from pylatexenc.latex2text import get_default_latex_context_db

from generator.formula_text import to_text
from generator.links import same_place

MARK = re.compile("\x01([\x0e-\x15]+)\x02")
"""What stands for a kept piece: its number in octal, in digits that no cleaned text holds."""

_OCTAL = str.maketrans("01234567", "".join(map(chr, range(0x0E, 0x16))))
_NUMBER = str.maketrans("".join(map(chr, range(0x0E, 0x16))), "01234567")


class Kept:
    """Pieces of a text that are put aside while the rest is mended, and put back after."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def mark(self, piece: str) -> str:
        """Return the mark that from now on stands for a piece."""
        self._pieces.append(piece)
        return f"\x01{len(self._pieces) - 1:o}\x02".translate(_OCTAL)

    def piece(self, mark: str) -> str:
        """Return the piece that a mark stands for."""
        return self._pieces[int(mark[1:-1].translate(_NUMBER), 8)]

    def restored(self, text: str) -> str:
        """Return a text with its pieces back in place."""
        return MARK.sub(lambda match: self.piece(match[0]), text) if self._pieces else text


DEEPEST = 30
"""Groups within groups; braces of deeper ones are dropped, so that time stays linear."""

_TOKEN = re.compile(
    r"(?P<code>(?:\\u[0-9a-fA-F]{4})+)|\\(?P<name>[A-Za-z]+)\*?|\\(?P<sign>.)"
    "|(?P<brace>[{}])|(?P<mark>\x01[\x0e-\x15]+\x02)|\\\\\\Z",
    re.DOTALL,
)
_SWITCHES = frozenset(
    re.findall(
        r"\S+",
        "em it bf rm tt sc sf sl cal normalfont itshape bfseries mdseries rmfamily ttfamily "
        "sffamily scshape upshape slshape tiny scriptsize footnotesize small normalsize large "
        "Large LARGE huge Huge boldmath centering noindent protect relax allowbreak xspace "
        "unskip ignorespaces ensuremath displaystyle maketitle smallskip medskip bigskip",
    )
)
_BREAKS = {"newline": " ", "linebreak": " ", "quad": " ", "qquad": " ", "space": " ", "par": "\n"}
_BREAKS |= {"item": " • ", "nobreakspace": "~", "n": " ", "r": " ", "t": " "}
_DROPPED = frozenset(
    re.findall(
        r"\S+",
        "label vspace hspace vskip hskip begin end bibliography bibliographystyle "
        "includegraphics pagestyle thispagestyle input",
    )
)
_COLOURS = frozenset({"color", "colorbox", "textcolor"})
_ABBREVIATIONS = {
    "aka": "a.k.a.",
    "cf": "cf.",
    "eg": "e.g.",
    "etal": "et al.",
    "etc": "etc.",
    "ie": "i.e.",
    "vs": "vs.",
    "wrt": "w.r.t.",
}
_WORDS = {"LaTeX": "LaTeX", "TeX": "TeX", "textbackslash": "∖", "LaTeXe": "LaTeX2e"}
_ACCENTS = {
    '"': "\u0308",
    "'": "\u0301",
    ".": "\u0307",
    "=": "\u0304",
    "H": "\u030b",
    "^": "\u0302",
    "`": "\u0300",
    "b": "\u0331",
    "c": "\u0327",
    "d": "\u0323",
    "k": "\u0328",
    "r": "\u030a",
    "u": "\u0306",
    "v": "\u030c",
    "~": "\u0303",
}
_SPACE_SIGNS = " ,;:>\\\n\t"
_NO_SIGNS = "!-/@"
_ACCENTED = re.compile(r"\s?(?:\\([ij])(?![A-Za-z])\s?|([A-Za-z]))")
_CONTRACTED = re.compile(r"(?:s|t|d|m|re|ve|ll)(?![A-Za-z])")
_AMOUNT = re.compile(r"\d[\d,.]*+(?!\))")
_COLOUR = re.compile(r"(?<![^\s(])(?:black|blue|cyan|green|magenta|orange|purple|red|teal)$")
_TIGHT = frozenset("^_)}")
_PLAIN_GROUP = re.compile("[^\\W_][^,=^_{}|+<>]*+|\x01[\x0e-\x15]+\x02[.,;:]?")
_PLAIN_ANYWHERE = re.compile(r"[^\W\d_a-zA-Z]|[,.%'\"&-]{0,3}")


@dataclass(slots=True)
class _Group:
    """A group in braces that is being read: what its content is for, and what it holds so far."""

    role: str
    before: str = ""
    """The character before it."""
    is_tex: bool = True
    """Whether its braces are TeX for sure."""
    parts: list[str] = field(default_factory=list)


class _Prose:
    """A reader of one text."""

    def __init__(self, text: str, kept: Kept) -> None:
        self._text = text
        self._kept = kept
        self._at = 0
        self._groups = [_Group("text")]

    def read(self) -> str:
        """Return the whole text as words."""
        while match := _TOKEN.search(self._text, self._at):
            self._say(self._text[self._at : match.start()])
            self._at = match.end()
            self._take(match)
        self._say(self._text[self._at :])
        while len(self._groups) > 1:
            self._close()
        return "".join(self._groups[0].parts)

    def _say(self, words: str) -> None:
        if words:
            self._groups[-1].parts.append(words)

    def _last(self) -> str:
        """Return the character said last, in this group or around it; empty at the start."""
        for group in reversed(self._groups):
            if group.parts:
                return group.parts[-1][-1]
        return ""

    def _take(self, match: re.Match[str]) -> None:
        """Say what a token says."""
        if match["name"]:
            self._groups[-1].is_tex = True
            self._command(match["name"])
        elif match["sign"]:
            self._sign(match["sign"])
        elif match["brace"] == "{":
            self._open()
        elif match["brace"] and len(self._groups) > 1:
            self._close()
        elif match["mark"]:
            self._say(match["mark"])
        elif match["code"]:
            self._say(_decoded(match["code"]))

    def _open(self, role: str = "") -> None:
        """Begin a group; behind an address it is the address's label."""
        parts = self._groups[-1].parts
        if not role and parts and MARK.fullmatch(parts[-1]):
            role = "" if self._kept.piece(parts[-1]).startswith("$") else "label"
        if len(self._groups) <= DEEPEST:
            self._groups.append(_Group(role, self._last(), is_tex=bool(role)))

    def _close(self) -> None:
        """End a group, and say what it comes to."""
        group = self._groups.pop()
        if group.role == "address":
            self._groups[-1].parts += group.parts
            return
        words = "".join(group.parts)
        if group.role == "label":
            self._label(words)
        elif group.role == "note":
            self._say(f" ({words.strip()})" if words.strip() else "")
        elif group.role == "key":
            self._say(f"[{words.strip()}]")
        elif group.role == "colour":
            # The dumps' source runs a colour and the word behind it together: {ddtD}ecoupled.
            self._say(words if words[:1].islower() and words[-1:].isupper() else "")
            self._argument("words")
        elif group.role == "script":
            self._say(to_text(f"^{words}") if words.isdigit() and len(words) == 1 else words)
        elif group.role in _ACCENTS:
            self._say(_accented(group.role, words))
        elif group.role != "dropped":
            group.is_tex |= group.before.isalpha() and self._uncoloured()
            loose = not group.before.isalnum() and group.before not in _TIGHT
            pattern = _PLAIN_GROUP if loose else _PLAIN_ANYWHERE
            bare = group.is_tex or pattern.fullmatch(words) or not words
            self._say(words if bare else f"{{{words}}}")

    def _uncoloured(self) -> bool:
        """Return whether a colour's name was said last; if so it is taken back.

        The dumps' source leaves it of a coloured word, glued to the braces: teal{word}.
        """
        parts = self._groups[-1].parts
        colour = _COLOUR.search(parts[-1][-9:]) if parts else None
        if colour:
            self._say(parts.pop()[: -len(colour[0])])
        return colour is not None

    def _label(self, words: str) -> None:
        """Say an address behind its label, or alone where the label is the address again."""
        mark = self._groups[-1].parts.pop()
        label = words.strip()
        bare = label.rstrip(".,;")
        if MARK.fullmatch(bare):
            again = same_place(_with_scheme(self._kept.piece(bare)))
            if again == same_place(_with_scheme(self._kept.piece(mark))):
                bare = ""
        self._say(f"{bare} ({mark}){label[len(bare) :]}" if bare else mark)

    def _command(self, name: str) -> None:
        """Say what a command with a name says, and get ready for its argument."""
        argued = self._text.startswith("{", self._at)
        if name in _SWITCHES:
            self._skip(r" ?")
        elif name in _DROPPED:
            self._argument("dropped")
        elif name in _COLOURS:
            self._argument("colour")
        elif argued and name in {"footnote", "footnotetext", "thanks"}:
            self._argument("note")
        elif argued and (name.startswith("cite") or name in {"ref", "eqref", "autoref"}):
            self._argument("key")
        elif argued and name == "textsuperscript":
            self._argument("script")
        elif argued and name == "href":
            self._argument("address")
        elif argued and name in _ACCENTS:
            self._argument(name)
        elif argued and not self._text.startswith("{}", self._at) and not _symbol(name):
            self._argument("words")
        else:
            self._word(name)

    def _argument(self, role: str) -> None:
        """Begin the group that is a command's argument, if one comes next."""
        if self._skip(r"\{"):
            self._open(role)

    def _skip(self, pattern: str) -> bool:
        """Return whether a pattern comes next, and pass over it."""
        match = re.compile(pattern).match(self._text, self._at)
        self._at = match.end() if match else self._at
        return bool(match)

    def _word(self, name: str) -> None:
        """Say a command without an argument: its character, or its name as a word."""
        self._skip(r"\{\}")
        if name in _ABBREVIATIONS:
            self._say(_ABBREVIATIONS[name])
            self._skip(r"\.(?!\.)")
        elif name in _BREAKS:
            self._say(_BREAKS[name])
        elif symbol := _symbol(name):
            self._say(symbol)
            if symbol.isalpha() and len(symbol) == 1 and symbol.lower() not in _GREEK:
                self._skip(r" ")
        else:
            glued = self._last().isalnum() or self._last() == ":"
            self._say(f" {name}" if glued else name)

    def _sign(self, sign: str) -> None:
        """Say what a backslash with a character that is no letter says."""
        if sign in "{}":
            self._at -= 1
        elif sign in _SPACE_SIGNS:
            self._say(" ")
        elif sign in _ACCENTS:
            self._accent(sign)
        elif sign.isdigit():
            # A price whose dollars were taken for those of a formula: \$5 and \$6 -> \5 and 6.
            self._at -= 1
            self._say("$" if _AMOUNT.match(self._text, self._at) else "")
        elif sign == "\x01":
            self._at -= 1
        elif sign not in _NO_SIGNS:
            self._say(sign)

    def _accent(self, sign: str) -> None:
        """Say the next letter with an accent, or the sign itself where it is an apostrophe."""
        apostrophe = sign == "'" and self._last().isalnum()
        if apostrophe and _CONTRACTED.match(self._text, self._at):
            self._say(sign)
        elif self._skip(r"\{"):
            self._open(sign)
        elif letter := _ACCENTED.match(self._text, self._at):
            said = _accented(sign, letter[1] or letter[2])
            if len(said) == 1 and not letter[0].startswith(" "):
                self._at = letter.end()
                self._say(said)
            else:
                self._say(sign)
        else:
            self._say(sign)


_GREEK = frozenset(map(chr, range(0x3B1, 0x3CA)))


def printed(text: str, kept: Kept) -> str:
    r"""Return what a text with TeX in it prints; formulas and addresses stand as marks.

    >>> printed(r"{\em na\"{\i}ve} by 37\% on \method", Kept())
    'naïve by 37% on method'
    """
    return _Prose(text, kept).read()


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address}"


def _decoded(code: str) -> str:
    r"""Return the characters of `\uXXXX` escapes; halves of pairs and controls are dropped."""
    chars = bytes.fromhex(code.replace("\\u", "")).decode("utf-16-be", "ignore")
    return "".join(char for char in chars if unicodedata.category(char)[0] != "C")


def _accented(accent: str, words: str) -> str:
    """Return a letter with an accent as one character; other words as they are."""
    base = {"ı": "i", "ȷ": "j"}.get(words.strip(), words.strip())
    if len(base) != 1 or not base.isalpha():
        return words or accent * (accent in "~^")
    return unicodedata.normalize("NFC", base + _ACCENTS[accent])


@lru_cache(maxsize=1 << 12)
def _symbol(name: str) -> str:
    """Return the character that a command prints, or nothing where it has none."""
    if name in _WORDS:
        return _WORDS[name]
    if said := _TEXT_SYMBOLS.get(name):
        return said
    said = to_text(f"\\{name}")
    return said if len(said) == 1 and not said.isascii() else ""


def _text_symbols() -> dict[str, str]:
    """Return the commands for single characters that pylatexenc knows."""
    specs = get_default_latex_context_db().iter_macro_specs()
    found = {spec.macroname: spec.simplify_repl for spec in specs}
    return {name: text for name, text in found.items() if isinstance(text, str) and len(text) == 1}


_TEXT_SYMBOLS = _text_symbols()
