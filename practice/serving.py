"""A practice portal inside this process, for tests."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from starlette.applications import Starlette


def server(app: Starlette, host: str, port: int) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            # An answer that is lost on demand is an error to the server.
            log_level="critical",
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            # Longer than any client lets a connection rest: it would meet one that is just closed.
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
    )


@asynccontextmanager
async def running(app: Starlette, port: int = 0) -> AsyncIterator[str]:
    """Yields the address of `app`, served until the block ends."""
    levels = {log: log.level for log in map(logging.getLogger, ("uvicorn.error", "uvicorn.access"))}
    # Named TCP, or asyncio does not send small answers at once: 40 ms each.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        serving = server(app, "127.0.0.1", port)
        # Signals are for the process that we run in.
        task = asyncio.create_task(serving._serve([listening]))
        try:
            while not serving.started:
                if task.done():
                    task.result()
                    raise RuntimeError("the practice portal ended before it had started")
                await asyncio.sleep(0.005)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            serving.should_exit = True
            with suppress(asyncio.CancelledError):
                await task
            # uvicorn has set them for the whole process.
            for log, level in levels.items():
                log.setLevel(level)
