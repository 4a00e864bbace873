"""What search costs and finds: building, bytes, known papers; and that it is Lunr's.

usage: python benchmarks/search.py PAPERS MAKE_DUMPS [--queries 1000] [--keep FOLDER]
                                                     [--whole] [--beside]

MAKE_DUMPS is a script that writes PAPERS papers as dumps: `make_dumps.py N OUT`. Prints figures;
bytes are gzipped, those of the scripts and of Lunr apart. `--beside` builds one index with lunr.py
in the same run. `--whole` compares 1,000 queries with one whole Lunr index too, which takes some
50 kB of memory a paper and more.
"""

import argparse
import gzip
import json
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import lunr
import mkdocs

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from test_search import check_parity, write_site

from generator import urls
from generator.cleaning import clean, clean_title, plain
from generator.decisions import NO_MEND
from generator.files import new_cache, open_cache
from generator.parse import parse
from generator.search import LUNR, Document, File, Kept, slices
from generator.vocabulary import parse_vocabulary

HERE = Path(__file__).parent
VOCABULARY = HERE.parent / "generator" / "data" / "vocabulary.yml"
DAY = 70
"""Papers of one more day."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and the paper that it looks for."""

    kind: str
    query: str
    address: str


def read_papers(folder: Path, count: int, make_dumps: Path) -> list[Document]:
    """Return so many papers as documents, with three tags of the vocabulary each, drawn by lot.

    Read and cleaned as in a build, but not tagged, which takes longer than all that is measured.
    """
    command = [sys.executable, str(make_dumps), str(count), str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    vocabulary, _ = parse_vocabulary(VOCABULARY.read_text("utf-8"), VOCABULARY.name)
    tags = tuple(vocabulary.tags.values())
    rng = random.Random(1)  # noqa: S311  # seeded, so that it is the same each time
    texts: dict[str, str] = {}
    days: dict[str, list[str]] = {}
    for path in sorted(folder.iterdir()):
        raw = path.read_bytes()
        year = int(path.name[:4])
        dump = parse(
            raw, path=path.name, sha256=sha256(raw).hexdigest(), year=year, mend=NO_MEND
        ).dump
        for entry in dump.entries if dump else ():
            texts.setdefault(entry.title, entry.abstract)
            days.setdefault(entry.title, []).append(path.name[:10])
    return [
        Document(
            number=at,
            address=urls.paper(urls.slugs(title)[0]),
            title=clean_title(title),
            text=clean(text),
            tags=tuple(rng.sample(tags, 3)),
            days=tuple(sorted({*days[title]})),
            code="github.com" in text,
        )
        for at, (title, text) in enumerate(texts.items())
    ]


def timed(make: Callable[[], tuple[File | Kept, ...]]) -> tuple[tuple[File | Kept, ...], str]:
    """Return slices, and what making them took."""
    wall, own = time.monotonic(), time.process_time()
    made = make()
    return made, f"{time.monotonic() - wall:.1f} s ({time.process_time() - own:.1f} s of one core)"


def write(made: Iterable[File | Kept], folder: Path) -> int:
    """Write the files that are not there yet, and return how many."""
    written = 0
    for file in made:
        path = folder / file.path
        if file.path == "index.json" or not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
            written += 1
    return written


def build(found: Sequence[Document], data: Path) -> None:
    """Print what building takes, and write the slices."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        with new_cache(root, "search") as new:
            first, took = timed(lambda: tuple(slices(found[:-DAY], {}, new)))
            write(first, data)
        print(f"from nothing: {took}")
        started = time.monotonic()
        before = open_cache(root, "search")
        with new_cache(root, "search") as new:
            made, took = timed(lambda: tuple(slices(found, before, new)))
            written = write(made, data)
        seconds = time.monotonic() - started
        print(f"one more day: {took}; with {written} files written {seconds:.1f} s")
        print(f"cache: {sum(map(len, before.values())) / 1e6:.0f} MB")
        sizes_of(made)


def sizes_of(made: Iterable[File | Kept]) -> None:
    """Print how large the slices are."""
    sizes: dict[str, list[int]] = {}
    for file in made:
        size = len(gzip.compress(file.content, 6))
        sizes.setdefault(file.path.split("/")[0], []).append(size)
    for folder, each in sizes.items():
        print(f"  {folder}: {len(each):,} files, {sum(each):,} bytes, largest {max(each):,}")


def one_index(found: Sequence[Document]) -> None:
    """Print what one whole index by lunr.py takes, as a site without slices would ship it."""
    rows = [
        {"ref": str(each.number), "title": plain(each.title), "text": plain(each.text)}
        for each in found
    ]
    started, clock = time.monotonic(), time.process_time()
    index = lunr.lunr(ref="ref", fields=("title", "text"), documents=rows)
    content = json.dumps(index.serialize()).encode()
    took = f"{time.monotonic() - started:.1f} s, {time.process_time() - clock:.1f} s of a processor"
    print(
        f"one index by lunr.py: {took}, {len(content) / 1e6:.1f} MB, "
        f"gzipped {len(gzip.compress(content, 6)) / 1e6:.1f} MB"
    )


def known_items(papers: Sequence[Document], count: int) -> Iterator[Asked]:
    """Yield queries that look for a known paper."""
    rng = random.Random(1)  # noqa: S311  # seeded, so that it is the same each time
    frequency = Counter(word for each in papers for word in set(long_words(each.text)))
    for paper in rng.sample(papers, min(count, len(papers))):
        title = plain(paper.title)
        yield Asked("title", title, paper.address)
        kept = title.split()
        if len(kept) > 4:  # noqa: PLR2004  # so that three words are left
            for _ in range(2):
                kept.pop(rng.randrange(len(kept)))
            yield Asked("title without two words", " ".join(kept), paper.address)
        said = sorted(set(long_words(paper.text)), key=lambda word: (frequency[word], word))
        yield Asked("three rare words of the text", " ".join(said[:3]), paper.address)
        words = long_words(title) or ["model"]
        for length in (1, 2, 4):
            query = " ".join(rng.choices(words, k=length))
            yield Asked(f"{length} of the title's words", query, paper.address)


def long_words(text: str) -> list[str]:
    """Return the words of four letters and more."""
    return re.findall(r"[a-z]{4,}", text.lower())


def ask(site: Path, queries: Iterable[Asked]) -> list[dict[str, object]]:
    """Return what the worker's scripts say to queries, one after the other."""
    asked = site / "asked.json"
    asked.write_text(json.dumps([{"query": each.query} for each in queries]), "utf-8")
    scripts = site / "assets" / "javascripts" / "search"
    done = subprocess.run(
        ["node", str(HERE / "search.mjs"), scripts / "lunr.js", scripts, site / "search", asked],
        stdout=subprocess.PIPE,
        check=True,
    )
    answers: list[dict[str, object]] = json.loads(done.stdout)
    return answers


def finding(site: Path, papers: Sequence[Document], count: int) -> None:
    """Print what is found, at what place, for how many bytes."""
    queries = list(known_items(papers, count))
    random.Random(2).shuffle(queries)  # noqa: S311  # seeded
    by_kind: dict[str, list[tuple[int, dict[str, object]]]] = {}
    for each, answer in zip(queries, ask(site, queries), strict=True):
        addresses = answer["addresses"]
        assert isinstance(addresses, list)  # noqa: S101  # narrows what JSON held
        place = addresses.index(each.address) + 1 if each.address in addresses else 0
        by_kind.setdefault(each.kind, []).append((place, answer))
    for kind, found in sorted(by_kind.items()):
        first = sum(place == 1 for place, _ in found) / len(found)
        top = sum(place > 0 for place, _ in found) / len(found)
        print(f"{kind}: {len(found):,} queries, first {first:.1%}, in the first ten {top:.1%}")
        for name in ("first", "further", "files", "ms"):
            values = sorted(float(str(x[name])) for _, x in found if x[name] is not None)
            rank = int(len(values) * 0.95)
            print(f"  {name}: median {statistics.median(values):,.0f}, 95 % {values[rank]:,.0f}")


def scripts_size(site: Path) -> str:
    """Return what the scripts weigh."""
    folder = site / "assets" / "javascripts" / "search"
    own = sum(
        len(gzip.compress(path.read_bytes(), 6))
        for path in folder.glob("*.js")
        if path.name != "lunr.js"
    )
    lunr = len(gzip.compress((folder / "lunr.js").read_bytes(), 6))
    return f"scripts: {own:,} bytes, and Lunr {lunr:,}"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("papers", type=int)
    parser.add_argument("make_dumps", type=Path)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--beside", action="store_true")
    args = parser.parse_args()
    print(f"Python {platform.python_version()}, mkdocs {mkdocs.__version__}, {LUNR}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = read_papers(folder / "dumps", args.papers, args.make_dumps)
        print(f"{len(found):,} papers")
        site = write_site(folder / "site", [])
        build(found, site / "search")
        if args.beside:
            one_index(found)
        print(scripts_size(site))
        if args.queries:
            finding(site, found, args.queries)
        if args.whole:
            print(f"as the whole: {check_parity(folder / 'whole', found, 1000)}")
        if args.keep:
            shutil.copytree(site, args.keep)


if __name__ == "__main__":
    main()
