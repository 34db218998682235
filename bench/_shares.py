"""Seconds of processor that each part of a house has used, from /proc."""

import os
from collections import defaultdict
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PARTS = {"postgres": "database", "temporal": "engine", "practice": "the portal"}
"""By a word of the command; all else are we ourselves."""


def used(*roots: int) -> dict[str, float]:
    """Of these processes and all below them, those that ended meanwhile included as far as their
    parents waited for them."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    commands: dict[int, str] = {}
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal():
            continue
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            command = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:  # it has ended
            continue
        pid = int(process.name)
        parents[pid] = int(fields[1])
        seconds[pid] = sum(int(field) for field in fields[11:13]) / TICK
        commands[pid] = command
    found: dict[str, float] = defaultdict(float)
    for pid in parents:
        if _below(pid, roots, parents):
            found[_part(commands[pid])] += seconds[pid]
    return found


def _below(pid: int, roots: tuple[int, ...], parents: dict[int, int]) -> bool:
    while pid in parents:
        if pid in roots:
            return True
        pid = parents[pid]
    return False


def _part(command: str) -> str:
    first = command.replace("\0", " ")
    return next((part for word, part in PARTS.items() if word in first), "ourselves")
