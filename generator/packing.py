"""A gzip file packed piece by piece: a piece that did not change is not made and packed again.

The pieces are one stream to whoever reads the file, with one head and one sum (RFC 1952); each
begins with nothing from before it in sight, and ends with a byte (RFC 1951, an empty block).
"""

import struct
import zlib
from collections.abc import Iterable
from functools import cache

LEVEL = 6
HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""Packed by deflate, no name, no time, no system."""
END = b"\x03\0"
"""The last block, which is empty."""
LABEL = struct.Struct("<II")
"""Before a piece: the sum of what it holds, and how many bytes that is."""


def packed(content: bytes) -> bytes:
    """Return a piece: labelled, deflated, and ended so that another may follow."""
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    label = LABEL.pack(zlib.crc32(content), len(content))
    return label + deflate.compress(content) + deflate.flush(zlib.Z_FULL_FLUSH)


def put_together(pieces: Iterable[bytes]) -> bytes:
    """Return the gzip file of these pieces; the same bytes each time. None is unpacked."""
    found, sum_of, length = [HEAD], 0, 0
    for piece in pieces:
        own, size = LABEL.unpack_from(piece)
        sum_of, length = joined(sum_of, own, size), length + size
        found.append(piece[LABEL.size :])
    # The length is counted modulo 2 ** 32.
    return b"".join((*found, END, LABEL.pack(sum_of, length % 2**32)))


# --- Sums put together -----------------------------------------------------------------------

# A CRC-32 is the rest of a text, taken as a polynomial over two elements, divided by this one.
# The highest power stands in the lowest bit; so the whole is worked out without the texts, as
# zlib's crc32_combine does, which Python does not pass on.
POLYNOMIAL = 0xEDB88320
ONE = 1 << 31


def joined(before: int, after: int, size: int) -> int:
    """Return the sum of two texts in a row, from the sum of each and the second one's bytes.

    >>> joined(zlib.crc32(b"one, "), zlib.crc32(b"two"), 3) == zlib.crc32(b"one, two")
    True
    """
    return times(shift(size), before) ^ after


@cache
def shift(size: int) -> int:
    """Return by what a text's sum is multiplied where so many bytes follow it."""
    found, power = ONE, ONE >> 8
    while size:
        if size & 1:
            found = times(found, power)
        size, power = size >> 1, times(power, power)
    return found


def times(one: int, other: int) -> int:
    """Return the product of two polynomials, as a rest."""
    product = 0
    while one:
        if one & ONE:
            product ^= other
        one = one << 1 & 0xFFFFFFFF
        other = other >> 1 ^ (POLYNOMIAL if other & 1 else 0)
    return product
