"""The portals we know: a mapping, and who speaks it."""

from pathlib import Path

from portals.laporgub import Laporgub
from portals.laporgub_mapping import LaporgubMapping
from portals.mapping import MappingError, PortalMapping
from portals.open311 import Open311
from portals.open311_mapping import Open311Mapping
from portals.protocol import Connector, Turn
from portals.sp4n import Sp4n
from portals.sp4n_mapping import Sp4nMapping

KNOWN: dict[str, type[PortalMapping]] = {
    "sp4n": Sp4nMapping,
    "laporgub": LaporgubMapping,
    "open311": Open311Mapping,
}


def load(directory: Path, secrets: Path | None = None) -> dict[str, PortalMapping]:
    """Each known portal's mapping by its code; `directory` holds what differs here, and need not
    exist. A credential written as `file:NAME` is read from `secrets`.

    Raises: MappingError: naming the file and the key.
    """
    for file in sorted(directory.glob("*.toml")):
        if file.stem not in KNOWN:
            raise MappingError(f"{file.name}: no such portal; known are {', '.join(KNOWN)}")
    return {code: kind.load(code, directory, secrets) for code, kind in KNOWN.items()}


def connect(mapping: PortalMapping, turn: Turn) -> Connector:
    """Who speaks with that portal; to be closed. Calls nobody yet."""
    match mapping:
        case Sp4nMapping():
            return Sp4n(mapping, turn)
        case LaporgubMapping():
            return Laporgub(mapping, turn)
        case Open311Mapping():
            return Open311(mapping, turn)
    raise MappingError(f"{mapping.code}.toml: no such portal")
