"""The local house: what `matur up` starts, where, and with which environment.

A part whose address the environment gives (`MATUR_DATABASE_URL`, Temporal's own environment
configuration) is used and not started.
"""

import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from temporalio.envconfig import ClientConfigProfile

from cli.parts import Part, Postgres, Secrets, Service, Step, TemporalServer
from cli.parts.ports import HOST
from cli.parts.postgres import APPLICATION, OWNER
from cli.practice import PORTS as PRACTICE_PORTS
from cli.practice import Practice, practice_portals, write_mappings
from settings import secrets_directory, state_directory

PORTS = {
    "MATUR_PORT": 8000,
    "MATUR_WORKER_PORT": 8001,
    "MATUR_POSTGRES_PORT": 8432,
    "MATUR_TEMPORAL_PORT": 7233,
    "MATUR_TEMPORAL_UI_PORT": 8233,
    **PRACTICE_PORTS,
}


@dataclass(frozen=True)
class House:
    """A local run; `postgres` and `temporal` are None where the environment gives an address."""

    directory: Path
    postgres: Postgres | None
    temporal: TemporalServer | None
    environment: Mapping[str, str]
    """What a process needs besides our own environment to find all parts."""
    portals: Sequence[Practice]
    """None where the house is not in practice mode."""

    @property
    def practice(self) -> bool:
        return self.environment["MATUR_PRACTICE"] == "true"

    def write_mappings(self) -> None:
        """Tells the house where its practice portals are."""
        given = os.environ.get("MATUR_PORTALS")
        write_mappings(Path(given) if given else self.directory / "portals", self.portals)

    @property
    def web(self) -> str:
        return f"http://{HOST}:{port('MATUR_PORT')}"

    def plan(
        self, migrate: Callable[[], Awaitable[None]], seed: Callable[[], Awaitable[None]]
    ) -> list[Part | Step]:
        """Parts and steps in the order in which they are started."""
        own = [part for part in (self.postgres, self.temporal) if part is not None]
        return [
            *own,
            Step("skema", migrate),
            Step("data awal", seed),
            *(one.service(self.directory, self.web) for one in self.portals),
            self._service("worker", "MATUR_WORKER_PORT", grace=2.5),
            self._service("web", "MATUR_PORT", grace=2.0),
        ]

    def _service(self, name: str, variable: str, grace: float) -> Service:
        return Service(
            name,
            [sys.executable, "-m", "cli", name],
            self.directory / "log",
            port(variable),
            env=self.environment,
            variable=variable,
            grace=grace,
        )


def build() -> House:
    """The house that this environment asks for, with its secrets made."""
    directory = state_directory()
    secrets = Secrets(directory / "secrets")
    postgres = None
    environment = {"MATUR_DIRECTORY": str(directory), **temporal_environment()}
    if not _database_given():
        postgres = Postgres(
            directory / "postgres",
            port("MATUR_POSTGRES_PORT"),
            secrets=secrets,
            variable="MATUR_POSTGRES_PORT",
        )
        urls = {"database_url": postgres.url(APPLICATION), "migration_url": postgres.url(OWNER)}
        for name, url in urls.items():
            # Also as files, where `matur` finds them in another terminal.
            secrets.write(name, url)
            environment[f"MATUR_{name.upper()}"] = url
    if not os.environ.get("MATUR_SECRETS_DIR"):
        secrets.key("secret")
        secrets.keyring("identity_keys")
    # A database that somebody gave may be a real one: no demo accounts there unasked.
    practising = _practice(unasked=postgres is not None)
    environment["MATUR_PRACTICE"] = "true" if practising else "false"
    portals = practice_portals(secrets, port) if practising else []
    return House(directory, postgres, _temporal(directory), environment, portals)


def _practice(*, unasked: bool) -> bool:
    """What MATUR_PRACTICE says, in any of the words that the settings know for it."""
    given = os.environ.get("MATUR_PRACTICE", "")
    if not given:
        return unasked
    try:
        return TypeAdapter(bool).validate_python(given)
    except ValidationError:
        raise SystemExit(f"MATUR_PRACTICE={given}: bukan true atau false") from None


def port(variable: str) -> int:
    """The port that `variable` moves. Raises SystemExit with a sentence for no port at all."""
    given = os.environ.get(variable, "")
    if not given:
        return PORTS[variable]
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise SystemExit(f"{variable}={given}: bukan nomor port")
    return int(given)


def temporal_given() -> bool:
    """Whether Temporal's own environment configuration names an address."""
    return bool(ClientConfigProfile.load().address)


def temporal_environment() -> dict[str, str]:
    """What leads a process to our own Temporal; nothing where the environment names another."""
    if temporal_given():
        return {}
    return {"TEMPORAL_ADDRESS": f"{HOST}:{port('MATUR_TEMPORAL_PORT')}"}


def _database_given() -> bool:
    if os.environ.get("MATUR_DATABASE_URL"):
        return True
    given = bool(os.environ.get("MATUR_SECRETS_DIR"))
    return given and (secrets_directory() / "database_url").exists()


def _temporal(directory: Path) -> TemporalServer | None:
    if temporal_given():
        return None
    return TemporalServer(
        directory / "temporal",
        port("MATUR_TEMPORAL_PORT"),
        port("MATUR_TEMPORAL_UI_PORT"),
        # Training moves the clock of a single case.
        time_skipping=True,
        variable="MATUR_TEMPORAL_PORT",
        ui_variable="MATUR_TEMPORAL_UI_PORT",
    )
