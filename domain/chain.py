"""The hash chain of a case's events, computed by the workflow; docs/record.md gives its input."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from domain.base import Value
from domain.events import Event, parse_event

GENESIS = "0" * 64
"""The `prev` of a case's first event."""


class Recorded(Value):
    """An event as the record keeps it and the API shows it."""

    seq: int
    type: str
    at: str
    """UTC with microseconds: `2026-03-17T02:00:00.000000Z`."""
    actor: str
    data: dict[str, Any]
    prev: str
    hash: str

    def event(self) -> Event:
        return parse_event({"type": self.type, "at": self.at, "actor": self.actor, **self.data})


def canonical(value: object) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def link_hash(complaint: UUID, fields: Mapping[str, Any]) -> str:
    """SHA-256 over the complaint's id and an event's seq, type, at, actor, data and prev."""
    named = {name: fields[name] for name in ("seq", "type", "at", "actor", "data", "prev")}
    return sha256(canonical({"complaint": str(complaint), **named})).hexdigest()


def seal(complaint: UUID, seq: int, head: str, events: Iterable[Event]) -> tuple[Recorded, ...]:
    """The events that follow number `seq` with hash `head`, chained and ready to append."""
    sealed = []
    for event in events:
        seq += 1
        fields: dict[str, Any] = {
            "seq": seq,
            "type": event.type,
            "at": stamp(event.at),
            "actor": event.actor,
            "data": event.model_dump(
                mode="json", exclude={"type", "at", "actor"}, exclude_none=True
            ),
            "prev": head,
        }
        head = link_hash(complaint, fields)
        sealed.append(Recorded(**fields, hash=head))
    return tuple(sealed)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def text_digest(salt: bytes, texts: Mapping[str, str], files: Iterable[str] = ()) -> str:
    """The digest that stands for typed text in an event; the salt is kept beside the text.

    `files` are the SHA-256 of the files that came with it, in any order.
    """
    covered: dict[str, object] = dict(texts)
    if hashes := sorted(files):
        covered["files"] = hashes
    return sha256(salt + canonical(covered)).hexdigest()
