"""What docs, forms and the record take from the domain."""

from pathlib import Path

import pytest

from domain import actions as a
from domain.actions import BY_NAME, ActionBase
from domain.decisions import decide_on
from domain.forms import FieldKind, form_fields
from domain.permissions import PERMISSIONS
from domain.projection import project
from domain.table import markdown
from domain.terms import ClockName
from domain.words import ARCHIVE_REASON, CLASSIFICATION, CLOCK, ROLE, STAGE
from tests.domain.cast import COORDINATOR, DPUPR, RULES
from tests.domain.life import TYPED, at, disposed

DOCS = Path(__file__).parents[2] / "docs"


def test_the_table_in_docs_is_up_to_date() -> None:
    written = (DOCS / "domain-table.md").read_text(encoding="utf-8")

    assert written == markdown(), "run: python -m domain.table > docs/domain-table.md"


def test_every_action_has_a_permission_and_a_decision() -> None:
    assert set(PERMISSIONS) == set(BY_NAME.values())
    undecided = decide_on.dispatch(object)
    assert [kind.__name__ for kind in PERMISSIONS if decide_on.dispatch(kind) is undecided] == []


@pytest.mark.parametrize("words", [ARCHIVE_REASON, CLASSIFICATION, CLOCK, ROLE, STAGE])
def test_every_word_of_a_list_is_told_to_people(words: dict[object, str]) -> None:
    assert set(words) == set(type(next(iter(words))))  # type: ignore[call-overload]


@pytest.mark.parametrize("kind", PERMISSIONS, ids=lambda kind: kind.name())
def test_every_action_has_a_form(kind: type[ActionBase]) -> None:
    fields = form_fields(kind, RULES.policy)

    assert len({field.name for field in fields}) == len(fields)
    for field in fields:
        assert (field.kind is FieldKind.CHOICE and field.name != "clock") is bool(field.choices)


def test_the_form_of_a_disposal() -> None:
    form = {field.name: field for field in form_fields(a.Dispose, RULES.policy)}

    assert list(form) == [
        "classification", "category", "unit", "anonymous", "secret", "reported_unit", "text",
    ]  # fmt: skip
    assert [name for name, field in form.items() if field.required] == [
        "classification", "category", "unit",
    ]  # fmt: skip
    assert [choice.value for choice in form["category"].choices] == list(RULES.policy.categories)


def test_the_row_of_a_case() -> None:
    life = disposed(at("2026-03-17"))
    row = project(life.case, life.rules)

    assert (row.stage, row.open, row.unit, row.desk, row.desk_unit) == (
        "disposed", True, DPUPR, "unit", DPUPR,
    )  # fmt: skip
    assert (row.due_clock, row.due_at) == (ClockName.FOLLOW_UP, at("2026-03-31", "16:00"))
    assert row.alarm_at == at("2026-03-27", "07:30")
    assert (row.seq, row.head) == (2, life.case.head)


def test_the_row_of_an_ended_case() -> None:
    life = disposed(at("2026-03-17"))
    life.do(COORDINATOR, a.HandBack(entry=TYPED))
    row = project(life.case, life.rules)

    assert (row.stage, row.open, row.desk) == ("handed_back", False, "none")
    assert (row.due_at, row.alarm_at, row.ended_at) == (None, None, life.now)
