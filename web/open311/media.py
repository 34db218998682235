"""The picture that a filing names by its address: fetched, made anew, kept until it is filed.

A picture that cannot be had does not hold up a complaint; the answer says that it is missing.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog

from domain.actors import REPORTER
from portals.addresses import ADDRESS, TOO_LARGE, Fetcher
from portals.protocol import PortalError, Refused
from record.files.apart import cleaned
from record.files.cleaning import Unacceptable
from record.files.rows import keep
from web.house import House
from web.problems import field_problem
from web.uploading import FILE_TOO_LARGE, LARGEST_FILE, NO_ROOM

log = structlog.get_logger("open311")

PATIENCE_S = 8.0
"""A client that waits longer for its answer would give up, and file again."""
NAME = "foto"
BAD_ADDRESS = "Alamat ini tidak dapat kami buka. Kirim alamat http atau https yang umum."
UNREACHABLE = "Alamatnya tidak menjawab dengan berkas."


@dataclass(frozen=True)
class Media:
    """`file` waits for its complaint; None where it is missing, and `why`."""

    file: UUID | None = None
    why: str | None = None


async def fetched(house: House, url: str) -> Media:
    """Raises Problem 422 for an address that nobody should ask: it leads into a network of ours."""
    fetcher = Fetcher(allow_private=False, own=lambda _: False, credentials=_none)
    try:
        async with asyncio.timeout(PATIENCE_S):
            data = await fetcher.fetch(url, LARGEST_FILE)

        async def read() -> bytes:
            return data

        done = await cleaned(read, NAME)
        return Media(await keep(house.engine, house.files, done, REPORTER.id, house.now))
    except Refused as refused:
        if refused.words == ADDRESS:
            raise field_problem(media_url=BAD_ADDRESS) from None
        return Media(why=FILE_TOO_LARGE if refused.words == TOO_LARGE else UNREACHABLE)
    except (PortalError, TimeoutError):
        return Media(why=UNREACHABLE)
    except Unacceptable as refused:
        return Media(why=refused.why)
    except OSError as error:
        log.error("no room for a file", why=type(error).__name__)
        return Media(why=NO_ROOM)
    finally:
        await fetcher.close()


async def _none() -> Mapping[str, str]:
    return {}
