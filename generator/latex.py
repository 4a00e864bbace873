"""The LaTeX of formulas: its tokens, its commands, and their characters in Unicode."""

import re
import unicodedata
from collections.abc import Iterator

from latex2mathml import commands
from latex2mathml.converter import MOVABLE_LIMIT_TEXTS
from latex2mathml.symbols_parser import SYMBOLS

LONGEST = 400
"""In characters; a longer formula is not set, and the deepest below keeps recursion short."""

DEEPEST = 12
"""Braces within braces."""

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[A-Za-z]+|\s+|.", re.DOTALL)
_LENGTH = re.compile(r"\\(?:m?kern|[mh]skip)\s*-?\d*\.?\d+\s*[a-z]{2}(?![a-z])")
_CODE_POINT = re.compile(r"\\unicode\s*\{x([0-9A-Fa-f]{1,6})\}")
_NORM = re.compile(r"\\(norm|abs)\s*\{([^{}]*)\}")

# What papers write and latex2mathml does not know, and shorthands that mean the same everywhere.
SAME = {
    r"\mathbbm": r"\mathbb",
    r"\mathds": r"\mathbb",
    r"\bbm": r"\mathbb",
    r"\mathbbold": r"\mathbb",
    r"\textsc": r"\text",
    r"\textsl": r"\textit",
    r"\textnormal": r"\text",
    r"\mbox": r"\text",
    r"\hbox": r"\text",
    r"\emph": r"\textit",
    r"\textsuperscript": "^",
    r"\textsubscript": "_",
    r"\eps": r"\epsilon ",
    r"\F": r"\mathbb{F}",
    r"\R": r"\mathbb{R}",
    r"\Z": r"\mathbb{Z}",
    r"\N": r"\mathbb{N}",
    r"\Q": r"\mathbb{Q}",
    r"\E": r"\mathbb{E}",
    r"\Tr": r"\operatorname{Tr}",
    r"\tr": r"\operatorname{tr}",
    r"\arg": r"\operatorname{arg}",
    r"\wt": r"\widetilde",
    r"\wh": r"\widehat",
    r"\backslash": r"\setminus ",
    r"\textasciitilde": r"\sim ",
    r"\textgreater": ">",
    r"\textless": "<",
    r"\deg": r"{}^\circ ",
    r"\:": r"\,",
    r"\>": r"\,",
    r"\;": r"\,",
    r"\ ": r"\,",
    r"\\": r"\,",
    "~": r"\,",
    "%": r"\%",
    "#": r"\#",
}
NOTHING = frozenset(
    re.findall(
        r"\\\S+",
        r"""\! \ensuremath \xspace \limits \nolimits \smash \displaystyle \textstyle \scriptstyle
    \scriptscriptstyle \tiny \small \footnotesize \scriptsize \normalsize \large \Large \LARGE
    \huge \Huge \nonumber \notag \mathstrut \strut \allowbreak \relax \protect \boldmath
    \unboldmath \mathchoice \/ \-""",
    )
)
DROPPED_ARGUMENT = frozenset(
    re.findall(
        r"\\\S+", r"\label \phantom \hphantom \vphantom \hspace \hspace* \vspace \vspace* \color"
    )
)
DROPPED_FIRST = frozenset(re.findall(r"\\\S+", r"\href \textcolor \colorbox \class \style"))
TEXTS = frozenset(
    re.findall(r"\\\S+", r"\text \textbf \textit \textmd \textrm \textsf \texttt \textup")
)
FUNCTIONS = frozenset(
    name[1:] for name in (*commands.FUNCTIONS, *commands.LIMIT, *MOVABLE_LIMIT_TEXTS)
) - {"intop"}
_REFUSED = frozenset(
    re.findall(
        r"\\\S+",
        r"""\newcommand \newenvironment \def \DeclareMathOperator \unicode \verb \rule \tag \tag*
    \sideset \skew \fcolorbox \genfrac \raise \lower \moveleft \moveright \mspace""",
    )
)
ENVIRONMENTS = frozenset(
    {"matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "cases", "smallmatrix"}
)
KNOWN = (
    frozenset(SYMBOLS)
    | frozenset(commands.CONVERSION_MAP)
    | frozenset(commands.FUNCTIONS)
    | frozenset(commands.LOCAL_FONTS)
    | frozenset(commands.GLOBAL_FONTS)
    | frozenset(commands.COMMANDS_WITH_ONE_PARAMETER)
    | frozenset(commands.COMMANDS_WITH_TWO_PARAMETERS)
    | frozenset(MOVABLE_LIMIT_TEXTS)
    | frozenset(
        re.findall(
            r"\\\S+",
            r"""\left \right \middle \big \Big \bigg \Bigg \operatorname \operatorname* \substack
        \over \choose \atop \not \begin \end \{ \} \| \_ \& \$ \% \# \, \quad \qquad \sqrt
        \prime \LaTeX \TeX""",
        )
    )
    | frozenset(SAME)
    | NOTHING
    | DROPPED_ARGUMENT
    | DROPPED_FIRST
    | TEXTS
) - _REFUSED


def shorthand(latex: str) -> str:
    """Return a formula without lengths, with code points as characters and norms as bars."""
    short = _CODE_POINT.sub(_character, _LENGTH.sub("", latex))
    return _NORM.sub(lambda m: rf"\|{m[2]}\|" if m[1] == "norm" else f"|{m[2]}|", short)


def _character(match: re.Match[str]) -> str:
    """Return the character that a code point in hex names, or nothing if no page may hold it."""
    number = int(match[1], 16)
    char = chr(number) if number <= 0x10FFFF else ""  # noqa: PLR2004 (the last code point)
    return char if is_clean(char) and char.isprintable() and char not in "\\{}$%#&" else ""


def is_clean(text: str) -> bool:
    """Return whether a text holds no control, format, private or lone surrogate character."""
    if text.isascii() and text.isprintable():
        return True
    return all(char in "\n\t" or unicodedata.category(char)[0] != "C" for char in text)


# Signs that latex2mathml takes for letters, so that they would stand without their spaces.
_LETTERLIKE = frozenset("∂∇∞∅°%‰′″‴∀∃¬⊤⊥√")


def is_sign(char: str) -> bool:
    """Return whether a character is an operator or an arrow."""
    return char not in _LETTERLIKE and (unicodedata.category(char) == "Sm" or "←" <= char <= "⇿")


def _styled() -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the mathematical alphabets of Unicode: variant and plain letter, and the letter.

    Browsers follow MathML Core, which knows no `mathvariant` but `normal`.
    """
    pattern = re.compile(
        r"(?:MATHEMATICAL )?(BOLD|ITALIC|BOLD ITALIC|SCRIPT|BOLD SCRIPT|FRAKTUR|BLACK-LETTER"
        r"|BOLD FRAKTUR|DOUBLE-STRUCK|SANS-SERIF|SANS-SERIF ITALIC|MONOSPACE)"
        r" (?:CAPITAL|SMALL|DIGIT|EPSILON|THETA|KAPPA|PHI|RHO|PI|NABLA|PARTIAL)\b.*"
    )
    for number in (*range(0x2100, 0x2150), *range(0x1D400, 0x1D800)):
        char = chr(number)
        match = pattern.fullmatch(unicodedata.name(char, ""))
        base = unicodedata.decomposition(char).removeprefix("<font> ")
        if match and base:
            variant = match[1].lower().replace(" ", "-").replace("black-letter", "fraktur")
            yield (variant, chr(int(base, 16))), char


STYLED = {key: char for key, char in _styled() if key[0] != "italic"}
