"""Archives of any size, made of dumps and kept, to be measured in copies."""

import datetime as dt
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from measuring import DAYBOOK, Ran, measured, run

ROOT = Path(__file__).resolve().parents[1]
SITE_URL = "https://example.net/papers/"
DAY = 70
"""Papers of a day's list."""
FRESH = 63
"""Those of them that were not listed before, the first day aside."""
MOST = 100_000
"""Papers that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where inputs come from, and where everything is kept."""

    make_dumps: Path
    """A script that writes N papers as dumps: `make_dumps.py N OUT --start DAY`."""
    work: Path

    def archive(self, count: int, when: str) -> "Archive":
        """Return an archive of about this many papers, built; made where it is not there yet.

        `when` is the day that is held back: "newest", the one after all others; "december", the
        same, on the 30th of December; "first-month", one in the middle of the archive's first
        month; or "exact", none, and the archive holds just this many papers.
        """
        found = Archive(folder=self.work / f"{count}-{when}")
        found.folder.mkdir(parents=True, exist_ok=True)
        if not (found.folder / "promised").exists():
            shutil.rmtree(found.folder)
            found.folder.mkdir()
            self.promise(found, count, when)
        built = found.folder / "built"
        if not built.exists() or built.read_text() != engine():
            found.build_twice()
            built.write_text(engine())
        return found

    def promise(self, archive: "Archive", count: int, when: str) -> None:
        """Write the dumps, take in all but the two that are held back, and note which these are."""
        papers, days = (count, 0) if when == "exact" else with_one_more(count)
        start = dt.date(2020, 1, 1)
        if when == "december":
            start = dt.date(2024, 12, 30) - dt.timedelta(days=days - 1)
        dumps = archive.folder / "dumps"
        command = [sys.executable, str(self.make_dumps), str(papers), str(dumps)]
        subprocess.run([*command, "--start", str(start)], check=True)
        files = sorted(dumps.iterdir())
        last = 15 if when == "first-month" else len(files)
        held = files[last - 2 : last] if days else []
        run("new", archive.pristine, "--url", SITE_URL)
        run("add", "-C", archive.pristine, *(path for path in files if path not in held))
        names = "".join(f"{path.name}\n" for path in held)
        (archive.folder / "promised").write_text(names)


def with_one_more(count: int) -> tuple[int, int]:
    """Return how many papers, and days, make an archive of this many and one day more.

    All days are full: the archive has up to 62 papers fewer than wanted, or what there is.
    """
    days = min((count - DAY) // FRESH + 2, (MOST - DAY) // FRESH + 1)
    return DAY + FRESH * (days - 1), days


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive to be measured, as it was left by its last build but one day."""

    folder: Path

    @property
    def pristine(self) -> Path:
        """Its folder as it was kept, never to be built in: see `copy`."""
        return self.folder / "kept"

    @property
    def live(self) -> Path:
        """Where it is built, always: what a build knows of the one before may hold for one path."""
        return self.folder / "archive"

    @property
    def held(self) -> list[Path]:
        """The two dumps that are held back: one for a build before, one to be measured."""
        names = (self.folder / "promised").read_text().split()
        return [self.folder / "dumps" / name for name in names]

    @property
    def papers(self) -> int:
        """How many papers it holds."""
        return sum('"kind": "paper"' in line for line in ledger(self.pristine))

    def build_twice(self) -> None:
        """Build it as it is on any day: a first time, and once more with the day before."""
        root = self.copy()
        forget(root)
        build(root)
        if self.held:
            run("add", "-C", root, self.held[0])
            build(root)
        shutil.rmtree(self.pristine)
        root.rename(self.pristine)

    def copy(self) -> Path:
        """Return a fresh copy of it, with its caches, its links and its times."""
        shutil.rmtree(self.live, ignore_errors=True)
        subprocess.run(["cp", "-a", self.pristine, self.live], check=True)
        # Else the disk would still be at it while a build is measured.
        os.sync()
        return self.live

    def one_more_day(self) -> tuple[Path, Ran]:
        """Add the day that was held back to a fresh copy, and build; return the copy too."""
        root = self.copy()
        run("add", "-C", root, self.held[1])
        return root, build(root)


def ledger(root: Path) -> list[str]:
    """Return the lines of an archive's ledger."""
    return (root / "dumps" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()


def forget(root: Path) -> None:
    """Remove what builds have left: caches, pages (a human wrote none), sites."""
    for folder in (root / "docs", root / ".cache", root / "site", *root.glob(".site*")):
        shutil.rmtree(folder, ignore_errors=True)


def build(root: Path, *, memory: bool = False) -> Ran:
    """Build an archive, and return what that took."""
    return measured([DAYBOOK, "build", "-C", root], memory=memory).well()


def whole_build(root: Path) -> Ran:
    """Build from dumps, where nothing is known from before; return what that took."""
    forget(root)
    return build(root, memory=True)


def engine() -> str:
    """Return the digest of all that a build depends on here."""
    found = hashlib.sha256()
    for folder in ("generator", "overrides"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                found.update(f"{path.relative_to(ROOT)}\n".encode())
                found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
