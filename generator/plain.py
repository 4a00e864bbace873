"""Plain values (text, bytes, numbers, None, rows of these) as bytes, and a short key of them."""

import hashlib
import marshal

Key = bytes
"""Of what something is made from: the same key, the same thing."""

LENGTH = 16
"""Bytes of a key: enough that no two things of an archive ever share one."""


def digest(content: bytes | memoryview) -> Key:
    """Return the key of some bytes."""
    # Today's processors have instructions for SHA-2: of a page it takes half of BLAKE2's time.
    return hashlib.sha256(content).digest()[:LENGTH]


def key_of(plain: object) -> Key:
    """Return the key of plain values: of their bytes, which say the kind and length of each.

    Raises ValueError where a value is not plain.
    """
    return digest(dumped(plain))


def dumped(plain: object) -> bytes:
    """Return plain values as bytes. Raises ValueError where a value is not plain."""
    # The second format knows no references: equal values have equal bytes.
    return marshal.dumps(plain, 2)  # type: ignore[arg-type]  # or it says so
