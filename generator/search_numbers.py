r"""Numbers as text: what postings, lengths and facets are written in.

A slice travels as gzipped text, since static hosts compress text alone. So a number is one, two or
more printable characters, and deflate's Huffman codes do the rest: at 30,000 papers this is a
tenth smaller than JSON's digits, and half of that before gzip, which is what a worker parses. The
alphabet leaves out `"` and `\`, so that a JSON string holds it as it is.
"""

from collections.abc import Iterable

ALPHABET = "".join(chr(code) for code in range(32, 127) if chr(code) not in '"\\')
BASE = len(ALPHABET)
SINGLE = 60
"""Numbers below this are one character; measured best of 40 to 80 for postings."""
DOUBLE = SINGLE + (BASE - 2 - SINGLE) * BASE
"""Numbers below this are two characters, those above four or six."""
QUADRUPLE = DOUBLE + BASE**3
_TABLE = tuple(
    ALPHABET[n]
    if n < SINGLE
    else ALPHABET[SINGLE + (n - SINGLE) // BASE] + ALPHABET[(n - SINGLE) % BASE]
    for n in range(DOUBLE)
)
TF_STEPS = 3
"""A posting's first number holds the gap, and whether the word stands once, twice or more often."""


def number(value: int) -> str:
    """Return a number from 0 to some 7 billion as text; its twin is `numbers.js`."""
    if value < DOUBLE:
        return _TABLE[value]
    digits, lead, rest = (3, BASE - 2, value - DOUBLE)
    if value >= QUADRUPLE:
        digits, lead, rest = (5, BASE - 1, value - QUADRUPLE)
    out = ""
    for _ in range(digits):
        rest, digit = divmod(rest, BASE)
        out = ALPHABET[digit] + out
    return ALPHABET[lead] + out


def numbers(values: Iterable[int]) -> str:
    """Return numbers as text."""
    return "".join(map(number, values))


def gap(step: int, times: int) -> str:
    """Return a posting as text: its step from the one before, and how often the word stands."""
    if times < TF_STEPS:
        return number((step - 1) * TF_STEPS + times - 1)
    return number(step * TF_STEPS - 1) + number(times - TF_STEPS)
