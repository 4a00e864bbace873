"""Pictures of a built site: each kind of page, at two widths, in light and dark.

usage: screenshots.py ARCHIVE OUT [ADDRESS ...]

Opens Chromium on the archive's site/ as served on loopback. Without addresses: one of each
kind of page, and a page that is not there.
"""

import argparse
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from generator.files import read_record
from generator.serving import server

WIDTHS = (390, 1440)
SCHEMES = ("light", "dark")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def main() -> None:
    """Take the pictures that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("addresses", nargs="*")
    parser.add_argument("--full", action="store_true", help="the whole page, not one screen")
    parser.add_argument("--only", default="", help="end of the names wanted, as 1440-light")
    args = parser.parse_intermixed_args()
    site = args.archive / "site"
    site_url = read_record(args.archive).settings.site_url
    served = server(site, site_url, 0)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{served.server_port}/" + site_url.split("/", 3)[3]
    args.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for address in args.addresses or kinds(site):
            for path in take(browser, base, address, args.out, full=args.full, only=args.only):
                print(path)
        browser.close()
    served.shutdown()


def kinds(site: Path) -> Iterator[str]:
    """Yield an address of each kind of page, as far as the site has one."""
    yield from ("", "days/", "papers/", "tags/", "tags/about/", "tags/untagged/")
    yield from ("trends/", "reading-list/", "search/", "feeds/", "data/", "about/", "no-such-page/")
    day, paper, tag = (newest_of(site, kind)[0] for kind in ("days", "papers", "tags"))
    name = day.split("/")[1]
    yield from (day, f"days/{name[:7]}/", f"days/{name[:4]}/", f"papers/{name[:7]}/", paper, tag)
    for pattern in ("areas/*", f"{tag}????", f"{tag}????-??"):
        if found := sorted(site.glob(f"{pattern}/index.html")):
            yield f"{found[-1].parent.relative_to(site).as_posix()}/"


def newest_of(site: Path, kind: str) -> list[str]:
    """Return the addresses of the newest day, of papers of its list, or of their tags."""
    day = max(path.name for path in (site / "days").glob("????-??-??"))
    if kind == "days":
        return [f"days/{day}/"]
    page = (site / "days" / day / "index.html").read_text(encoding="utf-8")
    found = re.findall(rf'"\.\./\.\./({kind}/[^"/]+/)"', page)
    return [each for each in dict.fromkeys(found) if (site / each / "index.html").is_file()]


def take(
    browser: Browser, base: str, address: str, out: Path, *, full: bool, only: str
) -> Iterator[Path]:
    """Write a page's pictures and yield their paths."""
    for scheme in SCHEMES:
        for width in WIDTHS:
            if not f"{width}-{scheme}".endswith(only):
                continue
            page = browser.new_page(
                viewport={"width": width, "height": 844 if width < 600 else 900},  # noqa: PLR2004  # a phone's
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page.goto(base + address)
            page.wait_for_load_state("networkidle")
            name = address.strip("/").replace("/", "-")[:40] or "home"
            path = out / f"{name}-{width}-{scheme}.png"
            page.screenshot(path=path, full_page=full)
            page.close()
            yield path


if __name__ == "__main__":
    main()
