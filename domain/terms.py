"""The words of the domain that are closed lists."""

from enum import StrEnum


class Stage(StrEnum):
    RECEIVED = "received"
    WAITING_REPORTER = "waiting_reporter"
    DISPOSED = "disposed"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"
    ANSWERED = "answered"
    DUPLICATE = "duplicate"
    CLOSED = "closed"
    ARCHIVED = "archived"
    HANDED_BACK = "handed_back"


ENDED = frozenset({Stage.CLOSED, Stage.ARCHIVED, Stage.HANDED_BACK})
"""Nobody is accountable; reopenable within the window, then final."""

OPEN = frozenset(Stage) - ENDED


class Classification(StrEnum):
    PERMINTAAN_INFORMASI = "permintaan_informasi"
    TIDAK_BERKADAR = "tidak_berkadar"
    BERKADAR = "berkadar"
    """A complaint about abuse of authority or breach of law by officials."""
    ASPIRASI = "aspirasi"


class Channel(StrEnum):
    MATUR = "matur"
    WHATSAPP = "whatsapp"
    SP4N = "sp4n"
    LAPORGUB = "laporgub"
    OPEN311 = "open311"
    LOKET = "loket"
    MEDSOS = "medsos"


class ArchiveReason(StrEnum):
    INCOMPLETE = "incomplete"
    NOT_PUBLIC_SERVICE = "not_public_service"
    UNINTELLIGIBLE = "unintelligible"
    REPEATED = "repeated"
    WITHDRAWN = "withdrawn"
    ABUSIVE = "abusive"
    IN_COURT = "in_court"


class ClockName(StrEnum):
    FIRST_RESPONSE = "first_response"
    VERIFICATION = "verification"
    FOLLOW_UP = "follow_up"
    ANSWER = "answer"
    DELEGATION = "delegation"
    REVIEW = "review"
    REPORTER_INFO = "reporter_info"
    REPORTER_SAY = "reporter_say"
    REOPEN_WINDOW = "reopen_window"


class Role(StrEnum):
    COORDINATOR = "coordinator"
    UNIT_ADMIN = "unit_admin"
    UNIT_HEAD = "unit_head"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
