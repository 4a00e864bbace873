"""What makes two entries one paper, and how humans overrule that."""

import itertools

import pytest
from lists import (
    abstract_of,
    chance,
    dump,
    dump_of,
    list_of,
    pairs_of,
    promised,
    raw_dump,
    record_of,
    sha256,
)

from generator.build import MERGES, Archive, RawDump, read
from generator.merge import merge, sightings_of
from generator.model import Dump, EntryId, Paper, Status


def untouched(dumps: list[Dump]) -> list[list[str]]:
    """Return the entries of each work, without a decision."""
    works, problems = merge(sightings_of(dumps), (), EntryId, MERGES)
    assert not problems
    return [[sighting.id for sighting in work.sightings] for work in works]


def titles_of(archive: Archive) -> list[list[str]]:
    """Return the raw titles of each paper's texts, sorted."""
    return sorted(sorted(v.title_raw for v in p.variants) for p in archive.catalog.papers)


def paper_of(archive: Archive, title: str) -> Paper:
    """Return the paper one of whose texts has this title."""
    (found,) = (
        paper
        for paper in archive.catalog.papers
        if any(variant.title_raw == title for variant in paper.variants)
    )
    return found


class TestFolds:
    """Entries with one folded title are one work."""

    def test_spellings_of_a_title_are_one_work_with_a_variant_for_each_text(self) -> None:
        """Each different text is kept, in order of its first listing; a listing for each entry."""
        early = raw_dump(list_of("Mar 13", "A Title", "Another"))
        late = raw_dump(list_of("Mar 14", "A TITLE!", "Another", "a-title"))
        archive = read(record_of(early, late))
        paper = paper_of(archive, "A Title")
        assert [variant.title_raw for variant in paper.variants] == [
            "A Title",
            "A TITLE!",
            "a-title",
        ]
        assert [listing.variant for listing in paper.listings] == [0, 1, 2]
        assert [listing.position for listing in paper.listings] == [1, 1, 3]
        assert paper.title == "a-title", "the newest text is shown"
        assert len(paper_of(archive, "Another").variants) == 1
        assert len(paper_of(archive, "Another").listings) == 2

    def test_papers_without_a_letter_are_papers(self) -> None:
        """Titles of marks alone stay apart."""
        archive = read(record_of(raw_dump(list_of("Mar 14", "🙂", "---", "?", "A"))))
        assert titles_of(archive) == [["---"], ["?"], ["A"], ["🙂"]]

    def test_the_order_of_dumps_and_their_names_do_not_matter(self) -> None:
        """However the dumps come, the same entries are one work, in the same order."""
        rng = chance(1)
        names = [f"Title {number}" for number in range(12)]
        dumps = [
            dump(list_of(f"Mar {day}", *rng.sample(names, 6)), year=year)
            for day in (13, 14)
            for year in (2024, 2025)
        ]
        expected = untouched(dumps)
        assert all(untouched(list(order)) == expected for order in itertools.permutations(dumps))

    def test_merging_twice_changes_nothing(self) -> None:
        """The sightings of the works, merged again, give the same works."""
        dumps = [dump(list_of("Mar 13", "A", "B", "a.")), dump(list_of("Mar 14", "B", "C"))]
        works, _ = merge(sightings_of(dumps), (), EntryId, MERGES)
        again, _ = merge(
            [sighting for work in reversed(works) for sighting in work.sightings],
            (),
            EntryId,
            MERGES,
        )
        assert again == works


