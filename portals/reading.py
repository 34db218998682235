"""Reads what a portal sent, by the names its mapping gives: plain values, or what is wrong.

A path leads inwards by dots (`lokasi.lat`); an empty one is a field the portal lacks.
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import nh3

from portals.protocol import Attachment, Unreadable

TITLE, SHORTEST = 100, 12
"""Letters of a title made from the text, at most and at least."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PARAGRAPHS = re.compile(r"</(p|h[1-6]|blockquote|ul|ol|table)\b[^<>]*>", re.IGNORECASE)
_LINES = re.compile(r"<(br|/div|/li|/tr)\b[^<>]*>", re.IGNORECASE)
_ENDS = re.compile(r"(?<=[.!?])\s")
_SPACES = re.compile(r"[ \t\xa0]+")
_NEWLINES = re.compile(r"\n{3,}")

Item = Mapping[str, Any]


class Puzzling(Exception):
    """A field that cannot be understood, in words for who mends the mapping: never its value."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field)
        self.reason = f"{field}: {problem}"


def dig(item: object, path: str) -> object:
    """What lies at a path; None where anything on the way is missing."""
    if not path:
        return None
    for step in path.split("."):
        if not isinstance(item, Mapping):
            return None
        item = item.get(step)
    return item


def plain(text: str) -> str:
    """Without what no database keeps and no page shows."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def text_of_html(html: str) -> str:
    """The text of it, its paragraphs and line breaks as such. Tags, scripts and styles are gone."""
    broken = _LINES.sub(r"\g<0>\n", _PARAGRAPHS.sub(r"\g<0>\n\n", html))
    bare = unescape(nh3.clean(broken, tags=set(), clean_content_tags={"script", "style"}))
    lines = (_SPACES.sub(" ", line).strip() for line in plain(bare).split("\n"))
    return _NEWLINES.sub("\n\n", "\n".join(lines)).strip()


def title_of(text: str) -> str:
    """A title for a report that has none: its first sentence, cut between words. An abbreviation
    at its beginning (`Jl. `) ends none."""
    first = text.partition("\n")[0]
    ends = (end.start() for end in _ENDS.finditer(first) if end.start() >= SHORTEST)
    first = first[: next(ends, len(first))].rstrip(" .")
    if len(first) <= TITLE:
        return first
    return f"{first[:TITLE].rsplit(' ', 1)[0]}…"


def text(item: object, path: str) -> str | None:
    """Text, or a number as text; None where there is none or it is empty."""
    value = dig(item, path)
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise Puzzling(path, "bukan teks")
    return plain(value) or None


def needed(item: object, path: str) -> str:
    value = text(item, path)
    if value is None:
        raise Puzzling(path, "tidak ada atau kosong")
    return value


def number(item: object, path: str, least: float, most: float) -> float | None:
    """A number between the two; None where there is none, or a text that is empty."""
    value = dig(item, path)
    if value is None or value == "":
        return None
    found = None
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        with suppress(ValueError, OverflowError):
            found = float(value)
    if found is None or not least <= found <= most:
        raise Puzzling(path, "bukan angka yang mungkin")
    return found


def position(item: object, lat: str, lng: str) -> tuple[float | None, float | None]:
    """Latitude and longitude in degrees, both or neither."""
    at = number(item, lat, -90, 90), number(item, lng, -180, 180)
    return at if None not in at else (None, None)


def flag(item: object, path: str) -> bool:
    value = dig(item, path)
    if value is None or isinstance(value, bool):
        return bool(value)
    if value in (0, 1, "0", "1", "true", "false"):
        return value in (1, "1", "true")
    raise Puzzling(path, "bukan ya atau tidak")


def moment(item: object, path: str, zone: ZoneInfo) -> datetime | None:
    """A time as ISO 8601, in `zone` where it names none."""
    value = text(item, path)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
        found = found if found.tzinfo else found.replace(tzinfo=zone)
        found.astimezone(UTC)  # what no clock shows is found out here
    except (ValueError, OverflowError):
        raise Puzzling(path, "bukan waktu") from None
    return found


def day(item: object, path: str) -> date | None:
    """A date, from a date or a time as ISO 8601."""
    value = text(item, path)
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        raise Puzzling(path, "bukan tanggal") from None


def rows(item: object, path: str) -> Sequence[Item]:
    """A list of objects; empty where there is none."""
    value = dig(item, path)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise Puzzling(path, "bukan daftar")
    return value


def texts(item: object, path: str) -> Sequence[str]:
    """A list of texts; empty where there is none."""
    value = dig(item, path)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Puzzling(path, "bukan daftar")
    return [one for one in value if one]


def listed(answer: object, path: str) -> Sequence[object]:
    """The items of a page, whatever each is. Raises Unreadable: there is no list."""
    value = dig(answer, path) if path else answer
    if not isinstance(value, list):
        raise Unreadable(f"{path or 'jawaban'}: bukan daftar")
    return value


def same(word: str | None, words: Sequence[str]) -> bool:
    """Whether it is one of them, however it is cased."""
    return word is not None and word.casefold() in {one.casefold() for one in words}


def marked(text: str, reference: str) -> str:
    """A text that can be found again by its reference, where a portal has no key to know it by."""
    return f"{text}\n\n[{reference}]"


def bears(text: str, reference: str) -> bool:
    return f"[{reference}]" in text


def perhaps(item: object, path: str) -> str | None:
    """Text where it can be read, None where it cannot: for what is worth no complaint."""
    try:
        return text(item, path)
    except Puzzling:
        return None


def when(item: object, path: str, zone: ZoneInfo) -> datetime | None:
    """The same for a time."""
    try:
        return moment(item, path, zone)
    except Puzzling:
        return None


def whole(item: object) -> bytes:
    """An item as it came, to be kept and read again."""
    return json.dumps(item, ensure_ascii=False).encode("utf-8", "surrogatepass")


def kept(raw: bytes) -> object:
    """What `whole` made; None where it is something else."""
    try:
        return json.loads(raw.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None


def attachment_at(url: str) -> Attachment:
    """One of which only the address is known, called as that ends."""
    try:
        name = plain(unquote(urlsplit(url).path).rsplit("/", 1)[-1])
    except ValueError:
        name = ""
    return Attachment(url=url, name=name or "lampiran")
