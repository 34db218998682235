"""The command `matur`."""

import asyncio
import logging
import os
import sys
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

T = TypeVar("T")

app = typer.Typer(
    help="Pengaduan masyarakat, dari masuk sampai selesai.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
user = typer.Typer(help="Akun petugas.", no_args_is_help=True)
token = typer.Typer(help="Token untuk API.", no_args_is_help=True)
holiday = typer.Typer(
    help="Hari libur; tenggat yang berjalan dihitung ulang.", no_args_is_help=True
)
app.add_typer(user, name="user")
app.add_typer(token, name="token")
app.add_typer(holiday, name="holiday")
suggestion = typer.Typer(help="Saran dari keputusan terdahulu.", no_args_is_help=True)
app.add_typer(suggestion, name="suggest")
open311_app = typer.Typer(help="Layanan Open311 untuk aplikasi lain.", no_args_is_help=True)
open311_key = typer.Typer(help="Kunci aplikasi yang boleh mengirim laporan.", no_args_is_help=True)
open311_app.add_typer(open311_key, name="key")
app.add_typer(open311_app, name="open311")

# Imports lie inside the commands: `matur token create` need not load a web server first.


@app.command()
def up() -> None:
    """Hidupkan semuanya di komputer ini, sampai Ctrl-C."""
    from cli.up import up as start

    raise typer.Exit(asyncio.run(start()))


@app.command()
def web() -> None:
    """Jalankan web."""
    import uvicorn

    import health
    from settings import get_settings

    settings = get_settings()
    health.configure_logs(settings.log_level)
    uvicorn.run(
        "web.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        # Live pages never end by themselves.
        timeout_graceful_shutdown=1,
    )


@app.command()
def worker() -> None:
    """Jalankan worker."""
    import worker as process

    process.main()


@app.command()
def migrate() -> None:
    """Sesuaikan bentuk basis data dengan versi ini; aman diulang."""
    from cli import setup

    _run(setup.migrate())


@app.command()
def seed() -> None:
    """Isi unit kerja, kebijakan, dan kalender (dan akun latihan); aman diulang."""
    from cli import setup

    _run(setup.seed())


@app.command()
def deadline(
    start: Annotated[
        datetime, typer.Argument(metavar="DATE", formats=["%Y-%m-%d"], help="Hari ke-0.")
    ],
    days: Annotated[int, typer.Option("--days", min=1, help="Hari kerja.")],
) -> None:
    """Hitung tenggat: tanggalnya dulu, lalu perhitungannya."""
    from cli.deadline import explain

    for line in _run(explain(start.date(), days)):
        typer.echo(line)


@app.command()
def doctor() -> None:
    """Periksa setiap bagian: terjangkau, versi, apa yang salah, apa yang perlu dilakukan."""
    from cli.doctor import examine

    findings = _run(examine())
    for finding in findings:
        typer.echo(finding.line())
    raise typer.Exit(0 if all(finding.well for finding in findings) else 1)


ROTATED = {
    "identities": "identitas",
    "second_factors": "faktor kedua",
    "quarantine": "isi karantina",
    "sheets": "lembar impor",
}


@app.command("rotate-keys")
def rotate_keys() -> None:
    """Segel ulang dengan kunci sekarang apa yang disegel dengan kunci yang lebih lama."""
    from cli import accounts

    rotated = _run(accounts.rotate_keys())
    for kind, count in rotated.items():
        if count:
            typer.echo(f"{count} {ROTATED[kind]} disegel ulang")
    if not any(rotated.values()):
        typer.echo("Tidak ada yang disegel dengan kunci yang lebih lama")


@user.command("add")
def user_add(
    username: str,
    name: Annotated[str, typer.Option(help="Nama lengkap.")],
    role: Annotated[
        list[str],
        typer.Option(help="PERAN atau PERAN:UNIT, mis. unit_admin:dpupr; boleh berulang."),
    ],
) -> None:
    """Tambah akun; kata sandi ditanyakan, atau dibaca sebaris dari masukan standar."""
    from cli import accounts

    if sys.stdin.isatty():
        password = typer.prompt("Kata sandi", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    _run(accounts.add(username, name, password, role))
    typer.echo(f"Akun {username} ditambahkan")


@user.command("reset-second-factor")
def user_reset_second_factor(username: Annotated[str, typer.Argument(metavar="USER")]) -> None:
    """Lepas faktor kedua, mis. ponselnya hilang; semua sesi akun itu berakhir."""
    from cli import accounts

    _run(accounts.reset_second_factor(username, datetime.now(UTC)))
    typer.echo(f"Faktor kedua {username} dilepas")


@user.command("reset-password")
def user_reset_password(username: Annotated[str, typer.Argument(metavar="USER")]) -> None:
    """Buat kata sandi baru; hanya kata sandi itu yang dicetak, dan semua sesi akun itu berakhir."""
    from cli import accounts

    typer.echo(_run(accounts.reset_password(username, datetime.now(UTC))))


@token.command("create")
def token_create(username: Annotated[str, typer.Argument(metavar="USER")]) -> None:
    """Buat token; hanya token itu yang dicetak, dan hanya sekali ini."""
    from cli import accounts

    typer.echo(_run(accounts.create_token(username, datetime.now(UTC))))


Day = Annotated[datetime, typer.Argument(metavar="DATE", formats=["%Y-%m-%d"])]


@holiday.command("add")
def holiday_add(day: Day, name: str) -> None:
    """Tambah hari libur atau cuti bersama."""
    from cli import holidays

    typer.echo(_run(holidays.add(day.date(), name, datetime.now(UTC))))


@holiday.command("remove")
def holiday_remove(day: Day) -> None:
    """Hapus hari libur."""
    from cli import holidays

    typer.echo(_run(holidays.remove(day.date(), datetime.now(UTC))))


@holiday.command("announce")
def holiday_announce() -> None:
    """Beri tahu lagi aduan yang berjalan; aman diulang."""
    from cli import holidays

    typer.echo(_run(holidays.announce()))


Table = Annotated[
    Path,
    typer.Argument(metavar="CSV", help="Kolom id,text,category; boleh juga unit,village_code."),
]


@suggestion.command("train")
def suggest_train(table: Table) -> None:
    """Catat keputusan terdahulu, lalu belajar dari semua yang ada; aman diulang."""
    from cli import suggest

    for line in _run(suggest.train(table, datetime.now(UTC))):
        typer.echo(line)


@suggestion.command("test")
def suggest_test(
    table: Table,
    seeds: Annotated[int, typer.Option(min=1, help="Berapa kali diacak.")] = 3,
) -> None:
    """Uji: belajar dari 70 %, tanya tentang 30 % yang disisihkan; gagal bila kurang dari syarat."""
    from cli import suggest

    for line in suggest.test(table, seeds):
        typer.echo(line)


@open311_key.command("add")
def open311_key_add(name: str) -> None:
    """Buat kunci (`api_key`); hanya kunci itu yang dicetak, dan hanya sekali ini."""
    from cli import open311

    typer.echo(_run(open311.add(name, datetime.now(UTC))))


@open311_key.command("list")
def open311_key_list() -> None:
    """Tampilkan nama kunci yang berlaku, dan kapan terakhir dipakai."""
    from cli import open311

    for line in _run(open311.listed()):
        typer.echo(line)


@open311_key.command("revoke")
def open311_key_revoke(name: str) -> None:
    """Cabut kunci; sejak itu tidak berlaku lagi."""
    from cli import open311

    _run(open311.revoke(name, datetime.now(UTC)))
    typer.echo(f"Kunci {name} dicabut")


def _run(work: Coroutine[object, object, T]) -> T:
    """Runs `work`; what people can mend is told in a sentence."""
    try:
        return asyncio.run(work)
    except ValidationError as error:
        missing = ", ".join(f"MATUR_{'_'.join(map(str, e['loc']))}".upper() for e in error.errors())
        raise SystemExit(f"Pengaturan belum lengkap atau salah: {missing}") from None
    except SQLAlchemyError as error:
        raise SystemExit(f"Basis data: {str(error).partition(chr(10))[0]}") from None


def main() -> None:
    """Leaves without the interpreter's own end, where temporalio sometimes aborts (its issue 300),
    so that the exit code is the command's."""
    code: object = 0
    try:
        app()
    except SystemExit as leaving:
        code = leaving.code
    if isinstance(code, str):
        typer.echo(code, err=True)
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)