class TestDecisions:
    """Humans know better: one work, not one work, withdrawn, removed, renamed."""

    first = raw_dump(list_of("Mar 13", "Alpha", "Beta", "Gamma"), name="first")
    second = raw_dump(
        dump_of("Mar 14", [*pairs_of(["Alpha"]), ("Beta", abstract_of("other"))]), name="second"
    )

    def decided(self, merges: str, *, promise: bool = True) -> Archive:
        """Return the archive of the two lists under these decisions, promised before or not."""
        record = record_of(self.first, self.second)
        ledger = promised(record) if promise else ""
        return read(record_of(self.first, self.second, ledger=ledger, merges=merges))

    @pytest.mark.parametrize("promise", [True, False])
    @pytest.mark.parametrize(
        "name",
        [
            *("gamma", "papers/gamma", "/papers/gamma/", " papers/gamma ", "ID"),
            "https://lists.test/papers/papers/gamma/",
            "https://lists.test/papers/papers/gamma/?q=a#top",
        ],
    )
    def test_a_paper_is_named_by_id_or_address(self, name: str, *, promise: bool) -> None:
        """An id, a slug, a path or a whole URL lead to the paper, promised or not."""
        name = f"{sha256(self.first.raw)[:12]}-21" if name == "ID" else name
        archive = self.decided(f"- withdrawn: '{name}'\n  note: So.\n", promise=promise)
        assert not archive.problems
        paper = paper_of(archive, "Gamma")
        assert (paper.status, paper.note) == (Status.WITHDRAWN, "So.")
        assert paper not in archive.catalog.listed

    @pytest.mark.parametrize(
        "name",
        [
            *("delta", "papers/delta", "tags/gamma", "days/gamma/", "Gamma", "", "papers/"),
            *("0" * 12 + "-1", "0" * 12 + "-" + "9" * 5000, "0" * 12 + "-²", "#", "?", "/"),
            f"{sha256(first.raw)[:12]}-1",
        ],
    )
    def test_a_paper_that_is_not_there_is_a_problem_with_its_line(self, name: str) -> None:
        """Decisions about nothing are named; those about something else in the file count."""
        merges = f"- removed: papers/alpha\n- one work: ['{name}', 'papers/gamma']\n"
        archive = self.decided(merges)
        (problem,) = archive.problems
        assert (problem.path, problem.line) == (MERGES, 2)
        assert paper_of(archive, "Alpha").status is Status.REMOVED
        assert paper_of(archive, "Gamma").status is Status.LISTED

    def test_two_titles_are_one_work(self) -> None:
        """Joined papers have all texts and listings; the other address leads to the first."""
        archive = self.decided("- one work: [papers/gamma, papers/alpha]\n")
        assert titles_of(archive) == [["Alpha", "Gamma"], ["Beta", "Beta"]]
        assert paper_of(archive, "Gamma").slug == "alpha"
        assert archive.catalog.redirects == {"papers/gamma/": "papers/alpha/"}
        assert not archive.vanished

    def test_one_title_is_two_works(self) -> None:
        """Parted papers have an address each; companions stay with the text they share."""
        ids = [f"{sha256(each.raw)[:12]}-17" for each in (self.first, self.second)]
        archive = self.decided(f"- not one work: [{ids[1]}, {ids[0]}]\n")
        papers = [paper for paper in archive.catalog.papers if paper.title == "Beta"]
        assert [len(paper.listings) for paper in papers] == [1, 1]
        slugs = [paper.slug for paper in papers]
        assert slugs[0] == "beta"
        assert slugs[1].startswith("beta-")
        assert not archive.problems

    def test_parting_what_is_one_entry_is_named(self) -> None:
        """Two names of one entry cannot be two works."""
        merges = f"- not one work: [papers/gamma, {sha256(self.first.raw)[:12]}-21]\n"
        (problem,) = self.decided(merges).problems
        assert problem.line == 1

    def test_a_later_decision_stands(self) -> None:
        """There and back: joined, parted and joined again; renamed, and renamed back."""
        joined = "- one work: [papers/gamma, papers/alpha]\n"
        parted = "- not one work: [papers/gamma, papers/alpha]\n"
        for text, count in ((joined + parted, 3), (joined + parted + joined, 2), (parted, 3)):
            assert len(self.decided(text).catalog.papers) == count
        renamed = "- renamed: gamma\n  title: Delta\n- renamed: gamma\n  title: Gamma\n"
        paper = paper_of(self.decided(renamed), "Gamma")
        assert (paper.title, paper.slug) == ("Gamma", "gamma")

    def test_a_new_title_leaves_what_stood_in_the_dump(self) -> None:
        """A renamed paper shows its new title, and its raw one is still the dump's."""
        paper = paper_of(self.decided("- renamed: gamma\n  title: A \\% Delta\n"), "Gamma")
        assert (paper.title, paper.title_raw, paper.slug) == ("A % Delta", "Gamma", "gamma")

    def test_a_later_decision_stands_within_one_line_too(self) -> None:
        """The order in the file counts, not the number of the line."""
        paper = paper_of(
            self.decided("[{withdrawn: gamma, note: one}, {removed: gamma}]\n"), "Gamma"
        )
        assert paper.status is Status.REMOVED
        paper = paper_of(self.decided("[{removed: gamma}, {withdrawn: gamma}]\n"), "Gamma")
        assert paper.status is Status.WITHDRAWN

    def test_parted_twice_stay_apart(self) -> None:
        """However often works are joined and parted, the last partings hold."""
        texts = [abstract_of("Same", f" {number}") for number in range(3)]
        raws = [raw_dump(dump_of(f"Mar {13 + n}", [("Same", texts[n])])) for n in range(3)]
        a, b, c = (f"{sha256(raw.raw)[:12]}-13" for raw in raws)
        for one, two, three in itertools.permutations((a, b, c)):
            merges = f"""\
- not one work: [{one}, {two}, {three}]
- one work: [{one}, {two}, {three}]
- not one work: [{one}, {three}]
- not one work: [{two}, {three}]
- one work: [{one}, {three}]
- not one work: [{one}, {three}]
- not one work: [{two}, {one}]
"""
            archive = read(record_of(*raws, merges=merges))
            assert not archive.problems
            assert [len(paper.listings) for paper in archive.catalog.papers] == [1, 1, 1]

    def test_a_work_parted_anew_falls_on_no_other(self) -> None:
        """What was parted from a paper's companion stays apart from it when parted again."""
        texts = [abstract_of("Same", f" {number}") for number in (0, 1, 1)]
        raws = [raw_dump(dump_of(f"Mar {13 + n}", [("Same", texts[n])])) for n in range(3)]
        one, companion, two = (f"{sha256(raw.raw)[:12]}-13" for raw in raws)
        merges = f"""\
- not one work: [{one}, {two}]
- not one work: [{companion}, {two}]
- one work: [{one}, {two}]
- not one work: [{one}, {two}]
"""
        archive = read(record_of(*raws, merges=merges))
        assert [len(paper.listings) for paper in archive.catalog.papers] == [1, 1, 1]

    def test_decisions_hold_when_a_list_is_superseded(self) -> None:
        """A removed paper stays removed, and parted ones parted, when their dump is replaced."""
        ids = [f"{sha256(each.raw)[:12]}-17" for each in (self.first, self.second)]
        merges = f"- removed: papers/gamma\n- not one work: [{ids[0]}, {ids[1]}]\n"
        record = record_of(self.first, self.second, merges=merges)
        before = read(record)
        heir = raw_dump(list_of("Mar 13", "Zero", "Alpha", "Beta", "Gamma"), name="heir")
        after = read(
            record_of(
                self.first,
                self.second,
                heir,
                ledger=promised(record),
                merges=merges,
                corrections="- {dump: 2025/heir.txt, supersedes: 2025/first.txt}\n",
            )
        )
        assert not after.problems
        assert not after.vanished
        assert not after.catalog.stones
        assert paper_of(after, "Gamma").status is Status.REMOVED
        assert texts(after, "Beta") == texts(before, "Beta")
        assert len(texts(after, "Beta")) == 2


