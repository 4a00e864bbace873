"""How many papers a second are restored, cleaned and tagged, on one core, and the memory it takes.

usage: texts.py DUMPS [--limit 10000]

DUMPS is a folder of dumps whose names begin with their day.
"""

import argparse
import hashlib
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from generator.cleaning import clean
from generator.decisions import NO_MEND
from generator.files import ENGINE
from generator.formulas import restore
from generator.model import Entry
from generator.parse import parse
from generator.tagging import Tagger
from generator.vocabulary import parse_vocabulary


def main() -> None:
    """Print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dumps", type=Path)
    parser.add_argument("--limit", type=int, default=10_000)
    args = parser.parse_args()
    entries = [entry for _, entry in zip(range(args.limit), read(args.dumps), strict=False)]
    path = ENGINE / "data" / "vocabulary.yml"
    tagger = Tagger(parse_vocabulary(path.read_text(encoding="utf-8"), path.name)[0])
    restore("")  # the model is loaded once
    timed("restored", entries, lambda entry: restore(entry.abstract))
    timed("cleaned", entries, lambda entry: clean(entry.abstract))
    timed("tagged", entries, lambda entry: tagger.tag(entry.title, entry.abstract))


def read(folder: Path) -> Iterator[Entry]:
    """Yield the entries of the dumps in a folder."""
    for path in sorted(folder.glob("**/*.txt")):
        raw = path.read_bytes()
        digest = hashlib.sha256(raw).hexdigest()
        reading = parse(raw, path=path.name, sha256=digest, year=None, mend=NO_MEND)
        yield from reading.dump.entries if reading.dump else ()


def timed(what: str, entries: Sequence[Entry], step: Callable[[Entry], object]) -> None:
    """Run a step over all entries; print papers a second of a processor, and peak memory."""
    before = peak()
    started = time.process_time()
    for entry in entries:
        step(entry)
    seconds = time.process_time() - started
    print(
        f"{what}: {len(entries) / seconds:,.0f} papers a second of a processor "
        f"({len(entries):,} in {seconds:.1f} s), memory grew by {peak() - before:,.0f} MB "
        f"to {peak():,.0f} MB"
    )


def peak() -> float:
    """Return the most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
