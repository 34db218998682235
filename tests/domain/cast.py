"""Who acts in the tests of the domain, and the rules that they act under."""

from uuid import UUID

import holidays

from domain.actors import Actor, Grant
from domain.calendar import Calendar
from domain.policy import Policy, Rules
from domain.terms import Role

DPUPR = "kab/dpupr"
ROADS = "kab/dpupr/upt.jalan"
HEALTH = "kab/dinkes"
KEC = "kab/kec.purbalingga"
KEL = "kab/kec.purbalingga/kel.bancar"
INSPECTORATE = "kab/inspektorat"
UNITS = (DPUPR, HEALTH, KEC, KEL, INSPECTORATE)


def staff(number: int, *grants: tuple[Role, str | None]) -> Actor:
    """An account with these roles, each at its unit."""
    held = tuple(Grant(role=role, unit=unit) for role, unit in grants)
    return Actor(id=f"account:{UUID(int=number)}", grants=held)


COORDINATOR = staff(1, (Role.COORDINATOR, None))
OTHER_COORDINATOR = staff(2, (Role.COORDINATOR, None))
DPUPR_ADMIN = staff(3, (Role.UNIT_ADMIN, DPUPR))
KEC_ADMIN = staff(4, (Role.UNIT_ADMIN, KEC))
KEL_ADMIN = staff(5, (Role.UNIT_ADMIN, KEL))
DPUPR_HEAD = staff(6, (Role.UNIT_HEAD, DPUPR))
KEC_HEAD = staff(7, (Role.UNIT_HEAD, KEC))
INSPECTOR = staff(8, (Role.UNIT_ADMIN, INSPECTORATE))
INSPECTORATE_HEAD = staff(9, (Role.UNIT_HEAD, INSPECTORATE))
SEKDA = staff(10, (Role.SUPERVISOR, "kab/setda"))
BUPATI = staff(11, (Role.SUPERVISOR, "kab"))
AUDITOR = staff(12, (Role.AUDITOR, INSPECTORATE))
ADMINISTRATOR = staff(13, (Role.ADMINISTRATOR, None))
ROADS_ADMIN = staff(14, (Role.UNIT_ADMIN, ROADS))
HEALTH_ADMIN = staff(15, (Role.UNIT_ADMIN, HEALTH))
ADMIN_AND_HEAD = staff(16, (Role.UNIT_ADMIN, DPUPR), (Role.UNIT_HEAD, DPUPR))
COORDINATOR_AND_ADMIN = staff(17, (Role.COORDINATOR, None), (Role.UNIT_ADMIN, KEC))

STAFF = (
    COORDINATOR,
    OTHER_COORDINATOR,
    DPUPR_ADMIN,
    KEC_ADMIN,
    KEL_ADMIN,
    DPUPR_HEAD,
    KEC_HEAD,
    INSPECTOR,
    INSPECTORATE_HEAD,
    SEKDA,
    BUPATI,
    AUDITOR,
    ADMINISTRATOR,
    ROADS_ADMIN,
    HEALTH_ADMIN,
    ADMIN_AND_HEAD,
    COORDINATOR_AND_ADMIN,
)

DAYS_OFF = dict(
    holidays.country_holidays(
        "ID", years=range(2024, 2028), categories=("public", "government"), language="id"
    )
)
"""National holidays and cuti bersama, 2024 to 2027."""

CALENDAR = Calendar(version=1, days_off=DAYS_OFF)
RULES = Rules(policy=Policy(version=1), calendar=CALENDAR)
