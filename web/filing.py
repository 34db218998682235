"""Filing: stored in one transaction and acknowledged; started at once, or by the sweeper."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

import structlog
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)
from pydantic.config import JsonDict
from sqlalchemy.exc import SQLAlchemyError

from domain.actors import REPORTER, Actor
from domain.calendar import local_date
from domain.chain import Recorded
from domain.policy import Rules
from domain.projection import Projection
from domain.terms import Channel
from record.engine import storable
from record.entries import SALT_BYTES
from record.errors import FileGoneError, KeyReusedError
from record.events import mark_started
from record.files.rows import uploaded_files
from record.filing import Filed, Filing, file, first_event
from record.identity import Reporter
from record.ids import uuid7
from record.phones import international
from web.acting import FILE_GONE
from web.house import House
from web.metrics import ENGINE_AWAY, FILINGS
from web.problems import Problem, field_problem
from workflows.client import EngineAway, start_case
from workflows.messages import CaseStart

log = structlog.get_logger("filing")


def line(most: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=most)


Storable = BeforeValidator(lambda typed: storable(typed) if isinstance(typed, str) else typed)
"""Typed text as PostgreSQL can hold it, before anything else is asked of it."""


def dialled(typed: str | None) -> str | None:
    """A phone number in international form, `+62812…`; None for none. Raises ValueError."""
    if not typed:
        return None
    number = international(typed)
    if number is None:
        raise ValueError("Tulis nomor telepon seperti 0812 3456 7890.")
    return number


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Location(_Sent):
    kecamatan_code: str | None = Field(None, pattern=r"^33\.03\.\d{2}$")
    """For whoever does not know the village, which says it otherwise."""
    village_code: str | None = Field(None, pattern=r"^33\.03\.\d{2}\.\d{4}$")
    address: Annotated[str, line(300), Storable] | None = None
    lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    lng: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)


class SentReporter(_Sent):
    name: Annotated[str, line(120), Storable]
    phone: str | None = Field(None, max_length=30)
    email: str | None = Field(None, max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")

    @field_validator("phone")
    @classmethod
    def _dialled(cls, value: str | None) -> str | None:
        return dialled(value)


EXAMPLE: JsonDict = {
    "title": "Jalan berlubang di depan pasar",
    "body": "Lubangnya dalam, sudah dua orang jatuh dari motor.",
    "occurred_on": "2026-11-20",
    "location": {"village_code": "33.03.09.2001", "address": "Depan Pasar Bobotsari"},
    "reporter": {"name": "Siti Aminah", "phone": "0812 3456 7890"},
    "anonymous": False,
    "secret": False,
}


class What(_Sent):
    title: Annotated[str, line(150), Storable]
    body: Annotated[str, line(10_000), Storable]
    occurred_on: date | None = None


class SentComplaint(What):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    location: Location
    reporter: SentReporter | None
    anonymous: bool
    secret: bool


async def file_complaint(
    house: House,
    sent: SentComplaint,
    channel: Channel,
    key: str | None,
    files: Sequence[UUID] = (),
    actor: Actor = REPORTER,
) -> Filed:
    """Stores it with the files that were uploaded before. `actor` is who typed it in for the
    reporter, where it was not they themselves.

    Raises Problem 422 for an unknown place, a day to come, a key used for another text, and a file
    that is gone.
    """
    try:
        filed = await _file(house, sent, channel, key, files, actor)
    except Problem:
        FILINGS.labels("refused").inc()
        raise
    FILINGS.labels("stored" if filed.created else "repeated").inc()
    return filed


@dataclass(frozen=True)
class Prepared:
    """What is to be stored, and what its case starts from."""

    filing: Filing
    rules: Rules
    event: Recorded
    projection: Projection

    @property
    def start(self) -> CaseStart:
        return CaseStart(complaint=self.filing.id, rules=self.rules, events=(self.event,))


async def prepare(
    house: House,
    sent: SentComplaint,
    channel: Channel,
    key: str | None,
    files: Sequence[UUID],
    actor: Actor,
) -> Prepared:
    """Raises Problem 422."""
    now, place = house.now, sent.location
    check_day(sent, local_date(now))
    kecamatan = await kecamatan_of(house, place)
    uploaded = await uploaded_files(house.engine, files, actor.id)
    if len(uploaded) < len(set(files)):
        raise field_problem(berkas=FILE_GONE)
    reporter = Reporter(**sent.reporter.model_dump()) if sent.reporter else None
    filing = Filing(
        id=uuid7(),
        channel=channel,
        received_at=now,
        title=sent.title,
        body=sent.body,
        anonymous=sent.anonymous,
        secret=sent.secret,
        salt=secrets.token_bytes(SALT_BYTES),
        occurred_on=sent.occurred_on,
        kecamatan=kecamatan,
        **place.model_dump(exclude={"kecamatan_code"}),
        reporter=reporter,
        idempotency_key=key,
        files=tuple(uploaded),
    )
    rules = await house.rules()
    return Prepared(filing, rules, *first_event(filing, rules, actor))


async def _file(
    house: House,
    sent: SentComplaint,
    channel: Channel,
    key: str | None,
    files: Sequence[UUID],
    actor: Actor,
) -> Filed:
    prepared = await prepare(house, sent, channel, key, files, actor)
    try:
        filed = await file(
            house.engine,
            prepared.filing,
            prepared.event,
            prepared.projection,
            secret=house.secret,
            keyring=house.keyring,
        )
    except KeyReusedError as error:
        raise field_problem(
            **{"Idempotency-Key": "Kunci ini sudah dipakai untuk aduan yang berbeda isinya."}
        ) from error
    except FileGoneError as error:
        raise field_problem(berkas=FILE_GONE) from error
    if filed.created:
        await start(house, prepared.start)
    return filed


async def start(house: House, case: CaseStart) -> None:
    """What cannot be started now the sweeper starts; the complaint is safe either way."""
    try:
        await start_case(house.client, case)
        await mark_started(house.engine, case.complaint)
    except (EngineAway, SQLAlchemyError) as error:
        if isinstance(error, EngineAway):
            ENGINE_AWAY.inc()
        why = type(error).__name__
        log.warning("stored, not known to be started", complaint=str(case.complaint), why=why)


def check_day(what: What, today: date) -> None:
    """Raises Problem 422."""
    if what.occurred_on and what.occurred_on > today:
        raise field_problem(occurred_on="Tanggal kejadian tidak boleh di masa depan.")


async def kecamatan_of(house: House, place: Location) -> str | None:
    """The code of the kecamatan's unit. Raises Problem 422."""
    directory = await house.directory()
    kecamatan = place.kecamatan_code and directory.by_region.get(place.kecamatan_code)
    if place.kecamatan_code and not kecamatan:
        raise field_problem(
            **{"location.kecamatan_code": "Kecamatan ini tidak ada di Purbalingga."}
        )
    if place.village_code is None:
        return kecamatan.code if kecamatan else None
    village = directory.by_region.get(place.village_code)
    if village is None or village.parent is None:
        raise field_problem(
            **{"location.village_code": "Desa atau kelurahan ini tidak ada di Purbalingga."}
        )
    if kecamatan and village.parent != kecamatan.path:
        raise field_problem(
            **{"location.village_code": "Desa atau kelurahan ini tidak di kecamatan itu."}
        )
    return directory.by_path[village.parent].code
