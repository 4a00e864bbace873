"""Print how well a vocabulary's rules agree with labels set by reading the papers.

usage: score_vocabulary.py LABELS.jsonl [--texts PATH ...] [--vocabulary FILE] [--tags] [--speed]
       score_vocabulary.py --write [--texts PATH ...] [--vocabulary FILE]

LABELS is a line a paper: {"title", "tags": [key, ...], "source"}. The abstracts are found by title
in the texts: dumps (.txt), archives of dumps (.tar.xz), records with title and abstract
(.jsonl.xz), or folders of these. Papers without a text are counted and left out.

With --write, both sets of labels are measured, the held-out ones first, and the figures that the
site shows beside the tags are kept in generator/data/quality.json.

micro: over all decisions about a paper and a tag. macro: the mean F1 of the tags that at least
3 papers carry. coverage: the share of papers with at least one predicted tag.
"""

import argparse
import json
import lzma
import os
import re
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.quality import Measure, Quality, Score, format_quality
from generator.tagging import Tagger
from generator.text import digest
from generator.vocabulary import parse_vocabulary

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
DAY = re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2}")
FEW = 3
"""Tags on fewer papers than these say nothing about a mean."""

MEASURED = {
    "Papers that nobody had looked at": ROOT / "benchmarks" / "tags-held-out.jsonl",
    "Papers that the rules were written with": SHARED / "gold" / "tags-dev.jsonl",
}
"""Labels by what they are, in the order in which the site shows them."""


@dataclass(frozen=True, slots=True)
class Label:
    """A paper and the tags that a reader gave it."""

    title: str
    tags: frozenset[str]
    source: str


@dataclass(slots=True)
class Tally:
    """Right, wrong and missed decisions, by tag."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    papers: int = 0
    covered: int = 0

    def add(self, wanted: frozenset[str], found: frozenset[str]) -> None:
        """Count one paper."""
        self.papers += 1
        self.covered += bool(found)
        self.right.update(wanted & found)
        self.wrong.update(found - wanted)
        self.missed.update(wanted - found)

    def tag(self, key: str) -> Score:
        """Return how often a tag was right."""
        right, missed = self.right[key], self.missed[key]
        return _score(right, self.wrong[key], missed, right + missed)

    @property
    def micro(self) -> Score:
        """Over all decisions."""
        counts = (self.right.total(), self.wrong.total(), self.missed.total())
        return _score(*counts, self.papers)

    @property
    def tags(self) -> dict[str, Score]:
        """By tag, those that were wanted or found."""
        return {key: self.tag(key) for key in self.right | self.wrong | self.missed}

    @property
    def coverage(self) -> float:
        """Share of papers with a tag."""
        return self.covered / max(1, self.papers)

    def macro(self) -> tuple[float, int]:
        """Return the mean F1 of the tags on enough papers, and how many these are."""
        each = [score.f1 for score in self.tags.values() if score.papers >= FEW]
        return sum(each) / max(1, len(each)), len(each)

    def __str__(self) -> str:
        micro, (macro, tags) = self.micro, self.macro()
        return (
            f"{self.papers} papers, precision {micro.precision:.3f}, recall {micro.recall:.3f}, "
            f"micro F1 {micro.f1:.3f}, macro F1 {macro:.3f} ({tags} tags), "
            f"coverage {self.coverage:.3f}"
        )


def _score(right: int, wrong: int, missed: int, papers: int) -> Score:
    return Score(
        precision=right / max(1, right + wrong),
        recall=right / max(1, right + missed),
        f1=2 * right / max(1, 2 * right + wrong + missed),
        papers=papers,
    )


def fold(title: str) -> str:
    """Return what two writings of one title share."""
    return re.sub(r"[\W_]", "", title.casefold())


def read_labels(path: Path) -> list[Label]:
    """Return the labels of a file, in its order."""
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Label(r["title"], frozenset(r["tags"]), r.get("source", "")) for r in records]


def read_texts(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield titles and abstracts from files and folders."""
    for path in paths:
        if path.is_dir():
            yield from read_texts(sorted(path.iterdir()))
        elif path.name.endswith(".txt"):
            yield from read_dump(path.read_text("utf-8"))
        elif path.name.endswith(".tar.xz"):
            with tarfile.open(path) as archive:
                for member in archive:
                    file = archive.extractfile(member)
                    if file and member.name.endswith(".txt"):
                        yield from read_dump(file.read().decode())
        elif path.name.endswith(".jsonl.xz"):
            with lzma.open(path, "rt", encoding="utf-8") as lines:
                for record in map(json.loads, lines):
                    yield record["title"], " ".join(record["abstract"].split())


def read_dump(text: str) -> Iterator[tuple[str, str]]:
    """Yield titles and abstracts: the blocks after the line with the day, two by two."""
    lines = text.splitlines()
    day = next((n for n, line in enumerate(lines) if DAY.fullmatch(line.strip())), len(lines))
    body = "\n".join(line.strip() for line in lines[day + 1 :])
    blocks = [block.replace("\n", " ") for block in body.split("\n\n") if block.strip()]
    yield from zip(blocks[::2], blocks[1::2], strict=False)


