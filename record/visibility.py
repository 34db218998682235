"""`domain.visibility.can_see` in SQL, over the table `cases`; a test compares the two."""

from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from domain.actors import Actor
from domain.terms import Role
from domain.visibility import OF_A_UNIT, SEES_ALL
from record.tables import cases
from record.units import at_or_below, below


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Whether this member of staff may know that the case exists."""
    if any(actor.holds(role) for role in SEES_ALL):
        return true()
    if actor.holds(Role.COORDINATOR):
        return _not_about(actor)
    held = sorted({*actor.units_as(Role.UNIT_ADMIN), *actor.units_as(Role.UNIT_HEAD)})
    return and_(_not_about(actor), or_(false(), *(_handled_by(unit) for unit in held)))


def handled_within(unit: str) -> ColumnElement[bool]:
    """Whether the case's unit, or its delegate, is `unit` or lies below it."""
    return or_(at_or_below(cases.c.unit, unit), at_or_below(cases.c.delegate, unit))


def _handled_by(unit: str) -> ColumnElement[bool]:
    """As `handled_within`; a secret case only where it is handled by `unit` itself."""
    return or_(
        cases.c.unit == unit,
        cases.c.delegate == unit,
        and_(
            not_(cases.c.secret),
            or_(below(cases.c.unit, unit), below(cases.c.delegate, unit)),
        ),
    )


def _not_about(actor: Actor) -> ColumnElement[bool]:
    """Whether the case is not about a unit in which this actor holds a role."""
    units = {unit for role in OF_A_UNIT for unit in actor.units_as(role)}
    suspects = sorted({place for unit in units for place in _upwards(unit)})
    if not suspects:
        return true()
    return or_(cases.c.reported_unit.is_(None), cases.c.reported_unit.not_in(suspects))


def _upwards(unit: str) -> list[str]:
    """The unit and all above it: a report about any of them concerns the unit."""
    steps = unit.split("/")
    return ["/".join(steps[: k + 1]) for k in range(len(steps))]
