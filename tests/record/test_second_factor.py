"""One-time codes, taken once; recovery codes; keys that only the keyring opens."""

from datetime import UTC, datetime, timedelta

import psycopg
import pyotp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Grant
from domain.terms import Role
from record import second_factor as factor
from record.accounts import Account, add_account
from record.identity import Keyring
from record.rotation import rotate

NOW = datetime(2026, 3, 2, 2, 0, 10, tzinfo=UTC)
SECRET = b"s" * 32
OLD, NEW = {"k1": b"1" * 32}, {"k2": b"2" * 32, "k1": b"1" * 32}
RING = Keyring(OLD)
FULL_WIDTH = "".join(chr(0xFF10 + digit) for digit in range(1, 7))
STEP = timedelta(seconds=factor.STEP)


@pytest.fixture
async def siti(engine: AsyncEngine) -> Account:
    return await add_account(engine, "siti", "Siti", "kata sandi panjang", ())


async def enrolled(
    engine: AsyncEngine, account: Account, at: datetime = NOW
) -> tuple[str, list[str]]:
    key = factor.new_key()
    step = factor.step_of(key, pyotp.TOTP(key).at(at), at)
    assert step is not None
    return key, await factor.enrol(engine, RING, account.id, key, step, at, secret=SECRET)


async def taken(engine: AsyncEngine, account: Account, code: str, now: datetime) -> bool:
    return await factor.accept_code(engine, RING, account.id, code, now)


async def test_a_code_counts_once_and_none_before_it(engine: AsyncEngine, siti: Account) -> None:
    key, _ = await enrolled(engine, siti)
    totp = pyotp.TOTP(key)
    assert not await taken(engine, siti, totp.at(NOW), NOW), "it confirmed the key already"
    later = NOW + 5 * STEP
    code = totp.at(later)
    assert await taken(engine, siti, f" {code[:3]} {code[3:]} ", later)
    assert not await taken(engine, siti, code, later)
    assert not await taken(engine, siti, totp.at(later - STEP), later)
    assert await taken(engine, siti, totp.at(later + STEP), later)


@pytest.mark.parametrize(
    ("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
async def test_a_phone_may_be_a_step_wrong(
    engine: AsyncEngine, siti: Account, steps: int, counts: bool
) -> None:
    key, _ = await enrolled(engine, siti)
    now = NOW + 100 * STEP
    assert await taken(engine, siti, pyotp.TOTP(key).at(now + steps * STEP), now) is counts


async def test_what_is_no_code_opens_nothing(engine: AsyncEngine, siti: Account) -> None:
    for code in ("", "000000", "abcdef", "\x00", FULL_WIDTH, "\ud800"):
        assert not await taken(engine, siti, code, NOW), "there is no second factor"
    await enrolled(engine, siti)
    for code in ("", "abcdef", "\x00", FULL_WIDTH, "\ud800"):
        assert not await taken(engine, siti, code, NOW)


async def test_a_recovery_code_opens_once_and_for_its_owner(
    engine: AsyncEngine, siti: Account
) -> None:
    budi = await add_account(engine, "budi", "Budi", "kata sandi panjang", ())
    _, codes = await enrolled(engine, siti)
    assert len(set(codes)) == factor.RECOVERY_CODES

    async def opens(account: Account, code: str) -> bool:
        return await factor.accept_recovery_code(engine, account.id, code, secret=SECRET)

    assert not await opens(budi, codes[0])
    assert await opens(siti, f"{codes[0][:5].upper()} - {codes[0][5:]}")
    assert not await opens(siti, codes[0])
    assert not await opens(siti, "")
    standing = await factor.standing(engine, siti.id)
    assert standing == factor.Standing(NOW, factor.RECOVERY_CODES - 1)


async def test_a_new_one_takes_the_old_ones_place(engine: AsyncEngine, siti: Account) -> None:
    old, old_codes = await enrolled(engine, siti)
    now = NOW + 10 * STEP
    new, _ = await enrolled(engine, siti, now - 2 * STEP)
    assert not await taken(engine, siti, pyotp.TOTP(old).at(now), now)
    assert not await factor.accept_recovery_code(engine, siti.id, old_codes[0], secret=SECRET)
    assert await taken(engine, siti, pyotp.TOTP(new).at(now), now)
    await factor.remove(engine, siti.id)
    assert await factor.standing(engine, siti.id) is None


async def test_only_the_keyring_knows_the_key(
    engine: AsyncEngine, siti: Account, superuser: psycopg.AsyncConnection
) -> None:
    key, codes = await enrolled(engine, siti)
    found = await superuser.execute(
        "SELECT f::text FROM second_factors f UNION ALL SELECT r::text FROM recovery_codes r"
    )
    kept = " ".join(row for (row,) in await found.fetchall())
    for told_once in (key, *codes):
        assert told_once not in kept
        assert told_once.encode().hex() not in kept
    assert (await rotate(engine, Keyring(NEW)))["second_factors"] == 1
    assert (await rotate(engine, Keyring(NEW)))["second_factors"] == 0
    now = NOW + 10 * STEP
    only_new = Keyring({"k2": b"2" * 32})
    assert await factor.accept_code(engine, only_new, siti.id, pyotp.TOTP(key).at(now), now)


async def test_a_key_in_a_form_is_for_one_account(engine: AsyncEngine, siti: Account) -> None:
    budi = await add_account(engine, "budi", "Budi", "kata sandi panjang", ())
    key = factor.new_key()
    sealed = factor.seal_new(RING, siti.id, key)
    assert key not in sealed
    assert factor.open_new(RING, siti.id, sealed) == key
    assert factor.open_new(RING, budi.id, sealed) is None
    for text in ("", "k1.", "k9." + sealed[3:], sealed[:-4], "k1.\ud800", "k1.x"):
        assert factor.open_new(RING, siti.id, text) is None


@pytest.mark.parametrize("role", list(Role))
async def test_who_needs_one(engine: AsyncEngine, siti: Account, role: Role) -> None:
    held = Account(siti.id, "siti", "Siti", (Grant(role=role),))
    much = (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)
    assert factor.is_required(held) is (role in much)
