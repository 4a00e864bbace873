"""Papers and a vocabulary in, tags with the words that earned them out.

All phrases stand in one Aho-Corasick automaton, so that a paper is read once,
however long the vocabulary is.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

import ahocorasick

from generator.model import TagHit
from generator.phrases import Phrase, Word, words
from generator.vocabulary import Place, Vocabulary


class Verdict(StrEnum):
    """Why a tag is on a paper, or why not."""

    GIVEN = "given"
    FALLBACK = "given, as the best of a paper that no tag fits"
    TOO_FEW = "not given: too few points"
    NEEDED = "not given: a phrase under `needs` is missing"
    EXCLUDED = "not given: a phrase under `unless` is there"
    CROWDED_OUT = "not given: other tags have more points, and the limit is reached"


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


class _Hit(NamedTuple):
    """A phrase found; words and sentences by their numbers."""

    sentence: int
    first: int
    last: int


class _Use(NamedTuple):
    """A phrase's role in one tag; phrases by their numbers."""

    tag: str
    number: int
    points: float
    only_in: frozenset[Place]
    near: tuple[int, ...]
    not_near: tuple[int, ...]


class _Bars(NamedTuple):
    """What may keep a tag off a paper; phrases by their numbers."""

    ignore: tuple[int, ...]
    needs: tuple[int, ...]
    unless: tuple[int, ...]


class _Mention(NamedTuple):
    """A hit that counts for a tag."""

    points: float
    number: int
    """Of the phrase."""
    hit: _Hit


@dataclass(frozen=True, slots=True)
class _Reading:
    """A paper, split and searched."""

    text: str
    words: list[Word]
    places: list[Place]
    """By sentence; the title is the first."""
    hits: Mapping[int, list[_Hit]]
    """By the phrase's number."""


