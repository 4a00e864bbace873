"""Related papers: for each paper the five that its words and tags bring nearest, older or newer.

A paper is a short list of weighted words, the nearness of two papers the sum over the words they
share: a cosine. Words weigh what a fixed table says, never what the archive holds, so the nearness
of two papers depends on these two alone. Thus lists change only where a nearer paper arrives, and
a day costs that day's papers times all.

All arithmetic is in whole numbers, so that no order of adding up, library or processor changes a
digit. Papers are compared all with all, exactly: products of sparse matrices by SciPy, whose time
goes with the pairs that share a word, in blocks that bound the memory.
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from math import isqrt
from typing import NewType, TypeVar

import numpy as np
from lunr.stemmer import PorterStemmer
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

from generator.phrases import BREAK, fold_word

FIVE = 5
"""Related papers of each paper, at most: none that shares no word is related."""

Vector = NewType("Vector", bytes)
"""What nearness sees of a paper: 10 bytes a word, the word's hash and its weight."""

_LAYOUT = np.dtype([("word", "<u8"), ("weight", "<u2")])
_LENGTH = 1 << 15
"""Of a vector: its weights' squares add up to this one's at most, so products fit 32 bits."""

_MOST_WORDS = 40
"""A paper's heaviest. With all of them comparing takes twice as long, one related paper in five is
another, and hardly more of them share an author."""
_TAG_WEIGHT = 72
"""In the table's unit."""
_ONCE, _AGAIN, _MOST_AGAIN, _IN_TITLE = 4, 1, 3, 2
"""What a word counts: at its first place in the abstract, at others, at most, in the title."""

_LONGEST_TEXT = 100_000
_WORD = re.compile(r"[^\W_]+")
_NO_WORDS = re.compile(r"https?://\S+|\\[A-Za-z]+")
"""Addresses, and TeX's macros, whose names say how a thing is set."""

_stemmer = PorterStemmer()
_Name = TypeVar("_Name", str, int)


# --- A paper's words -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Background:
    """What words weigh, by how few papers of a large corpus hold them."""

    weights: Mapping[str, int]
    """By stem; those of 0 say nothing."""
    unknown: int
    """The weight of all other words."""


def parse_background(text: str) -> Background:
    """Return the table in a file's text: lines `weight: stem stem`, `*` for all other words.

    Lines that begin with `#` are comments. Raises ValueError where a weight is no number.
    """
    weights: dict[str, int] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            weight, _, stems = line.partition(":")
            weights.update(dict.fromkeys(stems.split(), int(weight)))
    return Background(weights=weights, unknown=weights.pop("*", 0))


def format_background(background: Background, comment: str) -> str:
    """Return the table as the text of a file, heaviest words last; the inverse of parsing."""
    by_weight: dict[int, list[str]] = {background.unknown: ["*"]}
    for stem, weight in background.weights.items():
        by_weight.setdefault(weight, []).append(stem)
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    lines += [f"{weight}: {' '.join(sorted(by_weight[weight]))}" for weight in sorted(by_weight)]
    return "\n".join(lines) + "\n"


def stems(text: str) -> Iterator[str]:
    """Yield the stems of a text's words in order, without numbers, single letters and addresses.

    >>> list(stems("Diffusion models denoise 8x faster: https://example.org"))
    ['diffus', 'model', 'denois', '8x', 'faster']
    """
    plain = _NO_WORDS.sub(" ", text[:_LONGEST_TEXT])
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", plain)
    return filter(None, map(_stem, _WORD.findall(plain)))


@lru_cache(maxsize=1 << 17)
def _stem(word: str) -> str:
    """Return a word's stem, or nothing where it says nothing."""
    folded = fold_word(word)
    if folded == BREAK or len(folded) == 1 or folded.isnumeric():
        return ""
    if not folded.isascii():
        return folded
    stem: str = _stemmer.stem(folded)
    return stem


