"""What a portal sent and nobody understood, without who reported: every field by its name, and what
lies in those that the mapping knows to be of the complaint itself."""

import json
from collections.abc import Iterator, Sequence

from domain.masking import masked
from portals.mapping import PortalMapping
from record.portals.quarantine import Kind
from web.pages.language import _

OF_THE_REPORT = frozenset({
    "id", "title", "body", "category", "occurred_on", "address", "lat", "lng", "region_code",
    "anonymous", "secret", "visibility", "same_as", "status", "filed_at", "changed_at",
})  # fmt: skip
"""Keys of a mapping's `report` that tell nothing of the reporter. What the mapping does not name is
hidden: it may be anything."""
OF_THE_MESSAGE = frozenset({"id", "by_reporter", "text", "at"})
NUMBERS = frozenset({"id", "same_as", "filed_at", "changed_at", "lat", "lng"})
"""Of these the digits say nothing of anybody."""
NONE = frozenset[str]()
MOST = 200
"""Fields that are shown."""

Pairs = Sequence[tuple[str, str]]
"""Where a value lies, as a mapping writes it (`lokasi.lat`), and the value."""


def masked_fields(raw: bytes, kind: Kind, mapping: PortalMapping, *, values: bool) -> Pairs | None:
    """None where it is no JSON: then nothing tells the reporter from the rest. Without `values`
    there are only names."""
    try:
        whole = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    numbers, known = _names(kind, mapping) if values else (NONE, NONE)
    hidden = _("[disembunyikan]")
    pairs = []
    for path, value in _leaves(whole, ""):
        shown = hidden if path not in known else value if path in numbers else masked(value, hidden)
        pairs.append((path, shown if value else _("(kosong)")))
        if len(pairs) == MOST:
            break
    return pairs


def _names(kind: Kind, mapping: PortalMapping) -> tuple[frozenset[str], frozenset[str]]:
    """The paths of numbers, and of all that is shown."""
    if kind is Kind.MESSAGE:
        return OF_THE_MESSAGE & NUMBERS, OF_THE_MESSAGE
    names = mapping.model_dump().get("report", {})
    known = {key: str(names[key]) for key in OF_THE_REPORT & names.keys()}
    numbers = frozenset(path for key, path in known.items() if key in NUMBERS)
    return numbers, frozenset(known.values())


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict() if value:
            for name, inner in value.items():
                yield from _leaves(inner, f"{path}.{name}" if path else str(name))
        case list() if value:
            for number, inner in enumerate(value, 1):
                yield from _leaves(inner, f"{path}[{number}]")
        case None | {} | []:
            yield path, ""
        case str():
            yield path, value
        case _:
            yield path, json.dumps(value)
