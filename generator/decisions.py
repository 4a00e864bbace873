"""What humans decided: dumps/corrections.yml mends dumps, dumps/merges.yml says who is who.

Both are lists of mappings, one a decision, each with an optional `note`:

    # corrections.yml                         # merges.yml
    - dump: 2025/2025-03-14-5e94d263.txt      - one work: [papers/a, papers/b]
      titles: [31, 35]                        - not one work: [5e94d2636507-13, 91bc…-21]
    - dump: 5e94d2636507                      - withdrawn: papers/c
      year: 2024                              - removed: papers/d
    - dump: 2025/2025-03-15-a.txt             - renamed: papers/e
      supersedes: 2025/2025-03-14-b.txt         title: A better title
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import yaml

from generator.model import Problem
from generator.text import quoted, visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """What a correction says about one dump."""

    year: int | None = None
    day: dt.date | None = None
    titles: frozenset[int] = frozenset()
    """Lines that are titles, whatever the reader thinks."""
    supersedes: tuple[str, ...] = ()
    """The dumps that this one stands for now: a path under dumps/, or how its SHA-256 begins."""
    line: int = 0
    """Where corrections.yml says it."""
    before: "Mend | None" = None
    """What was said of the dump until then: its day under that may be promised."""

    @property
    def states(self) -> Iterator["Mend"]:
        """What was said of the dump over time, the newest first, down to nothing."""
        mend: Mend | None = self
        while mend:
            yield mend
            mend = mend.before

    def then(self, later: "Mend") -> "Mend":
        """Return this mend with a later one of the same dump added to it."""
        dated = later if later.day or later.year is not None else self
        return Mend(
            year=dated.year,
            day=dated.day,
            titles=self.titles | later.titles,
            supersedes=tuple(dict.fromkeys((*self.supersedes, *later.supersedes))),
            line=later.line,
            before=self,
        )


NO_MEND = Mend()


class Verdict(StrEnum):
    """What a decision says of papers; the word is the key in merges.yml."""

    ONE = "one work"
    PARTED = "not one work"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One human decision on papers, each named by id or address."""

    verdict: Verdict
    papers: tuple[str, ...]
    """At least two for `one work` and `not one work`, else one."""
    title: str = ""
    """The new one, where renamed."""
    note: str = ""
    line: int
    """Where merges.yml says it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A key and its value in a YAML mapping, with the line of the key."""

    line: int
    value: object
    words: tuple[str, ...]
    """As written, unquoted: a slug like `no` or a hash like `00012345` means itself. Of a list its
    items; nothing of what is neither plain text nor a list of it."""

    @property
    def word(self) -> str:
        """The only word, or nothing."""
        return self.words[0] if len(self.words) == 1 else ""


def read_mappings(text: str, path: str) -> tuple[list[dict[str, Field]], list[Problem]]:
    """Return the mappings of a YAML list, in order, and what is no mapping as problems."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError:
        return [], [wrong(path, 1, "YAML", "brackets within brackets without end")]
    except yaml.YAMLError as error:
        items = list(items_of(text))
        if len(items) > 1:
            return read_one_by_one(items, path)
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        said = getattr(error, "problem", None) or "what is no YAML"
        return [], [wrong(path, line, "YAML", f"{said} (a text with a colon wants quotes)")]
    if root is None:
        return [], []
    if not isinstance(root, yaml.SequenceNode):
        return [], [wrong(path, root.start_mark.line + 1, "a list, each item with '- '", root.tag)]
    found: list[dict[str, Field]] = []
    problems: list[Problem] = []
    for node in root.value:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode) or not node.value:
            problems.append(wrong(path, line, "`key: value`", quoted(str(node.value))))
            continue
        keys = [str(key.value) for key, _ in node.value]
        twice = next((key for index, key in enumerate(keys) if key in keys[:index]), None)
        if twice is not None:
            problems.append(wrong(path, line, "each key once", f"{quoted(twice)} again"))
            continue
        try:
            found.append(fields_of(node))
        except (ValueError, yaml.YAMLError) as error:
            # Such as a day that does not exist: YAML reads it as one, and gives up.
            problems.append(wrong(path, line, "values that can be read", quoted(str(error))))
    return found, problems


def items_of(text: str) -> Iterator[str]:
    """Yield each item of a YAML list by itself, after as many empty lines as stand before it."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if line.startswith("- ")]
    for start, end in pairwise((*starts, len(lines))):
        yield "\n" * start + "\n".join(lines[start:end])


def read_one_by_one(
    items: Sequence[str], path: str
) -> tuple[list[dict[str, Field]], list[Problem]]:
    """Return the mappings of a list that is no YAML as a whole: one slip must not undo the rest."""
    found: list[dict[str, Field]] = []
    problems: list[Problem] = []
    for item in items:
        mappings, faults = read_mappings(item, path)
        found += mappings
        problems += faults
    return found, problems


