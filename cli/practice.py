"""The practice portals of a local run, and what tells the house how to reach them."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.parts import Secrets, Service
from cli.parts.ports import HOST

PORTS = {
    "MATUR_PRACTICE_SP4N_PORT": 8011,
    "MATUR_PRACTICE_LAPORGUB_PORT": 8012,
    "MATUR_PRACTICE_OPEN311_PORT": 8013,
}
ARRIVING_S = 240
"""Over how many seconds the sample complaints arrive, at the first start."""
QUIET_S = 10
"""Before the first of them: they would be taken in while the web is still starting."""
POLL_EVERY_S = 5
OURS = "# Ditulis oleh `make run` untuk portal latihan; ditimpa pada setiap mulai.\n"


@dataclass(frozen=True)
class Practice:
    """One practice portal."""

    code: str
    label: str
    port: int
    variable: str
    path: str
    """Below which its interface begins."""
    credentials: Mapping[str, str]
    """By their names in the mapping."""

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def service(self, directory: Path, web: str) -> Service:
        """`web`: the house's own address, for what the portal hints."""
        hints = ["--webhook", f"{web}/hooks/{self.code}"] if self.code == "sp4n" else []
        return Service(
            self.code,
            [
                *(sys.executable, "-m", "practice", self.code, "--port", str(self.port)),
                *("--directory", str(directory / "practice" / self.code)),
                *("--arriving", str(ARRIVING_S), "--quiet", str(QUIET_S)),
                *hints,
            ],
            directory / "log",
            self.port,
            # Not as arguments, which everybody on this machine can list.
            env={f"PRACTICE_{name.upper()}": value for name, value in self.credentials.items()},
            variable=self.variable,
            grace=1.5,
        )

    def mapping(self) -> str:
        """What goes over the mapping that is shipped."""
        lines = [
            f'address = "{self.address}{self.path}"',
            "allow_private = true",
            f"poll_every_s = {POLL_EVERY_S}",
            "",
            "[credentials]",
            *(f'{name} = "{value}"' for name, value in self.credentials.items()),
        ]
        return OURS + "\n".join(lines) + "\n"


def practice_portals(secrets: Secrets, port: Callable[[str], int]) -> list[Practice]:
    """All of them, their credentials made at the first call."""
    made = {
        "sp4n": ("SP4N-LAPOR!", "", {
            "client_id": "matur",
            "client_secret": secrets.password("practice_client_secret"),
            "webhook_secret": secrets.password("practice_webhook_secret"),
        }),
        "laporgub": ("LaporGub", "", {"api_key": secrets.password("practice_laporgub_key")}),
        "open311": (
            "Kota Terbuka 311", "/open311/v2",
            {"api_key": secrets.password("practice_open311_key")},
        ),
    }  # fmt: skip
    return [
        Practice(code, label, port(variable), variable, path, credentials)
        for variable, (code, (label, path, credentials)) in zip(PORTS, made.items(), strict=True)
    ]


def write_mappings(directory: Path, practice: Sequence[Practice]) -> None:
    """Leaves what an administrator wrote as it is; takes away what an earlier run wrote."""
    for path in directory.glob("*.toml"):
        if _ours(path):
            path.unlink()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for one in practice:
        path = directory / f"{one.code}.toml"
        if not path.exists():
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(one.mapping())


def _ours(path: Path) -> bool:
    return path.read_text().startswith(OURS)
