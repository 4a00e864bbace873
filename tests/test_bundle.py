"""A bundle holds the whole archive: unpacked anywhere, it makes the same site again."""

import gzip
import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Daybook
from lists import list_of

from generator.bundle import ARCHIVE, MANIFEST, TAG_MANIFEST, TOP, archive_files
from generator.files import read_record
from generator.model import ArchiveError

OLD = "https://lists.test/papers/"
NEW = "http://elsewhere.test:8080/an/other/path/"


@pytest.fixture
def kept(daybook: Daybook, archive: Path, tmp_path: Path) -> Path:
    """An archive with two lists, decisions, and a page and a file of its owner's."""
    for name, raw in (
        ("2025-03-14.txt", list_of("Mar 14", "One", "A video", "Two")),
        ("2025-04-01.txt", list_of("Apr 1", "One", "Three")),
    ):
        (tmp_path / name).write_bytes(raw)
        assert daybook("add", tmp_path / name, "-C", archive).status == 0
    decisions = "- one work: [papers/two, papers/three]\n- removed: papers/a-video\n"
    (archive / "dumps" / "merges.yml").write_text(decisions, encoding="utf-8")
    (archive / "docs").mkdir(exist_ok=True)
    (archive / "docs" / "mine.md").write_text("# Mine\n", encoding="utf-8")
    (archive / "notes 100% ä.txt").write_text("mine", encoding="utf-8")
    return archive


def bundled(daybook: Daybook, kept: Path, tmp_path: Path, name: str = "one") -> Path:
    """Return an archive's bundle."""
    file = tmp_path / f"{name}-bundle.tar.gz"
    made = daybook("bundle", file, "-C", kept)
    assert made.status == 0, made.err
    return file


def unpack(file: Path, folder: Path) -> Path:
    """Return the folder that unpacking a bundle makes."""
    with tarfile.open(file) as tar:
        tar.extractall(folder, filter="data")
    return folder / TOP


