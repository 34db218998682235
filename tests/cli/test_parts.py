"""PostgreSQL and Temporal as parts: they come up, survive a kill, and are ended."""

import asyncio
import signal
import socket
from pathlib import Path

import psutil
import psycopg
import pytest
from temporalio.client import Client

from cli.parts import (
    PartFailed,
    PortTaken,
    Postgres,
    Secrets,
    TemporalServer,
    free_port,
    running,
)
from cli.parts.postgres import APPLICATION, OWNER, SUPERUSER
from cli.parts.process import Child


async def _rows(server: Postgres, statement: str, role: str = OWNER) -> list[tuple[object, ...]]:
    url = server.url(role).replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        cursor = await connection.execute(statement.encode())
        return await cursor.fetchall() if cursor.description else []


async def test_postgres_finds_its_data_after_kill_and_after_stop(tmp_path: Path) -> None:
    async with running(Postgres(tmp_path / "postgres", free_port(), durable=False)) as server:
        await _rows(server, "CREATE TABLE kept (i integer)")
        await _rows(server, "INSERT INTO kept VALUES (1)")

        await server.kill()
        assert await server.wait() == -signal.SIGKILL
        await server.start()
        assert await _rows(server, "SELECT i FROM kept") == [(1,)]

    async with running(Postgres(tmp_path / "postgres", free_port(), durable=False)) as moved:
        assert await _rows(moved, "SELECT i FROM kept") == [(1,)]


async def test_postgres_asks_every_role_for_its_password(postgres: Postgres) -> None:
    for role in (OWNER, APPLICATION, SUPERUSER):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            await psycopg.AsyncConnection.connect(
                host="127.0.0.1", port=postgres.port, user=role, password="guess", dbname="matur"
            )


async def test_postgres_has_one_superuser_and_one_order_of_letters(postgres: Postgres) -> None:
    assert await _rows(postgres, "SELECT rolname FROM pg_roles WHERE rolsuper") == [(SUPERUSER,)]
    assert await _rows(
        postgres, "SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname = 'matur'"
    ) == [("b", "C.UTF-8")]


async def test_postgres_under_a_closed_directory(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    async with running(Postgres(closed / "postgres", free_port(), durable=False)) as server:
        assert await _rows(server, "SELECT 1") == [(1,)]
        assert server.data.stat().st_mode & 0o777 == 0o700
    assert closed.stat().st_mode & 0o777 == 0o700


async def test_what_a_crashed_run_left_is_ended_first(tmp_path: Path) -> None:
    port = free_port()
    async with running(Postgres(tmp_path / "postgres", port, durable=False)) as crashed:
        orphan = crashed.pid
        assert orphan is not None
        # Another run, which knows of the first by its pid file alone.
        async with running(Postgres(tmp_path / "postgres", port, durable=False)) as again:
            assert again.pid != orphan
            assert not psutil.pid_exists(orphan)
            assert await _rows(again, "SELECT 1") == [(1,)]


async def test_a_stranger_with_a_remembered_pid_is_left_alone(tmp_path: Path) -> None:
    stranger = await asyncio.create_subprocess_exec("sleep", "60")
    (tmp_path / "part.pid").write_text(f"{stranger.pid} 1.0\n")

    await Child("part", tmp_path).clear_leftover(signal.SIGTERM, 1)

    assert stranger.returncode is None
    stranger.kill()
    await stranger.wait()


@pytest.mark.parametrize(
    ("part", "name", "variable"),
    [
        (
            lambda directory, port: Postgres(directory, port, variable="MATUR_POSTGRES_PORT"),
            "PostgreSQL",
            "MATUR_POSTGRES_PORT",
        ),
        (
            lambda directory, port: TemporalServer(
                directory, free_port(), port, ui_variable="MATUR_TEMPORAL_UI_PORT"
            ),
            "Temporal UI",
            "MATUR_TEMPORAL_UI_PORT",
        ),
    ],
    ids=["postgres", "temporal-ui"],
)
async def test_a_taken_port_is_named_with_what_moves_it(part, name, variable, tmp_path) -> None:  # type: ignore[no-untyped-def]
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortTaken, match=f"^{name}: port {port} sudah dipakai.*{variable}="):
            await part(tmp_path / "part", port).start()
    assert not (tmp_path / "part" / "data").exists()


async def test_a_part_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    async with running(Postgres(tmp_path / "postgres", free_port(), durable=False)) as server:
        pass
    (server.data / "postgresql.conf").write_text("work_mem = nonsense\n")
    impatient = Postgres(tmp_path / "postgres", free_port(), durable=False, patience=1)
    with pytest.raises(PartFailed, match="work_mem"):
        await impatient.start()


async def test_temporal_finds_its_workflows_after_kill(tmp_path: Path) -> None:
    async with running(TemporalServer(tmp_path, free_port())) as server:
        client = await Client.connect(server.address)
        await client.start_workflow("Waiting", id="kept", task_queue="nobody")

        await server.kill()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", server.port)
        await server.start()

        client = await Client.connect(server.address)
        described = await client.get_workflow_handle("kept").describe()
        assert described.workflow_type == "Waiting"


async def test_secrets_are_made_once_and_closed(tmp_path: Path) -> None:
    first, again = Secrets(tmp_path / "secrets"), Secrets(tmp_path / "secrets")
    assert first.password("one") == again.password("one")
    assert first.key("two") == again.key("two") != first.key("three")
    for file in (tmp_path / "secrets").iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
