"""Make `generator/data/words.txt`: what words weigh when papers are compared.

    python benchmarks/learn_words.py CORPUS... > generator/data/words.txt

A corpus is a JSON-lines file of records with `title` and `abstract`, packed by xz, or a folder or
tar archive of dumps. A word that fewer papers hold weighs more: 16 times the natural logarithm of
papers per paper with the word, up to a cap, beyond which rarity says more about spelling than
about the subject. Only stems and weights get into the table.
"""

import json
import lzma
import sys
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import log
from pathlib import Path

from generator.decisions import NO_MEND
from generator.parse import parse
from generator.text import fold
from generator.vectors import Background, format_background, stems

UNIT = 16
CAP = 112
"""Weight of a word that one paper in 1,100 holds; rarer ones and all unknown weigh the same."""
COMMON = 0.2
"""A word in a larger share of all papers weighs nothing."""

COMMENT = """\
What words weigh when papers are compared: `weight: stems`, `*` for all that are not listed.
Made by benchmarks/learn_words.py from the words of {papers:,} abstracts on computing, of arXiv
and of daily lists: {unit} ln(papers / papers with the word), at most {cap}; 0 for
words in more than {common:.0%} of them. To change it changes what is related to what: be sparing.
"""


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the titles and abstracts of a corpus."""
    if path.name.endswith(".jsonl.xz"):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                yield record["title"], record["abstract"]
        return
    for name, raw in sorted(dumps(path)):
        reading = parse(raw, path=name, sha256="0" * 64, year=2000, mend=NO_MEND)
        for entry in reading.dump.entries if reading.dump else ():
            yield entry.title, entry.abstract


def dumps(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of dumps."""
    if path.is_dir():
        yield from ((file.name, file.read_bytes()) for file in path.rglob("*.txt"))
        return
    with tarfile.open(path) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content and member.name.endswith(".txt"):
                yield Path(member.name).name, content.read()


def holders(papers: Iterable[tuple[str, str]]) -> tuple[Counter[str], int]:
    """Return how many papers hold each stem, and how many papers there are; each title once."""
    found: Counter[str] = Counter()
    seen = set()
    for title, abstract in papers:
        if (name := fold(title)) not in seen:
            seen.add(name)
            found.update({*stems(title), *stems(abstract)})
    return found, len(seen)


def background(found: Mapping[str, int], papers: int) -> Background:
    """Return the table: only stems that weigh less than unknown words."""
    weights = {
        stem: 0 if count > COMMON * papers else round(UNIT * log(papers / count))
        for stem, count in found.items()
    }
    known = {stem: weight for stem, weight in weights.items() if weight < CAP}
    return Background(weights=known, unknown=CAP)


def main(paths: Iterable[Path]) -> None:
    """Print the table of these corpora."""
    found, papers = holders(text for path in paths for text in texts(path))
    comment = COMMENT.format(papers=papers, unit=UNIT, cap=CAP, common=COMMON)
    sys.stdout.write(format_background(background(found, papers), comment))


if __name__ == "__main__":
    main(map(Path, sys.argv[1:]))
