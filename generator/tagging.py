"""Papers and a vocabulary in, tags with the words that earned them out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from typing import NamedTuple

from generator.model import TagHit
from generator.phrases import Phrase
from generator.reading import Hit, Reader, Reading
from generator.rules import ANYWHERE, Place
from generator.vocabulary import Vocabulary, parse_vocabulary


class Verdict(StrEnum):
    """Why a tag is on a paper, or why not."""

    GIVEN = "given"
    FALLBACK = "given, as the best of a paper that no tag fits"
    TOO_FEW = "not given: too few points"
    NEEDED = "not given: a phrase under `needs` is missing"
    EXCLUDED = "not given: a phrase under `unless` is there"
    CROWDED_OUT = "not given: other tags have more points, and the limit is reached"

    @property
    def is_given(self) -> bool:
        """Whether the paper carries the tag."""
        return self in (Verdict.GIVEN, Verdict.FALLBACK)


@dataclass(frozen=True, slots=True)
class Finding:
    """Words of a paper that count for a tag."""

    text: str
    """As written in the paper."""
    phrase: str
    """As written in the vocabulary."""
    place: Place
    points: float
    """After its place's factor; 0 where enough of the same stands elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What speaks for a tag on a paper, and what came of it."""

    key: str
    score: float
    threshold: float
    verdict: Verdict
    findings: tuple[Finding, ...]
    """By descending points; never empty."""
    beside: float = 0.0
    """The part of the score that other tags on the paper added or took."""


class _Use(NamedTuple):
    """A phrase's role in one tag; phrases by their numbers."""

    tag: str
    points: float
    only_in: frozenset[Place]
    near: tuple[int, ...]
    not_near: tuple[int, ...]
    bound: bool
    """Whether there is any condition."""


class _Mention(NamedTuple):
    """A hit that speaks for a tag; sorted, the dearest come first, of these the longest."""

    debt: float
    """Its points, negative."""
    brevity: int
    """Its length in words, negative."""
    first: int
    last: int
    sentence: int
    number: int
    """Of the phrase."""


class _Counted(NamedTuple):
    """A mention, with the points that it brings in the end."""

    points: float
    mention: _Mention


class _Draft(NamedTuple):
    """A tag's case on a paper."""

    key: str
    score: float
    beside: float
    verdict: Verdict
    counted: list[_Counted]


class Rulebook:
    """A vocabulary's file, which is read once, where and when somebody asks for it."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.vocabulary = cache(partial(parse_vocabulary, text, path))
        """Returns the vocabulary, and what is wrong with it."""
        self.tagger = cache(lambda: Tagger(self.vocabulary()[0]))


class Tagger:
    """A vocabulary made ready to read papers. It holds no state between papers."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._order = {key: number for number, key in enumerate(vocabulary.tags)}
        self._phrases = tuple(dict.fromkeys(_all_phrases(vocabulary)))
        numbers = {phrase: number for number, phrase in enumerate(self._phrases)}
        self._reader = Reader(self._phrases)
        self._uses = _uses(vocabulary, numbers)
        self._claims = _numbered(vocabulary.scale.claims, numbers)
        self._ignored: defaultdict[int, list[str]] = defaultdict(list)
        self._needs: dict[str, tuple[int, ...]] = {}
        self._unless: dict[str, tuple[int, ...]] = {}
        for key, rules in vocabulary.rules.items():
            self._needs[key] = _numbered(rules.needs, numbers)
            self._unless[key] = _numbered(rules.unless, numbers)
            for number in _numbered(rules.ignore, numbers):
                self._ignored[number].append(key)

    def tag(self, title: str, abstract: str) -> tuple[TagHit, ...]:
        """Return a paper's tags by descending score, ties in the vocabulary's order.

        There are at most as many as the vocabulary's limit. Texts may be raw or cleaned.
        """
        reading = self._reader.read(title, abstract)
        drafts = self._judge(reading, self._places(reading))
        return tuple(_tag_hit(draft, reading) for draft in drafts if draft.verdict.is_given)

    def explain(self, title: str, abstract: str) -> tuple[Explanation, ...]:
        """Return every tag that anything speaks for: those given first, then by score."""
        reading = self._reader.read(title, abstract)
        places = self._places(reading)
        return tuple(
            Explanation(
                key=draft.key,
                score=draft.score,
                threshold=self._vocabulary.rules[draft.key].threshold,
                verdict=draft.verdict,
                findings=tuple(
                    Finding(
                        reading.text(mention.first, mention.last),
                        self._phrases[mention.number].text,
                        places[mention.sentence],
                        points,
                    )
                    for points, mention in draft.counted
                ),
                beside=draft.beside,
            )
            for draft in self._judge(reading, places)
        )

    def _places(self, reading: Reading) -> list[Place]:
        """Return each sentence's place; the title is the first sentence."""
        places = [Place.TEXT] * (len(reading.ends) + 1)
        places[1] = Place.OPENING
        for number in self._claims:
            for hit in reading.hits.get(number, ()):
                places[hit.sentence] = Place.CLAIM
        places[0] = Place.TITLE
        return places

    def _judge(self, reading: Reading, places: list[Place]) -> Iterator[_Draft]:
        """Yield the tags that anything speaks for, with their verdicts: those given first."""
        counted = self._counted(reading, places)
        own = {key: sum(points for points, _ in found) for key, found in counted.items()}
        barred = {key: self._barred(key, reading) for key in counted}
        rules = self._vocabulary.rules
        earned = {key for key in counted if not barred[key] and own[key] >= rules[key].threshold}
        drafts: list[_Draft] = []
        for key, found in counted.items():
            beside = sum(points for tag, points in rules[key].beside.items() if tag in earned)
            score = own[key] + beside
            enough = Verdict.GIVEN if score >= rules[key].threshold else Verdict.TOO_FEW
            drafts.append(_Draft(key, score, beside, barred[key] or enough, found))
        drafts.sort(key=lambda draft: (-draft.score, self._order[draft.key]))
        yield from _settle(drafts, self._vocabulary.scale.limit, self._vocabulary.scale.fallback)

    def _counted(self, reading: Reading, places: list[Place]) -> dict[str, list[_Counted]]:
        """Return by tag what counts for it, by descending points; never an empty list."""
        factors = [self._vocabulary.scale.places[place] for place in places]
        mentions: defaultdict[str, list[_Mention]] = defaultdict(list)
        taken: defaultdict[str, set[int]] = defaultdict(set)
        for number, hits in reading.hits.items():
            for key in self._ignored.get(number, ()):
                for hit in hits:
                    taken[key].update(range(hit.first, hit.last + 1))
            for use in self._uses.get(number, ()):
                for hit in _holding(use, hits, reading, places) if use.bound else hits:
                    first, last, sentence = hit
                    debt = -use.points * factors[sentence]
                    mentions[use.tag].append(
                        _Mention(debt, first - last, first, last, sentence, number)
                    )
        weighed = {key: self._weigh(found, taken[key]) for key, found in mentions.items()}
        return {key: found for key, found in weighed.items() if found}

    def _weigh(self, mentions: list[_Mention], taken: set[int]) -> list[_Counted]:
        """Return what counts of a tag's mentions, by descending points.

        Each word of the paper counts once: by its dearest phrase, the longest of these.
        """
        scale = self._vocabulary.scale
        seen: defaultdict[int, set[int]] = defaultdict(set)
        counted: list[_Counted] = []
        mentions.sort()
        for mention in mentions:
            debt, _, first, last, sentence, number = mention
            span = range(first, last + 1)
            if not taken.isdisjoint(span):
                continue
            taken.update(span)
            sentences = seen[number]
            points = -debt * (scale.repeat if sentences else 1.0)
            if sentence in sentences or len(sentences) >= scale.mentions:
                points = 0.0
            sentences.add(sentence)
            counted.append(_Counted(points, mention))
        counted.sort(key=lambda found: -found.points)
        return counted

    def _barred(self, key: str, reading: Reading) -> Verdict | None:
        """Return why a tag cannot be given, whatever its points."""
        needs = self._needs[key]
        if needs and not any(number in reading.hits for number in needs):
            return Verdict.NEEDED
        if any(number in reading.hits for number in self._unless[key]):
            return Verdict.EXCLUDED
        return None


