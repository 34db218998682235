"""Reports of a portal that somebody types in here: known again by the portal's number."""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

import structlog

from domain.actions import JoinOrigin
from domain.actors import SYSTEM, Actor
from domain.chain import canonical
from domain.terms import Channel
from record.errors import FileGoneError
from record.portals.taking import Came, Outcome, Taken, take_in
from web.acting import FILE_GONE
from web.filing import SentComplaint, prepare, start
from web.house import House
from web.problems import field_problem
from workflows.client import ActionRefused, EngineAway, ask_case
from workflows.messages import Ask

log = structlog.get_logger("taking")


async def take_in_typed(
    house: House,
    sent: SentComplaint,
    portal: Channel,
    external_id: str,
    same_as: tuple[str, str] | None,
    files: Sequence[UUID],
    actor: Actor,
) -> Taken:
    """Stores it as a complaint of its own, or joins it to the one it is. Raises Problem 422."""
    prepared = await prepare(house, sent, portal, None, files, actor)
    came = Came(
        portal=portal,
        external_id=external_id,
        digest=sha256(canonical(prepared.filing.texts)).digest(),
        same_as=same_as,
    )
    try:
        taken = await take_in(
            house.engine,
            prepared.filing,
            came,
            prepared.event,
            prepared.projection,
            secret=house.secret,
            keyring=house.keyring,
        )
    except FileGoneError as error:
        raise field_problem(berkas=FILE_GONE) from error
    if taken.outcome is Outcome.NEW:
        await start(house, prepared.start)
    elif taken.outcome is Outcome.JOINED:
        await _tell_case(house, portal, taken)
    return taken


async def _tell_case(house: House, portal: Channel, taken: Taken) -> None:
    """Sent once more, the same report is still `joined` where this did not get through."""
    action = JoinOrigin(portal=portal, origin=taken.origin)
    ask = Ask(action=action, actor=SYSTEM, request=f"origin-{taken.origin}-joined")
    try:
        await ask_case(house.client, taken.complaint, ask, house.case_start)
    except (ActionRefused, EngineAway) as error:
        why = type(error).__name__
        log.warning("joined, its case does not know", complaint=str(taken.complaint), why=why)
