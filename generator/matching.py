"""Papers and records of arXiv brought together: found by title, proved by abstract."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from generator.arxiv_records import Candidate
from generator.formulas import restore, strip
from generator.metadata import Said
from generator.model import EntryId, Metadata, Paper, Problem, Severity, Status
from generator.text import fold, quoted

PROVED = 0.4
"""How alike an abstract and a list's text must be. Two works of one title were seen to reach 0.20;
of 284 pairs whose titles differ by a word, five come this near: four of yearly series, and one
work under two titles. Of 2,972 texts whose record is known 14 lie below, all rewritten since."""
MOST = 4
"""Proved records of one paper that are kept: two are too many already."""
MOST_FAULTS = 20
"""Unreadable records that are named; the others are counted."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A paper whose record is looked for."""

    id: EntryId
    titles: tuple[str, ...]
    """As its lists have them."""
    texts: tuple[str, ...]
    """As its lists have them, the one that its page shows first; never empty."""
    arxiv: str = ""
    """The number that a human gave it: then nothing needs to be proved."""

    @classmethod
    def of(cls, paper: Paper, arxiv: str) -> "Wanted":
        """Return what is looked for to find a paper's record."""
        variants = (paper.variants[paper.shown], *paper.variants)
        texts = dict.fromkeys(each.abstract_raw for each in variants)
        titles = dict.fromkeys(each.title_raw for each in variants)
        return cls(id=paper.id, titles=tuple(titles), texts=tuple(texts), arxiv=arxiv)


def wanted(papers: Iterable[Paper], said: Said) -> tuple[Wanted, ...]:
    """Return the papers without metadata, those listed last first.

    Those of which a human gave no more than the number are among them; removed papers are not.
    """
    missing = [
        paper
        for paper in papers
        if paper.status is not Status.REMOVED and (paper.id not in said or said[paper.id].bare)
    ]
    missing.sort(key=lambda paper: paper.listings[-1].day, reverse=True)
    return tuple(
        Wanted.of(paper, said[paper.id].metadata.arxiv if paper.id in said else "")
        for paper in missing
    )


def holders(papers: Iterable[Paper]) -> dict[str, EntryId]:
    """Return the papers that have a record, by its number."""
    return {paper.metadata.arxiv: paper.id for paper in papers if paper.metadata}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A paper with a record that has its title, or the number that a human gave."""

    paper: Wanted
    candidate: Candidate
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a search."""

    found: Mapping[EntryId, Metadata]
    doubts: tuple[Problem, ...]
    """What only a human can decide, sorted; then the first records that could not be read."""
    faulty: int
    """How many records could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Finds the papers that a record may be of."""

    by_title: Mapping[str, Sequence[Wanted]]
    by_number: Mapping[str, Sequence[Wanted]]

    @classmethod
    def of(cls, papers: Iterable[Wanted]) -> "Index":
        """Return the index of these papers."""
        by_title: dict[str, list[Wanted]] = defaultdict(list)
        by_number: dict[str, list[Wanted]] = defaultdict(list)
        for paper in papers:
            if paper.arxiv:
                by_number[paper.arxiv].append(paper)
                continue
            for title in {fold(title) for title in paper.titles}:
                by_title[title].append(paper)
        return cls(by_title=by_title, by_number=by_number)

    def matches(self, candidate: Candidate) -> Iterator[Match]:
        """Yield the papers that this record may be of."""
        for paper in self.by_number.get(candidate.arxiv, ()):
            yield Match(paper=paper, candidate=candidate, likeness=1)
        title = candidate.title
        # The list prints what is left of a title's LaTeX, or the title as it is.
        titles = (
            {fold(title), fold(strip(title))} if "\\" in title or "$" in title else {fold(title)}
        )
        found = {paper.id: paper for key in titles for paper in self.by_title.get(key, ())}
        for paper in found.values():
            abstract = candidate.abstract
            # Where lists had texts of two works under one title, no record is like both.
            alike = min(likeness(abstract, text) for text in paper.texts)
            yield Match(paper=paper, candidate=candidate, likeness=alike)


def likeness(abstract: str, text: str) -> float:
    """Return how alike an abstract in LaTeX and a list's text are, from 0 to 1.

    The abstract is stripped as the list strips it. 1 where that is the text to the letter, blanks
    aside; else the share of the pairs of neighbouring words that both have (Dice's measure).
    """
    printed = strip(abstract)
    if printed.split() == text.split():
        return 1
    ours, theirs = word_pairs(text), word_pairs(printed)
    shared = (ours & theirs).total()
    # Only what is equal is 1.
    return min(2 * shared / max(ours.total() + theirs.total(), 1), 0.999)


