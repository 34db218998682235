"""Who acts: a member of staff with grants, the reporter, or the system itself."""

from domain.base import Value
from domain.terms import Role
from domain.units import UnitPath


class Grant(Value):
    """A role, held at a unit where the role belongs to one."""

    role: Role
    unit: UnitPath | None = None


class Actor(Value):
    """`id` is `account:<uuid>`, `reporter` or `system`; it names nobody by itself."""

    id: str
    grants: tuple[Grant, ...] = ()

    def holds(self, role: Role) -> bool:
        return any(grant.role is role for grant in self.grants)

    def units_as(self, role: Role) -> tuple[str, ...]:
        """The units at which this actor holds `role`."""
        return tuple(g.unit for g in self.grants if g.role is role and g.unit is not None)


REPORTER = Actor(id="reporter")
SYSTEM = Actor(id="system")
