"""What changed between two texts."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from generator.differences import AROUND, LONGEST, Run, changes, woven

WORDS = st.lists(st.sampled_from(["a", "b", "--", "–", "x"]), max_size=30).map(" ".join)


@given(WORDS, WORDS)
def test_what_went_and_what_came_makes_the_one_of_the_other(before: str, after: str) -> None:
    """Without what went, and with what came, the words of the one are those of the other."""
    found = changes(before, after)
    assert found is not None
    assert (found == ()) == (before.split() == after.split())
    went = Counter(word for change in found for word in change[0].split())
    came = Counter(word for change in found for word in change[1].split())
    assert Counter(before.split()) - went + came == Counter(after.split())
    assert not went - Counter(before.split())


def test_a_long_text_with_few_changes_is_told() -> None:
    """Only what lies between the same beginning and the same end counts as long."""
    long = ["word"] * 50_000
    assert changes(" ".join([*long, "--", *long]), " ".join([*long, "–", *long])) == (("--", "–"),)
    many = [f"x{number}" for number in range(LONGEST + 1)]
    assert changes(" ".join(many), " ".join(word.upper() for word in many)) is None


def test_no_text_takes_long() -> None:
    """The worst that a stranger can write is bounded."""
    odd = " ".join(f"a x{number}" for number in range(LONGEST // 2))
    even = " ".join(f"a y{number}" for number in range(LONGEST // 2))
    assert changes(odd, even) is not None


@given(WORDS, WORDS)
def test_two_texts_woven_are_both(before: str, after: str) -> None:
    """What went and what stayed is the one, what came and what stayed the other, in order."""
    found = woven(before, after)
    if found is None:
        return
    long = [run for run in found if "…" in run.same]
    went = " ".join(run.same or run.went for run in found if run.same or run.went)
    came = " ".join(run.same or run.came for run in found if run.same or run.came)
    assert all(len(run.same.split()) == 2 * AROUND + 1 for run in long)
    assert bool(long) or (went, came) == (" ".join(before.split()), " ".join(after.split()))
    assert all(bool(run.same) != bool(run.went or run.came) for run in found)


def test_what_both_have_is_cut_short_and_strangers_are_not_woven() -> None:
    """A few words stand around a change; texts with little in common are left as they are."""
    many = [f"x{number}" for number in range(60)]
    assert woven(" ".join([*many, "old"]), " ".join([*many, "new"])) == (
        Run(same=" ".join((*many[:AROUND], "…", *many[-AROUND:]))),
        Run(went="old", came="new"),
    )
    assert woven("one two three", "one four five six") is None
    assert woven("a  b", "a b") == (Run(same="a b"),)
