"""A paper's title and abstract, searched for many phrases at once.

All phrases stand in one Aho-Corasick automaton, so that a paper is read once,
however many phrases are looked for.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import ahocorasick

from generator.phrases import BREAK, END, Phrase, split

LONGEST_TEXT = 100_000
"""In characters. What stands after these is not read: no abstract is so long."""


class Hit(NamedTuple):
    """A phrase found; words and sentences by their numbers, the title being sentence 0."""

    first: int
    last: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A paper, split and searched. Its words are numbered through: title, an end, abstract."""

    title: str
    abstract: str
    head: list[re.Match[str]]
    body: list[re.Match[str]]
    ends: list[int]
    """Numbers of the words that end a sentence, ascending; the first ends the title."""
    hits: dict[int, list[Hit]]
    """By the phrase's number; none of them spans two sentences."""

    def words(self, first: int, last: int) -> list[str]:
        """Return the words of a hit as written, both ends included."""
        before = len(self.head)
        if first < before:
            return [match[0] for match in self.head[first : last + 1]]
        return [match[0] for match in self.body[first - before - 1 : last - before]]

    def text(self, first: int, last: int) -> str:
        """Return the stretch of the paper that a hit covers, on one line."""
        before = len(self.head)
        if first < before:
            stretch = self.title[self.head[first].start() : self.head[last].end()]
        else:
            start, stop = self.body[first - before - 1], self.body[last - before - 1]
            stretch = self.abstract[start.start() : stop.end()]
        return " ".join(stretch.split())


class Reader:
    """Phrases made ready to be found. It holds no state between papers."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = tuple(phrases)
        self._automaton = _automaton(self._phrases)

    def read(self, title: str, abstract: str) -> Reading:
        """Return a paper with all hits, by the phrases' numbers in the order they were given.

        Of an endless title or abstract only the beginning is read, so that memory stays flat.
        """
        head, body = split(title[:LONGEST_TEXT]), split(abstract[:LONGEST_TEXT])
        folded = [BREAK if word == END else word for word in head.folded]
        folded += [END, *body.folded]
        ends = [number for number, word in enumerate(folded) if word == END]
        hits: defaultdict[int, list[Hit]] = defaultdict(list)
        reading = Reading(title, abstract, head.found, body.found, ends, hits)
        if self._automaton is None:
            return reading
        joined = f" {' '.join(folded)} "
        starts = list(accumulate([len(word) + 1 for word in folded], initial=1))
        for end, forms in self._automaton.iter(joined):
            for number, reach, more, cased in forms:
                first = bisect_right(starts, end - reach) - 1
                if cased and not _in_case(
                    self._phrases[number], reading.words(first, first + more)
                ):
                    continue
                hits[number].append(Hit(first, first + more, bisect_left(ends, first)))
        return reading


def _in_case(phrase: Phrase, written: list[str]) -> bool:
    """Return whether the words stand in the phrase's case; a plural s at the end is free."""
    if phrase.open_start or phrase.open_end:
        return all(any(part in word for word in written) for part in phrase.cased)
    return all(part in written or part + "s" in written for part in phrase.cased)


def _automaton(phrases: Iterable[Phrase]) -> ahocorasick.Automaton | None:
    """Return the automaton over all written forms; None where there is no phrase."""
    ends: defaultdict[str, list[tuple[int, int, int, bool]]] = defaultdict(list)
    for number, phrase in enumerate(phrases):
        closed_start, closed_end = not phrase.open_start, not phrase.open_end
        for form in phrase.forms:
            pattern = " " * closed_start + " ".join(form) + " " * closed_end
            # From the match's end: how far back its first word stands, and how many follow it.
            reach = len(pattern) - 1 - closed_start
            ends[pattern].append((number, reach, len(form) - 1, bool(phrase.cased)))
    if not ends:
        return None
    automaton = ahocorasick.Automaton()
    for pattern, found in ends.items():
        automaton.add_word(pattern, tuple(found))
    automaton.make_automaton()
    return automaton
