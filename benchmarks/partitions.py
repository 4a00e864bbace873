"""What building takes, beside Hugo and MkDocs; what a site weighs; what a killed build leaves.

usage: python benchmarks/partitions.py COMMAND N --make-dumps MAKE_DUMPS --work FOLDER [--runs 5]

    full        from docs/ to site/, nothing known from before: ours, Hugo, bare MkDocs
    navigation  the same with bare MkDocs and every page in its navigation: [--limit SECONDS]
    whole       from dumps to site, nothing known from before; with memory
    day         a build after one more day of 70 papers: [--december | --first-month]
    nothing     a build after no change
    size        what the site weighs, by part
    kills       builds killed (-9) at random moments
    growth      all of this from 1,000 papers to N: writes docs/growth.md and its picture

MAKE_DUMPS is a script that writes N papers as dumps: `make_dumps.py N OUT --start DAY`. Archives
are made in FOLDER once, and again when the engine has changed. Prints Markdown, and how busy the
machine was. Times are of the wall's clock, medians of the runs with the least and the most;
memory is PSS, added up over all processes of a build five times a second.
"""

import argparse
import random
import shutil
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from archives import Archive, Place, build, engine, forget, whole_build
from growth import Weighed, weighed, write_growth
from measuring import DAYBOOK, digest, load, measured, python, run
from peers import Hugo, compare, mkdocs, prepare_hugo

from generator.weight import at_most


def row(*cells: str) -> None:
    """Print a row of a Markdown table."""
    print(f"| {' | '.join(cells)} |", flush=True)


def head(*cells: str) -> None:
    """Print the head of a Markdown table, the first column words and the others figures."""
    row(*cells)
    row("---", *("---:" for _ in cells[1:]))


def middle(values: Sequence[float], unit: str = " s") -> str:
    """Return the median of the runs, between the least and the most.

    >>> middle([1.25, 1.0, 4.0])
    '1.25 s (1.00 to 4.00)'
    """
    return f"{statistics.median(values):.2f}{unit} ({min(values):.2f} to {max(values):.2f})"


def rendered(root: Path) -> float:
    """Return the seconds from docs/ to site/, where nothing is known from before.

    That is a whole build less what reads the dumps, writes docs/, and makes data and search: the
    start of Python, the keys of all pages and MkDocs's shells are counted in.
    """
    for folder in (root / ".cache", root / "site", *root.glob(".site*")):
        shutil.rmtree(folder, ignore_errors=True)
    done = build(root)
    return done.seconds - sum(done.stages[name] for name in ("read", "pages", "data", "search"))


def full(archive: Archive, runs: int) -> None:
    """Print what the way from docs/ to site/ takes: ours, Hugo and bare MkDocs by turns."""
    root = archive.copy()
    hugo = prepare_hugo(root, archive.folder / "hugo")
    ours, theirs, bare = [], [], []
    for _ in range(runs):
        ours.append(rendered(root))
        theirs.append(hugo.build().seconds)
        bare.append(mkdocs(root, archive.folder / "bare", navigation=False).seconds)
    print(f"{compare(root / 'docs', root / 'site', hugo.public)}\n")
    head("papers", "ours", "Hugo", "bare MkDocs", "ours to Hugo", "bare MkDocs to ours")
    row(
        f"{archive.papers:,}",
        *map(middle, (ours, theirs, bare)),
        middle([a / b for a, b in zip(ours, theirs, strict=True)], ""),
        middle([a / b for a, b in zip(bare, ours, strict=True)], ""),
    )


def navigation(archive: Archive, runs: int, limit: float) -> None:
    """Print what MkDocs takes for its default navigation, and without; with memory.

    Its time grows with the square of the pages: after `limit` seconds it is killed.
    """
    root = archive.copy()
    head("papers", "bare MkDocs", "seconds", "peak memory")
    for label, navigation in (
        ("every page in the navigation", True),
        ("navigation kept out", False),
    ):
        found = [
            mkdocs(root, archive.folder / "bare", navigation=navigation, memory=True, limit=limit)
            for _ in range(runs)
        ]
        peak = max(each.peak for each in found) / 1e6
        ended = all(each.status == 0 for each in found)
        took = middle([each.seconds for each in found]) if ended else f"more than {limit:,.0f} s"
        row(f"{archive.papers:,}", label, took, f"{peak:,.0f} MB")


def whole(archive: Archive, runs: int) -> None:
    """Print what a whole build takes, by stage, and its memory."""
    root = archive.copy()
    found = [whole_build(root) for _ in range(runs)]
    pages = sum(1 for _ in (root / "site").rglob("*.html"))
    stages = {
        name: statistics.median(each.stages[name] for each in found) for name in found[0].stages
    }
    seconds = statistics.median(each.seconds for each in found)
    head("papers", "pages", "whole build", "a page", "peak memory (PSS)", *stages)
    row(
        f"{archive.papers:,}",
        f"{pages:,}",
        middle([each.seconds for each in found]),
        f"{1000 * seconds / pages:.2f} ms",
        f"{max(each.peak for each in found) / 1e6:,.0f} MB",
        *(f"{each:.1f} s" for each in stages.values()),
    )


