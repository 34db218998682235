"""That an event holds nothing that somebody typed, and no number that is not exact."""

import re

from tests.domain.cast import DAYS_OFF

WORDLESS = re.compile(
    r"[a-z0-9_]+|[0-9a-f]{64}|kab(/[a-z0-9.\-]+)*|(account:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|\+07:00))?"
)
"""Ids, enums, dates, digests and paths of units: all that an event may hold."""

NEW_DAY_OFF = "Libur Baru"
"""What the tests call a day off that a decree added."""
NAMES_OF_DAYS_OFF = {*DAYS_OFF.values(), NEW_DAY_OFF}


def assert_wordless(value: object, key: str = "") -> None:
    """Raises AssertionError for the first value inside that could be a word of somebody's."""
    match value:
        case dict():
            for name, inner in value.items():
                assert_wordless(inner, name)
        case list():
            for inner in value:
                assert_wordless(inner, key)
        case str():
            assert WORDLESS.fullmatch(value) or (key == "name" and value in NAMES_OF_DAYS_OFF), (
                value
            )
        case _:
            assert value is None or isinstance(value, bool | int), value
