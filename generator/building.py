"""An archive's site built, step by step: from its record to what people see."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from generator import files, grounds, publish
from generator.build import LEDGER, Archive, Record, no_collecting, read
from generator.check import broken_promises
from generator.engine import engine_digest
from generator.files import Shelf
from generator.grounds import Ground
from generator.keys import Keys, Output
from generator.ledger import Kind
from generator.memory import NOTHING
from generator.pages import Compiled, Page, environment, pages
from generator.parallel import meanwhile
from generator.partitions import FILES, Partition, folder_of, gathered, write_partition
from generator.plain import Key
from generator.progress import say, stage, tell
from generator.publish import Found, Last
from generator.quality import parse_quality
from generator.search import documents, slices
from generator.text import quoted

WRONG = 1
"""Exit status: something in the archive is wrong."""
MEMORY = "read"
"""The cache of what reading knows."""
TEMPLATES = "templates"
"""The cache of compiled templates."""
BESIDE = 50_000
"""Pages up to which MkDocs works beside others: it looks at them all, which copies them."""


def tell_waiting() -> None:
    """Say why nothing seems to happen."""
    tell("waiting for another build of this archive")


def build_archive(root: Path, site: Path, *, locked: bool, strict: bool) -> int:
    """Build an archive's site, telling each stage; return the exit status."""
    site = files.site_place(root, site)
    with no_collecting(), files.only_one(root, tell_waiting), files.written(root):
        record = files.read_record(root)
        last = publish.recall(root)
        by_hand = grounds.written_by_hand(root)
        inputs = publish.inputs(record, by_hand, locked=locked)
        if publish.stands(root, site, last, inputs):
            tell(f"nothing changed since the last build: {len(last.docs):,} pages")
            problems = last.problems
        else:
            look = meanwhile(partial(publish.found_at, root, site, last))
            archive = read_archive(root, record)
            # The lists are read: nobody asks for their bytes any more.
            record = replace(record, dumps=())
            there = look()
            if refused(archive, record, locked=locked):
                return WRONG
            made = make_site(root, site, archive, record, last, by_hand, there)
            publish.remember(root, replace(made, inputs=inputs))
            problems = made.problems
    say(problems)
    return WRONG if strict and problems else 0


def make_site(
    root: Path,
    site: Path,
    archive: Archive,
    record: Record,
    last: Last,
    by_hand: Key,
    there: Found,
) -> Last:
    """Build what changed; return what the next build may start from."""
    keep_templates(root)
    with files.shelf(root) as shelf:
        keys = Keys()
        early = grounds.known(root, by_hand, sample=record.sample)
        search_on = partial(search_outputs, root, archive, shelf)
        search = meanwhile(partial(search_on, early)) if early else None
        every = pages_of(archive, record, keys)
        remember_late(root, archive)
        # All that looks at every paper comes first: while other processes live, a look copies.
        machine = publish.machine_outputs(root, archive, record, keys, site)
        writing = files.start_sync(root / "docs", every, last.docs, there.astray, all_of=True)
        tree = publish.other_tree(site, last, there)
        tree.want(data_outputs(root, machine, record, keys, shelf))
        tree.want(publish.sitemap_outputs(archive.catalog, record.settings.site_url))
        ground = grounds.standing(root, every, by_hand, sample=record.sample)
        soon = writing.settled if ground else {}
        if ground:
            # While others are written.
            tree.want(publish.page_outputs(root, every, soon, ground))
        synced = written_pages(every, writing)
        if ground is None:
            making: Callable[[], Ground] = partial(
                grounds.ground, root, every, by_hand, sample=record.sample
            )
            if tree.empty and len(every) <= BESIDE:
                # MkDocs takes one core, and its time.
                making = meanwhile(making)
                publish.fill(tree)
            ground = making()
        late = {path: trace for path, trace in synced.traces.items() if path not in soon}
        tree.want(publish.page_outputs(root, every, late, ground))
        # All that templates see is of no more use.
        del every
        if search is None:
            # Nothing is known from before, and much is to be made: one large thing at a time, and
            # none in a process of its own, which would copy all texts by looking at them.
            search = partial(search_on, ground)
        tree.want(other_outputs(ground, search))
        with stage("site") as now:
            done, other = publish.raised(tree)
            now.result = f"{len(done.made):,} files, {done.fresh:,} made, {done.removed:,} removed"
    return publish.left(site, synced, done, other, (*archive.problems, *ground.problems))


def build_part(root: Path, part: Partition, *, locked: bool, strict: bool) -> int:
    """Build a partition, telling each stage; return the exit status."""
    with files.only_one(root, tell_waiting), files.written(root), files.shelf(root) as shelf:
        record = files.read_record(root)
        by_hand = grounds.written_by_hand(root)
        inputs = publish.inputs(record, by_hand, locked=locked)
        archive = read_archive(root, record)
        record = replace(record, dumps=())
        if refused(archive, record, locked=locked):
            return WRONG
        keep_templates(root)
        keys = Keys()
        every = pages_of(archive, record, keys)
        remember_late(root, archive)
        mine = [page for page in every if part.has(page.path)]
        writing = files.start_sync(root / "docs", mine, {}, (), all_of=False)
        synced = written_pages(mine, writing)
        ground = grounds.ground(root, every, by_hand, sample=record.sample, alone=True)
        others: list[Output] = []
        if part.leads:
            place = folder_of(root, part) / FILES
            machine = publish.machine_outputs(root, archive, record, keys, place)
            others = data_outputs(root, machine, record, keys, shelf)
            others += publish.sitemap_outputs(archive.catalog, record.settings.site_url)
            search = partial(search_outputs, root, archive, shelf, ground)
            others += other_outputs(ground, search)
        with stage(f"part {part}") as now:
            wanted = [*others, *publish.page_outputs(root, mine, synced.traces, ground)]
            write_partition(root, part, inputs, wanted)
            now.result = f"{len(wanted):,} files"
    problems = [*archive.problems, *ground.problems]
    say(problems)
    return WRONG if strict and problems else 0


