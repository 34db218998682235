"""Days off that a decree added or took away: a new version of the calendar, told to open cases."""

import os
from collections.abc import Callable
from datetime import date, datetime

from cli.accounts import record
from cli.local import temporal_environment
from domain.calendar import Calendar
from domain.policy import Rules
from record.rules import add_calendar, current_rules
from workflows.client import EngineAway, announce_rules, connect

Amend = Callable[[dict[date, str]], dict[date, str]]


async def add(day: date, name: str, now: datetime) -> str:
    """Raises SystemExit where that is a day off of that name already."""

    def amend(days_off: dict[date, str]) -> dict[date, str]:
        if days_off.get(day) == name:
            raise SystemExit(f"{day} sudah tercatat sebagai {name}")
        return {**days_off, day: name}

    return await _amend(amend, f"+ {day} {name}", now)


async def remove(day: date, now: datetime) -> str:
    """Raises SystemExit where that is no day off."""

    def amend(days_off: dict[date, str]) -> dict[date, str]:
        if day not in days_off:
            raise SystemExit(f"{day} tidak tercatat sebagai hari libur")
        return {other: name for other, name in days_off.items() if other != day}

    return await _amend(amend, f"- {day}", now)


async def _amend(amend: Amend, note: str, now: datetime) -> str:
    async with record() as engine:
        rules = await current_rules(engine)
        days_off = dict(sorted(amend(rules.calendar.days_off).items()))
        changed = rules.calendar.model_copy(update={"days_off": days_off})
        calendar = await add_calendar(engine, changed, note, now)
    return await _announced(rules.model_copy(update={"calendar": calendar}), calendar)


async def _announced(rules: Rules, calendar: Calendar) -> str:
    version = f"Kalender versi {calendar.version} berlaku"
    os.environ.update(temporal_environment())
    try:
        await announce_rules(await connect(lazy=True), rules)
    except EngineAway:
        return (
            f"{version} untuk aduan baru. Temporal tidak terjangkau, jadi tenggat yang berjalan"
            " belum dihitung ulang: jalankan `matur holiday announce` setelah ia kembali"
        )
    return f"{version}; tenggat aduan yang berjalan sedang dihitung ulang"


async def announce() -> str:
    """Tell the open cases of the rules in force once more; nothing moves where they know them."""
    async with record() as engine:
        rules = await current_rules(engine)
    return await _announced(rules, rules.calendar)
