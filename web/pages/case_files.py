"""Files that go with a form at the desk: they wait in the record while it is drawn again, and the
form carries their ids."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from fastapi import Request

from domain.actions import ActionBase
from record.accounts import Account
from record.files.rows import FileRow, waiting_files
from web.house import House
from web.pages.audiences import WITH_FILES
from web.pages.forms import KEY, SEQ
from web.problems import Problem
from web.uploading import KEPT, NotAllTaken, form_of, kept_files, received
from web.viewing import Viewed

ATTACHED = "attached"
"""What waits, as a draft keeps it: ids with commas."""
NO_FIELDS = (KEY, SEQ, KEPT, ATTACHED)
"""What a form carries for itself."""


async def take_files(
    house: House,
    request: Request,
    account: Account,
    complaint: UUID,
    kind: type[ActionBase],
    typed: dict[str, str],
) -> Problem | None:
    """Stores what came with the form and writes down in `typed` what waits now. What is wrong with
    a file is told, and what waited before still does."""
    typed.pop(ATTACHED, None)  # never the sender's own
    if kind not in WITH_FILES:
        return None
    author = account.actor.id
    try:
        _write_down(typed, await received(house, request, author, complaint=complaint))
    except NotAllTaken as problem:
        _write_down(typed, problem.kept)
        return problem
    except Problem as problem:
        kept = await kept_files(house, await form_of(request), author, complaint)
        _write_down(typed, (one.id for one in kept))
        return problem
    return None


def _write_down(typed: dict[str, str], files: Iterable[UUID]) -> None:
    typed[ATTACHED] = ",".join(str(one) for one in files)


def attached(typed: Mapping[str, str]) -> list[UUID]:
    return [UUID(part) for part in typed.get(ATTACHED, "").split(",") if part]


async def waiting(
    house: House, account: Account, viewed: Viewed, typed: Mapping[str, str] | None
) -> Sequence[FileRow]:
    """Those that are this person's and still wait. One statement, where there are any."""
    ids = attached(typed or {})
    return await waiting_files(house.engine, ids, account.actor.id, viewed.file.complaint_id)
