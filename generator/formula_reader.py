"""Reads stripped text: says of each token whether it is prose, formula, or a command's name."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from math import inf

from generator.formula_lexicon import CLASS, Split, command_costs, is_plausible, split_run

TOKEN = re.compile(r"[A-Za-z]+|[0-9]+|\s+|[^A-Za-z0-9\s]")
LONGEST_RUN = 60
REACH = 12
"""Tokens on both sides of a sign of a formula that are read closely."""
CACHE = 1 << 17
PAD = ("", "", "")
URL = re.compile(r"://|www\.|\.(?:com|io|org|net|ai|edu|co)\b|github|[a-z]/[a-z]")
OPEN, CLOSE = "([{", ")]}"


class State(IntEnum):
    """What a token is."""

    PROSE = 0
    PLAIN = 1
    """Part of a formula as it stands."""
    COMMAND = 2
    """Part of a formula that lost its backslashes."""


@dataclass(frozen=True, slots=True)
class Word:
    """What is known of a token by itself."""

    form: str
    """Its shape; stands for it where it is rare."""
    coarse: str
    """Its shape without its names."""
    kind: str
    """One letter: which transitions hold before it."""
    split: Split | None = None
    """Its division into commands, if it can be one."""
    sure: bool = False
    """Whether it is a sign of a formula wherever it stands."""


def shape(run: str) -> str:
    """Return the shape of a run of letters."""
    if len(run) == 1:
        return run if run in "aAI" else "x" if run.islower() else "X"
    if len(run) == 2:
        return "xx" if run.islower() else "XX" if run.isupper() else "Xx"
    if run.islower():
        return "word" if len(run) > 3 else "wor"
    return "WORD" if run.isupper() else "Word" if run[1:].islower() else "wOrd"


def sign_form(char: str) -> str:
    """Return the form of a character that is neither ASCII letter, digit nor blank."""
    if char.isascii():
        return char
    if "GREEK" in unicodedata.name(char, ""):
        return "λ"
    return "≤" if unicodedata.category(char) == "Sm" else "é" if char.isalpha() else "”"


SIGN_KINDS = {**dict.fromkeys("^_", "^"), **dict.fromkeys(OPEN, "("), **dict.fromkeys(CLOSE, ")")}
SIGN_KINDS |= dict.fromkeys(".,;:!?", ",")


@dataclass(slots=True)
class Lexicon:
    """Words by themselves, from counts of commands, and remembered."""

    costs: Mapping[str, float]
    prose: frozenset[str]
    """Words that look like commands glued together and are none."""
    weak: frozenset[str]
    """Commands that are mostly words."""
    known: dict[str, Word] = field(default_factory=dict)

    def word(self, token: str) -> Word:
        """Return what is known of a token; remembers a bounded number."""
        found = self.known.get(token)
        if found is None:
            if len(self.known) >= CACHE:
                self.known.clear()
            found = self.known[token] = self.look(token)
        return found

    def look(self, token: str) -> Word:
        """Return what is known of a token."""
        first = token[0]
        if first.isspace():
            return Word(" ", " ", " ")
        if first.isascii() and first.isdigit():
            return Word("0" * min(3, len(token)), "0", "0")
        if not (first.isascii() and first.isalpha()):
            form = sign_form(token)
            return Word(form, form, SIGN_KINDS.get(token, "o"), sure=token in "^_")
        if len(token) <= LONGEST_RUN and token not in self.prose:
            split = split_run(token, self.costs)
            if is_plausible(split):
                weak = token in self.weak
                return Word(split_form(split), split_class(split, weak=weak), "c", split, sure=not weak)
        form = shape(token)
        return Word(form, form, "x" if len(token) == 1 else "w")


def split_form(split: Split) -> str:
    """Return the form of a run with commands in it: `x+in+X`, `\\times`."""
    return "\\" + "+".join(piece.text if piece.command else shape(piece.text) for piece in split)


def split_class(split: Split, *, weak: bool) -> str:
    """Return the form of a run with commands in it by their classes."""
    parts = (CLASS[piece.text] if piece.command else shape(piece.text) for piece in split)
    return "\\" + "+".join(parts) + ("?" if weak else "")


VALUES = frozenset("x X λ ≤ | < > = + * ~ ^ _".split())
DIGITS = frozenset(("0", "00", "000"))
GLUED_BEFORE = VALUES | DIGITS | frozenset(")]}{")
GLUED_AFTER = VALUES | DIGITS | frozenset("([{")
APART_BEFORE = VALUES | frozenset(")]}")
APART_AFTER = VALUES | frozenset("([{")


def is_near_math(words: Sequence[Word], place: int) -> bool:
    """Return whether a command that is mostly a word stands where a formula might be."""
    forms = [words[k].form if 0 <= k < len(words) else "." for k in range(place - 2, place + 3)]
    if forms[1] != " " or forms[3] != " ":
        return is_mathy(forms[1], GLUED_BEFORE) or is_mathy(forms[3], GLUED_AFTER)
    before, after = is_mathy(forms[0], APART_BEFORE), is_mathy(forms[4], APART_AFTER)
    if forms[0] in DIGITS:
        return after or (forms[2] == "\\times" and forms[4] in DIGITS)
    return before and (after or forms[4] in DIGITS)


def is_mathy(form: str, signs: frozenset[str]) -> bool:
    """Return whether a token's form is one of these, or a command's."""
    return form in signs or form.startswith("\\")


def windows(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a text that can hold formulas, in order, apart from each other."""
    first = last = -1
    for place, word in enumerate(words):
        if word.sure or (word.split and is_near_math(words, place)):
            if first < 0:
                first = max(0, place - REACH)
            elif place - REACH > last:
                yield first, last
                first = place - REACH
            last = min(len(words), place + REACH + 1)
    if first >= 0:
        yield first, last