def assemble(root: Path, site: Path) -> None:
    """Put partitions together: the site that one build would make.

    Raises ArchiveError where they are not those of one build, and all of it.
    """
    place = files.site_place(root, site)
    with files.only_one(root, tell_waiting), stage("site") as now:
        tree = publish.other_tree(place, Last(), Found())
        tree.want(gathered(root))
        done, _ = publish.raised(tree)
        now.result = f"{len(done.made):,} files"


def read_archive(root: Path, record: Record) -> Archive:
    """Return what the record says, and keep what the next reading may start from.

    What may still be worked on is left in the archive's memory: see `remember_late`.
    """
    with stage("read") as now:
        archive = read(record, files.open_cache(root, MEMORY))
        memory = archive.memory
        soon = replace(memory, late={})
        files.update_cache(root, MEMORY, soon.parts, {*memory.kept, *memory.late})
        now.result = counts(archive, record)
    return replace(archive, memory=replace(NOTHING, late=memory.late))


def remember_late(root: Path, archive: Archive) -> None:
    """Keep the rest of what the next reading may start from, once it is there."""
    files.extend_cache(root, MEMORY, archive.memory.parts)


def read_and_remember(root: Path, record: Record) -> Archive:
    """Return what the record says, and keep all that the next reading may start from."""
    archive = read(record, files.open_cache(root, MEMORY))
    files.update_cache(root, MEMORY, archive.memory.parts, archive.memory.kept)
    return archive


def keep_templates(root: Path) -> None:
    """Let templates be compiled once for all builds of this engine."""
    cache = files.open_cache(root, TEMPLATES)
    mine = {name for name in cache if name.startswith(engine_digest().hex())}
    with files.new_cache(root, TEMPLATES, mine) as new:
        environment().bytecode_cache = Compiled(cache, new.keep)


def pages_of(archive: Archive, record: Record, keys: Keys) -> list[Page]:
    """Return every page of the site."""
    quality = parse_quality(record.quality, record.vocabulary)
    found = pages(
        archive.catalog, record.settings, sample=record.sample, quality=quality, keys=keys
    )
    return list(found)


def written_pages(of: Sequence[Page], writing: files.Writing) -> files.Synced:
    """Return what bringing `docs/` up to date did, once it is done."""
    with stage("pages") as now:
        synced = writing.end()
        now.result = f"{len(of):,} pages, {synced.written:,} written, {synced.removed:,} removed"
    return synced


def data_outputs(
    root: Path, machine: Sequence[Output], record: Record, keys: Keys, shelf: Shelf
) -> list[Output]:
    """Return the files of the site that programs read, and their index."""
    with stage("data") as now:
        found = publish.with_index(root, machine, record.settings, keys, shelf)
        now.result = f"{len(found):,} files"
    return found


def other_outputs(ground: Ground, search: Callable[[], tuple[Output, ...]]) -> list[Output]:
    """Return the files of the site that stand around the pages; `search` waits for its data."""
    with stage("search") as now:
        found = search()
        now.result = f"{len(found):,} files"
    return [*publish.ground_outputs(ground), *found, publish.lunr_output()]


def search_outputs(
    root: Path, archive: Archive, shelf: Shelf, ground: Ground
) -> tuple[Output, ...]:
    """Return the search's data, and keep what the next build may start from."""
    there = list(documents(archive.catalog, ground.written))
    before = files.open_cache(root, "search")
    with files.new_cache(root, "search") as new:
        return tuple(publish.search_outputs(slices(there, before, new), shelf))


def refused(archive: Archive, record: Record, *, locked: bool) -> bool:
    """Return whether the site must not be built, after saying why."""
    if archive.vanished or (locked and refuse_unlocked(archive, record)):
        say([*archive.problems, *broken_promises(archive)])
        return True
    if archive.lines and not record.sample:
        tell(
            f"{LEDGER}: {len(archive.lines):,} addresses are not promised yet; "
            "to promise them: daybook add"
        )
    return False


def counts(archive: Archive, record: Record) -> str:
    """Return what an archive holds, in figures."""
    catalog = archive.catalog
    on_days = sum(len(day.items) for day in catalog.days)
    again = sum(len(paper.listings) > 1 for paper in catalog.papers)
    more_days = sum(len(paper.days) > 1 for paper in catalog.papers)
    variants = sum(len(paper.variants) > 1 for paper in catalog.papers)
    return (
        f"{'the sample: ' if record.sample else ''}{len(record.dumps):,} dumps, "
        f"{len(catalog.days):,} days, {archive.entries:,} entries, "
        f"{len(catalog.papers):,} papers, {on_days:,} papers on days, "
        f"{again:,} papers listed more than once ({more_days:,} on more than one day), "
        f"{variants:,} with several texts, {len(archive.problems):,} problems"
    )


def refuse_unlocked(archive: Archive, record: Record) -> bool:
    """Return whether the ledger lacks a paper or a day, after naming each."""
    lacking = [line for line in archive.lines if line.kind in {Kind.PAPER, Kind.DAY}]
    if record.sample or not lacking:
        return False
    for line in lacking:
        tell(f"{LEDGER}: lacks {line.address} {quoted(line.title)} ({line.id})")
    tell(f"{len(lacking):,} addresses are not promised yet: run daybook add")
    return True
