"""`clean` in a process of its own, with little memory and little time: a file that breaks a decoder
breaks nothing else. A few run at once, and the others wait."""

import asyncio
import os
import resource
import struct
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable

from record.files.cleaning import BROKEN, Cleaned, Unacceptable, clean

AT_ONCE = 2
MEMORY = 1_500_000_000
SECONDS = 20

_turns = asyncio.Semaphore(AT_ONCE)


async def cleaned(read: Callable[[], Awaitable[bytes]], name: str) -> Cleaned:
    """As `clean` of what `read` gives, beside the event loop. Raises Unacceptable.

    It is read when its turn comes: those that wait fill no memory.
    """
    async with _turns:
        packed = _packed(name.encode(errors="replace"), await read())
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", "record.files.apart", stdin=PIPE, stdout=PIPE, env={}
        )
        try:
            async with asyncio.timeout(SECONDS * 2):
                written, _ = await process.communicate(packed)
        except TimeoutError as error:
            raise Unacceptable(BROKEN) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode:
        raise Unacceptable(BROKEN)
    parts = _unpacked(written)
    if len(parts) == 1:
        raise Unacceptable(parts[0].decode())
    safe, media_type, clean_data, preview = parts
    return Cleaned(safe.decode(), media_type.decode(), clean_data, preview or None)


def _packed(*parts: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def _unpacked(packed: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(packed):
        (size,) = struct.unpack_from(">I", packed, at)
        parts.append(packed[at + 4 : at + 4 + size])
        at += 4 + size
    return parts


def main() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    os.nice(5)  # whoever reads a page goes first
    name, data = _unpacked(sys.stdin.buffer.read())
    try:
        done = clean(data, name.decode(errors="replace"))
        answer = _packed(
            done.name.encode(), done.media_type.encode(), done.data, done.preview or b""
        )
    except Unacceptable as refused:
        answer = _packed(refused.why.encode())
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
