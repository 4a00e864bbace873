"""What the search costs a reader in a real browser: bytes and waiting, beside Pagefind if wanted.

usage: python benchmarks/search_browser.py ARCHIVE [--queries 60] [--pagefind COMMAND] [--only TEXT]

Opens Chromium on the archive's site/ as served on loopback, gzipped. Queries come from the titles
of its papers, drawn by lot with a seed, and are asked in visits of six with an empty cache: the
first query's bytes have the scripts in them, the others' what they add. Time runs from the key to
painted results, so our own has in it the 60 ms for which the box waits for further keys. Bytes are
those of bodies; what the theme loads is left out.

COMMAND runs Pagefind, such as "python -m pagefind"; it indexes the same site into a folder of its
own, is asked the same queries through its API, and shows the first eight, as its own page elements
do. Pages are told to it by `--root-selector .md-content`, so that it need not index the navigation.

Conditions are those whose name has TEXT in it; all of them unless said. Chromium's own throttle of
the CPU reaches the page's thread and no worker. `all threads` pauses the page's whole process for
three quarters of the time instead; that is four times slower than a core of one's own.
"""

import argparse
import html
import os
import random
import re
import shlex
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hosting import Host, hosted
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
BASE = "/archive/"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
VISIT = 6
"""Queries of a visit."""
KEY = 120
"""Milliseconds from key to key: a quick typist's."""
TURN = 0.005
"""Seconds for which a slowed process runs before it is paused."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a reader's machine and line are like."""

    name: str
    slow_page: int = 1
    """How many times slower the page's own thread is, by Chromium's throttle."""
    slow_all: bool = False
    """Whether the whole process is four times slower."""
    line: bool = False
    """Whether the line has 10 Mbit/s and 50 ms."""


PLAIN = Condition("as it is")
CONDITIONS = (
    PLAIN,
    Condition("10 Mbit/s, 50 ms", line=True),
    Condition("CPU 4x slower, all threads", slow_all=True),
    Condition("CPU 4x slower, page's thread", slow_page=4),
)


@dataclass(frozen=True, slots=True)
class Engine:
    """A search and how it is asked."""

    name: str
    page: str
    owns: Callable[[str], bool]
    """Whether a path below the site belongs to it."""
    ask: Callable[[Page, str], float | None]
    """Milliseconds to the results of a query; nothing where none came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one query took."""

    query: str
    first: bool
    """Whether it was its visit's first."""
    ms: float | None
    bytes: int
    parts: Counter[str]


# --- serving


class SearchHost(Host):
    """Serves a site with what Pagefind made of it."""

    def __init__(self, site: Path, pagefind: Path) -> None:
        self.pagefind = pagefind
        super().__init__(site, BASE)

    def file(self, path: str) -> Path:
        """Return the file for a path below the site."""
        if path == "beside.html":
            return HERE / "search_browser.html"
        if path.startswith("pagefind/"):
            return self.pagefind / path.removeprefix("pagefind/")
        return super().file(path)

    def prepare(self) -> None:
        """Compress what the searches may ask for, so that no reader waits for that."""
        for folder, name in ((self.site / "search", "search/"), (self.pagefind, "pagefind/")):
            for path in folder.rglob("*"):
                if path.is_file():
                    self.body(name + path.relative_to(folder).as_posix())


# --- asking


def is_ours(path: str) -> bool:
    """Return whether a path is part of our search: scripts, style or data."""
    data = path.startswith("search/") and path != "search/"
    return data or path.startswith(("assets/javascripts/search", "assets/stylesheets/search"))


def ask_ours(page: Page, query: str) -> float | None:
    """Put a query into the box at once, and return the milliseconds to its results."""
    box = page.locator(".db-box__input")
    box.focus()
    box.select_text()
    page.keyboard.insert_text(query)
    ms: float | None = page.evaluate("query => answerTo(query)", query)
    return ms


def ask_pagefind(page: Page, query: str) -> float | None:
    """Return the milliseconds to Pagefind's results."""
    ms: float | None = page.evaluate("query => ask(query)", query)
    return ms


OURS = Engine("ours", "", is_ours, ask_ours)
PAGEFIND = Engine(
    "Pagefind", "beside.html", lambda path: path.startswith("pagefind/"), ask_pagefind
)


def title_words(site: Path, rng: random.Random) -> Iterator[list[str]]:
    """Yield the words of papers' titles in an order drawn by lot; titles with formulas are not."""
    folders = sorted(path for path in (site / "papers").iterdir() if path.is_dir())
    rng.shuffle(folders)
    for folder in folders:
        page = (folder / "index.html").read_text("utf-8")
        found = re.search(r'<h1 id="title">([^<]+)</h1>', page)
        words = html.unescape(found[1]).split() if found else []
        if len(set(long_words(words))) >= 4:  # noqa: PLR2004  # what the longest kind needs
            yield words


def long_words(words: Sequence[str]) -> list[str]:
    """Return the words of four letters and more, in small letters."""
    return re.findall(r"[a-z]{4,}", " ".join(words).lower())


