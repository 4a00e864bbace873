"""The rules by which a paper earns a tag, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from generator.phrases import Phrase

MAX_LIMIT = 7
"""Tags a paper; more would say nothing."""


class Place(StrEnum):
    """Where in a paper a phrase stands, by the sentence that holds it."""

    TITLE = "title"
    CLAIM = "claim"
    """A sentence of the abstract that says what the paper does."""
    OPENING = "opening"
    """The first sentence of the abstract, unless it is a claim."""
    TEXT = "text"
    """Any other sentence of the abstract."""


ANYWHERE = frozenset(Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Phrases of one worth, under one set of conditions."""

    phrases: tuple[Phrase, ...]
    points: float
    near: tuple[Phrase, ...] = ()
    """One of them has to stand in the same sentence."""
    not_near: tuple[Phrase, ...] = ()
    """None of them may stand in the same sentence."""
    only_in: frozenset[Place] = ANYWHERE
    """Elsewhere the phrases count for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All that decides about one tag."""

    rules: tuple[Rule, ...]
    threshold: float
    ignore: tuple[Phrase, ...] = ()
    """Longer phrases that hold one of the tag's own, and mean something else."""
    needs: tuple[Phrase, ...] = ()
    """One of them has to stand somewhere in the paper."""
    unless: tuple[Phrase, ...] = ()
    """None of them may stand anywhere in the paper."""
    beside: Mapping[str, float] = field(default_factory=dict)
    """Points added, or taken, when the paper earns that other tag by its own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What is worth how much: the settings that all tags share."""

    limit: int = MAX_LIMIT
    threshold: float = 4.0
    fallback: float = 0.0
    """A paper without a tag takes its best one from so many points on; 0: none."""
    points: Mapping[str, float] = field(
        default_factory=lambda: {"sure": 4.0, "likely": 2.0, "hint": 1.0}
    )
    places: Mapping[Place, float] = field(default_factory=lambda: dict.fromkeys(Place, 1.0))
    """A phrase's points are multiplied by its place's factor."""
    repeat: float = 0.0
    """Each further sentence with the same phrase counts this share of its points."""
    mentions: int = 1
    """So many sentences with the same phrase count at most."""
    claims: tuple[Phrase, ...] = ()
    """Phrases by which a sentence is known to say what the paper does."""
