"""What a practice portal remembers: reports, what was written under them, files, tokens, keys."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

SHAPE = """
CREATE TABLE IF NOT EXISTS reports (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, filing TEXT NOT NULL,
    status TEXT NOT NULL, closed INTEGER NOT NULL DEFAULT 0,
    filed_at REAL NOT NULL, changed_at REAL NOT NULL, change INTEGER NOT NULL UNIQUE
) STRICT;
CREATE INDEX IF NOT EXISTS reports_changed ON reports (changed_at);
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, report TEXT NOT NULL, author TEXT NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, status TEXT, files TEXT NOT NULL, at REAL NOT NULL,
    key TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS entries_of_a_report ON entries (report, number);
CREATE INDEX IF NOT EXISTS entries_at ON entries (at);
CREATE TABLE IF NOT EXISTS files (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, media_type TEXT NOT NULL, data BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, until REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, answer TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What a citizen filed."""

    text: str
    title: str = ""
    category: str = ""
    classification: str = "pengaduan"
    happened_on: str | None = None
    """ISO date."""
    address: str = ""
    lat: float | None = None
    lng: float | None = None
    region: str | None = None
    anonymous: bool = False
    secret: bool = False
    name: str = ""
    phone: str = ""
    email: str = ""
    files: tuple[str, ...] = ()
    """Ids of files in the store."""
    same_as: str | None = None
    """Its id in another portal."""
    via: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    number: int
    id: str
    filing: Filing
    status: str
    closed: bool
    """By the reporter: nothing can be written under it any more."""
    filed_at: datetime
    changed_at: datetime
    change: int
    """Grows with every change of any report."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What stands under a report: of the reporter, of the agency, of the portal itself."""

    number: int
    report: str
    author: str
    title: str
    text: str
    status: str | None
    files: tuple[str, ...]
    at: datetime
    key: str | None


@dataclass(frozen=True, kw_only=True)
class File:
    id: str
    name: str
    media_type: str
    data: bytes


class Store:
    """Calls are short and made from one thread, the server's own."""

    def __init__(self, directory: Path | None) -> None:
        if directory:
            directory.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            directory / "state.sqlite" if directory else ":memory:", check_same_thread=False
        )
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode=wal; PRAGMA synchronous=normal;" + SHAPE)

    def close(self) -> None:
        self._db.close()

    def file(self, id_: str, filing: Filing, status: str, at: datetime) -> Report:
        """Raises sqlite3.IntegrityError where the id is taken."""
        with self._db:
            self._db.execute(
                "INSERT INTO reports (id, filing, status, filed_at, changed_at, change)"
                " VALUES (?, ?, ?, ?, ?, (SELECT coalesce(max(change), 0) + 1 FROM reports))",
                (id_, json.dumps(asdict(filing)), status, at.timestamp(), at.timestamp()),
            )
        return self.need(id_)

    def report(self, id_: str) -> Report | None:
        row = self._db.execute("SELECT * FROM reports WHERE id = ?", (id_,)).fetchone()
        return _report(row) if row else None

    def need(self, id_: str) -> Report:
        """A report that is known to be there."""
        report = self.report(id_)
        if report is None:
            raise LookupError(id_)
        return report

    def count(self) -> int:
        """None ever goes, so the last number is how many there are."""
        found = self._db.execute("SELECT coalesce(max(number), 0) FROM reports").fetchone()
        return int(found[0])

    def after_change(self, change: int, limit: int) -> list[Report]:
        """Oldest change first."""
        return self._reports("change > ? ORDER BY change LIMIT ?", change, limit)

    def before_change(self, change: int, limit: int) -> list[Report]:
        """The last ones up to that change, oldest first."""
        return self._reports("change <= ? ORDER BY change DESC LIMIT ?", change, limit)[::-1]

    def changed_since(self, since: datetime, limit: int, offset: int) -> tuple[list[Report], int]:
        """Newest filed first; and how many there are."""
        stamp = since.timestamp()
        found = self._reports(
            "changed_at >= ? ORDER BY number DESC LIMIT ? OFFSET ?", stamp, limit, offset
        )
        counted = "SELECT count(*) FROM reports WHERE changed_at >= ?"
        return found, int(self._db.execute(counted, (stamp,)).fetchone()[0])

    def filed_between(
        self, start: datetime, end: datetime, limit: int, offset: int = 0
    ) -> list[Report]:
        """Newest first, both ends included."""
        return self._reports(
            "filed_at BETWEEN ? AND ? ORDER BY number DESC LIMIT ? OFFSET ?",
            start.timestamp(), end.timestamp(), limit, offset,
        )  # fmt: skip

    def newest(self, limit: int) -> list[Report]:
        return self._reports("true ORDER BY number DESC LIMIT ?", limit)

    def _reports(self, where: str, *values: float) -> list[Report]:
        rows = self._db.execute(f"SELECT * FROM reports WHERE {where}", values)  # noqa: S608
        return [_report(row) for row in rows]

    def write(
        self,
        report: str,
        author: str,
        text: str,
        at: datetime,
        *,
        title: str = "",
        status: str | None = None,
        files: Sequence[str] = (),
        key: str | None = None,
        closed: bool = False,
    ) -> Entry:
        """An entry under a report, which thereby changes."""
        with self._db:
            number = self._db.execute(
                "INSERT INTO entries (report, author, title, text, status, files, at, key)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
                (report, author, title, text, status, json.dumps(files), at.timestamp(), key),
            ).fetchone()[0]
            self._db.execute(
                "UPDATE reports SET status = coalesce(?, status), closed = closed OR ?,"
                " changed_at = ?, change = (SELECT max(change) + 1 FROM reports) WHERE id = ?",
                (status, closed, at.timestamp(), report),
            )
        return next(one for one in self.entries(report, number - 1))

    def entries(self, report: str, after: int = 0) -> Iterator[Entry]:
        """In order."""
        found = "SELECT * FROM entries WHERE report = ? AND number > ? ORDER BY number"
        return map(_entry, self._db.execute(found, (report, after)))

    def entries_between(self, start: datetime, end: datetime) -> Iterator[Entry]:
        found = "SELECT * FROM entries WHERE at BETWEEN ? AND ? ORDER BY number"
        return map(_entry, self._db.execute(found, (start.timestamp(), end.timestamp())))

    def keep_file(self, file: File) -> None:
        with self._db:
            self._db.execute(
                "INSERT OR IGNORE INTO files VALUES (?, ?, ?, ?)",
                (file.id, file.name, file.media_type, file.data),
            )

    def kept_file(self, id_: str) -> File | None:
        row = self._db.execute("SELECT * FROM files WHERE id = ?", (id_,)).fetchone()
        return File(**row) if row else None

    def keep_token(self, token: str, until: datetime) -> None:
        with self._db:
            self._db.execute("INSERT INTO tokens VALUES (?, ?)", (token, until.timestamp()))

    def holds(self, token: str, now: datetime) -> bool:
        found = "SELECT 1 FROM tokens WHERE token = ? AND until > ?"
        return self._db.execute(found, (token, now.timestamp())).fetchone() is not None

    def revoke_tokens(self) -> None:
        with self._db:
            self._db.execute("DELETE FROM tokens")

    def answered(self, key: str) -> tuple[str, str] | None:
        """Digest of the body that came with an idempotency key, and what it was answered."""
        row = self._db.execute("SELECT digest, answer FROM keys WHERE key = ?", (key,)).fetchone()
        return (row["digest"], row["answer"]) if row else None

    def keep_answer(self, key: str, digest: str, answer: str) -> None:
        with self._db:
            self._db.execute("INSERT INTO keys VALUES (?, ?, ?)", (key, digest, answer))


def _report(row: sqlite3.Row) -> Report:
    filing = json.loads(row["filing"])
    return Report(
        number=row["number"],
        id=row["id"],
        filing=Filing(**filing | {"files": tuple(filing["files"])}),
        status=row["status"],
        closed=bool(row["closed"]),
        filed_at=_time(row["filed_at"]),
        changed_at=_time(row["changed_at"]),
        change=row["change"],
    )


def _entry(row: sqlite3.Row) -> Entry:
    facts = dict(row) | {"files": tuple(json.loads(row["files"])), "at": _time(row["at"])}
    return Entry(**facts)


def _time(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)
