"""Texts mended where HTML, Markdown, TeX's typing and stray characters left their traces.

Formulas and addresses stand in them as marks, see `tex_prose`.
"""

import html
import re
import unicodedata

from generator.tex_prose import MARK

# Every pattern here is linear: classes that exclude what follows them, bounded or possessive
# quantifiers. A text may be 50 MB of one character.

_ODD = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u3000\u3164\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb"
    "\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_LINE_ENDS = frozenset("\x0b\x0c\r\x85\u2028\u2029")
_NO_BREAK = frozenset("\xa0\u202f")
_FLAG = "\U0001f3f4"


def visible(text: str) -> str:
    """Return a text without what cannot be seen, odd blanks as blanks, line ends as line feeds."""
    if text.isascii() and "\r" in text:
        text = text.replace("\r\n", "\n")
    return _ODD.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    """Return what an odd character comes to."""
    char, text = match[0], match.string
    if char == "\r" and text.startswith("\n", match.end()):
        return ""
    if char in _LINE_ENDS:
        return "\n"
    if char in _NO_BREAK:
        return "\xa0"
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    if char in "\u200c\u200d" and _joins(before) and _joins(after):
        return char
    if "\U000e0020" <= char <= "\U000e007f" and (before == _FLAG or before > "\U000e001f"):
        return char
    return " " if char == "\t" or unicodedata.category(char) == "Zs" else ""


def _joins(char: str) -> bool:
    """Return whether a joiner may stand beside a character: in an emoji, or in a word."""
    return char > "\u0530" and unicodedata.category(char)[0] in "LMS"


def paragraphs(text: str) -> str:
    """Return a text with its lines joined, and its paragraphs parted by one line feed.

    An empty line ends a paragraph. So does a line that ends a sentence, but not where lines are
    wrapped at some 80 columns.
    """
    if "\n" not in text:
        return text
    lines = [line.strip() for line in text.split("\n")]
    wrapped = max(map(len, lines)) <= _WRAPPED
    parts: list[str] = []
    gap = False
    for line in lines:
        if line and parts:
            ends = gap or (not wrapped and _SENTENCE_END.search(parts[-1][-8:]))
            parts.append("\n" if ends else " ")
        if line:
            parts.append(line)
        gap = not line
    return "".join(parts)


_WRAPPED = 100
_SENTENCE_END = re.compile(r"[.!?:][\"'”’)\]}]*$")


_ENTITY = re.compile(r"&(?:amp;)*((?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)")
_DEBRIS = re.compile(r"(?<=[a-z])x(20(?:1[0-9a-f]|2[0-6]))(?=[a-z])")
_MARKED = "\x01[\x0e-\x15]+\x02"
_ANCHOR = re.compile(
    rf"<a\s[^<>\x01]{{0,200}}({_MARKED})[^<>]{{0,200}}>([^<>\x01]{{0,300}}+)</a\s?>", re.IGNORECASE
)
_TAG = re.compile(r"</?(?:PRE_TAG|POST_TAG|span|font|div|br)\b[^<>]{0,200}>|</a\s?>", re.IGNORECASE)
_PAIR = re.compile(r"<(b|i|em|strong|u|sub|sup|p)>([^<>]{0,300}+)</\1>", re.IGNORECASE)


def without_html(text: str) -> str:
    """Return a text with HTML's references decoded, and its tags for looks taken out."""
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    if "x20" in text:
        text = _DEBRIS.sub(lambda match: _shown_code(match[1]), text)
    if "<" in text:
        text = _ANCHOR.sub(lambda match: f"{match[2].strip()} ({match[1]})", text)
        text = _PAIR.sub(r"\2", _TAG.sub("", text))
    return text


def _character(match: re.Match[str]) -> str:
    """Return what a reference stands for, however often its ampersand was escaped."""
    return visible(html.unescape(f"&{match[1]}"))


def _shown_code(code: str) -> str:
    return visible(chr(int(code, 16)))


_BOLD = re.compile(r"\*\*(?=[^\s*])([^*\n]++)(?<!\s)\*\*")
_ITALIC = re.compile(r"(?<![\w*\\^_])\*(?=[\w\x01])([^*\n]{1,200}+)(?<=[\w.!?)\x02])\*(?![\w*])")
_UNDERLINED = re.compile(r"(?<!\w)__(?=[^\s_])([^_\n]++)(?<!\s)__(?!\w)")
_LINKED = re.compile(rf"\[([^\[\]\n]{{1,300}}+)\]\(({_MARKED})\)")


