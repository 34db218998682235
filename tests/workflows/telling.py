"""A worker that tells a portal, as a process of its own, to be killed."""

import asyncio
import sys
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from portals.registry import connect, load
from record.engine import create_engine
from record.files.store import Store
from record.identity import Keyring
from worker import Outside, make_portal_worker


async def main(url: str, address: str, directory: Path, code: str) -> None:
    async def turn() -> None:
        pass

    client = await Client.connect(address, data_converter=pydantic_data_converter)
    engine = create_engine(url, application_name="telling")
    outside = Outside(engine, Store(directory / "files"), b"", Keyring({"k1": bytes(32)}), {})
    connector = connect(load(directory)[code], turn)
    await make_portal_worker(client, outside, code, {code: connector}).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4]))
