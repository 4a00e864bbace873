"""Reads stripped text: says of each token whether it is prose, formula, or a command's name."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate, pairwise
from math import inf

from generator.formula_lexicon import (
    CLASS,
    PAIR,
    SHORT,
    Split,
    command_costs,
    is_plausible,
    split_run,
)

TOKEN = re.compile(r"[A-Za-z]+|[0-9]+|\s+|[^A-Za-z0-9\s]")
LONGEST_RUN = 60
REACH = 10
"""Tokens on both sides of a sign of a formula that are read closely."""
CACHE = 1 << 17
URL = re.compile(r"://|www\.|\.(?:com|io|org|net|ai|edu|co)\b|github|[a-z]/[a-z]")
OPEN, CLOSE, SCRIPTS, BACKSLASH = "([{", ")]}", "^_", "\\"


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
    core: str = ""
    """Its commands, without the letters around."""


def shape(run: str) -> str:
    """Return the shape of a run of letters."""
    if len(run) == 1:
        return run if run in "aAI" else "x" if run.islower() else "X"
    if len(run) == PAIR:
        return "xx" if run.islower() else "XX" if run.isupper() else "Xx"
    if run.islower():
        return "word" if len(run) > SHORT else "wor"
    return "WORD" if run.isupper() else "Word" if run[1:].islower() else "wOrd"


def sign_form(char: str) -> str:
    """Return the form of a character that is neither ASCII letter, digit nor blank."""
    if char.isascii():
        return "⧵" if char == BACKSLASH else char  # commands' forms begin with a backslash
    if "GREEK" in unicodedata.name(char, ""):
        return "λ"
    return "≤" if unicodedata.category(char) == "Sm" else "é" if char.isalpha() else "”"


SIGN_KINDS = {**dict.fromkeys("^_", "^"), **dict.fromkeys(OPEN, "("), **dict.fromkeys(CLOSE, ")")}
SIGN_KINDS |= dict.fromkeys(".,;:!?", ",")


class Lexicon(dict[str, Word]):
    """Words by themselves, looked at when they are first asked for; remembers a bounded number."""

    def __init__(
        self,
        costs: Mapping[str, float],
        prose: frozenset[str],
        weak: frozenset[str],
        hidden: frozenset[str],
    ) -> None:
        """Take costs of commands, words that look like some, and some that words are or hold."""
        super().__init__()
        self.costs = costs
        self.prose = prose
        self.weak = weak
        self.hidden = hidden

    def __missing__(self, token: str) -> Word:
        if len(self) >= CACHE:
            self.clear()
        word = self[token] = self.look(token)
        return word

    def words(self, tokens: Sequence[str]) -> list[Word]:
        """Return what is known of each token."""
        return list(map(self.__getitem__, tokens))

    def look(self, token: str) -> Word:
        """Return what is known of a token."""
        first = token[0]
        if first.isspace():
            return Word(" ", " ", " ")
        if first.isascii() and first.isdigit():
            return Word("0" * min(3, len(token)), "0", "0")
        if not (first.isascii() and first.isalpha()):
            form = sign_form(token)
            return Word(form, form, SIGN_KINDS.get(token, "o"), sure=token in SCRIPTS)
        if len(token) <= LONGEST_RUN and token not in self.prose:
            split = split_run(token, self.costs)
            weak = token in self.weak
            if is_plausible(split) and head_of(split) not in self.prose:
                coarse = split_class(split, weak=weak)
                if self.hidden.isdisjoint(piece.text for piece in split if piece.command):
                    coarse += "!"
                core = "+".join(piece.text for piece in split if piece.command)
                return Word(split_form(split), coarse, "c", split, sure=not weak, core=core)
        form = shape(token)
        return Word(form, form, "x" if len(token) == 1 else "w")


def head_of(split: Split) -> str:
    """Return what a run begins with up to its first command's end: `photo` of `PhotoReal`."""
    return (split[0].text + split[1].text).lower() if len(split) > 1 else ""


def split_form(split: Split) -> str:
    r"""Return the form of a run with commands in it: `\x+in+X`, `\times`."""
    return "\\" + "+".join(piece.text if piece.command else shape(piece.text) for piece in split)


def split_class(split: Split, *, weak: bool) -> str:
    """Return the form of a run with commands in it by their classes."""
    parts = (CLASS[piece.text] if piece.command else shape(piece.text) for piece in split)
    return "\\" + "+".join(parts) + ("?" if weak else "")


VALUES = frozenset("xXλ≤|<>=+*~^_")
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
    for place in [k for k, word in enumerate(words) if word.sure or word.split]:
        if words[place].sure or is_near_math(words, place):
            if first < 0:
                first = max(0, place - REACH)
            elif place - REACH > last:
                yield first, last
                first = place - REACH
            last = min(len(words), place + REACH + 1)
    if first >= 0:
        yield first, last


MANY = 4


def bucket(count: int) -> str:
    """Return a count as one of four letters."""
    return "0" if not count else "1" if count == 1 else "2" if count < MANY else "4"


def document_signs(tokens: Sequence[str], words: Sequence[Word]) -> str:
    """Return what a whole text shows of its author's ways."""
    scripts = tokens.count("^")
    signs = [word for word in words if word.sure]
    sure = sum(word.split is not None for word in signs)
    slashes = 0
    if BACKSLASH in tokens:
        pairs = pairwise(tokens)
        slashes = sum(token == BACKSLASH and after not in "%&$" for token, after in pairs)
    return bucket(sure) + bucket(scripts) + bucket(slashes)