def without_markdown(text: str) -> str:
    """Return a text with Markdown's emphasis taken out, and its links as words and address."""
    if "](\x01" in text:
        text = _LINKED.sub(_link, text)
    if "*" in text:
        text = _ITALIC.sub(r"\1", _BOLD.sub(r"\1", text))
    if "__" in text:
        text = _UNDERLINED.sub(_underlined, text)
    return text


def _link(match: re.Match[str]) -> str:
    """Return a link's label and address; a label that is an address stands for both."""
    return match[1] if MARK.fullmatch(match[1]) else f"{match[1]} ({match[2]})"


def _underlined(match: re.Match[str]) -> str:
    """Return what stands between double underscores, but names such as `__init__` as they are."""
    return match[0] if re.fullmatch(r"[a-z0-9]+", match[1]) else match[1]


_DASHES = re.compile(r"(?<![-!])(-{2,3})(?![->])")
_OPTION = re.compile(r"[a-z]{1,30}[-_=][a-z0-9]")
_TIE = re.compile(r"(?<=[^\s~(\[{<>=≈\"'“‘–—/-])~(?=[^\s~/])")
_RANGE = re.compile(r"\d[A-Za-z%×]?~\d")
_QUOTED = re.compile(
    r"(?<![\w`])`(?=[^\s`])((?:[^`'\n]{1,200}|'(?=[A-Za-z]))[^`'\n]{0,200}"
    r"(?:'(?=[A-Za-z])[^`'\n]{0,100}){0,4})([`'])(?![\w`])"
)
_DOUBLE = re.compile(r"``|''|\"|\n")


def typeset(text: str) -> str:
    """Return a text with TeX's quotes, dashes and ties as the characters that they print."""
    if "``" in text or "''" in text:
        text = _double_quoted(text.replace("```", ""))
    if "`" in text:
        text = _QUOTED.sub(lambda m: f"‘{m[1]}’" if m[2] == "'" else m[1], text)
        text = re.sub(r"(?<=[A-Za-z])`(?=[A-Za-z])", "'", text)
    if "--" in text:
        text = _DASHES.sub(_dash, text)
    return _TIE.sub(_tie, text) if "~" in text else text


def _double_quoted(text: str) -> str:
    """Return a text with pairs of backticks and apostrophes as double quotes."""
    out: list[str] = []
    at = 0
    is_open = False
    for match in _DOUBLE.finditer(text):
        sign, before = match[0], text[match.start() - 1 : match.start()]
        after = text[match.end() : match.end() + 1]
        out.append(text[at : match.start()])
        at = match.end()
        opens = sign == "``" or (sign == "''" and not is_open and _begins(before, after))
        if opens or sign == "\n":
            is_open = opens
        elif sign == "''" or (is_open and before.strip() and not after.isalnum()):
            is_open, sign = False, "”"
        out.append("“" if opens else sign)
    out.append(text[at:])
    return "".join(out)


def _begins(before: str, after: str) -> bool:
    """Return whether a quotation may begin between two characters."""
    return bool(after.strip()) and (not before.strip() or before in "([{—–-/")


def _dash(match: re.Match[str]) -> str:
    """Return a dash; the hyphens of a program's option stay."""
    option = _OPTION.match(match.string, match.end())
    if option and not match.string[match.start() - 1 : match.start()].strip():
        return match[1]
    return "–" if len(match[1]) == 2 else "—"  # noqa: PLR2004


def _tie(match: re.Match[str]) -> str:
    """Return a blank that does not break; between two figures the tilde means a range."""
    around = match.string[max(match.start() - 2, 0) : match.end() + 1]
    return "~" if _RANGE.search(around) else "\xa0"


_BLANKS = re.compile("[ \xa0]{2,}")


def spaced(text: str) -> str:
    """Return a text in its composed form, with single blanks and none at the ends of lines."""
    text = _BLANKS.sub(lambda match: " " if " " in match[0] else "\xa0", text)
    lines = [line.strip(" \xa0") for line in text.split("\n")]
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))
