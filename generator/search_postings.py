"""Postings: which documents hold a term, and how often; counted once, encoded block by block.

Documents come in blocks of numbers. What a block comes to depends on its documents alone, so a
new day counts its own papers and encodes the last block anew; all the others are joined as they
were.
"""

import marshal
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from generator.plain import Key
from generator.search_numbers import gap, number
from generator.search_terms import Terms, words

FIELDS = ("title", "tag", "text")
"""In Lunr's order, which is the manifest's."""
BLOCK = 4096
"""Document numbers in a block."""

T = TypeVar("T")
Fields = tuple[str, str, str]
Counts = tuple[dict[str, int], dict[str, int], dict[str, int]]
"""How often each word stands in title, tags and text; stop words are not counted."""


@dataclass(frozen=True, slots=True)
class Runs:
    """A field's postings in a block, a place in each list for each term."""

    terms: list[str]
    first: list[int]
    """The first document that has the term."""
    times: list[int]
    """How often the term stands in it."""
    last: list[int]
    count: list[int]
    """How many documents have it."""
    rest: list[str]
    """The postings behind the first, encoded."""


@dataclass(frozen=True, slots=True)
class Block:
    """What a block's documents come to."""

    runs: tuple[Runs, ...]
    """For each field."""
    lengths: tuple[str, ...]
    """For each field, each document's length and one, none for a number without document."""
    totals: tuple[int, ...]
    """For each field, the sum of its lengths."""
    spellings: dict[str, tuple[str, int]]
    """By term that is not spelt in one way, or not as it is: the commonest way, and how often."""


def by_field() -> tuple[dict[str, T], ...]:
    """Return a dictionary for each field."""
    return tuple({} for _ in FIELDS)


@dataclass(frozen=True, slots=True)
class Postings:
    """The whole archive's postings by term, as far as its blocks are joined."""

    texts: tuple[dict[str, str], ...] = field(default_factory=by_field)
    """For each field, encoded."""
    ends: tuple[dict[str, int], ...] = field(default_factory=by_field)
    """For each field, the last document that has the term."""
    count: dict[str, int] = field(default_factory=dict)
    """In how many fields of documents a term stands: Lunr's document frequency."""
    spellings: dict[str, tuple[str, int]] = field(default_factory=dict)
    """How a term is spelt that is not spelt in one way, or not as it is, and how often that is.

    The commonest way of the blocks; one that wins none of them is not counted.
    """

    def join(self, block: Block) -> None:
        """Take in a block, which follows those before it."""
        for runs, texts, ends in zip(block.runs, self.texts, self.ends, strict=True):
            for term, first, times, last, n, rest in zip(
                runs.terms, runs.first, runs.times, runs.last, runs.count, runs.rest, strict=True
            ):
                step = gap(first - ends.get(term, -1), times)
                texts[term] = f"{texts.get(term, '')}{step}{rest}"
                ends[term] = last
                self.count[term] = self.count.get(term, 0) + n
        for term, (word, times) in block.spellings.items():
            known, so_far = self.spellings.get(term, (word, 0))
            if known == word:
                self.spellings[term] = (word, so_far + times)
            elif times > so_far:
                self.spellings[term] = (word, times)


def count(fields: Fields, terms: Terms) -> Counts:
    """Return how often each word stands in each field."""
    title, tag, text = (
        {word: n for word, n in Counter(words(each)).items() if terms[word]} for each in fields
    )
    return title, tag, text


def parse_counts(blob: bytes) -> dict[Key, Counts]:
    """Return counts by what their documents say."""
    found: dict[Key, Counts] = marshal.loads(blob)  # noqa: S302  # guarded by a digest
    return found


def format_counts(counts: Mapping[Key, Counts]) -> bytes:
    """Return counts for the cache."""
    return marshal.dumps(dict(counts))


def encode_block(start: int, counted: Mapping[int, Counts], terms: Terms) -> Block:
    """Return the block that begins with this number; its documents come in order of number."""
    runs, lengths, totals = [], [], []
    spelt: dict[str, int] = defaultdict(int)
    for index in range(len(FIELDS)):
        postings: dict[str, list[tuple[int, int]]] = {}
        length_of: dict[int, int] = {}
        for at, counts in counted.items():
            length_of[at] = sum(counts[index].values())
            for term, times in by_term(counts[index], terms, spelt).items():
                postings.setdefault(term, []).append((at, times))
        runs.append(runs_of(postings))
        numbered = (length_of.get(at, -1) + 1 for at in range(start, start + BLOCK))
        lengths.append("".join(map(number, numbered)).rstrip(number(0)))
        totals.append(sum(length_of.values()))
    return Block(tuple(runs), tuple(lengths), tuple(totals), commonest(spelt, terms))


def by_term(counts: Mapping[str, int], terms: Terms, spelt: dict[str, int]) -> dict[str, int]:
    """Return how often each term stands, and note how often each word does."""
    found: dict[str, int] = {}
    for word, times in counts.items():
        term = terms[word]
        found[term] = found.get(term, 0) + times
        spelt[word] += times
    return found


def commonest(spelt: Mapping[str, int], terms: Terms) -> dict[str, tuple[str, int]]:
    """Return the commonest spelling of each term, the first of the alphabet of two as common."""
    ways: dict[str, list[tuple[int, str]]] = {}
    for word, times in spelt.items():
        ways.setdefault(terms[word], []).append((-times, word))
    best = {term: min(found) for term, found in ways.items() if found[1:] or found[0][1] != term}
    return {term: (word, -times) for term, (times, word) in best.items()}


def runs_of(postings: Mapping[str, Sequence[tuple[int, int]]]) -> Runs:
    """Return a field's postings, encoded."""
    runs = Runs([], [], [], [], [], [])
    for term, found in postings.items():
        first, times = before, _ = found[0]
        pieces = []
        for at, n in found[1:]:
            pieces.append(gap(at - before, n))
            before = at
        runs.terms.append(term)
        runs.first.append(first)
        runs.times.append(times)
        runs.last.append(before)
        runs.count.append(len(found))
        runs.rest.append("".join(pieces))
    return runs


def format_block(block: Block) -> bytes:
    """Return a block for the cache."""
    runs = [[getattr(each, name) for name in Runs.__slots__] for each in block.runs]
    return marshal.dumps((runs, block.lengths, block.totals, block.spellings))


def parse_block(blob: bytes | memoryview) -> Block:
    """Return a block from the cache."""
    runs, lengths, totals, spellings = marshal.loads(blob)  # noqa: S302  # as above
    return Block(tuple(Runs(*each) for each in runs), lengths, totals, spellings)


def format_postings(postings: Postings) -> bytes:
    """Return the postings of some blocks for the cache."""
    return marshal.dumps([getattr(postings, name) for name in Postings.__slots__])


def parse_postings(blob: bytes | memoryview) -> Postings:
    """Return postings from the cache."""
    return Postings(*marshal.loads(blob))  # noqa: S302  # as above
