"""A formula set for reading: as MathML, as plain Unicode, and as the names of its letters."""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml import commands, exceptions
from latex2mathml.converter import MOVABLE_LIMIT_TEXTS, Converter
from latex2mathml.symbols_parser import SYMBOLS

LONGEST = 400
"""In characters; a longer formula is not set, and the deepest below keeps recursion short."""

DEEPEST = 12
"""Braces within braces."""

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[A-Za-z]+|\s+|.", re.DOTALL)
_LENGTH = re.compile(r"\\(?:m?kern|[mh]skip)\s*-?\d*\.?\d+\s*[a-z]{2}(?![a-z])")
_CODE_POINT = re.compile(r"\\unicode\s*\{x([0-9A-Fa-f]{1,6})\}")
_NORM = re.compile(r"\\(norm|abs)\s*\{([^{}]*)\}")
_THOUSANDS = re.compile(r"(?<![\d.,(\[{^_])(\d{1,3})((?:,\d{3})++)(?![.,]?\d)")
_SEPARATOR = "\u066c"
"""Stands for the comma in 20,000, which is no list of two numbers, on the way to markup."""
_REFERENCE = re.compile(r"&#x([0-9A-Fa-f]{1,6});")

# What papers write and latex2mathml does not know, and shorthands that mean the same everywhere.
_SAME = {
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
_NOTHING = frozenset(
    r"""\! \ensuremath \xspace \limits \nolimits \smash \displaystyle \textstyle \scriptstyle
    \scriptscriptstyle \tiny \small \footnotesize \scriptsize \normalsize \large \Large \LARGE
    \huge \Huge \nonumber \notag \mathstrut \strut \allowbreak \relax \protect \boldmath
    \unboldmath \mathchoice \/ \-""".split()
)
_DROPPED_ARGUMENT = frozenset(
    r"\label \phantom \hphantom \vphantom \hspace \hspace* \vspace \vspace* \color".split()
)
_DROPPED_FIRST = frozenset(r"\href \textcolor \colorbox \class \style".split())
_TEXTS = frozenset(r"\text \textbf \textit \textmd \textrm \textsf \texttt \textup".split())
_FUNCTIONS = frozenset(name[1:] for name in (*commands.FUNCTIONS, *commands.LIMIT))
_REFUSED = frozenset(
    r"""\newcommand \newenvironment \def \DeclareMathOperator \unicode \verb \rule \tag \tag*
    \sideset \skew \fcolorbox \genfrac \raise \lower \moveleft \moveright \mspace""".split()
)
_ENVIRONMENTS = frozenset(
    "matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix cases smallmatrix".split()
)
_KNOWN = (
    frozenset(SYMBOLS)
    | frozenset(commands.CONVERSION_MAP)
    | frozenset(commands.FUNCTIONS)
    | frozenset(commands.LOCAL_FONTS)
    | frozenset(commands.GLOBAL_FONTS)
    | frozenset(commands.COMMANDS_WITH_ONE_PARAMETER)
    | frozenset(commands.COMMANDS_WITH_TWO_PARAMETERS)
    | frozenset(MOVABLE_LIMIT_TEXTS)
    | frozenset(
        r"""\left \right \middle \big \Big \bigg \Bigg \operatorname \operatorname* \substack
        \over \choose \atop \not \begin \end \{ \} \| \_ \& \$ \% \# \, \quad \qquad \sqrt
        \prime \LaTeX \TeX""".split()
    )
    | frozenset(_SAME)
    | _NOTHING
    | _DROPPED_ARGUMENT
    | _DROPPED_FIRST
    | _TEXTS
) - _REFUSED

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
    # Slips of latex2mathml on input that it does not expect, each met while fuzzing it.
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
    if len(latex) > LONGEST or "&#" in latex or not _is_clean(latex):
        return None
    joined = _THOUSANDS.sub(lambda m: m[0].replace(",", _SEPARATOR), _shorthand(latex))
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


def _is_clean(text: str) -> bool:
    """Return whether a text holds no control, format, private or lone surrogate character."""
    if text.isascii() and text.isprintable():
        return True
    return all(char in "\n\t" or unicodedata.category(char)[0] != "C" for char in text)


def _shorthand(latex: str) -> str:
    """Return a formula without lengths, with code points as characters and norms as bars."""
    short = _CODE_POINT.sub(_character, _LENGTH.sub("", latex))
    return _NORM.sub(lambda m: rf"\|{m[2]}\|" if m[1] == "norm" else f"|{m[2]}|", short)


def _character(match: re.Match[str]) -> str:
    """Return the character that a code point in hex names, or nothing if no page may hold it."""
    number = int(match[1], 16)
    char = chr(number) if number <= 0x10FFFF else ""  # noqa: PLR2004 (the last code point)
    return char if _is_clean(char) and char.isprintable() and char not in "\\{}$%#&" else ""


def _rewritten(latex: str) -> str | None:
    """Return a formula in the commands that latex2mathml knows, or None if it holds others."""
    tokens = _TOKEN.findall(latex)
    if not _KNOWN.issuperset(token for token in tokens if token[0] == "\\"):
        return None
    out: list[str] = []
    depth = at = 0
    while at < len(tokens):
        token = tokens[at]
        depth += (token == "{") - (token == "}")
        if not 0 <= depth <= DEEPEST:
            return None
        end = at + 1
        if token in _DROPPED_ARGUMENT or token in _DROPPED_FIRST:
            end = _group_end(tokens, end)
        elif token in _NOTHING:
            pass
        elif _SAME.get(token, token) in _TEXTS or token in {r"\operatorname", r"\operatorname*"}:
            end = _group_end(tokens, end)
            out.append(_words(token, to_text("".join(tokens[at + 1 : end]))))
        elif token in {r"\begin", r"\end"}:
            end = _group_end(tokens, end)
            if "".join(tokens[at + 1 : end]).strip("{} *") not in _ENVIRONMENTS:
                return None
            out += tokens[at:end]
        elif (prose := _prose_end(tokens, at)) > end:
            end = prose
            out.append(rf"\text{{ {''.join(tokens[at:end])} }}")
        else:
            out.append(_SAME.get(token, " " if token.isspace() else token))
        at = end
    return "".join(out) if not depth else None


def _group_end(tokens: Sequence[str], at: int) -> int:
    """Return where the argument that begins at a token ends: a group in braces, or one token."""
    while at < len(tokens) and tokens[at].isspace():
        at += 1
    depth = 0
    while at < len(tokens):
        depth += (tokens[at] == "{") - (tokens[at] == "}")
        at += 1
        if depth <= 0:
            break
    return at


def _words(command: str, words: str) -> str:
    """Return words for latex2mathml, upright: a function's name, or text."""
    bare = re.sub(r"[\\{}$%#&_^]", "", words)
    if command.startswith(r"\operatorname") and re.fullmatch(r"[A-Za-z ]+", bare):
        return rf"\operatorname{{{bare}}}"
    return rf"\text{{{bare}}}"


def _prose_end(tokens: Sequence[str], start: int) -> int:
    """Return where the English words that begin at a token end; at the token if there are none.

    Authors write words into formulas without saying so; set as letters they would lose their
    blanks. Two words of three letters or more, with vowels, parted by blanks, count.
    """
    at, long_words = start, 0
    if start and tokens[start - 1] in {"^", "_", "\\"}:
        return start
    while at < len(tokens) and tokens[at].isalpha():
        long_words += bool(re.fullmatch(r"(?=.*[aeiouyAEIOUY])[A-Za-z]{3,}", tokens[at]))
        if at + 2 >= len(tokens) or not tokens[at + 1].isspace() or not tokens[at + 2].isalpha():
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
# Signs that latex2mathml takes for letters, so that they would stand without their spaces.
_LETTERLIKE = frozenset("∂∇∞∅°%‰′″‴∀∃¬⊤⊥√")


def _read(element: Element) -> _Node | None:
    """Return what may be shown of an element, or None if any part of it may not."""
    tag, text = element.tag, _REFERENCE.sub(_reference, element.text or "").strip("\n")
    children = tuple(child for part in element if (child := _read(part)))
    if tag not in _ELEMENTS or len(children) < len(element) or "\\" in text or not _is_clean(text):
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
        text = "".join(_STYLED.get((variant, char), char) for char in text)
    if tag == "mi" and len(text) == 1 and _is_sign(text):
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


def _is_sign(char: str) -> bool:
    """Return whether a character is an operator or an arrow."""
    return char not in _LETTERLIKE and (unicodedata.category(char) == "Sm" or "←" <= char <= "⇿")


def _says_something(node: _Node) -> bool:
    """Return whether anything of a formula can be seen."""
    return bool(node.text.strip()) or any(_says_something(child) for child in node.children)


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


_STYLED = {key: char for key, char in _styled() if key[0] != "italic"}
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
        if last and last.tag not in {"mo", "mspace"} and _is_function(child):
            row.append(_GAP)
        elif last and _is_function(last) and child.tag not in {"mo", "mspace"}:
            row.append(_GAP)
        row.append(child)
    return tuple(row)


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
    return plain and (upright or (len(node.text) > 1 and node.text not in _FUNCTIONS))


def _is_function(node: _Node) -> bool:
    """Return whether an element is a function's name, with or without scripts."""
    if node.tag in {"msub", "msup", "msubsup", "munder", "mover", "munderover"}:
        return _is_function(node.children[0])
    return node.tag == "mi" and node.text in _FUNCTIONS


def _ends(row: tuple[_Node, ...]) -> tuple[_Node, ...]:
    """Return a formula's elements without the space that a sign at its ends would leave."""
    if not row:
        return row
    first, last = row[0], row[-1]
    if last.tag == "mo" and _is_sign(last.text[:1] or "a"):
        row = (*row[:-1], _Node("mo", (("lspace", "0"), ("rspace", "0")), last.text))
    elif len(row) > 1 and first.tag == "mo" and _is_sign(first.text[:1] or "a"):
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
_SPACES = frozenset(r"\, \quad \qquad \space \enspace \thinspace \nobreakspace".split())
_SILENT = (
    _NOTHING
    | frozenset(commands.GLOBAL_FONTS)
    | frozenset(r"\left \right \middle \limits \begin \end".split())
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
    short = _shorthand(latex.replace("\0", ""))
    tokens = _TOKEN.findall(short) if len(short) <= 4 * LONGEST else []
    depth = deepest = 0
    for token in tokens:
        depth += (token == "{") - (token == "}")
        deepest = max(deepest, depth)
    if not tokens or deepest > 4 * DEEPEST:
        return " ".join(re.sub(r"\\([A-Za-z]+)|[\\{}$]", r"\1 ", short).split())
    reader = _Reader(tokens)
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
_FRACTIONS = frozenset(r"\frac \dfrac \tfrac \cfrac".split())
_BINOMIALS = frozenset(r"\binom \dbinom \tbinom".split())
_SIGNS = {r"\ast": "*", r"\cdot": "·", r"\mid": "|", r"\backslash": "\\", r"\degree": "°"}


class _Reader:
    """A reader of LaTeX tokens; each method takes what it returns off the tokens to come."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._rest = list(reversed(tokens))
        self._depth = 0

    def group(self, *, closed: bool) -> str:
        """Return what comes up to the closing brace, or to the end."""
        parts: list[str] = []
        while self._rest:
            token = self._rest.pop()
            if token == "}" and closed:
                break
            parts.append(self._read(token))
        return "".join(parts)

    def _argument(self) -> str:
        """Return the next argument: a group, a command with its own, or one character."""
        self._blank()
        if not self._rest or self._rest[-1] == "}":
            return ""
        token = self._rest.pop()
        if len(token) > 1 and token[0] != "\\":
            self._rest.append(token[1:])
            token = token[0]
        return self._read(token).replace(_WEAK, " ").strip()

    def _blank(self) -> str:
        """Return a blank if blanks come next."""
        return " " if self._rest and self._rest[-1].isspace() and self._rest.pop() else ""

    def _read(self, token: str) -> str:
        """Return what a token, and the arguments it takes, say."""
        self._depth += 1
        if self._depth > 4 * DEEPEST:
            said = token.lstrip("\\")
        elif token == "{":
            said = self.group(closed=True)
        elif token in {"^", "_"}:
            said = _script(token, self._argument())
        elif token[0] == "\\" and len(token) > 1:
            said = self._command(token)
        else:
            said = {"}": "", "~": " ", "&": " ", "'": "′", "\\": ""}.get(token, token)
        self._depth -= 1
        return " " if said.isspace() else said

    def _command(self, command: str) -> str:
        """Return what a command says with its arguments."""
        blank = self._blank() if command[1].isalpha() else ""
        if command in _SAME:
            self._rest += reversed(_TOKEN.findall(_SAME[command]))
            return ""
        if command in _DROPPED_ARGUMENT or command in _DROPPED_FIRST:
            self._argument()
            return ""
        if command in _SPACES:
            return " "
        if command in _SILENT:
            return self._silent(command)
        if command in _FRACTIONS:
            return f"{_bracketed(self._argument())}/{_bracketed(self._argument(), below=True)}"
        if command in _BINOMIALS:
            return f"({self._argument()} choose {self._argument()})"
        if command == r"\sqrt":
            return self._root()
        if command[1:] in _ACCENTS:
            base = self._argument()
            return base + _ACCENTS[command[1:]] if len(base) == 1 else base
        named = self._name(command)
        return _sign(command, blank) if named is None else named

    def _silent(self, command: str) -> str:
        """Return nothing, having taken what belongs to a command that says nothing."""
        if command in {r"\begin", r"\end"}:
            self._argument()
        elif command in {r"\left", r"\right", r"\middle"} and self._rest[-1:] == ["."]:
            self._rest.pop()
        return ""

    def _root(self) -> str:
        """Return a root with its degree and what stands under it."""
        degree = ""
        if self._rest[-1:] == ["["] and "]" in self._rest:
            self._rest.pop()
            while self._rest and (token := self._rest.pop()) != "]":
                degree += self._read(token)
        return degree.translate(_RAISED) + "√" + _bracketed(self._argument())

    def _name(self, command: str) -> str | None:
        """Return a function's name, or letters in a font; None if the command is neither."""
        if command[1:] in _FUNCTIONS or command in MOVABLE_LIMIT_TEXTS:
            return f"{_WEAK}{command[1:]}{_WEAK}"
        if command in {r"\operatorname", r"\operatorname*"}:
            return f"{_WEAK}{self._argument()}{_WEAK}"
        if command in {r"\pmod", r"\pod"}:
            return f" (mod {self._argument()})"
        if command in {r"\mod", r"\bmod"}:
            return " mod "
        if command == r"\not":
            return f"{self._argument()}\u0338"
        if command == r"\mathbb":
            said = self._argument()
            return _STYLED.get(("double-struck", said), said)
        takes = command in commands.LOCAL_FONTS or command in _TEXTS
        return self._argument() if takes or command in _ONE else None


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
    return char + blank if _is_sign(char) else char
