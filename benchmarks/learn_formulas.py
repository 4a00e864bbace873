"""Learns from LaTeX abstracts how formulas look without markup: writes the package's data file.

A chain of three states (prose, plain formula, command) over the tokens near signs of formulas, with
log-linear scores: a conditional random field, fitted by L-BFGS, cut to its strongest features and
fitted again. Takes some five minutes of one core.
"""

import argparse
import json
import lzma
import re
import sys
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.formula_lexicon import COMMANDS, SHORT, command_costs, is_plausible, split_run
from generator.formula_reader import (
    KINDS,
    LONGEST_RUN,
    SCALE,
    TOKEN,
    Lexicon,
    State,
    Word,
    document_signs,
    features,
    windows,
)
from generator.formulas import dollars, strip, strip_macros

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
STATES = len(State)
END = len(KINDS) - 1
IMPOSSIBLE = -1e4
RARE = 3
"""What was met less often teaches nothing."""
FOLDS = 5
HELD_OUT = 10
"""One in so many texts of a corpus is never learned from: see `is_left`."""
BACKGROUND = 0.2
"""Weight of a text without formulas: the pairs have fewer of these than papers have."""
EAGERNESS = 0.9
"""Added to every step into a formula: precision is higher than recall by itself."""
OPEN, CLOSE = "\ue000", "\ue001"
NAME = re.compile(r"[a-zA-Z]+")


@dataclass(frozen=True, slots=True)
class Lesson:
    """A stripped text, and what its LaTeX says of it."""

    text: str
    inside: str
    """For each character `1` where it stands in a formula, else `0`."""
    commands: dict[int, str]
    """The commands whose names stand there as bare letters, by place."""
    spans: tuple[tuple[int, int], ...]
    """Where each formula begins and ends."""

    def marks(self) -> set[tuple[int, str]]:
        """Return what a reader misses in the stripped text, by place: commands, script signs."""
        signs = ((k, char) for k, char in enumerate(self.text) if char in "^_")
        return {*self.commands.items(), *(sign for sign in signs if self.inside[sign[0]] == "1")}


def is_left(name: str, share: int, part: int = 0) -> bool:
    """Return whether a text belongs to one part of so many; the same on every machine."""
    return zlib.crc32(name.encode()) % share == part


def lesson_of(latex: str) -> Lesson | None:
    """Return what a LaTeX text teaches; None where the two passes of the strip rule interlock."""
    parts: list[str] = []
    done = 0
    for start, end in dollars(latex):
        parts += latex[done:start], OPEN, latex[start + 1 : end - 1], CLOSE
        done = end
    marked = strip_macros("".join(parts) + latex[done:])
    text: list[str] = []
    inside: list[str] = []
    commands: dict[int, str] = {}
    spans: list[tuple[int, int]] = []
    state, opened = "0", 0
    for place, char in enumerate(marked):
        if char == OPEN:
            state, opened = "1", len(text)
        elif char == CLOSE:
            state = "0"
            spans.append((opened, len(text)))
        elif char == "\\" and state == "1":
            if name := NAME.match(marked, place + 1):
                commands[len(text)] = name[0]
        else:
            text.append(char)
            inside.append(state)
    lesson = Lesson("".join(text), "".join(inside), commands, tuple(spans))
    return lesson if lesson.text == strip(latex) else None


