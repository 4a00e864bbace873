"""Rules of a vocabulary that can never match or never matter, found while it is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.phrases import Phrase
from generator.rules import ANYWHERE, Rule
from generator.yaml_nodes import Sheet


@dataclass(frozen=True, slots=True)
class Line:
    """A phrase as written, with its line in the file."""

    phrase: Phrase
    line: int


Written = tuple[Rule, tuple[Line, ...]]
"""A rule, with the lines of its phrases."""


def identity(phrase: Phrase) -> tuple[tuple[str, ...], ...]:
    """Return what two phrases have in common that find the same."""
    return (*phrase.forms, phrase.cased, ("*" * phrase.open_start, "*" * phrase.open_end))


def report_twin(sheet: Sheet, line: Line, first: Line, what: str) -> None:
    """Report a phrase that finds the same as an earlier one."""
    sheet.fault(
        line.line,
        f"expected each phrase of {what} once, found `{line.phrase.text}` again (line "
        f"{first.line} has `{first.phrase.text}`); remove one",
    )


def report_dead_phrases(sheet: Sheet, written: list[Written], what: str) -> None:
    """Report phrases that stand twice in a tag, or lie within one that is worth as much."""
    seen: dict[tuple[tuple[str, ...], ...], Line] = {}
    free: dict[tuple[str, ...], tuple[Line, float]] = {}
    for rule, lines in written:
        bare = not rule.near and not rule.not_near and rule.only_in == ANYWHERE
        for line in lines:
            first = seen.setdefault(identity(line.phrase), line)
            if first is not line:
                report_twin(sheet, line, first, what)
            elif bare and not line.phrase.cased and not line.phrase.open_start:
                free.update((form, (line, rule.points)) for form in line.phrase.forms)
    for rule, lines in written:
        for line in lines:
            covers = [_covering(line.phrase, form, free) for form in line.phrase.forms]
            cover = covers[0]
            if cover and all(covers) and cover[1] >= rule.points and cover[0] is not line:
                sheet.fault(
                    line.line,
                    f"expected phrases that add something to {what}, found "
                    f"`{line.phrase.text}`, which `{cover[0].phrase.text}` (line "
                    f"{cover[0].line}) finds already; remove it",
                )


def _covering(
    phrase: Phrase, form: tuple[str, ...], free: Mapping[tuple[str, ...], tuple[Line, float]]
) -> tuple[Line, float] | None:
    """Return a phrase that is found wherever this form is, and its points: the dearest."""
    found: list[tuple[Line, float]] = []
    for first in range(len(form)):
        for last in range(first + 1, len(form) + 1):
            part = form[first:last]
            closed = last < len(form) or not phrase.open_end
            stems = range(1, len(part[-1]) + 1)
            for candidate in (part, *((*part[:-1], part[-1][:cut]) for cut in stems)):
                known = free.get(candidate)
                if not known or known[0].phrase is phrase:
                    continue
                if known[0].phrase.open_end or (candidate == part and closed):
                    found.append(known)
    return max(found, key=lambda known: known[1], default=None)


def report_dead_ignores(
    sheet: Sheet, ignores: Iterable[Line], own: Iterable[Line], what: str
) -> None:
    """Report phrases under `ignore` that share no word with the tag's own."""
    forms = [(form, line.phrase) for line in own for form in line.phrase.forms]
    exact = {word for form, _ in forms for word in form}
    stems = tuple(form[-1] for form, phrase in forms if phrase.open_end)
    ends = tuple(form[0] for form, phrase in forms if phrase.open_start)
    for line in ignores:
        used = [word for form in line.phrase.forms for word in form]
        if not any(w in exact or w.startswith(stems) or w.endswith(ends) for w in used):
            sheet.fault(
                line.line,
                f"expected a phrase that holds one of those of {what} under `ignore`, found "
                f"`{line.phrase.text}`, which shares no word with them; remove it, or use `unless`",
            )


def report_dead_conditions(
    sheet: Sheet,
    lines: tuple[Line, ...],
    near: list[Line],
    not_near: list[Line],
    what: str,
) -> None:
    """Report conditions that always hold or never hold."""
    unwanted = {identity(line.phrase) for line in not_near}
    wanted = {identity(line.phrase) for line in near}
    for line in lines:
        own = identity(line.phrase)
        if own in unwanted:
            sheet.fault(
                line.line,
                f"expected other words under `not near` in {what}, found `{line.phrase.text}` "
                "itself, so that it can never match; remove it there",
            )
        if own in wanted:
            sheet.fault(
                line.line,
                f"expected other words under `near` in {what}, found `{line.phrase.text}` itself, "
                "so that the condition always holds; remove it there",
            )
    for line in near:
        if identity(line.phrase) in unwanted:
            sheet.fault(
                line.line,
                f"expected `{line.phrase.text}` either under `near` or under `not near` in {what}, "
                "found it under both; remove one",
            )