def fields_of(node: yaml.MappingNode) -> dict[str, Field]:
    """Return a mapping node's fields by key; raises ValueError or YAMLError at odd values."""
    loader = yaml.SafeLoader("")
    return {
        str(key.value): Field(
            key.start_mark.line + 1,
            loader.construct_object(value, deep=True),
            tuple(words_of(value)),
        )
        for key, value in node.value
    }


def words_of(node: yaml.Node) -> Iterator[str]:
    """Yield the plain texts of a value: one, or those of a list."""
    if isinstance(node, yaml.ScalarNode):
        yield node.value.strip()
    elif isinstance(node, yaml.SequenceNode) and all(
        isinstance(item, yaml.ScalarNode) for item in node.value
    ):
        yield from (item.value.strip() for item in node.value)


def wrong(path: str, line: int, expected: str, found: str) -> Problem:
    """Return the problem of a decision that cannot be read."""
    return Problem(
        path=path,
        line=line,
        message=f"expected {expected}, found {found}; the decision is passed over: correct it",
    )


def parse_corrections(text: str, path: str) -> tuple[tuple[tuple[str, Mend], ...], list[Problem]]:
    """Return the mends of corrections.yml in their order, each with its dump's name."""
    items, problems = read_mappings(text, path)
    mends = []
    for item in items:
        faults = list(check_correction(item, path))
        problems += faults
        if not faults:
            mends.append((item["dump"].word, mend_of(item)))
    return tuple(mends), problems


def check_correction(item: Mapping[str, Field], path: str) -> Iterator[Problem]:
    """A correction names a dump and says something about it."""
    line = min((entry.line for entry in item.values()), default=1)
    known = {"dump", "year", "day", "titles", "supersedes", "note"}
    for key, entry in item.items():
        if key not in known:
            yield wrong(path, entry.line, f"one of {', '.join(sorted(known))}", quoted(key))
    if "dump" not in item or not item["dump"].word:
        yield wrong(path, line, "`dump:` with its path or hash", "none")
    if not item.keys() & {"year", "day", "titles", "supersedes"}:
        yield wrong(path, line, "`year`, `day`, `titles` or `supersedes`", "none of them")
    for key, kind, name in (
        ("year", int, "a year like 2025"),
        ("day", dt.date, "a day like 2025-03-14"),
    ):
        if key in item and type(item[key].value) is not kind:
            yield wrong(path, item[key].line, name, quoted(str(item[key].value)))
    if "supersedes" in item and not (item["supersedes"].words and all(item["supersedes"].words)):
        expected = "a dump's path or hash, or a list of them"
        yield wrong(path, item["supersedes"].line, expected, quoted(str(item["supersedes"].value)))
    if "titles" in item and not is_lines(item["titles"].value):
        expected = "line numbers like [31, 35]"
        yield wrong(path, item["titles"].line, expected, quoted(str(item["titles"].value)))


def is_lines(value: object) -> bool:
    """Return whether a value is a list of line numbers."""
    return isinstance(value, list) and all(type(line) is int and line > 0 for line in value)


def mend_of(item: Mapping[str, Field]) -> Mend:
    """Return what a checked correction says."""
    year, day, titles = (
        item[key].value if key in item else None for key in ("year", "day", "titles")
    )
    return Mend(
        year=year if isinstance(year, int) else None,
        day=day if isinstance(day, dt.date) else None,
        titles=frozenset(titles) if isinstance(titles, list) else frozenset(),
        supersedes=item["supersedes"].words if "supersedes" in item else (),
        line=item["dump"].line,
    )


def parse_merges(text: str, path: str) -> tuple[tuple[Decision, ...], list[Problem]]:
    """Return the decisions of merges.yml in their order."""
    items, problems = read_mappings(text, path)
    decisions = []
    for item in items:
        made = decision(item, path)
        if isinstance(made, Problem):
            problems.append(made)
        else:
            decisions.append(made)
    return tuple(decisions), problems


def decision(item: Mapping[str, Field], path: str) -> Decision | Problem:
    """Return what one item of merges.yml decides, or why it cannot be read."""
    said = [verdict for verdict in Verdict if verdict in item]
    line = min((entry.line for entry in item.values()), default=1)
    unknown = item.keys() - set(Verdict) - {"title", "note"}
    if len(said) != 1 or unknown:
        found = ", ".join(quoted(key) for key in item) or "nothing"
        return wrong(path, line, f"one of {', '.join(Verdict)}, and perhaps a note", found)
    verdict = said[0]
    papers = item[verdict].words
    least = 2 if verdict in {Verdict.ONE, Verdict.PARTED} else 1
    if len(set(papers)) < least or not all(papers) or (least == 1 and len(papers) > 1):
        count = "two papers or more" if least > 1 else "one paper"
        return wrong(path, line, f"{count}, by id or address", quoted(str(item[verdict].value)))
    title = " ".join(visible(item["title"].word).split()) if "title" in item else ""
    if (verdict is Verdict.RENAMED) != bool(title):
        found = quoted(title) if title else "none"
        return wrong(path, line, "`title:` with `renamed:`, and only there", found)
    note = visible(item["note"].word) if "note" in item else ""
    return Decision(verdict=verdict, papers=papers, title=title, note=note, line=line)
