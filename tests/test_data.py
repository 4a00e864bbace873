"""What the site gives away: it says what the archive says, and the archive can be made from it."""

import datetime as dt
import gzip
import hashlib
import json
import random
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from urllib.parse import urljoin

import pytest
from conftest import Daybook
from jsonschema import Draft202012Validator
from lists import (
    abstract_of,
    chance,
    dump_of,
    list_of,
    pairs_of,
    promised,
    raw_dump,
    record_of,
    sha256,
)
from test_histories import STEPS, History

from generator import cite, urls
from generator.build import CORRECTIONS, LEDGER, MERGES, METADATA, MOVED, Archive, RawDump, Record
from generator.build import read as read_record
from generator.decisions import NO_MEND, Mend
from generator.exports import Json, export
from generator.exports import record as record_of_paper
from generator.files import read_record as record_in
from generator.importing import record_files
from generator.keys import Keys, Output
from generator.model import ArchiveError, Dump, Entry, Metadata, Status
from generator.moved import Moved, format_moved, parse_moved
from generator.open_data import data_contents, index, outputs, schema, with_index
from generator.pages import environment
from generator.pieces import Pieces
from generator.plain import digest
from generator.restored import SUFFIX, format_restored, parse_restored, sha256_in

ROUND_TRIPS = 40
VALIDATOR = Draft202012Validator(json.loads(schema()))

Data = Mapping[str, bytes]


@cache
def data_of(record: Record) -> Data:
    """Return every data file of an archive."""
    return data_contents(read_record(record), record)


def papers_in(data: Data) -> list[dict[str, Json]]:
    """Return the papers of the month files, in order of the months."""
    return [
        json.loads(line)
        for path in sorted(data)
        if path.endswith(".jsonl.gz")
        for line in gzip.decompress(data[path]).decode().splitlines()
    ]


def imported(data: Data, like: Record) -> Record:
    """Return the record that an import of this data makes, under the settings of another."""
    made = dict(record_files(data))
    dumps = (
        RawDump(
            path=name.removesuffix(SUFFIX), raw=content, sha256=sha256_in(content), restored=True
        )
        for name, content in made.items()
        if name.endswith(SUFFIX)
    )
    return replace(
        like,
        dumps=tuple(sorted(dumps, key=lambda dump: dump.path)),
        ledger=made[LEDGER].decode(),
        merges=made[MERGES].decode(),
        corrections=made[CORRECTIONS].decode(),
        metadata=made[METADATA].decode(),
        moved=made[MOVED].decode(),
    )


def said_by(archive: Archive, record: Record) -> list[str]:
    """Return what `daybook export` prints."""
    return list(export(archive.catalog, record.settings))


DECIDED = """\
- {renamed: papers/walks, title: Longer Walks}
- {withdrawn: papers/two, note: By its authors.}
- {removed: papers/a-secret-name}
- {renamed: papers/a-secret-name, title: A paper}
- {removed: papers/gone}
- one work: [papers/one, papers/three]
"""
ODD_WORD = "quixotic"


@cache
def decided() -> Record:
    """Return the record of an archive in which every kind of decision was made."""
    titles = ["Walks", "Two", "A Secret Name", "Gone", "One", "Three", r"Costs of $5 \% and $x^2$"]
    pairs = [
        (title, abstract_of(title, f" {ODD_WORD}" if title in {"A Secret Name", "Gone"} else ""))
        for title in titles
    ]
    first = raw_dump(dump_of("Mar 14", pairs), name="2025-03-14-a")
    again = [("GONE!", abstract_of("Gone", f" {ODD_WORD} still")), ("Walks", abstract_of("More"))]
    second = raw_dump(dump_of("Apr 1", [*again, *pairs_of(["Last"])]), name="2025-04-01-b")
    ledger = promised(record_of(first, second))
    return record_of(first, second, ledger=ledger, merges=DECIDED)


