"""What the record refuses, and how a database error becomes one of these."""

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError, TimeoutError


class RecordError(Exception):
    """The record says no, and would say no again."""


class DivergedError(RecordError):
    """An event of that number is recorded already with another hash, or the chain does not fit."""


class GapError(RecordError):
    """An event's number is not the one after the last recorded."""


class UnknownCaseError(RecordError):
    """There is no such case."""


class KeyReusedError(RecordError):
    """The Idempotency-Key came before with another request."""


class FileGoneError(RecordError):
    """A file was removed meanwhile, or belongs to another complaint."""


BY_SQLSTATE: dict[str, type[RecordError]] = {
    "MB001": DivergedError,
    "MB002": GapError,
    "MB003": UnknownCaseError,
    "MB004": KeyReusedError,
    "MB005": FileGoneError,
}


def sqlstate(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else None


def refusal(error: DBAPIError) -> RecordError | None:
    """The refusal that our SQL functions meant by `error`, or None for any other trouble."""
    kind = BY_SQLSTATE.get(sqlstate(error) or "")
    return kind(str(error.orig).partition("\n")[0]) if kind else None


def is_away(error: SQLAlchemyError) -> bool:
    """Whether the database could not be reached, is shutting down or starting, or has no
    connection to spare: the same may work in a moment."""
    if isinstance(error, TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = sqlstate(error)
    if state is None:
        return isinstance(error, OperationalError) or error.connection_invalidated
    return state.startswith(("08", "57P")) or state == "53300"