class TestContents:
    """Everything that cannot be made again is in it, and what a build makes is not."""

    def test_the_same_archive_gives_the_same_bytes(
        self, daybook: Daybook, kept: Path, tmp_path: Path
    ) -> None:
        """Times, owners and a build in between change nothing."""
        one = bundled(daybook, kept, tmp_path, "one").read_bytes()
        assert daybook("build", "-C", kept).status == 0
        for path in kept.rglob("*.txt"):
            path.touch()
        (kept / "old-bundle.tar.gz").write_bytes(b"x")
        assert bundled(daybook, kept, tmp_path, "two").read_bytes() == one

    def test_every_file_of_the_archive_is_in_it(
        self, daybook: Daybook, kept: Path, tmp_path: Path
    ) -> None:
        """Lists to the byte, ledger, decisions, settings, vocabulary, workflow, own pages."""
        before = {
            path.relative_to(kept).as_posix(): path.read_bytes()
            for path in kept.rglob("*")
            if path.is_file()
        }
        assert daybook("build", "-C", kept).status == 0
        top = unpack(bundled(daybook, kept, tmp_path), tmp_path / "out")
        home = top / ARCHIVE
        after = {
            path.relative_to(home).as_posix(): path.read_bytes()
            for path in home.rglob("*")
            if path.is_file()
        }
        cached = {name for name in before if name.startswith(".cache/")}
        assert after == {name: before[name] for name in before.keys() - cached}
        assert {"docs/mine.md", "vocabulary.yml", ".github/workflows/pages.yml"} <= after.keys()

    def test_the_data_is_in_it_and_other_programs_can_check_it(
        self, daybook: Daybook, kept: Path, tmp_path: Path
    ) -> None:
        """The index's sums hold, and `sha256sum` passes every file that there is."""
        top = unpack(bundled(daybook, kept, tmp_path), tmp_path / "out")
        data = top / "data" / "site-data"
        rows = json.loads((data / "index.json").read_bytes())["files"]
        assert {row["path"] for row in rows} | {"index.json"} == {
            path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()
        }
        papers = gzip.decompress((data / "papers/2025-03.jsonl.gz").read_bytes()).splitlines()
        assert [json.loads(line)["slug"] for line in papers] == ["one", "a-video", "two"]
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", MANIFEST, TAG_MANIFEST],
            cwd=top,
            capture_output=True,
            text=True,
            check=False,
        )
        # A per cent sign is encoded in a manifest, as BagIt asks; sha256sum does not know that.
        failed = [line for line in done.stdout.splitlines() if not line.endswith(": OK")]
        assert all("100%25" in line for line in failed), done.stdout
        named = {
            line.split("  ", 1)[1].replace("%25", "%")
            for name in (MANIFEST, TAG_MANIFEST)
            for line in (top / name).read_text(encoding="utf-8").splitlines()
        }
        payload = [path for path in (top / "data").rglob("*") if path.is_file()]
        oxum = f"{sum(path.stat().st_size for path in payload)}.{len(payload)}"
        assert f"Payload-Oxum: {oxum}\n" in (top / "bag-info.txt").read_text(encoding="utf-8")
        there = {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()}
        assert named == there - {TAG_MANIFEST}

    def test_an_archive_that_is_not_whole_is_refused(
        self, daybook: Daybook, kept: Path, tmp_path: Path
    ) -> None:
        """No list, promises not made, a list gone: nothing is left out in silence."""
        file = tmp_path / "x-bundle.tar.gz"
        (kept / "dumps/2025/2025-05-01.txt").write_bytes(list_of("May 1", "Five"))
        refused = daybook("bundle", file, "-C", kept)
        assert refused.status == 2
        assert "daybook add" in refused.err
        (kept / "dumps/2025/2025-05-01.txt").unlink()
        gone = next((kept / "dumps/2025").glob("2025-03-14*"))
        gone.unlink()
        refused = daybook("bundle", file, "-C", kept)
        assert refused.status == 1
        assert "papers/a-video/" in refused.err
        daybook("new", tmp_path / "empty")
        assert daybook("bundle", file, "-C", tmp_path / "empty").status == 2
        assert not file.exists()

    def test_links_out_of_the_archive_are_refused(self, kept: Path, tmp_path: Path) -> None:
        """What lies elsewhere would be left out, or would be none of the archive's business."""
        (tmp_path / "elsewhere.txt").write_text("x", encoding="utf-8")
        (kept / "inside.txt").symlink_to(kept / "mkdocs.yml")
        assert archive_files(kept)["inside.txt"] == (kept / "mkdocs.yml").read_bytes()
        (kept / "outside.txt").symlink_to(tmp_path / "elsewhere.txt")
        with pytest.raises(ArchiveError, match=r"outside\.txt"):
            archive_files(kept)

    @pytest.mark.parametrize("name", ["papers.zip", "missing/x-bundle.tar.gz"])
    def test_an_odd_name_is_told(
        self, daybook: Daybook, kept: Path, tmp_path: Path, name: str
    ) -> None:
        """The message says which name would do."""
        refused = daybook("bundle", tmp_path / name, "-C", kept)
        assert refused.status == 2
        assert str(tmp_path) in refused.err

    def test_a_vocabulary_elsewhere_is_told(
        self, daybook: Daybook, kept: Path, tmp_path: Path
    ) -> None:
        """Without it the tags would be others."""
        shutil.move(kept / "vocabulary.yml", tmp_path / "words.yml")
        settings = kept / "mkdocs.yml"
        text = settings.read_text(encoding="utf-8").replace(" vocabulary.yml", " ../words.yml")
        settings.write_text(text, encoding="utf-8")
        refused = daybook("bundle", tmp_path / "x-bundle.tar.gz", "-C", kept)
        assert refused.status == 2
        assert "../words.yml" in refused.err


Members = dict[str, bytes]


def members_of(file: Path) -> Members:
    """Return the files of a bundle by their whole names."""
    with tarfile.open(file) as tar:
        return {member.name: read_member(tar, member) for member in tar}