class TestContents:
    """The files say what the archive says."""

    def test_each_paper_stands_in_the_month_of_its_first_listing(self) -> None:
        """All papers, removed ones too, in ledger order, once; the lines are those of export."""
        record = decided()
        archive = read_record(record)
        papers = papers_in(data_of(record))
        expected = [json.loads(line) for line in said_by(archive, record)]
        for fields in expected:
            fields.pop("related", None)
        assert {paper["slug"] for paper in papers} == {each.slug for each in archive.catalog.papers}
        for month in ("2025-03", "2025-04"):
            there = [each for each in expected if each["listings"][0]["day"][:7] == month]
            assert [each for each in papers if first_month(each) == month] == there

    def test_every_exported_line_is_as_the_schema_says(self) -> None:
        """Listed, withdrawn, removed and renamed papers alike; with and without related ones."""
        record = decided()
        archive = read_record(record)
        lines = [json.loads(line) for line in said_by(archive, record)]
        lines += papers_in(data_of(record))
        assert {line["status"] for line in lines} == {"listed", "withdrawn", "removed"}
        for line in lines:
            assert not list(VALIDATOR.iter_errors(line))

    @pytest.mark.parametrize(
        "change",
        [
            {"status": "lost"},
            {"pages": 3},
            {"listings": []},
            {"id": "5e94d2636507"},
            {"status": "removed"},
            {"url": "javascript:alert(1)"},
            {"source_of": {"title": "guess"}},
        ],
        ids=str,
    )
    def test_the_schema_refuses_what_is_no_paper(self, change: dict[str, Json]) -> None:
        """A schema that all passes would say nothing."""
        record = decided()
        listed = next(each for each in papers_in(data_of(record)) if each["status"] == "listed")
        assert VALIDATOR.is_valid(listed)
        assert not VALIDATOR.is_valid(listed | change)

    def test_real_lists_fit_the_schema(self, shared: Path) -> None:
        """Every line of the five real lists is valid, and there are as many as papers."""
        record = real_record(shared)
        papers = papers_in(data_of(record))
        assert len(papers) == 307
        assert sum(len(as_list(paper["listings"])) for paper in papers) == 364
        assert all(VALIDATOR.is_valid(paper) for paper in papers)

    def test_the_index_lists_every_other_file(self) -> None:
        """Bytes, records and SHA-256 are those of the files, whoever made them."""
        record = decided()
        bib, csl = b"@misc{a,\n title={b}\n}\n@misc{c,\n}\n", b'[{"id": 1}, {"id": 2}]'
        cited = {urls.data_bib("2025-03"): bib, urls.data_csl("2025-03"): csl, "feed.xml": b""}
        others = [
            *outputs(read_record(record), record, Keys(), Pieces()),
            *(Output(path=p, key=digest(c), make=partial(bytes, c)) for p, c in cited.items()),
        ]
        whole, _ = with_index(others, record.settings, Keys(), {})
        made = {each.path: each.make() for each in whole}
        told = json.loads(made.pop(urls.DATA_INDEX))
        rows = {f"data/{row['path']}": row for row in told["files"]}
        assert rows.keys() == {path for path in made if path.startswith("data/")}
        for path, row in rows.items():
            assert row["bytes"] == len(made[path])
            assert row["sha256"] == hashlib.sha256(made[path]).hexdigest()
            assert row["url"] == f"{record.settings.site_url}{path}"
        assert rows["data/papers/2025-03.jsonl.gz"]["records"] == 6
        assert rows["data/papers/2025-04.jsonl.gz"]["records"] == 1
        assert rows["data/ledger.jsonl"]["records"] == len(record.ledger.splitlines())
        assert rows["data/merges.yml"]["records"] == 6
        assert rows["data/days.json"]["records"] == 2
        assert rows["data/2025-03.bib"]["records"] == rows["data/2025-03.csl.json"]["records"] == 2
        assert told["terms"]
        assert json.loads(index({}, replace(record.settings, terms="Mine.")))["terms"] == "Mine."

    def test_the_index_makes_no_file_that_an_earlier_build_made(self) -> None:
        """What is known by its key is not made again, and the index is the same."""
        record = decided()
        others = list(outputs(read_record(record), record, Keys(), Pieces()))
        first, known = with_index(others, record.settings, Keys(), {})
        asked: list[str] = []

        def watched(output: Output) -> Output:
            def make() -> bytes:
                asked.append(output.path)
                return b""

            return replace(output, make=make)

        again, kept = with_index(map(watched, others), record.settings, Keys(), known)
        assert not asked
        assert again[-1].make() == first[-1].make()
        assert kept == known

    def test_days_and_tags_have_their_counts(self) -> None:
        """Lists with hash, place and entries; tags with scope and papers."""
        record = decided()
        data = data_of(record)
        days = json.loads(data[urls.DATA_DAYS])
        assert [(day["day"], day["papers"], day["withdrawn"]) for day in days] == [
            ("2025-03-14", 3, 3),
            ("2025-04-01", 2, 1),
        ]
        assert days[0]["lists"] == [
            {"dump": record.dumps[0].sha256, "path": "2025/2025-03-14-a.txt", "entries": 7}
        ]
        (area,) = json.loads(data[urls.DATA_TAGS])
        assert [tag["key"] for tag in area["tags"]] == ["video"]

    def test_llms_txt_says_where_the_data_is(self) -> None:
        """Every address in it is that of a file or page there; hostile names stay text."""
        record = decided()
        hostile = replace(record.settings, site_name="A](javascript:x) <b>\n# B", terms="T\n- x")
        record = replace(record, settings=hostile)
        archive = read_record(record)
        made = {each.path: each.make() for each in outputs(archive, record, Keys(), Pieces())}
        text = made[urls.LLMS].decode()
        assert "](javascript" not in text
        assert "<b>" not in text
        assert "\n# B" not in text
        links = [line.split("](")[1].split(")")[0] for line in text.splitlines() if "](" in line]
        names = {link.removeprefix(record.settings.site_url) for link in links}
        assert {name for name in names if name.startswith("data/")} <= {*made, urls.DATA_INDEX}
        assert urls.data_papers("2025-03") in names

    def test_the_page_links_to_files_that_are_there(self) -> None:
        """Also where a month's only papers are removed, or were all listed before."""
        old = raw_dump(list_of("Jan 3", "One"))
        gone = raw_dump(list_of("Feb 3", "Gone"))
        again = raw_dump(list_of("Mar 3", "One"))
        ledger = promised(record_of(old, gone, again))
        record = record_of(old, gone, again, ledger=ledger, merges="- removed: papers/gone\n")
        archive = read_record(record)
        values = {"catalog": archive.catalog, "settings": record.settings, "sample": False}
        values |= {"here": urls.DATA, "kind": "data"}
        page = environment().get_template("data.md.jinja").render(values)
        links = {urljoin("data/", link) for link in re.findall(r'<a href="([^"]*)"', page)}
        made = [
            *outputs(archive, record, Keys(), Pieces()),
            *cite.outputs(archive.catalog, record.settings, Keys(), Pieces()),
        ]
        assert links <= {*(each.path for each in made), urls.DATA_INDEX}
        assert {urls.data_papers("2025-01"), urls.data_bib("2025-01"), urls.DATA_LEDGER} <= links

    def test_twins_are_off_until_wanted(self) -> None:
        """With `twins: yes` each listed paper has a plain Markdown file beside its page."""
        record = decided()
        archive = read_record(record)
        plain = [each.path for each in outputs(archive, record, Keys(), Pieces())]
        wanted = replace(record, settings=replace(record.settings, twins="yes"))
        both = {each.path: each for each in outputs(archive, wanted, Keys(), Pieces())}
        twins = both.keys() - set(plain)
        assert twins == {urls.twin(paper.slug) for paper in archive.catalog.listed}
        text = both[urls.twin("walks")].make().decode()
        assert text.startswith("# Longer Walks\n\n")
        assert "https://lists.test/papers/papers/walks/" in text
        data = {path for path in plain if path.startswith(urls.DATA)}
        assert {path for path in both if path.startswith(urls.DATA)} == data


