"""Hand-written YAML as typed values; what is wrong with it becomes problems with line numbers."""

import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches

import yaml

try:
    from yaml import CSafeLoader
except ImportError:  # a system without libyaml
    CSafeLoader = None  # type: ignore[assignment,misc]

from generator.model import Problem, Severity

_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_NULL = "tag:yaml.org,2002:null"


def line_of(node: yaml.Node) -> int:
    """Return the line on which a node begins, from 1."""
    return int(node.start_mark.line) + 1


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint for a mistyped word; empty if nothing known is like it."""
    close = get_close_matches(word, list(known), n=1)
    return f" (did you mean `{close[0]}`?)" if close else ""


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return "nothing" if node.tag == _NULL else f"`{node.value}`"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a table"


DEEPEST = 10_000
"""Nesting up to which libyaml is trusted: at ten times as much it ends the program."""


def composed(text: str) -> yaml.Node | None:
    """Return a document's node, by libyaml where that is there and safe: it is ten times as fast.

    Raises yaml.YAMLError where it is no YAML, RecursionError where it is nested too deeply.
    """
    # Each level takes one of these marks, or a deeper indent.
    depth = sum(map(text.count, ("[", "{", "- ", "-\n", "? ", "?\n")))
    indent = max((len(line) - len(line.lstrip(" ")) for line in text.split("\n")), default=0)
    if CSafeLoader is not None and depth + indent < DEEPEST:
        with suppress(yaml.YAMLError):
            return yaml.compose(text, Loader=CSafeLoader)
    # What is wrong is told in the words that all systems have.
    return yaml.compose(text, Loader=yaml.SafeLoader)


@dataclass(slots=True)
class Sheet:
    """One YAML file while it is read; gathers its problems."""

    path: str
    problems: list[Problem] = field(default_factory=list)

    def fault(self, line: int, message: str, severity: Severity = Severity.ERROR) -> None:
        """Note a problem."""
        self.problems.append(Problem(path=self.path, line=line, message=message, severity=severity))

    def root(self, text: str) -> yaml.Node | None:
        """Return the file's only document; None if it has none or is no YAML."""
        try:
            node = composed(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            message = f"expected YAML, found a fault: {error.problem}; mend this line"
            self.fault(int(mark.line) + 1 if mark else 0, message)
        except (yaml.YAMLError, RecursionError) as error:
            reason = "too deep a nesting" if isinstance(error, RecursionError) else str(error)
            self.fault(0, f"expected YAML, found {' '.join(reason.split())}; mend the file")
        else:
            if node is None:
                self.fault(0, "expected a table, found an empty file; fill it")
            return node
        return None

    def table(self, node: yaml.Node, what: str) -> dict[str, tuple[int, yaml.Node]]:
        """Return a table's rows by key, with the keys' lines; of equal ones the first counts."""
        if not isinstance(node, yaml.MappingNode):
            self.fault(
                line_of(node), f"expected a table for {what}, found {_kind(node)}; write one"
            )
            return {}
        rows: dict[str, tuple[int, yaml.Node]] = {}
        for key_node, value in node.value:
            key = self.text(key_node, f"a key of {what}")
            if key is None:
                continue
            if key in rows:
                first = rows[key][0]
                self.fault(
                    line_of(key_node),
                    f"expected each key of {what} once, found `{key}` again (first on line "
                    f"{first}); join the two or rename one",
                )
                continue
            rows[key] = (line_of(key_node), value)
        return rows

    def fields(self, node: yaml.Node, known: Iterable[str], what: str) -> dict[str, yaml.Node]:
        """Return a table's values by key; keys that are not known become problems."""
        known = tuple(known)
        found: dict[str, yaml.Node] = {}
        for key, (line, value) in self.table(node, what).items():
            if key in known:
                found[key] = value
            else:
                expected = ", ".join(f"`{name}`" for name in known)
                self.fault(
                    line,
                    f"expected one of {expected} in {what}, found `{key}`"
                    f"{did_you_mean(key, known)}; rename or remove it",
                )
        return found

    def text(self, node: yaml.Node, what: str) -> str | None:
        """Return one line of text; blanks and line ends within it become single blanks."""
        if not isinstance(node, yaml.ScalarNode) or node.tag == _NULL:
            self.fault(line_of(node), f"expected text for {what}, found {_kind(node)}; write it")
            return None
        return " ".join(str(node.value).split())

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        """Return a list's items; a single value is a list of one."""
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        if isinstance(node, yaml.ScalarNode) and node.tag != _NULL:
            return [node]
        self.fault(line_of(node), f"expected a list for {what}, found {_kind(node)}; write one")
        return []

    def number(self, node: yaml.Node, what: str, low: float, high: float) -> float | None:
        """Return a finite number from low to high."""
        value = math.nan
        if isinstance(node, yaml.ScalarNode) and node.tag in _NUMBERS:
            try:
                value = float(node.value)
            except ValueError:
                value = math.nan
        if low <= value <= high:
            return value
        self.fault(
            line_of(node),
            f"expected a number from {low:g} to {high:g} for {what}, found {_kind(node)}; mend it",
        )
        return None
