"""Building: whatever was built before, in how many parts, cut short or not, the bytes are the same.

The reference is plain `mkdocs build` over the same `docs/`. Each is slow, so that most archives
are held against a build from nothing by this engine, and that one, now and then, against MkDocs.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import CodeType

import pytest
from jinja2.bccache import Bucket, BytecodeCache
from lists import VOCABULARY, chance
from test_histories import Copy, History

from generator import building, cli, files, pages, trees
from generator.build import CORRECTIONS, LEDGER, MERGES
from generator.model import ArchiveError

HISTORIES = 300
STEPS = 3
IN_PROCESSES = 3
"""Every so many histories are built in a process for each core, which the build from nothing never
is: to fork the tests' large process takes longer than the pages of a small archive."""
BESIDE_MKDOCS = 60
"""Every so many histories, the end is also built by plain MkDocs."""
SPARED = 0.9
"""Share of damages that leave alone what MkDocs made."""
IN_PARTS = 25
"""Every so many histories, the end is also built in partitions."""

CONFIG = """\
site_name: Lists
site_url: https://lists.test/papers/
extra:
  daybook:
    vocabulary: words.yml
"""
PLAIN = f"""\
INHERIT: {files.ENGINE / "data" / "mkdocs.yml"}
{CONFIG}
theme: {{custom_dir: {files.overrides()}}}
site_dir: plain
"""
EDITS = (
    ("paper", "Listed on", "Stood on:"),
    ("day_line", "with code", "with c0de"),
    ("tag", "All tags", "Any tags"),
    ("tags_line", "No tag yet", "No tag now"),
)
"""Changes of templates that leave their size as it is."""
OWN_PAGE = "# Of ours\n\nSee [all papers](papers/index.md) and [search](search.md), and `code`.\n"


@pytest.fixture(autouse=True)
def own_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The templates, in a folder in which they may be changed."""
    folder = tmp_path / "templates"
    shutil.copytree(pages.TEMPLATES, folder)
    monkeypatch.setattr(pages, "TEMPLATES", folder)
    forget_templates()
    yield folder
    monkeypatch.undo()
    forget_templates()


class Compiled(BytecodeCache):
    """Templates as compiled before, by their text: a third of these tests' time was compiling."""

    def __init__(self) -> None:
        self.code: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what the same text was compiled to."""
        bucket.code = self.code.get(bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        if bucket.code:
            self.code[bucket.checksum] = bucket.code


COMPILED = Compiled()


def forget_templates() -> None:
    """Let the templates be read again, as a new process would."""
    pages.environment.cache_clear()
    pages.template_key.cache_clear()
    environment = pages.environment()
    environment.bytecode_cache = COMPILED
    for path in sorted(pages.TEMPLATES.glob("*.md.jinja")):
        environment.get_template(path.name)  # Here, and not again in each process that is forked.


def archive(folder: Path) -> Path:
    """Make an archive without lists, with a page of its own."""
    (folder / "docs").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "words.yml").write_text(VOCABULARY, encoding="utf-8")
    (folder / "docs" / "ours.md").write_text(OWN_PAGE, encoding="utf-8")
    return folder


def put(copy: Copy, folder: Path) -> None:
    """Make an archive's record what a copy has."""
    shutil.rmtree(folder / "dumps", ignore_errors=True)
    texts = {LEDGER: copy.ledger, MERGES: copy.merges, CORRECTIONS: copy.corrections}
    for dump in copy.dumps:
        (folder / dump.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / dump.path).write_bytes(dump.raw)
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def build(folder: Path) -> dict[str, bytes]:
    """Build an archive in this process; return the files of its site."""
    building.build_archive(folder, folder / "site", locked=False, strict=False)
    return contents(folder / "site")


def contents(folder: Path) -> dict[str, bytes]:
    """Return a folder's files, by path."""
    return {name: (folder / name).read_bytes() for name, _ in trees.walk(folder)}