def day(archive: Archive, runs: int) -> None:
    """Print what one more day takes, and its ratio to a whole build of Hugo's."""
    ours, theirs, said = [], [], ""
    hugo: Hugo | None = None
    for _ in range(runs):
        root, ran = archive.one_more_day()
        hugo = hugo or prepare_hugo(root, archive.folder / "hugo")
        ours.append(ran.seconds)
        theirs.append(hugo.build().seconds)
        said = ran.said
    print(f"{said}\n{archive.held[1].name} is the day\n")
    head("papers", "one more day", "Hugo, whole", "ours to Hugo")
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    row(f"{archive.papers:,}", middle(ours), middle(theirs), middle(ratios, ""))


def nothing(archive: Archive, runs: int) -> None:
    """Print what a build takes after no change."""
    root = archive.copy()
    build(root)
    found = [build(root) for _ in range(runs)]
    print(f"{found[-1].said}\n")
    head("papers", "no change")
    row(f"{archive.papers:,}", middle([each.seconds for each in found]))


def size(archive: Archive, runs: int) -> None:
    """Print what the site weighs, by part."""
    del runs  # it weighs the same each time
    found = dict(weighed(archive.pristine / "site"))
    pages = found.pop("paper pages")
    print(f"{archive.papers:,} papers\n")
    head("part", "files", "MB", "MB gzipped")
    total = Weighed(
        plain=tuple(x for each in found.values() for x in each.plain),
        packed=tuple(x for each in found.values() for x in each.packed),
    )
    for name, each in (*found.items(), ("total", total)):
        sums = (sum(each.plain), sum(each.packed))
        row(name, f"{len(each.plain):,}", *(f"{sum_of / 1e6:,.1f}" for sum_of in sums))
    print()
    head("a paper's page", "average bytes", "95 % at most")
    for name, sizes in (("plain", pages.plain), ("gzipped", pages.packed)):
        row(name, f"{sum(sizes) / len(sizes):,.0f}", f"{at_most(0.95, sizes):,}")


def kills(archive: Archive, runs: int) -> None:
    """Kill builds at random moments, and print what was left and what the next build made.

    Every second time the children die too; else they are on their own, and go on for a while.
    """
    old = digest(archive.pristine / "site")
    root, ran = archive.one_more_day()
    print(f"unharmed: {ran.seconds:.1f} s", flush=True)
    forget(root)
    build(root)
    new = digest(root / "site")
    rng = random.Random(1)  # noqa: S311  # seeded, so that it is the same each time
    kept = swapped = right = finished = 0
    for number in range(runs):
        root = archive.copy()
        run("add", "-C", root, archive.held[1])
        moment = rng.uniform(0, ran.seconds)
        killed = measured(
            [DAYBOOK, "build", "-C", root], kill_after=moment, whole_group=bool(number % 2)
        )
        finished += killed.status == 0
        left = digest(root / "site") if (root / "site").is_dir() else "nothing"
        kept += left == old
        swapped += left == new
        build(root)
        now = digest(root / "site")
        right += now == new
        if left not in {old, new} or now != new:
            kept_for_a_look = root.rename(archive.folder / f"killed-{number}")
            print(f"killed after {moment:.2f} s: not what it should be; see {kept_for_a_look}")
    head("papers", "kills", "ended before", "old site whole", "new site whole", "next build right")
    row(f"{archive.papers:,}", *(f"{each}" for each in (runs, finished, kept, swapped, right)))


COMMANDS = {
    "full": full,
    "whole": whole,
    "day": day,
    "nothing": nothing,
    "size": size,
    "kills": kills,
}
LEAST = 1000
"""Papers: fewer do not fill the first month."""
RUNS = {"navigation": 1, "whole": 3, "day": 3, "kills": 20}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=(*COMMANDS, "navigation", "growth"))
    parser.add_argument("papers", type=int, metavar="N")
    parser.add_argument("--make-dumps", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--limit", type=float, default=600, metavar="SECONDS")
    when = parser.add_mutually_exclusive_group()
    when.add_argument(
        "--december", action="store_true", help="the day is a 30th of December, after all others"
    )
    when.add_argument(
        "--first-month", action="store_true", help="the day is in the archive's first month"
    )
    args = parser.parse_args()
    if args.papers < LEAST:
        parser.error(f"expected at least {LEAST:,} papers, got {args.papers}")
    place = Place(make_dumps=args.make_dumps.resolve(), work=args.work.resolve())
    print(f"{python()}, before: {load()}\n", flush=True)
    this = engine()
    if args.command == "growth":
        write_growth(place, args.papers)
    else:
        held = "exact"
        if args.command in {"day", "kills"}:
            held = "first-month" if args.first_month else "december" if args.december else "newest"
        runs = args.runs or RUNS.get(args.command, 5)
        archive = place.archive(args.papers, held)
        if args.command == "navigation":
            navigation(archive, runs, args.limit)
        else:
            COMMANDS[args.command](archive, runs)
    print(f"\nafter: {load()}")
    if engine() != this:
        sys.exit("the engine changed while it was measured: measure again")


if __name__ == "__main__":
    main()
