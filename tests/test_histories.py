"""Archives that live for years: whatever happens to one, every address it promised answers.

A history is a row of steps, drawn by a seed: two people add lists, each with a copy of the archive,
and unite their copies as git does; papers are renamed, joined, parted, withdrawn and removed; lists
are corrected and superseded. After each step the promises are looked at.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

import pytest
from lists import Pair, abstract_of, chance, dump_of, promised, raw_dump, record_of, sha256

from generator import urls
from generator.build import LEDGER, MERGES, Archive, RawDump, Record, read
from generator.decisions import Verdict, parse_merges
from generator.keys import Keys
from generator.ledger import Kind, parse_ledger
from generator.model import Paper, Status
from generator.pages import broad_contents, narrow_contents
from generator.text import fold

HISTORIES = 320
STEPS = 9
AGAIN = 0.7
"""Share of steps after which the archive is not read once more, its lists in another order."""

TITLES = (
    *("Walks", "WALKS!", "Lists of Lists", "lists of lists", "A Video of Walks", "2 Walks 2 Long"),
    *(
        "🙂",
        "---",
        "中文标题",
        "Index",
        "2025",
        "2025-03",
        "x",
        "word " * 40 + "end",
        "Walks: Again",
    ),
)
TEXTS = ("", " first", " second")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One person's copy of the archive, all of whose files are only ever added to."""

    dumps: tuple[RawDump, ...] = ()
    ledger: str = ""
    merges: str = ""
    corrections: str = ""

    def read(self) -> Archive:
        """Return what a build makes of it."""
        return read_copy(self)

    def record(self, dumps: tuple[RawDump, ...]) -> Record:
        """Return its record, the dumps as they come."""
        record = record_of(ledger=self.ledger, merges=self.merges, corrections=self.corrections)
        return replace(record, dumps=dumps)

    def with_promises(self) -> "Copy":
        """Return it with its ledger extended, as `daybook add` does it."""
        return replace(self, ledger=promised(self.record(self.dumps)))

    def united(self, other: "Copy", base: "Copy") -> "Copy":
        """Return both copies put together as git does: what stands in both, then each one's own."""
        dumps = {dump.path: dump for dump in (*self.dumps, *other.dumps)}
        return Copy(
            dumps=tuple(dumps[path] for path in sorted(dumps)),
            ledger=self.ledger + other.ledger.removeprefix(base.ledger),
            merges=self.merges + other.merges.removeprefix(base.merges),
            corrections=self.corrections + other.corrections.removeprefix(base.corrections),
        )


@lru_cache(maxsize=8)
def read_copy(copy: Copy) -> Archive:
    """Return what a build makes of a copy; looked at several times, it is read once."""
    return read(copy.record(copy.dumps))


