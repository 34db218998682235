"""What a text gives away about people, hidden before anybody may read it.

A reporter types their telephone number, NIK or e-mail address into the story. Names cannot be told
from other words; those who verify a complaint decide on its secrecy.
"""

import re

LEAST_DIGITS = 8
"""Of a telephone number; a NIK has 16."""

_EMAIL = re.compile(r"[^\s@<>(),;:\"]+\s?@\s?[^\s@<>(),;:\"]+\.\w+")
_DIGITS = rf"\d(?:[\s.\-\u2013/()]{{0,3}}\d){{{LEAST_DIGITS - 1},}}"
_NUMBER = re.compile(rf"(?P<money>\bRp\.?\s?)?(?P<number>\+?\(?{_DIGITS})", re.IGNORECASE)
_DAY = re.compile(r"\d{1,2}([-/.])\d{1,2}\1(19|20)\d\d|(19|20)\d\d-\d\d-\d\d")
_YEARS = re.compile(r"(19|20)\d\d\s?[-\u2013/]\s?(19|20)\d\d")
_AMOUNT = re.compile(r"[1-9]\d{0,2}(\.\d{3})+|[1-9]\d{0,11}")


def masked(text: str, hidden: str) -> str:
    """`text` with `hidden` where it holds an e-mail address, or digits enough for a telephone
    number; days, years and amounts of rupiah stay."""

    def number(found: re.Match[str]) -> str:
        prefix, digits = found["money"] or "", found["number"]
        harmless = _AMOUNT.fullmatch(digits) if prefix else _DAY.fullmatch(digits)
        if harmless or _YEARS.fullmatch(digits):
            return found[0]
        return prefix + hidden

    return _NUMBER.sub(number, _EMAIL.sub(lambda _: hidden, text))
