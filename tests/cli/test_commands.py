"""The commands of `matur`, each as a process of its own on a real record."""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from cli.parts import Postgres, free_port
from record.access import account_of_session, create_session
from record.accounts import add_account, id_of, log_in
from record.engine import create_engine
from record.identity import Keyring, Reporter, open_identity
from record.second_factor import enrol, new_key, standing
from tests.cli.command import Environment, matur
from tests.conftest import Database
from tests.record.office import Office

OLD, NEW = (b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@pytest.fixture
def environment(database: Database) -> Environment:
    return {
        "MATUR_DATABASE_URL": database.application_url,
        "MATUR_MIGRATION_URL": database.owner_url,
        "MATUR_SECRET": b64encode(bytes(32)).decode(),
        "MATUR_IDENTITY_KEYS": f"old:{OLD}",
        "MATUR_PORT": str(free_port()),
        "MATUR_WORKER_PORT": str(free_port()),
        "MATUR_TEMPORAL_PORT": str(free_port()),
    }


async def rows(database: Database, statement: str, *values: object) -> list[tuple[object, ...]]:
    url = database.owner_url.replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(statement.encode(), values)
        return await cursor.fetchall() if cursor.description else []


async def test_token_create_prints_the_token_alone(environment: Environment) -> None:
    code, out, err = await matur(environment, "token", "create", "koordinator")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"mb_[\w-]{43}\n", out)

    assert await matur(environment, "token", "create", "siapa") == (
        1,
        "",
        "Tidak ada akun siapa yang aktif\n",
    )


async def test_user_add(environment: Environment, database: Database) -> None:
    add = ("user", "add", "budi", "--name", "Budi Santoso", "--role", "unit_admin:dpupr")
    code, _, err = await matur(environment, *add, "--role", "auditor", typed="panjang sekali 1\n")
    assert (code, err) == (0, "")
    assert await rows(
        database,
        "SELECT name, role, unit FROM grants JOIN accounts ON account_id = id"
        " WHERE username = 'budi' ORDER BY role",
    ) == [("Budi Santoso", "auditor", None), ("Budi Santoso", "unit_admin", "kab/dpupr")]

    for arguments, typed, why in (
        (add, "panjang sekali 1\n", "Akun budi sudah ada"),
        (add, "pendek\n", "Kata sandi paling sedikit 12 karakter"),
        ((*add[:-1], "raja"), "panjang sekali 1\n", "Peran raja tidak dikenal"),
        ((*add[:-1], "unit_head:entah"), "panjang sekali 1\n", "Unit entah tidak dikenal"),
    ):
        code, out, err = await matur(environment, *arguments, typed=typed)
        assert (code, out) == (1, "")
        assert why in err


async def test_rotate_keys(environment: Environment, database: Database) -> None:
    siti = Reporter(name="Siti")
    engine = create_engine(database.application_url, size=1)
    office = await Office.opened(engine)
    office.keyring = Keyring({"old": b"\1" * 32})
    filed, _ = await office.file(reporter=siti)
    rotated = environment | {"MATUR_IDENTITY_KEYS": f"new:{NEW},old:{OLD}"}

    assert (await matur(rotated, "rotate-keys"))[:2] == (0, "1 identitas disegel ulang\n")
    assert (await matur(rotated, "rotate-keys"))[:2] == (
        0,
        "Tidak ada yang disegel dengan kunci yang lebih lama\n",
    )

    only_new = Keyring({"new": b"\2" * 32})
    assert await open_identity(engine, only_new, filed.complaint_id) == siti
    await engine.dispose()


async def test_a_lost_phone(environment: Environment, database: Database) -> None:
    engine, now = create_engine(database.application_url, size=1), datetime.now(UTC)
    keyring, account = Keyring({"old": b"\1" * 32}), await id_of(engine, "sekda")
    assert account is not None
    await enrol(engine, keyring, account, new_key(), 1, now, secret=b"s")
    rotated = environment | {"MATUR_IDENTITY_KEYS": f"new:{NEW},old:{OLD}"}
    code, out, _err = await matur(rotated, "rotate-keys")
    assert (code, out) == (0, "1 faktor kedua disegel ulang\n")

    reset = ("user", "reset-second-factor")
    assert (await matur(environment, *reset, "sekda"))[:2] == (0, "Faktor kedua sekda dilepas\n")
    assert await standing(engine, account) is None
    assert await matur(environment, *reset, "entah") == (1, "", "Tidak ada akun entah\n")
    await engine.dispose()


async def test_a_forgotten_password(environment: Environment, database: Database) -> None:
    engine, now = create_engine(database.application_url, size=1), datetime.now(UTC)
    account = await add_account(engine, "budi", "Budi", "kata sandi lama", ())
    session = await create_session(engine, account.id, now, timedelta(days=1), secret=b"s")
    reset = ("user", "reset-password")
    code, password, _err = await matur(environment, *reset, "budi")
    assert code == 0
    assert await log_in(engine, "budi", password.strip())
    assert await log_in(engine, "budi", "kata sandi lama") is None
    idle = timedelta(hours=1)
    assert await account_of_session(engine, session, now, idle, secret=b"s") is None
    assert await matur(environment, *reset, "entah") == (1, "", "Tidak ada akun entah\n")
    await engine.dispose()


