"""Text from strangers: folded for comparing, escaped for where it lands."""

import hashlib
import html
import re
import unicodedata
from urllib.parse import urlsplit

ACCENT_MACRO = re.compile(r"\\(?:[\"'`^~=.]|[uvHtcdbkr](?![A-Za-z]))\s*(?:\{\s*)?\\?([A-Za-z])\}?")
"""TeX's accents, `\\"o`, `\\'{e}`, `\\c{c}`: folding drops accents, so the letter is enough."""

TEX_MARKS = re.compile(r"\\(?:text(?:bf|it|sc|tt|rm)|emph|mathrm|mathbf)\b|[\\{}$^_]")
APOSTROPHES = re.compile(r"['’‘ʼ`´]")
COMBINING = re.compile("[\u0300-\u036f]+")
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
"""Soft hyphens, joiners, marks of direction, and selectors of a letter's or an emoji's shape."""


def fold(title: str) -> str:
    r"""Return the words of a title by which two spellings of it are known to be one.

    Compatibility forms, case, accents, punctuation and what LaTeX leaves are folded away; words
    stay parted by one blank. Never empty: a title without a letter or digit folds to itself,
    blanks removed, behind an `=`, which no other fold holds.

    >>> fold(r'GPT–4: Schr\"odinger’s $\beta$-VAE?')
    'gpt 4 schrodingers beta vae'
    """
    seen = UNSEEN.sub("", title) or title
    folded = ACCENT_MACRO.sub(r"\1", seen) if "\\" in seen else seen
    # Compatibility forms of an acute accent as an apostrophe would part the word.
    folded = unicodedata.normalize("NFKC", folded.replace("´", "'")).casefold()
    folded = APOSTROPHES.sub("", TEX_MARKS.sub("", folded))
    if not folded.isascii():
        folded = COMBINING.sub("", unicodedata.normalize("NFKD", folded))
        folded = unicodedata.normalize("NFKC", folded)
    words = "".join(char if is_word(char) else " " for char in folded).split()
    # A mark on nothing, as on an emoji, is no word.
    return " ".join(word for word in words if any(map(str.isalnum, word))) or (
        "=" + "".join(unicodedata.normalize("NFKC", seen).split())
    )


def is_word(char: str) -> bool:
    """Return whether a character belongs to a word: a letter, a digit, or a mark on one."""
    return char.isalnum() or unicodedata.category(char)[0] == "M"


def digest(text: str) -> str:
    """Return 64 hex digits that stand for this text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# Every ASCII mark that Python-Markdown or an extension of it may read as markup. Backslash
# escapes are not enough: some extensions look before they are undone.
MARKUP = {ord(mark): f"&#{ord(mark)};" for mark in '<>&"`*_{}[]~|\\:@=!#+^$'}
LINE_START = re.compile(r"^([-?]|\d+[.)])")


def markdown(text: str) -> str:
    """Return one line of Markdown that shows exactly this text, blanks folded.

    Numeric references stand for every mark that could mean something, at the start of a line
    for hyphens, question marks and numbers with a full stop too.

    >>> markdown("1. <b> --- www.example.org")
    '1&#46; &#60;b&#62; &#45;&#45;&#45; www&#46;example.org'
    """
    return line_start(unmarked(" ".join(visible(text).split())))


def unmarked(text: str) -> str:
    """Return text for the midst of a line of Markdown, blanks as they are."""
    text = text.translate(MARKUP).replace("--", "&#45;&#45;").replace("&#45;-", "&#45;&#45;")
    return re.sub(r"(?i)\bwww\.", lambda m: m[0][:-1] + "&#46;", text)


def line_start(line: str) -> str:
    """Return a line of inert Markdown whose beginning starts no list."""
    return LINE_START.sub(lambda m: m[1][:-1] + f"&#{ord(m[1][-1])};", line)


INSIDE_HTML = re.compile(r'>([^<]*)|"([^"]*)"')
"""The text behind a tag, or an attribute's value."""


def html_in_markdown(source: str) -> str:
    """Return inline HTML, which begins with a tag, as Python-Markdown leaves it as it is.

    It reads Markdown inside of elements, and even of attributes.

    >>> html_in_markdown('<mtext class="a*">[x](y) &lt; *</mtext>')
    '<mtext class="a&#42;">&#91;x&#93;(y) &#60; &#42;</mtext>'
    """
    return INSIDE_HTML.sub(inside_html, source)


def inside_html(match: re.Match[str]) -> str:
    """Return a text or a value in HTML with references for all that Markdown could read."""
    if match[2] is None:
        return ">" + unmarked(html.unescape(match[1]))
    return f'"{unmarked(html.unescape(match[2]))}"'


def attribute(text: str) -> str:
    """Return text for HTML: inside an element or a double-quoted attribute, on one line."""
    return html.escape(" ".join(visible(text).split()))


def front(text: str) -> str:
    """Return text for a line of front matter: HTML-escaped, then YAML-quoted.

    Material's templates put front matter into the page unescaped, so it is escaped here. Braces
    are written as references, since a title may look like a template.
    """
    escaped = attribute(text).replace("{", "&#123;").replace("}", "&#125;")
    return '"' + escaped.replace("\\", "&#92;") + '"'


BLANKS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]")
LAST_OF_PLANES = "".join(
    chr(end) for plane in range(17) for end in (plane << 16 | 0xFFFE, plane << 16 | 0xFFFF)
)
HIDDEN = re.compile(
    f"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef{LAST_OF_PLANES}]"
)
"""Controls, what turns the direction of what follows, lone surrogates, and what is no character:
YAML and HTML refuse these."""


def visible(text: str) -> str:
    """Return the text without what no page may hold; line ends are blanks."""
    if text.isprintable():
        return text
    return HIDDEN.sub("", BLANKS.sub(" ", text))


def web_address(url: str) -> str:
    """Return an address for an attribute or a link, or an empty string if it is not http(s).

    Marks that could end an attribute or a Markdown link are percent-encoded, a quote among them:
    Python-Markdown looks for its like to the end of the line.
    """
    address = "".join(url.split())
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port  # A port that there cannot be is a ValueError, too.
    except ValueError:
        return ""
    # Controls before the scheme, which urlsplit passes over, would make a relative link of it.
    if not host or not address.lower().startswith(("http://", "https://")):
        return ""
    return re.sub(r"[^\w\-./?#@!$&+,;=%~:]", percent, address).replace("&", "&amp;")


def percent(match: re.Match[str]) -> str:
    """Return a character as the percent-encoded bytes of its UTF-8."""
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))


def quoted(text: str, limit: int = 60) -> str:
    """Return text for a message on a terminal: quoted, cut, nothing that moves the cursor."""
    line = " ".join(visible(text[: limit * 4]).split())
    cut = line if len(line) <= limit and len(text) <= limit * 4 else line[: limit - 1] + "…"
    return f"'{cut}'"
