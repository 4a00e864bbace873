"""Records of arXiv: made safe, matched by title, proved by abstract, kept as lines."""

import datetime as dt
import gzip
import json
import lzma
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Daybook
from hypothesis import given
from hypothesis import strategies as st
from lists import dump_of, read_list

from generator.arxiv_records import Candidate, Fields, metadata_of, parse_records
from generator.build import METADATA, read
from generator.files import LONGEST_LINE, read_cache, read_lines, read_record
from generator.matching import PROVED, Index, Outcome, Wanted, likeness, match
from generator.metadata import NOTHING, format_metadata, parse_metadata
from generator.model import EntryId, Metadata, Paper, Problem
from generator.text import fold

TITLE = r"Rivers of $\alpha$-Sand: \emph{Grains} in Schr\"oder's Bed"
LISTED = r"Rivers of alpha-Sand: Grains in Schr\"oder's Bed"
ABSTRACT = (
    r"We count the grains of a river in $\mathcal{O}(1/\epsilon^2)$ steps, with \textbf{no} boat. "
    "Where others wade, our method rests on the bank and counts shadows on the water instead. It "
    "is slower by 37\\% and drier by far, and on each of four rivers it found all of the sand."
)
PRINTED = (
    "We count the grains of a river in O(1/epsilon^2) steps, with no boat. Where others wade, our "
    "method rests on the bank and counts shadows on the water instead. It is slower by 37\\% and "
    "drier by far, and on each of four rivers it found all of the sand."
)
REVISED = ABSTRACT.replace("four rivers", "five rivers and a lake").replace("drier by far", "dry")
OTHER = (
    "Sand is sold by weight in most towns along the coast. This note asks why prices rise after a "
    "storm, looks at ledgers of nine merchants over twelve years, and blames the carts."
)
NUMBER = "2203.11082"
PAPER = EntryId("0123456789ab-7")
SECOND = EntryId("0123456789ab-11")


def record(**fields: object) -> Fields:
    """Return a record of the paper, with these fields instead of its own."""
    return {"id": NUMBER, "title": TITLE, "abstract": ABSTRACT, **fields}


def lines(*records: Mapping[str, object]) -> list[str]:
    """Return records as lines of JSON."""
    return [json.dumps(each) for each in records]


def candidates(*records: Fields) -> list[Candidate]:
    """Return records that can be read."""
    found = list(parse_records(lines(*records), "records.jsonl"))
    assert not [each for each in found if isinstance(each, Problem)]
    return [each for each in found if isinstance(each, Candidate)]


def said_of(fields: Fields) -> Metadata:
    """Return what a record says."""
    return metadata_of({"arxiv": NUMBER, **fields}, "records.jsonl")


PLAIN = Wanted(id=PAPER, titles=(LISTED,), texts=(PRINTED,))


def matched(
    *records: Fields,
    papers: Iterable[Wanted] = (PLAIN,),
    taken: Mapping[str, EntryId] | None = None,
) -> Outcome:
    """Return what comes of these records for these papers."""
    return match(Index.of(papers), candidates(*records), taken or {})