def read_member(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """Return what a member holds."""
    held = tar.extractfile(member)
    assert held
    return held.read()


def write_members(
    file: Path, members: list[tuple[str, bytes]], kind: bytes = tarfile.REGTYPE
) -> None:
    """Write a tar; the last member is of a kind."""
    with tarfile.open(file, "w:gz") as tar:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            if name == members[-1][0]:
                member.type = kind
            tar.addfile(member, io.BytesIO(content))


def changed_list(members: Members) -> Members:
    """Change one letter of a list."""
    name = next(name for name in members if re.search(r"dumps/2025/.*txt$", name))
    return members | {name: members[name].replace(b"One", b"Ohe", 1)}


def without_list(members: Members) -> Members:
    """Leave a list out."""
    name = next(name for name in members if re.search(r"dumps/2025/.*txt$", name))
    return {each: content for each, content in members.items() if each != name}


def with_stranger(members: Members) -> Members:
    """Add a file that no manifest names."""
    return members | {f"{TOP}/data/archive/dumps/2025/new.txt": b"x"}


def with_changed_manifest(members: Members) -> Members:
    """Take a line from the manifest, and its file with it."""
    name = f"{TOP}/{MANIFEST}"
    lines = members[name].splitlines(keepends=True)
    lost = lines[0].decode().split("  ")[1].strip()
    kept = {each: content for each, content in members.items() if each != f"{TOP}/{lost}"}
    return kept | {name: b"".join(lines[1:])}


def without_manifests(members: Members) -> Members:
    """Leave the manifests out."""
    return {name: content for name, content in members.items() if "manifest" not in name}


class TestCheck:
    """`daybook bundle --check` passes a whole bundle, and no other."""

    def test_a_whole_one_passes(self, daybook: Daybook, kept: Path, tmp_path: Path) -> None:
        """Also packed again by another program."""
        file = bundled(daybook, kept, tmp_path)
        assert daybook("bundle", "--check", file).status == 0
        write_members(file, list(members_of(file).items()))
        assert daybook("bundle", "--check", file).status == 0

    @pytest.mark.parametrize(
        "change",
        [changed_list, without_list, with_stranger, with_changed_manifest, without_manifests],
    )
    def test_whatever_was_changed_is_named(
        self, daybook: Daybook, kept: Path, tmp_path: Path, change: Callable[[Members], Members]
    ) -> None:
        """A changed byte, a missing file, one too many, a doctored manifest."""
        file = bundled(daybook, kept, tmp_path)
        write_members(file, list(change(members_of(file)).items()))
        checked = daybook("bundle", "--check", file)
        assert checked.status == 1
        assert "error" in checked.err

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            (f"{TOP}/../evil", tarfile.REGTYPE),
            ("/evil", tarfile.REGTYPE),
            ("evil", tarfile.REGTYPE),
            (f"{TOP}/data/x", tarfile.SYMTYPE),
            (f"{TOP}/bagit.txt", tarfile.REGTYPE),
        ],
    )
    def test_what_no_bundle_holds_is_refused(
        self, daybook: Daybook, kept: Path, tmp_path: Path, name: str, kind: bytes
    ) -> None:
        """Names that lead out, links, and a file that stands there twice."""
        file = bundled(daybook, kept, tmp_path)
        write_members(file, [*members_of(file).items(), (name, b"")], kind)
        assert daybook("bundle", "--check", file).status == 1

    @pytest.mark.parametrize("content", [b"", b"no tar", gzip.compress(b"no tar", mtime=0), None])
    def test_no_bundle_at_all_is_told(
        self, daybook: Daybook, kept: Path, tmp_path: Path, content: bytes | None
    ) -> None:
        """An empty file, another format, one cut short."""
        whole = bundled(daybook, kept, tmp_path).read_bytes()
        file = tmp_path / "cut-bundle.tar.gz"
        file.write_bytes(whole[: len(whole) // 2] if content is None else content)
        checked = daybook("bundle", "--check", file)
        assert checked.status == 1
        assert "cannot be read" in checked.err
        assert daybook("bundle", "--check", tmp_path / "none").status == 1


def text_in(path: Path) -> str:
    """Return a file's text, unpacked where it is compressed."""
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


CANONICAL = re.compile(r'<link rel="?canonical"? href="([^"]*)"')


def test_another_domain_and_path_answers_at_every_address(
    daybook: Daybook, kept: Path, tmp_path: Path
) -> None:
    """Unpacked and built under another address: all that was there is, and nothing names the old.

    Ids of feeds are names and no addresses: they stay what they were.
    """
    assert daybook("build", "-C", kept).status == 0
    top = unpack(bundled(daybook, kept, tmp_path), tmp_path / "out")
    root = top / "data" / "archive"
    settings = root / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8")
    assert OLD in text
    settings.write_text(text.replace(OLD, NEW), encoding="utf-8")
    assert daybook("build", "--locked", "-C", root).status == 0
    sites = kept / "site", root / "site"
    names = [
        {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
        for site in sites
    ]
    assert not {name for name in names[0] ^ names[1] if not name.startswith("search/")}
    for line in (root / "dumps" / "ledger.jsonl").read_text(encoding="utf-8").splitlines():
        assert f"{json.loads(line)['address']}index.html" in names[1]
    for name in names[1]:
        if name.endswith((".html", ".xml", ".json", ".jsonl", ".gz", ".bib", ".txt", ".opml")):
            old, new = (text_in(site / name) for site in sites)
            assert OLD not in new, name
            said = [CANONICAL.findall(each) for each in (old, new)]
            assert said[1] == [address.replace(OLD, NEW) for address in said[0]], name
            ids = [
                re.findall(r"<id>(tag:[^<]*)</id>|\"id\": \"(tag:[^\"]*)\"", x) for x in (old, new)
            ]
            assert ids[0] == ids[1], name
    assert read_record(root).settings.site_url == NEW
    checked = daybook("check", "--site", "-C", root)
    faults = [line for line in checked.err.splitlines() if ": error: " in line]
    # Nothing links to the owner's page, here as there.
    assert [fault.partition(":")[0] for fault in faults] == ["mine/index.html"], checked.err