def first_month(fields: dict[str, Json]) -> str:
    """Return the month of a paper's first listing."""
    first = as_list(fields["listings"])[0]
    assert isinstance(first, dict)
    return str(first["day"])[:7]


def as_list(value: Json) -> list[Json]:
    """Return a value that must be a list."""
    assert isinstance(value, list)
    return value


def real_record(shared: Path) -> Record:
    """Return the record of the five real lists, their addresses promised."""
    raws = [path.read_bytes() for path in sorted((shared / "dumps").glob("*.txt"))]
    record = record_of(*(raw_dump(raw) for raw in raws))
    return replace(record, ledger=promised(record))


class TestRemoval:
    """What was removed is in no file."""

    def test_no_word_of_a_removed_paper_is_given_away(self) -> None:
        """Neither its texts nor what was found about it; nor its name, once it has another."""
        record = decided()
        removed = read_record(record).catalog.papers
        ids: dict[str, str] = {paper.slug: paper.id for paper in removed}
        known = [
            {"id": ids[slug], "authors": [f"Author of {slug}"], "abstract": words}
            for slug, words in (("gone", ODD_WORD), ("a-secret-name", ODD_WORD), ("walks", "known"))
        ]
        lines = "".join(f"{json.dumps(each)}\n" for each in known)
        data = data_of(replace(record, metadata=f"{lines}{{broken {ODD_WORD}\n"))
        texts = {path: unpacked(path, content) for path, content in data.items()}
        assert "Author of walks" in texts[urls.DATA_METADATA]
        for path, text in texts.items():
            assert ODD_WORD not in text, path
            assert "Author of gone" not in text, path
            assert "A Secret Name" not in text, path
        # Its address holds for good, and so it is known by its shown title there.
        assert '"papers/a-secret-name/"' in texts[urls.DATA_LEDGER]
        assert '"title": "A paper"' in texts[urls.DATA_LEDGER]

    def test_what_is_known_of_a_removed_paper_is_not_given_away(self) -> None:
        """Authors and numbers would name it; those of a listed paper say where they come from."""
        record = decided()
        known = Metadata(
            arxiv="2203.11082",
            doi="",
            authors=("Ada Example",),
            first=None,
            categories=("cs.CL",),
            abstract="",
            source="records.jsonl",
        )
        for paper in read_record(record).catalog.papers:
            fields = record_of_paper(replace(paper, metadata=known), record.settings)
            sources = fields["source_of"]
            assert isinstance(sources, dict)
            assert VALIDATOR.is_valid(fields)
            if paper.status is Status.REMOVED:
                assert fields["authors"] is fields["arxiv"] is None
                assert "authors" not in sources
            else:
                assert fields["authors"] == ["Ada Example"]
                assert (fields["arxiv"], fields["doi"]) == ("2203.11082", None)
                assert (sources["authors"], sources["abstract"]) == ("metadata", "dump")

    def test_a_ledger_without_such_a_paper_is_given_as_it_stands(self) -> None:
        """Odd lines included: what was promised is not ours to mend."""
        raw = raw_dump(list_of("Mar 14", "One"))
        ledger = promised(record_of(raw)) + "{odd\n"
        assert data_of(record_of(raw, ledger=ledger))[urls.DATA_LEDGER].decode() == ledger

    def test_addresses_that_a_build_derives_are_given_too(self) -> None:
        """Without them the data of an archive that promised nothing yet could not be imported."""
        raw = raw_dump(list_of("Mar 14", "One"))
        data = data_of(record_of(raw))
        assert data[urls.DATA_LEDGER].decode() == promised(record_of(raw))


