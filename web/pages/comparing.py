"""Two complaints side by side: enough to judge whether they tell of the same thing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from record.cases import CaseFile
from record.files.rows import FileRow
from suggest.likeness import Told, distance, marked
from web.house import Directory
from web.pages.language import _
from web.pages.suggesting import distance_words, place_words
from web.pages.tags import Tag, stage_tag

WIDTH, HEIGHT = 320, 200
"""Units of the map's drawing."""
MARGIN = 56
STEPS = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
"""Lengths of the scale, in metres."""

Pieces = Sequence[tuple[str, bool]]
"""A text in pieces, those marked that are words of the other text too."""


@dataclass(frozen=True)
class Side:
    """One of the two."""

    ticket: str
    url: str
    title: Pieces
    body: Pieces
    place: str
    occurred_on: date | None
    received_at: datetime
    channel: str
    tag: Tag
    files: Sequence[FileRow]


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Map:
    """Both places to one scale, north above."""

    one: Point
    other: Point
    distance: str
    scale: str
    scale_width: float


def side(
    file: CaseFile, other: CaseFile, units: Directory, files: Sequence[FileRow], channel: str
) -> Side:
    theirs = f"{other.title or ''} {other.body or ''}"
    gone = [(_("Teks laporan ini sudah dihapus"), False)]
    return Side(
        ticket=file.ticket,
        url=f"/aduan/{file.ticket}",
        title=marked(file.title or "", theirs) or gone,
        body=marked(file.body or "", theirs),
        place=place_words(file, units),
        occurred_on=file.occurred_on,
        received_at=file.received_at,
        channel=channel,
        tag=stage_tag(file.stage),
        files=files,
    )


def map_of(one: CaseFile, other: CaseFile) -> Map | None:
    """Where both are; None unless both have coordinates."""
    metres = distance(_told(one), _told(other))
    if metres is None or one.lat is None or one.lng is None:
        return None
    assert other.lat is not None
    assert other.lng is not None
    north = math.radians(other.lat - one.lat) * 6_371_000
    east = math.radians(other.lng - one.lng) * 6_371_000 * math.cos(math.radians(one.lat))
    # Metres to a unit: both fit, and places that are all but one do not fill the map.
    unit = max(
        abs(east) / (WIDTH - 2 * MARGIN), abs(north) / (HEIGHT - 2 * MARGIN), STEPS[0] / MARGIN
    )
    middle = Point(WIDTH / 2, HEIGHT / 2)
    away = Point(east / unit / 2, north / unit / 2)
    longest = [step for step in STEPS if step / unit <= WIDTH / 3]
    step = longest[-1] if longest else STEPS[0]
    return Map(
        one=Point(round(middle.x - away.x, 1), round(middle.y + away.y, 1)),
        other=Point(round(middle.x + away.x, 1), round(middle.y - away.y, 1)),
        distance=distance_words(metres),
        scale=distance_words(step),
        scale_width=round(step / unit, 1),
    )


def _told(file: CaseFile) -> Told:
    return Told("", file.received_at, lat=file.lat, lng=file.lng)
