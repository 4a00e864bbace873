"""Hostile text for the tests: the payloads, an archive full of them, and pages taken apart."""

import html
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from generator.build import LEDGER, MERGES, Archive, read
from generator.building import build_archive
from generator.cleaning import SegmentKind, plain, segments
from generator.files import extend_ledger, read_record
from generator.mathml import to_mathml
from generator.start import start_archive
from generator.text import visible, web_address

PAYLOADS_FILE = Path(__file__).parent / "data" / "payloads.txt"
SITE_URL = "http://127.0.0.1:8000/papers/"
HEAD = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n"
FILLER = (
    "We propose a way of reading lists that holds when a list is written by someone who wants it "
    "to fail, and we show on lists of our own making that it does hold, at no cost to the rest. "
    "Whoever writes a list may write what they like: it is shown as it was written, and nothing "
    "that stands in it runs, leads elsewhere, or takes the place of something that is ours."
)
"""Behind a payload, so that the reader takes the two for an abstract."""

_CODE = re.compile(r"<<([0-9A-F]{2,5})>>")
_REPEAT = re.compile(r"<<(.+?)\*(\d+)>>")


def payloads() -> tuple[str, ...]:
    """Return the payloads, decoded as the head of their file says."""
    lines = PAYLOADS_FILE.read_text(encoding="utf-8").split("\n")
    return tuple(decoded(line) for line in lines if line and not line.startswith(";"))


def decoded(line: str) -> str:
    """Return a payload as it is meant: repeats written out, code points as characters."""
    longer = _REPEAT.sub(lambda match: f"<<{match[1]}>>" * int(match[2]), line)
    codes = _CODE.sub(lambda match: chr(int(match[1], 16)), longer)
    return re.sub(r"<<(.+?)>>", r"\1", codes) if longer != line else codes


PAYLOADS = payloads()


def folded(text: str) -> str:
    """Return the text that a page may show of this one: no controls, runs of blanks as one."""
    return " ".join(visible(text).split())


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag as a browser reads it."""

    name: str
    attributes: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """Return an attribute's value, references decoded; empty where there is none."""
        return dict(self.attributes).get(name, "")


class Reading(HTMLParser):
    """HTML taken apart: tags and text in order, and the source of each script."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[Tag | str] = []
        self.declarations: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        pairs = ((name, value or "") for name, value in attrs)
        self.parts.append(Tag(tag, tuple(sorted(pairs))))

    def handle_data(self, data: str) -> None:
        """Keep text; what is parted by references only is one text."""
        if self.parts and isinstance(self.parts[-1], str):
            self.parts[-1] += data
        else:
            self.parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Keep where an element ends."""
        self.parts.append(Tag(f"/{tag}", ()))

    def handle_comment(self, data: str) -> None:
        """Keep what no page of the archive should hold."""
        self.declarations.append(data)

    def handle_decl(self, decl: str) -> None:
        """Keep a declaration, but for the one that every page begins with."""
        if decl != "doctype html":
            self.declarations.append(decl)

    handle_pi = unknown_decl = handle_comment

    @property
    def tags(self) -> list[Tag]:
        """The start tags, in order."""
        return [p for p in self.parts if isinstance(p, Tag) and not p.name.startswith("/")]

    @property
    def text(self) -> str:
        """All text, blanks folded."""
        return " ".join("".join(p for p in self.parts if isinstance(p, str)).split())

    @property
    def shape(self) -> list[Tag | str]:
        """Tags and texts in order, blanks folded, and no text that is blank."""
        whole = (" ".join(p.split()) if isinstance(p, str) else p for p in self.parts)
        return [part for part in whole if part]

    def within(self, name: str, **attributes: str) -> Iterator[str]:
        """Yield the text of each element of a name that has these attributes, blanks folded."""
        wanted = {key.rstrip("_"): value for key, value in attributes.items()}
        for start, part in enumerate(self.parts):
            if (
                isinstance(part, Tag)
                and part.name == name
                and all(part.get(key) == value for key, value in wanted.items())
            ):
                yield " ".join("".join(self._inside(start)).split())

    def _inside(self, start: int) -> Iterator[str]:
        """Yield the texts of the element that begins at this part."""
        opening = self.parts[start]
        name = opening.name if isinstance(opening, Tag) else ""
        depth = 0
        for part in self.parts[start:]:
            if isinstance(part, str):
                yield part
            elif part.name in {name, f"/{name}"}:
                depth += 1 if part.name == name else -1
                if not depth:
                    return


