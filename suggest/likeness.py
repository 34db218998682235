"""How alike two complaints are, and why: time, place, text, and whether the same person filed both.

Words that many of the compared complaints share count little: where everybody writes of roads,
"jalan" says nothing. A light stemming lets "diperbaiki" and "perbaikan" be one word.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from suggest import text as read

WORD = re.compile(r"[^\W\d_]{3,}|\d{2,}")
_EMPTY = """
yang dan di ke dari untuk dengan ini itu ada tidak sudah belum akan juga pada karena oleh atau
kami saya kita mohon tolong agar supaya bisa dapat sangat lagi saja para bapak ibu pak bupati
terima kasih segera sekitar adalah tersebut seperti lebih banyak masih depan dalam luar
atas bawah belakang kemarin
"""
EMPTY = frozenset(_EMPTY.split())
"""Words that say nothing of what a complaint is about."""

NEAR, FAR = 50.0, 2_000.0
"""Metres: as good as the same place, and another place."""
SOON = 14.0
"""Days after which two complaints have about a third of the weight of the same day."""
LIKELY = 0.35
"""The score from which on somebody should look."""
TEXT_ALONE = 0.5
"""Texts so alike stand for themselves."""
MOST = 5
SAID = 4
"""Words in common that are named."""


@dataclass(frozen=True)
class Told:
    """What is compared of a complaint."""

    text: str
    received_at: datetime
    kecamatan: str | None = None
    village_code: str | None = None
    lat: float | None = None
    lng: float | None = None


@dataclass(frozen=True)
class Likeness:
    score: float
    text: float
    """0 to 1."""
    common: tuple[str, ...]
    """The words in common that say most, as the first of the two spells them."""
    days: int
    distance_m: float | None
    same_village: bool
    same_kecamatan: bool
    same_reporter: bool


def stem(word: str) -> str:
    """As when learning, but a number stays the one it is: of a house, or of a street."""
    return word if word.isdecimal() else read.stem(word)


def stems(text: str) -> Counter[str]:
    return Counter(stem(word) for word in WORD.findall(text.casefold()) if word not in EMPTY)


def marked(text: str, other: str) -> list[tuple[str, bool]]:
    """`text` in pieces, those marked that are words of `other` too."""
    shared = stems(other).keys()
    pieces: list[tuple[str, bool]] = []
    end = 0
    for found in WORD.finditer(text):
        word = found[0].casefold()
        if word not in EMPTY and stem(word) in shared:
            pieces += [(text[end : found.start()], False), (found[0], True)]
            end = found.end()
    return [(piece, is_shared) for piece, is_shared in [*pieces, (text[end:], False)] if piece]


def distance(one: Told, other: Told) -> float | None:
    """Metres between two places; None unless both have coordinates."""
    if one.lat is None or one.lng is None or other.lat is None or other.lng is None:
        return None
    y = math.radians(other.lat - one.lat)
    x = math.radians(other.lng - one.lng) * math.cos(math.radians((one.lat + other.lat) / 2))
    return 6_371_000 * math.hypot(x, y)


def likenesses(
    one: Told, others: Sequence[Told], same_reporter: Sequence[bool]
) -> list[Likeness | None]:
    """How alike each of `others` is to `one`; None for what nobody need look at."""
    words = [stems(other.text) for other in others]
    mine = stems(one.text)
    weights = _weights([mine, *words])
    return [
        _likeness(one, other, mine, theirs, weights, same)
        for other, theirs, same in zip(others, words, same_reporter, strict=True)
    ]


def _weights(texts: Sequence[Iterable[str]]) -> Mapping[str, float]:
    seen = Counter(word for text in texts for word in set(text))
    return {word: 1 + math.log((1 + len(texts)) / (1 + n)) for word, n in seen.items()}


def _likeness(
    one: Told,
    other: Told,
    mine: Counter[str],
    theirs: Counter[str],
    weights: Mapping[str, float],
    same_reporter: bool,
) -> Likeness | None:
    shared = sorted(mine.keys() & theirs.keys(), key=lambda word: (-weights[word], word))
    most = _norm(mine, weights) * _norm(theirs, weights)
    text = sum(weights[word] ** 2 for word in shared) / most if most else 0.0
    days = abs((one.received_at - other.received_at).total_seconds()) / 86_400
    metres = distance(one, other)
    village = one.village_code is not None and one.village_code == other.village_code
    kecamatan = one.kecamatan is not None and one.kecamatan == other.kecamatan
    place = _place(metres, village, kecamatan)
    score = 0.6 * text + 0.25 * place + 0.15 * math.exp(-days / SOON) + 0.2 * same_reporter
    # Place and time alone make no duplicate: the words must have something in common.
    needed = 0.1 if same_reporter or (metres is not None and metres <= NEAR) else 0.2
    if text < needed or (score < LIKELY and text < TEXT_ALONE):
        return None
    return Likeness(
        score=score,
        text=text,
        common=_spelt(one.text, shared[:SAID]),
        days=round(days),
        distance_m=metres,
        same_village=village,
        same_kecamatan=kecamatan,
        same_reporter=same_reporter,
    )


def _spelt(text: str, wanted: Sequence[str]) -> tuple[str, ...]:
    """The words of `text` behind these stems."""
    spelt: dict[str, str] = {}
    for word in WORD.findall(text.casefold()):
        spelt.setdefault(stem(word), word)
    return tuple(spelt[one] for one in wanted)


def _norm(words: Iterable[str], weights: Mapping[str, float]) -> float:
    return math.sqrt(sum(weights[word] ** 2 for word in words))


def _place(metres: float | None, village: bool, kecamatan: bool) -> float:
    """0 to 1: how surely it is the same place."""
    if metres is not None:
        return max(0.0, min(1.0, 1 - (metres - NEAR) / (FAR - NEAR)))
    return 0.7 if village else 0.3 if kecamatan else 0.0
