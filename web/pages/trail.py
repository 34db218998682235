"""The audit trail: every event as it is recorded, beside its meaning."""

import json
from dataclasses import dataclass
from typing import Any

from domain.chain import Recorded
from web.house import Directory
from web.pages.language import N_, _
from web.pages.saying import Happening, Name, happening
from web.viewing import Viewed


@dataclass(frozen=True)
class Step:
    """`data` is the event's content, one `name: value` a line."""

    happening: Happening
    type: str
    data: tuple[tuple[str, str], ...]
    prev: str
    hash: str


def step(recorded: Recorded, viewed: Viewed, units: Directory, name: Name) -> Step:
    return Step(
        happening=happening(recorded, viewed, units, name),
        type=recorded.type,
        data=tuple((key, _shown(value)) for key, value in recorded.data.items()),
        prev=recorded.prev,
        hash=recorded.hash,
    )


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


FAULTS = {
    "it is missing": N_("kejadian itu hilang"),
    "it is not chained to the event before it": N_("tidak tersambung ke kejadian sebelumnya"),
    "its content does not give its hash": N_("isinya tidak sesuai dengan hash-nya"),
    "it is not the last event that the case names": N_("bukan kejadian terakhir menurut catatan"),
    "its text is missing": N_("teksnya hilang"),
    "its text is not what its digest stands for": N_("teksnya tidak sesuai dengan sidik-nya"),
}


def why_words(why: str) -> str:
    """What is wrong with an event, for people."""
    return _(FAULTS[why]) if why in FAULTS else why
