"""How time, memory and bytes grow with the papers: docs/growth.md and its picture."""

import gzip
import json
import shutil
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from archives import Archive, Place, build, engine, whole_build
from measuring import load, python
from peers import prepare_hugo
from plot import Line, points, svg

from generator.check import sizes_in
from generator.weight import PAPER_PAGE, PARTS, SHARE_TO_WARN, SITE_LIMIT, at_most, part_of

DOCS = Path(__file__).resolve().parents[1] / "docs"
COUNTS = (1_000, 3_000, 10_000, 30_000, 100_000)
RUNS = 3
"""Of what takes seconds; a whole build runs once."""
LARGE = 40_000
"""Papers from which on everything runs once."""
PAGE = """\
# How an archive grows

For maintainers; this page is kept out of the public site. It is written by
`benchmarks/partitions.py growth`, never by hand.

![Seconds and megabytes over papers, both axes logarithmic](pictures/growth.svg)

{times}

Archives of real papers, 70 a day, a tenth of them listed before. A whole build starts from the
dumps and knows nothing from before. One more day adds a list after all others to a built archive;
`daybook add` is not counted. Hugo prints the same Markdown through templates with the same
elements (`benchmarks/hugo/`), always all of it; to read dumps, and to tag, relate and index papers,
is none of its work. Seconds are the wall's; a whole build ran once, and so did everything from
{large:,} papers on; all else is the median of {runs}. Memory is that of all processes together,
what they share counted once (PSS). {python}.

## Bytes

{sizes}

Parts in MB, not compressed. GitHub Pages takes 1 GB, not compressed: at the last row's bytes a
paper, 80 % of that is reached at about {room:,.0f} papers. [hosting.md](hosting.md) says where to
go then.

## How busy the machine was

{loads}
"""
PACKED = {".gz", ".png", ".woff2"}
"""What no server compresses once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What the files of a part weigh, in bytes."""

    plain: tuple[int, ...]
    """Of each file, sorted."""
    packed: tuple[int, ...]
    """The same as a server would send them: gzip, level 6."""


def weighed(site: Path) -> Iterator[tuple[str, Weighed]]:
    """Yield the parts of a site, those without a file left out; `paper pages` are the last."""
    found = []
    for name, plain in sizes_in(site):
        path = site / name
        packed = plain if path.suffix in PACKED else len(gzip.compress(path.read_bytes(), 6))
        found.append((name, plain, packed))
    for part in (*PARTS, "paper pages"):
        of = [each for each in found if belongs(each[0], part)]
        if of:
            yield (
                part,
                Weighed(
                    plain=tuple(sorted(each[1] for each in of)),
                    packed=tuple(sorted(each[2] for each in of)),
                ),
            )


def belongs(name: str, part: str) -> bool:
    """Return whether a file of the site is of a part."""
    if part == "paper pages":
        return PAPER_PAGE.fullmatch(name) is not None
    return part_of(name) == part


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """What was measured at one size."""

    papers: int
    pages: int
    whole: float
    """Seconds of a whole build."""
    peak: int
    """Bytes of memory of a whole build."""
    stages: dict[str, float]
    """Seconds of a whole build, by stage."""
    day: float
    """Seconds of a build after one more day, the median of the runs; so are the two that follow."""
    nothing: float
    hugo: float
    files: int
    plain: int
    """Bytes of the site."""
    packed: int
    """The same, gzipped."""
    parts: dict[str, int]
    """Bytes, by part."""
    page: float
    """Average bytes of a paper's page."""
    page_95: int
    """Bytes that 95 % of the papers' pages stay under."""
    load: str