def unpacked(path: str, content: bytes) -> str:
    """Return a data file's text."""
    return (gzip.decompress(content) if path.endswith(".gz") else content).decode()


class TestKeys:
    """One more day makes few files anew."""

    def test_bytes_and_keys_repeat_themselves(self) -> None:
        """The same archive, read again, gives the same keys and the same bytes."""
        runs = []
        for _ in range(2):
            archive = read_record(decided())
            made = outputs(archive, decided(), Keys(), Pieces())
            runs.append([(each.path, each.key, each.make()) for each in made])
        assert runs[0] == runs[1]

    def test_one_more_day_leaves_old_months_as_they_are(self) -> None:
        """Only the months of its papers change, and what speaks of the whole archive."""
        old = [raw_dump(list_of(f"{month} 3", f"Of {month}")) for month in ("Jan", "Feb", "Mar")]
        new = raw_dump(list_of("Apr 3", "Of Apr", "Of Feb"))
        before, after = (
            {
                each.path: (each.key, each.make())
                for each in outputs(read_record(record), record, Keys(), Pieces())
            }
            for record in (record_of(*old), record_of(*old, new))
        )
        changed = {path for path in after if after[path] != before.get(path)}
        months = {path for path in changed if path.startswith("data/papers/")}
        assert months == {urls.data_papers("2025-02"), urls.data_papers("2025-04")}
        assert changed - months == {urls.DATA_LEDGER, urls.DATA_DAYS, urls.LLMS}
        for path in before.keys() & after.keys():
            same = before[path][1] == after[path][1]
            assert same == (before[path][0] == after[path][0]), path

    def test_a_decision_makes_the_month_of_its_paper_anew(self) -> None:
        """A key says all that a file is made from."""
        raws = [raw_dump(list_of(f"{month} 3", f"Of {month}")) for month in ("Jan", "Feb")]
        ledger = promised(record_of(*raws))
        plain = record_of(*raws, ledger=ledger)
        for text in ("{removed: papers/of-jan}", "{renamed: papers/of-jan, title: Other}"):
            record = replace(plain, merges=f"- {text}\n")
            keys = [
                {each.path: each.key for each in outputs(read_record(one), one, Keys(), Pieces())}
                for one in (plain, record)
            ]
            changed = {path for path in keys[0] if keys[0][path] != keys[1][path]}
            assert urls.data_papers("2025-01") in changed
            assert urls.data_papers("2025-02") not in changed


