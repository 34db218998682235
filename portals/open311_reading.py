"""What a city sends, in JSON or XML, by the names of its mapping."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from portals.http import Answer, words_at
from portals.open311_mapping import Open311Mapping
from portals.protocol import Attachment, Message, Misread, Report, Unreadable
from portals.reading import (
    Puzzling,
    attachment_at,
    dig,
    listed,
    moment,
    needed,
    perhaps,
    position,
    same,
    text,
    title_of,
    when,
    whole,
)

NOT_XML = (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError)
"""What bad XML raises: entities, which could be bombs, and unknown encodings too."""

Talk = Mapping[str, Sequence[Message]]
"""What reporters wrote, by their report's id, oldest first."""


def items_of(mapping: Open311Mapping, answer: Answer) -> Sequence[object]:
    """The items of a list, alike in both formats: XML's texts are texts."""
    if mapping.format == "json":
        return listed(answer.json(), "")
    try:
        return [_facts(item) for item in fromstring(answer.body)]
    except NOT_XML:
        raise answer.puzzling("bukan XML") from None


def words_in(mapping: Open311Mapping) -> Callable[[bytes], object]:
    """Finds the words in the standard's form of error: the first of a list."""
    in_json = words_at(mapping.error.message)

    def found(body: bytes) -> object:
        try:
            first = next(iter(fromstring(body)), None)
        except NOT_XML:
            return in_json(body)
        return None if first is None else dig(_facts(first), mapping.error.message)

    return found


def read_report(
    mapping: Open311Mapping, item: object, talk: Talk | None = None
) -> Report | Misread:
    try:
        return _report(mapping, item, talk or {})
    except Puzzling as puzzle:
        found = perhaps(item, mapping.report.id)
        return Misread(id=found, raw=whole(item), reason=puzzle.reason)


def reports_talk(mapping: Open311Mapping, updates: Sequence[object], otherwise: datetime) -> Talk:
    """`otherwise`: the time of an update whose own cannot be read. Raises Unreadable."""
    names = mapping.update
    talk: dict[str, list[Message]] = defaultdict(list)
    try:
        for item in updates:
            if same(perhaps(item, names.author), mapping.words.reporter):
                message = Message(
                    id=needed(item, names.id),
                    by_reporter=True,
                    text=perhaps(item, names.text) or "",
                    at=when(item, names.at, mapping.time_zone) or otherwise,
                    attachments=_media(item, names.media),
                )
                talk[needed(item, names.report)].append(message)
    except Puzzling as puzzle:
        raise Unreadable(puzzle.reason) from None
    return {report: sorted(told, key=lambda one: one.at) for report, told in talk.items()}


def _report(mapping: Open311Mapping, item: object, talk: Talk) -> Report:
    names, zone = mapping.report, mapping.time_zone
    if not isinstance(item, Mapping):
        raise Puzzling("request", "bukan laporan")
    filed_at, status = moment(item, names.filed_at, zone), text(item, names.status)
    if filed_at is None:
        raise Puzzling(names.filed_at, "tidak ada atau kosong")
    category = text(item, names.category)
    # The standard lets a description be left out: then the service says what it is about.
    body = text(item, names.body) or category
    if body is None:
        raise Puzzling(names.body, "tidak ada atau kosong")
    found = needed(item, names.id)
    lat, lng = position(item, names.lat, names.lng)
    return Report(
        id=found,
        title=title_of(body),
        body=body,
        category=category,
        address=text(item, names.address),
        lat=lat,
        lng=lng,
        anonymous=True,  # the standard names no reporter
        attachments=_media(item, names.media),
        filed_at=filed_at,
        changed_at=moment(item, names.changed_at, zone) or filed_at,
        status=status,
        closed=same(status, mapping.words.closed),
        messages=tuple(talk.get(found, ())),
    )


def _media(item: object, path: str) -> tuple[Attachment, ...]:
    """One address, or a list of them."""
    value = dig(item, path)
    urls = value if isinstance(value, list) else [text(item, path)]
    return tuple(attachment_at(url) for url in urls if url and isinstance(url, str))


def _facts(element: Element) -> object:
    """An element as JSON would have it: its text, or its children by their names."""
    if not len(element):
        return element.text
    return {child.tag: _facts(child) for child in element}
