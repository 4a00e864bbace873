"""The controlled vocabulary: areas, tags, and the rules by which a paper earns a tag.

The file's format is described for its writers in `docs/vocabulary.md`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import yaml

from generator.dead_rules import (
    Line,
    Written,
    identity,
    report_dead_conditions,
    report_dead_ignores,
    report_dead_phrases,
    report_twin,
)
from generator.model import Area, Problem, Tag
from generator.phrases import Phrase, parse_phrase
from generator.rules import ANYWHERE, MAX_LIMIT, Place, Rule, Rules, Scale
from generator.yaml_nodes import Sheet, did_you_mean, line_of

RESERVED = frozenset({"about", "untagged", "feed"})
"""Keys that the site uses for itself; so it does with those of digits only."""


class Fate(StrEnum):
    """What became of a tag that papers no longer earn."""

    RETIRED = "retired"
    RENAMED = "renamed"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """A tag of the past: its address answers, and no paper earns it."""

    key: str
    name: str
    fate: Fate
    heirs: tuple[str, ...]
    """Keys of the tags that took its place: none, one or several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """A vocabulary file, read; tags and areas stand in the file's order."""

    areas: tuple[Area, ...] = ()
    tags: Mapping[str, Tag] = field(default_factory=dict)
    rules: Mapping[str, Rules] = field(default_factory=dict)
    """By tag, one for each."""
    former: Mapping[str, Former] = field(default_factory=dict)
    scale: Scale = field(default_factory=Scale)


LEVELS = ("sure", "likely", "hint")
_CONDITIONS = ("near", "not near", "only in")
_TAG_FIELDS = (
    *("name", "note", *LEVELS),
    *("ignore", "needs", "unless", "beside", "threshold"),
)
_SCALE_FIELDS = (
    *("limit", "threshold", "fallback", "points", "places", "repeat", "mentions", "claims"),
)
_FILE_FIELDS = (*_SCALE_FIELDS, "areas", "former")
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST = 1000.0


def parse_vocabulary(text: str, path: str) -> tuple[Vocabulary, tuple[Problem, ...]]:
    """Return the vocabulary written in a file, and what is wrong with it, by line.

    Faulty parts are left out or take their default; the rest counts. Nothing is raised.
    """
    sheet = Sheet(path)
    root = sheet.root(text)
    if root is None:
        return Vocabulary(), tuple(sheet.problems)
    fields = sheet.fields(root, _FILE_FIELDS, "the vocabulary")
    scale = _read_scale(sheet, fields)
    areas, drafts = _read_areas(sheet, fields.get("areas"))
    rules = {key: _read_rules(sheet, draft, scale, drafts) for key, draft in drafts.items()}
    vocabulary = Vocabulary(
        areas=areas,
        tags={key: draft.tag for key, draft in drafts.items()},
        rules=rules,
        former=_read_former(sheet, fields.get("former"), drafts),
        scale=scale,
    )
    return vocabulary, tuple(sorted(set(sheet.problems)))


# --- What all tags share ---------------------------------------------------------------------


def _read_scale(sheet: Sheet, fields: Mapping[str, yaml.Node]) -> Scale:
    usual = Scale()

    def number(name: str, default: float, low: float, high: float = _MOST) -> float:
        value = sheet.number(fields[name], f"`{name}`", low, high) if name in fields else None
        return default if value is None else value

    return Scale(
        limit=int(number("limit", usual.limit, 1, MAX_LIMIT)),
        threshold=number("threshold", usual.threshold, 0.01),
        fallback=number("fallback", usual.fallback, 0),
        points=_read_worths(sheet, fields.get("points"), "points", usual.points),
        places={
            Place(name): worth
            for name, worth in _read_worths(
                sheet,
                fields.get("places"),
                "places",
                {place.value: worth for place, worth in usual.places.items()},
            ).items()
        },
        repeat=number("repeat", usual.repeat, 0, 1),
        mentions=int(number("mentions", usual.mentions, 1)),
        claims=_bare(_read_phrases(sheet, fields.get("claims"), "`claims`")),
    )


