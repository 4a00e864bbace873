"""How a built site fares in a browser: Lighthouse, axe-core, and the bytes of a visit.

usage: look.py lighthouse|axe|bytes ARCHIVE --packages NODE_MODULES [ADDRESS ...]

`npm install lighthouse@12 axe-core` makes the folder NODE_MODULES. The archive's site/ is served
on loopback, gzipped. Without addresses: those kinds of page that the figures are wanted for.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from hosting import Host, hosted
from playwright.sync_api import Browser, Page, sync_playwright
from screenshots import FLAGS, SCHEMES, WIDTHS, kinds, newest_of

from generator.files import read_record

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
METRICS = (
    "largest-contentful-paint",
    "total-blocking-time",
    "cumulative-layout-shift",
    "total-byte-weight",
)
STATES = ("", "search", "keys")
"""What is open beside the page itself: the search's box with results, the list of keys."""


def main() -> None:
    """Print the figures that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["lighthouse", "axe", "bytes"])
    parser.add_argument("archive", type=Path)
    parser.add_argument("addresses", nargs="*")
    parser.add_argument("--packages", type=Path, help="the folder node_modules")
    parser.add_argument("--runs", type=int, default=1, help="of Lighthouse, a page: medians")
    args = parser.parse_intermixed_args()
    site = args.archive / "site"
    path = urlsplit(read_record(args.archive).settings.site_url).path or "/"
    with hosted(Host(site, path)) as host, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        print(f"Chromium {browser.version}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        if args.what == "axe":
            axe = (args.packages / "axe-core/axe.min.js").read_text(encoding="utf-8")
            print_complaints(browser, host, args.addresses or list(kinds(site)), axe)
        elif args.what == "bytes":
            print_bytes(browser, host, args.addresses or newest_of(site, "papers"))
        browser.close()
        if args.what == "lighthouse":
            judge(host, args.addresses or list(judged(site)), args.packages, args.runs)


def judged(site: Path) -> Iterator[str]:
    """Yield the addresses of the pages that Lighthouse judges."""
    yield ""
    for kind in ("days", "papers", "tags"):
        yield newest_of(site, kind)[0]
    yield from ("search/", "trends/")


# --- Lighthouse


def judge(host: Host, addresses: Sequence[str], packages: Path, runs: int) -> None:
    """Print what Lighthouse says of each page, as a phone on a slow line has it."""
    print(" | ".join(("page", *CATEGORIES, "LCP ms", "TBT ms", "CLS", "kB")))
    for address in addresses:
        reports = [lighthouse(host.base + address, packages) for _ in range(runs)]
        scores = [median(each.scores[name] for each in reports) for name in CATEGORIES]
        facts = [median(each.facts[name] for each in reports) for name in METRICS]
        cells = [*(f"{score:.0f}" for score in scores), f"{facts[0]:,.0f}", f"{facts[1]:,.0f}"]
        print(" | ".join((address or "home", *cells, f"{facts[2]:.3f}", f"{facts[3] / 1000:.1f}")))
        for fault in sorted({fault for each in reports for fault in each.faults}):
            print(f"    {fault}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What Lighthouse says of a page."""

    scores: Mapping[str, float]
    """Of 100, by category."""
    facts: Mapping[str, float]
    """Milliseconds, bytes, or a layout shift, by metric."""
    faults: tuple[str, ...]
    """What cost it points, performance aside."""


def lighthouse(url: str, packages: Path) -> Report:
    """Return what Lighthouse says of a page: a phone, a slow line, its own throttling."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        flags = (f"--chrome-flags=--headless=new {' '.join(FLAGS)}", "--quiet")
        output = (
            "--output=json",
            f"--output-path={out}",
            f"--only-categories={','.join(CATEGORIES)}",
        )
        subprocess.run(
            ["node", str(packages / "lighthouse/cli/index.js"), url, *flags, *output],
            check=True,
            env={**os.environ, "CHROME_PATH": shutil.which("chromium") or ""},
        )
        said = json.loads(out.read_text(encoding="utf-8"))
    audits = said["audits"]
    return Report(
        scores={name: 100 * (said["categories"][name]["score"] or 0) for name in CATEGORIES},
        facts={name: audits[name]["numericValue"] for name in METRICS},
        faults=tuple(
            f"{each['id']}: {audits[each['id']]['title']}"
            for name in CATEGORIES[1:]
            for each in said["categories"][name]["auditRefs"]
            if each["weight"]
            and (audits[each["id"]]["score"] or 0) < 1
            and audits[each["id"]]["scoreDisplayMode"] in {"binary", "numeric"}
        ),
    )


def median(values: Iterable[float]) -> float:
    """Return the middle of some figures."""
    return statistics.median(values)


# --- axe-core


def print_complaints(browser: Browser, host: Host, addresses: Sequence[str], axe: str) -> None:
    """Print what axe finds wrong with each page: two schemes, two widths, what can be open."""
    looked = found = 0
    for address, scheme, width in product(addresses, SCHEMES, WIDTHS):
        page = browser.new_page(
            viewport={"width": width, "height": 844},
            color_scheme="dark" if scheme == "dark" else "light",
            # A policy of the page's own would keep axe out.
            bypass_csp=True,
        )
        page.goto(host.base + address)
        page.wait_for_load_state("networkidle")
        for state in STATES:
            if not opened(page, state):
                continue
            looked += 1
            for fault in complaints(page, axe):
                found += 1
                print(f"{address or 'home'} {scheme} {width} {state}: {fault}", flush=True)
        page.close()
    print(f"{looked} looks at {len(addresses)} pages: {found} complaints")


def opened(page: Page, state: str) -> bool:
    """Open what is to be looked at; return whether this page has it."""
    if state == "search":
        if not page.locator("db-search-box").count():
            return False
        page.keyboard.press("/")
        page.keyboard.type("model")
        page.wait_for_selector("db-search-box [role=option]")
    elif state == "keys":
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.locator("main").click(position={"x": 2, "y": 2})
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open]")
    return True


def complaints(page: Page, axe: str) -> list[str]:
    """Return what axe finds wrong with the page as it is open."""
    page.evaluate(axe)
    violations = page.evaluate("axe.run().then(({ violations }) => violations)")
    return [f"{each['id']}: {node['html'][:160]}" for each in violations for node in each["nodes"]]


# --- bytes


def print_bytes(browser: Browser, host: Host, addresses: Sequence[str]) -> None:
    """Print what the first page of a visit asks for, and what the second one does."""
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 844})
    for name, address in zip(("cold", "warm"), addresses, strict=False):
        page = context.new_page()
        page.goto(host.base + address)
        page.wait_for_load_state("networkidle")
        host.settle()
        sent = host.taken()
        print(f"{name}: {address}: {sum(size for _, size in sent):,} bytes, {len(sent)} answers")
        for path, size in sorted(sent, key=lambda each: -each[1]):
            print(f"    {size:>8,} {path}")
        page.close()
    context.close()


if __name__ == "__main__":
    main()