class Tagger:
    """A vocabulary made ready to read papers. It holds no state between papers."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._order = {key: number for number, key in enumerate(vocabulary.tags)}
        self._phrases = list(dict.fromkeys(_all_phrases(vocabulary)))
        numbers = {phrase: number for number, phrase in enumerate(self._phrases)}
        self._uses = _uses(vocabulary, numbers)
        self._bars = {
            key: _Bars(
                ignore=_numbered(rules.ignore, numbers),
                needs=_numbered(rules.needs, numbers),
                unless=_numbered(rules.unless, numbers),
            )
            for key, rules in vocabulary.rules.items()
        }
        self._claims = _numbered(vocabulary.scale.claims, numbers)
        self._automaton = _automaton(self._phrases)

    def tag(self, title: str, abstract: str) -> tuple[TagHit, ...]:
        """Return a paper's tags by descending score, ties in the vocabulary's order."""
        given = (Verdict.GIVEN, Verdict.FALLBACK)
        return tuple(
            TagHit(
                key=item.key,
                score=round(item.score, 3),
                evidence=tuple(dict.fromkeys(finding.text for finding in item.findings)),
            )
            for item in self.explain(title, abstract)
            if item.verdict in given
        )

    def explain(self, title: str, abstract: str) -> tuple[Explanation, ...]:
        """Return every tag that anything speaks for: those given first, then by score."""
        reading = self._read(title, abstract)
        drafts = {
            key: self._weigh(key, mentions, reading)
            for key, mentions in self._mentions(reading).items()
        }
        return self._judge(drafts, reading)

    def _read(self, title: str, abstract: str) -> _Reading:
        """Return the paper's words, sentences and all phrases found in it."""
        text = f"{title}\n\n{abstract}"
        found = list(words(text))
        sentence_of, sentences = _number_sentences(found, len(title))
        hits: defaultdict[int, list[_Hit]] = defaultdict(list)
        if self._automaton is not None:
            joined = f" {' '.join([word.folded for word in found])} "
            starts = list(accumulate((len(word.folded) + 1 for word in found), initial=1))
            for end, ending in self._automaton.iter(joined):
                for number, length in ending:
                    phrase = self._phrases[number]
                    first = bisect_right(starts, end - length + (2 - phrase.open_start)) - 1
                    last = bisect_right(starts, end - (not phrase.open_end)) - 1
                    if not phrase.cased or _in_case(phrase, text, found[first : last + 1]):
                        hits[number].append(_Hit(sentence_of[first], first, last))
        places = self._places(sentences, hits)
        return _Reading(text, found, places, hits)

    def _places(self, sentences: int, hits: Mapping[int, list[_Hit]]) -> list[Place]:
        places = [Place.TEXT] * max(2, sentences)
        places[1] = Place.OPENING
        for number in self._claims:
            for hit in hits.get(number, ()):
                places[hit.sentence] = Place.CLAIM
        places[0] = Place.TITLE
        return places

    def _mentions(self, reading: _Reading) -> dict[str, list[_Mention]]:
        """Return by tag the hits whose conditions hold."""
        mentions: defaultdict[str, list[_Mention]] = defaultdict(list)
        factors = self._vocabulary.scale.places
        for number, hits in reading.hits.items():
            for use in self._uses.get(number, ()):
                for hit in _holding(use, hits, reading):
                    points = use.points * factors[reading.places[hit.sentence]]
                    mentions[use.tag].append(_Mention(points, number, hit))
        return mentions

    def _weigh(self, key: str, mentions: list[_Mention], reading: _Reading) -> list[Finding]:
        """Return what counts for a tag, by descending points.

        Each word of the paper counts once for a tag: by its dearest phrase, the longest of these.
        """
        scale = self._vocabulary.scale
        taken = {
            word
            for number in self._bars[key].ignore
            for hit in reading.hits.get(number, ())
            for word in range(hit.first, hit.last + 1)
        }
        seen: defaultdict[int, set[int]] = defaultdict(set)
        findings: list[Finding] = []
        for points, number, hit in sorted(mentions, key=_dearest_first):
            span = range(hit.first, hit.last + 1)
            if not taken.isdisjoint(span):
                continue
            taken.update(span)
            sentences = seen[number]
            worth = points * (scale.repeat if sentences else 1.0)
            if hit.sentence in sentences or len(sentences) >= scale.mentions:
                worth = 0.0
            sentences.add(hit.sentence)
            start, stop = reading.words[hit.first].start, reading.words[hit.last].stop
            text = " ".join(reading.text[start:stop].split())
            place = reading.places[hit.sentence]
            findings.append(Finding(text, self._phrases[number].text, place, worth))
        findings.sort(key=lambda finding: -finding.points)
        return findings

    def _judge(
        self, drafts: Mapping[str, list[Finding]], reading: _Reading
    ) -> tuple[Explanation, ...]:
        """Return the tags with their verdicts, those given first."""
        barred = {key: _barred(self._bars[key], reading) for key in drafts}
        own = {key: sum(finding.points for finding in found) for key, found in drafts.items()}
        earned = {
            key
            for key, score in own.items()
            if not barred[key] and score >= self._vocabulary.rules[key].threshold
        }
        ranked: list[Explanation] = []
        for key, findings in drafts.items():
            rules = self._vocabulary.rules[key]
            beside = sum(points for other, points in rules.beside.items() if other in earned)
            score = own[key] + beside
            if not findings:
                continue
            enough = Verdict.GIVEN if score >= rules.threshold else Verdict.TOO_FEW
            ranked.append(
                Explanation(
                    key=key,
                    score=score,
                    threshold=rules.threshold,
                    verdict=barred[key] or enough,
                    findings=tuple(findings),
                    beside=beside,
                )
            )
        ranked.sort(key=lambda item: (-item.score, self._order[item.key]))
        return tuple(_settle(ranked, self._vocabulary.scale.limit, self._vocabulary.scale.fallback))


def _settle(ranked: list[Explanation], limit: int, fallback: float) -> Iterator[Explanation]:
    """Yield those given, at most as many as the limit; then the rest."""
    given = [item for item in ranked if item.verdict is Verdict.GIVEN]
    rest = [item for item in ranked if item.verdict is not Verdict.GIVEN]
    yield from given[:limit]
    for item in given[limit:]:
        yield _with(item, Verdict.CROWDED_OUT)
    best = next((item for item in rest if item.verdict is Verdict.TOO_FEW), None)
    if best and not given and 0 < fallback <= best.score:
        rest.remove(best)
        yield _with(best, Verdict.FALLBACK)
    yield from rest


