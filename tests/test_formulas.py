"""Formulas come back, and nothing else changes."""

import importlib.util
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.formula_lexicon import COMMANDS, split_run
from generator.formulas import dollars, load_model, restore, strip

SHARED = Path(__file__).resolve().parents[2] / "shared"
PATIENT = settings(deadline=None)
"""The first call loads the model."""

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared: the real pairs")

SIGNS = ["$", "$$", "\\", "{", "}", "^", "_", "(", ")", "[", "]", "%", "#", "&", "|", "~", ",", "."]
BLANKS = [" ", "\n", "\u2028", "\t"]
WORDS = ["in", "to", "the", "2", "10", "n", "R", "xin", "inR", "\\emph{", "\\(", "\\]", "$x$", "λ"]
PIECES = st.sampled_from([*SIGNS, *BLANKS, *WORDS, *sorted(COMMANDS)])
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join))
FORMULAS = st.lists(
    st.sampled_from(
        [
            "O(n^{2}\\log n)",
            "x\\in\\mathbb{R}^d",
            "\\frac{1}{2}",
            "10^{-3}",
            "\\ell_2",
            "\\{0,1\\}^n",
        ]
    ),
    min_size=1,
)


@PATIENT
@given(TEXTS)
def test_restoring_invents_and_loses_nothing(text: str) -> None:
    """Whatever the text, it strips to the same with its formulas as without."""
    assert strip(restore(text)) == strip(text)


@PATIENT
@given(TEXTS)
def test_outside_formulas_nothing_changes(text: str) -> None:
    """A text without a dollar or a backslash is found again by taking the formulas' markup away."""
    plain = text.replace("$", "").replace("\\", "")
    assert strip(restore(plain)) == plain


def test_words_around_a_command_stay_outside() -> None:
    """Words that stood right beside a formula are no variables of it."""
    restored = restore("We test EnglishleftrightarrowGerman translation.")
    assert restored == "We test English$\\leftrightarrow$German translation."


@PATIENT
@given(FORMULAS)
def test_formulas_in_prose_hold_the_property(formulas: list[str]) -> None:
    """The property holds for texts full of formulas, and each comes with balanced braces."""
    latex = " and we show that ".join(f"${formula}$" for formula in formulas)
    text = strip(latex)
    restored = restore(text)
    assert strip(restored) == text
    for start, end in dollars(restored):
        inner = restored[start:end].replace("\\{", "").replace("\\}", "")
        assert inner.count("{") == inner.count("}")


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        (
            "Our solver needs mathcal{O}(n + nLvarepsilon^{-1}) steps.",
            "Our solver needs $\\tilde{\\mathcal{O}}(n + nL\\varepsilon^{-1})$ steps.",
        ),
        (
            "This runs in O(n log n) time on graphs.",
            "This runs in $O(n \\log n)$ time on graphs.",
        ),
        (
            "We use an epsilon-greedy policy with the ell_2 norm.",
            "We use an $\\epsilon$-greedy policy with the $\\ell_2$ norm.",
        ),
        (
            "The error falls to 10^{-3} and it is 2times faster.",
            "The error falls to $10^{-3}$ and it is $2\\times$ faster.",
        ),
        (
            "Let xin{0,1}^n be a string; then 1{2}-epsilon is enough.",
            "Let $x\\in\\{0,1\\}^n$ be a string; then $\\frac{1}{2}-\\epsilon$ is enough.",
        ),
        (
            "The risk is mathcal{O}(mathcal{C_1/m}) at most.",
            "The risk is $\\tilde{\\mathcal{O}}(\\displaystyle{\\mathcal{C}_1/m})$ at most.",
        ),
        (
            "For all x in mathbb{R}^d with |x| leq 1 this holds.",
            "For all $x \\in \\mathrm{\\mathbb{R}}^d$ with $|x| \\leq 1$ this holds.",
        ),
    ],
)
def test_formulas_come_back(text: str, latex: str) -> None:
    """Formulas come back as they are written by hand."""
    assert restore(text) == latex


@pytest.mark.parametrize(
    "text",
    [
        "We ran it three times in a row, to the left and to the right, max one hour.",
        "See https://example.org/my_repo_name/blob/main/a_b.py for the code.",
        "Prices rose from $5 to 7 and 10^{-3} stays as it is after a lone dollar.",
        "It keeps \\(x_i \\in X\\) and \\emph{a_b} as they are.",
        "Sometimes the approximation is simpler than alphabetical order suggests.",
        "",
    ],
)
def test_what_is_no_formula_stays(text: str) -> None:
    """Prose, addresses, LaTeX that survived and what follows a lone dollar stay untouched."""
    assert restore(text) == text


def test_every_command_divides_into_itself() -> None:
    """A command's name by itself is that command, not others glued together."""
    costs = load_model().lexicon.costs
    assert all(len(split_run(name, costs)) == 1 for name in costs)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ("\\tilde{\\mathcal{O}}(n)", "\\mathcal{O}(n)"),
        ("$\\tilde{\\mathcal{O}}(n)$", "mathcal{O}(n)"),
        ("$\\frac{a}{b}$ and \\emph{so} on", "a{b} and so on"),
        ("37\\% for $$x$", "37\\% for $x"),
        ("$$$", "$"),
        ("\\cmd{never closed", "\\cmd{never closed"),
    ],
)
def test_strip_follows_the_rule(latex: str, text: str) -> None:
    """Macros go once, up to the first brace; dollars go with the backslashes between them."""
    assert strip(latex) == text


@pytest.mark.parametrize(
    "unit",
    ["\\a{", "$", "x_", "^", "mathcal{", "in", "{", "}", "\\(", "alpha ", "x in ", "(", "{a", "\\"],
)
def test_time_is_linear(unit: str) -> None:
    """Sixteen times the text takes about sixteen times as long, whatever is repeated."""

    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        started = time.process_time()
        restore(text)
        return time.process_time() - started

    seconds(1000)
    short, long = seconds(10_000), seconds(160_000)
    assert long < 64 * max(short, 0.01)


@pytest.fixture(name="hf_strip", scope="module")
def load_rule() -> Callable[[str], str]:
    """Return the rule as it is recorded outside this project."""
    spec = importlib.util.spec_from_file_location("hf_strip", SHARED / "tools" / "hf_strip.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rule: Callable[[str], str] = module.hf_strip
    return rule


@needs_shared
def test_recorded_formulas_come_back() -> None:
    """Of the recorded formulas with a superscript four in five are back as they were."""
    lines = (SHARED / "math" / "pairs-dev.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [pair for pair in map(json.loads, lines) if pair["kind"] == "recorded"]
    wanted = found = 0
    for pair in pairs:
        for start, end in dollars(pair["latex"]):
            formula = strip(pair["latex"][start:end])
            if "^" in formula and pair["latex"].count("$") % 2 == 0:
                wanted += 1
                inside = [strip(r) for r in formulas_in(restore(pair["stripped"]))]
                found += any(formula.strip() in each for each in inside)
    assert found >= 0.8 * wanted > 0


def formulas_in(latex: str) -> list[str]:
    """Return the formulas of a text with their dollars."""
    return [latex[start:end] for start, end in dollars(latex)]


@needs_shared
@PATIENT
@given(text=TEXTS)
def test_strip_is_the_recorded_rule(text: str, hf_strip: Callable[[str], str]) -> None:
    """Our strip is the one that the dumps' source applies."""
    assert strip(text) == hf_strip(text)