def brackets(tokens: Sequence[str]) -> list[str]:
    """Return for each token the innermost bracket open before it; a script's with its sign."""
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
        sign = "u" if ("/" in chunk or "." in chunk) and URL.search(chunk) else ""
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
    ranks = list(accumulate((form != " " for form in forms), initial=0))
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
        r, after = ranks[k], ranks[k + 1]
        p1, p2, n1, n2 = n[r + 1], n[r], n[after + 2], n[after + 3]
        found.append(
            (
                "a" + (token if s != " " else s),
                "b" + f[k + 1] + "|" + s,
                "c" + s + "|" + f[k + 3],
                "f" + s + "|" + f[k + 3] + "|" + f[k + 4],
                "g" + p2 + "|" + p1 + "|" + s,
                "h" + s + "|" + n1 + "|" + n2,
                "i" + p1 + "|" + s + "|" + n1,
                "j" + w[r] + "|" + s,
                "k" + s + "|" + w[after + 1],
                "l" + inner + "|" + s,
                "m" + chunk + "|" + s,
                "n" + gap + "|" + s,
                "q" + s,
                "r" + c[k] + "|" + c[k + 1] + "|" + c[k + 2],
                "s" + c[k + 1] + "|" + chunk,
                "t" + c[k + 1] + "|" + signs,
                "u" + c[k + 1] + "|" + gap,
                "v" + cn[r + 1] + "|" + c[k + 1] + "|" + cn[after + 2],
                "w" + words[k].core,
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
    weights: Mapping[str, complex]
    """What a feature adds to the scores of PLAIN and of COMMAND: one number, so that they add up
    at once."""
    moves: Mapping[str, Row]
    """By kind of token: nine scores, from each state (three by three) to each."""

    @classmethod
    def parse(cls, data: str) -> "Model":
        """Return the model that a data file holds."""
        stored = json.loads(data)
        weights: dict[str, complex] = {}
        for line in stored["weights"]:
            plain, command, feature = line.split(" ", 2)
            weights[feature] = complex(int(plain) / SCALE, int(command) / SCALE)
        moves = {kind: tuple(row) for kind, row in stored["moves"].items()}
        lexicon = Lexicon(
            command_costs(stored["commands"]),
            frozenset(stored["prose"].split()),
            frozenset(stored["weak"].split()),
            frozenset(stored["hidden"].split()),
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


def best_states(rows: Sequence[complex], words: Sequence[Word], model: Model) -> list[int]:
    """Return the likeliest states of a window's tokens, between prose on both sides (Viterbi)."""
    a, b, c = 0.0, -inf, -inf
    back: list[tuple[int, int, int]] = []
    for score, word in zip(rows, words, strict=True):
        m = model.moves[word.kind]
        x, y, z = a + m[0], b + m[3], c + m[6]
        p = 0 if x >= y and x >= z else 1 if y >= z else 2
        to_prose = (x, y, z)[p]
        x, y, z = a + m[1], b + m[4], c + m[7]
        q = 0 if x >= y and x >= z else 1 if y >= z else 2
        to_plain = (x, y, z)[q] + score.real
        r = 0
        to_command = -inf
        if word.split:
            x, y, z = a + m[2], b + m[5], c + m[8]
            r = 0 if x >= y and x >= z else 1 if y >= z else 2
            to_command = (x, y, z)[r] + score.imag
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


def emissions(rows: Sequence[tuple[str, ...]], model: Model) -> list[complex]:
    """Return the scores of PLAIN and of COMMAND against PROSE, for each token's features."""
    find = model.weights.get
    return [sum(filter(None, map(find, row)), 0j) for row in rows]


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
        words = model.lexicon.words(tokens)
        found = list(windows(words))
        if not found:
            continue
        signs = document_signs(tokens, words)
        place = position = 0
        for first, last in found:
            inside, around = tokens[first:last], words[first:last]
            rows = emissions(features(inside, around, signs), model)
            states = best_states(rows, around, model)
            if not any(states):
                continue
            close_brackets(inside, states)
            position += len("".join(tokens[place:first]))
            place = first
            for start, run in runs(inside, around, states):
                yield offset + position + start, run


def close_brackets(tokens: Sequence[str], states: list[int]) -> None:
    """Let each formula have the bracket right beside it that one inside belongs to."""
    first = 0
    while first < len(tokens):
        last, depth, lowest = first, 0, 0
        while last < len(tokens) and states[last] != State.PROSE:
            depth += (tokens[last] in "([") - (tokens[last] in ")]")
            lowest = min(lowest, depth)
            last += 1
        if depth > lowest and last < len(tokens) and tokens[last] in ")]":
            states[last] = State.PLAIN
        if lowest < 0 and first and tokens[first - 1] in "([":
            states[first - 1] = State.PLAIN
        first = last + 1


def runs(
    tokens: Sequence[str], words: Sequence[Word], states: Sequence[int]
) -> Iterator[tuple[int, list[Token]]]:
    """Yield the stretches of a window that are no prose, with offsets; backslashes part them."""
    run: list[Token] = []
    position = start = 0
    before = ""
    for token, word, state in zip(tokens, words, states, strict=True):
        if state == State.PROSE or token in (BACKSLASH, "$") or before == BACKSLASH:
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
