"""How many papers find their record, how many of them a wrong one, and what that takes.

usage: enrich.py DUMPS RECORDS [--year YEAR] [--strip FILE] [--titles]

DUMPS is a folder of dumps, RECORDS a file of arXiv's metadata. FILE is a Python file whose
`hf_strip` does to an abstract what the list does; with it, whatever was found is judged by another
program than ours: a record is right where it prints the dump's very text. What it cannot judge is
printed. With --titles all pairs of titles are printed.
"""

import argparse
import hashlib
import json
import lzma
import runpy
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from measuring import DAYBOOK, measured, run

from generator.formulas import strip
from generator.matching import PROVED, likeness
from generator.text import fold

Record = Mapping[str, str]
Found = Mapping[str, str | None]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dumps", type=Path)
    parser.add_argument("records", type=Path)
    parser.add_argument("--year")
    parser.add_argument("--strip", type=Path)
    parser.add_argument("--titles", action="store_true")
    args = parser.parse_args()
    strips: Callable[[str], str] = (
        runpy.run_path(str(args.strip))["hf_strip"] if args.strip else strip
    )
    records: dict[str, Record] = {each["id"]: each for each in read(args.records)}
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive"
        run("new", str(archive), "--url", "https://example.net/papers/")
        year = ("--year", args.year) if args.year else ()
        files = sorted(str(path) for path in args.dumps.glob("**/*.txt"))
        timed("add", "-C", str(archive), *year, *files)
        metadata = archive / "dumps" / "metadata.jsonl"
        timed("enrich", "-C", str(archive), "--from", str(args.records))
        before = metadata.read_bytes()
        timed("enrich", "-C", str(archive), "--from", str(args.records))
        found = [json.loads(line) for line in before.splitlines()]
        print(f"a second time: {len(metadata.read_bytes()) - len(before)} bytes more")
        print(f"{len(found):,} papers, {len(before) / 1e6:.1f} MB, ", end="")
        print(f"{len(before) / len(found):.0f} bytes a paper")
        judge(found, records, entries_of(archive), strips, titles=args.titles)
    near_titles(records)


def judge(
    found: Iterable[Found],
    records: Mapping[str, Record],
    entries: Mapping[str, tuple[str, str]],
    strips: Callable[[str], str],
    *,
    titles: bool,
) -> None:
    """Print how many records print the dump's very text, and all that do not."""
    shared = Counter(fold(strips(each["title"])) for each in records.values())
    very = 0
    doubles = 0
    for line in found:
        title, text = entries[line["id"] or ""]
        record = records[line["arxiv"] or ""]
        same = strips(record["abstract"]).split() == text.split()
        very += same
        doubles += shared[fold(title)] > 1
        if titles or not same:
            alike = likeness(record["abstract"], text)
            print(f"{line['arxiv']} {alike:.2f}\n  {title}\n  {record['title']}")
    print(f"{very:,} with the dump's very text, {doubles:,} with a title that two records have")


def entries_of(archive: Path) -> dict[str, tuple[str, str]]:
    """Return title and text by an entry's id, read without our own reader."""
    entries = {}
    for path in archive.glob("dumps/**/*.txt"):
        raw = path.read_bytes()
        name = hashlib.sha256(raw).hexdigest()[:12]
        lines = raw.decode().split("\n")
        for at, line in enumerate(lines[:-2]):
            entries[f"{name}-{at + 1}"] = (line, lines[at + 2])
    return entries


def near_titles(records: Mapping[str, Record]) -> None:
    """Print how alike works are whose titles differ by one word: what a threshold must keep out."""
    by_rest: dict[str, set[str]] = defaultdict(set)
    titles = {number: fold(strip(each["title"])) for number, each in records.items()}
    for number, title in titles.items():
        words = title.split()
        for at in range(len(words)):
            by_rest[" ".join(words[:at] + words[at + 1 :])].add(number)
    pairs = {
        (one, other)
        for numbers in by_rest.values()
        if len(numbers) < 30  # noqa: PLR2004  # more share a phrase, not a title
        for one in numbers
        for other in numbers
        if one < other and titles[one] != titles[other]
    }
    alike = sorted(
        (likeness(records[one]["abstract"], strip(records[other]["abstract"])), one, other)
        for one, other in pairs
    )
    rows = Counter(int(each * 10) for each, _, _ in alike)
    told = ", ".join(f"{row / 10:.1f}: {rows[row]}" for row in sorted(rows))
    print(f"{len(alike)} pairs of titles that differ by a word, by likeness: {told}")
    for each, one, other in alike:
        if each >= PROVED:
            print(f"  {each:.2f} {records[one]['title']} | {records[other]['title']}")


def read(path: Path) -> Iterable[dict[str, str]]:
    """Yield the records of a file."""
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def timed(*words: str) -> None:
    """Run a command of ours; print its seconds, its peak memory and its last lines."""
    took = measured([DAYBOOK, *words], memory=True)
    print(
        f"daybook {words[0]}: {took.seconds:.1f} s ({took.processor:.1f} s of a processor), "
        f"peak {took.peak / 1e6:,.0f} MB, exit status {took.status}"
    )
    print("".join(f"  {line}\n" for line in took.said.splitlines()[-9:]), end="")


if __name__ == "__main__":
    main()
