"""A new key of one-time codes, as a person takes it into their phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import segno

from record.accounts import Account
from record.second_factor import new_key, open_new, provisioning_uri, seal_new
from web.house import House

QUIET_ZONE = 4
"""Modules of white around a QR code, without which no camera finds it."""


@dataclass(frozen=True)
class Enrolment:
    sealed: str
    """The key on its way through the form."""
    groups: str
    """The key for typing, in fours."""
    size: int
    path: str
    """The QR code, drawn in an SVG of `size` times `size`."""


def enrolment(house: House, account: Account, sealed: str = "") -> Enrolment:
    """A new one, or the one that a form brings back."""
    key = open_new(house.keyring, account.id, sealed) if sealed else None
    if key is None:
        key = new_key()
        sealed = seal_new(house.keyring, account.id, key)
    matrix = segno.make(provisioning_uri(account, key), error="m", micro=False).matrix
    groups = " ".join(key[at : at + 4] for at in range(0, len(key), 4))
    return Enrolment(sealed, groups, len(matrix) + 2 * QUIET_ZONE, _path(matrix))


def _path(matrix: Sequence[bytearray]) -> str:
    """Each run of dark modules as a bar of height 1."""
    bars = []
    for y, row in enumerate(matrix, QUIET_ZONE):
        x = QUIET_ZONE
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                bars.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return "".join(bars)
