"""The parts of a local run, each started, watched and stopped the same way.

Tests and benchmarks start the same ones:
`async with running(Postgres(directory, free_port())) as postgres: ...`
"""

from cli.parts.part import Part, PartFailed, PortTaken, running
from cli.parts.ports import free_port
from cli.parts.postgres import Postgres
from cli.parts.secrets import Secrets
from cli.parts.service import Service
from cli.parts.supervisor import Step, Supervisor
from cli.parts.temporal import TemporalServer

__all__ = [
    "Part",
    "PartFailed",
    "PortTaken",
    "Postgres",
    "Secrets",
    "Service",
    "Step",
    "Supervisor",
    "TemporalServer",
    "free_port",
    "running",
]
