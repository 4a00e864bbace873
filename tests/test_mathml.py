"""Formulas set as MathML and as text: safe, whole, and without a trace of LaTeX."""

import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.formula_text import letters, to_text
from generator.latex import KNOWN
from generator.mathml import to_mathml

PAIRS = Path(__file__).resolve().parents[2] / "shared" / "math" / "pairs-dev.jsonl"

ELEMENTS = frozenset(
    {
        "math",
        "menclose",
        "mfrac",
        "mi",
        "mn",
        "mo",
        "mover",
        "mpadded",
        "mphantom",
        "mroot",
        "mrow",
        "mspace",
        "msqrt",
        "mstyle",
        "msub",
        "msubsup",
        "msup",
        "mtable",
        "mtd",
        "mtext",
        "mtr",
        "munder",
        "munderover",
    }
)
CHILDREN = {"mfrac": 2, "mover": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2}
CHILDREN |= {"msubsup": 3, "munderover": 3}


class MathReader(HTMLParser):
    """A strict reader of our MathML: whatever it does not expect fails the test."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.alttext: str | None = None
        self.open: list[list[str | int]] = []
        self.feed(markup)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element that may stand here."""
        assert tag in ELEMENTS
        assert (tag == "math") is not bool(self.open)
        for name, value in attrs:
            if name == "alttext":
                self.alttext = value
            else:
                assert re.fullmatch(r"[a-z]+", name)
                assert not name.startswith("on")
                assert re.fullmatch(r"[a-z0-9. -]*", value or "")
        if self.open:
            self.open[-1][1] = int(self.open[-1][1]) + 1
        self.open.append([tag, 0])

    def handle_endtag(self, tag: str) -> None:
        """Close the element that is open."""
        name, children = self.open.pop()
        assert name == tag
        assert CHILDREN.get(tag, children) == children

    def handle_data(self, data: str) -> None:
        """Take text, which stands in leaves only."""
        assert self.open
        assert self.open[-1][0] in {"mi", "mn", "mo", "mtext"}
        self.text += data

    def handle_comment(self, data: str) -> None:
        """Refuse a comment."""
        pytest.fail(f"a comment: {data!r}")

    def handle_decl(self, decl: str) -> None:
        """Refuse a declaration."""
        pytest.fail(f"a declaration: {decl!r}")

    def handle_pi(self, data: str) -> None:
        """Refuse a processing instruction."""
        pytest.fail(f"a processing instruction: {data!r}")


def seen(latex: str) -> str:
    """Return what a reader of the page sees of a formula."""
    markup = to_mathml(latex)
    assert markup is not None, latex
    reader = MathReader(markup)
    assert reader.alttext == " ".join(latex.split())
    return reader.text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\mathcal{O}(n^2)", "𝒪(n2)"),
        (r"\tilde{\mathcal{O}}(d^2\varepsilon^{-2})", "𝒪~(d2ε−2)"),
        (r"\mathbb{R}^d", "ℝd"),
        (r"\mathbbm{1}[x > 0]", "𝟙[x>0]"),
        (r"\bm{x} + \boldsymbol{\theta}", "𝒙+𝜽"),
        (r"\ensuremath{\alpha}\xspace", "α"),
        (r"\operatorname{poly}(n)", "poly(n)"),
        (r"\operatorname*{arg\,max}_x f", "arg\u2009maxxf"),
        (r"\textsc{Net}_{\mbox{small}}", "Netsmall"),
        (r"x_{\text{a_b 5%}}", "xa_b\xa05%"),
        (r"45\%", "45%"),
        ("45%", "45%"),
        ("20,000", "20,000"),
        (r"\R^n \setminus \Z", "ℝn⧵ℤ"),
        (r"\norm{x}_2 \leqslant \abs{y}", "‖x‖2⩽|y|"),
        (r"\unicode{x2014}", "—"),
        (r"\href{javascript:alert(1)}{x}", "x"),
        (r"\textcolor{red}{y}\color{blue}", "y"),
        (r"A\kern-0.5mm B", "AB"),
        (r"90^\circ", "90∘"),
    ],
)
def test_what_papers_write_is_set(latex: str, text: str) -> None:
    """Common commands, and what latex2mathml lacks, come out as their signs."""
    assert seen(latex) == text


def test_words_in_a_formula_keep_their_blanks() -> None:
    """Prose that stands in a formula is set as prose."""
    assert seen("P(final output is wrong)") == "P(final\xa0output\xa0is\xa0wrong)"


def test_functions_stand_apart() -> None:
    """A function's name has a space on both sides, but none before a bracket."""
    markup = to_mathml(r"n\log n + \log(n)") or ""
    assert markup.count("<mspace") == 2


def test_a_lone_sign_takes_no_room() -> None:
    """`3 times faster`, written with a lone sign as its formula, has no gap around the sign."""
    assert '<mo lspace="0" rspace="0">×</mo>' in (to_mathml(r"\times") or "")


def test_markup_is_small() -> None:
    """There is no namespace, and no row around what is one element."""
    assert to_mathml("x_{i}") == '<math alttext="x_{i}"><msub><mi>x</mi><mi>i</mi></msub></math>'


@pytest.mark.parametrize(
    "latex",
    [
        "",
        "  ",
        r"\,",
        r"\method",
        r"\bW_q",
        r"\text{\method}",
        "x_",
        "{x",
        "x}",
        r"\frac{1}",
        r"\left( x",
        r"\begin{tikzpicture}x\end{tikzpicture}",
        r"\newcommand{\a}{b}\a",
        r"\def\a{\a\a}\a",
        "x" * 401,
        "{" * 13 + "x" + "}" * 13,
        "a\u202eb",
        "a\x00b",
        "\ud800",
        "&#x3c;",
        r"\text{&#60;b&#62;}",
    ],
)
def test_what_cannot_be_set_is_none(latex: str) -> None:
    """Unknown commands, broken, empty, long, deep or odd formulas are not set."""
    assert to_mathml(latex) is None


