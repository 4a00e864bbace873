r"""Gives the formulas of a stripped text back as LaTeX between dollars.

The source of the dumps strips LaTeX in two passes: every `\cmd{X}` becomes `X`, once, up to the
first closing brace; then every `$...$` loses its dollars and its backslashes. `strip` is that rule,
`restore` goes the other way and holds itself to it: `strip(restore(text)) == strip(text)`.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from generator.formula_reader import Model, find_formulas
from generator.formula_writer import Atoms, formulas_of, write

MACRO = re.compile(r"\\[a-zA-Z]++\{")


def strip(latex: str) -> str:
    """Return what the dumps' source leaves of a LaTeX text. Linear in its length."""
    return strip_dollars(strip_macros(latex))


def strip_macros(latex: str) -> str:
    r"""Return a text with each `\cmd{X}` as `X`, up to the first closing brace, once."""
    parts: list[str] = []
    done = 0
    for start, inner, end in macros(latex):
        parts += latex[done:start], latex[inner : end - 1]
        done = end
    return "".join(parts) + latex[done:]


def macros(latex: str) -> Iterator[tuple[int, int, int]]:
    r"""Yield where each `\cmd{X}` begins, where its `X` begins, and where it ends."""
    end = 0
    while found := MACRO.search(latex, end):
        end = latex.find("}", found.end()) + 1
        if not end:
            return
        yield found.start(), found.end(), end


def strip_dollars(latex: str) -> str:
    """Return a text with each `$...$` as what stands in it, without backslashes."""
    parts: list[str] = []
    done = 0
    for start, end in dollars(latex):
        parts += latex[done:start], latex[start + 1 : end - 1].replace("\\", "")
        done = end
    return "".join(parts) + latex[done:]


def dollars(latex: str) -> Iterator[tuple[int, int]]:
    """Yield where each `$...$` begins and ends; what it holds is never empty."""
    end = 0
    while (start := latex.find("$", end)) >= 0:
        end = latex.find("$", start + 2) + 1
        if not end:
            return
        yield start, end


@cache
def load_model() -> Model:
    """Return the model that is shipped with the package."""
    data = files("generator").joinpath("data", "formulas.json").read_text(encoding="utf-8")
    return Model.parse(data)


def restore(text: str, model: Model | None = None) -> str:
    """Return a stripped text with its formulas as LaTeX between dollars.

    `strip` of the result is `strip` of the text; where that cannot be had, or nothing is sure, the
    text stays as it is. Without a model, the shipped one reads. Linear in the text's length.
    """
    found = list(written(text, model or load_model()))
    for kept in (found, [each for each in found if each[1] <= clear_length(text)]):
        restored = insert(text, kept)
        if strip(restored) == strip(text):
            return restored
    return text


def written(text: str, model: Model) -> Iterator[tuple[int, int, str]]:
    """Yield the places of the formulas in a text and their LaTeX, in order."""
    closed = deque(closed_spans(text))
    for offset, tokens in find_formulas(text, model):
        for start, atoms in formulas_of(offset, tokens):
            end = start + sum(len(atom.text) for atom in atoms)
            while closed and closed[0][1] <= start:
                closed.popleft()
            if (not closed or end <= closed[0][0]) and (latex := verified(text[start:end], atoms)):
                yield start, end, f"${latex}$"


def verified(stripped: str, atoms: Atoms) -> str:
    """Return a formula as LaTeX that strips to what stands in the text, or nothing."""
    for plain in (False, True):
        latex = write(atoms, plain=plain)
        if strip(f"${latex}$") == stripped:
            return latex
    return ""


def insert(text: str, found: Sequence[tuple[int, int, str]]) -> str:
    """Return a text with other words at these places."""
    parts: list[str] = []
    done = 0
    for start, end, latex in found:
        parts += text[done:start], latex
        done = end
    return "".join(parts) + text[done:]


def clear_length(text: str) -> int:
    """Return how far a text reaches before its first dollar or backslash."""
    return min(place for sign in "$\\" if (place := (text + sign).find(sign)) >= 0)


def closed_spans(text: str) -> list[tuple[int, int]]:
    """Return the stretches of a text, in order, that hold LaTeX already, or stand after a dollar.

    A dollar without its like would pair with the first one that is written after it.
    """
    spans = [(start, end) for start, _, end in macros(text)]
    spans += dollars(text)
    if (lone := text.find("$", max((end for _, end in dollars(text)), default=0))) >= 0:
        spans.append((lone, len(text)))
    for opening, closing in (("\\(", "\\)"), ("\\[", "\\]")):
        spans += enclosed(text, opening, closing)
    return sorted(spans)


def enclosed(text: str, opening: str, closing: str) -> Iterator[tuple[int, int]]:
    """Yield where each stretch between two signs begins and ends."""
    end = 0
    while (start := text.find(opening, end)) >= 0:
        end = text.find(closing, start) + len(closing)
        if end < len(closing):
            return
        yield start, end
