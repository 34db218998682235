"""Units of the regency as paths through their tree: `kab/kec.purbalingga/kel.bancar`.

A case records the path as it was; a merge of units later never rewrites history.
"""

from typing import Annotated

from pydantic import StringConstraints

UnitPath = Annotated[str, StringConstraints(pattern=r"^kab(/[a-z0-9.\-]+)*$", max_length=200)]

ROOT = "kab"


def covers(unit: str, other: str) -> bool:
    """Whether `other` is `unit` or lies below it."""
    return other == unit or other.startswith(unit + "/")


def is_below(other: str, unit: str) -> bool:
    """Whether `other` lies strictly below `unit`."""
    return other.startswith(unit + "/")


def code_of(unit: str) -> str:
    """The unit's own code: the last step of its path."""
    return unit.rpartition("/")[2]
