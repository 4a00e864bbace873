"""What nearness sees of a paper: a short list of its words and tags, weighed.

Words weigh what a fixed table says, never what the archive holds, so the nearness of two papers
depends on these two alone. All arithmetic is in whole numbers, so that no order of adding up,
library or processor changes a digit.
"""

import hashlib
import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import isqrt
from typing import NewType, TypeVar

from lunr.stemmer import PorterStemmer

from generator.phrases import BREAK, fold_word

Vector = NewType("Vector", bytes)
"""What nearness sees of a paper: `ITEM`s, a word's hash and its weight, the heaviest first."""

ITEM = "QH"
"""A word of a vector, as `struct` packs it: 10 bytes, the lowest first."""
LENGTH = 1 << 15
"""Of a vector: its weights' squares add up to this one's at most, so products fit 32 bits."""

_MOST_WORDS = 40
"""A paper's heaviest. With all of them comparing takes twice as long, one related paper in five is
another, and hardly more of them share an author."""
_TAG_WEIGHT = 72
"""In the table's unit."""
_ONCE, _AGAIN, _MOST_AGAIN, _IN_TITLE = 4, 1, 3, 2
"""What a word counts: at its first place in the abstract, at others, at most, in the title."""

_LONGEST_TEXT = 100_000
_WORD = re.compile(r"[^\W_]+")
_NO_WORDS = re.compile(r"https?://\S+|\\[A-Za-z]+")
"""Addresses, and TeX's macros, whose names say how a thing is set."""

_stemmer = PorterStemmer()
_Name = TypeVar("_Name", str, int)


@dataclass(frozen=True, slots=True)
class Background:
    """What words weigh, by how few papers of a large corpus hold them."""

    weights: Mapping[str, int]
    """By stem; those of 0 say nothing."""
    unknown: int
    """The weight of all other words."""


def parse_background(text: str) -> Background:
    """Return the table in a file's text: lines `weight: stem stem`, `*` for all other words.

    Lines that begin with `#` are comments. Raises ValueError where a weight is no number.
    """
    weights: dict[str, int] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            weight, _, stems = line.partition(":")
            weights.update(dict.fromkeys(stems.split(), int(weight)))
    return Background(weights=weights, unknown=weights.pop("*", 0))


def format_background(background: Background, comment: str) -> str:
    """Return the table as the text of a file, heaviest words last; the inverse of parsing."""
    by_weight: dict[int, list[str]] = {background.unknown: ["*"]}
    for stem, weight in background.weights.items():
        by_weight.setdefault(weight, []).append(stem)
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    lines += [f"{weight}: {' '.join(sorted(by_weight[weight]))}" for weight in sorted(by_weight)]
    return "\n".join(lines) + "\n"


def stems(text: str) -> Iterator[str]:
    """Yield the stems of a text's words in order, without numbers, single letters and addresses.

    >>> list(stems("Diffusion models denoise 8x faster: https://example.org"))
    ['diffus', 'model', 'denois', '8x', 'faster']
    """
    plain = _NO_WORDS.sub(" ", text[:_LONGEST_TEXT])
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", plain)
    return filter(None, map(_stem, _WORD.findall(plain)))


@lru_cache(maxsize=1 << 17)
def _stem(word: str) -> str:
    """Return a word's stem, or nothing where it says nothing."""
    folded = fold_word(word)
    if folded == BREAK or len(folded) == 1 or folded.isnumeric():
        return ""
    if not folded.isascii():
        return folded
    stem: str = _stemmer.stem(folded)
    return stem


def vector(title: str, abstract: str, tags: Iterable[str], background: Background) -> Vector:
    """Return what nearness sees of a paper; it is empty where no word says anything.

    Its words stand by descending weight, then by hash. The same words in another order, and the
    same tags in another, make the same vector.
    """
    weighed = _weigh(set(stems(title)), Counter(stems(abstract)), background)
    heaviest = sorted(weighed, key=_heaviest_first)[:_MOST_WORDS]
    # No stem holds a colon.
    heaviest += [(f"tag:{key}", _TAG_WEIGHT * _ONCE) for key in set(tags)]
    # Eight bits more than the root needs keep its rounding out of the weights.
    length = isqrt(sum(weight * weight for _, weight in heaviest) << 16)
    scaled = [(_hashed(word), (weight * LENGTH << 8) // length) for word, weight in heaviest]
    scaled.sort(key=_heaviest_first)
    items = chain.from_iterable(scaled)
    return Vector(struct.pack("<" + ITEM * len(scaled), *items))


def _weigh(
    title: set[str], abstract: Counter[str], background: Background
) -> Iterator[tuple[str, int]]:
    """Yield a paper's stems and their weights."""
    for stem in title | abstract.keys():
        weight = background.weights.get(stem, background.unknown)
        if weight:
            again = min(max(abstract[stem] - 1, 0), _MOST_AGAIN)
            yield stem, weight * (_ONCE + _AGAIN * again + _IN_TITLE * (stem in title))


def _heaviest_first(item: tuple[_Name, int]) -> tuple[int, _Name]:
    return -item[1], item[0]


@lru_cache(maxsize=1 << 17)
def _hashed(word: str) -> int:
    name = word.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "little")
