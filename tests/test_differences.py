"""What changed between two texts."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from generator.differences import LONGEST, changes

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