@contextmanager
def one_process() -> Iterator[None]:
    """Let builds share nothing out, as on a machine with a single core."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
        yield


def from_nothing(folder: Path, copy: Copy) -> dict[str, bytes]:
    """Build the same in a folder that has nothing but what MkDocs made once, before any list."""
    for name in ("site", "docs", ".site.new", ".cache/daybook/built", ".cache/daybook/read"):
        shutil.rmtree(folder / name, ignore_errors=True)
    shutil.rmtree(folder / ".cache/daybook/search", ignore_errors=True)
    (folder / "docs").mkdir()
    (folder / "docs" / "ours.md").write_text(OWN_PAGE, encoding="utf-8")
    put(copy, folder)
    return build(folder)


def by_mkdocs(folder: Path) -> dict[str, bytes]:
    """Return the pages that plain `mkdocs build` makes of an archive's `docs/`."""
    (folder / "plain.yml").write_text(PLAIN, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "--strict", "-f", "plain.yml"],
        cwd=folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    found = contents(folder / "plain")
    shutil.rmtree(folder / "plain")
    return {name: content for name, content in found.items() if name.endswith(".html")}


def same_pages(site: dict[str, bytes], reference: dict[str, bytes]) -> None:
    """Hold that the pages of a site are those of the reference, to the letter."""
    ours = {name: content for name, content in site.items() if name.endswith(".html")}
    assert ours.keys() == reference.keys()
    for name, content in ours.items():
        assert content == reference[name], name


def in_partitions(folder: Path, of: int) -> dict[str, bytes]:
    """Build an archive in partitions, from nothing, and put these together."""
    for number in range(1, of + 1):
        shutil.rmtree(folder / "docs", ignore_errors=True)
        (folder / "docs").mkdir()
        (folder / "docs" / "ours.md").write_text(OWN_PAGE, encoding="utf-8")
        args = ["-C", str(folder), "build", "--partition", f"{number}/{of}"]
        assert cli.main.main(args, standalone_mode=False) == 0
    shutil.rmtree(folder / "site")
    assert cli.main.main(["-C", str(folder), "assemble"], standalone_mode=False) == 0
    shutil.rmtree(folder / "parts")
    return contents(folder / "site")


def meddle(folder: Path, templates: Path, rng: random.Random) -> None:
    """Do to an archive's other files what happens to files: touch, change, lose, damage."""
    kind = rng.choice(["nothing", "touch", "template", "site", "docs", "cache", "spare"])
    # By these two a site is known for one; without them nothing is built over it.
    marks = {"index.html", "sitemap.xml"}
    built = [folder / "site" / name for name, _ in trees.walk(folder / "site") if name not in marks]
    if kind == "touch":
        for path in (*(folder / "dumps").rglob("*.txt"), *(folder / "docs").rglob("*.md")):
            path.touch()
    elif kind == "template":
        name, old, new = rng.choice(EDITS)
        path = templates / f"{name}.md.jinja"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(old, new), encoding="utf-8")
        forget_templates()
    elif kind == "site":
        path = rng.choice(built)
        before = path.stat()
        path.write_bytes(b"x" * before.st_size)
        rng.choice(built).unlink()
    elif kind == "docs":
        written = [path for path in (folder / "docs").rglob("*.md") if path.name != "ours.md"]
        rng.choice(written).write_text("Somebody's slip", encoding="utf-8")
        rng.choice(written).unlink()
    elif kind == "cache":
        cached = [path for path in (folder / ".cache").rglob("*") if path.is_file()]
        # What MkDocs made is made anew at once, which takes its time: now and then is enough.
        if rng.random() < SPARED:
            cached = [path for path in cached if "base" not in path.parts]
        path = rng.choice(cached)
        spoilers: list[Callable[[Path], None]] = [damage, cut_short, Path.unlink]
        rng.choice(spoilers)(path)
    elif kind == "spare":
        shutil.rmtree(folder / ".site.new", ignore_errors=True)