def _bare(lines: Iterable[Line]) -> tuple[Phrase, ...]:
    return tuple(line.phrase for line in lines)


def _read_worths(
    sheet: Sheet, node: yaml.Node | None, name: str, usual: Mapping[str, float]
) -> Mapping[str, float]:
    """Return the points of the levels, or the factors of the places."""
    worths = dict(usual)
    for key, value in (sheet.fields(node, usual, f"`{name}`") if node else {}).items():
        worth = sheet.number(value, f"`{name}`: `{key}`", 0, _MOST)
        if worth == 0 and name == "points":
            sheet.fault(
                line_of(value),
                f"expected points above 0 for `{key}`, found 0: none of its phrases could ever "
                "matter; give it points",
            )
        elif worth is not None:
            worths[key] = worth
    return worths


def _read_phrases(sheet: Sheet, node: yaml.Node | None, what: str) -> list[Line]:
    """Return a list of bare phrases; equal ones and those that match nothing become problems."""
    found: dict[tuple[tuple[str, ...], ...], Line] = {}
    for item in sheet.items(node, what) if node else []:
        line = _read_phrase(sheet, item, what)
        if line is None:
            continue
        first = found.setdefault(identity(line.phrase), line)
        if first is not line:
            report_twin(sheet, line, first, what)
    return list(found.values())


def _read_phrase(sheet: Sheet, node: yaml.Node, what: str, *, exact: bool = False) -> Line | None:
    text = sheet.text(node, f"a phrase of {what}")
    if text is None:
        return None
    phrase = parse_phrase(text, exact=exact)
    if not phrase.forms:
        sheet.fault(
            line_of(node),
            f"expected words in a phrase of {what}, found `{text}`, which can never match: leave "
            "out commas, colons and brackets, or remove it",
        )
        return None
    if "*" in text.strip("*"):
        sheet.fault(
            line_of(node),
            f"expected a star only at an end of a phrase of {what}, found `{text}`; write the "
            "words out, or put those around the star under `near`",
        )
        return None
    return Line(phrase, line_of(node))


# --- Areas and tags --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A tag of which only the name and the note are read yet."""

    tag: Tag
    line: int
    fields: Mapping[str, yaml.Node]


def _read_areas(sheet: Sheet, node: yaml.Node | None) -> tuple[tuple[Area, ...], dict[str, _Draft]]:
    areas: list[Area] = []
    drafts: dict[str, _Draft] = {}
    if node is None:
        sheet.fault(0, "expected `areas` with tags, found none; add them")
        return (), {}
    for key, (line, value) in sheet.table(node, "`areas`").items():
        if not _check_key(sheet, line, key, "area"):
            continue
        fields = sheet.fields(value, ("name", "tags"), f"area `{key}`")
        name = _read_name(sheet, fields.get("name"), line, f"area `{key}`")
        if any(area.name.casefold() == name.casefold() for area in areas):
            sheet.fault(
                line,
                f"expected a name of its own for area `{key}`, found `{name}` again; rename one",
            )
        own = _read_tags(sheet, fields.get("tags"), key, drafts)
        if not own:
            sheet.fault(line, f"expected tags in area `{key}`, found none; add one or remove it")
        areas.append(Area(key=key, name=name, tags=own))
    return tuple(areas), drafts


def _check_key(sheet: Sheet, line: int, key: str, what: str) -> bool:
    if not _KEY.fullmatch(key):
        expected = "small letters and digits with single hyphens between"
    elif key in RESERVED or key.isdigit():
        expected = f"no word that the site uses itself ({', '.join(sorted(RESERVED))}, digits)"
    else:
        return True
    sheet.fault(
        line, f"expected {expected} as the key of this {what}, found `{key}`; choose another"
    )
    return False


def _read_name(sheet: Sheet, node: yaml.Node | None, line: int, what: str) -> str:
    """Return the name; where there is none, the key stands in."""
    name = sheet.text(node, f"the name of {what}") if node else None
    if node is None or name == "":
        sheet.fault(line, f"expected a `name` for {what}, found none; add it")
    return name or what.split("`")[1]


