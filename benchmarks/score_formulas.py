"""Prints how well formulas come back, and how fast.

Marks are what a reader misses in the stripped text: commands whose names stand there as bare
letters, and script signs. A formula is whole where all its marks came back; it has the author's
bounds where it begins and ends where one did, blanks aside. A text that does not strip to what it
was counts as not restored at all.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from latex2mathml import exceptions
from latex2mathml.converter import convert
from learn_formulas import FOLDS, HELD_OUT, is_left, lesson_of, read_records

from generator.formula_reader import Model
from generator.formulas import dollars, load_model, restore, strip

UNWRITABLE = (
    exceptions.DenominatorNotFoundError,
    exceptions.DoubleSubscriptsError,
    exceptions.DoubleSuperscriptsError,
    exceptions.ExtraLeftOrMissingRightError,
    exceptions.InvalidAlignmentError,
    exceptions.InvalidStyleForGenfracError,
    exceptions.InvalidWidthError,
    exceptions.LimitsMustFollowMathOperatorError,
    exceptions.MissingEndError,
    exceptions.MissingSuperScriptOrSubscriptError,
    exceptions.NoAvailableTokensError,
    exceptions.NumeratorNotFoundError,
    IndexError,  # some unfinished macros
    StopIteration,  # the same
)


def converts(latex: str) -> bool:
    """Return whether a formula becomes MathML."""
    try:
        convert(latex)
    except UNWRITABLE:
        return False
    return True


def solid(text: str, spans: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return stretches of a text in characters that are no blanks."""
    upto = [0]
    for char in text:
        upto.append(upto[-1] + (not char.isspace()))
    return {(upto[start], upto[end]) for start, end in spans}


def tally(latex: str, model: Model) -> Counter[str]:
    """Return the counts that one abstract adds; none where its LaTeX teaches nothing."""
    counts: Counter[str] = Counter()
    lesson = lesson_of(latex)
    if not lesson:
        return counts
    restored = restore(lesson.text, model)
    counts["texts"] += 1
    counts["trips"] += strip(restored) == lesson.text
    marks = lesson.marks()
    back = lesson_of(restored) if strip(restored) == lesson.text else None
    got = back.marks() if back else set()
    counts.update(hits=len(marks & got), false=len(got - marks), missed=len(marks - got))
    for start, end in lesson.spans:
        part = {mark for mark in marks if start <= mark[0] < end}
        counts["formulas"] += bool(part)
        counts["whole"] += bool(part) and part <= got
    spans = back.spans if back else ()
    counts["written"] += len(spans)
    counts["bounds"] += len(solid(lesson.text, lesson.spans) & solid(lesson.text, spans))
    found = (restored[start + 1 : end - 1] for start, end in dollars(restored))
    counts["converted"] += sum(map(converts, found)) if back else 0
    return counts


def report(name: str, counts: Counter[str]) -> str:
    """Return the figures of a set of texts as a line."""

    def share(part: int, whole: int) -> str:
        return f"{part / max(1, whole):.3f}"

    return (
        f"{name}: {counts['texts']} texts, round trip {share(counts['trips'], counts['texts'])}, "
        f"marks precision {share(counts['hits'], counts['hits'] + counts['false'])}, "
        f"recall {share(counts['hits'], counts['hits'] + counts['missed'])}, "
        f"formulas {share(counts['whole'], counts['formulas'])} of {counts['formulas']}; "
        f"written {counts['written']}, bounds {share(counts['bounds'], counts['written'])}, "
        f"MathML {share(counts['converted'], counts['written'])}"
    )


def speed(texts: Sequence[str], model: Model) -> float:
    """Return how many texts are restored in a second of one core."""
    started = time.process_time()
    for text in texts:
        restore(text, model)
    return len(texts) / (time.process_time() - started)


def chosen(paths: Iterable[Path], only: int) -> Iterator[tuple[str, str]]:
    """Yield kind and LaTeX of the records to be scored, none whose name an earlier file has."""
    seen: set[str] = set()
    for path in paths:
        names: set[str] = set()
        for name, kind, latex in read_records(path):
            names.add(name)
            in_part = only < 0 or is_left(name, FOLDS, only)
            held = is_left(name, HELD_OUT) if kind == "corpus" else in_part
            if held and name not in seen:
                yield kind, latex
        seen |= names


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each kind of text, and the speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="as learned from, in the same order")
    parser.add_argument("--model", type=Path, help="a data file in the place of the shipped one")
    parser.add_argument("--only", type=int, default=-1, help="a part of the pairs, of five")
    options = parser.parse_args(arguments)
    model = Model.parse(options.model.read_text("utf-8")) if options.model else load_model()
    totals: dict[str, Counter[str]] = {}
    texts: list[str] = []
    for kind, latex in chosen(options.files, options.only):
        totals.setdefault(kind, Counter()).update(tally(latex, model))
        texts.append(strip(latex))
    for kind, counts in sorted(totals.items()):
        print(report(kind, counts))
    print(f"speed: {speed(texts, model):.0f} texts a second of one core")
    return 0


if __name__ == "__main__":
    sys.exit(main())
