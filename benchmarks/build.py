"""Time and peak memory of taking in and building an archive, and whether a count is conserved.

usage: build.py DUMPS [--year YEAR] [--keep DIR]

DUMPS is a folder of dumps. Entries of the dumps must be listings of the papers plus entries that
problems name; the export is counted, not the build's own words.
"""

import argparse
import json
import tempfile
from pathlib import Path

from measuring import DAYBOOK, measured, run


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dumps", type=Path)
    parser.add_argument("--year")
    parser.add_argument("--keep", type=Path, help="an archive's folder to make and leave there")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = args.keep or Path(folder) / "archive"
        run("new", str(archive), "--url", "https://example.net/papers/")
        year = ("--year", args.year) if args.year else ()
        files = sorted(str(path) for path in args.dumps.glob("**/*.txt"))
        timed("add", "-C", str(archive), *year, *files)
        timed("build", "-C", str(archive), "--locked")
        timed("check", "-C", str(archive), "--site")
        papers = [json.loads(line) for line in run("export", "-C", str(archive)).splitlines()]
        listings = sum(len(paper["listings"]) for paper in papers)
        on_days = sum(len({each["day"] for each in paper["listings"]}) for paper in papers)
        entries = sum(entries_of(Path(path)) for path in files)
        days = {each["day"] for paper in papers for each in paper["listings"]}
        print(
            f"{len(files):,} dumps, {len(days):,} days, {len(papers):,} papers, "
            f"{on_days:,} papers on days, {listings:,} listings of {entries:,} entries"
        )
        files_built = sum(1 for path in (archive / "site").rglob("*") if path.is_file())
        size = sum(p.stat().st_size for p in (archive / "site").rglob("*") if p.is_file())
        print(f"site: {files_built:,} files, {size / 1e6:,.1f} MB")


def entries_of(path: Path) -> int:
    """Return how many entries a well-formed dump has, counted without our own reader."""
    blocks = [block for block in path.read_text(encoding="utf-8").split("\n\n") if block.strip()]
    head = next(n for n, block in enumerate(blocks) if len(block) <= 6 and block[-1].isdigit())  # noqa: PLR2004  # 'Mar 14'
    return (len(blocks) - head - 1) // 2


def timed(*words: str) -> None:
    """Run a command of ours; print its seconds, its peak memory and its last lines."""
    took = measured([DAYBOOK, *words], memory=True)
    print(
        f"daybook {words[0]}: {took.seconds:.1f} s ({took.processor:.1f} s of a processor), "
        f"peak {took.peak / 1e6:,.0f} MB, exit status {took.status}"
    )
    print("".join(f"  {line}\n" for line in took.said.splitlines()[-6:]), end="")


if __name__ == "__main__":
    main()
