"""Runs `matur` as a process of its own."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE

Environment = dict[str, str]


async def matur(environment: Environment, *arguments: str, typed: str = "") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one command."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", *arguments),
        env=os.environ | environment,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await process.communicate(typed.encode())
    return process.returncode or 0, out.decode(), err.decode()
