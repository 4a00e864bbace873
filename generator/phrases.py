"""The words of a text, and the phrases of a vocabulary, in the one form in which they are compared.

Case, accents, plural, British or American spelling, hyphens and blanks make no difference;
a star at an end of a phrase stands for any beginning of its first or ending of its last word.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

LONGEST_WORD = 40
"""In characters; what is longer is no word, and is neither folded nor remembered."""

MOST_FOLDS = 1 << 16
"""Folded words kept, so that each is folded once in a while and not each time."""

MAX_HYPHENS = 4
"""Each doubles the written forms of a phrase."""

BREAK = "|"
"""Stands among folded words where no phrase reaches across: at commas, colons, brackets."""

END = "||"
"""A break at the end of a sentence."""

# Quantifiers are bounded, possessive or over classes that exclude what follows: time is linear.
_TOKEN = re.compile(
    r"""
      \d++ (?: [.,] \d++ )++
    | [^\W_]++ (?: \\["'^`~=.] \{?+ [^\W\d_]++ \}?+ [^\W_]*+ )*+
    | [,;:()\[\]]
    | [.!?] (?= ["'”’)\]]{0,3} (?: \s{1,4} [^\sa-z] | \s{0,4} \Z ) )
    | [.] (?<= [^\W\d_] [a-z] [.] ) (?= [A-Z] )
    """,
    re.VERBOSE,
)
_TEX_ACCENT = re.compile(r"\\[\"'^`~=.]\{?|\}")
_ENDS = frozenset(".!?")
_STOPS = frozenset(",;:()[]")
_SHORTEST_PLURAL = 4
_SHORTEST_SPELLED = 6
_NOT_PLURAL = ("ss", "us", "is", "ics", "bias", "gas", "canvas", "atlas")
_SPELLINGS = (
    ("isation", "ization"),
    ("ising", "izing"),
    ("ised", "ized"),
    ("iser", "izer"),
    ("ise", "ize"),
    ("yse", "yze"),
    ("ysing", "yzing"),
    ("elling", "eling"),
    ("elled", "eled"),
    ("our", "or"),
)


def fold_word(word: str) -> str:
    """Return the form in which a word is compared; one too long to be a word becomes a break.

    >>> [fold_word(w) for w in ("Policies", "LLMs", "Schrödinger", "optimisation", "bias")]
    ['policy', 'llm', 'schrodinger', 'optimization', 'bias']
    """
    if len(word) > LONGEST_WORD:
        return BREAK
    if word in _ENDS:
        return END
    if word in _STOPS:
        return BREAK
    return _spell(_singular(_plain(word)))


def _plain(word: str) -> str:
    plain = _TEX_ACCENT.sub("", word).casefold()
    if plain.isascii():
        return plain
    marks = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in marks if not unicodedata.combining(c))


def _singular(word: str) -> str:
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(_NOT_PLURAL):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


def _spell(word: str) -> str:
    if len(word) >= _SHORTEST_SPELLED:
        for british, american in _SPELLINGS:
            if word.endswith(british):
                return word[: -len(british)] + american
    return word


class _Folds(dict[str, str]):
    """Words folded before, by the word; it forgets them when it is full: memory stays flat."""

    def __missing__(self, word: str) -> str:
        folded = fold_word(word)
        if len(word) <= LONGEST_WORD:
            if len(self) >= MOST_FOLDS:
                self.clear()
            self[word] = folded
        return folded


_folds = _Folds()


class Words(NamedTuple):
    """The words of a text, with its breaks, in two lists of one length."""

    found: list[re.Match[str]]
    """Where each stands."""
    folded: list[str]
    """Each in the form in which it is compared; BREAK or END between them."""


def split(text: str) -> Words:
    """Return the words of a text in order; time and memory are linear in its length."""
    found = list(_TOKEN.finditer(text))
    return Words(found, [_folds[match[0]] for match in found])


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words as a vocabulary writes them, ready to be looked for."""

    text: str
    """As written."""
    forms: tuple[tuple[str, ...], ...]
    """Folded words, one tuple for each way to read its hyphens; empty if nothing can match."""
    open_start: bool
    """Whether the first word may have begun before."""
    open_end: bool
    """Whether the last word may go on."""
    cased: tuple[str, ...]
    """Words that must be found in their case: those with two capitals, or all of an exact one."""


def parse_phrase(text: str, *, exact: bool = False) -> Phrase:
    """Return a phrase as it is written in a vocabulary.

    >>> parse_phrase("fine-tun*").forms
    (('fine', 'tun'), ('finetun',))
    >>> parse_phrase("LoRA adapters").cased
    ('LoRA',)
    """
    bare = text.strip()
    open_start, open_end = bare.startswith("*"), bare.endswith("*")
    bare = bare.strip("*")
    forms = {
        folded: None
        for written in _hyphen_forms(bare)
        for folded in _fold_form(written, open_end=open_end)
    }
    originals = [match[0] for match in split(bare).found]
    cased = tuple(w for w in originals if exact or sum(c.isupper() for c in w) > 1)
    return Phrase(text, tuple(forms), open_start, open_end, cased)


def _hyphen_forms(text: str) -> Iterator[str]:
    """Yield the ways to write a phrase: each hyphen as a blank and as nothing."""
    pieces = text.split("-")
    if len(pieces) - 1 > MAX_HYPHENS:
        yield " ".join(pieces)
        return
    for joints in product((" ", ""), repeat=len(pieces) - 1):
        yield "".join(a + b for a, b in zip(pieces, (*joints, ""), strict=True))


def _fold_form(form: str, *, open_end: bool) -> Iterator[tuple[str, ...]]:
    found, words = split(form)
    folded = tuple(words)
    if not folded or BREAK in folded or END in folded:
        return
    if not open_end:
        yield folded
        return
    # The stem is cut from a word, so it is not to lose an s; and `optimis` has to find `optimiz`.
    stem = _plain(found[-1][0])
    yield (*folded[:-1], stem)
    if len(stem) >= _SHORTEST_SPELLED and stem.endswith(("is", "ys")):
        yield (*folded[:-1], stem[:-1] + "z")
