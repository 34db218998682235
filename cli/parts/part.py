"""What every part of a local run has in common."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar


class PartFailed(Exception):
    """A part could not be started; says why in a sentence, with the end of its log."""

    def __init__(self, name: str, why: str, log: Path | None = None) -> None:
        self.name = name
        tail = _tail(log) if log else ""
        super().__init__(f"{name}: {why}" + (f"\n{tail}\nSelengkapnya: {log}" if tail else ""))


class PortTaken(PartFailed):
    """Somebody else listens where a part wants to."""

    def __init__(self, name: str, port: int, holder: str | None, variable: str | None) -> None:
        by = f" oleh {holder}" if holder else ""
        way_out = f"; pindahkan dengan {variable}={port + 1000}" if variable else ""
        super().__init__(name, f"port {port} sudah dipakai{by}{way_out}")


class Part(Protocol):
    """A process that is started, watched and stopped."""

    @property
    def name(self) -> str: ...

    async def prepare(self) -> None:
        """Ends what a crashed run left behind. Raises PortTaken where its port is somebody's."""

    async def start(self) -> None:
        """Prepares, and returns when the part answers.

        Raises PartFailed where it ended or did not answer in time, PortTaken as `prepare`.
        """

    async def stop(self) -> None:
        """Ends it cleanly, or by force when it takes too long. Harmless when not running."""

    async def kill(self) -> None:
        """`kill -9`, as a crash would; its data is found again by the next `start`."""

    async def wait(self) -> int:
        """Exit code, once it has ended; negative for a signal."""


P = TypeVar("P", bound=Part)


@asynccontextmanager
async def running(part: P) -> AsyncIterator[P]:
    """`part`, started, and stopped at the end whatever happens."""
    try:
        await part.start()
        yield part
    finally:
        await part.stop()


def _tail(log: Path, lines: int = 12) -> str:
    try:
        text = log.read_text(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(f"  | {line}" for line in text.splitlines()[-lines:])