def _settle(drafts: list[_Draft], limit: int, fallback: float) -> Iterator[_Draft]:
    """Yield those given, at most as many as the limit; then the rest."""
    given = [draft for draft in drafts if draft.verdict is Verdict.GIVEN]
    rest = [draft for draft in drafts if draft.verdict is not Verdict.GIVEN]
    yield from given[:limit]
    for draft in given[limit:]:
        yield draft._replace(verdict=Verdict.CROWDED_OUT)
    best = next((draft for draft in rest if draft.verdict is Verdict.TOO_FEW), None)
    if best and not given and 0 < fallback <= best.score:
        rest.remove(best)
        yield best._replace(verdict=Verdict.FALLBACK)
    yield from rest


def _tag_hit(draft: _Draft, reading: Reading) -> TagHit:
    texts = (reading.text(mention.first, mention.last) for _, mention in draft.counted)
    return TagHit(draft.key, round(draft.score, 3), tuple(dict.fromkeys(texts)))


def _holding(use: _Use, hits: list[Hit], reading: Reading, places: list[Place]) -> list[Hit]:
    """Return the hits for which a use's conditions hold."""
    if use.only_in != ANYWHERE:
        hits = [hit for hit in hits if places[hit.sentence] in use.only_in]
    if use.near:
        wanted = _sentences(use.near, reading)
        hits = [hit for hit in hits if hit.sentence in wanted]
    if use.not_near:
        unwanted = _sentences(use.not_near, reading)
        hits = [hit for hit in hits if hit.sentence not in unwanted]
    return hits


def _sentences(numbers: Iterable[int], reading: Reading) -> set[int]:
    return {hit.sentence for number in numbers for hit in reading.hits.get(number, ())}


def _numbered(phrases: Iterable[Phrase], numbers: Mapping[Phrase, int]) -> tuple[int, ...]:
    return tuple(numbers[phrase] for phrase in phrases)


def _uses(vocabulary: Vocabulary, numbers: Mapping[Phrase, int]) -> Mapping[int, tuple[_Use, ...]]:
    """Return by phrase the tags that it speaks for."""
    uses: defaultdict[int, list[_Use]] = defaultdict(list)
    for key, rules in vocabulary.rules.items():
        for rule in rules.rules:
            near, not_near = _numbered(rule.near, numbers), _numbered(rule.not_near, numbers)
            bound = bool(near or not_near or rule.only_in != ANYWHERE)
            for number in _numbered(rule.phrases, numbers):
                uses[number].append(_Use(key, rule.points, rule.only_in, near, not_near, bound))
    return {number: tuple(found) for number, found in uses.items()}


def _all_phrases(vocabulary: Vocabulary) -> Iterator[Phrase]:
    yield from vocabulary.scale.claims
    for rules in vocabulary.rules.values():
        for group in (rules.ignore, rules.needs, rules.unless):
            yield from group
        for rule in rules.rules:
            for group in (rule.phrases, rule.near, rule.not_near):
                yield from group
