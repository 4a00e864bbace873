"""Our templates' Markdown as HTML, the short way: what Python-Markdown would print, or nothing.

Our pages are written in a small part of Markdown: headings, paragraphs, lists of one level, links,
strong words, words of code, references for every mark of a stranger's, and HTML. Most of that
stays as it is. What belongs to any other part, or is in doubt, is refused: then Python-Markdown
itself has to say. It is meant with the extensions toc, tables, fenced_code and attr_list, as
MkDocs sets it up; its rules are those of its `blockprocessors.py`, `inlinepatterns.py` and
`htmlparser.py`.

Every pattern is linear: its alternatives begin differently, and no quantifier gives back.
"""

import html
import json
import re
import unicodedata
from collections.abc import Iterator

import yaml

BLOCK_LEVEL = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "canvas", "center", "colgroup"),
        *("dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer"),
        *("form", "group", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html"),
        *("iframe", "legend", "li", "main", "map", "math", "menu", "nav", "noscript", "object"),
        *("ol", "option", "output", "p", "pre", "progress", "script", "section", "style"),
        *("summary", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "tr", "ul"),
        "video",
    }
)
"""Elements that begin a block of HTML where their tag begins a line."""
VOID = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr"),
    }
)
"""Elements without an end."""
DEEPEST = 60
"""HTML elements within each other."""
LONGEST_NAMELESS = 200
"""Characters of a heading without an id. The time to normalise combining marks has no bound."""

