"""Related papers: exact, the same on every way to them, and by content."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import related
from generator.decisions import NO_MEND
from generator.parse import parse
from generator.related import FIVE, NOTHING, Nearest, format_nearest, nearest, parse_nearest
from generator.vectors import Background, Vector, format_background, parse_background, stems, vector

SHARED = Path(__file__).resolve().parents[2] / "shared"
TABLE = Path(related.__file__).parent / "data" / "words.txt"
SHIPPED = parse_background(TABLE.read_text(encoding="utf-8"))
WORDS = Background(weights={"the": 0, "alpha": 20, "beta": 50}, unknown=100)

Texts = Sequence[tuple[str, str, tuple[str, ...]]]


def vectors(texts: Texts, background: Background = WORDS) -> dict[str, Vector]:
    """Return vectors by the papers' numbers."""
    return {
        f"p{number}": vector(title, abstract, tags, background)
        for number, (title, abstract, tags) in enumerate(texts)
    }


def weights(of: Vector) -> dict[int, int]:
    """Return a vector's weights by word."""
    items = np.frombuffer(of, [("word", "<u8"), ("weight", "<u2")])
    return dict(zip(items["word"].tolist(), items["weight"].tolist(), strict=True))


def scan(papers: Mapping[str, Vector]) -> dict[str, tuple[str, ...]]:
    """Return what the definition says, word by word and pair by pair."""
    read = {name: weights(of) for name, of in papers.items()}
    lists = {}
    for name, mine in read.items():
        scores = {
            other: sum(weight * theirs.get(word, 0) for word, weight in mine.items())
            for other, theirs in read.items()
            if other != name
        }
        # Sorting is stable: ties keep the order of the papers.
        ranked = sorted((o for o in scores if scores[o]), key=lambda o: -scores[o])
        lists[name] = tuple(ranked[:FIVE])
    return lists


