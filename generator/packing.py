"""A gzip file packed piece by piece: a piece that did not change is not made and packed again.

The pieces are one stream to whoever reads the file, with one head and one sum (RFC 1952); each
begins with nothing from before it in sight, and ends with a byte (RFC 1951, an empty block).
"""

import struct
import zlib
from collections.abc import Iterable

LEVEL = 6
HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""Packed by deflate, no name, no time, no system."""
END = b"\x03\0"
"""The last block, which is empty."""
TAIL = struct.Struct("<II")
"""The sum of what a file holds, and how many bytes that is, modulo 2 ** 32."""


def packed(content: bytes) -> bytes:
    """Return a piece: deflated, and ended so that another may follow."""
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(content) + deflate.flush(zlib.Z_FULL_FLUSH)


def end_of(pieces: Iterable[bytes | memoryview]) -> bytes:
    """Return what ends the gzip file that begins with HEAD and holds these pieces."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    sum_of = length = 0
    for piece in pieces:
        content = inflate.decompress(piece)
        sum_of, length = zlib.crc32(content, sum_of), length + len(content)
    return END + TAIL.pack(sum_of, length % 2**32)
