"""The sample archive, read as plain text: it shows what the site can show, and claims no more."""

import datetime as dt
import itertools
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parents[1] / "generator" / "data" / "sample"
FILES = tuple(sorted((SAMPLE / "dumps").rglob("*.txt")))
HEAD = ("new", "Get trending papers in your email inbox!", "Subscribe")
BYLINE = "byAK and the research community"
URL = re.compile(r"https?://\S+")
STRIPPED = re.compile(
    r"\b(?:alpha|epsilon|lambda|mathcal|nabla|sigma|theta|Theta)\b|\w\^\{?[-\w]|\w_\{?\w"
)
REMNANT = re.compile(r"``|\\%|\\\"|\{\\em ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A title and its summary, with where they stand."""

    day: dt.date
    name: str
    title: str
    summary: str


def blocks_of(path: Path) -> list[str]:
    """Return the parts of a dump that blank lines separate, its head included."""
    return path.read_text(encoding="utf-8").split("\n\n")


def day_of(path: Path) -> dt.date:
    """Return the day that the file's name begins with."""
    return dt.date.fromisoformat(path.name[:10])


def items_of(path: Path) -> list[Item]:
    """Return a dump's entries in its order: after the head and the day, two blocks each."""
    blocks = blocks_of(path)
    body = blocks[blocks.index(BYLINE) + 2 :]
    return [
        Item(day=day_of(path), name=path.name, title=title, summary=summary)
        for title, summary in zip(body[::2], body[1::2], strict=True)
    ]


ITEMS = tuple(item for path in FILES for item in items_of(path))


def days_by_title() -> dict[str, set[dt.date]]:
    """Return the days each title is listed on."""
    days: dict[str, set[dt.date]] = defaultdict(set)
    for item in ITEMS:
        days[item.title].add(item.day)
    return days


def summaries_by_title() -> dict[str, list[str]]:
    """Return each title's different summaries, in order of their days."""
    summaries: dict[str, list[str]] = defaultdict(list)
    for item in ITEMS:
        if item.summary not in summaries[item.title]:
            summaries[item.title].append(item.summary)
    return summaries


def test_six_dumps_hold_66_entries_of_54_papers() -> None:
    """The sample has the size that its pages and the documentation speak of."""
    assert len(FILES) == 6
    assert len(ITEMS) == 66
    assert len(days_by_title()) == 54
    assert all(len(items_of(path)) == 11 for path in FILES)


def test_five_days_cross_a_month_border_and_leave_a_gap() -> None:
    """Calendar, months and the step from day to day have something to show."""
    days = sorted({item.day for item in ITEMS})
    steps = [(after - before).days for before, after in itertools.pairwise(days)]
    assert len(days) == 5
    assert {day.month for day in days} == {2, 3}
    assert len([step for step in steps if step > 1]) == 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_dump_has_the_layout_of_a_real_one(path: Path) -> None:
    """Head, day without a year, then blocks of one line; LF line ends and none at the end."""
    raw = path.read_bytes()
    blocks = blocks_of(path)
    day = day_of(path)
    assert not raw.endswith(b"\n")
    assert b"\r" not in raw
    assert path.parent.name == str(day.year)
    assert tuple(blocks[:3]) == HEAD
    assert blocks[3 : blocks.index(BYLINE)] in ([], ["Daily Papers"])
    assert blocks[blocks.index(BYLINE) + 1] == f"{day:%b} {day.day}"
    assert all(block and block == block.strip() and "\n" not in block for block in blocks)


def test_both_variants_of_the_head_occur() -> None:
    """Dumps come with `Daily Papers` in their head and without."""
    assert {"Daily Papers" in blocks_of(path) for path in FILES} == {True, False}


def test_papers_come_back_on_other_days() -> None:
    """Eight papers are listed on two days, and one on three."""
    assert Counter(len(days) for days in days_by_title().values()) == {1: 45, 2: 8, 3: 1}


def test_one_day_has_two_dumps_that_share_two_papers() -> None:
    """The third of March shows how two sources become one day."""
    names = defaultdict(set)
    for path in FILES:
        names[day_of(path)].add(path)
    (twice,) = [paths for paths in names.values() if len(paths) > 1]
    first, second = ({item.title for item in items_of(path)} for path in sorted(twice))
    assert {day_of(path) for path in twice} == {dt.date(2025, 3, 3)}
    assert len(first & second) == 2


def test_no_dump_lists_a_paper_twice() -> None:
    """A repeat is a paper in another dump, never a slip within one."""
    places = Counter((item.name, item.title) for item in ITEMS)
    assert set(places.values()) == {1}


def test_two_papers_have_a_longer_text_on_a_later_day() -> None:
    """Two papers show what variants look like; all others keep their words."""
    several = [texts for texts in summaries_by_title().values() if len(texts) > 1]
    assert [len(texts) for texts in several] == [2, 2]
    assert all(len(early) < len(late) for early, late in several)


def test_titles_and_summaries_keep_their_measures() -> None:
    """A title is short enough not to look like a slipped reading; a summary fills a paragraph."""
    for item in ITEMS:
        assert len(item.title) <= 300
        assert len(item.summary) > len(item.title)
        assert 300 <= len(item.summary) <= 900, item.title


def test_code_links_are_plain_repository_addresses() -> None:
    """Seventeen papers name their code, each by the address of one repository."""
    links = {
        (item.title, link)
        for item in ITEMS
        for link in re.findall(r"https?://github\.com/\S+", item.summary)
    }
    assert len({title for title, _ in links}) == 17
    assert len({link.rstrip(".") for _, link in links}) == 17
    for _, link in links:
        assert re.fullmatch(r"https://github\.com/[\w-]+/[\w-]+\.?", link)


def test_other_links_occur() -> None:
    """DOIs, project pages and a model stand in the summaries beside the code links."""
    text = "\n".join(item.summary for item in ITEMS)
    assert len(set(re.findall(r"https://doi\.org/10\.\S+", text))) == 3
    assert "https://huggingface.co/allenai/" in text
    assert "Project page: https://" in text


def test_formulas_and_remnants_look_as_in_real_dumps() -> None:
    """Formulas have no markup any more, while other LaTeX survived."""
    assert not [item.title for item in ITEMS if "$" in item.summary]
    formulas = {item.title for item in ITEMS if STRIPPED.search(URL.sub("", item.summary))}
    remnants = {item.title for item in ITEMS if REMNANT.search(item.summary)}
    assert len(formulas) >= 10
    assert len(remnants) >= 5
    for sign in ("``", r"\%", r"\"", r"{\em "):
        assert any(sign in item.summary for item in ITEMS), sign


def test_odd_titles_occur() -> None:
    """Digits first, a question, quotation marks, a colon, and letters outside ASCII."""
    titles = set(days_by_title())
    assert any(title[0].isdigit() for title in titles)
    assert any(title[0] == '"' for title in titles)
    assert any(title.endswith("?") for title in titles)
    assert any(":" in title for title in titles)
    assert any(not title.isascii() for title in titles)


def test_the_sample_says_what_it_is() -> None:
    """The note beside the dumps says what is real and what is made up."""
    note = (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert "real papers" in note
    assert "made up" in note