words = st.sampled_from(
    ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "the")
)
text = st.lists(words, max_size=6).map(" ".join)
paper = st.tuples(text, text, st.lists(st.sampled_from("xyz"), max_size=2).map(tuple))
archive = st.lists(paper, max_size=30).map(vectors)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks and shards so small that a few papers fill several."""
    monkeypatch.setattr(related, "_BLOCK", 3)
    monkeypatch.setattr(related, "_SHARD", 16)
    monkeypatch.setattr(related, "_GROUP", 2)


def same(one: Nearest, other: Nearest) -> bool:
    """Return whether two states say the same, scores included."""
    return one.related == other.related and np.array_equal(one.ranks, other.ranks)


@pytest.mark.usefixtures("small_blocks")
class TestInSmallBlocks:
    """Few papers, many ties, many blocks."""

    @settings(deadline=None)
    @given(archive)
    def test_it_finds_what_a_plain_scan_finds(self, papers: dict[str, Vector]) -> None:
        """Every list is the true one; equals stand in ledger order."""
        assert nearest(papers).related == scan(papers)

    @settings(deadline=None)
    @given(archive, st.integers(0, 30), st.integers(1, 3))
    def test_a_day_more_is_the_same_as_from_nothing(
        self, papers: dict[str, Vector], old: int, workers: int
    ) -> None:
        """Going on from earlier papers changes nothing, nor does the number of threads."""
        before = nearest(dict(islice(papers.items(), old)))
        assert same(nearest(papers, before, workers), nearest(papers))

    @settings(deadline=None, max_examples=300)
    @given(archive, st.data())
    def test_any_earlier_state_will_do(
        self, papers: dict[str, Vector], data: st.DataObject
    ) -> None:
        """Papers withdrawn, brought back, with another text or in another order: no difference."""
        names = data.draw(st.permutations(list(papers)) | st.just(list(papers)))
        dropped = data.draw(st.sets(st.sampled_from(names), max_size=4)) if names else set()
        changed = data.draw(st.sets(st.sampled_from(names), max_size=3)) if names else set()
        earlier = {
            name: vector("kappa iota", "beta", (), WORDS) if name in changed else papers[name]
            for name in [*names, "gone"]
            if name not in dropped and name in papers
        }
        earlier["gone"] = vector("alpha beta gamma delta", "eta", ("x",), WORDS)
        assert same(nearest(papers, nearest(earlier)), nearest(papers))


def test_a_list_changes_only_for_a_nearer_paper() -> None:
    """A paper about something else, however many words it brings, moves nothing."""
    papers = vectors([("gamma delta", f"note{n} gamma", ()) for n in range(8)])
    lists = nearest(papers).related
    far = {"far": vector("omega", "omicron rho sigma", (), WORDS)}
    near = {"near": vector("gamma delta", "gamma", (), WORDS)}
    assert {**lists, "far": ()} == nearest(papers | far).related
    assert all(row[0] == "near" for row in islice(nearest(papers | near).related.values(), 8))


def test_older_and_newer_papers_are_related_and_none_to_itself() -> None:
    """The middle one of three finds both; equals stand in ledger order."""
    lists = nearest(vectors([("gamma", "delta", ())] * 3)).related
    assert lists == {"p0": ("p1", "p2"), "p1": ("p0", "p2"), "p2": ("p0", "p1")}


def test_of_many_equals_the_first_are_taken() -> None:
    """A thousand papers with one text: each has the first five others, on either way."""
    papers = vectors([("gamma delta", "the same words", ())] * 1000)
    whole = nearest(papers)
    assert whole.related["p700"] == ("p0", "p1", "p2", "p3", "p4")
    assert whole.related["p2"] == ("p0", "p1", "p3", "p4", "p5")
    assert same(nearest(papers, nearest(dict(islice(papers.items(), 990)))), whole)


def test_an_equal_that_comes_back_takes_its_place() -> None:
    """A paper brought back stands before later equals that took its place meanwhile."""
    papers = vectors([("gamma delta", "the same words", ())] * 9)
    before = nearest(dict(islice(papers.items(), 1, None)))
    assert nearest(papers, before).related["p8"] == ("p0", "p1", "p2", "p3", "p4")


def test_without_papers_or_words_nothing_is_related() -> None:
    """No paper, one paper, and papers without a word that says anything are no fault."""
    assert nearest({}).related == {}
    assert nearest(vectors([("gamma", "", ())])).related == {"p0": ()}
    assert nearest(vectors([("the", "", ()), ("the", "12 a", ())])).related == {"p0": (), "p1": ()}


def test_a_vector_says_what_and_not_in_which_order() -> None:
    """Order of words and tags, case, plural and repeated tags make no difference."""
    one = vector("Gamma deltas", "alpha beta", ("x", "y"), WORDS)
    other = vector("delta GAMMA", "Beta alpha", ("y", "x", "x"), WORDS)
    assert one == other != vector("Gamma deltas", "alpha beta", ("x",), WORDS)


def test_weights_follow_rarity_title_and_repeats() -> None:
    """A rarer word weighs more, so does one in the title, or said again; common ones nothing."""
    plain = sorted(weights(vector("", "alpha beta gamma the", (), WORDS)).values())
    assert plain[0] * 2 < plain[1] < plain[2] < plain[1] * 3
    assert len(plain) == 3
    for title, abstract in (("gamma", "gamma delta"), ("", "gamma gamma delta")):
        light, heavy = sorted(weights(vector(title, abstract, (), WORDS)).values())
        assert light < heavy
    ten, hundred = (vector("", "delta " + "gamma " * times, (), WORDS) for times in (10, 100))
    assert ten == hundred


def test_a_tag_weighs_less_than_words_do_together() -> None:
    """A shared tag decides between papers otherwise equal, not against three shared words."""
    lists = nearest(
        vectors(
            [
                ("gamma delta epsilon", "zeta eta theta", ("x",)),
                ("gamma delta epsilon", "iota kappa lambda", ("y",)),
                ("mu nu xi", "omicron rho sigma", ("x",)),
                ("gamma delta epsilon", "iota kappa lambda", ("x",)),
            ]
        )
    ).related
    assert lists["p0"] == ("p3", "p1", "p2")


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_any_text_makes_a_vector_of_bounded_length(
    title: str, abstract: str, tags: list[str]
) -> None:
    """No text fails, and no sum of products can leave 32 bits."""
    squares = sum(w * w for w in weights(vector(title, abstract, tags, WORDS)).values())
    assert squares <= 1.0001 * (1 << 30)


def test_huge_texts_are_cut() -> None:
    """A text of fifty million characters costs what its beginning costs."""
    for part in ("word ", "x", "\\a", "https://", "$\ud800 ", "e\u0301"):
        assert len(vector(part * (50_000_000 // len(part)), "", (), WORDS)) <= 400


def test_stems_leave_out_what_says_nothing() -> None:
    """Addresses, macros, numbers and single letters are no words; accents make no difference."""
    written = r"Training Schrödinger's nets in 2024: \mathcal{O} see https://example.org/gamma"
    assert list(stems(written)) == ["train", "schroding", "net", "in", "see"]


def test_a_table_written_and_read_is_the_same() -> None:
    """Format and parse are inverses, comments aside."""
    written = format_background(WORDS, "how it was made\nin two lines")
    assert written.startswith("# how it was made\n# in two lines\n0: the\n")
    assert parse_background(written) == WORDS


def test_the_shipped_table_is_whole() -> None:
    """It is small, says how it was made, holds stems only, and none heavier than unknown words."""
    written = TABLE.read_text(encoding="utf-8")
    assert len(written.encode()) < 300_000
    assert "learn_words.py" in written.splitlines()[1]
    assert set(SHIPPED.weights.values()) <= set(range(SHIPPED.unknown))
    assert SHIPPED.weights["the"] == 0 < SHIPPED.weights["diffus"] < SHIPPED.unknown
    assert len(SHIPPED.weights) > 3000
    assert all(re.fullmatch(r"[^\W_]+", stem) for stem in SHIPPED.weights)


def test_a_state_survives_a_cache() -> None:
    """What is read is what was written, and it can be gone on from."""
    papers = vectors([(f"gamma note{n % 3}", "delta", ("x",)) for n in range(9)])
    papers["odd \ud800\n"] = vector("", "", (), WORDS)
    before = nearest(dict(islice(papers.items(), 6)))
    read = parse_nearest(format_nearest(before))
    assert same(read, before)
    assert dict(read.papers) == dict(before.papers)
    assert same(nearest(papers, read), nearest(papers))
    assert same(parse_nearest(format_nearest(NOTHING)), NOTHING)


def test_a_broken_cache_is_no_cache() -> None:
    """Cut, changed or empty bytes are taken as nothing known."""
    raw = format_nearest(nearest(vectors([("gamma", "delta", ())] * 3)))
    changed = raw[:-1] + bytes([raw[-1] ^ 1])
    assert [parse_nearest(x) for x in (b"", raw[:20], raw[:-1], changed)] == [NOTHING] * 4


def test_real_papers_get_the_true_five() -> None:
    """On the lists of real dumps every list is the true one, day by day and at once."""
    files = sorted((SHARED / "dumps").glob("*.txt"))
    if not files:
        pytest.skip(f"no dumps in {SHARED}")
    papers: dict[str, Vector] = {}
    state = NOTHING
    for file in files:
        reading = parse(file.read_bytes(), path=file.name, sha256="0" * 64, year=2025, mend=NO_MEND)
        assert reading.dump
        for entry in reading.dump.entries:
            papers[entry.title] = vector(entry.title, entry.abstract, (), SHIPPED)
        state = nearest(dict(papers), state)
    assert state.related == scan(papers)
    assert all(len(row) == FIVE for row in state.related.values())
