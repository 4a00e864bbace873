"""Papers as BibTeX: one field a line, Unicode kept, everything else escaped for LaTeX."""

import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

from generator.cleaning import SegmentKind, plain, segments
from generator.config import Settings
from generator.model import Paper
from generator.references import Name, named, reference
from generator.text import visible

_TEX = {
    "\\": r"{\textbackslash}",
    "^": r"{\textasciicircum}",
    "~": r"{\textasciitilde}",
    **{mark: f"\\{mark}" for mark in "&%$#_"},
}
_MARKS = str.maketrans(_TEX)
_LONE = {"{": r"{\textbraceleft}", "}": r"{\textbraceright}"}
"""For a brace without its other half: BibTeX counts braces, escaped ones too."""
MOST_REMEMBERED = 1 << 12
"""Entries: some megabytes."""
_IN_FORMULA = re.compile(r"\\.|[{}%#]", re.DOTALL)


def bibtex(paper: Paper, settings: Settings) -> str:
    """Return a paper as a BibTeX entry, one field a line, with a line feed at the end.

    Formulas stay, other text is escaped for LaTeX; Unicode stays as it is.
    """
    said = reference(paper, settings)
    categories = paper.metadata.categories if paper.metadata else ()
    fields = {
        "title": f"{{{tex(named(paper.title))}}}",
        "author": " and ".join(map(tex_name, said.authors)),
        "year": f"{said.first.year}" if said.first else "",
        "month": f"{said.first:%b}".lower() if said.first else "",
        "eprint": verbatim(said.arxiv),
        "archiveprefix": "arXiv" if said.arxiv else "",
        "primaryclass": verbatim(categories[0]) if said.arxiv and categories else "",
        "doi": verbatim(said.doi),
        "url": said.url,
        "howpublished": tex_text(said.note),
    }
    lines = ",\n".join(f"  {key}={delimited(key, fields[key])}" for key in fields if fields[key])
    return f"@misc{{{paper.slug},\n{lines}\n}}\n"


def delimited(key: str, value: str) -> str:
    """Return a field's value between braces; the name of a month is a macro, and has none."""
    return value if key == "month" else f"{{{value}}}"


def tex_name(name: Name) -> str:
    """Return a name as BibTeX tells its parts: in braces where it has none."""
    if name.family:
        return f"{tex_text(name.family)}, {tex_text(name.given)}"
    return f"{{{tex_text(name.text)}}}" if name.collective else tex_text(name.text)


def verbatim(code: str) -> str:
    """Return an identifier for a field that is taken as it stands, odd marks percent-encoded."""
    return re.sub(r"[\s\\{}%\"]", lambda match: quote(match[0], safe=""), visible(code).strip())


def tex(cleaned: str) -> str:
    r"""Return a cleaned text as LaTeX on one line, its formulas kept and its braces balanced.

    >>> print(tex(r"R&D of $\alpha_{1}$ for \$5 {sic"))
    R\&D of $\alpha_{1}$ for \$5 {\textbraceleft}sic
    """
    parts = []
    for part in segments(" ".join(visible(cleaned).split())):
        if part.kind is SegmentKind.FORMULA and (formula := tex_formula(part.value)):
            parts.append((formula, True))
        elif part.kind is SegmentKind.FORMULA:
            parts.append((plain(f"${part.value}$"), False))
        else:
            parts.append((part.value, False))
    lone = lone_braces("".join(text for text, is_tex in parts if not is_tex))
    return "".join(text if is_tex else tex_text(text, lone) for text, is_tex in parts)


def tex_formula(latex: str) -> str:
    r"""Return a formula between dollars, or an empty string where its braces do not balance.

    Some readers count `\{` as a brace and some do not, so both must balance. A comment sign would
    swallow the rest of the line.
    """
    found = _IN_FORMULA.findall(latex)
    escaped = [mark[1] for mark in found if mark in {r"\{", r"\}"}]
    bare = [mark for mark in found if mark in {"{", "}"}]
    if not is_balanced(bare):
        return ""
    both = [mark[-1] for mark in found if mark[-1] in "{}"]
    named = {} if is_balanced(escaped) and is_balanced(both) else {"{": "lbrace", "}": "rbrace"}

    def written(match: re.Match[str]) -> str:
        mark = match[0]
        if mark in {"%", "#"}:
            return f"\\{mark}"
        if mark[-1] in named and len(mark) > 1:
            return f"\\{named[mark[-1]]} "
        # `\\{` ends a line and opens a group: a reader that skips `\{` would miss the group.
        return (
            mark + " "
            if mark == r"\\" and latex[match.end() : match.end() + 1] in {"{", "}"}
            else mark
        )

    return f"${_IN_FORMULA.sub(written, latex)}$"


def is_balanced(braces: Iterable[str]) -> bool:
    """Return whether every brace has its other half."""
    depth = 0
    for brace in braces:
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def lone_braces(text: str) -> Iterator[bool]:
    """Yield of each brace of a text, in order, whether it has no other half."""
    marks = [mark for mark in text if mark in "{}"]
    lone, opened = [True] * len(marks), list[int]()
    for index, mark in enumerate(marks):
        if mark == "{":
            opened.append(index)
        elif opened:
            lone[opened.pop()] = lone[index] = False
    return iter(lone)


def tex_text(text: str, lone: Iterator[bool] | None = None) -> str:
    """Return text for LaTeX; `lone` says of each brace whether it has no other half."""
    if "{" not in text and "}" not in text:
        return text.translate(_MARKS)
    which = lone_braces(text) if lone is None else lone
    return "".join(
        _TEX.get(char, char) if char not in _LONE else _LONE[char] if next(which) else f"\\{char}"
        for char in text
    )


MakeEntry = Callable[[Paper, Settings], str]


def bib_file(papers: Iterable[Paper], settings: Settings, entry: MakeEntry = bibtex) -> str:
    """Return a BibTeX file of these papers, in their order, a blank line between entries."""
    return "\n".join(entry(paper, settings) for paper in papers)


def remembered(entry: MakeEntry) -> MakeEntry:
    """Return what makes each paper's entry once for many files.

    Papers must live as long as this does, and settings stay the same.
    """
    made: dict[int, str] = {}

    def make(paper: Paper, settings: Settings) -> str:
        found = made.get(id(paper))
        if found is None:
            if len(made) >= MOST_REMEMBERED:
                made.clear()
            found = made[id(paper)] = entry(paper, settings)
        return found

    return make
