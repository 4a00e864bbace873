"""Writes the tokens of a stripped formula as LaTeX that can be typeset."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from generator.formula_lexicon import ARGUMENT, ARROWS, DELIMITERS, FRACTIONS, RELATIONS
from generator.formula_reader import Token

LONGEST = 400
"""Parts of a formula, at most: what is longer is none."""
WORD = 3
"""From so many letters on, letters are a word and no product of variables."""
BLACKBOARD = frozenset("RNZQCFEP")
TIES = frozenset([*RELATIONS, *ARROWS])
SIZES = frozenset(DELIMITERS)
ESCAPED = frozenset("%#&")
CLOSERS = frozenset(")}")
TELLING = frozenset("^_=<>+|*")
WRAPPERS = {"mathcal": "mathrm", "mathscr": "mathrm", "mathbb": "mathrm", "mathbf": "hat"}
WRAPPERS |= {"textbf": "underline", "texttt": "mathbf", "textit": "underline", "frac": "sqrt"}
WRAPPERS |= {"tilde": "smash", "hat": "mathbf", "bar": "mathbf", "mathrm": "overline"}


@dataclass(frozen=True, slots=True)
class Atom:
    """The smallest part of a formula: a command's name, letters, digits, a sign or blanks."""

    text: str
    command: bool = False
    glued: bool = False
    """Letters right after a command's name, or right before it, with no blank between."""


Atoms = Sequence[Atom]


def atoms_of(tokens: Sequence[Token]) -> list[Atom]:
    """Return the parts of a formula's tokens."""
    found: list[Atom] = []
    for token in tokens:
        if token.split:
            found += [Atom(p.text, p.command, glued=not p.command) for p in token.split]
        else:
            found.append(Atom(token.text))
    return found


def formulas_of(start: int, tokens: Sequence[Token]) -> Iterator[tuple[int, list[Atom]]]:
    """Yield the formulas in a stretch that was read as one, with their offsets.

    Braces that are open to one side part them, and so do the names that symbols begin (`muNet`);
    blanks, words and stops at their edges stay outside.
    """
    atoms = atoms_of(tokens)
    loose = loose_braces(atoms)
    offsets = list(accumulate((len(atom.text) for atom in atoms), initial=start))
    first = 0
    for place in range(len(atoms) + 1):
        if place < len(atoms) and place not in loose and not is_name_end(atoms, place):
            continue
        low, high = trim(atoms, first, place) if place - first <= LONGEST else (0, 0)
        if any(is_telling(atom) for atom in atoms[low:high]):
            yield offsets[low], atoms[low:high]
        first = place + 1


def is_name_end(atoms: Atoms, place: int) -> bool:
    """Return whether letters belong to a name that a symbol begins, not to the formula."""
    if not (place and atoms[place].glued and atoms[place - 1].command):
        return False
    return atoms[place].text[0].isupper() and atoms[place - 1].text not in TIES | SIZES


def is_telling(atom: Atom) -> bool:
    """Return whether a part makes a formula of its surroundings; digits and brackets do not."""
    return atom.command or atom.text.isalpha() or atom.text in TELLING


def loose_braces(atoms: Atoms) -> set[int]:
    """Return the places of braces without their like that no size stands before."""
    pairs = brace_pairs(atoms)
    matched = set(pairs) | set(pairs.values())
    return {
        place
        for place, atom in enumerate(atoms)
        if atom.text in {"{", "}"} and place not in matched and not is_sized(atoms, place)
    }


def is_sized(atoms: Atoms, place: int) -> bool:
    r"""Return whether a delimiter's size stands right before a place: `\left`, `\big`."""
    return place > 0 and atoms[place - 1].command and atoms[place - 1].text in SIZES


def brace_pairs(atoms: Atoms) -> dict[int, int]:
    """Return the places of opening braces with those of their closing ones."""
    pairs: dict[int, int] = {}
    stack: list[int] = []
    for place, atom in enumerate(atoms):
        if atom.text == "{":
            stack.append(place)
        elif atom.text == "}" and stack:
            pairs[stack.pop()] = place
    return pairs


def trim(atoms: Atoms, low: int, high: int) -> tuple[int, int]:
    """Return a stretch without what does not belong to a formula at its edges."""
    while low < high and is_outer_first(atoms, low, high):
        low += 1
    while low < high and is_outer_last(atoms, low, high):
        high -= 1
    return low, high


def is_outer_first(atoms: Atoms, low: int, high: int) -> bool:
    """Return whether the first part of a stretch stands before the formula."""
    atom = atoms[low]
    if atom.glued and (len(atom.text) >= WORD or (atom.text.istitle() and len(atom.text) > 1)):
        return True
    lone = atom.text == "(" and not any(other.text == ")" for other in atoms[low:high])
    return atom.text.isspace() or atom.text in {",", ";", ":", "."} or lone


def is_outer_last(atoms: Atoms, low: int, high: int) -> bool:
    """Return whether the last part of a stretch stands after the formula."""
    atom = atoms[high - 1]
    if atom.command:
        return atom.text in ARGUMENT  # it has nothing to stand before
    if atom.glued and high - 2 >= low:
        return len(atom.text) > 1 or atoms[high - 2].text not in TIES
    if atom.text == ")":
        return sum({"(": 1, ")": -1}.get(other.text, 0) for other in atoms[low:high]) < 0
    return atom.text.isspace() or atom.text in {",", ";", ".", "^", "_", "("}