_CONTROLS = bytes((*range(0x0A), *range(0x0B, 0x20), 0x7F))
"""All but the line's end."""
_BLANKS = re.compile(r"\n +\n")
_OWN_RULES = re.compile(r"<(?i:script|style|textarea|iframe|xmp|noembed|noframes|plaintext)")
"""Elements that are read by rules of their own."""
_ENTITY = r"&(?:\#[0-9]{1,7}|\#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{0,30});"
_ATTRS = r"\{ ?((?:[.\#][A-Za-z0-9-]++ ?)++)\}"
_TEXT = r"[^&<>\[\]*_`\\{}|]++"
_VALUE = rf"(?:[^\"&<>\[\]*`\\{{}}|\n]++|{_ENTITY})*+"
_TAG = rf'<(?:/[a-z][a-z0-9-]*+|[a-z][a-z0-9-]*+(?: [a-z][a-z:-]*+(?:="{_VALUE}")?)*+ ?/?)>'
_LABEL = rf"(?:{_TEXT}|{_ENTITY}|{_TAG})*+"
_HREF = rf"(?:[^\s()<>\"'\[\]\\`*{{}}|&]++|{_ENTITY})++"
_LINK = rf'\[({_LABEL})\]\(({_HREF})(?: "({_VALUE})")?\)(?:{_ATTRS})?'
_CODE_WORD = r"[^\s&<>\[\]*`\\{}|]++"
_CODE = rf"`({_CODE_WORD}(?: {_CODE_WORD})*+)`(?!`)"
_LINE = re.compile(rf"(?:{_TEXT}|{_ENTITY}|{_TAG}|{_LINK}|{_CODE}|\*\*(?!\*))*+")
_CODES = re.compile(_CODE)
_LINKS = re.compile(_LINK)
_ONE_TAG = re.compile(_TAG)
_LIST_OF_ATTRS = re.compile(_ATTRS)
_NAME = "[a-zA-Z][a-zA-Z0-9:_-]*+"
_RAW_VALUE = rf'="(?:[^"&<>\n]++|{_ENTITY})*+"'
_RAW_PIECE = re.compile(
    rf"(?:[^<&]++|{_ENTITY})*+"
    rf"<(?:/(?P<end>{_NAME})|(?P<start>{_NAME})(?: {_NAME}(?:{_RAW_VALUE})?)*+ ?(?P<whole>/?))>"
)
"""Text, and the tag behind it, in a block of HTML."""
_TAG_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_HEADING = re.compile(r"(#{1,6}) (.+)")
_MARKED = re.compile(r" {4}| {0,3}(?:[#>=+~-]|\d+\.)")
"""The beginning of a line that is more than a line of a paragraph, or could be."""
_ADDRESS = re.compile(
    r"(?i:https?)://[a-zA-Z0-9._~%@:-]+(?:[/?#].*)?|mailto:.+"
    r"|(?:\.{1,2}/|[a-zA-Z0-9_-]+/)+(?:[?#].*)?|[?#].*"
)
"""Where our links lead: out, or to a page. MkDocs looks up relative links, and knows files."""
_HEAD = re.compile(r"---[ \t]*\n")
_HEAD_END = re.compile(r"\n(?:\.{3}|-{3})[ \t]*\n")
_SCALAR = re.compile(
    r'([a-z_]+): (?:("(?:[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]++'
    r'|\\["\\nt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*+")|([a-z][a-z-]*)|\[([a-z, -]*)\])'
)
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""What MkDocs reads YAML with: the two differ on what they refuse."""
_WORDS = {"true": True, "false": False}
_AMBIGUOUS = frozenset({"yes", "no", "on", "off", "null", "y", "n"})
"""Words that are more to YAML than words."""

Item = str | list[str]
"""An item of a list: its words, or, with blank lines around, its paragraphs."""

Names = dict[str, int]
"""The ids on a page so far, and how often each was taken again."""


class Foreign(Exception):
    """Markdown that our templates do not write."""


def to_html(markdown: str) -> str | None:
    r"""Return the HTML of a page's Markdown, None where it may be more than our templates write.

    >>> to_html("# Days { #title }\n\n[One](one/): **new**\n")
    '<h1 id="title">Days</h1>\n<p><a href="one/">One</a>: <strong>new</strong></p>'
    >>> to_html("1. One")
    """
    if is_odd(f"\n{markdown}\n"):
        return None
    try:
        return "\n".join(blocks(markdown)).strip()
    except Foreign:
        return None


def is_odd(lines: str) -> bool:
    """Return whether there are controls, lines of blanks, fences of code, or elements like scripts.

    Each is looked for by what finds it soonest: one pattern of them all took a fifth of a page's
    time.
    """
    content = lines.encode("utf-8", "surrogatepass")
    return bool(
        len(content.translate(None, _CONTROLS)) < len(content)
        or _BLANKS.search(lines)
        or "\n```" in lines
        or "\n~~~" in lines
        or _OWN_RULES.search(lines)
    )


def blocks(markdown: str) -> Iterator[str]:
    """Yield the HTML of each block."""
    names: Names = {}
    items: list[Item] = []
    for chunk in chunks(markdown):
        if chunk.startswith("- "):
            add_items(items, chunk)
        elif chunk.startswith("    ") and items:
            add_paragraph(items, chunk)
        else:
            if items:
                yield list_of(items)
                items = []
            yield block(chunk, names)
    if items:
        yield list_of(items)


def chunks(markdown: str) -> Iterator[str]:
    """Yield what stands between blank lines; a block of HTML is one, whatever lines are in it."""
    at = 0
    while at < len(markdown):
        if markdown[at] == "\n":
            at += 1
            continue
        end = markdown.find("\n\n", at) if not begins_html(markdown, at) else end_of(markdown, at)
        end = len(markdown) if end < 0 else end
        yield markdown[at:end].removesuffix("\n")
        at = end


def begins_html(text: str, at: int = 0) -> bool:
    """Return whether a line that begins here begins with a tag of a block."""
    # Most lines begin with a letter, and are not worth a pattern.
    tag = _TAG_NAME.match(text, at) if text.startswith("<", at) else None
    return tag is not None and tag[1] in BLOCK_LEVEL


def end_of(markdown: str, at: int) -> int:
    """Return where the block of HTML ends that begins here; a blank line has to follow."""
    inside: list[str] = []
    while piece := _RAW_PIECE.match(markdown, at):
        at = piece.end()
        if piece["end"]:
            if not inside or inside.pop() != piece["end"]:
                raise Foreign
        elif not piece["whole"] and piece["start"] not in VOID:
            inside.append(piece["start"])
        if not inside or len(inside) > DEEPEST:
            break
    if not piece or inside or not piece["end"]:
        raise Foreign
    if markdown[at : at + 2] not in {"", "\n", "\n\n"}:
        raise Foreign
    return at


def block(chunk: str, names: Names) -> str:
    """Return the HTML of what is no list; `names` gets its ids."""
    if chunk.startswith("#"):
        return heading(chunk, names)
    if begins_html(chunk):
        return f"{chunk}\n"
    before, _, last = chunk.rpartition("\n")
    # Two blanks at a line's end would be a line break.
    if before and last.startswith("{") and not before.endswith("  "):
        return f"<p{attributes(last, names)}>{words(before)}</p>"
    return f"<p>{words(chunk)}</p>"


def heading(line: str, names: Names) -> str:
    """Return the HTML of a heading."""
    match = _HEADING.fullmatch(line)
    if not match:
        raise Foreign
    text, attrs = match[2].strip(), ""
    before, _, after = text.rpartition(" {")
    if before:
        text, attrs = before.rstrip(), attributes(f"{{{after}", names)
    if text[-1:] in {"", "#"}:
        raise Foreign
    shown = inline(text)
    if " id=" not in attrs:
        attrs += f' id="{nameless(shown, names)}"'
    level = len(match[1])
    return f"<h{level}{attrs}>{shown}</h{level}>"


def nameless(shown: str, names: Names) -> str:
    """Return the id of a heading that has none: its words, numbered where they come again."""
    if "<" in shown or len(shown) > LONGEST_NAMELESS:
        raise Foreign
    plain = unicodedata.normalize("NFKD", " ".join(html.unescape(shown).split()))
    kept = re.sub(r"[^\w\s-]", "", plain.encode("ascii", "ignore").decode("ascii"))
    name = re.sub(r"[-\s]+", "-", kept.strip().lower())
    if not name or "_" in name:
        raise Foreign
    names[name] = names.get(name, -1) + 1
    return f"{name}_{names[name]}" if names[name] else name


def given(name: str, names: Names) -> str:
    """Return an id that was given, kept in mind. None may be a heading's before it."""
    if name in names:
        raise Foreign
    names[name] = 0
    return name


