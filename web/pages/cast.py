"""Who did what in a trail: names, what they may do today, and for whom they did it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.words import ROLE
from record.audit import Person, people
from web.house import Directory, House
from web.pages.language import _
from web.pages.saying import actor_id

Deed = tuple[str, Mapping[str, Any]]
"""The actor of an event, and its data."""


@dataclass(frozen=True)
class Cast:
    known: Mapping[UUID, Person]
    units: Directory

    def name(self, actor: str) -> str:
        account = account_of(actor)
        if account is None:
            return {"reporter": _("Pelapor"), "system": _("Sistem")}.get(actor, actor)
        person = self.known.get(account)
        return person.name if person else _("Akun yang tidak dikenal")

    def role(self, actor: str) -> str:
        """What the actor may do today, and where: what it was then, nobody wrote down."""
        account = account_of(actor)
        person = self.known.get(account) if account else None
        return "; ".join(
            ", ".join(part for part in (_(ROLE[grant.role]), self.units.name(grant.unit)) if part)
            for grant in (person.grants if person else ())
        )

    def behalf(self, data: Mapping[str, Any]) -> str:
        """For whom it was done, or whose words they are."""
        if data.get("on_behalf"):
            return _("atas nama pelapor")
        if author := data.get("approved"):
            return _("jawaban ditulis oleh %(who)s") % {"who": self.name(str(author))}
        return ""


async def cast_of(house: House, deeds: Iterable[Deed]) -> Cast:
    """One statement, none where only reporter and system are among them."""
    actors = {name for actor, data in deeds for name in (actor, str(data.get("approved", "")))}
    ids = {found for actor in actors if (found := account_of(actor))}
    return Cast(await people(house.engine, ids), await house.directory())


def account_of(actor: str) -> UUID | None:
    """None also for what somebody tampered with."""
    try:
        return actor_id(actor)
    except ValueError:
        return None