def draw(site: Path, count: int) -> list[tuple[str, str]]:
    """Return so many queries with their kind, in turn: one word, two, four, and half a title."""
    rng = random.Random(1)  # noqa: S311  # seeded, so that it is the same each time
    drawn: list[tuple[str, str]] = []
    for words, at in zip(title_words(site, rng), range(count), strict=False):
        size = (1, 2, 4, 0)[at % 4]
        if size:
            query = " ".join(rng.sample(sorted(set(long_words(words))), size))
            drawn.append((f"{size} words", query))
        else:
            drawn.append(("half a title", " ".join(words[: (len(words) + 1) // 2])))
    return drawn


@contextmanager
def visit(
    browser: Browser, host: SearchHost, engine: Engine, condition: Condition
) -> Iterator[Page]:
    """Give a page, loaded with an empty cache, under a condition."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(path=HERE / "search_browser.js")
    page = context.new_page()
    host.taken()
    page.goto(host.base + engine.page, wait_until="load")
    host.settle()
    control = context.new_cdp_session(page)
    if condition.slow_page > 1:
        control.send("Emulation.setCPUThrottlingRate", {"rate": condition.slow_page})
    if condition.line:
        rate = {"downloadThroughput": 1_250_000, "uploadThroughput": 1_250_000}
        control.send("Network.enable")
        control.send("Network.emulateNetworkConditions", {"offline": False, "latency": 50, **rate})
    if condition.slow_all:
        with paused(renderers(browser)):
            yield page
    else:
        yield page
    context.close()


def renderers(browser: Browser) -> list[int]:
    """Return the processes of a browser's pages."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return [each["id"] for each in processes if each["type"] == "renderer"]


@contextmanager
def paused(processes: Sequence[int]) -> Iterator[None]:
    """Let processes run for a quarter of the time only."""
    done = threading.Event()

    def send(what: signal.Signals) -> None:
        for each in processes:
            with suppress(ProcessLookupError):
                os.kill(each, what)

    def pace() -> None:
        while not done.is_set():
            started = time.monotonic()
            time.sleep(TURN)
            send(signal.SIGSTOP)
            # A busy machine wakes this thread late: what ran longer is paused longer.
            time.sleep(3 * (time.monotonic() - started))
            send(signal.SIGCONT)

    thread = threading.Thread(target=pace)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def ask_all(
    browser: Browser, host: SearchHost, engine: Engine, condition: Condition, queries: Sequence[str]
) -> Iterator[Answer]:
    """Yield what each query took, in visits."""
    for start in range(0, len(queries), VISIT):
        with visit(browser, host, engine, condition) as page:
            for query in queries[start : start + VISIT]:
                ms = engine.ask(page, query)
                host.settle()
                sent = [each for each in host.taken() if engine.owns(each[0])]
                yield Answer(
                    query,
                    query is queries[start],
                    ms,
                    sum(size for _, size in sent),
                    parts(sent),
                )


def parts(sent: Sequence[tuple[str, int]]) -> Counter[str]:
    """Return bytes by kind of file."""
    found: Counter[str] = Counter()
    for path, size in sent:
        folder, _, rest = path.partition("/")
        if folder == "assets":
            kind = "scripts and style" if not path.endswith("lunr.js") else "Lunr"
        elif folder == "search":
            kind = rest.split("/")[0]
        else:
            kind = Path(rest).suffix
        found[kind] += size
    return found


# --- typing


@dataclass(slots=True)
class Typed:
    """What typing letter by letter took."""

    keys: int = 0
    answered: list[float] = field(default_factory=list)
    """Milliseconds of the keys whose results came before the next key."""
    last: list[float] = field(default_factory=list)
    """Milliseconds of each query's last key."""
    long: list[float] = field(default_factory=list)
    further: list[Counter[str]] = field(default_factory=list)
    """Bytes of each query but a visit's first, by kind of file."""


def type_all(
    browser: Browser, host: SearchHost, condition: Condition, queries: Sequence[str]
) -> Typed:
    """Type queries into the box, in visits."""
    typed = Typed()
    for start in range(0, len(queries), VISIT):
        with visit(browser, host, OURS, condition) as page:
            page.evaluate("measured.long.length = 0")
            for at, query in enumerate(queries[start : start + VISIT]):
                ms = type_one(page, query)
                typed.last += [] if ms is None else [ms]
                typed.keys += len(query)
                host.settle()
                sent = [each for each in host.taken() if is_ours(each[0])]
                typed.further += [parts(sent)] if at else []
            answered: list[float] = page.evaluate("measured.answered.map((each) => each.ms)")
            long: list[float] = page.evaluate("measured.long")
            typed.answered += answered
            typed.long += long
    return typed


def type_one(page: Page, query: str) -> float | None:
    """Type a query key by key, and return the milliseconds from the last one to its results."""
    box = page.locator(".db-box__input")
    box.fill("")
    box.press_sequentially(query, delay=KEY)
    ms: float | None = page.evaluate("query => answerTo(query)", query)
    return ms


# --- telling


def index(command: str, site: Path, out: Path) -> None:
    """Let Pagefind index a site, and print what that took."""
    selector = ("--root-selector", ".md-content", "--output-path", str(out))
    started = time.monotonic()
    done = subprocess.run(
        [*shlex.split(command), "--site", str(site), *selector],
        check=True,
        capture_output=True,
        text=True,
    )
    took = time.monotonic() - started
    said = " ".join(re.findall(r"Indexed \d+ \w+|Running Pagefind v\S+", done.stdout))
    files = [path for path in out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"Pagefind: {said}; built in {took:.1f} s; {len(files):,} files, {size / 1e6:.1f} MB")


def high(values: Sequence[float]) -> float:
    """Return what 95 % of the values are at or below."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


def spread(values: Sequence[float], unit: str) -> str:
    """Return the median and the 95th percentile in words."""
    if not values:
        return "none"
    return f"{statistics.median(values):,.0f} / {high(values):,.0f} {unit}"


def tell(engine: Engine, condition: Condition, answers: Sequence[Answer]) -> None:
    """Print a line of the table."""
    cells = [f"{engine.name:<8}", f"{condition.name:<28}"]
    for first in (True, False):
        these = [each for each in answers if each.first == first]
        cells.append(f"{spread([each.bytes / 1000 for each in these], 'kB'):>16}")
        times = [each.ms for each in these if each.ms is not None]
        cells.append(f"{spread(times, 'ms'):>18}")
    unanswered = sum(each.ms is None for each in answers)
    cells.append(f"{unanswered:>4}")
    cells.append(f"{os.getloadavg()[0]:.1f}")
    print(" | ".join(cells), flush=True)


def tell_parts(engine: Engine, answers: Sequence[Answer]) -> None:
    """Print what the bytes are, on average."""
    for first in (True, False):
        means = mean([each.parts for each in answers if each.first == first])
        print(f"  {engine.name}, {'first' if first else 'further'} query, mean kB: {means}")


def mean(these: Sequence[Counter[str]]) -> str:
    """Return kilobytes by kind of file, on average, in words."""
    total = sum(these, Counter[str]())
    return ", ".join(f"{k} {v / len(these) / 1000:.1f}" for k, v in total.most_common())


def tell_kinds(engine: Engine, answers: Sequence[Answer], drawn: Sequence[tuple[str, str]]) -> None:
    """Print the further queries by their kind."""
    for kind in dict.fromkeys(kind for kind, _ in drawn):
        asked = {query for each, query in drawn if each == kind}
        these = [each for each in answers if each.query in asked and not each.first]
        sizes = spread([each.bytes / 1000 for each in these], "kB")
        times = spread([each.ms for each in these if each.ms is not None], "ms")
        print(f"  {engine.name}, further, {kind}: {sizes}, {times}")


def tell_typed(condition: Condition, typed: Typed) -> None:
    """Print what typing took."""
    sizes = spread([each.total() / 1000 for each in typed.further], "kB")
    print(
        f"  typing, {condition.name}: {typed.keys} keys, with results before the next key for "
        f"{len(typed.answered)}: {spread(typed.answered, 'ms')}; after a query's last key "
        f"{spread(typed.last, 'ms')}; further queries {sizes}, on average "
        f"{mean(typed.further)}; tasks over 50 ms: "
        f"{len(typed.long)}, longest {max(typed.long, default=0):.0f} ms; "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def measure(
    browser: Browser,
    host: SearchHost,
    engines: Sequence[Engine],
    drawn: Sequence[tuple[str, str]],
    conditions: Sequence[Condition],
) -> None:
    """Print the tables."""
    queries = [query for _, query in drawn]
    print("median / 95 %: first query's bytes and time, further queries', unanswered, load")
    plain: list[tuple[Engine, list[Answer]]] = []
    for condition in conditions:
        for engine in engines:
            answers = list(ask_all(browser, host, engine, condition, queries))
            tell(engine, condition, answers)
            plain += [(engine, answers)] if condition is PLAIN else []
        tell_typed(condition, type_all(browser, host, condition, queries[::5]))
    for engine, answers in plain:
        tell_parts(engine, answers)
        tell_kinds(engine, answers, drawn)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--pagefind", default="", help="the command that runs it")
    parser.add_argument("--only", default="", help="part of the names of the conditions wanted")
    args = parser.parse_args()
    site = args.archive / "site"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        pagefind = Path(folder) / "pagefind"
        if args.pagefind:
            index(args.pagefind, site, pagefind)
        host = SearchHost(site, pagefind)
        host.prepare()
        with hosted(host):
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            drawn = draw(site, args.queries)
            papers = sum(1 for path in (site / "papers").iterdir() if path.is_dir())
            machine = f"Chromium {browser.version}, {os.cpu_count()} cores"
            print(f"{papers:,} papers, {len(drawn)} queries, {machine}")
            engines = (OURS, PAGEFIND) if args.pagefind else (OURS,)
            conditions = [each for each in CONDITIONS if args.only in each.name]
            measure(browser, host, engines, drawn, conditions)
            browser.close()


if __name__ == "__main__":
    main()
