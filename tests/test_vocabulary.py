"""What a vocabulary file says, and what is said about its faults."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.phrases import parse_phrase
from generator.rules import Place
from generator.vocabulary import Fate, Vocabulary, parse_vocabulary

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "generator" / "data" / "vocabulary.yml"
TAXONOMY = Path(__file__).resolve().parents[2] / "shared" / "taxonomy" / "taxonomy.yml"

SMALL = """\
limit: 3
threshold: 5
points: {sure: 6}
places: {title: 3}
claims: [we propose]
areas:
  food:
    name: Food
    tags:
      bread:
        name: Bread
        note: Loaves and rolls.
        sure: [sourdough]
        likely: [bread, {phrase: rising, near: [yeast, dough]}]
        hint: [oven]
        ignore: [bread winner]
      cheese:
        name: Cheese
        threshold: 2
        beside: {bread: -1}
former:
  toast: {name: Toast, renamed to: bread}
  fondue: {name: Fondue, split into: [cheese, bread]}
  gruel: {name: Gruel}
"""


def read(text: str) -> tuple[Vocabulary, list[tuple[int, str]]]:
    """Return a vocabulary, and the lines and messages of its problems."""
    vocabulary, problems = parse_vocabulary(text, "words.yml")
    assert all(problem.path == "words.yml" for problem in problems)
    return vocabulary, [(problem.line, problem.message) for problem in problems]


def test_a_small_vocabulary_is_read_whole() -> None:
    """Areas, tags, rules and settings stand in the values as they stand in the file."""
    vocabulary, problems = read(SMALL)
    assert problems == []
    assert [(area.key, area.name, area.tags) for area in vocabulary.areas] == [
        ("food", "Food", ("bread", "cheese"))
    ]
    bread = vocabulary.tags["bread"]
    assert (bread.name, bread.note, bread.area) == ("Bread", "Loaves and rolls.", "food")
    rules = vocabulary.rules["bread"]
    assert [(rule.phrases[0].text, rule.points) for rule in rules.rules] == [
        ("sourdough", 6),
        ("bread", 2),
        ("rising", 2),
        ("oven", 1),
    ]
    assert [phrase.text for phrase in rules.rules[2].near] == ["yeast", "dough"]
    assert (rules.threshold, vocabulary.rules["cheese"].threshold) == (5, 2)
    assert vocabulary.rules["cheese"].beside == {"bread": -1}
    assert vocabulary.scale.limit == 3
    assert vocabulary.scale.places[Place.TITLE] == 3
    assert vocabulary.scale.places[Place.TEXT] == 1


def test_a_tag_without_rules_is_looked_for_by_its_name() -> None:
    """A list of names alone is a vocabulary already."""
    vocabulary, problems = read("areas: {a: {name: A, tags: {red-tea: {name: Red tea}}}}")
    assert problems == []
    assert [p.text for p in vocabulary.rules["red-tea"].rules[0].phrases] == ["Red tea"]


def test_former_tags_keep_their_address() -> None:
    """A tag of the past says what became of it, and by which tags it is followed."""
    vocabulary, _ = read(SMALL)
    fates = {key: (former.fate, former.heirs) for key, former in vocabulary.former.items()}
    assert fates == {
        "toast": (Fate.RENAMED, ("bread",)),
        "fondue": (Fate.SPLIT, ("cheese", "bread")),
        "gruel": (Fate.RETIRED, ()),
    }
    assert vocabulary.former["gruel"].name == "Gruel"


FAULTS = [
    ("      bread:", "      Bread:", 10, "expected small letters and digits"),
    ("      bread:", "      feed:", 10, "expected no word that the site uses itself"),
    ("      bread:", "      2024:", 10, "found `2024`"),
    ("      cheese:", "      bread:", 17, "expected each key of the tags of `food` once"),
    ("name: Cheese", "name: BREAD", 17, "expected a name of its own for tag `cheese`"),
    ("name: Cheese", "note: Yellow.", 17, "expected a `name` for tag `cheese`, found none"),
    ("hint: [oven]", "hunt: [oven]", 15, "found `hunt` (did you mean `hint`?)"),
    ("hint: [oven]", "hint: {oven: 1}", 15, "expected a list for `hint` of tag `bread`"),
    ("hint: [oven]", "hint: [oven, ovens]", 15, "found `ovens` again"),
    ("hint: [oven]", "hint: [big sourdough]", 15, "which `sourdough` (line 13) finds already"),
    ("hint: [oven]", "hint: [sour*, ov*en]", 15, "expected a star only at an end"),
    ("hint: [oven]", "hint: ['--']", 15, "which can never match"),
    ("hint: [oven]", "hint: ['salt, pepper']", 15, "which can never match"),
    ("hint: [oven]", "hint: [{near: [oven]}]", 15, "expected a `phrase` in a rule"),
    ("hint: [oven]", "hint: [{phrase: oven, points: 0}]", 15, "expected a number from 0.01"),
    ("hint: [oven]", "hint: [{phrase: oven, only in: [footnote]}]", 15, "found `footnote`"),
    ("near: [yeast, dough]", "near: [rising]", 14, "the condition always holds"),
    ("near: [yeast, dough]", "not near: [risings]", 14, "it can never match"),
    (
        "near: [yeast, dough]",
        "near: [yeast], not near: [yeast]",
        14,
        "either under `near` or under `not near`",
    ),
    ("ignore: [bread winner]", "ignore: [milk]", 16, "which shares no word with them"),
    ("threshold: 2", "threshold: much", 19, "expected a number from 0.01 to 1000"),
    ("bread: -1", "bred: -1", 20, "found `bred` (did you mean `bread`?)"),
    ("bread: -1", "bread: 0", 20, "never matters"),
    ("bread: -1", "cheese: 1", 20, "expected the key of another tag"),
    ("renamed to: bread", "renamed to: butter", 22, "found `butter`"),
    ("  gruel:", "  cheese:", 24, "expected a key that no tag has any more"),
    ("limit: 3", "limit: 12", 1, "expected a number from 1 to 7"),
    ("points: {sure: 6}", "points: {sure: 0}", 3, "none of its phrases could ever matter"),
    ("places: {title: 3}", "places: {footer: 3}", 4, "found `footer`"),
    ("claims: [we propose]", "claims: [we propose, We propose]", 5, "again"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), FAULTS)
def test_a_fault_is_named_with_its_line(old: str, new: str, line: int, message: str) -> None:
    """Whatever is wrong is said where it stands, and the rest of the file still counts."""
    assert SMALL.count(old) >= 1
    vocabulary, problems = read(SMALL.replace(old, new, 1))
    assert [at for at, said in problems if message in said] == [line]
    assert vocabulary.tags
    assert vocabulary.rules.keys() == vocabulary.tags.keys()


@pytest.mark.parametrize("text", ["", "# nothing", "areas: [", "[]", "areas: 3", "\0", "[" * 9000])
def test_what_is_no_vocabulary_is_said_and_not_raised(text: str) -> None:
    """A file that cannot be read at all gives an empty vocabulary and a problem."""
    vocabulary, problems = read(text)
    assert problems
    assert dict(vocabulary.tags) == {}


@given(st.text(), st.integers(0, 40))
def test_no_text_makes_the_reader_fail(text: str, line: int) -> None:
    """Any line put into a good file gives values and problems, never an exception."""
    lines = SMALL.splitlines()
    lines[line % len(lines)] = text
    vocabulary, _ = read("\n".join(lines))
    assert vocabulary.rules.keys() == vocabulary.tags.keys()


def test_the_shipped_vocabulary_is_without_fault() -> None:
    """What ships has no problem, so that every word in it can matter."""
    vocabulary, problems = read(SHIPPED.read_text("utf-8"))
    assert problems == []
    assert (len(vocabulary.areas), len(vocabulary.tags)) == (11, 101)


@pytest.mark.skipif(not TAXONOMY.exists(), reason="../shared/taxonomy is missing")
def test_the_shipped_vocabulary_keeps_the_taxonomy() -> None:
    """Areas, keys, names and notes are those of the taxonomy, in its order.

    A comma in one of its names is read by YAML as the beginning of a key without a value.
    """
    vocabulary, _ = read(SHIPPED.read_text("utf-8"))
    taxonomy = yaml.safe_load(TAXONOMY.read_text("utf-8"))
    assert [(area.key, area.name) for area in vocabulary.areas] == [
        (key, area["name"]) for key, area in taxonomy.items()
    ]
    assert [(tag.key, tag.name, tag.note, tag.area) for tag in vocabulary.tags.values()] == [
        (
            key,
            ", ".join([tag["name"], *(rest for rest in tag if tag[rest] is None)]),
            *(tag["note"], area_key),
        )
        for area_key, area in taxonomy.items()
        for key, tag in area["tags"].items()
    ]


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("fine-tuning", {("fine", "tuning"), ("finetuning",)}),
        ("LLMs", {("llm",)}),
        ("Schrödinger bridges", {("schrodinger", "bridge")}),
        ("optimisation", {("optimization",)}),
        ("optimis*", {("optimis",), ("optimiz",)}),
        ("bias*", {("bias",)}),
        ("...", set()),
    ],
)
def test_a_phrase_has_the_forms_in_which_it_is_compared(
    text: str, forms: set[tuple[str, ...]]
) -> None:
    """Hyphens, plurals, accents and spellings are taken off before anything is compared."""
    assert set(parse_phrase(text).forms) == forms
