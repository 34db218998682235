"""Sentences for people with values in them, which a page can say in another language as well."""

from collections.abc import Mapping

from domain.words import either

Value = str | int | tuple[str, ...]
"""A word or a sentence of the domain's, a number, or several words of which one holds."""


class Said(str):
    """The sentence as it is read (Indonesian), with what it was made of: `source` names its
    `values` as `%(name)s`. A string like any other to whoever does not translate."""

    source: str
    values: Mapping[str, Value]

    def __new__(cls, source: str, /, **values: Value) -> "Said":
        kept = {name: tuple(one) if isinstance(one, list) else one for name, one in values.items()}
        shown = {name: either(v) if isinstance(v, tuple) else v for name, v in kept.items()}
        made = super().__new__(cls, source % shown if shown else source)
        made.source, made.values = source, kept
        return made