def html_of(cleaned: str, *, live: bool) -> str:
    """Return the HTML that a cleaned text should come to, made without any Markdown."""
    return "".join(html_parts(cleaned, live=live))


def html_parts(cleaned: str, *, live: bool) -> Iterator[str]:
    """Yield the HTML of each part of a cleaned text; its links live, or as text."""
    for part in segments(cleaned):
        if part.kind is SegmentKind.FORMULA:
            mathml = to_mathml(part.value)
            shown = html.escape(folded(plain(f"${part.value}$")))
            yield f'<span class="db-math">{mathml}</span>' if mathml else shown
        elif part.kind is SegmentKind.LINK and live and web_address(part.url):
            yield f'<a href="{web_address(part.url)}">{html.escape(part.value)}</a>'
        else:
            yield html.escape(visible(part.value))


def title_of(cleaned: str) -> str:
    """Return what a title shows, without blanks; one of which nothing is seen has a name."""
    shown = text_of(cleaned)
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}
    return shown if {unicodedata.category(char) for char in shown} - unseen else "Untitled"


def text_of(cleaned: str) -> str:
    """Return what a cleaned text shows, without blanks: those beside a formula may move."""
    return "".join(Reading(html_of(cleaned, live=False)).text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item for a dump."""

    title: str
    abstract: str

    @property
    def lines(self) -> str:
        """The item as a dump has it: no blank line in either part."""
        parts = (self.title, self.abstract)
        return "\n\n".join(re.sub(r"\n\s*", "\n", part).strip() for part in parts)


def dump(day: str, entries: Sequence[Entry]) -> str:
    """Return a dump of these entries; day is written as in `Mar 14`."""
    return f"{HEAD}{day}\n\n" + "\n\n".join(entry.lines for entry in entries)


def hostile_entries() -> Iterator[Entry]:
    """Yield each payload as a title and before an abstract; many as a paragraph of one, too."""
    for number, payload in enumerate(PAYLOADS):
        yield Entry(title=payload, abstract=f"{payload} {FILLER}")
        if number % 4 == 0:
            yield Entry(title=f"Paper number {number}", abstract=f"{FILLER}\n{payload}\n{FILLER}")
    yield Entry(title="All payloads, so that there is no end", abstract=" ".join(PAYLOADS * 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An archive with its site."""

    root: Path
    site: Path
    archive: Archive
    status: int
    """Exit status of the build."""


VOCABULARY = """
limit: 7
threshold: 2
fallback: 1
points: {sure: 4, likely: 2, hint: 1}
places: {title: 2, claim: 1, opening: 0.75, text: 0.5}
repeat: 0.5
mentions: 3
claims: [we propose]
areas:
  lists:
    name: %s
    tags:
      reading:
        name: %s
        note: %s
        sure: [reading lists, window, pwned, script, click, quoted, alpha, title, a list]
      none:
        name: Nothing
        note: What no paper is about.
        sure: [no such words as these]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an archive is filled with."""

    entries: tuple[Entry, ...]
    names: tuple[str, str, str]
    """What its dumps' files are called, behind the day."""
    note: str
    title: str
    """Of a renamed paper."""
    gone: str
    """Title of a paper that the ledger promises, and no dump has any more."""
    tag: tuple[str, str, str]
    """The names of an area and of its tag, and the tag's note."""


HOSTILE = Words(
    entries=tuple(hostile_entries()),
    names=(
        "a",
        '"><img src=x onerror=window.pwned=1>{{ x }}',
        "`*_[x](javascript:window.pwned=1)",
    ),
    note="Because </p><script>window.pwned=1</script> [x](javascript:window.pwned=1) {{ x }}",
    title="New</title><script>window.pwned=1</script> [x](javascript:window.pwned=1) `{{ x }}`",
    gone='Gone</title><script>window.pwned=1</script> \ud800\ufffe\u202e{{ x }} [x](y): \\ "',
    tag=(
        "Lists & <b>letters</b>",
        "Reading *[lists](javascript:window.pwned=1)*",
        "What reads </p><script>window.pwned=1</script> {{ x }}: `y`",
    ),
)
PLAIN = Words(
    entries=tuple(
        Entry(
            title=f"On reading lists, part {number} of $x$",
            abstract=f"{FILLER} Code: https://github.com/a/b{number} and 3\\% of $y^2$."
            if number % 3
            else f"{FILLER} See https://example.org/{number} and 3\\% of $y^2$.",
        )
        for number in range(40)
    ),
    names=("a", "b", "c"),
    note="Because of this.",
    title="Another title",
    gone="Gone",
    tag=("Lists", "Reading", "What reads lists."),
)


@cache
def hostile_archive(root: Path) -> Built:
    """Build an archive of which every text is hostile; once, for all tests that want it there."""
    return build(root, HOSTILE)


def plain_archive(root: Path) -> Built:
    """Build an archive of plain words that has every kind of page, and of element."""
    return build(root, PLAIN)


def build(root: Path, words: Words) -> Built:
    """Build an archive: several lists, two of one day, repeats, other texts, decisions."""
    start_archive(root, name="Some papers", url=SITE_URL)
    quoted = tuple(map(json.dumps, words.tag))
    (root / "vocabulary.yml").write_text(VOCABULARY % quoted, encoding="utf-8")
    with (root / "mkdocs.yml").open("a", encoding="utf-8") as config:
        config.write("    vocabulary: vocabulary.yml\n")
    third = len(words.entries) // 3
    again = [
        Entry(title=each.title, abstract=f"Again.\n{each.abstract}") for each in words.entries[::3]
    ]
    folder = root / "dumps" / "2025"
    folder.mkdir(parents=True)
    one, two, three = words.names
    for name, day, part in (
        (f"2025-03-14-{one}.txt", "Mar 14", words.entries[:third]),
        (f"2025-03-14-{two}.txt", "Mar 14", words.entries[third:-third]),
        (f"2025-03-17-{three}.txt", "Mar 17", [*words.entries[-third:], *again]),
        (f"2025-04-01-{one}.txt", "Apr 1", again[::2]),
    ):
        (folder / name).write_text(dump(day, part), encoding="utf-8")
    before = read(read_record(root))
    extend_ledger(root, before.lines)
    decide(root, before, words)
    archive = read(read_record(root))
    status = build_archive(root, root / "site", locked=False, strict=False)
    return Built(root=root, site=root / "site", archive=archive, status=status)


def decide(root: Path, archive: Archive, words: Words) -> None:
    """Write decisions on papers that the ledger knows, and promise one that is gone."""
    one, other, withdrawn, removed, renamed = (paper.id for paper in archive.catalog.papers[3:8])
    decisions = [
        {"one work": [one, other], "note": words.note},
        {"withdrawn": withdrawn, "note": words.note},
        {"removed": removed, "note": words.note},
        {"renamed": renamed, "title": words.title, "note": words.note},
    ]
    # JSON is YAML, and quotes whatever stands in a text.
    (root / MERGES).write_text(json.dumps(decisions), encoding="utf-8")
    stone = {
        "kind": "paper",
        "address": "papers/gone/",
        "id": f"{archive.catalog.days[0].sources[0].sha256[:12]}-99999",
        "title": words.gone,
    }
    with (root / LEDGER).open("a", encoding="utf-8") as ledger:
        ledger.write(f"{json.dumps(stone)}\n")
