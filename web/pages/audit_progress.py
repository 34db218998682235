"""Verifying the whole record from a page, some cases at a time, so that no request takes long.

What was found so far travels sealed in the address: nobody can make it say more than was checked.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from record.keyed import keyed, same
from record.verify import count_cases, verify_following
from web.house import House

AT_ONCE = 200
"""Cases of one request."""
NAMED = 20
"""Of how many faults the first event is named; the rest is counted."""
PURPOSE = "verification"


@dataclass(frozen=True)
class Progress:
    """`faults`: ticket, number of the event and why, of the first `NAMED` cases that do not hold;
    `more` is how many others there are. `total` is how many cases there are now."""

    started_at: datetime
    after: UUID | None = None
    cases: int = 0
    events: int = 0
    faults: tuple[tuple[str, int, str], ...] = ()
    more: int = 0
    total: int = 0
    done: bool = False


async def go_on(house: House, progress: Progress) -> Progress:
    """The next cases; `done` once none follow."""
    verified, last = await verify_following(house.engine, progress.after, AT_ONCE)
    found = [*progress.faults, *((one.ticket, one.seq, one.why) for one in verified.faults)]
    return replace(
        progress,
        after=last or progress.after,
        cases=progress.cases + verified.cases,
        events=progress.events + verified.events,
        faults=tuple(found[:NAMED]),
        more=progress.more + max(0, len(found) - NAMED),
        total=await count_cases(house.engine),
        done=verified.cases < AT_ONCE,
    )


def sealed(progress: Progress, secret: bytes) -> str:
    said = {
        "started_at": progress.started_at.isoformat(),
        "after": str(progress.after) if progress.after else None,
        "cases": progress.cases,
        "events": progress.events,
        "faults": progress.faults,
        "more": progress.more,
    }
    text = urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"{text}.{keyed(secret, PURPOSE, text).hex()}"


def opened(value: str, secret: bytes) -> Progress | None:
    """What `sealed` sealed; None for anything else."""
    text, _sep, mark = value.partition(".")
    if not same(mark.encode(), keyed(secret, PURPOSE, text).hex().encode()):
        return None
    try:
        said = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (Error, ValueError):
        return None
    return Progress(
        started_at=datetime.fromisoformat(said["started_at"]),
        after=UUID(said["after"]) if said["after"] else None,
        cases=said["cases"],
        events=said["events"],
        faults=tuple((ticket, seq, why) for ticket, seq, why in said["faults"]),
        more=said["more"],
    )
