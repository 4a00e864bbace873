"""Print how well a vocabulary's rules agree with labels set by reading the papers.

usage: score_vocabulary.py LABELS.jsonl [--texts PATH ...] [--vocabulary FILE] [--tags] [--speed]

LABELS is a line a paper: {"title", "tags": [key, ...], "source"}. The abstracts are found by title
in the texts: dumps (.txt), archives of dumps (.tar.xz), records with title and abstract
(.jsonl.xz), or folders of these. Papers without a text are counted and left out.

micro: over all decisions about a paper and a tag. macro: the mean F1 of the tags that at least
3 papers carry. coverage: the share of papers with at least one predicted tag.
"""

import argparse
import json
import lzma
import re
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.tagging import Tagger
from generator.vocabulary import parse_vocabulary

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
DAY = re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2}")
FEW = 3
"""Tags on fewer papers than these say nothing about a mean."""


@dataclass(frozen=True, slots=True)
class Label:
    """A paper and the tags that a reader gave it."""

    title: str
    tags: frozenset[str]
    source: str


@dataclass(slots=True)
class Score:
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

    def __str__(self) -> str:
        right, wrong, missed = self.right.total(), self.wrong.total(), self.missed.total()
        each = [
            _f1(self.right[tag], self.wrong[tag], self.missed[tag])
            for tag in self.right | self.missed
            if self.right[tag] + self.missed[tag] >= FEW
        ]
        return (
            f"{self.papers} papers, precision {right / max(1, right + wrong):.3f}, "
            f"recall {right / max(1, right + missed):.3f}, "
            f"micro F1 {_f1(right, wrong, missed):.3f}, "
            f"macro F1 {sum(each) / max(1, len(each)):.3f} ({len(each)} tags), "
            f"coverage {self.covered / max(1, self.papers):.3f}"
        )


def _f1(right: int, wrong: int, missed: int) -> float:
    return 2 * right / max(1, 2 * right + wrong + missed)


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


def score(tagger: Tagger, labels: Iterable[Label], texts: Mapping[str, str]) -> Score:
    """Return the score of a vocabulary over the labelled papers that have a text."""
    total = Score()
    for label in labels:
        abstract = texts.get(fold(label.title))
        if abstract is not None:
            hits = tagger.tag(label.title, abstract)
            total.add(label.tags, frozenset(hit.key for hit in hits))
    return total


def print_tags(total: Score, keys: Iterable[str]) -> None:
    """Print a line for each tag that was wanted or found."""
    for key in keys:
        right, wrong, missed = total.right[key], total.wrong[key], total.missed[key]
        if right + wrong + missed:
            print(
                f"  {key:34} precision {right / max(1, right + wrong):.2f}  "
                f"recall {right / max(1, right + missed):.2f}  "
                f"F1 {_f1(right, wrong, missed):.2f}  "
                f"({right} right, {wrong} wrong, {missed} missed)"
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


def main(arguments: list[str]) -> int:
    """Read, tag, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("labels", type=Path)
    parser.add_argument(
        "--texts", type=Path, nargs="+", default=[SHARED / "dumps", SHARED / "corpus"]
    )
    parser.add_argument(
        "--vocabulary", type=Path, default=ROOT / "generator" / "data" / "vocabulary.yml"
    )
    parser.add_argument("--tags", action="store_true", help="print the figures of each tag")
    parser.add_argument("--speed", action="store_true", help="print papers a second")
    options = parser.parse_args(arguments)
    text = options.vocabulary.read_text("utf-8")
    vocabulary, problems = parse_vocabulary(text, options.vocabulary.name)
    for problem in problems:
        print(problem, file=sys.stderr)
    tagger = Tagger(vocabulary)
    labels = read_labels(options.labels)
    texts = texts_of(labels, options.texts)
    total = score(tagger, labels, texts)
    print(f"all: {total}; {len(labels) - total.papers} without a text")
    for source in sorted({label.source for label in labels}):
        own = [label for label in labels if label.source == source]
        print(f"{source}: {score(tagger, own, texts)}")
    if options.tags:
        print_tags(total, vocabulary.tags)
    if options.speed:
        print_speed(tagger, labels, texts)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
