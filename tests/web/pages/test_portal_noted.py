"""What connectors say was wrong can be said in every language."""

import ast
from collections.abc import Iterator
from pathlib import Path

from activities.intake import NOT_STORED
from portals.http import MAINTENANCE
from web.pages.language import LOCALE
from web.pages.portal_noted import NOTED, noted

RAISED = {"Puzzling", "Unreadable", "Away", "puzzling"}
NO_WORDS = {"HTTP "}


def _said(source: Path) -> Iterator[str]:
    """The last literal of each; behind the field or status that it is about."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            wrong = node.args[1 if name == "Puzzling" else 0] if name in RAISED else None
            parts = wrong.values if isinstance(wrong, ast.JoinedStr) else [wrong]
            literals = [str(one.value) for one in parts if isinstance(one, ast.Constant)]
            if literals:
                yield literals[-1].rpartition(": ")[2]


def test_all_that_connectors_say_is_known() -> None:
    sources = sorted((LOCALE.parent / "portals").glob("*.py"))
    said = {words for source in sources for words in _said(source)} - NO_WORDS
    assert len(said) > 10
    assert said | {NOT_STORED, MAINTENANCE} == NOTED


def test_what_a_portal_said_stays_as_it_is() -> None:
    assert noted("Catatan terlalu pendek. (HTTP 422)") == "Catatan terlalu pendek. (HTTP 422)"
    assert noted("tanggal: bukan waktu") == "tanggal: bukan waktu"
    assert noted("") == ""
