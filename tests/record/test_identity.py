"""Sealed identities."""

import secrets
from dataclasses import replace
from uuid import UUID

import psycopg
import pytest
from cryptography.exceptions import InvalidTag

from record.identity import Keyring, Reporter, open_identity
from record.rotation import KEPT, rotate
from tests.record.office import Office, a_filing

REPORTER = Reporter(name="Sutrisno", phone="+6281234567890", email="s@example.org")


def test_an_identity_opens_only_where_it_was_sealed() -> None:
    ring = Keyring({"k1": secrets.token_bytes(32)})
    sealed = ring.seal(UUID(int=1), REPORTER)
    assert ring.open(UUID(int=1), sealed) == REPORTER
    with pytest.raises(InvalidTag):
        ring.open(UUID(int=2), sealed)
    assert ring.seal(UUID(int=1), REPORTER).nonce != sealed.nonce


@pytest.mark.parametrize("keys", [{}, {"k1": b"short"}])
def test_a_keyring_of_no_use_is_refused(keys: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="identity key"):
        Keyring(keys)


async def test_rotation_seals_all_with_the_current_key(
    office: Office, superuser: psycopg.AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KEPT, "identities", replace(KEPT["identities"], batch=3))
    filed = [(await office.file(a_filing(reporter=REPORTER)))[1].id for _ in range(7)]
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    first = Keyring({"old": old})
    for complaint in filed:  # as if filed under the old key
        sealed = first.seal(complaint, REPORTER)
        await superuser.execute(
            "UPDATE identities SET key_id = 'old', nonce = %s, sealed = %s WHERE complaint_id = %s",
            (sealed.nonce, sealed.sealed, complaint),
        )
    both = Keyring({"new": new, "old": old})
    assert await open_identity(office.engine, both, filed[0]) == REPORTER
    assert (await rotate(office.engine, both))["identities"] == 7
    assert (await rotate(office.engine, both))["identities"] == 0
    only_new = Keyring({"new": new})
    for complaint in filed:
        assert await open_identity(office.engine, only_new, complaint) == REPORTER


async def test_rotation_without_the_old_key_changes_nothing(office: Office) -> None:
    _, case = await office.file()
    with pytest.raises(KeyError):
        await rotate(office.engine, Keyring({"new": secrets.token_bytes(32)}))
    assert await open_identity(office.engine, office.keyring, case.id) is not None
