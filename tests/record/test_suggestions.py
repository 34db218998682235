"""What is usual, what was suggested and what became of it, and what there is to learn from."""

from datetime import timedelta
from typing import Any

from domain.actions import Redispose
from record.models import (
    KEPT,
    Decided,
    Imported,
    add_model,
    basis_of,
    decisions,
    import_decisions,
    list_models,
    model_data,
    newest_version,
    version_of_basis,
)
from record.suggestions import Kind, Taken, remember_shown, taken, units_by_category
from record.tables import complaints
from tests.record.office import (
    COORDINATOR,
    DISPOSE,
    MORNING,
    Office,
    statements,
)

FIGURES: dict[str, dict[str, Any]] = {"category": {"first": 0.8}}


async def disposed(office: Office, unit: str = "kab/dpupr", **changes: Any) -> Any:
    _, case = await office.file(**changes)
    return await office.act(case, DISPOSE.model_copy(update={"unit": unit}), COORDINATOR)


async def test_where_complaints_of_a_category_went(office: Office) -> None:
    await disposed(office)
    await disposed(office, village_code="33.03.09.2002")
    await disposed(office, "kab/kec.purbalingga", village_code="33.03.05.1005")
    await office.file()
    with statements() as sent:
        found = await units_by_category(
            office.engine, "infrastruktur", "kec.bobotsari", "33.03.09.2001"
        )
    assert sent.total() == 1
    assert {(one.unit, one.regency, one.kecamatan, one.village) for one in found} == {
        ("kab/dpupr", 2, 2, 1),
        ("kab/kec.purbalingga", 1, 0, 0),
    }
    assert await units_by_category(office.engine, "kesehatan", None, None) == []
    nowhere = await units_by_category(office.engine, "infrastruktur", None, None)
    assert {(one.kecamatan, one.village) for one in nowhere} == {(0, 0)}


async def test_what_was_suggested_first_is_held_against_the_first_disposal(
    office: Office,
) -> None:
    chosen = [["infrastruktur"], ["energi", "infrastruktur"], ["energi"], []]
    for guesses in chosen:
        _, case = await office.file()
        await remember_shown(office.engine, case.id, 1, Kind.CATEGORY, guesses, MORNING)
        await remember_shown(office.engine, case.id, 1, Kind.CATEGORY, ["bencana"], MORNING)
        await remember_shown(office.engine, case.id, 0, Kind.UNIT, ["kab/dinhub"], MORNING)
        case = await office.act(case, DISPOSE, COORDINATOR)
        # What somebody decides later is another story.
        reason = await office.act(
            case, Redispose(unit="kab/dinhub"), COORDINATOR, MORNING + timedelta(hours=1)
        )
        assert reason.unit == "kab/dinhub"
    _, waiting = await office.file()
    await remember_shown(office.engine, waiting.id, 1, Kind.CATEGORY, ["energi"], MORNING)

    with statements() as sent:
        found = await taken(office.engine, MORNING - timedelta(days=1))
    assert sent.total() == 1
    category = Taken("2026-03", 1, "category", shown=5, decided=4, silent=1, first=1, later=1)
    unit = Taken("2026-03", 0, "unit", shown=4, decided=4, silent=0, first=0, later=0)
    assert found == [category, unit]
    assert (category.changed, unit.changed) == (1, 4)
    assert await taken(office.engine, MORNING + timedelta(days=1)) == []


async def test_there_is_to_learn_from_what_was_decided_last_and_imported(office: Office) -> None:
    case = await disposed(office, title="Lampu mati", body="Di simpang empat.")
    case = await office.act(case, Redispose(unit="kab/dinhub"), COORDINATOR)
    await office.file()  # nobody decided anything about it
    rows = [Imported("7", Decided("jalan rusak", "infrastruktur", None, None))]
    await import_decisions(office.engine, "lama", rows, MORNING)
    own = Decided("Lampu mati\nDi simpang empat.", "infrastruktur", "kab/dinhub", "33.03.09.2001")
    with statements() as sent:
        found = await decisions(office.engine)
    assert sent.total() == 2
    assert found == [own, rows[0].decided]
    assert basis_of(found) == basis_of(await decisions(office.engine))

    better = Imported("7", Decided("jalan rusak parah", "infrastruktur", "kab/dpupr", None))
    await import_decisions(office.engine, "lama", [better], MORNING)
    again = await decisions(office.engine)
    assert again == [own, better.decided]
    assert basis_of(again) != basis_of(found)


async def test_what_was_erased_is_not_learnt_from(office: Office) -> None:
    case = await disposed(office)
    async with office.engine.begin() as connection:
        gone = complaints.update().where(complaints.c.id == case.id)
        await connection.execute(gone.values(title=None, body=None, salt=None))
    assert await decisions(office.engine) == []


async def test_models_are_numbered_and_the_old_lose_their_data(office: Office) -> None:
    engine = office.engine
    assert await newest_version(engine) is None
    for number in range(1, KEPT + 3):
        basis = bytes([number])
        version = await add_model(engine, number, basis, FIGURES, b"model %d" % number, MORNING)
        assert version == number
        # The same was learnt twice: it stays one.
        assert await add_model(engine, 99, basis, {}, b"other", MORNING) == number
        assert await version_of_basis(engine, basis) == number
    assert await newest_version(engine) == KEPT + 2
    kept = [await model_data(engine, version) for version in range(1, KEPT + 3)]
    assert kept == [None, None, *(b"model %d" % number for number in range(3, KEPT + 3))]
    rows = await list_models(engine)
    assert [row.version for row in rows] == list(range(KEPT + 2, 0, -1))
    assert rows[-1].rows == 1
    assert rows[0].figures == FIGURES
    assert await version_of_basis(engine, b"unknown") is None
    assert await model_data(engine, 99) is None