class TestRecords:
    """What a record says is taken as it is meant, or not at all."""

    def test_the_snapshot_is_read(self) -> None:
        """The layout of arXiv's public snapshot gives every field."""
        found = said_of(
            {
                "authors": "not these",
                "authors_parsed": [["Lovelace", "Ada", ""], ['Schr\\"oder', "B.", "Jr."], ["Ng"]],
                "versions": [
                    {"version": "v1", "created": "Mon, 21 Mar 2022 17:06:00 GMT"},
                    {"version": "v2", "created": "Tue, 5 Apr 2022 09:00:00 GMT"},
                ],
                "categories": "cs.CL math.CO",
                "doi": "10.1000/182",
                "abstract": "  One line\nwrapped.\n  Indented: the next.\n",
                "update_date": "2022-04-06",
            }
        )
        assert found == Metadata(
            arxiv=NUMBER,
            doi="10.1000/182",
            authors=("Ada Lovelace", "B. Schröder Jr.", "Ng"),
            first=dt.date(2022, 3, 21),
            categories=("cs.CL", "math.CO"),
            abstract="One line wrapped.\n\nIndented: the next.",
            source="records.jsonl",
        )

    def test_what_is_not_there_is_empty(self) -> None:
        """Nothing is made up: the day of an update is no first day, a number makes no DOI."""
        found = said_of({"update_date": "2022-04-06", "authors": None})
        assert found == replace(NOTHING, arxiv=NUMBER, source="records.jsonl")

    @pytest.mark.parametrize(
        ("written", "names"),
        [
            ("Ada Lovelace and B. Babbage", ("Ada Lovelace", "B. Babbage")),
            ("A. One (Here, There), B. Two, Jr., and C. Ng", ("A. One", "B. Two Jr.", "C. Ng")),
            (["Ada Lovelace", 'Bernhard Sch\\"on'], ("Ada Lovelace", "Bernhard Schön")),
            (["Ada Lovelace", None], ()),
            (["Ada Lovelace", "x" * 301], ()),
            ([], ()),
            (7, ()),
        ],
    )
    def test_authors(self, written: object, names: tuple[str, ...]) -> None:
        """Names are read from lists and lines; where one cannot be read there are none."""
        assert said_of({"authors": written}).authors == names

    @pytest.mark.parametrize(
        ("written", "number"),
        [
            ("2203.11082v3", NUMBER),
            ("http://arxiv.org/abs/2203.11082v1", NUMBER),
            ("arXiv:2203.11082", NUMBER),
            ("math.GT/0309136", "math.GT/0309136"),
            ("hep-th/9901001v2", "hep-th/9901001"),
            ("2213.11082", ""),
            ("2203.11082\n2203.11083", ""),
            ("http://arxiv.org/api/errors#incorrect_id_format_for_1", ""),
            ("javascript:2203.11082", ""),
            (2203.11082, ""),
        ],
    )
    def test_numbers(self, written: object, number: str) -> None:
        """A number is known with and without its version and address; nothing else is one."""
        assert metadata_of({"arxiv": written}, "").arxiv == number

    @pytest.mark.parametrize(
        ("written", "doi"),
        [
            ("https://doi.org/10.1000/182", "10.1000/182"),
            ("10.1000/182 10.1000/183", "10.1000/182"),
            ("javascript:alert(1)//10.1000/182", ""),
            ("https://evil.test/10.1000/182", ""),
            ('10.1000/"onload="', ""),
            ("10.1000/182 and more", ""),
            ("10.1000/" + "1" * 500, ""),
        ],
    )
    def test_dois(self, written: str, doi: str) -> None:
        """A DOI is one from its first letter to its last, or there is none."""
        assert said_of({"doi": written}).doi == doi

    @pytest.mark.parametrize(
        ("written", "day"),
        [
            ({"date": "2022-03-21"}, dt.date(2022, 3, 21)),
            ({"published": "2022-02-28T23:59:59Z"}, dt.date(2022, 2, 28)),
            ({"versions": [{"created": "Tue, 1 Mar 2022 00:00:00 GMT"}]}, dt.date(2022, 3, 1)),
            ({"date": "2029-03-21"}, None),
            ({"date": "1066-10-14"}, None),
            ({"date": "2022-02-30"}, None),
            ({"date": "0000-00-00"}, None),
            ({"versions": [{"created": "Tue, 99 Mar 2022 00:00:00 GMT"}]}, None),
            ({"versions": "v1"}, None),
            ({"versions": [["v1"]], "date": 20220321}, None),
        ],
    )
    def test_days(self, written: Fields, day: dt.date | None) -> None:
        """A first day lies about the month that is in the number, or it is not known."""
        assert said_of(written).first == day

    def test_marks_of_strangers_are_plain_text(self) -> None:
        """Names and abstracts hold nothing that turns a line, moves a cursor or hides."""
        found = said_of(
            {
                "authors": ["Ada\u202e\x1b[31m Love\nlace", "<script>alert(1)</script> Babbage"],
                "categories": ["cs.CL", "<b>", "cs.CL", 7, "x" * 99],
                "abstract": "One\u2028two\ud800\x00.",
            }
        )
        assert found.authors[0] == "Ada[31m Love lace"
        assert found.categories == ("cs.CL",)
        assert found.abstract == "One two."

    @pytest.mark.parametrize(
        "line",
        ["{", "[]", "7", '"x"', "{}", "[" * 100_000, '{"id": 7}', "1" * 5000, "\x00", "null"],
    )
    def test_a_faulty_line_is_a_problem(self, line: str) -> None:
        """What is no record is told with file and line, and those after it are read."""
        found = list(parse_records(["", line, *lines(record())], "records.jsonl"))
        assert [type(each) for each in found] == [Problem, Candidate]
        assert isinstance(found[0], Problem)
        assert str(found[0]).startswith("records.jsonl:2: error: expected a record")


