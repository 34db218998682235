"""What the reporter writes in the portal, brought into the case: once, in order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.cases import Load, Workflows
from activities.reports import named
from domain.actions import ReporterReply
from domain.actors import REPORTER
from portals.protocol import Message
from record.entries import erase_entry, store_entry
from record.identity import Keyring
from record.portals.origins import Dealt, Origin, add_attachments, note_dealt
from record.portals.quarantine import Kind, keep

NOTHING_BUT_FILES = "(lampiran)"


@dataclass(frozen=True)
class Talk:
    engine: AsyncEngine
    workflows: Workflows
    load: Load
    secret: bytes
    keyring: Keyring

    async def bring(self, origin: Origin, messages: Sequence[Message]) -> bool:
        """Those after the last that was brought; whether there were files with them. What its
        case cannot take is kept in the quarantine. Safe to repeat. Raises EngineAway."""
        files, new = False, _after(origin.last_message, messages)
        for message in new:
            if message.by_reporter:
                if why := await self.tell(origin, message):
                    await self._keep(origin, message, why)
                now = datetime.now(UTC)
                await add_attachments(self.engine, origin.id, named(message.attachments), now)
                files = files or bool(message.attachments)
            if message.by_reporter or message is new[-1]:
                await note_dealt(self.engine, [Dealt(origin=origin.id, last_message=message.id)])
        return files

    async def tell(self, origin: Origin, message: Message) -> str | None:
        """The case's reason where it cannot take it. Raises EngineAway."""
        text = message.text.strip() or NOTHING_BUT_FILES
        entry = await store_entry(
            self.engine, origin.complaint_id, REPORTER.id, {"text": text}, datetime.now(UTC)
        )
        why = await self.workflows.ask(
            origin.complaint_id,
            ReporterReply(entry=entry),
            request_of(origin, message),
            self.load,
            REPORTER,
        )
        if why:
            await erase_entry(self.engine, entry.id)
        return why

    async def _keep(self, origin: Origin, message: Message, why: str) -> None:
        await keep(
            self.engine,
            origin.portal,
            Kind.MESSAGE,
            origin.external_id,
            raw_of(message),
            why,
            datetime.now(UTC),
            same=f"{origin.external_id}/{message.id}",
            secret=self.secret,
            keyring=self.keyring,
        )


def request_of(origin: Origin, message: Message) -> str:
    """By which the case knows a repetition."""
    named_by = f"{origin.portal}/{origin.external_id}/{message.id}"
    return f"message-{sha256(named_by.encode()).hexdigest()[:32]}"


def raw_of(message: Message) -> bytes:
    """A message as the quarantine keeps it."""
    kept = {"id": message.id, "text": message.text, "at": message.at.isoformat()}
    return json.dumps(kept).encode()


def message_of(raw: bytes) -> Message:
    kept = json.loads(raw)
    return Message(
        id=kept["id"],
        by_reporter=True,
        text=kept["text"],
        at=datetime.fromisoformat(kept["at"]),
    )


def _after(last: str | None, messages: Sequence[Message]) -> Sequence[Message]:
    """All of them where the last one is not among them, as a portal that was asked for those
    after it answers."""
    ids = [message.id for message in messages]
    return messages[ids.index(last) + 1 :] if last in ids else messages
