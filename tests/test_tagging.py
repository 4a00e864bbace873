"""Which tags a paper earns, by which words, and why not others."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.phrases import split
from generator.reading import LONGEST_TEXT
from generator.rules import Place
from generator.tagging import Tagger, Verdict
from generator.vocabulary import parse_vocabulary

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(__file__).resolve().parents[2] / "shared"
SHIPPED = ROOT / "generator" / "data" / "vocabulary.yml"


def tagger(rules: str, settings: str = "") -> Tagger:
    """Return a tagger over tags of one area, a line each, and settings."""
    lines = "".join(f"\n      {line}" for line in rules.strip().splitlines())
    text = f"{settings}\nareas:\n  a:\n    name: A\n    tags:{lines}\n"
    vocabulary, problems = parse_vocabulary(text, "words.yml")
    assert problems == ()
    return Tagger(vocabulary)


def keys(found: Tagger, title: str, abstract: str = "") -> list[str]:
    """Return the keys of a paper's tags."""
    return [hit.key for hit in found.tag(title, abstract)]


SHIP = Tagger(parse_vocabulary(SHIPPED.read_text("utf-8"), "vocabulary.yml")[0])


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("language model", "Large Language Models at sea"),
        ("fine-tuning", "Finetuning, and more"),
        ("fine-tuning", "On fine tuning"),
        ("fine tuning", "On fine-tuning"),
        ("policy", "Policies for all"),
        ("LLM", "Why LLMs sing"),
        ("quantiz*", "Quantisation and quantizers"),
        ("'*bench'", "We present BoatBench"),
        ("Schrödinger", 'The Schr\\"odinger bridge'),
        ("Schrödinger", "The SCHRODINGER bridge"),
        ("k-means", "A $k$-means of one's own"),
        ("behaviour", "Behavior of boats"),
        ("3D", "3D boats"),
        ("1.58-bit", "A 1.58-bit boat"),
    ],
)
def test_a_phrase_is_found_however_it_is_written(phrase: str, text: str) -> None:
    """Case, plural, hyphen, accent and spelling make no difference; a star is any ending."""
    assert keys(tagger(f"x: {{name: X, sure: [{phrase}]}}"), text) == ["x"]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("RAG", "A rag and a bone"),
        ("LoRA", "The LORA radio"),
        ("model", "Remodelling"),
        ("language model", "On language. Models are here"),
        ("language model", "Language, model, boat"),
        ("{phrase: Adam, exact: true}", "The adam problem"),
        ("bench", "Workbench"),
    ],
)
def test_a_phrase_is_not_found_in_other_words(phrase: str, text: str) -> None:
    """Acronyms keep their case; words are whole; a phrase does not reach over a stop."""
    assert keys(tagger(f"x: {{name: X, sure: [{phrase}]}}"), text) == []


def test_evidence_is_as_written_in_the_paper() -> None:
    """The words that earned a tag stand as in the paper, dearest first, each once."""
    found = tagger("x: {name: X, sure: [deep boat], hint: [sail]}")
    (hit,) = found.tag("Sailing", "We build DEEP  BOATS. They sail. All sail, all deep-boats.")
    assert hit.evidence == ("DEEP BOATS", "sail", "deep-boats")
    assert hit.score == 4 + 1


PLACES = "places: {title: 3, claim: 2, opening: 1, text: 0.5}\nclaims: [we propose]"


def test_a_place_multiplies_the_points() -> None:
    """Title, claim, opening and text count as the vocabulary says."""
    found = tagger("x: {name: X, hint: [boat], threshold: 9}", PLACES)
    text = "A boat. The boat floats. We propose a boat."
    (title,) = found.explain("Boat", "")
    assert (title.findings[0].place, title.score) == (Place.TITLE, 3)
    places = {f.place: f.points for f in found.explain("", text)[0].findings}
    assert places == {Place.OPENING: 0, Place.TEXT: 0, Place.CLAIM: 2}


def test_mentions_in_further_sentences_count_their_share() -> None:
    """The dearest mention counts in full, each further sentence its share, up to a number."""
    found = tagger("x: {name: X, hint: [boat], threshold: 9}", "repeat: 0.5\nmentions: 3")
    text = "A boat, a boat. The boat. One boat. Last boat."
    assert found.explain("", text)[0].score == 1 + 0.5 + 0.5


def test_each_word_counts_once_for_a_tag() -> None:
    """Where phrases overlap, the dearest counts, and of these the longest."""
    found = tagger("x: {name: X, sure: [red boat, boat trip*], likely: [red, trip to sea]}")
    (only,) = found.explain("A red boat trip to sea", "")
    assert [finding.phrase for finding in only.findings] == ["red boat", "trip to sea"]


@pytest.mark.parametrize(
    ("rule", "text", "given"),
    [
        ("sure: [{phrase: merging, near: [model*]}]", "Merging of models. Merging.", True),
        ("sure: [{phrase: merging, near: [model*]}]", "Merging lanes. A model.", False),
        ("sure: [{phrase: merging, not near: [lane]}]", "Merging lanes.", False),
        ("sure: [{phrase: merging, not near: [lane]}]", "Merging. A lane.", True),
        ("sure: [{phrase: boat, only in: [title]}]", "A boat.", False),
        ("sure: [pruning], ignore: [tree pruning]", "Tree pruning.", False),
        ("sure: [pruning], ignore: [tree pruning]", "Tree pruning and pruning.", True),
        ("sure: [agent], needs: [language model]", "Agents.", False),
        ("sure: [agent], needs: [language model]", "Agents. Language models.", True),
        ("sure: [agent], unless: [estate]", "Agents. An estate.", False),
        ("hint: [{phrase: boat, points: 7}], threshold: 7", "Boats.", True),
        ("likely: [boat]", "Boats.", False),
    ],
)
def test_conditions_decide(rule: str, text: str, *, given: bool) -> None:
    """What must, or must not, stand near, in the paper, or in a place, is obeyed."""
    assert bool(keys(tagger(f"x: {{name: X, {rule}}}"), "", text)) is given