def texts_of(labels: Iterable[Label], paths: Iterable[Path]) -> dict[str, str]:
    """Return the abstracts of labelled papers, by folded title."""
    wanted = {fold(label.title) for label in labels}
    found = ((fold(title), abstract) for title, abstract in read_texts(paths))
    return {title: abstract for title, abstract in found if title in wanted}


def tally(tagger: Tagger, labels: Iterable[Label], texts: Mapping[str, str]) -> Tally:
    """Return how a vocabulary did on the labelled papers that have a text."""
    total = Tally()
    for label in labels:
        abstract = texts.get(fold(label.title))
        if abstract is not None:
            hits = tagger.tag(label.title, abstract)
            total.add(label.tags, frozenset(hit.key for hit in hits))
    return total


def measure(
    name: str, tagger: Tagger, labels: Iterable[Label], texts: Mapping[str, str]
) -> Measure:
    """Return the figures over one set of labels, as the site shows them."""
    total = tally(tagger, labels, texts)
    print(f"{name}: {total}")
    return Measure(
        name=name,
        micro=total.micro,
        macro=round(total.macro()[0], 4),
        coverage=round(total.coverage, 4),
        tags=total.tags,
    )


def measure_all(vocabulary: str, tagger: Tagger, paths: Iterable[Path]) -> Quality:
    """Return the figures over both sets of labels; a vocabulary is given as its text."""
    sets = {name: read_labels(path) for name, path in MEASURED.items()}
    texts = texts_of([label for labels in sets.values() for label in labels], paths)
    return Quality(
        vocabulary=digest(vocabulary),
        measures=tuple(measure(name, tagger, labels, texts) for name, labels in sets.items()),
    )


def print_tags(total: Tally, keys: Iterable[str]) -> None:
    """Print a line for each tag that was wanted or found."""
    for key in keys:
        if score := total.tags.get(key):
            print(
                f"  {key:34} precision {score.precision:.2f}  recall {score.recall:.2f}  "
                f"F1 {score.f1:.2f}  ({total.right[key]} right, {total.wrong[key]} wrong, "
                f"{total.missed[key]} missed)"
            )


def print_speed(tagger: Tagger, labels: Iterable[Label], texts: Mapping[str, str]) -> None:
    """Print how many papers are tagged a second of this process's time on the processor."""
    papers = [
        (label.title, texts[fold(label.title)]) for label in labels if fold(label.title) in texts
    ]
    papers *= max(1, 2000 // max(1, len(papers)))
    start = time.process_time()
    for title, abstract in papers:
        tagger.tag(title, abstract)
    print(f"speed: {len(papers) / (time.process_time() - start):.0f} papers a second")


def print_scores(tagger: Tagger, options: argparse.Namespace, keys: Iterable[str]) -> None:
    """Print how a vocabulary did on the labels that were asked for."""
    labels = read_labels(options.labels)
    texts = texts_of(labels, options.texts)
    total = tally(tagger, labels, texts)
    print(f"all: {total}; {len(labels) - total.papers} without a text")
    for source in sorted({label.source for label in labels}):
        own = [label for label in labels if label.source == source]
        print(f"{source}: {tally(tagger, own, texts)}")
    if options.tags:
        print_tags(total, keys)
    if options.speed:
        print_speed(tagger, labels, texts)


def read_options(arguments: list[str]) -> argparse.Namespace:
    """Return what was asked for; ends the program where that is not clear."""
    data = ROOT / "generator" / "data"
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("labels", type=Path, nargs="?")
    parser.add_argument(
        "--texts", type=Path, nargs="+", default=[SHARED / "dumps", SHARED / "corpus"]
    )
    parser.add_argument("--vocabulary", type=Path, default=data / "vocabulary.yml")
    parser.add_argument("--tags", action="store_true", help="print the figures of each tag")
    parser.add_argument("--speed", action="store_true", help="print papers a second")
    parser.add_argument(
        "--write",
        action="store_const",
        const=data / "quality.json",
        help="measure both sets of labels, and keep the figures that the site shows",
    )
    options = parser.parse_args(arguments)
    if not options.labels and not options.write:
        parser.error("expected LABELS.jsonl or --write")
    return options


def main(arguments: list[str]) -> int:
    """Read, tag, compare, print; or keep the figures."""
    options = read_options(arguments)
    text = options.vocabulary.read_text("utf-8")
    vocabulary, problems = parse_vocabulary(text, options.vocabulary.name)
    for problem in problems:
        print(problem, file=sys.stderr)
    tagger = Tagger(vocabulary)
    if options.labels:
        print_scores(tagger, options, vocabulary.tags)
    if options.write:
        quality = measure_all(text, tagger, options.texts)
        options.write.write_text(format_quality(quality), "utf-8")
    return 0


if __name__ == "__main__":
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # `head` has enough. What is still in the buffer must not fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)