@dataclass(slots=True)
class History:
    """Two copies, what they have in common, and the chance that moves them."""

    rng: random.Random
    base: Copy = field(default_factory=lambda: Copy().with_promises())
    copies: list[Copy] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What happened, for whoever has to look at a failure."""

    def __post_init__(self) -> None:
        """Let both begin with the same."""
        self.copies = [self.base, self.base]

    def step(self) -> None:
        """Let one thing happen to one copy, or unite both."""
        name = self.rng.choice(
            [*["add"] * 3, "slip", *["unite"] * 2, *["decide"] * 3, "correct", "supersede"]
        )
        self.told.append(name)
        if name == "unite":
            first, second = self.rng.sample(self.copies, 2)
            whole = first.united(second, self.base).with_promises()
            self.base, self.copies = whole, [whole, whole]
            return
        which = self.rng.randrange(2)
        copy = self.copies[which]
        changed = getattr(self, name)(copy)
        self.copies[which] = changed.with_promises()

    def pairs(self) -> list[Pair]:
        """Return a list's titles and abstracts."""
        titles = self.rng.sample(TITLES, self.rng.randint(1, 5))
        return [(title, abstract_of("it", self.rng.choice(TEXTS))) for title in titles]

    def day(self) -> str:
        """Return a day; few, so that some have two lists."""
        return self.rng.choice(["Mar 13", "Mar 14", "Mar 31", "Apr 1"])

    def add(self, copy: Copy) -> Copy:
        """Add a list."""
        dump = raw_dump(dump_of(self.day(), self.pairs()), year=self.rng.choice([2024, 2025]))
        return with_dump(copy, dump)

    def slip(self, copy: Copy) -> Copy:
        """Add a list whose reading slips, or would without a correction."""
        pairs = self.pairs()
        blocks = [text for pair in pairs for text in pair]
        piece = self.rng.choice(["A further paragraph.", "Odd words", abstract_of("more", " here")])
        blocks.insert(self.rng.randrange(len(blocks) + 1), piece)
        raw = "\n\n".join(("new", self.day(), *blocks)).encode()
        return with_dump(copy, raw_dump(raw))

    def decide(self, copy: Copy) -> Copy:
        """Decide something about papers, named by address or by the id of any entry."""
        archive = copy.read()
        if not archive.catalog.papers:
            return copy
        names: list[str] = [
            line.address for line in parse_ledger(copy.ledger, LEDGER)[0].of(Kind.PAPER)
        ]
        names += [listing for paper in archive.catalog.papers for listing in ids_of(paper)]
        one, two, three = (self.rng.choice(names) for _ in range(3))
        item = self.rng.choice(
            [
                f"- one work: [{one}, {two}]",
                f"- one work: [{one}, {two}, {three}]",
                f"- not one work: [{one}, {two}]",
                f"- not one work: [{one}, {two}, {three}]",
                f"- withdrawn: {one}",
                f"- removed: {one}",
                f"- renamed: {one}\n  title: {self.rng.choice(['Other', 'Walks', 'Index'])}",
            ]
        )
        self.told.append(item)
        return replace(copy, merges=f"{copy.merges}{item}\n")

    def correct(self, copy: Copy) -> Copy:
        """Correct a list's year, day or titles."""
        if not copy.dumps:
            return copy
        dump = self.rng.choice(copy.dumps)
        lines = [n for n, line in enumerate(dump.raw.decode().split("\n"), 1) if line][2:]
        said = self.rng.choice(
            [
                f"year: {self.rng.choice([2023, 2024, 2025])}",
                f"day: {self.rng.choice(['2025-03-14', '2025-04-02', '2024-02-29'])}",
                f"titles: [{self.rng.choice(lines)}]",
                f"titles: {self.rng.sample(lines, min(2, len(lines)))}",
            ]
        )
        name = self.rng.choice([dump.path, dump.path.removeprefix("dumps/"), dump.sha256[:12]])
        item = f"- {{dump: {name}, {said}}}"
        self.told.append(item)
        return replace(copy, corrections=f"{copy.corrections}{item}\n")

    def supersede(self, copy: Copy) -> Copy:
        """Add a copy of a list with a change in it, which stands for the old one."""
        if not copy.dumps:
            return copy
        old = self.rng.choice(copy.dumps)
        text = old.raw.decode()
        change = self.rng.choice(
            [("Walks", "Walk"), ("Lists", "Lits"), ("it", "that"), ("🙂", "🙃")]
        )
        blocks = text.replace(*change).split("\n\n")
        if self.rng.random() < 0.5:
            blocks = (
                blocks[:-2] if len(blocks) > 9 else [*blocks, "A Late Addition", abstract_of("it")]
            )
        new = raw_dump(
            "\n\n".join(blocks).encode(),
            name=f"copy-{sha256(text.encode())[:6]}-{self.rng.random()}",
        )
        item = f"- {{dump: {new.sha256[:16]}, supersedes: {old.path}}}"
        if new.sha256 in {dump.sha256 for dump in copy.dumps}:
            return copy
        self.told.append(item)
        return replace(with_dump(copy, new), corrections=f"{copy.corrections}{item}\n")


def with_dump(copy: Copy, dump: RawDump) -> Copy:
    """Return a copy with a dump added, unless it has its bytes."""
    if any(dump.sha256 == each.sha256 for each in copy.dumps):
        return copy
    return replace(copy, dumps=tuple(sorted((*copy.dumps, dump), key=lambda each: each.path)))