class TestRoundTrip:
    """From the data alone comes the same archive."""

    def test_every_kind_of_decision_comes_back(self) -> None:
        """Status, titles, texts, listings, permalinks and promises are the same."""
        held_the_same(decided())

    def test_five_real_lists_come_back(
        self, daybook: Daybook, archive: Path, shared: Path, tmp_path: Path
    ) -> None:
        """By the commands: add, give away, import elsewhere, export: line by line the same."""
        lists = sorted((shared / "dumps").glob("*.txt"))
        assert daybook("add", *lists, "--year", "2025", "-C", archive).status == 0
        again = copy_by_import(daybook, archive, tmp_path)
        one, two = (daybook("export", "-C", root) for root in (archive, again))
        assert len(one.out.splitlines()) == 307
        assert one.out == two.out
        ledgers = [(root / LEDGER).read_bytes() for root in (archive, again)]
        assert ledgers[0] == ledgers[1]
        assert daybook("check", "-C", again).status == 0
        added = daybook("add", lists[0], "-C", again)
        assert "in the archive already" in added.out

    def test_the_site_made_again_is_the_same_site(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """Built from lists and built from data: no page, feed, slice or sitemap differs."""
        for dump in decided().dumps:
            path = archive / dump.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(dump.raw)
        (archive / LEDGER).write_text(decided().ledger, encoding="utf-8")
        (archive / MERGES).write_text(DECIDED, encoding="utf-8")
        again = copy_by_import(daybook, archive, tmp_path)
        shutil.copy(archive / "mkdocs.yml", again / "mkdocs.yml")
        found = []
        for root in (archive, again):
            assert daybook("build", "--locked", "--strict", "-C", root).status == 0
            files = (path for path in (root / "site").rglob("*") if path.is_file())
            found.append({p.relative_to(root / "site").as_posix(): p.read_bytes() for p in files})
        own = {urls.DATA_CORRECTIONS, urls.DATA_INDEX}
        assert found[0].keys() == found[1].keys()
        assert {name for name in found[0] if found[0][name] != found[1][name]} <= own
        assert f"{urls.paper('walks')}index.html" in found[0]

    @pytest.mark.parametrize("tens", range(ROUND_TRIPS // 10))
    def test_whatever_happened_comes_back(self, tens: int) -> None:
        """After any history: decisions, corrections, superseded lists, united copies."""
        for seed in range(10 * tens, 10 * tens + 10):
            history = History(chance(seed))
            for _ in range(STEPS):
                history.step()
            for copy in dict.fromkeys(history.copies):
                held_the_same(copy.record(copy.dumps), f"seed {seed}: {history.told}")

    def test_an_imported_archive_goes_on(self) -> None:
        """New lists, and corrections of restored ones, find what was promised."""
        old = raw_dump(list_of("Mar 14", "One", "Two"), name="a")
        mended = raw_dump(list_of("Mar 15", "One", "Too"), name="b")
        corrections = "- {dump: 2025/b.txt, supersedes: 2025/a.txt}\n"
        ledger = promised(record_of(old))
        before = record_of(old, mended, ledger=ledger, corrections=corrections)
        before = replace(before, ledger=promised(before))
        record = imported(data_of(before), before)
        new = raw_dump(list_of("Mar 17", "Two", "Four"), name="c")
        moved = "- {dump: 2025/b.txt, day: 2025-03-16}\n"
        record = replace(record, dumps=(*record.dumps, new), corrections=moved)
        archive = read_record(record)
        assert not archive.vanished
        assert not archive.problems
        assert archive.catalog.redirects == {
            "days/2025-03-14/": "days/2025-03-16/",
            "days/2025-03-15/": "days/2025-03-16/",
        }
        assert {paper.slug for paper in archive.catalog.papers} == {"one", "two", "too", "four"}


def held_the_same(record: Record, told: str = "") -> None:
    """Hold that an import of an archive's data says what the archive says."""
    archive = read_record(record)
    data = data_contents(archive, record)
    again = imported(data, record)
    there = read_record(again)
    assert said_by(there, again) == said_by(archive, record), told
    assert there.catalog.redirects == archive.catalog.redirects, told
    assert there.catalog.stones == archive.catalog.stones, told
    assert [day.date for day in there.catalog.days] == [day.date for day in archive.catalog.days]
    assert not there.vanished, told
    assert not there.lines, told
    second = data_contents(there, again)
    same = data.keys() - {urls.DATA_CORRECTIONS, urls.DATA_INDEX}
    assert {path: second[path] for path in same} == {path: data[path] for path in same}, told


def write_data(folder: Path, record: Record) -> Path:
    """Write an archive's data files into a folder, as a site holds them."""
    for name, content in data_of(record).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def copy_by_import(daybook: Daybook, archive: Path, tmp_path: Path) -> Path:
    """Return a new archive that was made from another's data."""
    site = write_data(tmp_path / "site", record_in(archive))
    again = tmp_path / "again"
    daybook("new", again, "--url", "https://lists.test/papers/")
    imported = daybook("import", site, "-C", again)
    assert imported.status == 0, imported.err
    assert "vocabulary: vocabulary.yml" in imported.out
    with (again / "mkdocs.yml").open("a", encoding="utf-8") as settings:
        settings.write("    vocabulary: vocabulary.yml\n")
    return again


class TestImport:
    """`daybook import` takes whole data into an empty archive, and says what is wrong."""

    @pytest.fixture
    def site(self, tmp_path: Path) -> Path:
        """The data of a small archive, as files."""
        return write_data(tmp_path / "site", decided())

    def test_an_archive_with_anything_in_it_is_left_alone(
        self, daybook: Daybook, archive: Path, site: Path
    ) -> None:
        """Lists, promises or decisions: nothing is written over."""
        (archive / "dumps" / "merges.yml").write_text("- removed: papers/a\n", encoding="utf-8")
        before = (archive / "dumps" / "merges.yml").read_bytes()
        refused = daybook("import", site, "-C", archive)
        assert refused.status == 2
        assert "daybook new" in refused.err
        assert (archive / "dumps" / "merges.yml").read_bytes() == before

    def test_settings_that_differ_are_told(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """Feeds' ids hang on the authority, links on the address: both are the owner's to set."""
        record = decided()
        settings = replace(record.settings, authority="me@lists.test,2024-05")
        site = write_data(tmp_path / "site", replace(record, settings=settings))
        imported = daybook("import", site, "-C", archive)
        assert imported.status == 0, imported.err
        assert 'authority: "me@lists.test,2024-05"' in imported.out
        assert "site_url" not in imported.out, "that one is the same"
        assert "site_name" not in imported.out

    @pytest.mark.parametrize("name", ["ledger.jsonl", "papers/2025-03.jsonl.gz", "days.json"])
    def test_a_file_that_is_not_what_it_was_stops_it(
        self, daybook: Daybook, archive: Path, site: Path, name: str
    ) -> None:
        """Missing or changed: the file is named, and nothing is written."""
        path = site / "data" / name
        for spoil in (lambda: path.write_bytes(path.read_bytes() + b" "), path.unlink):
            spoil()
            refused = daybook("import", site / "data", "-C", archive)
            assert refused.status == 2
            assert name in refused.err
            assert not list((archive / "dumps").rglob(f"*{SUFFIX}"))

    def test_a_folder_without_data_is_told(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """The message says what to fetch."""
        refused = daybook("import", tmp_path, "-C", archive)
        assert refused.status == 2
        assert "index.json" in refused.err

    @pytest.mark.parametrize(
        "place",
        ["../../evil.txt", "/etc/evil.txt", ".hidden.txt", "2025/../x.txt", "x.sh", "a\\b.txt", ""],
    )
    def test_no_list_is_written_outside_of_dumps(self, place: str) -> None:
        """The data may be anybody's: a place that leads out is refused."""
        data = data_of(decided())
        days = json.loads(data[urls.DATA_DAYS])
        days[0]["lists"][0]["path"] = place
        with pytest.raises(ArchiveError, match="place"):
            dict(record_files({**data, urls.DATA_DAYS: json.dumps(days).encode()}))

    @pytest.mark.parametrize("seed", range(150))
    def test_damaged_data_is_a_fault_and_never_a_crash(self, seed: int) -> None:
        """Whatever value is put in the place of another, the outcome is an archive or a message."""
        rng = chance(seed)
        data = data_of(decided())
        path = rng.choice([urls.data_papers("2025-03"), urls.DATA_DAYS])
        if path == urls.DATA_DAYS:
            changed = json.dumps(spoil(json.loads(data[path]), rng)).encode()
        else:
            lines = gzip.decompress(data[path]).splitlines()
            which = rng.randrange(len(lines))
            lines[which] = json.dumps(spoil(json.loads(lines[which]), rng)).encode()
            changed = gzip.compress(b"\n".join(lines))
            changed = changed if rng.random() < 0.9 else changed[: len(changed) // 2]
        told = ""
        try:
            read_record(imported({**data, path: changed}, decided()))
        except ArchiveError as error:
            told = str(error)
        assert not told or path in told or urls.DATA_DAYS in told


def spoil(value: Json, rng: random.Random) -> Json:
    """Return a value with something odd in the place of one value in it, however deep it lies."""
    if isinstance(value, list) and value and rng.random() < 0.9:
        place = rng.randrange(len(value))
        return [*value[:place], spoil(value[place], rng), *value[place + 1 :]]
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        return {**value, key: spoil(value[key], rng)}
    odd: list[Json] = [None, -1, 0, "", "x", [], {}, True, 1e400, "\ud800", "a\u2028b", 10**30]
    return rng.choice(odd)


ENTRIES = (
    Entry(line=13, position=1, title="One", abstract="First line.\nSecond line.", end=13),
    Entry(
        line=21, position=2, title="中文 \u2028 <b>".replace(" \u2028", ""), abstract="x", end=21
    ),
)


class TestRestored:
    """A restored list tells what was read of a dump."""

    def test_it_reads_as_it_was_written(self) -> None:
        """Entries, day and hash; the file is ASCII, and another day may be said later."""
        sum_of = sha256(b"x")
        day = read_day("2025-03-14")
        dump = Dump(path="dumps/2025/a.txt", sha256=sum_of, day=day, entries=ENTRIES)
        raw = format_restored(dump).encode("ascii")
        assert sha256_in(raw) == sum_of
        reading = parse_restored(raw, path=dump.path, sha256=sum_of, mend=NO_MEND)
        assert reading.dump == dump
        assert not reading.problems
        for mend, expected in (
            (Mend(day=read_day("2025-03-15")), "2025-03-15"),
            (Mend(year=2024), "2024-03-14"),
        ):
            moved = parse_restored(raw, path=dump.path, sha256=sum_of, mend=mend).dump
            assert moved
            assert moved.day.isoformat() == expected

    @pytest.mark.parametrize(
        ("raw", "kept"),
        [
            (b"", None),
            (b"{}", None),
            (b"[" * 100_000, None),
            (b'{"sha256": 1, "day": "2025-03-14"}', None),
            (b'{"sha256": "%s", "day": "2025-02-30"}' % (b"0" * 64), None),
            (b'{"sha256": "%s", "day": "2025-03-14"}\n{"line": 1}\n[]\n\xff' % (b"0" * 64), 0),
        ],
    )
    def test_a_damaged_one_is_a_problem_with_its_line(self, raw: bytes, kept: int | None) -> None:
        """What cannot be read is named by file and line, and the rest still counts."""
        reading = parse_restored(raw, path="dumps/a.txt", sha256="0" * 64, mend=NO_MEND)
        assert (reading.dump is None) == (kept is None)
        assert reading.problems
        assert all(problem.path == "dumps/a.txt.restored" for problem in reading.problems)
        if reading.dump:
            assert [problem.line for problem in reading.problems] == [2, 3, 4]
            assert len(reading.dump.entries) == kept

    def test_the_bytes_of_a_list_take_its_place_again(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """Put beside the restored file under its old name, the dump itself is read."""
        raw = list_of("Mar 14", "One", "Two")
        given = tmp_path / "2025-03-14.txt"
        given.write_bytes(raw)
        assert daybook("add", given, "-C", archive).status == 0
        again = copy_by_import(daybook, archive, tmp_path)
        (restored,) = (again / "dumps").rglob(f"*{SUFFIX}")
        before = record_in(again)
        assert before.dumps[0].restored
        shutil.copy(given, restored.with_suffix(""))
        after = record_in(again)
        assert [dump.raw for dump in after.dumps] == [raw]
        archives = [read_record(record) for record in (before, after)]
        assert archives[0].catalog.papers == archives[1].catalog.papers


def read_day(text: str) -> dt.date:
    """Return a day."""
    return dt.date.fromisoformat(text)


class TestMoved:
    """Where what is gone leads, as a file."""

    def test_it_reads_as_it_was_written(self) -> None:
        """Days come out of the addresses."""
        moved = Moved(
            addresses={
                urls.period("2025-03-14"): urls.period("2025-03-15"),
                urls.paper("a"): urls.paper("b"),
            },
            entries=parse_moved('{"entries": {"a-1": "b-2"}}', "x")[0].entries,
            lists=frozenset({"0" * 64}),
        )
        assert parse_moved(format_moved(moved), "x") == (moved, ())
        assert moved.days == {read_day("2025-03-14"): read_day("2025-03-15")}
        assert parse_moved("", "x") == (Moved(), ())

    @pytest.mark.parametrize("text", ["{", "[]", "3", "[" * 100_000])
    def test_a_damaged_one_is_a_problem(self, text: str) -> None:
        """It is never passed over in silence."""
        assert len(parse_moved(text, "dumps/moved.json")[1]) == 1

    def test_odd_values_in_it_are_passed_over(self) -> None:
        """Only texts lead from texts."""
        text = '{"entries": {"a": 1, "b": "c"}, "lists": [1, "x"], "addresses": 3}'
        moved, problems = parse_moved(text, "x")
        assert not problems
        assert moved.entries == {"b": "c"}
        assert moved.lists == {"x"}