class TestMatching:
    """A title finds, an abstract proves; what is not clear is left to a human."""

    def test_a_record_is_known_by_what_the_list_prints_of_it(self) -> None:
        """LaTeX that the list lost does not stand between a paper and its record."""
        outcome = matched(record())
        assert outcome.found[PAPER].arxiv == NUMBER
        assert outcome.found[PAPER].abstract == ABSTRACT
        assert not outcome.doubts
        assert likeness(ABSTRACT, PRINTED) == 1

    def test_a_revised_abstract_proves(self) -> None:
        """Another version of the text is alike enough, and is told from the very text."""
        assert PROVED < likeness(REVISED, PRINTED) < 1
        assert PAPER in matched(record(abstract=REVISED)).found

    def test_a_title_alone_proves_nothing(self) -> None:
        """Another work of the same title is not taken; a human hears of it."""
        outcome = matched(record(abstract=OTHER))
        assert not outcome.found
        assert [str(each).partition(": warning: ")[0] for each in outcome.doubts] == [
            "records.jsonl:1"
        ]
        assert PAPER in str(outcome.doubts[0])
        assert NUMBER in str(outcome.doubts[0])

    def test_an_abstract_under_another_title_is_not_looked_at(self) -> None:
        """Without the title there is neither a match nor a doubt."""
        outcome = matched(record(title="Grains"))
        assert not outcome.found
        assert not outcome.doubts

    def test_the_right_one_of_two_records(self) -> None:
        """Where two works share a title, the one whose text the list has is taken."""
        outcome = matched(record(abstract=OTHER), record(id="2301.00001"))
        assert outcome.found[PAPER].arxiv == "2301.00001"
        assert not outcome.doubts

    def test_two_records_that_prove_are_a_doubt(self) -> None:
        """A work that is there twice is left to a human, who is shown both places."""
        outcome = matched(record(), record(abstract=OTHER), record(id="2301.00001"))
        assert not outcome.found
        (doubt,) = outcome.doubts
        assert doubt.line == 1
        assert f"{NUMBER} (line 1), 2301.00001 (line 3)" in doubt.message

    def test_one_number_twice_is_one_record(self) -> None:
        """The later of two lines on one record holds."""
        outcome = matched(record(), record(id=f"{NUMBER}v2", doi="10.1000/182"))
        assert outcome.found[PAPER].doi == "10.1000/182"
        assert not outcome.doubts

    def test_two_papers_for_one_record_are_a_doubt(self) -> None:
        """A record goes to one paper: where two have its text, neither gets it."""
        twin = replace(PLAIN, id=SECOND)
        outcome = matched(record(), papers=(PLAIN, twin))
        assert not outcome.found
        assert all(PAPER in str(each) and SECOND in str(each) for each in outcome.doubts)
        assert len(outcome.doubts) == 2

    def test_a_record_that_is_taken_is_not_given_again(self) -> None:
        """A paper with metadata keeps its record to itself."""
        outcome = matched(record(), taken={NUMBER: SECOND})
        assert not outcome.found
        assert SECOND in str(outcome.doubts[0])

    def test_a_paper_with_texts_of_two_works_has_no_record(self) -> None:
        """Lists had two works under one title: neither record is the paper's."""
        both = replace(PLAIN, texts=(PRINTED, OTHER))
        outcome = matched(record(), record(id="2301.00001", abstract=OTHER), papers=[both])
        assert not outcome.found
        assert len(outcome.doubts) == 1

    def test_a_number_from_a_human_needs_no_proof(self) -> None:
        """A human's word stands against title and text, and against another paper's claim."""
        decided = Wanted(id=PAPER, titles=("Other",), texts=(OTHER,), arxiv=NUMBER)
        claims = replace(PLAIN, id=SECOND)
        outcome = matched(record(), papers=[decided, claims], taken={NUMBER: PAPER})
        assert outcome.found.keys() == {PAPER}
        assert len(outcome.doubts) == 1

    def test_an_abstract_that_changes_nothing_is_not_recorded(self) -> None:
        """Where the page shows just these words anyway, they are not kept a second time."""
        plain = Wanted(id=PAPER, titles=("Sand",), texts=(OTHER,))
        outcome = matched(record(title="Sand", abstract=f"  {OTHER}\n"), papers=[plain])
        assert outcome.found[PAPER] == replace(NOTHING, arxiv=NUMBER, source="records.jsonl")

    def test_a_flood_of_records_is_held_back(self) -> None:
        """However many records prove a paper, a few are kept; of faults the first are named."""
        flood = [record(id=f"2301.{n:05}") for n in range(50)]
        found = [*parse_records([*lines(*flood), *["{"] * 50], "records.jsonl")]
        outcome = match(Index.of([PLAIN]), found, {})
        assert outcome.faulty == 50
        assert len(outcome.doubts) == 1 + 20
        assert str(outcome.doubts[0]).count("2301.") < 10

    @given(st.text(), st.text())
    def test_likeness_is_a_share(self, one: str, other: str) -> None:
        """Any two texts are alike by 0 to 1, a text and itself by 1."""
        assert 0 <= likeness(one, other) <= 1
        plain = one.replace("\\", "").replace("$", "")
        assert likeness(plain, plain) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
