"""Keys: the same for the same, another one for all else."""

import datetime as dt
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lists import list_of, raw_dump, record_of

from generator.build import read
from generator.keys import Keys
from generator.model import EntryId, Metadata, Paper, Slug, Status
from generator.papers import text_of

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.dates(),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)


def told_apart(value: object) -> object:
    """Return a value in a form in which equal ones are of one kind, too: 1 is not True."""
    if isinstance(value, tuple):
        return ("row", *(told_apart(each) for each in value))
    return type(value), value


@given(PLAIN, PLAIN)
def test_what_differs_has_another_key(one: object, other: object) -> None:
    """Rows, their ends and the kinds of values count; a date is not its number."""
    same = told_apart(one) == told_apart(other)
    assert (Keys().of(one) == Keys().of(other)) == same


def paper() -> Paper:
    """Return a paper with all that one can have."""
    found = read(record_of(raw_dump(list_of("Mar 14", "One", "Two")))).catalog.papers[0]
    metadata = Metadata(
        arxiv="2503.00001",
        doi="",
        authors=("Ada",),
        first=dt.date(2025, 3, 1),
        categories=("cs.CL",),
        abstract="a",
        source="file",
    )
    return replace(found, metadata=metadata)


CHANGES: dict[str, object] = {
    "id": EntryId("x-1"),
    "slug": Slug("other"),
    "status": Status.WITHDRAWN,
    "note": "why",
    "title": "Other",
    "title_raw": "other",
    "shown": 0,
    "metadata": None,
    "tags": (),
    "listings": (),
}


@pytest.mark.parametrize(
    "name", sorted({each.name for each in fields(Paper)} - {"shown", "variants"})
)
def test_each_field_of_a_paper_counts(name: str) -> None:
    """Whatever changes of a paper, its page is made anew; and a copy has the same key.

    A text's key is that of its variant, too.
    """
    before = paper()
    change = CHANGES.get(name)
    if name == "texts":
        change = (replace(before.text, key=b"other"),)
    elif name == "tags":
        change = (
            before.tags[1:]
            or read(record_of(raw_dump(list_of("Mar 14", "A Video of Walks"))))
            .catalog.papers[0]
            .tags
        )
    elif name == "listings":
        change = (replace(before.listings[0], day=dt.date(2024, 2, 29)),)
    after = replace(before, **{name: change})  # type: ignore[arg-type]
    assert after != before
    assert Keys().record(after) != Keys().record(before)
    assert Keys().record(replace(before)) == Keys().record(before)


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_a_text_has_a_key_of_its_own(one: tuple[str, str], other: tuple[str, str]) -> None:
    """What a dump has of a paper tells its text from all others."""
    assert (text_of(*one).key == text_of(*other).key) == (one == other)


def test_words_are_the_same_on_whatever_days() -> None:
    """A paper that is listed again has the same words, and another face."""
    one = paper()
    again = replace(one, listings=(*one.listings, replace(one.listings[0], day=dt.date.max)))
    keys = Keys()
    assert keys.words(one) == keys.words(again)
    assert keys.face(one) != keys.face(again)
    for name in ("id", "slug", "status", "title", "metadata"):
        other = replace(one, **{name: CHANGES[name]})  # type: ignore[arg-type]
        assert keys.words(one) != keys.words(other)


def test_what_is_nothing_to_make_keys_of_is_refused() -> None:
    """A set has no order, so that it has no key."""
    with pytest.raises(TypeError, match="found <class 'set'>"):
        Keys().of({1, 2})
