"""The commands, run as people run them: on an archive in a folder, from entry to exit status."""

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import Daybook
from lists import abstract_of, dump_of, joined, list_of, pairs_of, sha256

from generator.build import read
from generator.building import counts
from generator.files import read_record

LIST = list_of("Mar 14", "One", "A video", "Two")
SLIPPED = joined("Mar 15", [*pairs_of(["One"])[0], "w" * 301, *pairs_of(["Three"])[0]])


def put(folder: Path, name: str, raw: bytes) -> Path:
    """Return a file with these bytes."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path


def ledger_of(archive: Path) -> list[dict[str, str]]:
    """Return the lines of an archive's ledger."""
    path = archive / "dumps" / "ledger.jsonl"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines()]


def state(archive: Path) -> dict[str, bytes]:
    """Return what lies under dumps/."""
    files = (path for path in (archive / "dumps").rglob("*") if path.is_file())
    return {path.relative_to(archive).as_posix(): path.read_bytes() for path in files}


class TestNew:
    """`daybook new` makes an archive, and never writes over a file."""

    def test_an_archive_is_made_that_can_be_checked(self, daybook: Daybook, tmp_path: Path) -> None:
        """The new archive has what the README says, and no error."""
        made = daybook(
            "new", tmp_path / "a b", "--name", 'My "papers": 100 %', "--url", "https://x.test/p"
        )
        assert made.status == 0
        assert (tmp_path / "a b" / "dumps" / "merges.yml").is_file()
        record = read_record(tmp_path / "a b")
        assert record.settings.site_name == 'My "papers": 100 %'
        assert record.settings.site_url == "https://x.test/p/"
        assert daybook("check", "-C", tmp_path / "a b").status == 0

    @pytest.mark.parametrize("name", ["README.md", "mkdocs.yml", "dumps/merges.yml", ".gitignore"])
    def test_no_file_is_written_over(self, daybook: Daybook, tmp_path: Path, name: str) -> None:
        """Where one of its files is there, nothing at all is written."""
        mine = put(tmp_path / "a", name, b"mine")
        made = daybook("new", tmp_path / "a")
        assert made.status == 2
        assert name in made.err
        assert [path for path in (tmp_path / "a").rglob("*") if path.is_file()] == [mine]
        assert mine.read_bytes() == b"mine"

    def test_a_file_in_place_of_the_folder_is_a_fault_of_the_user(
        self, daybook: Daybook, tmp_path: Path
    ) -> None:
        """A file's name for DIR is told, not a traceback."""
        put(tmp_path, "file", b"")
        made = daybook("new", tmp_path / "file")
        assert made.status == 2
        assert "file" in made.err


