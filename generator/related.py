"""Related papers: for each paper the five that its words and tags bring nearest, older or newer.

The nearness of two papers is the sum over the words they share: a cosine. It depends on these two
alone, so lists change only where a nearer paper arrives, and a day costs that day's papers times
all.

Papers are compared all with all, exactly: products of sparse matrices by SciPy, whose time goes
with the pairs that share a word, in blocks that bound the memory. SciPy takes a fifth of a second
to load: whoever needs this module for a moment imports it there.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

from generator.vectors import Vector

FIVE = 5
"""Related papers of each paper, at most: none that shares no word is related."""

_LAYOUT = np.dtype([("word", "<u8"), ("weight", "<u2")])
"""Of a vector, as `vectors.ITEM` has it."""

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
    def places(self) -> tuple[tuple[int, ...], ...]:
        """Where each paper's related papers stand among all, from 0 on, nearest first."""
        places = _places(self.ranks)
        # A paper with none at the end of its list is rare: the others need no look at each place.
        found = list(map(tuple, places.tolist()))
        for row in np.flatnonzero(places[:, -1] < 0).tolist():
            found[row] = tuple([place for place in found[row] if place >= 0])
        return tuple(found)

    @property
    def related(self) -> dict[str, tuple[str, ...]]:
        """The names of each paper's related papers, nearest first."""
        names = list(self.papers)
        rows = zip(names, self.places, strict=True)
        return {name: tuple([names[place] for place in row]) for name, row in rows}


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
