"""Packed files and their pieces: any pieces make one gzip file, and a known one is kept."""

import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st

from generator.packing import packed, put_together
from generator.pieces import Pieces


@given(st.lists(st.binary(max_size=500), max_size=6))
def test_pieces_are_one_file(contents: list[bytes]) -> None:
    """What is read is what went in; to the last byte, the file is one member, as browsers want."""
    whole = put_together(map(packed, contents))
    assert gzip.decompress(whole) == b"".join(contents)
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert reader.decompress(whole) == b"".join(contents)
    assert reader.eof
    assert reader.unused_data == b""


def test_a_known_piece_is_not_made_again() -> None:
    """What an earlier build kept is taken; all else is made and kept."""
    kept: dict[str, bytes] = {}
    made: list[str] = []

    def make() -> bytes:
        made.append("once")
        return b"words"

    for _ in range(2):
        assert Pieces(known=kept, keep=kept.__setitem__).piece("name", make) == b"words"
    assert made == ["once"]
    assert kept == {"name": b"words"}


def test_of_a_row_of_texts_the_new_ones_are_made() -> None:
    """A text goes by its key, wherever it stands in the row, and an empty one is known, too."""
    kept: dict[str, bytes] = {}
    made: list[str] = []

    def row(texts: str) -> list[str]:
        def make(at: int) -> str:
            made.append(texts[at])
            return texts[at].strip(".")

        keys = [text.encode() for text in texts]
        return Pieces(known=kept, keep=kept.__setitem__).texts("row", keys, make)

    assert row("ab.") == ["a", "b", ""]
    assert row("c.b") == ["c", "", "b"]
    assert made == ["a", "b", ".", "c"]
    assert row("a") == ["a"]
    assert made[4:] == ["a"]
