"""docs/domain-table.md from the permissions: `python -m domain.table > docs/domain-table.md`."""

import sys
from collections.abc import Iterable

from domain.actions import ActionBase
from domain.permissions import PERMISSIONS, Permission, Who
from domain.terms import Stage
from domain.words import STAGE

LETTERS = {
    Who.COORDINATOR: "K",
    Who.UNIT: "U",
    Who.HANDLER: "U S",
    Who.UNIT_HEAD: "H",
    Who.APPROVER: "A",
    Who.SUPERVISOR: "P",
    Who.REPORTER: "R",
    Who.SYSTEM: "·",
}

TITLE = """\
# Actions, stages and roles

Generated from `domain/permissions.py` by `python -m domain.table > docs/domain-table.md`; a test
fails when it is out of date. What each action does is in `docs/domain.md`.

**K** coordinator (koordinator) · **U** admin of the unit that has the case, or of a unit above it ·
**S** admin of the sub-unit it was delegated to · **H** head of that unit (kepala unit) ·
**A** approver: the unit's head, or the coordinator, as the policy says · **P** supervisor
(pengawas) · **R** reporter (pelapor) · **·** the system.

Auditors read everything and ask for nothing; administrators see no case. Nobody of a reported unit
may do anything, whatever the table says, and of a secret case a unit above sees nothing.
"""


def markdown() -> str:
    """The whole file."""
    people = [(k, p) for k, p in PERMISSIONS.items() if p.who != (Who.SYSTEM,)]
    system = [(k, p) for k, p in PERMISSIONS.items() if p.who == (Who.SYSTEM,)]
    return "\n".join(
        [
            TITLE,
            "## What people ask for",
            "",
            *_table(people),
            "",
            "## What happens by itself",
            "",
            *_table(system),
            "",
            "## Stages",
            "",
            _row(["stage", "as people read it"]),
            _row(["---", "---"]),
            *(_row([f"`{stage}`", STAGE[stage]]) for stage in Stage),
            "",
        ]
    )


def _table(permissions: Iterable[tuple[type[ActionBase], Permission]]) -> Iterable[str]:
    yield _row(["action", "button", *(f"`{stage}`" for stage in Stage), "and only if"])
    yield _row(["---", "---", *(":-:" for _ in Stage), "---"])
    for kind, permission in permissions:
        who = " ".join(LETTERS[one] for one in permission.who)
        where = (who if stage in permission.stages else "" for stage in Stage)
        conditions = (condition.__name__.replace("_", " ") for condition in permission.conditions)
        yield _row([f"`{kind.name()}`", kind.LABEL, *where, ", ".join(conditions)])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(markdown())