def texts(archive: Archive, title: str) -> dict[str, str]:
    """Return the shown abstracts of the papers with this title, by slug."""
    return {p.slug: p.abstract_raw for p in archive.catalog.papers if p.title == title}


def test_a_decision_by_an_address_that_leads_on_reaches_the_paper() -> None:
    """A paper can be withdrawn by the address it had before it was joined to another."""
    raw = raw_dump(list_of("Mar 13", "Alpha", "Beta"))
    ledger = promised(record_of(raw))
    merges = "- one work: [alpha, beta]\n- withdrawn: papers/beta\n"
    archive = read(record_of(raw, ledger=ledger, merges=merges))
    assert [paper.status for paper in archive.catalog.papers] == [Status.WITHDRAWN]


def copies(raws: list[RawDump]) -> list[RawDump]:
    """Return the same dumps, under names that sort the other way."""
    return [raw_dump(raw.raw, name=f"{9 - n}") for n, raw in enumerate(raws)]


def test_names_of_dumps_change_no_address() -> None:
    """An archive whose files are named otherwise promises the same addresses for the same ids."""
    raws = [raw_dump(list_of(f"Mar {day}", "A", f"B {day}", "c!", "🙂")) for day in range(1, 8)]
    lines = read(record_of(*raws)).lines
    assert read(record_of(*copies(raws))).lines == lines