def bucket(count: int) -> str:
    """Return a count as one of four letters."""
    return "0" if not count else "1" if count == 1 else "2" if count < 4 else "4"


def document_signs(tokens: Sequence[str], words: Sequence[Word]) -> str:
    """Return what a whole text shows of its author's ways."""
    sure = sum(word.sure and word.split is not None for word in words)
    scripts = tokens.count("^")
    slashes = sum(
        token == "\\" and tokens[k + 1] not in "%&$" for k, token in enumerate(tokens[:-1])
    )
    return bucket(sure) + bucket(scripts) + bucket(slashes)


def brackets(tokens: Sequence[str]) -> list[str]:
    """Return for each token the innermost bracket that is open before it, scripts' by their sign."""
    found: list[str] = []
    stack: list[str] = []
    before = ""
    for token in tokens:
        found.append(stack[-1] if stack else "")
        if token in OPEN:
            stack.append(before + token if before in "^_" else token)
        elif token in CLOSE and stack:
            stack.pop()
        before = token
    return found


def chunk_signs(tokens: Sequence[str], words: Sequence[Word]) -> list[str]:
    """Return for each token what the tokens up to the next blanks on both sides show together."""
    found: list[str] = []
    start = 0
    for end in range(len(tokens) + 1):
        if end < len(tokens) and words[end].kind != " ":
            continue
        chunk = "".join(tokens[start:end])
        sign = "u" if URL.search(chunk) else ""
        sign += "^" if "^" in chunk else ""
        sign += "_" if "_" in chunk else ""
        sign += "\\" if "\\" in chunk else ""
        sign += "c" if any(word.split for word in words[start:end]) else ""
        found += [sign] * (end - start)
        if end < len(tokens):
            found.append(" ")
        start = end + 1
    return found


def near(forms: Sequence[str]) -> list[str]:
    """Return for each token how far the signs of formulas are before it and after it."""
    far = 9
    before: list[int] = []
    distance = far
    for form in forms:
        before.append(distance)
        distance = 0 if form[0] == "\\" or form in "^_" else min(far, distance + 1)
    after: list[int] = []
    distance = far
    for form in reversed(forms):
        after.append(distance)
        distance = 0 if form[0] == "\\" or form in "^_" else min(far, distance + 1)
    return [f"{a},{b}" for a, b in zip(before, reversed(after), strict=True)]


def features(tokens: Sequence[str], words: Sequence[Word], signs: str) -> list[tuple[str, ...]]:
    """Return for each token of a window what speaks for a formula or against it."""
    forms = [word.form for word in words]
    solid = [k for k, form in enumerate(forms) if form != " "]
    rank: list[int] = []
    count = 0
    for form in forms:
        rank.append(count)
        count += form != " "
    coarse = [word.coarse for word in words]
    f = ["", "", *forms, "", ""]
    c = ["", *coarse, ""]
    n = ["", "", *(forms[k] for k in solid), "", "", ""]
    cn = ["", "", *(coarse[k] for k in solid), "", "", ""]
    w = ["", *(tokens[k] for k in solid), "", ""]
    found: list[tuple[str, ...]] = []
    for k, (token, inner, chunk, gap) in enumerate(
        zip(tokens, brackets(tokens), chunk_signs(tokens, words), near(forms), strict=True),
    ):
        s = f[k + 2]
        r = rank[k]
        after = r + (s != " ")
        p1, p2, n1, n2 = n[r + 1], n[r], n[after + 2], n[after + 3]
        found.append(
            (
                "a" + token,
                "b" + f[k + 1] + "|" + s,
                "c" + s + "|" + f[k + 3],
                "d" + f[k + 1] + "|" + s + "|" + f[k + 3],
                "e" + f[k] + "|" + f[k + 1] + "|" + s,
                "f" + s + "|" + f[k + 3] + "|" + f[k + 4],
                "g" + p2 + "|" + p1 + "|" + s,
                "h" + s + "|" + n1 + "|" + n2,
                "i" + p1 + "|" + s + "|" + n1,
                "j" + w[r] + "|" + s,
                "k" + s + "|" + w[after + 1],
                "l" + inner + "|" + s,
                "m" + chunk + "|" + s,
                "n" + gap + "|" + s,
                "o" + signs[0] + s,
                "p" + signs[1:] + s,
                "q" + s,
                "r" + c[k] + "|" + c[k + 1] + "|" + c[k + 2],
                "s" + c[k + 1] + "|" + chunk,
                "t" + c[k + 1] + "|" + signs,
                "u" + c[k + 1] + "|" + gap,
                "v" + cn[r + 1] + "|" + c[k + 1] + "|" + cn[after + 2],
            ),
        )
    return found


