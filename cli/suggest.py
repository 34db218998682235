"""Teaching the house from a table of earlier decisions, and testing how well it learns from one."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import fmean

from activities.suggestions import LearningFailedError, learn
from cli.accounts import record
from domain.calendar import local_date
from record.models import Decided, Imported, import_decisions, list_models
from record.rules import current_rules
from record.units import units_on
from suggest.learning import FEWEST, LEFT_OUT
from suggest.measuring import REQUIRED_FIRST, REQUIRED_THREE, Measured, measure

NEEDED = ("id", "text", "category")
LONGEST_CELL = 1_000_000
MOST_LINES = 10
PREFIX = "kategori_"
"""What LaporGub writes before its own "lain-lain"."""


@dataclass(frozen=True)
class Row:
    """A line of the table, counted as an editor does."""

    line: int
    id: str
    text: str
    category: str
    unit: str
    village_code: str


def read(path: Path) -> tuple[list[Row], list[str]]:
    """The rows of a CSV that say all that is needed, and what to tell of the others.

    Raises SystemExit with a sentence that says how to mend what is wrong with the file.
    """
    with _opened(path) as lines:
        table = csv.DictReader(lines)
        heads = [head.strip().lower() for head in table.fieldnames or []]
        if not heads:
            raise SystemExit(
                f"{path}: berkas ini kosong; baris pertamanya harus {','.join(NEEDED)}"
            )
        if missing := [name for name in NEEDED if name not in heads]:
            raise SystemExit(
                f"{path}: kolom {', '.join(missing)} tidak ada. Baris pertama harus berisi"
                f" {','.join(NEEDED)} (boleh juga unit,village_code), dipisah koma;"
                f" yang terbaca: {', '.join(heads)[:200]}"
            )
        table.fieldnames = heads
        read_rows = [_row(table.line_num, cells) for cells in table]
    rows = [row for row in read_rows if row.id and row.text and row.category]
    if not rows:
        raise SystemExit(f"{path}: tidak ada barisnya; tambahkan aduan di bawah judul kolom")
    seen: dict[str, int] = {}
    for row in rows:
        if row.id in seen:
            raise SystemExit(
                f"{path} baris {row.line}: id {row.id} sudah ada di baris {seen[row.id]};"
                " beri tiap baris id sendiri"
            )
        seen[row.id] = row.line
    lacking = [str(row.line) for row in read_rows if not (row.id and row.text and row.category)]
    if not lacking:
        return rows, []
    at = ", ".join(lacking[:MOST_LINES]) + (", …" if len(lacking) > MOST_LINES else "")
    told = f"{len(lacking)} baris dilewati, id, text, atau category-nya kosong: baris {at}"
    return rows, [told]


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[str]]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except FileNotFoundError:
        raise SystemExit(f"{path}: berkas tidak ditemukan") from None
    except OSError as error:
        raise SystemExit(f"{path}: tidak dapat dibaca ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SystemExit(
            f"{path}: bukan UTF-8. Simpan lagi sebagai “CSV UTF-8” dari program lembar kerja"
        ) from None
    except csv.Error as error:
        raise SystemExit(
            f"{path}: bukan CSV yang utuh ({error}). Simpan lagi sebagai “CSV UTF-8”"
        ) from None


def _row(line: int, cells: Mapping[str | None, str | None]) -> Row:
    def cell(name: str) -> str:
        return (cells.get(name) or "").strip()

    return Row(line, cell("id"), cell("text"), cell("category"), cell("unit"), cell("village_code"))


def category_code(category: str) -> str:
    """As the policy spells it: `Sosial Masyarakat` is `sosial_masyarakat`."""
    words = "".join(one if one.isalnum() else " " for one in category.casefold()).split()
    return "_".join(words).removeprefix(PREFIX)


async def train(path: Path, now: datetime) -> list[str]:
    """Keep the decisions of a table and learn from all there are; what to tell.

    Raises SystemExit with a sentence where there is nothing to keep.
    """
    rows, told = read(path)
    async with record() as engine:
        known = (await current_rules(engine)).policy.categories
        paths = {unit.code: unit.path for unit in await units_on(engine, local_date(now))}
        kept, more = _kept(rows, known, paths)
        told += more
        if not kept:
            raise SystemExit("\n".join(told) + f"\n{path}: tidak ada baris yang dapat dipakai")
        await import_decisions(engine, path.stem, kept, now)
        told.append(f"{len(kept)} keputusan dicatat, belajar dari semua yang ada …")
        try:
            version = await learn(engine)
        except LearningFailedError as error:
            raise SystemExit(f"Keputusan dicatat, tetapi belajar gagal: {error}") from None
        if version is None:
            told.append(
                f"Belum ada yang dapat dipelajari: perlu paling sedikit {FEWEST} keputusan"
                " dan dua kategori"
            )
            return told
        (newest, *_) = await list_models(engine, limit=1)
    told.append(f"Model versi {version}, dari {newest.rows} keputusan")
    for question, figures in newest.figures.items():
        told.append(
            f"  {WORDS[question]}: tebakan pertama {_percent(figures['first'])},"
            f" dalam tiga {_percent(figures['three'])},"
            f" bersuara {_percent(figures['spoken'])},"
            f" benar bila bersuara {_percent(figures['right'])}"
        )
    return told


WORDS = {"category": "kategori", "unit": "unit"}


def _kept(
    rows: Sequence[Row], categories: Sequence[str], paths: Mapping[str, str]
) -> tuple[list[Imported], list[str]]:
    """What is of use, and what to tell of the rest."""
    kept = []
    strangers: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for row in rows:
        category = category_code(row.category)
        if category not in categories:
            strangers[row.category] += 1
            continue
        if row.unit and row.unit not in paths:
            unknown[row.unit] += 1
        decided = Decided(row.text, category, paths.get(row.unit), row.village_code or None)
        kept.append(Imported(row.id, decided))
    told = []
    if strangers:
        told.append(
            f"{strangers.total()} baris dilewati, kategorinya tidak ada: {_listed(strangers)}"
        )
    if unknown:
        told.append(f"{unknown.total()} baris tanpa unit, unitnya tidak ada: {_listed(unknown)}")
    return kept, told


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({times})" for name, times in counts.most_common(10))


def test(path: Path, seeds: int) -> Iterator[str]:
    """A table of how well it learns from a CSV, line by line.

    Raises SystemExit(1) after the last where the means fall short of what is required.
    """
    rows, told = read(path)
    yield from told
    yield f"{path.name}: {len(rows)} baris, {LEFT_OUT:.0%} disisihkan secara acak, {seeds} kali"
    yield ""
    yield _columns("acakan", "baris uji", "pertama", "dalam 3", "bersuara", "benar")
    done: list[Measured] = []
    texts, answers = [row.text for row in rows], [row.category for row in rows]
    try:
        for one in measure(texts, answers, range(1, seeds + 1)):
            done.append(one)
            yield _line(str(one.seed), one.figures.left_out, *_shares(one))
    except ValueError:
        raise SystemExit(
            f"{path}: terlalu sedikit untuk diuji; perlu paling sedikit {FEWEST} baris"
            " untuk belajar dan dua kategori"
        ) from None
    columns = list(zip(*map(_shares, done), strict=True))
    left_out = done[0].figures.left_out
    means = [fmean(column) for column in columns]
    yield _line("rata-rata", left_out, *means)
    yield _line("terburuk", left_out, *map(min, columns))
    yield ""
    yield _columns("kategori", "baris uji", "pertama", "dalam 3")
    totals = sorted(_by_answer(done).items(), key=lambda one: -one[1][0])
    for name, (count, first, three) in totals:
        yield _columns(name, count, _percent(first / count), _percent(three / count))
    yield ""
    wanted = f"{_percent(REQUIRED_FIRST)} pertama dan {_percent(REQUIRED_THREE)} dalam tiga"
    if means[0] < REQUIRED_FIRST or means[1] < REQUIRED_THREE:
        yield f"KURANG: rata-ratanya harus paling sedikit {wanted}"
        raise SystemExit(1)
    yield f"cukup: rata-ratanya paling sedikit {wanted}"


def _shares(one: Measured) -> tuple[float, float, float, float]:
    figures = one.figures
    return figures.first, figures.three, figures.spoken, figures.right


def _by_answer(done: Sequence[Measured]) -> dict[str, list[int]]:
    """Rows left out, first guesses, and guesses within three, over all seeds."""
    total: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in done:
        for name, answer in one.answers.items():
            for at, times in enumerate((answer.rows, answer.first, answer.three)):
                total[name][at] += times
    return total


def _line(name: str, rows: int, *shares: float) -> str:
    return _columns(name, rows, *map(_percent, shares))


def _columns(name: str, *cells: object) -> str:
    return f"{name[:27]:<28}" + "".join(f"{cell:>10}" for cell in cells)


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %".replace(".", ",")