NAMES = st.sampled_from(["Ada Lovelace", 'B. Sch\\"on', "李 白", "x\u202ey", "<i>C</i>", "$a$ D"])
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "arxiv": st.sampled_from([NUMBER, "cs/0101001v2", "x"]) | JSON,
        "doi": st.from_regex(r"10\.[0-9]{4}/.{1,9}") | JSON,
        "authors": st.lists(NAMES | st.text(max_size=20)) | JSON,
        "authors_parsed": st.lists(st.lists(NAMES, max_size=4)) | JSON,
        "versions": st.lists(st.dictionaries(st.just("created"), st.text())) | JSON,
        "date": st.dates().map(str) | JSON,
        "categories": st.sampled_from(["cs.CL math.CO", "x y"]) | JSON,
        "abstract": st.text() | JSON,
    },
)


class TestFile:
    """dumps/metadata.jsonl: what was found, line by line."""

    @given(RECORDS, st.text())
    def test_what_is_written_is_read_again(self, fields: Fields, source: str) -> None:
        """Whatever a record holds, its line is one line, and says the same when it is read."""
        metadata = metadata_of(fields, source)
        line = format_metadata(PAPER, metadata)
        assert len(line.splitlines()) == 1
        line.encode()
        said, problems = parse_metadata(line, METADATA)
        assert not problems
        assert said[PAPER].metadata == metadata

    def test_a_line_has_every_field(self) -> None:
        """Keys are sorted, and what is not known is null."""
        line = format_metadata(PAPER, replace(NOTHING, arxiv=NUMBER, source="s"))
        assert line == (
            f'{{"abstract": null, "arxiv": "{NUMBER}", "authors": null, "categories": null, '
            f'"doi": null, "first": null, "id": "{PAPER}", "source": "s"}}'
        )

    def test_a_later_line_holds(self) -> None:
        """A correction is appended: the last line on a paper counts, whole."""
        text = "\n".join(
            [
                f'{{"id": "{PAPER}", "arxiv": "{NUMBER}", "doi": "10.1000/182"}}',
                f'{{"id": "{PAPER}", "arxiv": "2301.00001"}}',
                f'{{"id": "{SECOND}", "arxiv": null}}',
            ]
        )
        said, problems = parse_metadata(text, METADATA)
        assert not problems
        assert said[PAPER].metadata == replace(NOTHING, arxiv="2301.00001")
        assert said[PAPER].bare
        assert not said[SECOND].bare

    @pytest.mark.parametrize(
        "line",
        [
            "{",
            "[]",
            "{}",
            '{"id": "7", "arxiv": null}',
            f'{{"id": "{PAPER}"}}',
            f'{{"id": "{PAPER}", "arxiv": "2203"}}',
            f'{{"id": "{PAPER}", "arxiv": null, "autors": []}}',
            f'{{"id": "{PAPER}", "arxiv": "{NUMBER}", "doi": "javascript:x"}}',
            f'{{"id": "{PAPER}", "arxiv": "{NUMBER}", "first": "1066-10-14"}}',
            f'{{"id": "{PAPER}", "arxiv": "{NUMBER}", "authors": ["A", 7]}}',
        ],
    )
    def test_a_faulty_line_is_told(self, line: str) -> None:
        """A slip of the pen is a problem with its line, and the lines around it count."""
        good = f'{{"id": "{SECOND}", "arxiv": "{NUMBER}"}}'
        said, problems = parse_metadata(f"\n{line}\n{good}\n", METADATA)
        assert said.keys() == {SECOND}
        assert [(each.path, each.line) for each in problems] == [(METADATA, 2)]