def attributes(braces: str, names: Names) -> str:
    """Return attributes as HTML, from `{ .class #id }`."""
    match = _LIST_OF_ATTRS.fullmatch(braces)
    if not match:
        raise Foreign
    marks = match[1].split()
    ids = [mark[1:] for mark in marks if mark[0] == "#"]
    classes = " ".join(mark[1:] for mark in marks if mark[0] == ".")
    if len(ids) > 1:
        raise Foreign
    of_class = f' class="{classes}"' if classes else ""
    return of_class + "".join(f' id="{given(each, names)}"' for each in ids)


def add_items(items: list[Item], chunk: str) -> None:
    """Add a chunk's items to a list. Between chunks is a blank line, which loosens both sides."""
    found: list[Item] = [words(item.lstrip(" ")) for item in f"\n{chunk}".split("\n- ")[1:]]
    if items:
        items[-1] = loose(items[-1])
        found[0] = loose(found[0])
    items += found


def add_paragraph(items: list[Item], chunk: str) -> None:
    """Add an indented chunk to a list's last item."""
    paragraphs = loose(items[-1])
    paragraphs.append(words(f"\n{chunk}".replace("\n    ", "\n")[1:]))
    items[-1] = paragraphs


def loose(item: Item) -> list[str]:
    """Return an item as paragraphs."""
    return [item] if isinstance(item, str) else item


def list_of(items: list[Item]) -> str:
    """Return the HTML of a list."""
    return "\n".join(("<ul>", *map(item_of, items), "</ul>"))


def item_of(item: Item) -> str:
    """Return the HTML of an item."""
    if isinstance(item, str):
        return f"<li>{item}</li>"
    return "\n".join(("<li>", *(f"<p>{each}</p>" for each in item), "</li>"))


