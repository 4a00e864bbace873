"""Dump text to entries and problems, with line numbers.

A dump has a head, a day, then title and abstract by turns, parted by blank lines. Nothing marks
which is which, so that one abstract missing, or one of two paragraphs, would shift all that
follow. The reader watches for that and finds its step again; what it could not place is a problem.
"""

import datetime as dt
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from generator.decisions import Mend
from generator.model import Dump, Entry, Problem, Severity
from generator.text import quoted

HEAD = frozenset(
    {
        "new",
        "get trending papers in your email inbox!",
        "subscribe",
        "daily papers",
        "byak and the research community",
        "by ak and the research community",
    }
)
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
DAY = re.compile(r"([A-Z][a-z]{2,8})\.? (\d{1,2})(?:, (\d{4}))?")
DATED_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?!\d)")

LONGEST_TITLE = 300
LONGEST_ABSTRACT = 100_000
SHORTEST_ABSTRACT = 165
"""Characters. Of 9,056 entries of real lists none had a shorter abstract; none of these had a
title over 202. A longer title is text that slipped out of its place."""

MOST_PARAGRAPHS = 20
"""Of one abstract that a correction puts together again."""

LONGEST_HEAD = 40
"""Blocks. A day that comes later is no head's."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of text without a blank line between them, joined by line feeds."""

    line: int
    end: int
    text: str

    @property
    def one_line(self) -> str:
        """The text with every run of blanks as one."""
        return " ".join(self.text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading one dump."""

    dump: Dump | None
    """None where no day could be found."""
    problems: tuple[Problem, ...]

    @property
    def slipped(self) -> bool:
        """Whether a human should look before it is kept, since an address is for good.

        So where a title was no title, or holds bytes that are no text, or a second list follows.
        """
        titles = (entry.title for entry in self.dump.entries) if self.dump else ()
        return any(
            problem.message.startswith((SLIP, ONE_LIST)) for problem in self.problems
        ) or any("\ufffd" in title for title in titles)

    @property
    def count(self) -> int:
        """How many entries were read: those kept, and those that a problem kept off."""
        kept = len(self.dump.entries) if self.dump else 0
        return kept + sum(problem.entries for problem in self.problems)


SLIP = "expected a title"
ONE_LIST = "expected one list in a file"


def parse(raw: bytes, *, path: str, sha256: str, year: int | None, mend: Mend) -> Reading:
    """Read one dump.

    The day is the mend's, or the file name's where that begins with YYYY-MM-DD, or the text's in
    `year`. Whatever cannot be read is a problem with its line; the rest still counts.
    """
    lines, problems = decoded_lines(raw, path)
    blocks = list(into_blocks(lines, mend.titles))
    if not blocks:
        return Reading(dump=None, problems=(*problems, empty(path)))
    start, head_problems = find_day(blocks, path)
    if start is None:
        # What is no list is not worth a problem for each of its lines.
        return Reading(dump=None, problems=(*problems[:1], *head_problems))
    problems = [*problems, *head_problems]
    try:
        day, day_problems = settle_day(blocks[start], path=path, year=year, mend=mend)
    except ValueError as error:
        problem = Problem(path=path, line=blocks[start].line, message=str(error))
        return Reading(dump=None, problems=(*problems, problem))
    entries, entry_problems = pair(blocks[start + 1 :], path, mend)
    if not blocks[start + 1 :]:
        entry_problems = [bare(blocks[start], path)]
    dump = Dump(path=path, sha256=sha256, day=day, entries=tuple(entries))
    return Reading(dump=dump, problems=(*problems, *day_problems, *entry_problems))


def empty(path: str) -> Problem:
    """Return the problem of a dump without a word in it."""
    return Problem(
        path=path,
        line=1,
        message="expected a dump, found an empty file; save the list again, or delete the file",
    )


def bare(day: Block, path: str) -> Problem:
    """Return the problem of a list without an entry."""
    return Problem(
        path=path,
        line=day.line,
        message=f"expected titles and abstracts after {quoted(day.text)}, found none; "
        "was the list cut?",
    )


def decoded_lines(raw: bytes, path: str) -> tuple[list[str], list[Problem]]:
    """Return the lines of a dump, and a problem for each that is not UTF-8.

    CR LF and CR end lines too. Bytes that are no text are shown as U+FFFD, never guessed.
    """
    lines, problems = [], []
    unified = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for number, line in enumerate(unified.split(b"\n"), 1):
        try:
            lines.append(line.decode())
        except UnicodeDecodeError as error:
            lines.append(line.decode(errors="replace"))
            found = f"byte 0x{line[error.start]:02x} at column {error.start + 1}"
            problems.append(
                Problem(
                    path=path,
                    line=number,
                    message=f"expected UTF-8, found {found}; it is shown as \ufffd: "
                    "save the list again as UTF-8",
                )
            )
    return lines, problems


def into_blocks(lines: Sequence[str], titles: Container[int] = ()) -> Iterator[Block]:
    """Yield the text between blank lines; a line of odd blanks only is blank.

    A line that a correction calls a title begins a block, whether a blank line stands before it
    or not, and is one by itself where an abstract follows on the next line.
    """
    held: list[str] = []
    for number, line in enumerate(chain(lines, ("",)), 1):
        text = line.strip().strip("\ufeff\u200b\u2060").strip()
        if held and (not text or number in titles):
            yield from unglued(Block(number - len(held), number - 1, "\n".join(held)), titles)
            held = []
        if text:
            held.append(text)


def unglued(block: Block, titles: Container[int]) -> Iterator[Block]:
    """Yield a block, in two where it is a corrected title with its abstract right below."""
    if block.line in titles:
        title, _, rest = block.text.partition("\n")
        if len(rest) >= SHORTEST_ABSTRACT:
            yield Block(block.line, block.line, title)
            yield Block(block.line + 1, block.end, rest)
            return
    yield block


def find_day(blocks: Sequence[Block], path: str) -> tuple[int | None, list[Problem]]:
    """Return the index of the day's block, and problems of the head before it."""
    problems: list[Problem] = []
    for index, block in enumerate(blocks[:LONGEST_HEAD]):
        if is_day(block):
            return index, problems
        if len(block.text) >= SHORTEST_ABSTRACT:
            # The list has begun: what looks like a day from here on is a title.
            break
        if not in_head(block):
            problems.append(
                Problem(
                    path=path,
                    line=block.line,
                    message=f"expected the head of a list, found {quoted(block.text)}; "
                    "it is passed over",
                    severity=Severity.WARNING,
                )
            )
    first = blocks[0]
    return None, [
        Problem(
            path=path,
            line=first.line,
            message="expected a day like 'Mar 14' on a line of its own before the first title, "
            f"found none after {quoted(first.text)}; if this is a list, add the line",
        )
    ]


def is_day(block: Block) -> bool:
    """Return whether this is a day like 'Mar 14', of whatever month."""
    text = block.one_line if len(block.text) < SHORTEST_ABSTRACT else ""
    return bool(DAY.fullmatch(text) and month_of(text))


def month_of(text: str) -> int | None:
    """Return the month, 1 to 12, of a day like 'Mar 14', or None where it names none."""
    name = text.split(maxsplit=1)[0].rstrip(".").lower()
    return next((n for n, month in enumerate(MONTHS, 1) if month.startswith(name)), None)


def settle_day(
    block: Block, *, path: str, year: int | None, mend: Mend
) -> tuple[dt.date, list[Problem]]:
    """Return a dump's day, with a warning where its name, folder and text disagree.

    Raises ValueError, with a message for people, where there is no such day or no year.
    """
    if mend.day:
        return mend.day, []
    said = DAY.fullmatch(block.one_line)
    if said is None:
        raise ValueError(f"expected a day like 'Mar 14', found {quoted(block.text)}")
    named = dated_name(path)
    years = (mend.year, int(said[3]) if said[3] else None, named.year if named else None, year)
    chosen = next((each for each in years if each is not None), None)
    if chosen is None:
        raise ValueError(
            f"expected a year for {quoted(block.text)}, found none in the file or its name; "
            "say which: --year YYYY"
        )
    try:
        written = dt.date(chosen, month_of(block.one_line) or 0, int(said[2]))
    except (ValueError, OverflowError):
        raise ValueError(
            f"expected a day of the year {chosen}, found {quoted(block.text)}; "
            "check the day and the year"
        ) from None
    if mend.year:
        return written, []
    day = named or written
    return day, list(disagreements(block, path=path, day=day, written=written, year=year))


def disagreements(
    block: Block, *, path: str, day: dt.date, written: dt.date, year: int | None
) -> Iterator[Problem]:
    """A dump's name, folder and text say the same day."""
    mend = "if that is wrong, say so in dumps/corrections.yml"
    if day != written:
        message = f"expected the day of the file's name, {day}, found {quoted(block.text)}; "
        message += f"the name counts: {mend}"
    elif year is not None and day.year != year:
        message = f"expected a day of the year {year}, found {day}; the file's own day counts: "
        message += mend
    else:
        return
    yield Problem(path=path, line=block.line, message=message, severity=Severity.WARNING)


def dated_name(path: str) -> dt.date | None:
    """Return the day that a file's name begins with, or None."""
    match = DATED_NAME.match(path.rsplit("/", 1)[-1])
    try:
        return dt.date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def pair(blocks: Sequence[Block], path: str, mend: Mend) -> tuple[list[Entry], list[Problem]]:
    """Return the entries of a list, and what could not be placed.

    Where a title is no title, the step is found again: the block goes to the title before it if
    that one's abstract is too short to be one (it was a title), else it stays off, as a problem.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    index = 0
    while index < len(blocks):
        title = blocks[index]
        if second_head(blocks, index):
            problems.append(second_list(blocks[index:], path))
            break
        last = index + 1 == len(blocks) or second_head(blocks, index + 1)
        body = None if last else blocks[index + 1]
        before = entries[-1] if entries else None
        goes_on = title.line not in mend.titles and continues(blocks, index, before, mend)
        if goes_on or stray(title, body, before, mend):
            if problem := place(title, entries, path, goes_on=goes_on):
                problems.append(problem)
            index += 1
        elif body is None or body.line in mend.titles:
            problems.append(alone(title, path))
            index += 1
        elif len(body.text) > LONGEST_ABSTRACT:
            problems.append(endless(title, body, path))
            index += 2
        else:
            entries.append(entry_of(title, body))
            index += 2
    numbered = [replace(entry, position=n) for n, entry in enumerate(entries, 1)]
    return numbered, problems


def continues(blocks: Sequence[Block], index: int, before: Entry | None, mend: Mend) -> bool:
    """Return whether corrections show this block to be a further paragraph of the entry before.

    So it is where nothing but paragraphs stands from here to the next corrected title, or from
    a corrected title to the end.
    """
    if not mend.titles or before is None:
        return False
    for block in blocks[index : index + MOST_PARAGRAPHS]:
        if block.line in mend.titles:
            return True
        if not is_paragraph(block.text):
            return False
    return before.line in mend.titles and len(blocks) - index <= MOST_PARAGRAPHS


def is_paragraph(text: str) -> bool:
    """Return whether text looks like a piece of an abstract rather than like a title."""
    return len(text) >= SHORTEST_ABSTRACT or text.endswith(".") or "://" in text


def stray(title: Block, body: Block | None, before: Entry | None, mend: Mend) -> bool:
    """Return whether text in a title's place is no title, or has no abstract behind it."""
    if title.line in mend.titles:
        return False
    if len(title.text) > LONGEST_TITLE:
        return True
    if before and len(before.abstract) < SHORTEST_ABSTRACT <= len(title.text):
        # An abstract, whose title was taken for the one before it.
        return True
    if body is None:
        return before is not None and is_paragraph(title.text)
    return len(title.text) > len(body.text)


def entry_of(title: Block, body: Block) -> Entry:
    """Return the entry of these two blocks, its position to be set."""
    return Entry(
        line=title.line, position=0, title=title.one_line, abstract=body.text, end=body.end
    )


def place(block: Block, entries: list[Entry], path: str, *, goes_on: bool) -> Problem | None:
    """Find the place of text that stands where a title should; return the problem, if one is left.

    Changes the last of `entries` where that entry's abstract was a title, or where the text is a
    further paragraph of it (`goes_on`).
    """
    last = entries[-1] if entries else None
    if last and fits(last, block, goes_on=goes_on):
        line = last.end - last.abstract.count("\n")
        entries[-1] = entry_of(Block(line, last.end, last.abstract), block)
        return left_over(Block(last.line, last.line, last.title), path)
    if last and goes_on and len(last.abstract) + len(block.text) < LONGEST_ABSTRACT:
        entries[-1] = replace(last, abstract=f"{last.abstract}\n{block.text}", end=block.end)
        return None
    return left_over(block, path)


def fits(last: Entry, block: Block, *, goes_on: bool) -> bool:
    """Return whether a block is the abstract of what was taken for the last entry's abstract."""
    if len(block.text) > LONGEST_ABSTRACT:
        return False
    if is_paragraph(last.abstract):
        return not goes_on and len(last.abstract) < SHORTEST_ABSTRACT <= len(block.text)
    return is_paragraph(block.text)


def left_over(block: Block, path: str) -> Problem:
    """Return the problem of text that found no place: a title, or a piece of an abstract."""
    if is_paragraph(block.text):
        found = f"{len(block.text):,} characters, {quoted(block.text)}"
        advice = "say in dumps/corrections.yml which lines are titles"
        return slip(block.line, path, found, entries=0, advice=advice)
    found = f"{quoted(block.text)} without an abstract"
    advice = "fetch the list again, or accept that this entry is left out"
    return slip(block.line, path, found, entries=1, advice=advice)


def slip(line: int, path: str, found: str, *, entries: int, advice: str) -> Problem:
    """Return the problem of a reading that slipped."""
    return Problem(
        path=path,
        line=line,
        message=f"{SLIP}, then a blank line and its abstract; found {found}; it stays off the "
        f"site: {advice}",
        entries=entries,
    )


def alone(title: Block, path: str) -> Problem:
    """Return the problem of a title without an abstract."""
    return Problem(
        path=path,
        line=title.line,
        message=f"expected an abstract after {quoted(title.text)}, found none; "
        "it stays off the site: was the list cut?",
        entries=1,
    )


def endless(title: Block, body: Block, path: str) -> Problem:
    """Return the problem of an abstract that is none."""
    return Problem(
        path=path,
        line=body.line,
        message=f"expected an abstract of at most {LONGEST_ABSTRACT:,} characters for "
        f"{quoted(title.text)}, found {len(body.text):,}; it stays off the site",
        entries=1,
    )


def second_head(blocks: Sequence[Block], index: int) -> bool:
    """Return whether another list's head begins here: two of its lines in a row."""
    two = blocks[index : index + 2]
    return len(two) == 2 and all(in_head(block) for block in two)  # noqa: PLR2004  # a row is two


def in_head(block: Block) -> bool:
    """Return whether this is a line of a list's head."""
    return len(block.text) < SHORTEST_ABSTRACT and block.one_line.lower() in HEAD


def second_list(blocks: Sequence[Block], path: str) -> Problem:
    """Return the problem of a second list in one file, which these blocks are."""
    left = sum(not in_head(block) and not is_day(block) for block in blocks)
    return Problem(
        path=path,
        line=blocks[0].line,
        message=f"{ONE_LIST}, found the head of another; "
        f"{len(blocks):,} blocks of text from here on are not read: save it as a file of its own",
        entries=left // 2,
    )


def mends_that_miss(reading: Reading, mend: Mend, path: str) -> Iterator[Problem]:
    """Yield a problem for each corrected title that is not there, unless one tells of it."""
    found = {entry.line for entry in reading.dump.entries} if reading.dump else set()
    found |= {problem.line for problem in reading.problems}
    for line in sorted(mend.titles - found):
        yield Problem(
            path=path,
            line=line,
            message=f"expected the title that dumps/corrections.yml puts on line {line}, "
            "found none; correct the line's number",
        )
