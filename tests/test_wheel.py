"""The wheel alone is enough: an archive far from the checkout is made, built and extended."""

import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DUMP = """\
new

Get trending papers in your email inbox!

Subscribe

Mar 14

Wheels That Carry All They Need

A made-up text about things that travel light. It is as long as the texts of real lists are, \
names no work of anybody's, and stands here so that one paper more can be built."""

pytestmark = [
    pytest.mark.install,
    pytest.mark.skipif(
        "DAYBOOK_INSTALL_TESTS" not in os.environ,
        reason="installs packages: .ci/run runs it, or DAYBOOK_INSTALL_TESTS=1",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """Daybook in an environment of its own, and an archive made with it."""

    bin: Path
    archive: Path

    def run(self, *command: str) -> str:
        """Return what a command of the environment says, run in the archive's folder."""
        done = subprocess.run(
            [self.bin / command[0], *command[1:]],
            cwd=self.archive,
            env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built from the checkout."""
    out = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(out),
        str(ROOT),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Return the wheel, installed with what it needs, and a new archive."""
    home = tmp_path_factory.mktemp("away")
    venv.create(home / "python", with_pip=True)
    found = Installed(bin=home / "python" / "bin", archive=home)
    found.run("pip", "install", "--require-hashes", "-r", str(ROOT / "requirements.txt"))
    found.run("pip", "install", "--no-deps", str(wheel))
    found.run("pip", "check")
    found.run("daybook", "new", "archive", "--name", "My papers", "--url", "https://example.org/p/")
    return Installed(bin=found.bin, archive=home / "archive")


def tracked(*folders: str) -> set[str]:
    """Return the paths of what is, or is about to be, in the repository under some folders."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()}


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """Every file of the engine and its overrides is in it, and no test, cache or other file."""
    with zipfile.ZipFile(wheel) as opened:
        names = {name for name in opened.namelist() if ".dist-info/" not in name}
    overrides = {f"generator/{name}" for name in tracked("overrides")}
    assert overrides
    assert names == tracked("generator") | overrides


def test_the_wheel_does_not_know_where_it_was_built(wheel: Path) -> None:
    """No file in it names the checkout."""
    with zipfile.ZipFile(wheel) as opened:
        named = [name for name in opened.namelist() if bytes(ROOT) in opened.read(name)]
    assert not named


def test_the_engine_comes_from_the_wheel(installed: Installed) -> None:
    """Code, templates, vocabulary, sample and overrides lie in the environment."""
    places = installed.run(
        "python",
        "-c",
        "from generator import files; print(files.ENGINE); print(files.overrides())",
    )
    engine, overrides = (Path(line) for line in places.splitlines())
    assert engine.is_relative_to(installed.bin.parent)
    assert overrides == engine / "overrides"
    for name in ("templates", "data/vocabulary.yml", "data/sample/dumps", "overrides/base.html"):
        assert (engine / name).exists(), name


def test_a_new_archive_is_built_and_extended(installed: Installed, tmp_path: Path) -> None:
    """The sample at first, then a list of one's own: promised, built, and every link leads on."""
    site = installed.archive / "site"
    said = installed.run("daybook", "build")
    assert "the sample: " in said
    assert (site / "papers" / "attention-is-all-you-need" / "index.html").is_file()
    assert "0 errors" in installed.run("daybook", "check", "--site")

    dump = tmp_path / "list.txt"
    dump.write_text(DUMP, encoding="utf-8")
    assert "1 entries, 1 new papers" in installed.run("daybook", "add", str(dump), "--year", "2025")
    said = installed.run("daybook", "build", "--locked")
    assert "the sample: " not in said
    page = site / "papers" / "wheels-that-carry-all-they-need" / "index.html"
    assert "Wheels That Carry All They Need" in page.read_text(encoding="utf-8")
    assert not (site / "papers" / "attention-is-all-you-need").exists()
    assert "0 errors" in installed.run("daybook", "check", "--site")


def test_nothing_written_names_the_checkout(installed: Installed) -> None:
    """Neither the archive's own files nor the built site know where the engine was made."""
    installed.run("daybook", "build")
    written = [path for path in installed.archive.rglob("*") if path.is_file()]
    assert len(written) > 100
    assert not [path for path in written if bytes(ROOT) in path.read_bytes()]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_what_is_pinned_installs_on_the_oldest_python(name: str) -> None:
    """Whoever has the first Python of those that Daybook runs on, as Debian 12 nearly has."""
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    command = ["pip", "compile", "--no-deps", "--python-version", f"{oldest.removeprefix('>=')}.0"]
    done = subprocess.run(
        [Path(sys.executable).with_name("uv"), *command, ROOT / name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
