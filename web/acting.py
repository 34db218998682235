"""From what somebody sent to what the workflow is asked: texts stay here, ids and digests go on."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError

from domain.actions import BY_NAME, Action, ActionBase, SystemAction, Text, action_adapter
from domain.actors import Actor
from domain.events import Entry
from domain.forms import INPUTS, FieldKind
from domain.sentences import Said
from record.cases import get_case
from record.engine import storable
from record.entries import store_entry
from record.errors import FileGoneError
from record.files.rows import waiting_files
from web.house import House
from web.metrics import counted
from web.problems import Problem, field_problem, validation_errors
from workflows.client import ask_case
from workflows.messages import Ask, Done

LONGEST_TEXT = 10_000
"""Letters of one typed text."""


def action_named(name: object) -> type[ActionBase]:
    """Raises Problem 422 for what no person can ask."""
    kind = BY_NAME.get(name) if isinstance(name, str) else None
    if kind is None or issubclass(kind, SystemAction):
        raise field_problem(action="Tindakan ini tidak dikenal; lihat `available` pada aduan.")
    return kind


async def act(
    house: House,
    complaint: UUID,
    actor: Actor,
    sent: Mapping[str, Any],
    key: str | None,
    files: Sequence[UUID] = (),
    entry: Entry | None = None,
) -> Done:
    """Do what was sent, once for each key, with files that the actor uploaded before. `entry`
    stands for the texts where they are kept already.

    Raises Problem, ActionRefused, EngineAway.
    """
    kind = action_named(sent.get("action"))
    with counted(kind.name()):
        action, texts = await meant(house, actor, sent)
        if entry is None and (texts or files):
            entry = await _entry(house, complaint, actor, kind, texts, files)
        if entry is not None:
            action = action.model_copy(update={"entry": entry})
        ask = Ask(action=action, actor=actor, request=_request_id(complaint, actor, kind, key))
        return await ask_case(house.client, complaint, ask, house.case_start)


async def meant(
    house: House, actor: Actor, sent: Mapping[str, Any]
) -> tuple[Action, dict[str, str]]:
    """The action that was sent, and the texts that go beside it. Raises Problem 422."""
    kind, fields = action_named(sent.get("action")), dict(sent)
    texts = _texts(kind, fields)
    return await _action(house, actor, kind, fields), texts


def typed_texts(sent: Mapping[str, Any]) -> dict[str, str]:
    """What was typed for the action that was sent. Raises Problem 422."""
    return _texts(action_named(sent.get("action")), dict(sent))


async def _entry(
    house: House,
    complaint: UUID,
    actor: Actor,
    kind: type[ActionBase],
    texts: Mapping[str, str],
    files: Sequence[UUID],
) -> Entry:
    """What the action's event stands for. Raises Problem 422."""
    if files and not kind.TEXTS:
        raise field_problem(berkas="Berkas tidak dapat dikirim dengan tindakan ini.")
    rows = await waiting_files(house.engine, files, actor.id, complaint) if files else []
    if len(rows) < len(set(files)):
        raise field_problem(berkas=FILE_GONE)
    try:
        return await store_entry(house.engine, complaint, actor.id, texts, house.now, rows)
    except FileGoneError as error:
        raise field_problem(berkas=FILE_GONE) from error


FILE_GONE = "Berkas yang Anda unggah sudah tidak tersimpan. Pilih berkasnya sekali lagi."


def _texts(kind: type[ActionBase], fields: dict[str, Any]) -> dict[str, str]:
    """Takes the typed texts out of `fields`. Raises Problem 422."""
    texts, errors = {}, {}
    for text in kind.TEXTS:
        value, fault = _text(text, fields.pop(text.name, None))
        if fault:
            errors[text.name] = fault
        elif value:
            texts[text.name] = value
    if errors:
        raise field_problem(**errors)
    return texts


def _text(text: Text, sent: object) -> tuple[str, str | None]:
    if not isinstance(sent, str | None):
        return "", Said("“%(label)s” harus berupa teks.", label=text.label)
    typed = storable(sent or "").strip()
    if text.required and not typed:
        return "", Said("Isi “%(label)s”.", label=text.label)
    if len(typed) > LONGEST_TEXT:
        most = Said("“%(label)s” paling banyak %(n)s huruf.", label=text.label, n=LONGEST_TEXT)
        return "", most
    return typed, None


async def _action(
    house: House, actor: Actor, kind: type[ActionBase], fields: dict[str, Any]
) -> Action:
    """Codes and tickets become paths and ids, empty fields are left out. Raises Problem 422."""
    fields.pop("entry", None)
    fields = {name: value for name, value in fields.items() if value not in (None, "")}
    for name in INPUTS.keys() & kind.model_fields.keys() & fields.keys():
        fields[name] = await _resolved(house, actor, name, fields[name])
    try:
        return action_adapter.validate_python(fields)
    except ValidationError as error:
        errors = [
            {**fault, "field": fault["field"].removeprefix(f"{kind.name()}.")}
            for fault in validation_errors(error)
        ]
        raise Problem(422, "Ada isian yang harus diperbaiki.", errors) from error


async def _resolved(house: House, actor: Actor, name: str, sent: Any) -> Any:
    match INPUTS[name].kind:
        case FieldKind.UNIT:
            unit = (await house.directory()).by_code.get(str(sent))
            if unit is None:
                raise field_problem(**{name: unknown_unit(sent)})
            return unit.path
        case FieldKind.COMPLAINT:
            found = await get_case(house.engine, actor, str(sent), house.now)
            if found is None:
                why = Said("Aduan “%(ticket)s” tidak ditemukan.", ticket=str(sent)[:60])
                raise field_problem(**{name: why})
            return found.complaint_id
        case _ if name == "category" and sent not in (await house.rules()).policy.categories:
            raise field_problem(category="Pilih kategori dari daftar.")
        case _:
            return sent


def unknown_unit(code: object) -> str:
    return Said("Unit “%(code)s” tidak dikenal.", code=str(code)[:60])


def _request_id(complaint: UUID, actor: Actor, kind: type[ActionBase], key: str | None) -> str:
    """An id that says nothing about who or what. The same key by the same person for the same
    action gives the same: of another action it must not look as if it had been done."""
    if key is None:
        return str(uuid4())
    return sha256(f"{complaint}/{actor.id}/{kind.name()}/{key}".encode()).hexdigest()[:32]
