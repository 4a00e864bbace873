"""Taking in a dump: everything that must be right before its bytes are kept."""

import datetime as dt

import pytest
from lists import abstract_of, dump_of, joined, list_of, pairs_of, raw_dump, record_of, sha256

from generator.build import RawDump, Record
from generator.intake import Accepted, Doubtful, Refused, take_in, with_dump

TODAY = dt.date(2025, 6, 1)
LIST = list_of("Mar 14", "One", "Two")


def taken(
    raw: bytes, *, record: Record | None = None, name: str = "list.txt", year: int | None = 2025
) -> Accepted:
    """Return what is taken in on a fixed day."""
    known = record_of() if record is None else record
    return take_in(known, name=name, raw=raw, sha256=sha256(raw), year=year, today=TODAY)


def test_a_dump_is_kept_under_its_year_day_and_hash() -> None:
    """The path tells the day and the bytes; the bytes are as they came."""
    got = taken(LIST)
    assert got.dump == RawDump(
        path=f"dumps/2025/2025-03-14-{sha256(LIST)[:8]}.txt", raw=LIST, sha256=sha256(LIST)
    )
    assert not got.known
    assert got.reading.count == 2


@pytest.mark.parametrize(
    ("name", "year"),
    [("2024-03-14.txt", None), ("2024-03-14-abc.txt", 2024), ("list.txt", 2024)],
)
def test_the_year_comes_from_the_option_or_the_name(name: str, year: int | None) -> None:
    """A name that begins with a day needs no --year."""
    assert taken(LIST, name=name, year=year).dump.path.startswith("dumps/2024/2024-03-14-")


@pytest.mark.parametrize(
    ("raw", "name", "year", "says"),
    [
        (LIST, "list.txt", None, "--year YYYY"),
        (LIST, "2024-03-14.txt", 2025, "leave --year out"),
        (list_of("Mar 14, 2024", "One"), "list.txt", 2025, "--year"),
        (list_of("Feb 29", "One"), "list.txt", 2025, "'Feb 29'"),
        (list_of("Jun 3", "One"), "list.txt", 2025, "2025-06-03"),
        (list_of("Dec 31", "One"), "list.txt", 9999, "has come"),
        (LIST, "2025-06-03.txt", None, "has come"),
        (b"", "list.txt", 2025, "empty"),
        (b"words", "list.txt", 2025, "Mar 14"),
        (b"\x00\xff" * 1000, "list.txt", 2025, "Mar 14"),
    ],
)
def test_what_cannot_be_kept_is_refused(raw: bytes, name: str, year: int | None, says: str) -> None:
    """No year, another year, no such day, a day to come, no list: an error that says what to do."""
    with pytest.raises(Refused) as refused:
        taken(raw, name=name, year=year)
    assert says in str(refused.value)


def test_tomorrow_has_come_somewhere() -> None:
    """Today in UTC may be yesterday where the list was shown."""
    assert taken(list_of("Jun 2", "One")).dump.path.startswith("dumps/2025/2025-06-02")


@pytest.mark.parametrize("year", [2025, None])
def test_the_same_bytes_again_are_known(year: int | None) -> None:
    """Bytes that the archive has are not kept again, wherever they lie."""
    there = raw_dump(LIST, name="dropped")
    again = taken(LIST, record=record_of(there), year=year)
    assert again.known
    assert again.dump is there


@pytest.mark.parametrize("path", ["dumps/2025/a.txt", "dumps/2025-03-14.txt"])
@pytest.mark.parametrize(("name", "year"), [("list.txt", 2024), ("2024-03-14.txt", None)])
def test_the_same_bytes_under_another_year_are_refused(
    path: str, name: str, year: int | None
) -> None:
    """A list has one year; the error names the file that has its bytes."""
    there = RawDump(path=path, raw=LIST, sha256=sha256(LIST))
    with pytest.raises(Refused) as refused:
        taken(LIST, record=record_of(there), name=name, year=year)
    assert path in str(refused.value)
    assert "corrections.yml" in str(refused.value)


def test_other_bytes_in_its_place_are_not_overwritten() -> None:
    """Where a kept dump was edited, the original is refused: nothing is written over."""
    path = taken(LIST).dump.path
    edited = RawDump(path=path, raw=LIST + b"\n", sha256=sha256(LIST + b"\n"))
    with pytest.raises(Refused) as refused:
        taken(LIST, record=record_of(edited))
    assert path in str(refused.value)


SLIPPED = joined("Mar 14", [*pairs_of(["One"])[0], "w" * 301, *pairs_of(["Two"])[0]])


@pytest.mark.parametrize(
    ("raw", "says"),
    [(SLIPPED, "list.txt:17"), (joined("Mar 14", []), "list.txt:11")],
    ids=["slipped", "no entry"],
)
def test_a_doubtful_reading_is_not_kept_without_a_second_look(raw: bytes, says: str) -> None:
    """Where the reading slipped, or found nothing, the line is told; a human may still say yes."""
    with pytest.raises(Doubtful) as doubtful:
        taken(raw)
    assert says in str(doubtful.value)
    assert doubtful.value.accepted.dump.raw == raw


NEWEST = dt.date(2025, 3, 10)


@pytest.mark.parametrize("name", ["2025-03-10-0a1b2c3d", "undated"])
@pytest.mark.parametrize(
    ("day", "odd"),
    [
        (dt.date(2025, 3, 14), False),
        (dt.date(2025, 1, 2), False),
        (NEWEST - dt.timedelta(300), False),
        (NEWEST - dt.timedelta(301), True),
        (dt.date(2024, 1, 2), True),
        (dt.date(2023, 3, 14), True),
    ],
)
def test_a_day_that_lies_oddly_is_asked_about(name: str, day: dt.date, *, odd: bool) -> None:
    """More than 300 days from the newest, whatever that one's name, the year may be wrong."""
    record = record_of(raw_dump(list_of("Mar 10", "Old"), name=name))
    raw = list_of(f"{day:%b} {day.day}", "New")
    assert taken(raw, record=record, year=None, name=f"{day}.txt"), "a whole date is no slip"
    if not odd:
        assert taken(raw, record=record, year=day.year)
        return
    with pytest.raises(Doubtful) as doubtful:
        taken(raw, record=record, year=day.year)
    assert str(NEWEST) in str(doubtful.value)


def test_a_dump_joins_the_record_in_its_place() -> None:
    """The record stays sorted by path."""
    raws = [raw_dump(dump_of("Mar 14", [("T", abstract_of(name))]), name=name) for name in "bca"]
    record = record_of()
    for raw in raws:
        record = with_dump(record, raw)
    assert [dump.path for dump in record.dumps] == [f"dumps/2025/{name}.txt" for name in "abc"]
