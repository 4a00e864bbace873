"""What readings leave to the next: it saves time, and changes nothing, whatever became of it."""

import marshal
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Daybook
from lists import VOCABULARY, abstract_of, chance, dump_of, joined, list_of, raw_dump, record_of
from test_histories import STEPS, History

from generator import build, memory
from generator.build import Archive, Record, read
from generator.decisions import NO_MEND
from generator.files import open_cache, shelf, update_cache
from generator.memory import list_name, traits_name
from generator.papers import text_of
from generator.parallel import in_parts
from generator.parse import parse
from generator.parts import ReadList, format_list, parse_list, parse_traits, raws_of

OTHER_VOCABULARY = VOCABULARY.replace("sure: [video]", "sure: [walks, lists]")
HISTORIES = 60
MARKS = "A *title* of $x_{1}$, <b>, 50\\% and Schr\\\"odinger's \u2028 \U0001f642"


def said(archive: Archive) -> tuple[object, ...]:
    """Return all that an archive says; what it leaves to the next reading aside."""
    return (
        archive.catalog,
        archive.catalog.related(),
        archive.readings,
        archive.problems,
        archive.lines,
        archive.vanished,
        dict(archive.folds),
    )


def damaged(parts: Mapping[str, bytes], rng: random.Random) -> dict[str, bytes]:
    """Return a memory that lost some of its parts, and has something else in place of others."""
    others: list[Callable[[bytes], bytes]] = [
        lambda _: b"",
        lambda part: part[: len(part) // 2],
        lambda _: marshal.dumps(None),
        lambda _: marshal.dumps((1, 2, 3)),
        lambda _: marshal.dumps((None, (("line",),), (), (), ())),
        lambda _: marshal.dumps(((),)),
        lambda _: marshal.dumps("text"),
        lambda _: marshal.dumps(()),
    ]
    kept = {name: part for name, part in parts.items() if rng.random() < 0.9}
    return {
        name: rng.choice(others)(part) if rng.random() < 0.2 else part
        for name, part in sorted(kept.items())
    }


@pytest.mark.parametrize("tens", range(HISTORIES // 10))
def test_a_reading_with_a_memory_is_the_same(tens: int) -> None:
    """Over whole histories, a memory carried along, damaged or foreign makes no difference."""
    for seed in range(1000 + 10 * tens, 1010 + 10 * tens):
        rng = chance(seed)
        history = History(rng)
        # One memory for two copies that differ: much in it is the other one's.
        carried: dict[str, bytes] = {}
        for _ in range(STEPS):
            history.step()
            for copy in dict.fromkeys(history.copies):
                record = copy.record(copy.dumps)
                if rng.random() < 0.2:
                    record = replace(record, vocabulary=OTHER_VOCABULARY)
                if rng.random() < 0.3:
                    carried = damaged(carried, rng)
                archive = read(record, carried)
                assert said(archive) == said(read(record)), f"seed {seed}: {history.told}"
                carried |= archive.memory.after(carried)


def three_lists() -> Record:
    """Return the record of three lists with repeats, odd marks, and one that slips."""
    first = dump_of("Mar 13", [(MARKS, abstract_of("it", MARKS)), ("Walks", abstract_of("walks"))])
    second = list_of("Mar 14", "A video of lists", "Walks", "Lists")
    third = joined("Mar 15", ["Lists", abstract_of("lists", " again"), "Odd words"])
    return record_of(*map(raw_dump, (first, second, third)))


def test_what_is_known_is_not_made_again() -> None:
    """The same record adds no part but the nearest papers; a list more adds its own two."""
    record = three_lists()
    whole = read(record).memory.after({})
    assert len(whole) == 2 * 3 + 1
    again = read(record, whole).memory
    assert not again.fresh
    assert again.late.keys() == {memory.nearest_name()}
    assert again.after(whole) == whole
    fewer = replace(record, dumps=record.dumps[1:])
    before = read(fewer).memory.after({})
    assert len(read(record, before).memory.fresh) == 2


def test_what_is_not_used_goes() -> None:
    """A list that is gone leaves nothing behind."""
    record = three_lists()
    whole = read(record).memory.after({})
    fewer = replace(record, dumps=record.dumps[1:])
    assert read(fewer, whole).memory.after(whole) == read(fewer).memory.after({})


def test_a_new_vocabulary_leaves_the_texts_alone() -> None:
    """Only what the vocabulary says is found anew."""
    record = three_lists()
    whole = read(record).memory.after({})
    other = replace(record, vocabulary=OTHER_VOCABULARY)
    archive = read(other, whole)
    assert len(archive.memory.kept) == 3
    assert said(archive) == said(read(other)) != said(read(record))


def test_a_name_says_what_a_part_was_made_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other bytes, another place, correction, vocabulary or engine: another name."""
    mends = [NO_MEND, replace(NO_MEND, year=2024), replace(NO_MEND, titles=frozenset({3}))]
    names = [list_name("ab", "dumps/2025/a.txt", mend) for mend in mends]
    names += [list_name("cd", "dumps/2025/a.txt", NO_MEND)]
    names += [list_name("ab", "dumps/2024/a.txt", NO_MEND)]
    names += [traits_name(name, vocabulary) for name in names[:2] for vocabulary in "xy"]
    monkeypatch.setattr(memory, "engine_digest", lambda: b"another")
    names += [list_name("ab", "dumps/2025/a.txt", NO_MEND), memory.nearest_name()]
    assert len(set(names)) == len(names)


def test_cores_share_the_work_and_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several processes, in several rounds, give what one gives."""
    record = three_lists()
    alone = read(record)
    monkeypatch.setattr(memory, "WORTH_SHARING", 1)
    monkeypatch.setattr(memory, "ROUND", 3)
    monkeypatch.setattr(memory, "cores", lambda: 2)
    shared = read(record)
    assert said(shared) == said(alone)
    assert shared.memory.after({}) == alone.memory.after({})


@pytest.mark.parametrize("lists", [0, 2, 3])
def test_a_day_is_worked_on_beside_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, lists: int
) -> None:
    """A large archive's new texts and related papers come from processes of their own."""
    record = three_lists()
    before = read(replace(record, dumps=record.dumps[:lists])).memory.after({})
    alone = read(record, before)
    monkeypatch.setattr(build, "MANY", 2)
    monkeypatch.setattr(memory, "WORTH_BESIDE", 1)
    beside = read(record, before)
    assert said(beside) == said(alone)
    assert beside.memory.after(before) == alone.memory.after(before)


def test_a_part_holds_what_was_put_in() -> None:
    """A list, problems and all, comes back as it was."""
    for dump in three_lists().dumps:
        reading = parse(dump.raw, path=dump.path, sha256=dump.sha256, year=2025, mend=NO_MEND)
        raws = raws_of(reading)
        texts = [text_of(*raw) for raw in raws]
        put = ReadList(reading=reading, raws=raws, folds=("x",) * len(raws), texts=texts)
        assert parse_list(format_list(put)) == put


def test_a_part_of_something_else_is_none() -> None:
    """Nothing, other values, or the traits of another number of entries are not known."""
    assert parse_list(None) is None
    assert parse_traits(None, 0) is None
    for other in (None, 1, "text", (), (1, 2, 3, 4, 5), ((),), (None, ((1, 2),), (), (), ())):
        part = marshal.dumps(other)
        assert parse_list(part) is None
        assert parse_traits(part, 3) is None
    assert parse_traits(marshal.dumps(()), 0) == []


class TestOnDisk:
    """Parts in files: what is not whole, or not under its own name, is not there."""

    def test_damage_is_found(self, tmp_path: Path) -> None:
        """Every cut, every flipped bit, and a file under another's name."""
        update_cache(tmp_path, "read", [("one", b"first"), ("two", b"second")], kept=())
        cache = open_cache(tmp_path, "read")
        assert dict(cache) == {"one": b"first", "two": b"second"}
        file = cache.folder / "one"
        whole = file.read_bytes()
        changes = [whole[:end] for end in range(len(whole))]
        changes += [
            whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :]
            for at in range(len(whole))
            for bit in range(8)
        ]
        for changed in [*changes, (cache.folder / "two").read_bytes()]:
            file.write_bytes(changed)
            assert cache.get("one") is None
        file.unlink()
        assert cache.get("one") is None
        file.mkdir()
        assert cache.get("one") is None
        assert cache.get("two") == b"second"

    def test_only_what_is_new_is_written(self, tmp_path: Path) -> None:
        """What stays is not touched, what is not named goes."""
        update_cache(tmp_path, "read", [("one", b"1"), ("two", b"2"), ("three", b"3")], kept=())
        cache = open_cache(tmp_path, "read")
        before = (cache.folder / "one").stat().st_mtime_ns
        update_cache(tmp_path, "read", [("two", b"second")], kept={"one"})
        assert dict(cache) == {"one": b"1", "two": b"second"}
        assert (cache.folder / "one").stat().st_mtime_ns == before

    def test_commands_say_the_same_whatever_became_of_it(
        self, daybook: Daybook, archive: Path, tmp_path: Path
    ) -> None:
        """Kept, damaged, emptied or deleted: the export has the same bytes."""
        for day, title in (("14", "A video"), ("15", "Two walks"), ("16", "Lists of walks")):
            file = tmp_path / f"2025-03-{day}.txt"
            file.write_bytes(list_of(f"Mar {day}", title, "One"))
            assert daybook("add", file, "-C", archive).status == 0
        folder = archive / ".cache/daybook/read"
        assert len(list(folder.iterdir())) == 2 * 3 + 1
        told = daybook("export", "-C", archive).out
        for change in (lambda part: part[:-1], lambda part: b"\0" * len(part), lambda _: b""):
            for path in folder.iterdir():
                path.write_bytes(change(path.read_bytes()))
            assert daybook("export", "-C", archive).out == told
        for path in folder.iterdir():
            path.unlink()
        assert daybook("export", "-C", archive).out == told
        assert '"related": ["' in told


def test_what_is_laid_aside_comes_back(tmp_path: Path) -> None:
    """Whichever process laid it there, as often as it is asked for; in the end nothing is left."""
    with shelf(tmp_path) as there:
        first = there.put(b"first")
        others = in_parts(lambda part: [there.put(bytes([part]) * n) for n in (0, 3, 70_000)], 3)
        for _ in range(2):
            assert first() == b"first"
            assert [[each() for each in row] for row in others] == [
                [bytes([part]) * n for n in (0, 3, 70_000)] for part in range(3)
            ]
        left = there.folder
    assert not left.exists()
    with shelf(tmp_path) as again:
        assert list(again.folder.iterdir()) == []
