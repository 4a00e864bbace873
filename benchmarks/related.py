"""Measure the related papers: share of the true five found, time, and what tags say of them.

    python benchmarks/related.py DUMPS [--limit N] [--sample N]

DUMPS is a folder of dumps. Truth is a plain scan of all papers for each paper of a sample. Tags
are the shipped vocabulary's; two papers agree where they share one, and chance is how often any
two papers do.
"""

import argparse
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np

from generator.decisions import NO_MEND
from generator.files import ENGINE
from generator.parse import parse
from generator.related import FIVE, NOTHING, Nearest, nearest
from generator.tagging import Tagger
from generator.text import fold
from generator.vectors import Background, Vector, parse_background, vector
from generator.vocabulary import parse_vocabulary

DAY = 70
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper as far as it matters here."""

    title: str
    abstract: str
    tags: frozenset[str]


def papers(folder: Path, tagger: Tagger) -> Iterator[Paper]:
    """Yield the papers of all dumps in a folder, each title once."""
    seen = set()
    for file in sorted(folder.rglob("*.txt")):
        raw = file.read_bytes()
        reading = parse(raw, path=file.name, sha256="0" * 64, year=2000, mend=NO_MEND)
        for entry in reading.dump.entries if reading.dump else ():
            if (name := fold(entry.title)) not in seen:
                seen.add(name)
                tags = frozenset(hit.key for hit in tagger.tag(entry.title, entry.abstract))
                yield Paper(title=entry.title, abstract=entry.abstract, tags=tags)


def timed(name: str, action: Callable[[], T]) -> T:
    """Return what the action returns; print how long it took."""
    start, cpu = time.perf_counter(), time.process_time()
    result = action()
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(f"{name:<44}{wall:8.2f} s{cpu:8.2f} s of processor")
    return result


def vectors(
    all_papers: Sequence[Paper], background: Background, *, tags: bool
) -> dict[str, Vector]:
    """Return all papers' vectors, by number."""
    return {
        str(number): vector(paper.title, paper.abstract, paper.tags if tags else (), background)
        for number, paper in enumerate(all_papers)
    }


def scan(of: Mapping[str, Vector], sample: Sequence[int]) -> dict[int, list[int]]:
    """Return the five nearest of each paper of the sample, found by scanning all."""
    holders: dict[int, list[tuple[int, int]]] = defaultdict(list)
    items = [np.frombuffer(raw, [("word", "<u8"), ("weight", "<u2")]) for raw in of.values()]
    for number, paper in enumerate(items):
        for word, weight in paper.tolist():
            holders[word].append((number, weight))
    found = {}
    for number in sample:
        scores = np.zeros(len(items), np.int64)
        for word, weight in items[number].tolist():
            others = np.array(holders[word])
            scores[others[:, 0]] += others[:, 1] * weight
        scores[number] = 0
        best = np.argsort(-scores, kind="stable")[:FIVE]
        found[number] = [int(other) for other in best if scores[other]]
    return found


def agreement(all_papers: Sequence[Paper], lists: Mapping[int, Sequence[int]]) -> float:
    """Return the share of pairs with a tag in common."""
    shared = [
        not all_papers[number].tags.isdisjoint(all_papers[other].tags)
        for number, others in lists.items()
        for other in others
    ]
    return sum(shared) / len(shared)


def measure(all_papers: Sequence[Paper], background: Background, sample_size: int) -> None:
    """Print all figures."""
    count = len(all_papers)
    print(f"{count:,} papers")
    of = timed("vectors", lambda: vectors(all_papers, background, tags=True))
    whole = timed("related papers from nothing, 2 threads", lambda: nearest(of))
    old = dict(islice(of.items(), count - DAY))
    before: Nearest = nearest(old, NOTHING)
    after = timed(f"one more day of {DAY}", lambda: nearest(of, before))
    print(f"the same as from nothing: {bool(np.array_equal(whole.ranks, after.ranks))}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")

    chance = random.Random(1)  # noqa: S311  # a sample that is the same each time
    sample = sorted(chance.sample(range(count), min(sample_size, count)))
    found = {number: [int(x) for x in whole.related[str(number)]] for number in sample}
    truth = scan(of, sample)
    hits = sum(len(set(found[number]) & set(truth[number])) for number in sample)
    same = sum(found[number] == truth[number] for number in sample)
    print(f"share of the true five found: {hits / sum(map(len, truth.values())):.4f}")
    print(f"lists the same, order too: {same} of {len(sample)}")
    by_chance = {number: chance.choices(range(count), k=100) for number in sample}
    base = agreement(all_papers, by_chance)
    by_words = scan(vectors(all_papers, background, tags=False), sample)
    for name, lists in (("words and tags", found), ("words alone", by_words)):
        share = agreement(all_papers, lists)
        print(f"share a tag, {name}: {share:.3f}, chance {base:.3f}: {share / base:.2f} times")


def main() -> None:
    """Read the arguments and the papers, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dumps", type=Path)
    parser.add_argument("--limit", type=int, default=sys.maxsize)
    parser.add_argument("--sample", type=int, default=500)
    args = parser.parse_args()
    data = ENGINE / "data"
    background = parse_background((data / "words.txt").read_text(encoding="utf-8"))
    text = (data / "vocabulary.yml").read_text(encoding="utf-8")
    tagger = Tagger(parse_vocabulary(text, "vocabulary.yml")[0])
    found = timed(
        "reading and tagging", lambda: tuple(islice(papers(args.dumps, tagger), args.limit))
    )
    measure(found, background, args.sample)


if __name__ == "__main__":
    main()