# domain.md, "Check values".
@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-03-17", 1, "2026-03-25"),
        ("2026-03-17", 5, "2026-03-31"),
        ("2026-03-17", 60, "2026-06-26"),
        ("2026-12-23", 14, "2027-01-18"),
    ],
)
async def test_deadline_prints_the_due_date_and_how_it_was_counted(
    start: str, days: int, due: str
) -> None:
    code, out, err = await matur({}, "deadline", start, "--days", str(days))
    first, *arithmetic = out.splitlines()
    assert (code, first, err) == (0, due, "")
    assert "kalender versi 1 bawaan" in arithmetic[1]
    counted = sum(
        int(last or first) - int(first) + 1
        for first, last in re.findall(r"ke-(\d+)(?: - (\d+))? +dihitung", out)
    )
    assert counted == days


async def test_deadline_counts_by_the_calendar_in_the_record(
    environment: Environment, database: Database
) -> None:
    await rows(
        database,
        "INSERT INTO calendars"
        " SELECT 2, jsonb_set(data, '{days_off,2026-08-18}', %s::jsonb), %s, '' FROM calendars",
        '"Hari Jadi"',
        datetime.now(UTC),
    )
    code, out, _ = await matur(environment, "deadline", "2026-08-14", "--days", "1")
    assert code == 0
    assert out.startswith("2026-08-19\n")
    assert "kalender versi 2 dalam rekaman" in out
    assert "libur: Hari Jadi" in out


async def test_doctor_says_what_is_wrong_and_what_to_do(environment: Environment) -> None:
    code, out, err = await matur(environment, "doctor")
    assert (code, err) == (1, "")
    assert re.findall(r"^(baik|SALAH) +(\w+)", out, re.M) == [
        ("baik", "pengaturan"),
        ("baik", "PostgreSQL"),
        ("SALAH", "Temporal"),
        ("SALAH", "worker"),
        ("SALAH", "web"),
    ]
    assert re.search(r"PostgreSQL +18\.\d+ di 127\.0\.0\.1:\d+/test_\d+ sebagai matur_app", out)
    assert f"127.0.0.1:{environment['MATUR_TEMPORAL_PORT']}" in out
    assert out.count("\n       -> ") == 3
    for secret in (environment["MATUR_SECRET"], OLD, environment["MATUR_DATABASE_URL"]):
        assert secret not in out


async def test_doctor_on_a_database_that_lacks_its_shape_or_its_data(
    environment: Environment, postgres: Postgres
) -> None:
    await postgres.create_database("bare")
    urls = {
        "MATUR_DATABASE_URL": postgres.url("matur_app", "bare"),
        "MATUR_MIGRATION_URL": postgres.url("matur_owner", "bare"),
    }
    _, out, _ = await matur(environment | urls, "doctor")
    assert re.search(r"SALAH  PostgreSQL.*skema.*\n +-> .*matur migrate", out)

    assert (await matur(environment | urls, "migrate"))[0] == 0
    _, out, _ = await matur(environment | urls, "doctor")
    assert re.search(r"SALAH  PostgreSQL.*kosong\n +-> .*matur seed", out)

    assert (await matur(environment | urls, "seed"))[0] == 0
    _, out, _ = await matur(environment | urls, "doctor")
    assert re.search(r"baik   PostgreSQL", out)
    # Outside practice mode nobody can log in whose password is known to all.
    bare = Database("bare", urls["MATUR_DATABASE_URL"], urls["MATUR_MIGRATION_URL"])
    assert await rows(bare, "SELECT count(*) FROM accounts") == [(0,)]


async def test_what_is_missing_or_out_of_reach_is_said_in_a_sentence(
    environment: Environment,
) -> None:
    code, out, err = await matur({}, "token", "create", "koordinator")
    assert (code, out) == (1, "")
    assert err.startswith("Pengaturan belum lengkap atau salah: MATUR_DATABASE_URL")

    nowhere = {"MATUR_DATABASE_URL": f"postgresql://matur@127.0.0.1:{free_port()}/matur"}
    code, out, err = await matur(environment | nowhere, "token", "create", "koordinator")
    assert (code, out) == (1, "")
    assert err.startswith("Basis data: ")
    assert "Traceback" not in err

    code, _, err = await matur(environment | {"MATUR_PORT": "delapan"}, "up")
    assert (code, err) == (1, "MATUR_PORT=delapan: bukan nomor port\n")


async def test_a_key_for_open311(environment: Environment, database: Database) -> None:
    key = ("open311", "key")
    code, out, err = await matur(environment, *key, "add", "Aplikasi warga")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"o311_[\w-]{43}\n", out)
    kept = await rows(database, "SELECT name, length(hash) FROM open311_keys")
    assert kept == [("Aplikasi warga", 32)], "a hash, and nothing else of it"
    code, _, err = await matur(environment, *key, "add", "Aplikasi warga")
    assert (code, "sudah ada" in err) == (1, True)
    _, out, _ = await matur(environment, *key, "list")
    assert re.fullmatch(r"Aplikasi warga  dibuat \d{4}-\d\d-\d\d, belum pernah dipakai\n", out)
    assert (await matur(environment, *key, "revoke", "Aplikasi warga"))[0] == 0
    assert await matur(environment, *key, "list") == (0, "", "")
    assert await matur(environment, *key, "revoke", "Aplikasi warga") == (
        1,
        "",
        "Tidak ada kunci bernama Aplikasi warga\n",
    )