KINDS = " 0c^(),oxw."
"""Kinds of tokens in the order of their transitions; the last stands for the end of a window."""
BLOCK = 1 << 15
"""Characters that are read at once, so that memory stays flat whatever the length of a line."""
Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned: see `benchmarks/learn_formulas.py`."""

    lexicon: Lexicon
    weights: Mapping[str, tuple[float, float]]
    """What a feature adds to the scores of PLAIN and of COMMAND."""
    moves: Mapping[str, Row]
    """By kind of token: nine scores, from each state (three by three) to each."""

    @classmethod
    def parse(cls, data: str) -> "Model":
        """Return the model that a data file holds."""
        stored = json.loads(data)
        weights: dict[str, tuple[float, float]] = {}
        for feature, plain, command in stored["weights"]:
            weights[feature] = (plain / SCALE, command / SCALE)
        moves = {kind: tuple(row) for kind, row in stored["moves"].items()}
        lexicon = Lexicon(
            command_costs(stored["commands"]),
            frozenset(stored["prose"].split()),
            frozenset(stored["weak"].split()),
        )
        return cls(lexicon, weights, moves)


SCALE = 100
"""Weights are stored as whole hundredths."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a formula."""

    text: str
    split: Split | None
    """Its division into commands, where it is one."""


def best_states(rows: Sequence[tuple[float, float]], words: Sequence[Word], model: Model) -> list[int]:
    """Return the likeliest states of a window's tokens, between prose on both sides (Viterbi)."""
    a, b, c = 0.0, -inf, -inf
    back: list[tuple[int, int, int]] = []
    for (plain, command), word in zip(rows, words, strict=True):
        m = model.moves[word.kind]
        x, y, z = a + m[0], b + m[3], c + m[6]
        p = 0 if x >= y and x >= z else 1 if y >= z else 2
        to_prose = (x, y, z)[p]
        x, y, z = a + m[1], b + m[4], c + m[7]
        q = 0 if x >= y and x >= z else 1 if y >= z else 2
        to_plain = (x, y, z)[q] + plain
        r = 0
        to_command = -inf
        if word.split:
            x, y, z = a + m[2], b + m[5], c + m[8]
            r = 0 if x >= y and x >= z else 1 if y >= z else 2
            to_command = (x, y, z)[r] + command
        a, b, c = to_prose, to_plain, to_command
        back.append((p, q, r))
    m = model.moves[KINDS[-1]]
    ends = (a + m[0], b + m[3], c + m[6])
    state = ends.index(max(ends))
    states: list[int] = []
    for choice in reversed(back):
        states.append(state)
        state = choice[state]
    return states[::-1]


def emissions(rows: Sequence[tuple[str, ...]], model: Model) -> list[tuple[float, float]]:
    """Return the scores of PLAIN and COMMAND against PROSE, for each token's features."""
    find = model.weights.get
    found: list[tuple[float, float]] = []
    for row in rows:
        plain = command = 0.0
        for feature in row:
            if weight := find(feature):
                plain += weight[0]
                command += weight[1]
        found.append((plain, command))
    return found


def blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield a text in stretches of bounded length with their offsets, cut at blanks if possible."""
    start = 0
    while start < len(text):
        end = start + BLOCK
        if end < len(text):
            cut = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = cut if cut > start else end
        yield start, text[start:end]
        start = end


def find_formulas(text: str, model: Model) -> Iterator[tuple[int, list[Token]]]:
    """Yield the offset and the tokens of each formula that stands in a stripped text, in order."""
    for offset, block in blocks(text):
        tokens = TOKEN.findall(block)
        words = list(map(model.lexicon.word, tokens))
        found = list(windows(words))
        if not found:
            continue
        signs = document_signs(tokens, words)
        place = position = 0
        for first, last in found:
            inside, around = tokens[first:last], words[first:last]
            rows = emissions(features(inside, around, signs), model)
            states = best_states(rows, around, model)
            position += sum(map(len, tokens[place:first]))
            place = first
            for start, run in runs(inside, around, states):
                yield offset + position + start, run


def runs(
    tokens: Sequence[str], words: Sequence[Word], states: Sequence[int]
) -> Iterator[tuple[int, list[Token]]]:
    """Yield the stretches of a window that are no prose, with their offsets; backslashes part them."""
    run: list[Token] = []
    position = start = 0
    before = ""
    for token, word, state in zip(tokens, words, states, strict=True):
        if state == State.PROSE or token in "\\$" or before == "\\":
            if run:
                yield start, run
            run = []
        else:
            start = start if run else position
            run.append(Token(token, word.split if state == State.COMMAND else None))
        position += len(token)
        before = token
    if run:
        yield start, run