ATTACKS = [
    r"\text{<script>alert(1)</script>}",
    r"\mbox{</mtext></math><img src=x onerror=alert(1)>}",
    r"\href{javascript:alert(1)}{\text{<a>}}",
    r"\class{x onclick=alert(1)}{y}",
    r"\style{background:url(//x.example)}{y}",
    r"\color{red' onload='alert(1)}x",
    r"\textcolor{\"}{<b>x</b>}",
    r"\fcolorbox{x}{y}{<i>z</i>}",
    r"\unicode{x3c}script\unicode{x3e}",
    r"\verb|<script>|",
    r"\operatorname{<script>}",
    r"\begin{matrix}<a>&<b>\end{matrix}",
    r"\hspace{1em\" onclick=\"alert(1)}x",
    r"\rule{1em'}{<x>}",
    '" onmouseover="alert(1)',
    "'><svg/onload=alert(1)>",
    "<!-- -->",
    "]]><script>",
    r"\tag{<script>}x",
    r"\skew{5}{<b>}",
    r"\overset{<x>}{\text{<y>}}",
    r"\genfrac{<}{>}{0pt}{}{a}{b}",
    r"\left<script\right>",
]


@pytest.mark.parametrize("latex", ATTACKS)
def test_attacks_stay_text(latex: str) -> None:
    """Whatever stands in a formula, only MathML comes out."""
    markup = to_mathml(latex)
    if markup is not None:
        MathReader(markup)


FRAGMENTS = st.sampled_from(sorted(KNOWN)) | st.sampled_from(
    ["{", "}", "^", "_", "{x}", "x", "12", " ", "[", "]", "&", "<", '"', "'", r"\\", r"\foo", "."]
)


@given(st.lists(FRAGMENTS, max_size=30).map(" ".join) | st.text(max_size=60))
def test_any_formula_is_safe(latex: str) -> None:
    """Nothing raises; what is set is well-formed MathML without a backslash or control in sight."""
    markup = to_mathml(latex)
    if markup is not None:
        text = MathReader(markup).text
        assert "\\" not in text
        assert text.strip()
    said = to_text(latex)
    assert "\n" not in said
    assert said == said.strip()


@pytest.mark.parametrize("piece", [r"\sqrt", "{", "x^", r"\left(", "^{", r"\text{", r"\frac", "1,"])
@pytest.mark.parametrize("convert", [to_mathml, to_text])
def test_size_is_bounded(convert: object, piece: str) -> None:
    """A formula of a million characters is refused, or read, in no time."""
    assert callable(convert)
    begin = time.process_time()
    convert(piece * (1_000_000 // len(piece)))
    convert(piece * (399 // len(piece)))
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\mathcal{O}(n^2)", "O(n²)"),
        (r"\tilde{O}(\varepsilon^{-2})", "Õ(ε⁻²)"),
        (r"10^{-3}", "10⁻³"),
        (r"x_1, \ldots, x_n", "x₁, …, x_n"),
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{1}{2k}", "1/(2k)"),
        (r"\frac{x+1}{\sqrt{n}}", "(x+1)/(√n)"),
        (r"\sqrt[3]{x+y}", "³√(x+y)"),
        (r"n\log n", "n log n"),
        (r"O(\log(n))", "O(log(n))"),
        (r"\mathbb{R}^d", "ℝ^d"),
        (r"x_{\text{max}}^{k+1}", "x_max^(k+1)"),
        (r"\left(\frac12\right)", "(1/2)"),
        (r"a \not= b", "a ≠ b"),
        (r"a \equiv b \pmod{n}", "a ≡ b (mod n)"),
        (r"\binom{n}{k}", "(n choose k)"),
        (r"37\%", "37%"),
        (r"90^\circ", "90°"),
        (r"f'(x)", "f′(x)"),
        (r"\method", "method"),
        (r"\textbf{", ""),
        (r"\{a\}", "{a}"),
        ("", ""),
    ],
)
def test_formulas_read_as_text(latex: str, text: str) -> None:
    """A formula without markup is a line that one would write in a mail."""
    assert to_text(latex) == text


@pytest.mark.parametrize(
    ("latex", "names"),
    [
        (r"\epsilon", ["epsilon"]),
        (r"\varepsilon", ["epsilon"]),
        (r"\Omega(\sqrt{n})", ["omega", "sqrt"]),
        (r"\infty", ["infty", "infinity"]),
        (r"a \leq \lambda", ["lambda"]),
        ("x", []),
    ],
)
def test_letters_have_names(latex: str, names: list[str]) -> None:
    """A variant of a letter answers to the letter's name; relations have none."""
    assert list(letters(latex)) == names


@pytest.mark.skipif(not PAIRS.is_file(), reason="needs the shared pairs")
def test_real_formulas() -> None:
    """Of the formulas of real abstracts nearly all are set, and none shows a backslash."""
    formulas: set[str] = set()
    with PAIRS.open(encoding="utf-8") as lines:
        for line in lines:
            latex: str = json.loads(line)["latex"]
            formulas.update(re.findall(r"(?<!\\)\$([^$]+)\$", latex))
    markup = {formula: to_mathml(formula) for formula in formulas}
    texts = [MathReader(one).text for one in markup.values() if one]
    assert not [text for text in texts if "\\" in text]
    assert len(texts) / len(markup) > 0.985
    assert not [formula for formula in formulas if "\\" in to_text(formula)]
