"""What the practice portals have in common: citizens file, reply and close; an agency writes."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from practice.config import Config
from practice.faults import Gate
from practice.store import Entry, File, Filing, Report, Store

FILED, REPLIED, CLOSED = "laporan.baru", "laporan.balasan", "laporan.ditutup"
"""What is hinted by a webhook."""

Listener = Callable[[str, str], None]
"""Takes what happened and the report's id."""


class Closed(Exception):
    """The reporter closed the report: nothing is written under it any more."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What differs between the portals for those who use them."""

    code: str
    label: str
    agency: str
    """Who answers, as the portal's readers see it."""
    first_status: str
    closed_status: str
    id_of: Callable[[int], str]
    """The id of the report filed as the n-th."""
    categories: Sequence[str]
    titled: bool = False
    """Whether a report has a title and a day of what happened."""
    private: bool = True
    """Whether a report can be anonymous or secret."""


class Portal:
    def __init__(self, kind: Kind, config: Config) -> None:
        self.kind = kind
        self.config = config
        self.names = config.names
        self.store = Store(config.directory)
        self.gate = Gate(config.per_minute, config.seed)
        self.listeners: list[Listener] = []

    def file(self, filing: Filing, *, id: str | None = None, at: datetime | None = None) -> Report:
        """Raises sqlite3.IntegrityError where the id is taken."""
        id = id or self.kind.id_of(self.store.count() + 1)
        report = self.store.file(id, filing, self.kind.first_status, at or _now())
        self._happened(FILED, report.id)
        return report

    def reply(self, report: Report, text: str, files: Sequence[str] = ()) -> Entry:
        """Of the reporter. Raises Closed."""
        entry = self.store.write(
            self._must_be_open(report), "reporter", text, _now(),
            title="Tanggapan pelapor", files=files,
        )  # fmt: skip
        self._happened(REPLIED, report.id)
        return entry

    def close(self, report: Report) -> Entry:
        """The reporter is content, or tired. Raises Closed."""
        entry = self.store.write(
            self._must_be_open(report), "portal", "Laporan ditutup oleh pelapor.", _now(),
            title="Ditutup", status=self.kind.closed_status, closed=True,
        )  # fmt: skip
        self._happened(CLOSED, report.id)
        return entry

    def answer(
        self,
        report: Report,
        text: str,
        *,
        title: str = "",
        status: str | None = None,
        files: Sequence[str] = (),
        key: str | None = None,
    ) -> Entry:
        """Of the agency. Raises Closed."""
        return self.store.write(
            self._must_be_open(report), "agency", text, _now(),
            title=title, status=status, files=files, key=key,
        )  # fmt: skip

    def keep(self, name: str, media_type: str, data: bytes) -> str:
        """The id of a file that was kept."""
        id_ = secrets.token_hex(8)
        self.store.keep_file(File(id=id_, name=name, media_type=media_type, data=data))
        return id_

    def files(self, ids: Sequence[str]) -> list[File]:
        return [file for id_ in ids if (file := self.store.kept_file(id_))]

    def _must_be_open(self, report: Report) -> str:
        if self.store.need(report.id).closed:
            raise Closed
        return report.id

    def _happened(self, what: str, report: str) -> None:
        for listener in self.listeners:
            listener(what, report)


def _now() -> datetime:
    return datetime.now(UTC)
