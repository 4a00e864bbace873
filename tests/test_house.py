"""The code base itself: what may import what, who touches the disk, and what the documents name."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from generator.build import read
from generator.cli import main
from generator.config import OWN_KEYS
from generator.files import read_record
from generator.pages import pages
from generator.start import start_archive

ROOT = Path(__file__).resolve().parents[1]
MODULES = {path.stem: path for path in sorted((ROOT / "generator").glob("[!_]*.py"))}

ARCHITECTURE = ROOT / "docs" / "architecture.md"
ORDER = tuple(
    re.findall(r"^\| `(\w+)\.py` \|", ARCHITECTURE.read_text(encoding="utf-8"), re.MULTILINE)
)
"""The modules from top to bottom, as the document's table lists them."""

ENDS_IN_2027 = {"material", "mergedeep", "mkdocs"}
"""The builders, and what only they bring along."""

DISK = {
    "bundle": "gathers an archive's files, checks a bundle",
    "check": "follows the links of a built site",
    "cli": "opens the dumps that it is given",
    "engine": "reads its own code to tell engines apart",
    "files": "the edge",
    "formulas": "loads a table that comes along",
    "grounds": "keeps what MkDocs made",
    "importing": "reads published data, writes the record",
    "mail": "keeps the record of what was mailed",
    "open_data": "loads the schema that comes along",
    "pages": "loads its templates",
    "papers": "loads a table that comes along",
    "partitions": "writes and gathers parts of a site",
    "publish": "brings the site up to date",
    "serving": "serves a built site",
    "site": "the other edge",
    "start": "writes a new archive",
    "trees": "the two trees of a site",
}
TOUCHES = {
    *("open", "read_bytes", "read_text", "write_bytes", "write_text"),
    *("exists", "is_dir", "is_file", "lstat", "stat"),
    *("glob", "iterdir", "rglob", "scandir", "walk"),
    *("chmod", "mkdir", "rename", "rmdir", "symlink_to", "touch", "unlink"),
    *("FileSystemLoader", "NamedTemporaryFile", "TemporaryDirectory", "mkdtemp", "rmtree"),
}
"""Names of calls by which files are reached."""


@cache
def tree(name: str) -> ast.Module:
    """Return a module, parsed."""
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imports(name: str) -> Iterator[str]:
    """Yield the dotted names that a module imports, wherever in it that happens."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}.py:{node.lineno}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(name: str) -> set[str]:
    """Return the last parts of the names of what a module calls."""
    found = set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found.add(node.func.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
    return found


@cache
def files_of_ours() -> tuple[str, ...]:
    """Return the paths of what is, or is about to be, in the repository."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(sorted(name for name in done.stdout.split("\0") if (ROOT / name).is_file()))


def documents() -> str:
    """Return the text of README.md and of the hand-written pages of docs/."""
    names = [
        name
        for name in files_of_ours()
        if name == "README.md" or re.fullmatch(r"docs/[^/]+\.md", name)
    ]
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)


def test_the_architecture_lists_every_module() -> None:
    """The table of docs/architecture.md has a line for each module, and none for another."""
    assert sorted(MODULES.keys() - set(ORDER)) == []
    assert sorted(set(ORDER) - MODULES.keys()) == []
    assert len(ORDER) == len(MODULES)


@pytest.mark.parametrize("name", [name for name in ORDER if name in MODULES])
def test_imports_point_down(name: str) -> None:
    """A module imports only what stands below it in the table of docs/architecture.md."""
    found = {dotted.split(".")[1] for dotted in imports(name) if dotted.startswith("generator.")}
    misplaced = found & MODULES.keys() - set(ORDER[ORDER.index(name) + 1 :])
    assert not misplaced, f"{name}.py may not import these, or the table must change"


def test_only_the_site_knows_its_builders() -> None:
    """MkDocs and Material end in 2027; the archive does not."""
    users = {
        name
        for name in MODULES
        if any(dotted.partition(".")[0] in ENDS_IN_2027 for dotted in imports(name))
    }
    assert users == {"site"}


def test_the_disk_is_touched_at_the_edges_alone() -> None:
    """Whoever reaches for files stands in DISK with the reason; all others are pure."""
    assert {name for name in MODULES if calls(name) & TOUCHES} == DISK.keys()


def test_only_the_command_line_prints() -> None:
    """Results and problems are values; `cli` prints them, and `progress` the moving line."""
    assert {name for name in MODULES if "echo" in calls(name)} == {"cli", "progress"}
    assert not [name for name in MODULES if "print" in calls(name)]


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_documented(name: str) -> None:
    """Readers find each command in README.md or docs/."""
    assert re.search(rf"\bdaybook {re.escape(name)}\b", documents())


@pytest.mark.parametrize("key", sorted(OWN_KEYS))
def test_every_setting_is_documented(key: str) -> None:
    """Readers find each setting in README.md or docs/."""
    assert re.search(rf"`{key}\b|^[# ]*{key}:", documents(), re.MULTILINE)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_file_holds_versions_and_hashes(name: str) -> None:
    """No address to download from: that is the reader's own setting."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines
    wrong = re.compile(r"(?!\S+==\S+(?:\s+--hash=sha256:[0-9a-f]{64})+\s*$)")
    assert not [line.split()[0] for line in lines if wrong.match(line)]


FOREIGN = re.compile(
    r"(?<![\w.])/(?:work|tmp|root|home|Users|opt)/|pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)"
)
"""Folders of somebody's machine, and hosts of registries."""


def test_no_machine_is_named() -> None:
    """What is in the repository holds on every machine."""
    found = []
    for name in files_of_ours():
        text = (ROOT / name).read_bytes().decode("utf-8", "replace")
        found += [f"{name}: {match[0]}" for match in FOREIGN.finditer(text)]
    assert not found


def test_generated_pages_stay_out_of_git(tmp_path: Path) -> None:
    """Everything that a build writes into docs/ is ignored, here and in a new archive."""
    start_archive(tmp_path / "archive", name="Lists", url="https://example.org/lists/")
    record = read_record(ROOT)
    found = {
        page.path.partition("/")[0]
        for page in pages(read(record).catalog, record.settings, sample=True)
    }
    for ignored in (ROOT / ".gitignore", tmp_path / "archive" / ".gitignore"):
        lines = ignored.read_text(encoding="utf-8").splitlines()
        assert "docs/*" in lines or {f"docs/{name}" for name in found} <= {
            line.rstrip("/") for line in lines
        }