class TestAdd:
    """`daybook add` takes dumps in, whole or not at all, and promises their addresses."""

    def test_figures_are_told_and_adding_again_changes_nothing(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """Entries, new papers and repeats add up; the second time not a byte changes."""
        first = put(tmp_path, "list.txt", LIST)
        added = daybook("add", first, "--year", "2025", "-C", archive)
        assert added.status == 0, added.err
        assert "3 entries, 3 new papers, 0 repeats, 0 problems" in added.out
        kept = archive / f"dumps/2025/2025-03-14-{sha256(LIST)[:8]}.txt"
        assert kept.read_bytes() == LIST
        papers = [line for line in ledger_of(archive) if line["kind"] == "paper"]
        assert [line["address"] for line in papers] == [
            "papers/one/",
            "papers/a-video/",
            "papers/two/",
        ]
        before = state(archive)
        again = daybook("add", first, "--year", "2025", "-C", archive)
        assert again.status == 0
        assert "in the archive already" in again.out
        assert "0 new addresses" in again.out
        assert state(archive) == before
        second = put(tmp_path, "2025-03-15.txt", list_of("Mar 15", "ONE!", "Four", "four"))
        added = daybook("add", second, "-C", archive)
        assert "3 entries, 1 new papers, 2 repeats, 0 problems" in added.out
        assert state(archive)["dumps/ledger.jsonl"].startswith(before["dumps/ledger.jsonl"])

    def test_bytes_are_kept_as_they_are(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """Line ends, marks and blanks of any kind stay."""
        raw = b"\xef\xbb\xbf" + LIST.replace(b"\n", b"\r\n") + b"\r\n\xc2\xa0\r\n"
        daybook("add", put(tmp_path, "2025-03-14.txt", raw), "-C", archive)
        assert raw in state(archive).values()

    @pytest.mark.parametrize(
        ("raw", "options", "says"),
        [
            (LIST, [], "--year YYYY"),
            (list_of("Feb 29", "One"), ["--year", "2025"], "'Feb 29'"),
            (SLIPPED, ["--year", "2025"], "list.txt:17: error: expected a title"),
            (SLIPPED, ["--year", "2025"], "--accept"),
            (b"", ["--year", "2025"], "empty"),
            (b"\x89PNG\r\n\x1a\n" + bytes(256), ["--year", "2025"], "Mar 14"),
        ],
    )
    def test_what_is_refused_changes_nothing(
        self,
        daybook: Daybook,
        archive: Path,
        tmp_path: Path,
        raw: bytes,
        options: list[str],
        says: str,
    ) -> None:
        """The error says what to do; dumps and ledger stay as they were."""
        before = state(archive)
        added = daybook("add", put(tmp_path, "list.txt", raw), *options, "-C", archive)
        assert added.status == 1
        assert says in added.err
        assert {name for name in state(archive) if name.endswith(".txt")} == set()
        assert not [line for line in ledger_of(archive) if line["kind"] == "paper"]
        assert {name: state(archive)[name] for name in before} == before

    def test_a_list_of_the_day_after_tomorrow_is_refused(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """A day that has not come is an error; --accept does not help."""
        day = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(3)
        raw = list_of(f"{day:%b} {day.day}", "One")
        path = put(tmp_path, f"{day}.txt", raw)
        added = daybook("add", path, "--accept", "-C", archive)
        assert added.status == 1
        assert str(day) in added.err

    def test_a_slipped_list_is_taken_with_accept(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """What could be read is kept and promised; the problem is told with its line."""
        added = daybook(
            "add", put(tmp_path, "list.txt", SLIPPED), "--year", "2025", "--accept", "-C", archive
        )
        assert added.status == 0
        assert "2 entries, 2 new papers, 0 repeats, 1 problems" in added.out
        assert "list.txt:17" in added.out

    def test_an_odd_day_wants_a_word(self, daybook: Daybook, archive: Path, tmp_path: Path) -> None:
        """Without a terminal, a day 363 days before the newest needs --accept."""
        put(tmp_path, "new.txt", list_of("Dec 31", "Newest"))
        odd = put(tmp_path, "odd.txt", list_of("Jan 2", "Odd"))
        daybook("add", tmp_path / "new.txt", "--year", "2024", "-C", archive)
        refused = daybook("add", odd, "--year", "2024", "-C", archive)
        assert refused.status == 1
        assert "2024-12-31" in refused.err
        assert "--accept" in refused.err
        assert daybook("add", odd, "--year", "2024", "--accept", "-C", archive).status == 0

    def test_the_same_bytes_under_another_year_are_an_error(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """The error names the file that has them."""
        path = put(tmp_path, "list.txt", LIST)
        daybook("add", path, "--year", "2025", "-C", archive)
        before = state(archive)
        again = daybook("add", path, "--year", "2024", "-C", archive)
        assert again.status == 1
        assert f"dumps/2025/2025-03-14-{sha256(LIST)[:8]}.txt" in again.err
        assert state(archive) == before

    def test_good_files_are_taken_where_others_are_bad(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """Each bad file is named; the good ones are kept; the status says that some are not."""
        good = put(tmp_path, "2025-03-14.txt", LIST)
        twin = put(tmp_path, "2025-03-14-b.txt", LIST)
        bad = put(tmp_path, "2025-02-29.txt", b"words")
        added = daybook("add", tmp_path / "none.txt", good, bad, twin, tmp_path, "-C", archive)
        assert added.status == 1
        for name in ("none.txt", "2025-02-29.txt"):
            assert name in added.err
        assert "2025-03-14-b.txt: in the archive already" in added.out
        assert [name for name in state(archive) if name.endswith(".txt")] == [
            f"dumps/2025/2025-03-14-{sha256(LIST)[:8]}.txt"
        ]

    @pytest.mark.parametrize(
        "name", ["dumps/2025/anything.txt", "dumps/2025/UPPER.TXT", "dumps/2025-03-14.txt"]
    )
    def test_a_dropped_dump_is_promised_without_a_file(
        self, daybook: Daybook, archive: Path, name: str
    ) -> None:
        """What lies under dumps/ already gets its addresses, and stays where it is."""
        put(archive, name, LIST)
        added = daybook("add", "-C", archive)
        assert added.status == 0
        assert "3 of them of papers" in added.out
        assert state(archive)[name] == LIST
        assert "0 new addresses" in daybook("add", "-C", archive).out

    def test_a_dropped_dump_that_slips_is_not_promised_unless_accepted(
        self, daybook: Daybook, archive: Path
    ) -> None:
        """A title that is none gets no address behind anyone's back."""
        put(archive, "dumps/2025/list.txt", SLIPPED)
        added = daybook("add", "-C", archive)
        assert added.status == 1
        assert "dumps/2025/list.txt:17" in added.err
        assert not ledger_of(archive)
        assert daybook("add", "--accept", "-C", archive).status == 0
        assert ledger_of(archive)

    def test_adding_a_file_promises_no_slipped_dump_that_lies_there(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """What slipped waits for a second look, whatever else is added."""
        put(archive, "dumps/2025/slipped.txt", SLIPPED)
        daybook("add", put(tmp_path, "2025-03-14.txt", LIST), "-C", archive)
        assert "papers/three/" not in {line["address"] for line in ledger_of(archive)}

    def test_a_refused_file_promises_nothing(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """Where no file was taken, the ledger is not touched."""
        put(archive, "dumps/2025/dropped.txt", LIST)
        assert daybook("add", put(tmp_path, "bad.txt", b"words"), "-C", archive).status == 1
        assert not ledger_of(archive)

    @pytest.mark.parametrize("year", ["25", "1889", "10000", "this"])
    def test_a_year_is_a_year(
        self, daybook: Daybook, archive: Path, tmp_path: Path, year: str
    ) -> None:
        """An impossible year is a fault of the user."""
        added = daybook("add", put(tmp_path, "list.txt", LIST), "--year", year, "-C", archive)
        assert added.status == 2
        assert "--year" in added.err


@pytest.fixture
def filled(daybook: Daybook, archive: Path, tmp_path: Path) -> Path:
    """An archive with two promised lists."""
    put(tmp_path, "2025-03-14.txt", LIST)
    put(tmp_path, "2025-03-15.txt", list_of("Mar 15", "One", "Three"))
    assert daybook("add", *tmp_path.glob("*.txt"), "-C", archive).status == 0
    return archive


class TestBuild:
    """`daybook build` builds what is promised, and stops where a promise would break."""

    def test_a_dump_deleted_after_its_promise_stops_the_build(
        self, daybook: Daybook, filled: Path
    ) -> None:
        """The addresses that would vanish are named, and the site stays as it was."""
        site = put(filled, "site/index.html", b"before")
        put(filled, "site/sitemap.xml", b"before")
        (filled / f"dumps/2025/2025-03-14-{sha256(LIST)[:8]}.txt").unlink()
        built = daybook("build", "-C", filled)
        assert built.status == 1
        for address in ("papers/two/", "papers/a-video/", "days/2025-03-14/"):
            assert address in built.err
        assert "papers/one/" not in built.err
        assert site.read_bytes() == b"before"
        assert not (filled / "docs").exists()
        before = state(filled)
        assert daybook("add", "-C", filled).status == 1
        assert state(filled) == before

    def test_all_dumps_deleted_do_not_give_the_sample(self, daybook: Daybook, filled: Path) -> None:
        """An archive that promised something never shows the sample in its place."""
        shutil.rmtree(filled / "dumps" / "2025")
        built = daybook("build", "-C", filled)
        assert built.status == 1
        assert "papers/two/" in built.err

    def test_locked_names_the_papers_that_the_ledger_lacks(
        self, daybook: Daybook, filled: Path
    ) -> None:
        """With --locked, a paper without a promise is an error with its address."""
        put(filled, "dumps/2025/dropped.txt", list_of("Mar 16", "Five", "One"))
        built = daybook("build", "--locked", "-C", filled)
        assert built.status == 1
        assert "papers/five/" in built.err
        assert "days/2025-03-16/" in built.err
        assert "papers/one/" not in built.err
        assert "daybook add" in built.err
        assert not (filled / "site").exists()

    def test_build_writes_the_site_and_nothing_in_dumps(
        self, daybook: Daybook, filled: Path
    ) -> None:
        """Without --locked, lacking promises are said, derived, and not written down."""
        put(filled, "dumps/2025/dropped.txt", SLIPPED.replace(b"Three", b"Six"))
        (filled / "dumps" / "merges.yml").write_text(
            "- one work: [two, three]\n- removed: nobody\n"
        )
        before = state(filled)
        built = daybook("build", "--strict", "-C", filled)
        assert built.status == 1, "a problem, and --strict"
        assert "dumps/2025/dropped.txt:17: error" in built.err
        assert "dumps/merges.yml:2: error" in built.err
        assert "not promised yet" in built.err
        assert "2 errors" in built.err
        assert state(filled) == before
        for line in ledger_of(filled):
            assert (filled / "site" / line["address"] / "index.html").is_file()
        assert 'href="../' in (filled / "site" / "papers/three/index.html").read_text()
        assert (filled / "site/papers/six/index.html").is_file()
        assert daybook("build", "-C", filled).status == 0, "problems are told, and the site stands"

    def test_tags_and_areas_of_the_past_answer(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """Retired, renamed and split tags, and areas given up, keep every address promised."""

        def tags(*words: str) -> str:
            return ", ".join(f"{w}: {{name: On {w}, note: It., sure: [{w}]}}" for w in words)

        kept = f"  seeing: {{name: Seeing, tags: {{{tags('film', 'book')}}}}}\n"
        gone = f"  gone: {{name: Gone, tags: {{{tags('one', 'two', 'video')}}}}}\n"
        vocabulary = archive / "vocabulary.yml"
        vocabulary.write_text(f"areas:\n{kept}{gone}")
        put(tmp_path, "list.txt", LIST)
        daybook("add", tmp_path / "list.txt", "--year", "2025", "-C", archive)
        vocabulary.write_text(
            f"areas:\n{kept}former:\n  one: {{name: One}}\n"
            "  two: {name: Two, renamed to: film}\n"
            "  video: {name: Video, split into: [film, book]}\n"
        )
        built = daybook("build", "--strict", "-C", archive)
        assert built.status == 0, built.err
        for old, word in (
            ("tags/one/2025-03", "retired"),
            ("tags/two/2025-03", 'href="../../film/"'),
            ("tags/video", 'href="2025-03/"'),
            ("tags/video/2025", "split"),
            ("areas/gone", 'href="../../tags/"'),
        ):
            assert word in (archive / "site" / old / "index.html").read_text(), old
        checked = daybook("check", "--site", "-C", archive)
        assert checked.status == 0, checked.err

    def test_the_words_of_a_removed_paper_stand_nowhere(
        self, daybook: Daybook, filled: Path
    ) -> None:
        """Not in lists, not in the head of its own page, not in the search, not in an export."""
        words = "What is said here of One"
        put(filled, "dumps/merges.yml", b"- removed: one\n  note: As its authors asked.\n")
        assert daybook("build", "-C", filled).status == 0
        built = [p for name in ("docs", "site") for p in (filled / name).rglob("*") if p.is_file()]
        assert [path for path in built if words.encode() in path.read_bytes()] == []
        assert "As its authors asked." in (filled / "site/papers/one/index.html").read_text()
        exported = [json.loads(line) for line in daybook("export", "-C", filled).out.splitlines()]
        (one,) = (paper for paper in exported if paper["slug"] == "one")
        assert one["source_of"] == {"title": "dump"}
        assert words not in json.dumps(exported)

    def test_what_mkdocs_warns_of_is_named(self, daybook: Daybook, filled: Path) -> None:
        """A link that leads nowhere on a human's page is a problem, and the site is built."""
        put(filled, "docs/mine.md", b"# Mine\n\n[There](nowhere.md)\n")
        built = daybook("build", "-C", filled)
        assert built.status == 0
        assert "nowhere.md" in built.err
        assert (filled / "site/mine/index.html").is_file()
        assert daybook("build", "--strict", "-C", filled).status == 1

    @pytest.mark.parametrize("place", [".", "..", "dumps", "dumps/site", "docs", "mkdocs.yml"])
    def test_a_site_takes_the_place_of_nothing_but_a_site(
        self, daybook: Daybook, filled: Path, place: str
    ) -> None:
        """What is no site would be deleted by the swap: the build refuses to begin."""
        put(filled, "docs/mine.md", b"# Mine")
        before = {path: path.read_bytes() for path in filled.rglob("*") if path.is_file()}
        ended = daybook("build", "--site", filled / place, "-C", filled)
        assert ended.status == 2
        assert "--site" in ended.err
        assert before == {p: p.read_bytes() for p in filled.rglob("*") if p.is_file()}

    def test_a_link_to_a_site_stays_a_link(self, daybook: Daybook, filled: Path) -> None:
        """Behind a link the site is built where the link leads, the other tree beside it."""
        link, real = filled.parent / "link", filled.parent / "real"
        real.mkdir()
        link.symlink_to(real)
        for said in ("At first", "Again", "At last"):
            put(filled, "docs/mine.md", f"# {said}".encode())
            assert daybook("build", "--site", link, "-C", filled).status == 0
            assert said in (link / "mine/index.html").read_text()
            assert link.readlink() == real
        assert not real.is_symlink()
        assert (real / "papers/one/index.html").is_file()
        assert sorted(p.name for p in filled.parent.glob(".*")) == [".real.new"]

    def test_a_first_build_leaves_a_second_tree(self, daybook: Daybook, filled: Path) -> None:
        """It is the same, of the same files, for the next build to bring up to date."""
        rest = ".site.twin/left/by/a/killed/build"
        put(filled, rest, b"half")
        assert daybook("build", "-C", filled).status == 0
        there = [
            {path.relative_to(tree): path.stat().st_ino for path in tree.rglob("*.*")}
            for tree in (filled / "site", filled / ".site.new")
        ]
        assert len(there[0]) > 100
        assert there[0] == there[1]
        assert not (filled / ".site.twin").exists()
        put(filled, rest, b"half")
        put(filled, "docs/mine.md", b"# Mine")
        assert daybook("build", "-C", filled).status == 0
        assert not (filled / ".site.twin").exists()

    def test_a_swap_cut_short_is_undone(self, daybook: Daybook, filled: Path) -> None:
        """A build killed between two renames leaves the site aside: the next brings it back."""
        put(filled, ".site.old/index.html", b"before")
        put(filled, ".site.old/sitemap.xml", b"before")
        put(filled, ".site.new/index.html", b"half")
        (filled / "dumps/ledger.jsonl").write_text(
            (filled / "dumps/ledger.jsonl").read_text().replace("video", "vidio")
        )
        assert daybook("build", "-C", filled).status == 1, "a promise would break"
        assert (filled / "site/index.html").read_bytes() == b"before"
        assert not (filled / ".site.old").exists()

    @pytest.mark.parametrize("before", [True, False])
    def test_the_folder_is_named_before_or_after_the_command(
        self,
        daybook: Daybook,
        filled: Path,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        *,
        before: bool,
    ) -> None:
        """-C may stand in either place; a command's own counts."""
        monkeypatch.chdir(tmp_path)
        parts = ("-C", filled, "export") if before else ("export", "-C", filled)
        assert len(daybook(*parts).out.splitlines()) == 4
        assert len(daybook("-C", tmp_path / "none", "export", "-C", filled).out.splitlines()) == 4

    @pytest.mark.parametrize("command", ["add", "build", "check", "export"])
    def test_a_folder_without_an_archive_is_a_fault_of_the_user(
        self, daybook: Daybook, tmp_path: Path, command: str
    ) -> None:
        """The error says how to name an archive, or to make one."""
        ended = daybook(command, "-C", tmp_path)
        assert ended.status == 2
        assert "daybook new DIR" in ended.err
        assert "Traceback" not in ended.err

    @pytest.mark.parametrize("command", ["add", "build", "check", "export"])
    def test_an_unknown_setting_is_refused_with_its_line(
        self, daybook: Daybook, filled: Path, command: str
    ) -> None:
        """A slip of the pen in mkdocs.yml stops every command, at its line."""
        config = filled / "mkdocs.yml"
        text = config.read_text() + "    contct: me\n"
        config.write_text(text)
        ended = daybook(command, "-C", filled)
        assert ended.status == 2
        assert f"mkdocs.yml:{len(text.splitlines())}" in ended.err
        assert "contct" in ended.err

    @pytest.mark.parametrize(
        "url",
        ["https://", "https:///", "https://x.test", "https://x.test/?a=/", "http://[x/", "x/", "5"],
    )
    def test_an_address_under_which_no_page_can_stand_is_refused(
        self, daybook: Daybook, filled: Path, url: str
    ) -> None:
        """Every address of a page begins with `site_url`, so that one must be sound."""
        config = filled / "mkdocs.yml"
        lines = config.read_text().splitlines()
        (at,) = (at for at, line in enumerate(lines) if line.startswith("site_url:"))
        config.write_text("\n".join((*lines[:at], f"site_url: {url}", *lines[at + 1 :])))
        ended = daybook("check", "-C", filled)
        assert ended.status == 2
        assert f"mkdocs.yml:{at + 1}: error: expected" in ended.err

    def test_an_address_from_the_environment_is_the_same_everywhere(
        self, daybook: Daybook, filled: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """MkDocs and we read `!ENV` alike, so that a site has one address and not two."""
        config = filled / "mkdocs.yml"
        text = re.sub(
            "(?m)^site_url:.*$", "site_url: !ENV [WHERE, 'https://x.test/']", config.read_text()
        )
        config.write_text(text)
        assert read_record(filled).settings.site_url == "https://x.test/"
        monkeypatch.setenv("WHERE", "https://preview.test/1/")
        assert daybook("build", "-C", filled).status == 0
        assert "https://preview.test/1/" in (filled / "site/robots.txt").read_text()
        checked = daybook("check", "--site", "-C", filled)
        assert checked.status == 0, checked.err


class TestExport:
    """`daybook export` prints a line of JSON for each paper."""

    ALWAYS = frozenset(
        {"id", "slug", "url", "status", "title", "listings", "arxiv", "doi", "authors", "source_of"}
    )
    TEXTS = frozenset({"abstract", "tags", "variants", "links", "related"})
    SOMETIMES = frozenset({"title_raw", "abstract_raw", "abstract_tex"})

    def test_lines_carry_the_fields_of_the_design(self, daybook: Daybook, filled: Path) -> None:
        """Each field of the design is there; what says nothing new is left out."""
        (filled / "dumps" / "merges.yml").write_text("- removed: two\n- withdrawn: three\n")
        ended = daybook("export", "-C", filled)
        assert ended.status == 0
        papers = [json.loads(line) for line in ended.out.splitlines()]
        assert [paper["slug"] for paper in papers] == ["one", "a-video", "two", "three"]
        assert [p["status"] for p in papers] == ["listed", "listed", "removed", "withdrawn"]
        for paper in papers:
            texts = frozenset() if paper["status"] == "removed" else self.TEXTS
            assert set(paper) - self.SOMETIMES == self.ALWAYS | texts
            assert paper["url"] == f"https://lists.test/papers/papers/{paper['slug']}/"
            assert re.fullmatch(r"[0-9a-f]{12}-\d+", paper["id"])
            assert all(
                set(each) == {"day", "dump", "position", "line", "variant"}
                for each in paper["listings"]
            )
        assert [each["day"] for each in papers[0]["listings"]] == ["2025-03-14", "2025-03-15"]
        assert papers[1]["tags"] == [{"key": "video", "evidence": papers[1]["tags"][0]["evidence"]}]
        assert papers[0]["variants"] == [{"title_raw": "One", "abstract_raw": abstract_of("One")}]

    def test_odd_titles_come_out_as_one_line_each(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """Whatever a title holds, a paper is a line, and reads back raw."""
        titles = ["a\u2028b", 'q"\\', "<script>", "{{ x }}", "🙂", "\u202eturned", "tab\tstop"]
        raw = dump_of("Mar 14", pairs_of(titles))
        daybook("add", put(tmp_path, "2025-03-14.txt", raw), "-C", archive)
        lines = daybook("export", "-C", archive).out.split("\n")[:-1]
        papers = [json.loads(line) for line in lines]
        raws = [paper.get("title_raw", paper["title"]) for paper in papers]
        assert raws == [" ".join(title.split()) for title in titles]


class TestCheck:
    """`daybook check` tells all that can be known without building."""

    def test_a_sound_archive_has_no_error(self, daybook: Daybook, filled: Path) -> None:
        """Status 0, and nothing is written."""
        before = state(filled)
        ended = daybook("check", "-C", filled)
        assert ended.status == 0, ended.err
        assert "0 errors" in ended.err
        assert state(filled) == before

    @pytest.mark.parametrize(
        ("name", "raw", "says", "status"),
        [
            ("dumps/2025/list.txt", SLIPPED, "dumps/2025/list.txt:17: error", 1),
            ("dumps/2025/list.txt", b"\xff\xfe\x00", "dumps/2025/list.txt:1: error", 1),
            ("dumps/2025/list.txt", LIST, "found the bytes of", 1),
            ("dumps/list.txt", list_of("Mar 20", "X"), "--year", 1),
            ("dumps/2025/list.txt", list_of("Mar 20", "X"), "found none for", 0),
            ("dumps/2025/2024-03-20.txt", list_of("Mar 20", "X"), "warning: expected a day of", 0),
            ("dumps/merges.yml", b"- removed: x\n", "dumps/merges.yml:1: error", 1),
            ("dumps/merges.yml", b"- \xff\n", "UTF-8", 2),
            ("dumps/corrections.yml", b"- {dump: x, day: 2025-02-30}\n", "corrections.yml:1", 1),
            (
                "dumps/2025/list.txt",
                joined("Mar 20", ["A Title", "Another Title"]),
                "both lines",
                0,
            ),
            (
                "dumps/2025/list.txt",
                dump_of("Mar 20", [("One", "quite other words " * 12)]),
                "hardly a word",
                0,
            ),
            (
                "dumps/2025/list.txt",
                dump_of("Mar 20", [("Uno", abstract_of("One"))]),
                "begins alike",
                0,
            ),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(
        self, daybook: Daybook, filled: Path, name: str, raw: bytes, says: str, status: int
    ) -> None:
        """Faults in dumps, decisions and corrections, and what is worth a look."""
        put(filled, name, raw)
        ended = daybook("check", "-C", filled)
        assert says in ended.err
        assert ended.status == status

    def test_what_leads_nowhere_in_a_site_is_told(self, daybook: Daybook, filled: Path) -> None:
        """Links, anchors, canonical addresses, promises and lonely pages are looked at."""
        assert daybook("build", "-C", filled).status == 0
        assert daybook("check", "--site", "-C", filled).status == 0
        site = filled / "site"
        home = (site / "index.html").read_text()
        day = (site / "days/2025-03-14/index.html").read_text()
        put(site, "lone/index.html", home.replace("papers/", "papers/x/").encode())
        put(site, "days/2025-03-14/index.html", day.replace('id="one"', 'id="won"').encode())
        shutil.rmtree(site / "papers" / "two")
        checked = daybook("check", "--site", "-C", filled)
        assert checked.status == 1
        for told in (
            "days/2025-03-14/index.html: error: expected a page behind the link ../../papers/two/",
            "papers/one/index.html: error: expected a page behind the anchor #one of days/",
            "dumps/ledger.jsonl: error: expected a page behind the promised address papers/two/",
            "sitemap.xml: error: expected a page behind the address papers/two/",
            "lone/index.html: error: expected a page behind its canonical address",
            "lone/index.html: error: expected a way here from home",
        ):
            assert told in checked.err

    def test_conflict_marks_in_the_ledger_are_errors(self, daybook: Daybook, filled: Path) -> None:
        """What git left is named at its line."""
        path = filled / "dumps" / "ledger.jsonl"
        count = len(ledger_of(filled))
        path.write_text(f"{path.read_text()}<<<<<<< HEAD\n=======\n>>>>>>> other\n")
        ended = daybook("check", "-C", filled)
        assert ended.status == 1
        for line in range(count + 1, count + 4):
            assert f"dumps/ledger.jsonl:{line}: error" in ended.err

    def test_a_paper_that_turned_to_stone_is_told(self, daybook: Daybook, filled: Path) -> None:
        """A promise whose paper a correction took away is worth a look."""
        heir = list_of("Mar 14", "One", "A video")
        put(filled, "dumps/2025/heir.txt", heir)
        text = f"- {{dump: 2025/heir.txt, supersedes: {sha256(LIST)[:8]}}}\n"
        (filled / "dumps" / "corrections.yml").write_text(text)
        ended = daybook("check", "-C", filled)
        assert "papers/two/" in ended.err
        assert ended.status == 0


def test_a_command_that_is_not_there_is_a_fault_of_the_user(daybook: Daybook) -> None:
    """Unknown commands and options end with status 2 and a hint."""
    assert daybook("ad").status == 2
    assert daybook("add", "--yaer", "2025").status == 2
    assert daybook("--version").status == 0


def test_the_five_dumps_give_the_figures(daybook: Daybook, archive: Path, shared: Path) -> None:
    """Five real dumps: entries, papers, days and repeats as counted by hand."""
    for path in sorted((shared / "dumps").glob("*.txt")):
        assert daybook("add", path, "--year", "2025", "-C", archive).status == 0
    record = read_record(archive)
    found = read(record)
    assert counts(found, record) == (
        "5 dumps, 4 days, 364 entries, 307 papers, 352 papers on days, "
        "45 papers listed more than once (40 on more than one day), "
        "1 with several texts, 0 problems"
    )
    assert not found.lines
    papers = [line for line in ledger_of(archive) if line["kind"] == "paper"]
    assert len(papers) == len({line["address"] for line in papers}) == 307
    assert sum(len(paper.listings) for paper in found.catalog.papers) == 364


def test_an_exported_line_is_one_line(daybook: Daybook, archive: Path, tmp_path: Path) -> None:
    """What some readers take for a line's end is escaped, and a lone surrogate stops nothing."""
    title = "A title\u2028in two\x85lines\x9b"
    put(tmp_path, "2025-03-14.txt", dump_of("Mar 14", [(title, abstract_of("one"))]))
    assert daybook("add", tmp_path / "2025-03-14.txt", "-C", archive).status == 0
    slug = json.loads(daybook("export", "-C", archive).out)["slug"]
    put(archive, "dumps/merges.yml", f'- renamed: {slug}\n  title: "a \\uD800 b"\n'.encode())
    exported = daybook("export", "-C", archive)
    assert exported.status == 0, exported.err
    assert len(exported.out.splitlines()) == 1
    assert "a b" in json.loads(exported.out)["title"]


def test_a_garbled_title_is_looked_at_first(
    daybook: Daybook, archive: Path, tmp_path: Path
) -> None:
    """An address is for good, so a title with bytes that are no text needs a second look."""
    raw = dump_of("Mar 14", [("A töne", abstract_of("one"))]).decode().encode("latin-1")
    refused = daybook("add", put(tmp_path, "2025-03-14.txt", raw), "-C", archive)
    assert refused.status == 1
    assert "UTF-8" in refused.err
    assert not ledger_of(archive)


def test_two_lists_in_one_file_are_looked_at_first(
    daybook: Daybook, archive: Path, tmp_path: Path
) -> None:
    """The second list would not be read: its file is refused before it is kept."""
    glued = LIST + b"\n\n" + list_of("Mar 15", "Three")
    refused = daybook("add", put(tmp_path, "2025-03-14.txt", glued), "-C", archive)
    assert refused.status == 1
    assert "one list in a file" in refused.err
    assert not ledger_of(archive)


def test_a_correction_by_hash_holds_while_a_dump_is_taken_in(
    daybook: Daybook, archive: Path, tmp_path: Path
) -> None:
    """What a refusal asks for can be said before the dump has a place in the archive."""
    file = put(tmp_path, "2025-03-15.txt", SLIPPED)
    refused = daybook("add", file, "-C", archive)
    assert refused.status == 1
    assert sha256(SLIPPED)[:12] in refused.err
    lines = SLIPPED.decode().split("\n")
    titles = [number for number, line in enumerate(lines, 1) if line in {"One", "Three"}]
    put(
        archive,
        "dumps/corrections.yml",
        f"- dump: {sha256(SLIPPED)[:12]}\n  titles: {titles}\n".encode(),
    )
    added = daybook("add", file, "-C", archive)
    assert added.status == 0, added.err
    assert "2 entries, 2 new papers" in added.out


def test_a_merged_address_leads_to_its_papers_tags(
    daybook: Daybook, archive: Path, tmp_path: Path
) -> None:
    """`daybook tags` follows a promised address as the site does."""
    put(tmp_path, "2025-03-14.txt", LIST)
    assert daybook("add", tmp_path / "2025-03-14.txt", "-C", archive).status == 0
    put(archive, "dumps/merges.yml", b"- one work: [papers/one, papers/two]\n")
    told = daybook("tags", "papers/two", "-C", archive)
    assert told.status == 0, told.err
    assert "papers/one/" in told.out
