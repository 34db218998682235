"""`matur suggest`: on tables made here, each command a process of its own."""

import csv
import re
from base64 import b64encode
from pathlib import Path

import pytest

from cli import suggest
from cli.parts import free_port
from record.engine import create_engine
from record.models import list_models
from tests.cli.command import Environment, matur
from tests.conftest import Database
from tests.suggest.offices import complaints


@pytest.fixture
def environment(database: Database) -> Environment:
    return {
        "MATUR_DATABASE_URL": database.application_url,
        "MATUR_SECRET": b64encode(bytes(32)).decode(),
        "MATUR_IDENTITY_KEYS": f"k1:{b64encode(bytes(32)).decode()}",
        "MATUR_WORKER_PORT": str(free_port()),
    }


def a_table(path: Path, count: int, noise: float = 0.0, **more: str) -> Path:
    texts, categories = complaints(count, noise=noise)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["id", "text", "category", *more])
        table.writeheader()
        for number, (text, category) in enumerate(zip(texts, categories, strict=True)):
            table.writerow({"id": number, "text": text, "category": category, **more})
    return path


async def test_train_keeps_decisions_and_learns_once(
    environment: Environment, database: Database, tmp_path: Path
) -> None:
    table = a_table(tmp_path / "lama.csv", 120, unit="dpupr", village_code="33.03.09.2001")
    with table.open("a") as file:
        file.write("x1,rapat pimpinan,Forkominda,dpupr,\nx2,guru kelas ujian,PENDIDIKAN,dinas-x,\n")
    code, out, err = await matur(environment, "suggest", "train", str(table))
    assert (code, err) == (0, "")
    assert "1 baris dilewati, kategorinya tidak ada: Forkominda (1)" in out
    assert "1 baris tanpa unit, unitnya tidak ada: dinas-x (1)" in out
    assert "121 keputusan dicatat" in out
    assert "Model versi 1, dari 121 keputusan" in out
    assert "kategori: tebakan pertama" in out

    # Again: the same rows are replaced, and nothing new is learnt.
    code, out, _ = await matur(environment, "suggest", "train", str(table))
    assert code == 0
    assert "Model versi 1, dari 121 keputusan" in out
    engine = create_engine(database.application_url, size=1)
    (model,) = await list_models(engine)
    await engine.dispose()
    assert model.rows == 121
    assert model.figures["category"]["classes"] == 4
    # All went to one unit: of units there is nothing to learn.
    assert list(model.figures) == ["category"]


async def test_train_on_too_little_says_so(environment: Environment, tmp_path: Path) -> None:
    table = a_table(tmp_path / "sedikit.csv", 20)
    code, out, _ = await matur(environment, "suggest", "train", str(table))
    assert code == 0
    assert "Belum ada yang dapat dipelajari: perlu paling sedikit 50 keputusan" in out


async def test_test_prints_the_figures_and_needs_no_record(tmp_path: Path) -> None:
    table = a_table(tmp_path / "data.csv", 160)
    code, out, err = await matur({}, "suggest", "test", str(table), "--seeds", "2")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert out.startswith("data.csv: 160 baris, 30% disisihkan secara acak, 2 kali\n")
    assert [line[0] for line in lines[3:7]] == ["1", "2", "rata-rata", "terburuk"]
    assert lines[5][1:4] == ["48", "100,0", "%"]
    assert {line[0] for line in lines if line} >= {"infrastruktur", "pendidikan", "kesehatan"}
    assert out.rstrip().endswith(
        "cukup: rata-ratanya paling sedikit 82,0 % pertama dan 94,0 % dalam tiga"
    )


async def test_test_fails_where_it_falls_short(tmp_path: Path) -> None:
    table = a_table(tmp_path / "data.csv", 160, noise=1.0)
    code, out, _ = await matur({}, "suggest", "test", str(table), "--seeds", "1")
    assert code == 1
    assert "KURANG: rata-ratanya harus paling sedikit 82,0 %" in out


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "kosong; baris pertamanya harus id,text,category"),
        (b"id,teks,kategori\n1,a,b\n", "kolom text, category tidak ada"),
        (b"id;text;category\n1;a;b\n", "dipisah koma"),
        (b"id,text,category\n", "tidak ada barisnya"),
        (b"id,text,category\n1,jalan,\n", "tidak ada barisnya"),
        (b"id,text,category\n1,a,b\n1,c,d\n", "baris 3: id 1 sudah ada di baris 2"),
        ("id,text,category\n1,caf\xe9,b\n".encode("latin-1"), "bukan UTF-8"),
        (b"id,text,category\n1,a,b\n2,c,d\n", "terlalu sedikit untuk diuji"),
        (None, "tidak ditemukan"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(
    content: bytes | None, why: str, tmp_path: Path
) -> None:
    table = tmp_path / "data.csv"
    if content is not None:
        table.write_bytes(content)
    with pytest.raises(SystemExit, match=re.escape(why)):
        list(suggest.test(table, seeds=1))


async def test_a_wrong_table_is_told_in_a_sentence(tmp_path: Path) -> None:
    code, out, err = await matur({}, "suggest", "test", str(tmp_path / "tiada.csv"))
    assert (code, out) == (1, "")
    assert err == f"{tmp_path}/tiada.csv: berkas tidak ditemukan\n"


def test_rows_that_lack_something_are_left_out_and_named(tmp_path: Path) -> None:
    table = tmp_path / "data.csv"
    table.write_text("\ufeffId,Text,Category\n1,jalan,b\n2,,b\n3,c,\n")
    rows, told = suggest.read(table)
    assert [(row.line, row.id, row.text) for row in rows] == [(2, "1", "jalan")]
    assert told == ["2 baris dilewati, id, text, atau category-nya kosong: baris 3, 4"]


def test_categories_are_spelt_as_the_policy_does() -> None:
    assert suggest.category_code("Sosial Masyarakat") == "sosial_masyarakat"
    assert suggest.category_code("kategori lain-lain") == "lain_lain"
    assert suggest.category_code("lain_lain") == "lain_lain"
