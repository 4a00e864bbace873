"""What the tests share: archives made in a temporary folder, and the command, run on them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from browsers import launched
from lists import VOCABULARY
from playwright.sync_api import Browser

from generator.cli import run
from generator.start import start_archive

SHARED = Path(__file__).resolve().parents[2] / "shared"
"""Real data, which is no part of the project."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes what golden tests expect."""
    parser.addoption(
        "--update-golden", action="store_true", help="write what golden tests expect, and pass"
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def shared() -> Path:
    """Where real data lies; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, which is no part of the project")
    return SHARED


@contextmanager
def served(serving: ThreadingHTTPServer) -> Iterator[str]:
    """Let a server on loopback answer for a while; give its address, without a slash at its end."""
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join()
    serving.server_close()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did."""

    status: int
    out: str
    err: str


Daybook = Callable[..., Outcome]


@pytest.fixture
def daybook(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Daybook:
    """Run the command in this process, from its entry point to its exit status."""

    def call(*arguments: str | Path) -> Outcome:
        monkeypatch.setattr("sys.argv", ["daybook", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            run()
        said = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), said.out, said.err)

    return call


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module's tests."""
    with launched() as browser:
        yield browser


def start_with(vocabulary: str, folder: Path, *, url: str) -> Path:
    """Start an archive without a dump, with a vocabulary of its own; return its folder."""
    start_archive(folder, name="Lists", url=url)
    (folder / "vocabulary.yml").write_text(vocabulary, encoding="utf-8")
    with (folder / "mkdocs.yml").open("a", encoding="utf-8") as settings:
        settings.write("    vocabulary: vocabulary.yml\n")
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A new archive without a dump, whose vocabulary has one tag."""
    return start_with(VOCABULARY, tmp_path / "archive", url="https://lists.test/papers/")