def _read_tags(
    sheet: Sheet, node: yaml.Node | None, area: str, drafts: dict[str, _Draft]
) -> tuple[str, ...]:
    """Add an area's tags to the drafts, and return their keys."""
    own: list[str] = []
    for key, (line, value) in (sheet.table(node, f"the tags of `{area}`") if node else {}).items():
        if not _check_key(sheet, line, key, "tag"):
            continue
        if key in drafts:
            sheet.fault(
                line,
                f"expected each tag once, found `{key}` again (line {drafts[key].line}); remove "
                "one or give it a key of its own",
            )
            continue
        fields = sheet.fields(value, _TAG_FIELDS, f"tag `{key}`")
        name = _read_name(sheet, fields.get("name"), line, f"tag `{key}`")
        for other in drafts.values():
            if other.tag.name.casefold() == name.casefold():
                sheet.fault(
                    line,
                    f"expected a name of its own for tag `{key}`, found `{name}`, which is also "
                    f"that of `{other.tag.key}` (line {other.line}); rename one",
                )
        note = sheet.text(fields["note"], f"the note of `{key}`") if "note" in fields else None
        tag = Tag(key=key, name=name, note=note or "", area=area)
        drafts[key] = _Draft(tag=tag, line=line, fields=fields)
        own.append(key)
    return tuple(own)


# --- The rules of one tag --------------------------------------------------------------------


def _read_rules(sheet: Sheet, draft: _Draft, scale: Scale, drafts: Mapping[str, _Draft]) -> Rules:
    key, fields = draft.tag.key, draft.fields
    threshold = (
        sheet.number(fields["threshold"], f"`threshold` of `{key}`", 0.01, _MOST)
        if "threshold" in fields
        else None
    )
    rules = [
        _read_rule(sheet, item, scale.points[level], f"`{level}` of tag `{key}`")
        for level in LEVELS
        if level in fields
        for item in sheet.items(fields[level], f"`{level}` of tag `{key}`")
    ]
    found = [rule for rule in rules if rule]
    if not rules:
        found = [_rule_of_name(draft, scale)]
    own = [line for _, lines in found for line in lines]
    read = {
        name: _read_phrases(sheet, fields.get(name), f"`{name}` of tag `{key}`")
        for name in ("ignore", "needs", "unless")
    }
    report_dead_phrases(sheet, found, f"tag `{key}`")
    report_dead_ignores(sheet, read["ignore"], own, f"tag `{key}`")
    return Rules(
        rules=tuple(rule for rule, _ in found),
        threshold=threshold or scale.threshold,
        ignore=_bare(read["ignore"]),
        needs=_bare(read["needs"]),
        unless=_bare(read["unless"]),
        beside=_read_beside(sheet, fields.get("beside"), key, drafts),
    )


def _rule_of_name(draft: _Draft, scale: Scale) -> Written:
    """Return the rule of a tag that has none: its name, as a likely phrase."""
    phrase = parse_phrase(draft.tag.name)
    lines = (Line(phrase, draft.line),) if phrase.forms else ()
    return Rule(phrases=_bare(lines), points=scale.points["likely"]), lines


