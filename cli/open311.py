"""Keys of Open311 clients, as the command line handles them."""

from collections.abc import Sequence
from datetime import datetime

from cli.accounts import record
from domain.calendar import WIB
from record import open311
from settings import get_settings


async def add(name: str, now: datetime) -> str:
    """The key. Raises SystemExit where one of that name is in use."""
    if not name.strip():
        raise SystemExit("Beri kunci ini nama, mis. nama aplikasinya")
    async with record() as engine:
        key = await open311.add_key(engine, name.strip(), now, secret=get_settings().secret_bytes)
    if key is None:
        raise SystemExit(f"Kunci bernama {name} sudah ada; cabut dulu, atau pakai nama lain")
    return key


async def listed() -> Sequence[str]:
    async with record() as engine:
        return [
            f"{key.name}  dibuat {_day(key.created_at)}, "
            + (f"terakhir dipakai {_day(key.used_at)}" if key.used_at else "belum pernah dipakai")
            for key in await open311.keys(engine)
        ]


async def revoke(name: str, now: datetime) -> None:
    """Raises SystemExit where there is none of that name."""
    async with record() as engine:
        if not await open311.revoke_key(engine, name, now):
            raise SystemExit(f"Tidak ada kunci bernama {name}")


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(WIB):%Y-%m-%d}"
