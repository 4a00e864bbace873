"""What the Nu Html Checker says of all pages of built sites.

usage: valid.py --jar VNU.JAR SITE...

`npm install vnu-jar` brings the checker, which needs Java. A complaint is printed once, with how
many pages have it, the first of them, and what stands there. Exit status 1 where there is an error.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

FALSE = (
    # It does not know which host 'self' is.
    "Resource violates Content Security Policy (meta tag): external ",
    # It takes JSON-LD for a script; no browser runs it.
    "Inline script violates Content Security Policy (meta tag)",
)
"""How the warnings begin that are the checker's own mistakes under a policy like ours."""


@dataclass(frozen=True, slots=True, order=True)
class Complaint:
    """What the checker says of a page."""

    grade: str
    """`error` or `warning`."""
    message: str
    page: str
    line: int
    extract: str


def main() -> int:
    """Print what is complained of; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jar", type=Path, required=True)
    parser.add_argument("sites", type=Path, nargs="+")
    args = parser.parse_args()
    errors = 0
    for site in args.sites:
        found = sorted(complaints(args.jar, site))
        real = [each for each in found if not each.message.startswith(FALSE)]
        errors += sum(each.grade == "error" for each in real)
        pages = sum(1 for _ in site.rglob("*.html"))
        print(f"{site}: {pages:,} pages, {told(real)}; passed over: {len(found) - len(real):,}")
        for line in summary(real):
            print(line)
    return int(errors > 0)


def complaints(jar: Path, site: Path) -> Iterator[Complaint]:
    """Yield what the checker says of each page of a site, in its own order."""
    command = ["java", "-Xss8m", "-jar", str(jar), "--format", "json", "--skip-non-html", str(site)]
    # It ends with status 1 where it found something.
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    for each in json.loads(done.stderr)["messages"]:
        yield Complaint(
            grade="error" if each["type"] != "info" else each.get("subType", "info"),
            message=each["message"],
            page=each.get("url", "").partition(f"{site.name}/")[2],
            line=each.get("lastLine", 0),
            extract=" ".join(each.get("extract", "").split()),
        )


def told(found: Iterable[Complaint]) -> str:
    """Return how many complaints of each grade there are."""
    grades = [each.grade for each in found]
    return f"{grades.count('error'):,} errors, {grades.count('warning'):,} warnings"


def summary(found: Iterable[Complaint]) -> Iterator[str]:
    """Yield a line for each message of sorted complaints, with where it is met first."""
    for (grade, message), group in groupby(found, key=lambda each: (each.grade, each.message)):
        first, *others = group
        yield f"  {grade} ({1 + len(others):,} times): {message}"
        yield f"    {first.page}:{first.line}: {first.extract}"


if __name__ == "__main__":
    sys.exit(main())