def word_pairs(text: str) -> Counter[tuple[str, str]]:
    """Return the pairs of neighbouring words of a text, with their counts."""
    return Counter(pairwise(_WORD.findall(text.casefold())))


def match(
    index: Index, candidates: Iterable[Candidate | Problem], taken: Mapping[str, EntryId]
) -> Outcome:
    """Return the metadata of the papers that have just one record, and what is in doubt.

    `taken` has the papers that have a record already, by its number. Candidates are looked at one
    by one: of a stream, only those that may be of a paper are kept. Of two records with one
    number the last holds.
    """
    faults = Faults()
    proved, unlike = sorted_out(
        each for one in faults.without(candidates) for each in index.matches(one)
    )
    owners: dict[str, dict[EntryId, None]] = defaultdict(dict)
    pairs = ((number, paper) for paper, row in proved.items() for number in row)
    for number, paper in (*taken.items(), *pairs):
        owners[number][paper] = None
    found: dict[EntryId, Metadata] = {}
    doubts = [not_proved(each) for paper, each in unlike.items() if paper not in proved]
    for paper, row in proved.items():
        first, *more = row.values()
        sharing = owners[first.candidate.arxiv]
        if more:
            doubts.append(many_records((first, *more)))
        elif len(sharing) > 1 and not first.paper.arxiv:
            doubts.append(many_papers(first, tuple(sharing)))
        else:
            found[paper] = recorded(first)
    return Outcome(found=found, doubts=(*sorted(doubts), *faults.first), faulty=faults.count)


@dataclass(slots=True)
class Faults:
    """Counts the records of a stream that could not be read, and keeps the first of them."""

    first: list[Problem] = field(default_factory=list)
    count: int = 0

    def without(self, candidates: Iterable[Candidate | Problem]) -> Iterator[Candidate]:
        """Yield the records that could be read."""
        for each in candidates:
            if isinstance(each, Candidate):
                yield each
                continue
            self.count += 1
            if self.count <= MOST_FAULTS:
                self.first.append(each)


def sorted_out(
    matches: Iterable[Match],
) -> tuple[dict[EntryId, dict[str, Match]], dict[EntryId, Match]]:
    """Return the proved matches by paper and number, and the likest of the others by paper."""
    proved: dict[EntryId, dict[str, Match]] = defaultdict(dict)
    unlike: dict[EntryId, Match] = {}
    for each in matches:
        paper, number = each.paper.id, each.candidate.arxiv
        if each.likeness < PROVED:
            unlike[paper] = max(unlike.get(paper, each), each, key=lambda one: one.likeness)
        elif number in proved[paper] or len(proved[paper]) < MOST:
            proved[paper][number] = each
    return proved, unlike


def recorded(found: Match) -> Metadata:
    """Return the metadata of a match as it will be recorded.

    Without the abstract where the page shows just that anyway: nine of ten, and most of the bytes.
    """
    metadata, text = found.candidate.metadata, found.paper.texts[0]
    same = metadata.abstract.split() == text.split() and restore(text) == text
    return replace(metadata, abstract="") if same else metadata


def many_records(row: Sequence[Match]) -> Problem:
    """Return the doubt about a paper that several records prove."""
    first = row[0]
    numbers = ", ".join(
        f"{each.candidate.arxiv} (line {each.candidate.line})"
        if each.candidate.line
        else each.candidate.arxiv
        for each in row
    )
    return doubt(first, f"expected one record of {named(first.paper)}, found {numbers}")


def many_papers(first: Match, papers: Sequence[EntryId]) -> Problem:
    """Return the doubt about a record that proves several papers."""
    number = first.candidate.arxiv
    return doubt(first, f"expected one paper of the record {number}, found {', '.join(papers)}")


def not_proved(unlike: Match) -> Problem:
    """Return the doubt about a paper whose title a record has, but not its text."""
    number = unlike.candidate.arxiv
    return doubt(
        unlike,
        f"expected the text of {named(unlike.paper)} in the record of its title, {number}, found "
        f"another ({unlike.likeness:.2f} alike; {PROVED:.2f} are enough)",
    )


def doubt(of: Match, message: str) -> Problem:
    """Return a doubt, with the line by which a human decides it."""
    line = f'{{"id": "{of.paper.id}", "arxiv": "{of.candidate.arxiv}"}}'
    return Problem(
        path=of.candidate.path,
        line=of.candidate.line,
        message=f"{message}; nothing was taken: to decide, add to dumps/metadata.jsonl: {line} "
        "(or null for the number, if it has none)",
        severity=Severity.WARNING,
    )


def named(paper: Wanted) -> str:
    """Return a paper's title and id for a message."""
    return f"{quoted(paper.titles[0])} ({paper.id})"
