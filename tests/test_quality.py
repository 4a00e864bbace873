"""The figures beside the tags: kept whole, and shown only for the vocabulary that was measured."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from generator.quality import Measure, Quality, Score, format_quality, parse_quality
from generator.text import digest
from generator.vocabulary import parse_vocabulary

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "generator" / "data"
HELD_OUT = ROOT / "benchmarks" / "tags-held-out.jsonl"

SHARES = st.integers(0, 10_000).map(lambda share: share / 10_000)
SCORES = st.builds(
    Score, precision=SHARES, recall=SHARES, f1=SHARES, papers=st.integers(0, 100_000)
)
MEASURES = st.builds(
    Measure,
    name=st.text(),
    micro=SCORES,
    macro=SHARES,
    coverage=SHARES,
    tags=st.dictionaries(st.text("abc-", min_size=1), SCORES, max_size=4),
)


@given(st.text(), st.lists(MEASURES, max_size=3))
def test_what_is_written_is_read(vocabulary: str, measures: list[Measure]) -> None:
    """Figures of four digits come back as they were."""
    quality = Quality(vocabulary=digest(vocabulary), measures=tuple(measures))
    assert parse_quality(format_quality(quality), vocabulary) == quality


@given(st.text(), st.text(), st.lists(MEASURES, max_size=2))
def test_figures_of_another_vocabulary_are_not_shown(
    measured: str, other: str, measures: list[Measure]
) -> None:
    """Any change to the vocabulary takes the figures away."""
    quality = Quality(vocabulary=digest(measured), measures=tuple(measures))
    assert (parse_quality(format_quality(quality), other) is None) == (measured != other)


def test_without_a_file_there_are_no_figures() -> None:
    """A vocabulary that was never measured has none."""
    assert parse_quality("", "areas: {}") is None


def test_shares_are_kept_to_four_digits() -> None:
    """More would say nothing, and would differ from computer to computer."""
    third = Score(precision=1 / 3, recall=2 / 3, f1=4 / 9, papers=3)
    measure = Measure(name="A", micro=third, macro=0.5, coverage=1.0, tags={"bread": third})
    text = format_quality(Quality(vocabulary="0", measures=(measure,)))
    assert json.loads(text)["measures"][0]["tags"] == {"bread": [0.3333, 0.6667, 0.4444, 3]}


def test_the_shipped_figures_are_those_of_the_shipped_vocabulary() -> None:
    """After a change to the rules, `benchmarks/score_vocabulary.py --write` has to run again."""
    vocabulary = (DATA / "vocabulary.yml").read_text("utf-8")
    quality = parse_quality((DATA / "quality.json").read_text("utf-8"), vocabulary)
    assert quality
    known = parse_vocabulary(vocabulary, "vocabulary.yml")[0].tags
    for measure in quality.measures:
        assert set(measure.tags) <= set(known)
        assert max(score.papers for score in measure.tags.values()) <= measure.micro.papers


def test_the_first_figures_are_those_of_the_held_out_papers() -> None:
    """The site shows first what the rules did on papers that nobody had looked at."""
    vocabulary = (DATA / "vocabulary.yml").read_text("utf-8")
    quality = parse_quality((DATA / "quality.json").read_text("utf-8"), vocabulary)
    assert quality
    labels = [json.loads(line) for line in HELD_OUT.read_text("utf-8").splitlines()]
    held_out, written_with = quality.measures
    assert (held_out.name, held_out.micro.papers) == (
        "Papers that nobody had looked at",
        len(labels),
    )
    assert written_with.name == "Papers that the rules were written with"
    wanted = {tag for label in labels for tag in label["tags"]}
    assert wanted == {key for key, score in held_out.tags.items() if score.papers}