def _with(item: Explanation, verdict: Verdict) -> Explanation:
    return Explanation(
        key=item.key,
        score=item.score,
        threshold=item.threshold,
        verdict=verdict,
        findings=item.findings,
        beside=item.beside,
    )


def _dearest_first(mention: _Mention) -> tuple[float, int, int]:
    return -mention.points, mention.hit.first - mention.hit.last, mention.hit.first


def _barred(bars: _Bars, reading: _Reading) -> Verdict | None:
    """Return why a tag cannot be given, whatever its points."""
    if bars.needs and not any(reading.hits.get(number) for number in bars.needs):
        return Verdict.NEEDED
    if any(reading.hits.get(number) for number in bars.unless):
        return Verdict.EXCLUDED
    return None


def _holding(use: _Use, hits: list[_Hit], reading: _Reading) -> Iterable[_Hit]:
    """Return the hits for which a use's conditions hold."""
    if len(use.only_in) < len(Place):
        hits = [hit for hit in hits if reading.places[hit.sentence] in use.only_in]
    if use.near:
        wanted = _sentences(use.near, reading)
        hits = [hit for hit in hits if hit.sentence in wanted]
    if use.not_near:
        unwanted = _sentences(use.not_near, reading)
        hits = [hit for hit in hits if hit.sentence not in unwanted]
    return hits


def _sentences(numbers: Iterable[int], reading: _Reading) -> set[int]:
    return {hit.sentence for number in numbers for hit in reading.hits.get(number, ())}


def _number_sentences(found: list[Word], title_length: int) -> tuple[list[int], int]:
    """Return each word's sentence and how many there are; 0 is the title, 1 the first after it."""
    numbers: list[int] = []
    number = 0
    for word in found:
        if number == 0 and word.start > title_length:
            number = 1
        numbers.append(number)
        if word.ends_sentence and number:
            number += 1
    return numbers, number + 1


def _in_case(phrase: Phrase, text: str, found: list[Word]) -> bool:
    """Return whether the words stand in the phrase's case; a plural s at the end is free."""
    written = [text[word.start : word.stop] for word in found]
    if phrase.open_start or phrase.open_end:
        return all(any(part in word for word in written) for part in phrase.cased)
    return all(part in written or part + "s" in written for part in phrase.cased)


def _numbered(phrases: Iterable[Phrase], numbers: Mapping[Phrase, int]) -> tuple[int, ...]:
    return tuple(numbers[phrase] for phrase in phrases)


def _uses(vocabulary: Vocabulary, numbers: Mapping[Phrase, int]) -> Mapping[int, tuple[_Use, ...]]:
    """Return by phrase the tags that it speaks for."""
    uses: defaultdict[int, list[_Use]] = defaultdict(list)
    for key, rules in vocabulary.rules.items():
        for rule in rules.rules:
            near, not_near = _numbered(rule.near, numbers), _numbered(rule.not_near, numbers)
            for number in _numbered(rule.phrases, numbers):
                use = _Use(key, number, rule.points, rule.only_in, near, not_near)
                uses[number].append(use)
    return {number: tuple(found) for number, found in uses.items()}


def _all_phrases(vocabulary: Vocabulary) -> Iterator[Phrase]:
    yield from vocabulary.scale.claims
    for rules in vocabulary.rules.values():
        for group in (rules.ignore, rules.needs, rules.unless):
            yield from group
        for rule in rules.rules:
            for group in (rule.phrases, rule.near, rule.not_near):
                yield from group


def _automaton(phrases: Iterable[Phrase]) -> ahocorasick.Automaton | None:
    """Return the automaton over all written forms; None where there is no phrase."""
    ends: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, phrase in enumerate(phrases):
        for form in phrase.forms:
            before, after = ("", " ")[not phrase.open_start], ("", " ")[not phrase.open_end]
            pattern = f"{before}{' '.join(form)}{after}"
            ends[pattern].append((number, len(pattern)))
    if not ends:
        return None
    automaton = ahocorasick.Automaton()
    for pattern, found in ends.items():
        automaton.add_word(pattern, tuple(found))
    automaton.make_automaton()
    return automaton
