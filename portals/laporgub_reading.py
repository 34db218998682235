"""What LaporGub sends, by the names of its mapping."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from portals.laporgub_mapping import LaporgubMapping
from portals.protocol import Message, Misread, Person, Receipt, Report
from portals.reading import (
    Item,
    Puzzling,
    attachment_at,
    bears,
    needed,
    perhaps,
    rows,
    same,
    text,
    text_of_html,
    texts,
    title_of,
    whole,
)

SP4N = "sp4n"
"""The portal whose id a report may carry."""


def read_report(mapping: LaporgubMapping, item: object) -> Report | Misread:
    try:
        return _report(mapping, item)
    except Puzzling as puzzle:
        found = perhaps(item, mapping.report.id)
        return Misread(id=found, raw=whole(item), reason=puzzle.reason)


def told_before(mapping: LaporgubMapping, report: object, reference: str) -> Receipt | None:
    """Proof that the timeline has what we told under this reference. Raises Puzzling."""
    names = mapping.entry
    for entry in rows(report, mapping.report.timeline):
        if bears(text(entry, names.text) or "", reference) and not same(
            text(entry, names.author), mapping.words.reporter
        ):
            at = _moment(mapping, entry, names.at)
            return Receipt(id=text(entry, names.id) or reference, at=at)
    return None


def _report(mapping: LaporgubMapping, item: object) -> Report:
    names, words = mapping.report, mapping.words
    if not isinstance(item, Mapping):
        raise Puzzling(mapping.page.items, "bukan laporan")
    body = text_of_html(needed(item, names.body))
    if not body:
        raise Puzzling(names.body, "tidak ada atau kosong")
    filed_at, status = _moment(mapping, item, names.filed_at), text(item, names.status)
    other, name = text(item, names.same_as), text(item, names.reporter)
    timeline = rows(item, names.timeline)
    return Report(
        id=needed(item, names.id),
        title=title_of(body),
        body=body,
        category=text(item, names.category),
        address=text(item, names.address),
        anonymous=name is None or same(name, words.anonymous),
        secret=same(text(item, names.visibility), words.secret),
        reporter=_person(mapping, item),
        attachments=tuple(attachment_at(url) for url in texts(item, names.attachments)),
        filed_at=filed_at,
        changed_at=max(
            [filed_at, *(_moment(mapping, entry, mapping.entry.at) for entry in timeline)]
        ),
        status=status,
        closed=same(status, words.closed),
        same_as=(SP4N, other) if other else None,
        messages=tuple(_messages(mapping, item)),
    )


def _messages(mapping: LaporgubMapping, item: Item) -> Iterator[Message]:
    """What the reporter wrote, oldest first. Without an id of the portal's it is the first, second,
    … that they wrote: a timeline only grows."""
    names = mapping.entry
    theirs = [
        (_moment(mapping, entry, names.at), entry)
        for entry in rows(item, mapping.report.timeline)
        if same(text(entry, names.author), mapping.words.reporter)
    ]
    for n, (at, entry) in enumerate(sorted(theirs, key=lambda pair: pair[0]), start=1):
        yield Message(
            id=text(entry, names.id) or f"#{n}",
            by_reporter=True,
            text=text(entry, names.text) or "",
            at=at,
        )


def _person(mapping: LaporgubMapping, item: Item) -> Person | None:
    name = text(item, mapping.report.reporter)
    contact = text(item, mapping.report.contact)
    if name is None or same(name, mapping.words.anonymous):
        return None
    if contact and "@" in contact:
        return Person(name=name, email=contact)
    return Person(name=name, phone=contact)


def _moment(mapping: LaporgubMapping, item: object, path: str) -> datetime:
    """A local time, `24-11-2026 10:02 WIB`; in the portal's zone where it names none."""
    said = needed(item, path)
    bare, _, last = said.rpartition(" ")
    zone = mapping.zones.get(last)
    try:
        found = datetime.strptime(bare if zone else said, mapping.times.read)  # noqa: DTZ007
    except ValueError:
        raise Puzzling(path, "bukan waktu") from None
    return found.replace(tzinfo=ZoneInfo(zone or mapping.zone))