def grown(archive: Archive) -> Grown:
    """Return what this archive takes; what was measured with this very engine is not again."""
    kept = archive.folder / f"growth-{engine()[:16]}.json"
    if kept.exists():
        return Grown(**json.loads(kept.read_text(encoding="utf-8")))
    runs = RUNS if archive.papers < LARGE else 1
    days = [archive.one_more_day() for _ in range(runs)]
    root = days[-1][0]
    idle = [build(root).seconds for _ in range(runs)]
    hugo = prepare_hugo(root, archive.folder / "hugo")
    theirs = [hugo.build().seconds for _ in range(runs)]
    shutil.rmtree(hugo.folder)
    whole = whole_build(root)
    site = dict(weighed(root / "site"))
    pages = site.pop("paper pages").plain
    found = Grown(
        papers=len(pages),
        pages=sum(1 for _ in (root / "site").rglob("*.html")),
        whole=whole.seconds,
        peak=whole.peak,
        stages=dict(whole.stages),
        day=statistics.median(ran.seconds for _, ran in days),
        nothing=statistics.median(idle),
        hugo=statistics.median(theirs),
        files=sum(len(each.plain) for each in site.values()),
        plain=sum(sum(each.plain) for each in site.values()),
        packed=sum(sum(each.packed) for each in site.values()),
        parts={name: sum(each.plain) for name, each in site.items()},
        page=sum(pages) / len(pages),
        page_95=at_most(0.95, pages),
        load=load(),
    )
    kept.write_text(json.dumps(asdict(found)), encoding="utf-8")
    return found


def write_growth(place: Place, most: int) -> None:
    """Measure archives of 1,000 papers up to `most`; write the page and its picture."""
    found = []
    for count in (each for each in COUNTS if each <= most):
        found.append(grown(place.archive(count, "newest")))
        print("\n".join(table(found)), flush=True)
    (DOCS / "growth.md").write_text(page(found), encoding="utf-8")
    (DOCS / "pictures" / "growth.svg").write_text(picture(found), encoding="utf-8")


def table(found: Sequence[Grown]) -> Iterator[str]:
    """Yield the lines of a table of times and memory."""
    yield "| papers | pages | whole build | peak memory | one more day | no change | Hugo, whole |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for each in found:
        yield (
            f"| {each.papers:,} | {each.pages:,} | {each.whole:,.1f} s | {each.peak / 1e6:,.0f} MB "
            f"| {each.day:,.1f} s | {each.nothing:,.1f} s | {each.hugo:,.1f} s |"
        )


def bytes_table(found: Sequence[Grown]) -> Iterator[str]:
    """Yield the lines of a table of files and bytes."""
    names = [name for name in PARTS if any(name in each.parts for each in found)]
    columns = ("papers", "files", "site", "gzipped", *names, "a paper's page", "95 % at most")
    yield f"| {' | '.join(columns)} |"
    yield f"| {' | '.join('---:' for _ in columns)} |"
    for each in found:
        parts = " | ".join(f"{each.parts.get(name, 0) / 1e6:,.1f}" for name in names)
        yield (
            f"| {each.papers:,} | {each.files:,} | {each.plain / 1e6:,.0f} MB "
            f"| {each.packed / 1e6:,.0f} MB | {parts} | {each.page:,.0f} B | {each.page_95:,} B |"
        )


def page(found: Sequence[Grown]) -> str:
    """Return docs/growth.md."""
    last = found[-1]
    return PAGE.format(
        times="\n".join(table(found)),
        sizes="\n".join(bytes_table(found)),
        runs=RUNS,
        large=LARGE,
        room=round(SHARE_TO_WARN * SITE_LIMIT / (last.plain / last.papers), -3),
        python=python(),
        loads="\n".join(f"- {each.papers:,} papers: {each.load}" for each in found),
    )


def picture(found: Sequence[Grown]) -> str:
    """Return docs/pictures/growth.svg."""
    seconds = {
        "whole build": [(x.papers, x.whole) for x in found],
        "one more day": [(x.papers, x.day) for x in found],
        "no change": [(x.papers, x.nothing) for x in found],
        "Hugo, whole": [(x.papers, x.hugo) for x in found],
    }
    sizes = {
        "site": [(x.papers, x.plain / 1e6) for x in found],
        "site, gzipped": [(x.papers, x.packed / 1e6) for x in found],
        "memory of a whole build": [(x.papers, x.peak / 1e6) for x in found],
    }
    panels = [
        (heading, [Line(name=name, points=points(rows)) for name, rows in of.items()])
        for heading, of in (("Seconds", seconds), ("Megabytes", sizes))
    ]
    return svg("Seconds and megabytes over papers", "papers", panels)
