"""Sample complaints of Purbalingga, which arrive over the first minutes."""

import asyncio
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from practice.pictures import photo
from practice.portal import Portal
from practice.store import Filing

AT_ONCE = 4
"""How many are there from the start."""
SAMPLES = Path(__file__).with_name("samples.toml")


def samples(portal: str) -> list[dict[str, Any]]:
    """What `samples.toml` has for a portal, in order."""
    found: list[dict[str, Any]] = tomllib.loads(SAMPLES.read_text())[portal]
    return found


async def arrive(portal: Portal, quiet_s: float, over_s: float) -> None:
    """Files the samples that are not there yet, after a while, over `over_s` seconds."""
    await asyncio.sleep(quiet_s)
    waiting = [one for one in samples(portal.kind.code) if not portal.store.report(one["id"])]
    pause = over_s / max(1, len(waiting) - AT_ONCE)
    for number, sample in enumerate(waiting):
        if number >= AT_ONCE:
            await asyncio.sleep(pause)
        await file(portal, sample)


async def file(portal: Portal, sample: dict[str, Any]) -> None:
    facts = dict(sample)
    id_, what = facts.pop("id"), facts.pop("photo", None)
    happened = (datetime.now(UTC) - timedelta(days=facts.pop("happened", 0))).date()
    files: tuple[str, ...] = ()
    if what:
        number = int("".join(filter(str.isdigit, id_)))
        # Drawing takes a moment, in which the portal has to answer.
        drawn = await asyncio.to_thread(photo, what, number)
        files = (portal.keep(f"foto-{number}.jpg", "image/jpeg", drawn),)
    filing = Filing(**facts, happened_on=happened.isoformat(), files=files)
    portal.file(filing, id=id_)