def damage(path: Path) -> None:
    """Turn a bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    if content:
        content[len(content) // 2] ^= 4
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    """Leave the first half of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Archives that MkDocs was run for once: one carried along, one built from nothing."""
    folder = tmp_path_factory.mktemp("archives")
    build(archive(folder / "along"))
    shutil.copytree(folder / "along", folder / "fresh")
    return folder


@pytest.mark.parametrize("tenth", range(10))
def test_a_build_on_top_of_others_is_a_build_from_nothing(
    ground: Path, own_templates: Path, tenth: int
) -> None:
    """After any history, and whatever happened to the files between, the site is the same."""
    for seed in range(tenth, HISTORIES, 10):
        rng = chance(seed)
        history = History(rng)
        along, fresh = ground / "along", ground / "fresh"
        with nullcontext() if seed % IN_PROCESSES == 0 else one_process():
            for _ in range(STEPS):
                history.step()
                copy = rng.choice(history.copies)
                put(copy, along)
                site = build(along)
                meddle(along, own_templates, rng)
            site = build(along)
        with one_process():
            clean = from_nothing(fresh, copy)
        assert site.keys() == clean.keys(), (seed, history.told)
        for name, content in site.items():
            assert content == clean[name], (seed, name, history.told)
        assert contents(along / "docs") == contents(fresh / "docs"), seed
        if seed % BESIDE_MKDOCS == 0:
            same_pages(site, by_mkdocs(fresh))
        if seed % IN_PARTS == 0:
            assert in_partitions(fresh, rng.choice([1, 2, 5])) == site, seed


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """An archive that shows the sample, built."""
    folder = tmp_path / "sample"
    folder.mkdir()
    (folder / "mkdocs.yml").write_text(CONFIG.partition("extra")[0], encoding="utf-8")
    build(folder)
    return folder


def test_the_sample_is_what_mkdocs_makes_of_it(sample: Path) -> None:
    """Every page of the sample is, to the letter, that of plain MkDocs, also when built anew."""
    site = contents(sample / "site")
    reference = by_mkdocs(sample)
    # Only Daybook knows that this is a sample, where there is no page to say so.
    reference["404.html"] = site["404.html"]
    same_pages(site, reference)
    shutil.rmtree(sample / ".cache" / "daybook" / "built")
    assert build(sample) == site


def test_a_plugin_has_its_hand_in_every_page(sample: Path) -> None:
    """Where an archive's own settings reach into each page, MkDocs renders them all."""
    with (sample / "mkdocs.yml").open("a") as config:
        config.write("markdown_extensions: [toc, tables, attr_list, {toc: {permalink: true}}]\n")
    (sample / "docs" / "ours.md").write_text(OWN_PAGE, encoding="utf-8")
    site = build(sample)
    assert b'class="headerlink"' in site["about/index.html"]
    assert b'class="headerlink"' in site["ours/index.html"]
    assert b"<loc>https://lists.test/papers/about/</loc>" in site["sitemap.xml"]