def write(atoms: Atoms, *, plain: bool = False) -> str:
    """Return a formula as LaTeX; plain: with nothing but what was there and its backslashes."""
    before = [""] * (len(atoms) + 1)
    texts = [write_atom(atoms, place, plain=plain) for place in range(len(atoms))]
    pairs = brace_pairs(atoms)
    for opening, closing in sorted(pairs.items()):
        if is_set(atoms, opening, closing):
            texts[opening], texts[closing] = "\\{", "\\}"
        elif opening and atoms[opening - 1].command:
            wrap(atoms, opening, pairs, before)
        elif not plain and (start := numerator(atoms, opening)) < opening:
            before[start] += "\\frac{"
            before[opening] = "}" + before[opening]
    for place, atom in enumerate(atoms):
        if atom.text in {"{", "}"} and is_sized(atoms, place):
            texts[place] = "\\" + atom.text
    return "".join(lead + text for lead, text in zip(before, [*texts, ""], strict=True))


def write_atom(atoms: Atoms, place: int, *, plain: bool) -> str:
    """Return a part as LaTeX."""
    atom = atoms[place]
    if atom.command:
        return "\\" + atom.text
    if atom.text in ESCAPED:
        return "\\" + atom.text
    if atom.glued and place and atoms[place - 1].command:
        return f"\\{font(atom.text, atoms[place - 1].text)}{{{atom.text}}}"
    if not plain and is_name(atom.text):
        return f"\\mathrm{{{atom.text}}}"
    return atom.text


def font(letters: str, command: str) -> str:
    """Return the markup that left letters right after a command's name, as a guess of its kind."""
    if len(letters) > 1:
        return "mathrm"
    if letters.islower() or command not in TIES:
        return "mathit"
    return "mathbb" if letters in BLACKBOARD else "mathcal"


def is_name(letters: str) -> bool:
    """Return whether letters are a name (`max`, `task`), no product or run of indices (`ijk`)."""
    if len(letters) < WORD or not letters.isascii() or not letters.isalpha():
        return False
    steps = {ord(b) - ord(a) for a, b in pairwise(letters)}
    return steps not in ({0}, {1})


def is_set(atoms: Atoms, opening: int, closing: int) -> bool:
    r"""Return whether braces are those of a set, `\{0,1\}`, which once had backslashes."""
    before = atoms[opening - 1] if opening else None
    if before and before.command and before.text not in TIES:
        return before.text in SIZES
    if before and not before.command and (before.text in "^_})" or before.text[-1].isalnum()):
        return False
    inner = [atom.text for atom in atoms[opening + 1 : closing]]
    return len(inner) > 1 and any(text in {",", ":", "|", "mid", "dots", "ldots"} for text in inner)


def wrap(atoms: Atoms, opening: int, pairs: dict[int, int], before: list[str]) -> None:
    r"""Put a second macro around a command whose braces survived: one macro would have gone.

    The first closing brace is the one that was lost, so the new one stands next to the next, or
    where the argument must have ended: of `\sqrt{\mathcal{C}_1/m}` is left `mathcal{C_1/m}`.
    """
    name, closing = atoms[opening - 1].text, pairs[opening]
    if name not in ARGUMENT and name in SIZES:
        return
    wrapper = WRAPPERS.get(name, "displaystyle")
    if name == "mathcal" and atoms[opening + 1].text == "O":
        wrapper = "tilde"
    first = next(k for k in range(opening, closing + 1) if atoms[k].text == "}")
    if name in FRACTIONS and name != "sqrt":
        inner = next((k for k in range(opening + 1, closing) if k in pairs), 0)
        if inner and pairs[inner] == closing - 1 and atoms[inner - 1].text not in {"^", "_"}:
            first = inner - 1
    elif len(atoms[opening + 1].text) == 1 and atoms[opening + 2].text not in CLOSERS:
        wrapper, first = "displaystyle", opening + 1
    elif first == closing and closing + 1 in pairs:
        wrapper = "frac"
    before[opening - 1] += f"\\{wrapper}{{"
    before[first + 1] = "}" + before[first + 1]


def numerator(atoms: Atoms, opening: int) -> int:
    r"""Return where the numerator begins that stands right before braces; their place if none does.

    `\frac{1}{2}` leaves `1{2}`.
    """
    place = opening
    while place:
        text = atoms[place - 1].text
        if text in {")", "}"}:
            start = opening_of(atoms, place - 1)
        elif text[-1].isalnum() and text not in SIZES | TIES:
            start = place - 1
        else:
            break
        if start < 0:
            break
        place = start
        while place > 1 and atoms[place - 1].text in {"^", "_"}:
            place -= 1
            if place and not (atoms[place - 1].text[-1].isalnum() or atoms[place - 1].text in ")}"):
                return opening
    if opening and atoms[opening - 1].text in {"^", "_"}:
        return opening
    return place


def opening_of(atoms: Atoms, closing: int) -> int:
    """Return the place of the bracket that a closing one belongs to, or -1."""
    depth = 0
    for place in range(closing, -1, -1):
        text = atoms[place].text
        depth += (text in {")", "}"}) - (text in {"(", "{"})
        if not depth:
            return place
    return -1