def read_records(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the name, kind and LaTeX of each record of a file, with `latex` or `abstract`."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            kind = record.get("kind", "corpus")
            yield record["id"], kind, record.get("latex") or record["abstract"]


def read_lessons(path: Path, leave: Callable[[str], bool]) -> Iterator[Lesson]:
    """Yield the lessons of a file of records, but for those whose names are left."""
    for name, _, latex in read_records(path):
        if not leave(name) and (lesson := lesson_of(latex)):
            yield lesson


def count_commands(lessons: Iterable[Lesson]) -> Counter[str]:
    """Return how often each known command was written in formulas."""
    counts: Counter[str] = Counter()
    for lesson in lessons:
        for name in lesson.commands.values():
            known = next((name[:k] for k in range(len(name), 0, -1) if name[:k] in COMMANDS), "")
            counts.update([known] if known else [])
    return counts


def learn_lexicon(lessons: Sequence[Lesson]) -> tuple[Lexicon, Counter[str]]:
    """Return what words are by themselves, and the counts of commands behind it."""
    counts = count_commands(lessons)
    costs = command_costs(counts)
    in_prose: Counter[str] = Counter()
    in_formulas: Counter[str] = Counter()
    for lesson in lessons:
        for found in NAME.finditer(lesson.text):
            marked = any(k in lesson.commands for k in range(found.start(), found.end()))
            (in_formulas if marked else in_prose)[found[0]] += 1
    prose, weak = set(), set()
    for run, count in in_prose.items():
        if count < max(RARE, in_formulas[run] + 1) or len(run) > LONGEST_RUN:
            continue
        split = split_run(run, costs)
        if not is_plausible(split):
            continue
        if len(split) == 1:
            weak.add(run)
        elif not in_formulas[run]:
            prose.add(run)
    often = {run.lower() for run, count in in_prose.items() if count >= RARE}
    prose |= {run for run in often if run.endswith("to") and len(run) > SHORT}
    hidden = {name for name in COMMANDS if any(name in run for run in often)}
    return Lexicon(costs, frozenset(prose), frozenset(weak), frozenset(hidden)), counts


@dataclass(frozen=True, slots=True)
class Example:
    """A window of a text, in numbers: a row for each token."""

    rows: NDArray[np.int32]
    """The features of each token."""
    kinds: Ints
    able: NDArray[np.bool_]
    """Whether a token can be a command."""
    states: Ints
    weight: float


def states_of(lesson: Lesson, tokens: Sequence[str], words: Sequence[Word]) -> list[State]:
    """Return what each token of a text is."""
    states: list[State] = []
    place = 0
    for token, word in zip(tokens, words, strict=True):
        end = place + len(token)
        if any(k in lesson.commands for k in range(place, end)):
            states.append(State.COMMAND if word.split else State.PLAIN)
        else:
            states.append(State.PLAIN if lesson.inside[place] == "1" else State.PROSE)
        place = end
    return states


class Features:
    """Numbers for features, from 1 in the order they are met, with their counts."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.counts: list[int] = [0]

    def number(self, feature: str) -> int:
        """Return the number of a feature, and count it."""
        found = self.numbers.setdefault(feature, len(self.counts))
        if found == len(self.counts):
            self.counts.append(0)
        self.counts[found] += 1
        return found


def examples_of(lesson: Lesson, lexicon: Lexicon, known: Features) -> Iterator[Example]:
    """Yield the windows of a text in numbers."""
    tokens = TOKEN.findall(lesson.text)
    words = lexicon.words(tokens)
    found = list(windows(words))
    if not found:
        return
    states = states_of(lesson, tokens, words)
    signs = document_signs(tokens, words)
    for first, last in found:
        around = words[first:last]
        rows = features(tokens[first:last], around, signs)
        yield Example(
            np.array([[known.number(f) for f in row] for row in rows], dtype=np.int32),
            np.array([KINDS.index(word.kind) for word in around]),
            np.array([word.split is not None for word in around]),
            np.array(states[first:last], dtype=np.int64),
            1.0 if "1" in lesson.inside else BACKGROUND,
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples side by side, longest first: first axis the place, second the example."""

    rows: NDArray[np.int32]
    kinds: Ints
    able: NDArray[np.bool_]
    states: Ints
    lengths: Ints
    weights: Floats

    def alive(self, place: int) -> int:
        """Return how many examples are longer than this."""
        return int((self.lengths > place).sum())


def batches(examples: Sequence[Example], renumber: NDArray[np.int32]) -> list[Batch]:
    """Return the examples in batches of like lengths, their features renumbered (0: dropped)."""
    ordered = sorted(examples, key=lambda e: -len(e.kinds))
    found: list[Batch] = []
    for first in range(0, len(ordered), 1000):
        group = ordered[first : first + 1000]
        shape = (len(group[0].kinds), len(group))
        rows = np.zeros((*shape, group[0].rows.shape[1]), dtype=np.int32)
        kinds = np.full(shape, END)
        states = np.zeros(shape, dtype=np.int64)
        able = np.zeros(shape, dtype=np.bool_)
        for column, example in enumerate(group):
            size = len(example.kinds)
            rows[:size, column] = renumber[example.rows]
            kinds[:size, column] = example.kinds
            states[:size, column] = example.states
            able[:size, column] = example.able
        lengths = np.array([len(e.kinds) for e in group])
        weights = np.array([e.weight for e in group])
        found.append(Batch(rows, kinds, able, states, lengths, weights))
    return found


def log_sum(scores: Floats, axis: int) -> Floats:
    """Return the logarithm of the sum of exponentials along an axis."""
    top = scores.max(axis, keepdims=True)
    return np.asarray(np.log(np.exp(scores - top).sum(axis)) + top.squeeze(axis))


def emission(batch: Batch, weights: Floats) -> Floats:
    """Return the score of each state at each place by features alone."""
    scores = np.zeros((*batch.kinds.shape, STATES))
    for template in range(batch.rows.shape[2]):
        scores[:, :, 1:] += weights[batch.rows[:, :, template]]
    scores[:, :, State.COMMAND][~batch.able] = IMPOSSIBLE
    return scores


def forward(batch: Batch, scores: Floats, moves: Floats) -> Floats:
    """Return the log sums over all ways to each state at each place."""
    ways = np.zeros_like(scores)
    ways[0] = scores[0] + moves[batch.kinds[0], State.PROSE]
    for place in range(1, len(scores)):
        n = batch.alive(place)
        step = ways[place - 1, :n, :, None] + moves[batch.kinds[place, :n]]
        ways[place, :n] = log_sum(step, 1) + scores[place, :n]
    return ways


def backward(batch: Batch, scores: Floats, moves: Floats) -> Floats:
    """Return the log sums over all ways from each state at each place to the end."""
    ways = np.zeros_like(scores)
    ways[batch.lengths - 1, np.arange(len(batch.lengths))] = moves[END, :, State.PROSE]
    for place in range(len(scores) - 2, -1, -1):
        n = batch.alive(place + 1)
        after = (ways[place + 1, :n] + scores[place + 1, :n])[:, None, :]
        ways[place, :n] = log_sum(after + moves[batch.kinds[place + 1, :n]], 2)
    return ways


def accumulate(
    batch: Batch, weights: Floats, moves: Floats, to_weights: Floats, to_moves: Floats
) -> float:
    """Return the log likelihood of a batch, and add its gradient to the last two."""
    scores = emission(batch, weights)
    ahead, behind = forward(batch, scores, moves), backward(batch, scores, moves)
    column = np.arange(len(batch.lengths))
    last = ahead[batch.lengths - 1, column] + moves[END, :, State.PROSE]
    total = log_sum(last, 1)
    final = batch.states[batch.lengths - 1, column]
    likelihood = float((batch.weights * (moves[END, final, State.PROSE] - total)).sum())
    np.add.at(to_moves[END, :, State.PROSE], final, batch.weights)
    to_moves[END, :, State.PROSE] -= (np.exp(last - total[:, None]) * batch.weights[:, None]).sum(0)
    slope = np.zeros_like(scores)
    for place in range(len(scores)):
        n = batch.alive(place)
        kinds, states, weight = batch.kinds[place, :n], batch.states[place, :n], batch.weights[:n]
        came = batch.states[place - 1, :n] if place else np.zeros(n, dtype=np.int64)
        right = scores[place, column[:n], states] + moves[kinds, came, states]
        likelihood += float((weight * right).sum())
        if place:
            before = ahead[place - 1, :n]
        else:
            before = np.where(np.arange(STATES) == State.PROSE, 0.0, IMPOSSIBLE)[None, :]
        after = (behind[place, :n] + scores[place, :n])[:, None, :]
        pairs = np.exp(before[:, :, None] + moves[kinds] + after - total[:n, None, None])
        np.add.at(to_moves, kinds, -pairs * weight[:, None, None])
        np.add.at(to_moves, (kinds, came, states), weight)
        slope[place, :n] = -pairs.sum(1) * weight[:, None]
        slope[place, column[:n], states] += weight
    scatter(batch, slope, to_weights)
    return likelihood


def scatter(batch: Batch, slope: Floats, to_weights: Floats) -> None:
    """Add the slope of each place to the features that stand there."""
    for template in range(batch.rows.shape[2]):
        numbers = batch.rows[:, :, template].ravel()
        for state in (State.PLAIN, State.COMMAND):
            here = slope[:, :, state].ravel() * (batch.able.ravel() | (state == State.PLAIN))
            sums = np.bincount(numbers, weights=here, minlength=len(to_weights))
            to_weights[:, state - 1] += sums


Loss = Callable[[Floats], tuple[float, Floats]]
"""Takes all parameters, returns a value and its gradient."""


def objective(data: Sequence[Batch], size: int, decay: float) -> Loss:
    """Return the function to be made small: negative log likelihood, with decay."""

    def loss(parameters: Floats) -> tuple[float, Floats]:
        weights = parameters[: 2 * size].reshape(size, 2)
        moves = parameters[2 * size :].reshape(len(KINDS), STATES, STATES)
        to_weights, to_moves = np.zeros_like(weights), np.zeros_like(moves)
        likelihood = sum(accumulate(b, weights, moves, to_weights, to_moves) for b in data)
        to_weights[0] = 0
        gradient = np.concatenate([to_weights.ravel(), to_moves.ravel()])
        value = decay / 2 * float(parameters @ parameters) - likelihood
        return value, decay * parameters - gradient

    return loss


def minimise(loss: Loss, start: Floats, steps: int, memory: int = 8) -> Floats:
    """Return where a smooth function is small: L-BFGS with a backtracking line search."""
    place = start
    value, slope = loss(place)
    past: deque[tuple[Floats, Floats]] = deque(maxlen=memory)
    for step in range(steps):
        way = -two_loops(slope, past)
        drop = float(slope @ way)
        length = 1.0 if past else 1.0 / max(1.0, float(np.abs(slope).sum()))
        for _ in range(30):
            moved = place + length * way
            new_value, new_slope = loss(moved)
            if new_value <= value + 1e-4 * length * drop:
                break
            length /= 2
        else:
            break
        if float((moved - place) @ (new_slope - slope)) > 0:
            past.append((moved - place, new_slope - slope))
        place, value, slope = moved, new_value, new_slope
        print(f"step {step + 1}: loss {value:.1f}", file=sys.stderr)
    return place


def two_loops(slope: Floats, past: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Return the slope times the inverse Hessian as recent steps show it (Nocedal 1980)."""
    way = slope.copy()
    shares: list[float] = []
    for move, change in reversed(past):
        shares.append(float(move @ way) / float(move @ change))
        way -= shares[-1] * change
    if past:
        move, change = past[-1]
        way *= float(move @ change) / float(change @ change)
    for (move, change), share in zip(past, reversed(shares), strict=True):
        way += move * (share - float(change @ way) / float(move @ change))
    return way


def fit(
    examples: Sequence[Example], kept: Sequence[int], known: Features, steps: int, decay: float
) -> tuple[Floats, Floats]:
    """Return weights for the kept features (row k + 1 for the kth), and moves between states."""
    renumber = np.zeros(len(known.counts), dtype=np.int32)
    renumber[list(kept)] = np.arange(1, len(kept) + 1)
    size = len(kept) + 1
    start = np.zeros(2 * size + len(KINDS) * STATES**2)
    found = minimise(objective(batches(examples, renumber), size, decay), start, steps)
    return found[: 2 * size].reshape(size, 2), found[2 * size :].reshape(-1, STATES, STATES)


def strongest(weights: Floats, kept: Sequence[int], known: Features, limit: int) -> list[int]:
    """Return the features that matter most, by weight and by how often they are met."""
    counts = np.array(known.counts)[list(kept)]
    merit = np.abs(weights[1:]).max(1) * np.log1p(counts)
    return [kept[k] for k in np.argsort(-merit, kind="stable")[:limit]]


def format_model(
    lexicon: Lexicon, counts: Counter[str], weights: dict[str, Floats], moves: Floats
) -> str:
    """Return the data file: JSON, a line for each part."""
    rounded = {f: np.rint(SCALE * w).astype(int).tolist() for f, w in sorted(weights.items())}
    lines = [f"{p} {c} {f}" for f, (p, c) in rounded.items() if p or c]
    eager = moves.copy()
    eager[:, State.PROSE, State.PLAIN :] += EAGERNESS
    rows = {kind: np.round(eager[k].ravel(), 3).tolist() for k, kind in enumerate(KINDS)}
    parts = {
        "commands": dict(sorted(counts.items())),
        "prose": " ".join(sorted(lexicon.prose)),
        "weak": " ".join(sorted(lexicon.weak)),
        "hidden": " ".join(sorted(lexicon.hidden)),
        "moves": rows,
        "weights": lines,
    }
    body = ",\n".join(
        f'"{key}":{json.dumps(part, ensure_ascii=False, separators=(",", ":"))}'
        for key, part in parts.items()
    )
    return "{" + body + "}\n"


def learn(lessons: Sequence[Lesson], limit: int, steps: int, decay: float) -> str:
    """Return the data file that these lessons give."""
    lexicon, counts = learn_lexicon(lessons)
    known = Features()
    examples = [e for lesson in lessons for e in examples_of(lesson, lexicon, known)]
    tokens = sum(len(e.kinds) for e in examples)
    print(f"{len(lessons)} texts, {len(examples)} windows, {tokens} tokens", file=sys.stderr)
    kept = [k for k, count in enumerate(known.counts) if count >= RARE]
    weights, _ = fit(examples, kept, known, steps // 3, decay)
    kept = strongest(weights, kept, known, limit)
    weights, moves = fit(examples, kept, known, steps, decay)
    names = {number: feature for feature, number in known.numbers.items()}
    named = {names[number]: weights[row] for row, number in enumerate(kept, 1)}
    return format_model(lexicon, counts, named, moves)


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn from the files named, and write the data file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path, help="lines with id and latex: all are learned from")
    parser.add_argument("--corpus", type=Path, help="lines with id and abstract: nine in ten are")
    parser.add_argument("--leave", type=int, default=-1, help="part of the pairs left out, of five")
    parser.add_argument("--features", type=int, default=15000)
    parser.add_argument("--steps", type=int, default=55)
    parser.add_argument("--decay", type=float, default=1.5)
    parser.add_argument("--out", type=Path, default=Path("generator/data/formulas.json"))
    options = parser.parse_args(arguments)
    paired = {name for name, _, _ in read_records(options.pairs)}
    left = {name for name in paired if is_left(name, FOLDS, options.leave)}
    lessons = list(read_lessons(options.pairs, left.__contains__))
    if options.corpus:
        lessons += read_lessons(options.corpus, lambda n: n in paired or is_left(n, HELD_OUT))
    options.out.write_text(
        learn(lessons, options.features, options.steps, options.decay), encoding="utf-8"
    )
    print(f"{options.out}: {options.out.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