def command(folder: Path) -> subprocess.Popen[bytes]:
    """Start a build in a process of its own."""
    return subprocess.Popen(
        command_line(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def command_line(folder: Path) -> list[str]:
    """Return the command that builds an archive."""
    run = "from generator.cli import run; run()"
    return [sys.executable, "-c", run, "-C", str(folder), "build"]


@pytest.mark.parametrize("moment", range(6))
def test_a_build_killed_at_any_moment_leaves_the_old_site_whole(
    sample: Path, own_templates: Path, moment: int
) -> None:
    """After `kill -9` the site is the old one or the new one, and the next build is right."""
    del own_templates
    old = contents(sample / "site")
    config = (sample / "mkdocs.yml").read_text(encoding="utf-8")
    (sample / "mkdocs.yml").write_text(config.replace("Lists", "Lost"), encoding="utf-8")
    running = command(sample)
    deadline = time.monotonic() + 60
    # Moments spread over the stages: by what is there already, and some time after it.
    signs = [sample / ".cache/daybook/base/docs", sample / ".site.new/index.html"]
    while time.monotonic() < deadline and not signs[moment % 2].exists():
        time.sleep(0.002)
    time.sleep(chance(moment).random() * 0.4)
    running.send_signal(signal.SIGKILL)
    running.wait()
    left = contents(sample / "site")
    new = build(sample)
    assert left in (old, new)
    assert b"Lost" in new["index.html"]
    shutil.rmtree(sample / ".cache")
    assert build(sample) == new


def test_two_builds_at_once_wait_for_one_another(sample: Path) -> None:
    """Both end well, and the site is right."""
    config = (sample / "mkdocs.yml").read_text(encoding="utf-8")
    (sample / "mkdocs.yml").write_text(config.replace("Lists", "Lost"), encoding="utf-8")
    builds = [command(sample), command(sample)]
    assert [running.wait() for running in builds] == [0, 0]
    site = contents(sample / "site")
    shutil.rmtree(sample / ".cache")
    assert build(sample) == site
    assert b"Lost" in site["index.html"]


def test_a_full_disk_leaves_the_old_site_whole(sample: Path, tmp_path: Path) -> None:
    """The build says which disk is full; with room again, the next one is right."""
    disk = tmp_path / "disk"
    with small_disk(disk):
        place = disk / "site"
        shutil.copytree(sample / "site", place)
        # Room for a part of the new site.
        taken = shutil.disk_usage(disk).used // 1024 + 500
        subprocess.run(["mount", "-o", f"remount,size={taken}k", str(disk)], check=True)
        old = contents(place)
        with pytest.raises(ArchiveError, match=r"site is as it was; make room"):
            building.build_archive(sample, place, locked=False, strict=False)
        assert contents(place) == old
        subprocess.run(["mount", "-o", "remount,size=150m", str(disk)], check=True)
        building.build_archive(sample, place, locked=False, strict=False)
        assert contents(place) == contents(sample / "site")


@pytest.mark.parametrize(
    ("lost", "room", "told"),
    [
        ("docs", 200, "/docs/"),
        (".cache", 40, "/.cache/daybook/read/"),
        (".cache", 1000, "/.cache/"),
    ],
)
def test_a_full_disk_below_docs_and_cache_is_told(
    sample: Path, tmp_path: Path, lost: str, room: int, told: str
) -> None:
    """In one line that names the file and says what to do; with room, the next build is right."""
    disk = tmp_path / "disk"
    with small_disk(disk):
        place = disk / "archive"
        shutil.copytree(sample, place, symlinks=True)
        shutil.rmtree(place / lost)
        old = contents(place / "site")
        taken = shutil.disk_usage(disk).used // 1024 + room
        subprocess.run(["mount", "-o", f"remount,size={taken}k", str(disk)], check=True)
        failed = subprocess.run(
            command_line(place), stderr=subprocess.PIPE, encoding="utf-8", check=False
        )
        assert failed.returncode == cli.FAULT
        last = failed.stderr.splitlines()[-1]
        assert last.startswith(f"daybook: no space left on device: {place}{told}")
        assert last.endswith("make room and run the command again; what people see is as it was")
        assert "Traceback" not in failed.stderr
        assert contents(place / "site") == old
        subprocess.run(["mount", "-o", "remount,size=150m", str(disk)], check=True)
        assert build(place) == contents(sample / "site")


@contextmanager
def small_disk(disk: Path) -> Iterator[None]:
    """Let a folder be a disk of its own, which can be made full."""
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=150m", "none", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_nothing_changed_costs_no_reading(
    sample: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A touched file is not a changed one; an edit of the same size is."""
    (sample / "mkdocs.yml").touch()
    monkeypatch.setattr(building, "read", None)
    build(sample)
    assert "nothing changed" in capsys.readouterr().err
    monkeypatch.undo()
    config = (sample / "mkdocs.yml").read_text(encoding="utf-8")
    (sample / "mkdocs.yml").write_text(config.replace("Lists", "Lusts"), encoding="utf-8")
    assert b"Lusts" in build(sample)["index.html"]
    assert "nothing changed" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda parts: shutil.rmtree(parts / "2-of-3"), "missing (2/3)"),
        (lambda parts: next((parts / "2-of-3" / "site").rglob("*.html")).unlink(), "arrive whole"),
        (lambda parts: (parts / "2-of-3" / "partition.json").write_text("{"), "report"),
        (
            lambda parts: (parts / "2-of-3" / "partition.json").write_text(
                '{"partition": "2/3", "inputs": "00", "files": 1}'
            ),
            "of one build",
        ),
        (shutil.rmtree, "found none"),
    ],
)
def test_partitions_that_do_not_fit_are_refused(sample: Path, spoil: object, said: str) -> None:
    """What is missing, cut short or of another state is named, and the site stays as it was."""
    for number in (1, 2, 3):
        args = ["-C", str(sample), "build", "--partition", f"{number}/3"]
        assert cli.main.main(args, standalone_mode=False) == 0
    assert callable(spoil)
    spoil(sample / "parts")
    before = contents(sample / "site")
    with pytest.raises(ArchiveError, match=said.replace("(", r"\(").replace(")", r"\)")):
        cli.main.main(["-C", str(sample), "assemble"], standalone_mode=False)
    assert contents(sample / "site") == before
