"""Packed files and their pieces: any pieces make one gzip file, and a known one is kept."""

import gzip
import zlib
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from generator.packing import HEAD, end_of, packed
from generator.pieces import Pieces


@given(st.lists(st.binary(max_size=500), max_size=6))
def test_pieces_are_one_file(contents: list[bytes]) -> None:
    """What is read is what went in; to the last byte, the file is one member, as browsers want."""
    pieces = list(map(packed, contents))
    whole = b"".join((HEAD, *pieces, end_of(pieces)))
    assert gzip.decompress(whole) == b"".join(contents)
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert reader.decompress(whole) == b"".join(contents)
    assert reader.eof
    assert reader.unused_data == b""


@dataclass
class Builds:
    """A file built again and again: a row of letters, each a piece that is made from itself."""

    left: bytes = b""
    known: dict[str, bytes] = field(default_factory=dict)
    made: str = ""
    """The pieces that were made, in order."""

    def build(self, letters: str, of: bytes = b"us", *, between: bytes = b", ") -> bytes:
        """Build it, and leave it to the next build."""

        def make(at: int) -> bytes:
            self.made += letters[at]
            return b"" if letters[at] == "." else letters[at].encode() * 3

        pieces = Pieces(self.known, self.known.__setitem__, lambda _path: self.left)
        row = pieces.row("letters", of, [letter.encode() for letter in letters], make)
        self.left = row.file(row.pieces(), head=b"[", between=between, end=b"]")
        return self.left


def test_of_a_row_the_new_pieces_are_made() -> None:
    """A piece goes by its key, wherever it stands, as often as it stands there; an empty one, too.

    Also where the head, or what stands between pieces, is another one now.
    """
    letters = Builds()
    assert letters.build("ab.") == b"[aaa, bbb, ]"
    assert letters.build("c.b.", between=b"; ") == b"[ccc; ; bbb; ]"
    assert letters.made == "ab.c"
    assert letters.build("b") == b"[bbb]"
    assert letters.build("") == b"[]"
    assert letters.made == "ab.c"
    assert letters.build("ab") == b"[aaa, bbb]"
    assert letters.made == "ab.cab"


@given(st.lists(st.text("abcd.", max_size=9), max_size=5))
def test_a_row_is_what_it_would_be_anew(rows: list[str]) -> None:
    """Whatever stood in it before."""
    letters = Builds()
    for row in rows:
        assert letters.build(row) == Builds().build(row)


def test_what_somebody_else_wrote_is_not_cut() -> None:
    """A file that is not as it was left, or is gone, gives no pieces; nor do others' pieces."""
    letters = Builds()
    letters.build("ab")
    letters.left = letters.left.replace(b"b", b"x")
    assert letters.build("ab") == b"[aaa, bbb]"
    letters.left = b""
    assert letters.build("ab") == b"[aaa, bbb]"
    assert letters.build("ab", of=b"others") == b"[aaa, bbb]"
    assert letters.made == "ab" * 4