LIST = dump_of("Mar 14", [(LISTED, PRINTED), ("On the Price of Sand", OTHER)])


def enriched(archive: Path, daybook: Daybook) -> dict[str, Paper]:
    """Return the papers of an archive that is read anew, by title as a list has it."""
    record = read_record(archive)
    fresh, kept = read(record), read(record, read_cache(archive, "read"))
    assert fresh.catalog.papers == kept.catalog.papers
    exported = [json.loads(line) for line in daybook("export", "-C", archive).out.splitlines()]
    assert [each["id"] for each in exported] == [paper.id for paper in fresh.catalog.papers]
    return {paper.title_raw: paper for paper in fresh.catalog.papers}


class TestCommand:
    """`daybook enrich --from FILE`."""

    @pytest.fixture
    def listed(self, archive: Path, daybook: Daybook) -> Path:
        """An archive with a list of two papers."""
        (archive.parent / "2025-03-14.txt").write_bytes(LIST)
        assert daybook("add", "-C", archive, archive.parent / "2025-03-14.txt").status == 0
        return archive

    @pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
    def test_a_file_of_records_is_read(
        self, listed: Path, daybook: Daybook, pack: Callable[[bytes], bytes]
    ) -> None:
        """Plain or packed: what it proves is on the paper, and a second time changes nothing."""
        source = listed.parent / "records"
        source.write_bytes(pack("\n".join(lines(record(authors=["Ada Lovelace"]))).encode()))
        done = daybook("enrich", "-C", listed, "--from", source)
        assert done.status == 0
        assert "1 lines, 0 unreadable; 1 of 2 papers found" in done.err
        kept = (listed / METADATA).read_bytes()
        assert "0 of 1 papers found" in daybook("enrich", "-C", listed, "--from", source).err
        assert (listed / METADATA).read_bytes() == kept
        paper = enriched(listed, daybook)[LISTED]
        assert paper.metadata
        assert paper.metadata.authors == ("Ada Lovelace",)
        assert paper.metadata.source == "records"

    def test_the_page_shows_the_recorded_abstract(self, listed: Path, daybook: Daybook) -> None:
        """Its formulas are those of the record; what the dump had stays as it was."""
        before = enriched(listed, daybook)
        (listed.parent / "records").write_text(lines(record())[0], encoding="utf-8")
        assert daybook("enrich", "-C", listed, "--from", listed.parent / "records").status == 0
        after = enriched(listed, daybook)
        paper = after[LISTED]
        assert r"$\mathcal{O}(1/\epsilon^2)$ steps, with no boat" in paper.text.abstract
        assert paper.abstract_raw == PRINTED
        rest = [
            replace(each.text, abstract="", links=(), key=b"") for each in (paper, before[LISTED])
        ]
        assert rest[0] == rest[1]
        assert paper.text.key != before[LISTED].text.key
        assert after["On the Price of Sand"] == before["On the Price of Sand"]

    def test_what_is_remembered_changes_nothing(self, listed: Path, daybook: Daybook) -> None:
        """With what an earlier reading left, of this abstract or another, papers are the same."""
        (listed.parent / "records").write_text(lines(record())[0], encoding="utf-8")
        assert daybook("enrich", "-C", listed, "--from", listed.parent / "records").status == 0
        known = read_record(listed)
        first = read(known)
        memory = first.memory.after({})
        again = read(known, memory)
        assert again.catalog.papers == first.catalog.papers
        assert again.memory.after(memory) == memory
        line = json.loads(known.metadata)
        revised = replace(known, metadata=json.dumps({**line, "abstract": REVISED}))
        after = read(revised, memory)
        assert after.catalog.papers == read(revised).catalog.papers != first.catalog.papers
        assert after.memory.after(memory) == read(revised).memory.after({})

    def test_a_human_decides(self, listed: Path, daybook: Daybook) -> None:
        """A number in a line by hand is filled in from the records, without a proof."""
        paper = enriched(listed, daybook)["On the Price of Sand"].id
        (listed / METADATA).write_text(f'{{"id": "{paper}", "arxiv": "{NUMBER}"}}')
        (listed.parent / "records").write_text(
            lines(record(title="Prices", doi="10.1000/182"))[0], encoding="utf-8"
        )
        assert daybook("enrich", "-C", listed, "--from", listed.parent / "records").status == 0
        found = enriched(listed, daybook)["On the Price of Sand"].metadata
        assert found
        assert (found.arxiv, found.doi) == (NUMBER, "10.1000/182")
        assert len((listed / METADATA).read_text(encoding="utf-8").splitlines()) == 2

    def test_a_human_says_that_there_is_none(self, listed: Path, daybook: Daybook) -> None:
        """A paper without a record is not looked for again."""
        paper = enriched(listed, daybook)[LISTED].id
        (listed / METADATA).write_text(f'{{"id": "{paper}", "arxiv": null}}\n')
        (listed.parent / "records").write_text(lines(record())[0], encoding="utf-8")
        done = daybook("enrich", "-C", listed, "--from", listed.parent / "records")
        assert "0 of 1 papers found" in done.err
        assert enriched(listed, daybook)[LISTED].metadata is None

    def test_a_doubt_is_told_with_its_place(self, listed: Path, daybook: Daybook) -> None:
        """What is not clear, and what cannot be read, is listed with file and line."""
        source = listed.parent / "records"
        source.write_text("\n".join([*lines(record(abstract=OTHER)), "{"]), encoding="utf-8")
        done = daybook("enrich", "-C", listed, "--from", source)
        assert done.status == 0
        assert f"{source}:1: warning: expected the text of" in done.err
        assert f"{source}:2: error: expected a record" in done.err
        assert not (listed / METADATA).exists()

    def test_lines_for_no_paper_are_told(self, listed: Path) -> None:
        """A faulty line, and one on a paper that is not there, are problems of the archive."""
        (listed / METADATA).write_text(f'{{\n{{"id": "{PAPER}", "arxiv": "{NUMBER}"}}\n')
        found = [each for each in read(read_record(listed)).problems if each.path == METADATA]
        assert [each.line for each in found] == [1, 2]
        assert PAPER in found[1].message

    def test_what_was_said_of_a_merged_paper_holds(self, listed: Path, daybook: Daybook) -> None:
        """Two papers that are one work have what is known of either."""
        (listed.parent / "records").write_text(lines(record())[0], encoding="utf-8")
        assert daybook("enrich", "-C", listed, "--from", listed.parent / "records").status == 0
        ids = [paper.id for paper in enriched(listed, daybook).values()]
        for one, other in (ids, ids[::-1]):
            (listed / "dumps" / "merges.yml").write_text(f"- one work: [{one}, {other}]\n")
            (paper,) = enriched(listed, daybook).values()
            assert paper.metadata
            assert paper.metadata.arxiv == NUMBER

    def test_a_removed_paper_has_none(self, listed: Path, daybook: Daybook) -> None:
        """Nothing is said, or looked for, of a paper that must go."""
        paper = enriched(listed, daybook)[LISTED].id
        (listed / "dumps" / "merges.yml").write_text(f"- removed: {paper}\n  note: asked to\n")
        (listed.parent / "records").write_text(lines(record())[0], encoding="utf-8")
        done = daybook("enrich", "-C", listed, "--from", listed.parent / "records")
        assert "0 of 1 papers found" in done.err

    @pytest.mark.parametrize(
        "raw", [gzip.compress(b"{}" * 9999, mtime=0)[:-9], lzma.compress(b"{}" * 9999)[:-9], None]
    )
    def test_a_file_cut_short_is_told(
        self, listed: Path, daybook: Daybook, raw: bytes | None
    ) -> None:
        """Of a file that cannot be read to its end nothing is taken."""
        source = listed.parent / "records"
        if raw:
            source.write_bytes(raw)
        done = daybook("enrich", "-C", listed, "--from", source)
        assert done.status == 2
        assert "expected a file that can be read" in done.err
        assert not (listed / METADATA).exists()

    def test_one_source_must_be_named(self, listed: Path, daybook: Daybook) -> None:
        """Neither, or both, is a mistake of the user's."""
        assert daybook("enrich", "-C", listed).status == 2
        assert daybook("enrich", "-C", listed, "--arxiv", "--from", "x").status == 2
        assert daybook("enrich", "-C", listed, "--arxiv", "--api", "file:///x").status == 2


