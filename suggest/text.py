"""What is read out of a text: words, parts of words, and pairs of words near each other.

Learning and predicting read the same way. Numbers are no matter which, addresses of the web are
left out, and a light stemming makes "diperbaiki" and "perbaikan" one word.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

WORD = re.compile(r"[^\W\d_]{2,}|\d+")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
BEFORE = re.compile(r"^(?:me(?:ng|ny|n|m)?|di|ber|ter|pe(?:ng|ny|n|m|r)?|se)(?=\w{4})")
AFTER = re.compile(r"(?<=\w{4})(?:kan|an|nya|lah|kah|i)$")
NUMBER = "number"
PLACE = "ǂ"
"""Begins the word that stands for a place; a letter that no language here uses."""
LONGEST = 30
"""Characters of a word: what is longer is no word."""
MOST_WORDS = 1_000
PARTS = range(2, 6)
"""Lengths of the parts of words."""
APART = 3
"""How far apart the words of a pair may be."""


class Block(StrEnum):
    """The kinds of what is read, each weighed by itself."""

    PARTS = "parts"
    WORDS = "words"
    PAIRS = "pairs"


Term = tuple[str, tuple[int, ...]]
"""What was read, and the numbers of the words it was read out of."""


def words(text: str) -> list[str]:
    """The words of a text as they are spelt, in lower case."""
    found = WORD.findall(ADDRESS.sub(" ", text).casefold())
    return [word[:LONGEST] for word in found[:MOST_WORDS]]


def with_place(text: str, village_code: str | None) -> str:
    """A text that also tells where: its kecamatan and its village, as words of their own."""
    if village_code is None:
        return text
    digits = "".join(filter(str.isdecimal, village_code))
    letters = digits.translate(_LETTERS)
    return f"{PLACE}{letters[:OF_KECAMATAN]} {PLACE}{letters} {text}"


_LETTERS = str.maketrans("0123456789", "abcdefghij")
OF_KECAMATAN = 6
"""Digits of a village's code that name its kecamatan."""


def stem(word: str) -> str:
    """The word without what Indonesian puts before and after it, roughly."""
    if word.startswith(PLACE):
        return word
    return NUMBER if word.isdecimal() else AFTER.sub("", BEFORE.sub("", word))


def read(block: Block, spelt: Sequence[str]) -> Iterator[Term]:
    """All terms of that kind in a text of these words, repeated ones too."""
    match block:
        case Block.PARTS:
            for number, word in enumerate(spelt):
                if word.startswith(PLACE):
                    continue
                padded = f" {NUMBER if word.isdecimal() else word} "
                for length in PARTS:
                    for start in range(len(padded) - length + 1):
                        yield padded[start : start + length], (number,)
        case Block.WORDS:
            for number, word in enumerate(spelt):
                yield stem(word), (number,)
        case Block.PAIRS:
            stems = [stem(word) for word in spelt]
            for first, one in enumerate(stems):
                for second in range(first + 1, min(first + 1 + APART, len(stems))):
                    other = stems[second]
                    pair = f"{one} {other}" if one < other else f"{other} {one}"
                    yield pair, (first, second)