def words(text: str) -> str:
    """Return the HTML within a paragraph or an item; no line of it may begin another block."""
    if not text or text[0].isspace():
        raise Foreign
    for line in text.split("\n"):
        if _MARKED.match(line) or begins_html(line.lstrip()):
            raise Foreign
    if text[0] == "<" and _ONE_TAG.fullmatch(text):
        raise Foreign
    return inline(text)


def inline(text: str) -> str:
    """Return the HTML of text with references, inline tags, links, code and strong words."""
    if not _LINE.fullmatch(text) or "![" in text or "  \n" in text:
        raise Foreign
    linked = _LINKS.sub(link, text) if "[" in text else text
    marked = strong(linked) if "**" in text else linked
    # A line that was taken has backticks around code only.
    return _CODES.sub(r"<code>\1</code>", marked) if "`" in text else marked


def link(match: re.Match[str]) -> str:
    """Return the HTML of a link."""
    label, href, title, attrs = match.groups()
    if not _ADDRESS.fullmatch(href):
        raise Foreign
    classes = attributes(f"{{{attrs}}}", {}) if attrs else ""
    if " id=" in classes:
        raise Foreign
    return f'<a{classes} href="{href}"{"" if title is None else titled(title)}>{label}</a>'


def titled(title: str) -> str:
    """Return the attribute of a link's title."""
    shown = re.sub(r"\s", " ", title.strip())
    # Quotes within quotes may end a title, or the link; so may they where one comes first.
    if shown[:1] in {"", "'"} or ("'" in shown and ")" in shown):
        raise Foreign
    return f' title="{shown}"'


def strong(text: str) -> str:
    """Return text with each pair of `**` as an element."""
    parts = text.split("**")
    for before, inside in zip(parts[::2], parts[1::2], strict=False):
        # Other pairs have rules of their own: what ends where, and what does not begin at all.
        if not inside or inside != inside.strip() or (before and not before[-1].isspace()):
            raise Foreign
    if len(parts) % 2 == 0:
        raise Foreign
    tags = ("<strong>", "</strong>")
    return parts[0] + "".join(tags[n % 2] + part for n, part in enumerate(parts[1:]))


def front_matter(text: str) -> tuple[dict[str, object], str]:
    r"""Return what a page says of itself, by key, and its Markdown, as MkDocs parts them.

    Nothing, and the text, where there is no YAML at its head; it does not read MultiMarkdown's.

    >>> front_matter('---\ntitle: "A &amp; B"\nhide: [toc]\n---\n\n# A\n')
    ({'title': 'A &amp; B', 'hide': ['toc']}, '# A\n')
    """
    start = _HEAD.match(text)
    end = _HEAD_END.search(text, start.end()) if start else None
    if not start or not end:
        return {}, text.lstrip("\n")
    head = text[start.end() : end.start() + 1]
    try:
        values = simple_values(head)
    except Foreign:
        try:
            values = yaml.load(head, Loader=_LOADER)  # noqa: S506  # both are safe
        except (yaml.YAMLError, ValueError, RecursionError):
            return {}, text
    return (values, text[end.end() :].lstrip("\n")) if isinstance(values, dict) else ({}, text)


def simple_values(head: str) -> dict[str, object]:
    """Return the values of lines that mean the same to everyone: no YAML is needed for them."""
    values: dict[str, object] = {}
    for line in head.removesuffix("\n").split("\n"):
        match = _SCALAR.fullmatch(line)
        if not match or match[1] in _AMBIGUOUS or match[1] in _WORDS:
            raise Foreign
        key, quoted, bare, listed = match.groups()
        if quoted:
            values[key] = json.loads(quoted)
        else:
            values[key] = word(bare) if bare else [word(each) for each in listed.split(", ")]
    return values


def word(bare: str) -> str | bool:
    """Return the value of a word without quotes."""
    if bare in _AMBIGUOUS or not re.fullmatch(r"[a-z]+(?:-[a-z]+)*", bare):
        raise Foreign
    return _WORDS.get(bare, bare)