def _read_rule(sheet: Sheet, node: yaml.Node, points: float, what: str) -> Written | None:
    """Return a phrase, or phrases with conditions, as a rule, with their lines."""
    if not isinstance(node, yaml.MappingNode):
        line = _read_phrase(sheet, node, what)
        return (Rule(phrases=(line.phrase,), points=points), (line,)) if line else None
    fields = sheet.fields(node, ("phrase", "exact", "points", *_CONDITIONS), f"a rule of {what}")
    if "phrase" not in fields:
        sheet.fault(line_of(node), f"expected a `phrase` in a rule of {what}, found none; add it")
        return None
    exact = "exact" in fields and sheet.text(fields["exact"], "`exact`") in ("true", "yes")
    read = [
        _read_phrase(sheet, item, what, exact=exact)
        for item in sheet.items(fields["phrase"], f"`phrase` of {what}")
    ]
    lines = tuple(line for line in read if line)
    near = _read_phrases(sheet, fields.get("near"), f"`near` in {what}")
    not_near = _read_phrases(sheet, fields.get("not near"), f"`not near` in {what}")
    report_dead_conditions(sheet, lines, near, not_near, what)
    worth = points
    if "points" in fields:
        worth = sheet.number(fields["points"], f"`points` in {what}", 0.01, _MOST) or points
    rule = Rule(
        phrases=_bare(lines),
        points=worth,
        near=_bare(near),
        not_near=_bare(not_near),
        only_in=_read_places(sheet, fields.get("only in"), what),
    )
    return (rule, lines) if lines else None


def _read_places(sheet: Sheet, node: yaml.Node | None, what: str) -> frozenset[Place]:
    known = [place.value for place in Place]
    places: set[Place] = set()
    for item in sheet.items(node, f"`only in` of {what}") if node else []:
        name = sheet.text(item, f"`only in` of {what}") or ""
        if name in known:
            places.add(Place(name))
        else:
            sheet.fault(
                line_of(item),
                f"expected one of {', '.join(known)} for `only in` of {what}, found `{name}`"
                f"{did_you_mean(name, known)}; choose one",
            )
    return frozenset(places or ANYWHERE)


def _read_beside(
    sheet: Sheet, node: yaml.Node | None, key: str, drafts: Mapping[str, _Draft]
) -> Mapping[str, float]:
    beside: dict[str, float] = {}
    what = f"`beside` of tag `{key}`"
    for other, (line, value) in (sheet.table(node, what) if node else {}).items():
        points = sheet.number(value, what, -_MOST, _MOST)
        if other not in drafts or other == key:
            _report_unknown_tag(sheet, line, other, what, drafts)
        elif points == 0:
            sheet.fault(line, f"expected points for {what}, found 0: it never matters; remove it")
        elif points is not None:
            beside[other] = points
    return beside


def _report_unknown_tag(sheet: Sheet, line: int, key: str, what: str, known: Iterable[str]) -> None:
    sheet.fault(
        line,
        f"expected the key of another tag of this vocabulary for {what}, found `{key}`"
        f"{did_you_mean(key, known)}; mend or remove it",
    )


# --- Tags of the past ------------------------------------------------------------------------


def _read_former(
    sheet: Sheet, node: yaml.Node | None, drafts: Mapping[str, _Draft]
) -> dict[str, Former]:
    former: dict[str, Former] = {}
    for key, (line, value) in (sheet.table(node, "`former`") if node else {}).items():
        if not _check_key(sheet, line, key, "former tag"):
            continue
        if key in drafts:
            sheet.fault(
                line,
                f"expected a key that no tag has any more, found `{key}` (line "
                f"{drafts[key].line}); remove one of the two",
            )
            continue
        fields = sheet.fields(value, ("name", "renamed to", "split into"), f"former tag `{key}`")
        name = _read_name(sheet, fields.get("name"), line, f"former tag `{key}`")
        heirs = tuple(_read_heirs(sheet, fields, key, drafts))
        fate = Fate.SPLIT if heirs[1:] else Fate.RENAMED if heirs else Fate.RETIRED
        former[key] = Former(key=key, name=name, fate=fate, heirs=heirs)
    return former


def _read_heirs(
    sheet: Sheet, fields: Mapping[str, yaml.Node], key: str, drafts: Mapping[str, _Draft]
) -> Iterator[str]:
    for name in ("renamed to", "split into"):
        what = f"`{name}` of former tag `{key}`"
        for item in sheet.items(fields[name], what) if name in fields else []:
            heir = sheet.text(item, what)
            if heir is None:
                continue
            if heir in drafts:
                yield heir
            else:
                _report_unknown_tag(sheet, line_of(item), heir, what, drafts)