def test_a_line_without_an_end_is_cut(tmp_path: Path) -> None:
    """No line of a file fills the memory; the next one is read under its own number."""
    source = tmp_path / "records"
    source.write_text("x" * (3 * LONGEST_LINE + 7) + "\n" + lines(record())[0], encoding="utf-8")
    found = list(parse_records(read_lines(source), "records"))
    assert [type(each) for each in found] == [Problem, Candidate]
    assert [each.line for each in found] == [1, 2]


def test_real_papers_find_their_records(shared: Path) -> None:
    """43 papers of the real lists have a record in the corpus; each has the list's title."""
    titles: dict[EntryId, str] = {}
    texts: dict[str, dict[str, EntryId]] = {}
    for path in sorted((shared / "dumps").glob("*.txt")):
        reading = read_list(path.read_bytes())
        assert reading.dump
        for entry in reading.dump.entries:
            name = reading.dump.entry_id(entry.line)
            titles[name] = entry.title
            texts.setdefault(fold(entry.title), {}).setdefault(entry.abstract, name)
    papers = [
        Wanted(id=next(iter(row.values())), titles=(title,), texts=tuple(row))
        for title, row in texts.items()
    ]
    source = shared / "corpus" / "arxiv-100k.jsonl.xz"
    outcome = match(Index.of(papers), parse_records(read_lines(source), source.name), {})
    assert len(papers) == 307
    assert len(outcome.found) == 43
    assert not outcome.doubts
    numbers = {metadata.arxiv: paper for paper, metadata in outcome.found.items()}
    for line in read_lines(source):
        fields = json.loads(line)
        if fields["id"] in numbers:
            assert fold(fields["title"]) == fold(titles[numbers[fields["id"]]])
