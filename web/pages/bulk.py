"""Disposing several complaints at once: choose, read what will happen to each, one press.

Each is disposed by itself, with a key made of the form's nonce and its ticket: whoever presses
again, or sends what got no answer once more, does nothing twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from domain.actions import Dispose
from domain.decide import decide
from domain.events import Disposed
from domain.evolve import fold
from domain.forms import FieldKind, FormField, category_label, form_fields
from domain.permissions import Refused
from domain.policy import Rules
from domain.terms import Classification, ClockName, Role, Stage
from domain.words import CLASSIFICATION
from record.accounts import Account
from record.bulk import cases_of, events_of
from record.cases import CaseRow, Filters
from record.inbox import Tasks, inbox
from web.acting import LONGEST_TEXT, act
from web.house import Directory, Home, House
from web.pages.filtering import url
from web.pages.forms import KEY, Field, Group, new_key, unit_groups
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.rows import Row, rows_of
from web.pages.tags import upper
from web.pages.tasks import cursor, written
from web.problems import Problem, as_problem
from web.sessions import only
from workflows.client import ActionRefused, EngineAway

router = APIRouter(prefix="/disposisi")

MOST = 25
"""Complaints at once."""
ASKED = ("classification", "category", "unit", "reported_unit", "text")
"""Of what a disposition asks; whether a complaint is anonymous or secret stays as each says."""

ONLY_COORDINATOR = N_("Hanya koordinator yang dapat mendisposisikan aduan.")
NONE_TICKED = N_("Pilih paling sedikit satu aduan.")
TOO_MANY = N_("Pilih paling banyak %(most)s aduan sekaligus.")
UNKNOWN = N_("Aduan ini tidak ada atau bukan kewenangan Anda.")
AWAY = N_("Belum terkirim: sistem sedang tidak dapat dihubungi.")
REPORTED_HINT = N_("Hanya untuk aduan tentang unit; unit itu tidak akan melihat aduan-aduan ini.")


@dataclass(frozen=True)
class Sent:
    """What the form sent: the tickets ticked, each once, and its other fields."""

    tickets: Sequence[str]
    fields: Mapping[str, str]


async def _sent(request: Request) -> Sent:
    form = await request.form()
    tickets = [value for value in form.getlist("ticket") if isinstance(value, str)]
    fields = {
        name: value.replace("\r\n", "\n")
        for name in (*ASKED, KEY)
        if isinstance(value := form.get(name, ""), str)
    }
    return Sent(list(dict.fromkeys(tickets)), fields)


Coordinator = Annotated[Account, only(ONLY_COORDINATOR, Role.COORDINATOR)]
BySent = Annotated[Sent, Depends(_sent)]


@dataclass(frozen=True)
class Planned:
    """What will happen to one complaint; `why` it will not, where it will not."""

    row: Row
    secret: bool = False
    answer_by: datetime | None = None
    why: str = ""


@dataclass(frozen=True)
class Outcome:
    ticket: str
    title: str
    state: str
    """`done`, `refused`, or `unsent`: nobody knows whether it was done, and asking again tells."""
    why: str = ""


@router.get("")
async def choose(request: Request, house: Home, account: Coordinator) -> Response:
    return await _form(request, house, account, Sent((), {}))


@router.post("/pilih")
async def choose_again(
    request: Request, house: Home, account: Coordinator, sent: BySent
) -> Response:
    """Back from the page of confirmation, with all that was chosen."""
    return await _form(request, house, account, sent)


@router.post("/periksa")
async def check(request: Request, house: Home, account: Coordinator, sent: BySent) -> Response:
    rules, units = await house.rules(), await house.directory()
    errors = _faults(sent, units, rules)
    action = None if errors else _action(sent.fields, units)
    if action is None:
        return await _form(request, house, account, sent, errors)
    planned = await _plan(house, account, sent.tickets, action)
    context = {
        "can": [one for one in planned if not one.why],
        "cannot": [one for one in planned if one.why],
        "missing": [one for one in sent.tickets if one not in {p.row.ticket for p in planned}],
        "fields": {name: value for name, value in sent.fields.items() if name in ASKED and value},
        "key": sent.fields.get(KEY) or new_key(),
        "answers": _answers(sent.fields, units),
        "unit": units.by_code[sent.fields["unit"]].name,
    }
    return page(request, "bulk_check.html", context)


@router.post("")
async def dispose(request: Request, house: Home, account: Coordinator, sent: BySent) -> Response:
    rules, units = await house.rules(), await house.directory()
    if errors := _faults(sent, units, rules):
        return await _form(request, house, account, sent, errors)
    cases = await cases_of(house.engine, account.actor, sent.tickets, house.now)
    outcomes: list[Outcome] = []
    away = False
    for ticket in sent.tickets:
        case = cases.get(ticket)
        if case is None:
            outcomes.append(Outcome(ticket, "", "refused", _(UNKNOWN)))
        elif away:
            outcomes.append(Outcome(ticket, _title(case), "unsent", _(AWAY)))
        else:
            outcome = await _dispose(house, account, case, sent.fields)
            away = outcome.state == "unsent"
            outcomes.append(outcome)
    context = {
        "outcomes": outcomes,
        "done": sum(one.state == "done" for one in outcomes),
        "unsent": [one.ticket for one in outcomes if one.state == "unsent"],
        "fields": {name: value for name, value in sent.fields.items() if value},
        "unit": units.by_code[sent.fields["unit"]].name,
    }
    return page(request, "bulk_done.html", context, status=503 if away else 200)


async def _dispose(
    house: House, account: Account, case: CaseRow, fields: Mapping[str, str]
) -> Outcome:
    asked = {name: fields.get(name, "") for name in ASKED} | {"action": Dispose.name()}
    # The nonce first: a ticket never has a `/`, so no two pairs make the same key.
    key = f"{fields.get(KEY) or new_key()}/{case.ticket}"
    try:
        await act(house, case.complaint_id, account.actor, asked, key)
    except (Problem, ActionRefused, EngineAway) as error:
        problem = as_problem(error)
        if problem.status == 503:
            return Outcome(case.ticket, _title(case), "unsent", _(AWAY))
        return Outcome(case.ticket, _title(case), "refused", _(problem.detail))
    return Outcome(case.ticket, _title(case), "done")


async def _plan(
    house: House, account: Account, tickets: Sequence[str], action: Dispose
) -> list[Planned]:
    """What the domain would say of each now, in the order chosen. Two statements."""
    now, rules, units = house.now, await house.rules(), await house.directory()
    cases = await cases_of(house.engine, account.actor, tickets, now)
    chosen = [cases[ticket] for ticket in tickets if ticket in cases]
    recorded = await events_of(house.engine, [one.complaint_id for one in chosen])
    planned = []
    for case, row in zip(chosen, rows_of(chosen, units, rules, now), strict=True):
        folded = fold(case.complaint_id, recorded[case.complaint_id])
        outcome = decide(folded, action, account.actor, now, rules)
        if isinstance(outcome, Refused):
            planned.append(Planned(row, why=_(outcome.why)))
            continue
        (event,) = (one for one in outcome if isinstance(one, Disposed))
        due = [one.deadline for one in event.clocks if one.clock is ClockName.ANSWER]
        planned.append(Planned(row, event.secret, due[0].due_at if due and due[0] else None))
    return planned


def _action(fields: Mapping[str, str], units: Directory) -> Dispose:
    reported = units.by_code.get(fields.get("reported_unit", ""))
    return Dispose(
        classification=Classification(fields["classification"]),
        category=fields["category"],
        unit=units.by_code[fields["unit"]].path,
        reported_unit=reported.path if reported else None,
    )


def _asked_fields(rules: Rules) -> list[FormField]:
    by_name = {one.name: one for one in form_fields(Dispose, rules.policy)}
    return [by_name[name] for name in ASKED]


def _faults(sent: Sent, units: Directory, rules: Rules) -> list[tuple[str, str]]:
    faults = []
    if not sent.tickets:
        faults.append(("ticket", _(NONE_TICKED)))
    if len(sent.tickets) > MOST:
        faults.append(("ticket", _(TOO_MANY) % {"most": MOST}))
    for one in _asked_fields(rules):
        value = sent.fields.get(one.name, "").strip()
        if one.kind is FieldKind.TEXT:
            good = len(value) <= LONGEST_TEXT
        elif one.kind is FieldKind.UNIT:
            good = value in units.by_code if value else not one.required
        else:
            good = value in {choice.value for choice in one.choices}
        if not good:
            faults.append((one.name, _("Isi atau pilih: %(field)s.") % {"field": _(one.label)}))
    return faults


def _answers(fields: Mapping[str, str], units: Directory) -> list[tuple[str, str]]:
    """What was chosen once for all, as it is read back."""
    reported = units.by_code.get(fields.get("reported_unit", ""))
    answers = [
        (_("Unit tujuan"), units.by_code[fields["unit"]].name),
        (_("Klasifikasi"), upper(_(CLASSIFICATION[Classification(fields["classification"])]))),
        (_("Kategori"), _(category_label(fields["category"]))),
        (_("Unit yang dilaporkan"), reported.name if reported else ""),
        (_("Catatan untuk unit"), fields.get("text", "")),
    ]
    return [(question, answer) for question, answer in answers if answer]


def _field(given: FormField, fields: Mapping[str, str], error: str, units: Directory) -> Field:
    widget, groups, hint = "textarea", list[Group](), ""
    if given.kind is FieldKind.UNIT:
        widget, groups = "select", unit_groups(units.by_path.values())
        hint = _(REPORTED_HINT) if given.name == "reported_unit" else ""
    elif given.kind is FieldKind.CHOICE:
        widget = "radios" if given.name == "classification" else "select"
        groups = [Group(None, [(one.value, upper(_(one.label))) for one in given.choices])]
    return Field(
        given.name,
        _(given.label),
        widget,
        given.required,
        fields.get(given.name, ""),
        error,
        hint,
        groups,
        _("Pilih"),
    )


async def _form(
    request: Request,
    house: House,
    account: Account,
    sent: Sent,
    errors: Sequence[tuple[str, str]] = (),
) -> Response:
    """The complaints that wait for verification, soonest due first, and what to choose for them."""
    now, rules, units = house.now, await house.rules(), await house.directory()
    after = cursor(request.query_params.get("setelah", ""))
    tasks = Tasks(account.actor, Filters(stage=Stage.RECEIVED))
    found = await inbox(house.engine, tasks, now, after=after, limit=MOST)
    faults = dict(errors)
    rows = rows_of(found.rows, units, rules, now)
    context: dict[str, Any] = {
        "rows": rows,
        "ticked": sent.tickets,
        # Ticked on another page of the list, or no longer waiting: kept, so that it is told of.
        "elsewhere": [one for one in sent.tickets if one not in {row.ticket for row in rows}],
        "fields": [
            _field(one, sent.fields, faults.get(one.name, ""), units)
            for one in _asked_fields(rules)
        ],
        "key": sent.fields.get(KEY) or new_key(),
        "errors": errors,
        "ticket_error": faults.get("ticket", ""),
        "most": MOST,
        "first": "" if after is None else "/disposisi",
        "further": found.after and url("disposisi", {}, setelah=written(found.after)),
        "now": now,
    }
    return page(request, "bulk.html", context, status=422 if errors else 200)


def _title(case: CaseRow) -> str:
    return case.title or _("Teks laporan ini sudah dihapus")
