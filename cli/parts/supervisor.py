"""Starts parts in order, restarts those that die, stops all in the opposite order."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from cli.parts.part import Part, PartFailed, PortTaken

Say = Callable[[str], None]

# A part that dies again sooner than this waits longer and longer before the next try.
STEADY, LONGEST_PAUSE = 30.0, 10.0


@dataclass(frozen=True)
class Step:
    """Something done once between the start of two parts."""

    name: str
    act: Callable[[], Awaitable[None]]


class Supervisor:
    """
    Args:
        plan: parts and steps in the order in which they are started.
        say: takes a line for the person who watches.
    """

    def __init__(self, plan: Sequence[Part | Step], say: Say) -> None:
        self._plan = plan
        self._say = say
        self._started: list[Part] = []
        self._watches: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Starts all. Raises PartFailed, with what was started before still running; PortTaken
        before anything is started, with every other taken port said."""
        await self._prepare()
        for item in self._plan:
            began = monotonic()
            if isinstance(item, Step):
                await item.act()
            else:
                # Noted first: a start that is interrupted has to be undone too.
                self._started.append(item)
                await item.start()
                self._watches.append(asyncio.create_task(self._watch(item)))
            self._say(f"  {item.name:<12} siap   {_seconds(began)}")

    async def _prepare(self) -> None:
        taken: list[PortTaken] = []
        # Backwards, as in `stop`: a leftover is ended before what it works with.
        for item in reversed(self._plan):
            if not isinstance(item, Step):
                try:
                    await item.prepare()
                except PortTaken as failure:
                    taken.append(failure)
        for other in taken[1:]:
            self._say(f"! {other}")
        if taken:
            raise taken[0]

    async def stop(self) -> None:
        """Ends all parts, those started last first."""
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        for part in reversed(self._started):
            began = monotonic()
            await part.stop()
            self._say(f"  {part.name:<12} berhenti   {_seconds(began)}")
        self._started.clear()

    async def _watch(self, part: Part) -> None:
        pause = 0.0
        while True:
            began = monotonic()
            code = await part.wait()
            pause = 0.0 if monotonic() - began > STEADY else min(pause * 2 or 0.5, LONGEST_PAUSE)
            self._say(f"! {part.name} mati ({_ending(code)}); dihidupkan lagi")
            await asyncio.sleep(pause)
            while not await self._restarted(part):
                pause = min(pause * 2 or 0.5, LONGEST_PAUSE)
                await asyncio.sleep(pause)

    async def _restarted(self, part: Part) -> bool:
        began = monotonic()
        try:
            await part.start()
        except PartFailed as failure:
            self._say(f"! {failure}")
            return False
        self._say(f"  {part.name:<12} siap lagi   {_seconds(began)}")
        return True


def _seconds(began: float) -> str:
    return f"{monotonic() - began:.1f} s".replace(".", ",")


def _ending(code: int) -> str:
    return f"sinyal {-code}" if code < 0 else f"kode {code}"