def vector(title: str, abstract: str, tags: Iterable[str], background: Background) -> Vector:
    """Return what nearness sees of a paper; it is empty where no word says anything.

    Its words stand by descending weight, then by hash. The same words in another order, and the
    same tags in another, make the same vector.
    """
    weighed = _weigh(set(stems(title)), Counter(stems(abstract)), background)
    heaviest = sorted(weighed, key=_heaviest_first)[:_MOST_WORDS]
    # No stem holds a colon.
    heaviest += [(f"tag:{key}", _TAG_WEIGHT * _ONCE) for key in set(tags)]
    # Eight bits more than the root needs keep its rounding out of the weights.
    length = isqrt(sum(weight * weight for _, weight in heaviest) << 16)
    scaled = [(_hashed(word), (weight * _LENGTH << 8) // length) for word, weight in heaviest]
    scaled.sort(key=_heaviest_first)
    return Vector(np.array(scaled, dtype=_LAYOUT).tobytes())


def _weigh(
    title: set[str], abstract: Counter[str], background: Background
) -> Iterator[tuple[str, int]]:
    """Yield a paper's stems and their weights."""
    for stem in title | abstract.keys():
        weight = background.weights.get(stem, background.unknown)
        if weight:
            again = min(max(abstract[stem] - 1, 0), _MOST_AGAIN)
            yield stem, weight * (_ONCE + _AGAIN * again + _IN_TITLE * (stem in title))


def _heaviest_first(item: tuple[_Name, int]) -> tuple[int, _Name]:
    return -item[1], item[0]


@lru_cache(maxsize=1 << 17)
def _hashed(word: str) -> int:
    name = word.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "little")


# --- The nearest papers ----------------------------------------------------------------------

_Ranks = NDArray[np.int64]
"""Score and place of a paper in one number, the greater the nearer; 0 for none.

Of two papers equally near, the one that stands first is the nearer.
"""
_LAST_PLACE = (1 << 32) - 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """Papers with their related ones, and all that is needed to go on from there."""

    papers: Mapping[str, bytes]
    """What stands for each paper's vector, by any name that is its for good, in ledger order."""
    ranks: _Ranks
    """A row a paper, descending."""

    @property
    def related(self) -> dict[str, tuple[str, ...]]:
        """The names of each paper's related papers, nearest first."""
        names = list(self.papers)
        places = _places(self.ranks).tolist()
        return {
            name: tuple([names[place] for place in row if place >= 0])
            for name, row in zip(names, places, strict=True)
        }


NOTHING = Nearest(papers={}, ranks=np.zeros((0, FIVE), np.int64))


def nearest(papers: Mapping[str, Vector], before: Nearest = NOTHING, workers: int = 2) -> Nearest:
    """Return each paper's related papers.

    `papers` stand in ledger order; the related of any earlier state are taken over where they
    still hold, and the result is the same with them and without. Workers are threads.
    """
    marks = {name: _mark(vector) for name, vector in papers.items()}
    plan = _plan(marks, before)
    vectors = list(papers.values())
    table = _Table.of([vectors[place] for place in plan.order], plan)
    with ThreadPoolExecutor(workers) as pool:
        for start, stop in plan.blocks:
            compare = partial(table.compare, start, stop)
            table.enter(tuple(pool.map(compare, range((stop - 1) // _SHARD + 1))))
    ranks = np.empty_like(table.ranks)
    ranks[plan.order] = table.ranks
    return Nearest(papers=marks, ranks=ranks)


_MARK = 16


def _mark(vector: Vector) -> bytes:
    """Return what stands for a vector: the state of a large archive is written every day."""
    return hashlib.blake2b(vector, digest_size=_MARK).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """In which order papers are compared: those whose lists hold on, the parted, the new."""

    order: NDArray[np.int64]
    """Places in ledger order."""
    kept: int
    """So many papers at the beginning need no comparing with each other."""
    parted: int
    """So many after them have lost a related paper: they look for theirs anew."""
    ranks: _Ranks
    """Of those kept, in this order, their papers by their places of now."""

    @property
    def blocks(self) -> Iterator[tuple[int, int]]:
        """The first paper and the one after the last of each block, parted and new apart."""
        border, end = self.kept + self.parted, len(self.order)
        for start, stop in ((self.kept, border), (border, end)):
            for at in range(start, stop, _BLOCK):
                yield at, min(at + _BLOCK, stop)


def _plan(papers: Mapping[str, bytes], before: Nearest) -> _Plan:
    known = {named: row for row, named in enumerate(before.papers.items())}
    rows = np.array([known.get(named, -1) for named in papers.items()], np.int64)
    stays = np.flatnonzero(rows >= 0)
    # Lists cut between equals in another order would not hold.
    if np.any(np.diff(rows[stays]) < 0):
        rows[:], stays = -1, stays[:0]
    # The last one stands for the place of no paper, which is -1.
    now = np.full(len(known) + 1, -2, np.int64)
    now[rows[stays]] = stays
    now[-1] = -1
    old = before.ranks[rows[stays]]
    places = now[_places(old)]
    parted = np.any(places == -2, axis=1)  # noqa: PLR2004  # gone
    ranks = np.where(places >= 0, _rank(old >> 32, places), 0)[~parted]
    order = np.concatenate((stays[~parted], stays[parted], np.flatnonzero(rows < 0)))
    return _Plan(order=order, kept=len(ranks), parted=int(parted.sum()), ranks=ranks)


def _rank(scores: NDArray[np.signedinteger], places: NDArray[np.int64]) -> _Ranks:
    return (scores.astype(np.int64) << 32) + (_LAST_PLACE - places)


def _places(ranks: _Ranks) -> NDArray[np.int64]:
    """Return the places in ledger order, -1 for no paper."""
    return np.where(ranks > 0, _LAST_PLACE - (ranks & _LAST_PLACE), -1)


# --- Comparing in blocks ---------------------------------------------------------------------

_BLOCK = 512
"""Papers that are compared with all before them at once."""
_SHARD = 4096
"""Papers of those before, so that a product takes 8 MB and its sums stay in the nearest cache."""
_NEVER = (1 << 31) - 1
"""More than any score."""
_GROUP = 128
"""A shard's scores in groups; the fifth of their maxima is no more than the fifth score."""

_Found = tuple[NDArray[np.int64], _Ranks]
"""Papers by their number in the plan's order, and what each may enter into its list."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Table:
    """Vectors as a matrix, in the plan's order, and the lists as far as they are known."""

    plan: _Plan
    rows: sparse.csr_array
    shards: tuple[sparse.csr_array, ...]
    """Words by papers; the last one is filled up with empty papers."""
    ranks: _Ranks
    """Changed as blocks are entered."""

    @classmethod
    def of(cls, vectors: Sequence[Vector], plan: _Plan) -> "_Table":
        """Return the table in which the lists of those kept are entered."""
        rows = _matrix(vectors, plan.kept)
        ranks = np.zeros((len(vectors), FIVE), np.int64)
        ranks[: plan.kept] = plan.ranks
        shards = tuple(_transposed(rows, at) for at in range(0, len(vectors), _SHARD))
        return cls(plan=plan, rows=rows, shards=shards, ranks=ranks)

    def compare(self, start: int, stop: int, shard: int) -> _Found:
        """Return what a block of papers and those before each of them in a shard mean to it.

        Reads only, so that threads may do it at once; SciPy's products let them.
        """
        first = shard * _SHARD
        scores = (self.rows[start:stop] @ self.shards[shard]).toarray()
        if first + _SHARD > start:
            scores[np.arange(first, first + _SHARD) >= np.arange(start, stop)[:, None]] = 0
        maxima = scores.reshape(stop - start, -1, _GROUP).max(axis=2)
        least = np.maximum(np.partition(maxima, -FIVE, axis=1)[:, -FIVE], 1)
        rows, columns = _where(scores >= least[:, None])
        later = rows + start, _rank(scores[rows, columns], self.plan.order[columns + first])
        rows, columns = _where(scores >= self._least(start, first))
        earlier = columns + first, _rank(scores[rows, columns], self.plan.order[rows + start])
        papers, ranks, _ = _best([later, earlier])
        return papers, ranks

    def _least(self, start: int, first: int) -> NDArray[np.int32]:
        """Return the scores from which on a block's papers may enter the lists of a shard's."""
        fifth = self.ranks[first : first + _SHARD, -1] >> 32
        least = np.full(_SHARD, _NEVER, np.int32)
        least[: len(fifth)] = np.maximum(fifth, 1)
        if start < self.plan.kept + self.plan.parted:
            # Those kept know the parted from before.
            least[: max(self.plan.kept - first, 0)] = _NEVER
        return least

    def enter(self, found: Sequence[_Found]) -> None:
        """Enter what was found into the lists."""
        touched = np.unique(np.concatenate([papers for papers, _ in found]))
        known = np.repeat(touched, FIVE), self.ranks[touched].ravel()
        papers, ranks, slots = _best([known, *found])
        self.ranks[papers, slots] = ranks


def _where(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], ...]:
    # Five times as quick as `nonzero` where little is true.
    return np.divmod(np.flatnonzero(mask), mask.shape[1])


def _best(found: Sequence[_Found]) -> tuple[NDArray[np.int64], _Ranks, NDArray[np.int64]]:
    """Return each paper's five highest ranks, and each one's slot in the paper's list."""
    papers = np.concatenate([papers for papers, _ in found])
    ranks = np.concatenate([ranks for _, ranks in found])
    order = np.lexsort((-ranks, papers))
    papers, ranks = papers[order], ranks[order]
    slots = np.arange(len(papers)) - np.searchsorted(papers, papers)
    return papers[slots < FIVE], ranks[slots < FIVE], slots[slots < FIVE]


def _matrix(vectors: Sequence[Vector], kept: int) -> sparse.csr_array:
    """Return papers by words; of words, only those that matter to the papers not kept."""
    items = np.frombuffer(b"".join(vectors), _LAYOUT)
    words = items["word"].astype(np.uint64)
    ends = np.cumsum([0, *map(len, vectors)]) // _LAYOUT.itemsize
    # The greatest hash of all at the end keeps the search below inside.
    matter = np.append(np.unique(words[ends[kept] :]), np.iinfo(np.uint64).max)
    columns = np.searchsorted(matter, words)
    shared = matter[columns] == words
    numbers = np.concatenate(([0], np.cumsum(shared)))
    parts = (items["weight"][shared].astype(np.int32), columns[shared], numbers[ends])
    return sparse.csr_array(parts, shape=(len(vectors), len(matter)))


def _transposed(rows: sparse.csr_array, at: int) -> sparse.csr_array:
    """Return a shard: words by the papers from there on."""
    shard = rows[at : at + _SHARD]
    shard.resize((_SHARD, rows.shape[1]))
    return shard.T.tocsr()


# --- Between one run and the next ------------------------------------------------------------

_FORMAT = b"related 2\n"
"""Goes up where the form of a state or the nearness of two papers changes."""


def format_nearest(state: Nearest) -> bytes:
    """Return a state as bytes for a cache."""
    head = json.dumps(list(state.papers)).encode()
    ranks = state.ranks.astype("<i8").tobytes()
    body = b"".join((head, b"\n", *state.papers.values(), ranks))
    return hashlib.sha256(_FORMAT + body).digest() + body


def parse_nearest(raw: bytes) -> Nearest:
    """Return the state that these bytes hold, or NOTHING where they are not whole."""
    digest, body = raw[:32], raw[32:]
    if hashlib.sha256(_FORMAT + body).digest() != digest:
        return NOTHING
    head, _, rest = body.partition(b"\n")
    names: list[str] = json.loads(head)
    end = _MARK * len(names)
    marks = [rest[at : at + _MARK] for at in range(0, end, _MARK)]
    ranks = np.frombuffer(rest[end:], "<i8").astype(np.int64).reshape(-1, FIVE)
    return Nearest(papers=dict(zip(names, marks, strict=True)), ranks=ranks)