def test_other_tags_add_and_take_points() -> None:
    """`beside` counts when the paper earns the other tag by its own words."""
    found = tagger("x: {name: X, sure: [boat], beside: {y: -1}}\ny: {name: Y, sure: [ship]}")
    assert keys(found, "A boat") == ["x"]
    assert keys(found, "A boat and a ship") == ["y"]


def test_ties_follow_the_vocabulary_and_the_limit_holds() -> None:
    """Tags come by descending score, ties in the file's order, and no more than the limit."""
    rules = "\n".join(f"t{n}: {{name: T{n}, sure: [w{n}]}}" for n in range(9))
    found = tagger(rules, "limit: 4")
    words = " and ".join(f"w{n}" for n in reversed(range(9)))
    assert keys(found, "", f"{words}. Also w5.") == ["t0", "t1", "t2", "t3"]
    verdicts = [item.verdict for item in found.explain("", words)]
    assert verdicts == [Verdict.GIVEN] * 4 + [Verdict.CROWDED_OUT] * 5


def test_a_paper_without_a_tag_takes_its_best() -> None:
    """The fallback gives the best tag from so many points on, and only where there is none."""
    rules = "x: {name: X, likely: [boat]}\ny: {name: Y, hint: [sail], sure: [mast]}"
    assert keys(tagger(rules, "fallback: 2"), "", "A boat, a sail.") == ["x"]
    assert keys(tagger(rules, "fallback: 3"), "", "A boat, a sail.") == []
    assert keys(tagger(rules, "fallback: 1"), "", "A boat, a mast.") == ["y"]


def test_what_almost_made_it_is_explained() -> None:
    """Every tag with any evidence is listed with its points, what it lacks, and the words."""
    found = tagger("x: {name: X, likely: [boat]}\ny: {name: Y, sure: [ship], needs: [sea]}")
    explained = found.explain("The Ship", "A boat.")
    assert [(e.key, e.score, e.threshold, e.verdict) for e in explained] == [
        ("y", 4, 4, Verdict.NEEDED),
        ("x", 2, 4, Verdict.TOO_FEW),
    ]
    (finding,) = explained[0].findings
    assert (finding.text, finding.phrase, finding.place) == ("Ship", "ship", Place.TITLE)


def test_an_empty_vocabulary_gives_no_tags() -> None:
    """Without phrases nothing is found, and nothing fails."""
    assert Tagger(parse_vocabulary("", "words.yml")[0]).tag("A boat", "A boat.") == ()


WORDS = st.sampled_from(
    ["we propose", "LLMs", "diffusion", "models", ".", " ", "$x$", "\n", "reasoning", "video", "("]
)


@given(st.text(), st.lists(st.one_of(WORDS, st.text(max_size=3))).map(" ".join))
def test_any_text_can_be_tagged(title: str, abstract: str) -> None:
    """No text fails; tags are ordered and few; evidence stands in the paper."""
    hits = SHIP.tag(title, abstract)
    assert len(hits) <= 7
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    flat = [" ".join(title.split()), " ".join(abstract.split())]
    for hit in hits:
        assert hit.evidence
        assert all(any(words in text for text in flat) for words in hit.evidence)
    given = [item.key for item in SHIP.explain(title, abstract) if item.verdict.is_given]
    assert given == [hit.key for hit in hits]


@pytest.mark.parametrize(
    "piece", ["a", "a ", ". ", '.")', "1.", '\\"{', 'a\\"', "((", "  ", "LLM "]
)
def test_endless_texts_are_read_in_linear_time(piece: str) -> None:
    """A million characters of anything are split, and of an endless abstract a part is read."""
    text = piece * (1_000_000 // len(piece))
    found, folded = split(text)
    assert len(found) == len(folded)
    reading = SHIP._reader.read("", text)  # noqa: SLF001  what is held in memory is the point
    assert len(reading.abstract) == len(text)
    assert all(match.end() <= LONGEST_TEXT for match in reading.body)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared is missing")
def test_the_shipped_vocabulary_agrees_with_readers() -> None:
    """On the labels it was written with, the goals are met; others are in docs/vocabulary.md."""
    command: list[str | Path] = [sys.executable, "benchmarks/score_vocabulary.py"]
    command += [SHARED / "gold/tags-dev.jsonl"]
    command += ["--texts", SHARED / "dumps", SHARED / "corpus/hf-2024-2025.tar.xz"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    figures = done.stdout.partition("\n")[0].replace(",", "").replace(";", "").split()
    values = {name: float(figures[figures.index(name) + 1]) for name in ("precision", "coverage")}
    values["F1"] = float(figures[figures.index("micro") + 2])
    assert values["precision"] >= 0.85
    assert values["F1"] >= 0.80
    assert values["coverage"] >= 0.98
