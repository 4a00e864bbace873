"""Other builders over the same docs/: Hugo with templates of ours, MkDocs with Material alone."""

import os
import random
import re
import shutil
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import yaml
from measuring import Ran, measured

TEMPLATES = Path(__file__).with_name("hugo")
NEVER = "---\n_build: {render: never, list: never}\n---\n"
"""Keeps Hugo from making a page of a folder that is none of ours."""
OF_A_KIND = 20
"""Pages of each kind that are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hugo:
    """An archive's docs/, laid out for Hugo."""

    folder: Path
    env: dict[str, str]
    site_url: str

    def build(self, *, memory: bool = False) -> Ran:
        """Build the whole site anew, and return what that took."""
        shutil.rmtree(self.public, ignore_errors=True)
        command = ["hugo", "--quiet", "--source", str(self.folder)]
        return measured([*command, "--baseURL", self.site_url], memory=memory, env=self.env).well()

    @property
    def public(self) -> Path:
        """Where its site is."""
        return self.folder / "public"


def settings(root: Path) -> tuple[str, str]:
    """Return an archive's name and address."""
    found = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))
    return str(found["site_name"]), str(found["site_url"])


def prepare_hugo(root: Path, folder: Path) -> Hugo:
    """Return the pages of an archive's docs/ as Hugo wants them: links, by Hugo's names."""
    if shutil.which("hugo") is None:
        sys.exit("needs hugo: on Debian, apt-get install hugo")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(TEMPLATES, folder)
    docs = root / "docs"
    for path in documents(docs):
        name = path.relative_to(docs)
        if path.suffix != ".md":
            target = folder / "static" / name
        elif path.name == "index.md":
            target = folder / "content" / name.with_name("_index.md")
        else:
            target = folder / "content" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, target)
    for section in (each for each in (folder / "content").iterdir() if each.is_dir()):
        if not (section / "_index.md").exists():
            (section / "_index.md").write_text(NEVER, encoding="utf-8")
    if (root / "site" / "assets").is_dir():
        shutil.copytree(root / "site" / "assets", folder / "static" / "assets")
    title, url = settings(root)
    return Hugo(folder=folder, env={"HUGO_TITLE": title}, site_url=url)


def documents(docs: Path) -> Iterator[Path]:
    """Yield what a builder makes a site of."""
    for path in docs.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            yield path


def mkdocs(
    root: Path, site: Path, *, navigation: bool, memory: bool = False, limit: float | None = None
) -> Ran:
    """Build docs/ with MkDocs and Material as they come, no plugin on; return what that took.

    `navigation` leaves MkDocs its default, every page in the navigation of every page. It is
    killed after `limit` seconds.
    """
    name, url = settings(root)
    wanted: dict[str, object] = {
        "site_name": name,
        "site_url": url,
        "docs_dir": str(root / "docs"),
        "site_dir": str(site),
        "theme": {"name": "material", "font": False},
        "plugins": [],
        "markdown_extensions": ["attr_list", "tables"],
        "exclude_docs": ".generated",
        "validation": {"links": {"unrecognized_links": "ignore"}},
    }
    if not navigation:
        wanted |= {"nav": [{"Home": "index.md"}], "not_in_nav": "*"}
    config = site.with_suffix(".yml")
    config.write_text(yaml.safe_dump(wanted), encoding="utf-8")
    shutil.rmtree(site, ignore_errors=True)
    program = str(Path(sys.executable).with_name("mkdocs"))
    command = [program, "build", "--quiet", "-f", str(config)]
    env = {"NO_MKDOCS_2_WARNING": "1"}
    ran = measured(command, memory=memory, env=env, kill_after=limit, whole_group=True)
    return ran if ran.status == -signal.SIGKILL and limit else ran.well()


@dataclass(slots=True)
class Seen(HTMLParser):
    """What a page shows: its title, its headings, how many links."""

    title: str = ""
    headings: list[tuple[str, str, str]] = field(default_factory=list)
    """Level, id and words, in order."""
    links: int = 0
    inside: str = ""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a link, a heading or the title."""
        self.links += tag == "a"
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((tag, dict(attrs).get("id") or "", ""))
            self.inside = tag
        elif tag == "title":
            self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        """End a heading, or the title."""
        if tag == self.inside:
            self.inside = ""

    def handle_data(self, data: str) -> None:
        """Add to the words of what is open."""
        if self.inside == "title":
            self.title += data
        elif self.inside:
            level, name, words = self.headings[-1]
            self.headings[-1] = level, name, words + data

    def facts(self) -> tuple[object, ...]:
        """Return what another builder's page must show too."""
        headings = [(level, name, " ".join(words.split())) for level, name, words in self.headings]
        return " ".join(self.title.split()), headings, self.links


def seen(path: Path) -> tuple[object, ...]:
    """Return what a page shows."""
    found = Seen()
    found.feed(path.read_text(encoding="utf-8"))
    return found.facts()


def compare(docs: Path, ours: Path, theirs: Path) -> str:
    """Return how many pages both have, after holding a sample of them against each other.

    A page that one lacks, or that shows something else, ends the benchmark.
    """
    both = [{str(path.relative_to(of)) for path in of.rglob("*.html")} for of in (ours, theirs)]
    if both[0] != both[1]:
        lone = sorted(both[0] ^ both[1])
        sys.exit(f"{len(lone)} pages are in one site only, {lone[0]} the first")
    kinds: dict[str, list[str]] = defaultdict(list)
    for path in sorted(docs.rglob("*.md")):
        name = path.relative_to(docs).with_suffix("")
        place = name.parent if name.name == "index" else name
        found = re.search(r"^kind: ([\w-]+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        kinds[found[1] if found else "none"].append(f"{place}/index.html")
    rng = random.Random(1)  # noqa: S311  # seeded, so that it is the same each time
    sample = [x for of in kinds.values() for x in rng.sample(of, min(OF_A_KIND, len(of)))]
    for page in sample:
        here, there = seen(ours / page), seen(theirs / page)
        if here != there:
            sys.exit(f"{page} shows {here} in one site, {there} in the other")
    return f"{len(both[0]):,} pages, {len(sample)} of them of {len(kinds)} kinds compared"
