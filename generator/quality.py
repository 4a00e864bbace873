"""How good the tags are, as measured: shown only while the vocabulary is the measured one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from generator.text import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How often a tag, or all of them, was right. Shares, from 0 to 1."""

    precision: float
    """Of the tags given, how many the labels have."""
    recall: float
    """Of the labels, how many were given."""
    f1: float
    """The harmonic mean of the two."""
    papers: int
    """How many labelled papers carry the tag; for all tags together, how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Figures over one set of labelled papers."""

    name: str
    """What was measured on, for people."""
    micro: Score
    """Over all decisions, paper by tag."""
    macro: float
    """The mean F1 of the tags that at least three papers carry."""
    coverage: float
    """Share of papers with at least one tag."""
    tags: Mapping[str, Score]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What a measuring command wrote."""

    vocabulary: str
    """SHA-256 of the vocabulary file that was measured, its line ends as LF."""
    measures: tuple[Measure, ...]


def format_quality(quality: Quality) -> str:
    """Return the file that the figures are kept in."""
    record = {
        "vocabulary": quality.vocabulary,
        "measures": [
            {
                "name": each.name,
                "micro": row(each.micro),
                "macro": each.macro,
                "coverage": each.coverage,
                "tags": {key: row(score) for key, score in sorted(each.tags.items())},
            }
            for each in quality.measures
        ],
    }
    return json.dumps(record, indent=1) + "\n"


def parse_quality(text: str, vocabulary: str) -> Quality | None:
    """Return the figures in a file of ours, or None where they are of another vocabulary."""
    record = json.loads(text) if text else {}
    if record.get("vocabulary") != digest(vocabulary):
        return None
    return Quality(
        vocabulary=record["vocabulary"],
        measures=tuple(
            Measure(
                name=each["name"],
                micro=score(each["micro"]),
                macro=each["macro"],
                coverage=each["coverage"],
                tags={key: score(found) for key, found in each["tags"].items()},
            )
            for each in record["measures"]
        ),
    )


def row(found: Score) -> list[float]:
    """Return a score as a row of the file."""
    return [round(found.precision, 4), round(found.recall, 4), round(found.f1, 4), found.papers]


def score(found: list[float]) -> Score:
    """Return the score in a row of the file."""
    return Score(precision=found[0], recall=found[1], f1=found[2], papers=int(found[3]))
