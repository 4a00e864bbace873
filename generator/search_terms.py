"""Words for searching: what a text is cut into, and the terms that Lunr makes of them.

Lunr's own trimmers differ: in JavaScript `Électricité` is cut, Greek and Chinese vanish. The
trimmer here has a twin, `overrides/assets/javascripts/search/words.js`; a test holds the two
together, letter by letter.
"""

import re
import unicodedata
from collections.abc import Iterator

from lunr.pipeline import Pipeline
from lunr.stemmer import PorterStemmer
from lunr.stop_word_filter import stop_word_filter
from lunr.token import Token

LONGEST_WORD = 40
"""Characters of a word that count: the stemmer's time grows with the square of them."""

_FOLDS = str.maketrans(
    {
        "ß": "ss",
        "ς": "σ",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ŧ": "t",
    }
)
"""Letters that Unicode does not take apart."""

_ACCENTS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile("[0-9]+(?:\\.[0-9]+)+[a-z0-9\x80-\U0010ffff]*|[a-z0-9\x80-\U0010ffff]+")
_IDEOGRAPHS = re.compile(
    "([\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+)"
)


class _Visible(dict[int, int]):
    """By code point: itself where it belongs to a word or is ASCII, else a blank."""

    def __missing__(self, code: int) -> int:
        is_word = code < 0x80 or unicodedata.category(chr(code))[0] in "LNM"  # noqa: PLR2004  # ASCII
        self[code] = code if is_word else 0x20
        return self[code]


_VISIBLE = _Visible()


def fold(text: str) -> str:
    """Return a text without case, accents and compatibility forms.

    >>> fold("Schrödinger, ÉLECTRICITÉ, ﬁne")
    'schrodinger, electricite, fine'
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = _ACCENTS.sub("", unicodedata.normalize("NFD", folded))
    return unicodedata.normalize("NFC", folded).translate(_FOLDS)


def words(text: str) -> list[str]:
    """Return a text's folded words, in order: runs of letters, digits and their marks.

    Numbers keep their points. Ideographs and kana, which know no blanks, come in pairs.

    >>> words("GPT-3.5's β/γ: 深度学习")
    ['gpt', '3.5', 's', 'β', 'γ', '深度', '度学', '学习']
    """
    folded = fold(text)
    if folded.isascii():
        return [word[:LONGEST_WORD] for word in _WORD.findall(folded)]
    found = _WORD.findall(folded.translate(_VISIBLE))
    return [part[:LONGEST_WORD] for word in found for part in _parts(word)]


def _parts(word: str) -> Iterator[str]:
    """Yield a word's parts: pairs of ideographs, and what stands between them whole."""
    if word.isascii():
        yield word
        return
    for index, part in enumerate(_IDEOGRAPHS.split(word)):
        if index % 2 and len(part) > 1:
            yield from (part[at : at + 2] for at in range(len(part) - 1))
        elif part:
            yield part


class _Stemmer(PorterStemmer):  # type: ignore[misc]  # lunr has no types
    """lunr.py's stemmer, made to agree with that of lunr.js, which readers' queries go through."""

    b: str
    k: int

    def step1ab(self) -> None:
        """Take plurals, -ed and -ing off; lunr.js wants a letter before -eed, -ies, -sses."""
        exact = {"ies": "ie", "sses": "sse", "eed": "e", "eeds": "e"}.get(self.b)
        if exact is None:
            super().step1ab()
        else:
            self.b, self.k = exact, len(exact) - 1

    def doublec(self, at: int) -> bool:
        """Return whether a consonant stands here twice; in lunr.js a y is none."""
        return bool(self.b[at] != "y" and super().doublec(at))

    def step1c(self) -> None:
        """Turn a final y into i behind a consonant that is not the first letter."""
        if self.k > 1 and self.b[self.k] == "y" and self.b[self.k - 1] not in "aeiou":
            self.b = f"{self.b[: self.k]}i{self.b[self.k + 1 :]}"


def _trimmer(token: Token, i: int = 0, tokens: object = None) -> list[Token]:
    """Return a token's words, each as a token."""
    del i, tokens
    return [token.clone(lambda _text, _metadata, word=word: word) for word in words(str(token))]


def _stemmer(token: Token, i: int = 0, tokens: object = None) -> Token:
    """Return a token's stem."""
    del i, tokens
    return token.update(_STEMMER.stem)


_STEMMER = _Stemmer()
Pipeline.register_function(_trimmer, "daybookTrimmer")
Pipeline.register_function(_stemmer, "daybookStemmer")


_AFTER_TRIMMER = Pipeline()
_AFTER_TRIMMER.add(stop_word_filter, _stemmer)


def pipeline() -> Pipeline:
    """Return Lunr's pipeline for documents with the trimmer of ours."""
    made = Pipeline()
    made.add(_trimmer, stop_word_filter, _stemmer)
    return made


class Terms(dict[str, str]):
    """By folded word: its term, empty for a stop word.

    Each distinct word goes through Lunr's pipeline once, behind the trimmer.
    """

    def __missing__(self, word: str) -> str:
        term = self[word] = "".join(_AFTER_TRIMMER.run_string(word))
        return term