def ids_of(paper: Paper) -> Iterator[str]:
    """Yield the ids of a paper's entries."""
    return (f"{listing.dump[:12]}-{listing.line}" for listing in paper.listings)


def look(copy: Copy, rng: random.Random) -> None:
    """Hold that every promise is kept, by one page, and that reading again gives the same."""
    archive = copy.read()
    catalog = archive.catalog
    assert not archive.vanished
    assert not archive.lines, "all was promised"
    contents = (*broad_contents(catalog), *narrow_contents(catalog, Keys()))
    pages = [address for _, address, *_ in contents]
    assert len(set(pages)) == len(pages), "no address is two pages'"
    there = set(pages)
    assert not there & catalog.redirects.keys(), "no page is a redirect"
    assert set(catalog.redirects.values()) <= there, "redirects lead to pages in one step"
    ledger, problems = parse_ledger(copy.ledger, LEDGER)
    assert not problems
    assert {line.address for line in ledger.lines} <= there | catalog.redirects.keys()
    paper_of = {entry: paper.slug for paper in catalog.papers for entry in ids_of(paper)}
    seen: set[str] = set()
    for line in ledger.of(Kind.PAPER):
        answer = catalog.redirects.get(line.address, line.address)
        if line.id in paper_of and line.address not in seen:
            assert answer == f"papers/{paper_of[line.id]}/", "it answers with the paper promised"
        seen.add(line.address)
    titles = {fold(variant.title_raw) for paper in catalog.papers for variant in paper.variants}
    assert not titles & {fold(stone.title) for stone in catalog.stones}, "nothing listed is gone"
    decisions_hold(copy, archive)
    if rng.random() < AGAIN:
        return
    shuffled = tuple(rng.sample(copy.dumps, len(copy.dumps)))
    again = read(copy.record(shuffled))
    assert again.catalog.papers == catalog.papers
    assert again.catalog.redirects == catalog.redirects
    assert again.problems == archive.problems


def decisions_hold(copy: Copy, archive: Archive) -> None:
    """Hold that what was taken down by its address is not listed again."""
    papers = {urls.paper(paper.slug): paper for paper in archive.catalog.papers}
    for decision in parse_merges(copy.merges, MERGES)[0]:
        if decision.verdict in {Verdict.WITHDRAWN, Verdict.REMOVED}:
            address = urls.Address(decision.papers[0])
            paper = papers.get(archive.catalog.redirects.get(address, address))
            assert paper is None or paper.status is not Status.LISTED, decision


def no_line_of_a_list_is_lost(copy: Copy) -> None:
    """Hold that each entry read is a listing of a paper."""
    archive = copy.read()
    listed = {entry for paper in archive.catalog.papers for entry in ids_of(paper)}
    entries = [
        reading.dump.entry_id(entry.line)
        for reading in archive.readings
        if reading.dump
        for entry in reading.dump.entries
    ]
    assert listed == set(entries)
    assert len(entries) == sum(len(paper.listings) for paper in archive.catalog.papers)


@pytest.mark.parametrize("tens", range(HISTORIES // 10))
def test_whatever_happens_every_promise_is_kept(tens: int) -> None:
    """Promises only grow, each answers with its paper, a redirect to it, or a stone."""
    for seed in range(10 * tens, 10 * tens + 10):
        rng = chance(seed)
        history = History(rng)
        for _ in range(STEPS):
            before = list(history.copies)
            history.step()
            told = f"seed {seed}: " + "\n".join(history.told)
            for copy in dict.fromkeys(history.copies) if history.copies != before else ():
                try:
                    look(copy, rng)
                    no_line_of_a_list_is_lost(copy)
                except AssertionError as error:
                    raise AssertionError(f"{told}\n{error}") from error
            old = {line for copy in before for line in copy.ledger.split("\n")}
            new = {line for copy in history.copies for line in copy.ledger.split("\n")}
            assert old <= new
