"""For `make messages` alone: finds, for the catalogues, what the domain and the API say to people.

They say it in plain strings, without `_`, so that the domain knows of no language.
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import IO

Message = tuple[int, str, str, list[str]]

LABELS = {"LABEL", "DOES"}
CALLS = {"Text": 1, "Input": 0}
"""Calls that take a label, and which argument that is."""


def words(
    file: IO[bytes], keywords: Collection[str], tags: Collection[str], options: Mapping[str, str]
) -> Iterator[Message]:
    """Labels of terms, actions and fields, and whole sentences.

    The option `within` names the calls outside of which nothing is meant for people.
    """
    tree = _within(ast.parse(file.read()), options.get("within", "").split())
    skipped = {id(node) for node in (*_docstrings(tree), *_parts(tree))}
    for node in (*_labels(tree), *_sentences(tree)):
        if isinstance(node, ast.Constant) and id(node) not in skipped:
            yield node.lineno, "_", str(node.value), []


def categories(
    file: IO[bytes], keywords: Collection[str], tags: Collection[str], options: Mapping[str, str]
) -> Iterator[Message]:
    """Categories are codes; a page shows them as words."""
    from domain.forms import category_label  # noqa: PLC0415 - only while extracting
    from domain.policy import CATEGORIES  # noqa: PLC0415

    for code in CATEGORIES:
        yield 1, "_", category_label(code), []


def _within(tree: ast.Module, names: Collection[str]) -> ast.Module:
    if not names:
        return tree
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    wanted = [one for one in calls if isinstance(one.func, ast.Name) and one.func.id in names]
    return ast.Module(body=[ast.Expr(one) for one in wanted], type_ignores=[])


def _labels(tree: ast.AST) -> Iterator[ast.expr]:
    """Texts that stand for a term in a dictionary, name an action, or label a field."""
    for node in ast.walk(tree):
        found: list[ast.expr] = []
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found = [value for key, value in pairs if _is_term(key)]
        elif isinstance(node, ast.Assign):
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
            found = [node.value] if names & LABELS else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            place = CALLS.get(node.func.id)
            found = [] if place is None else node.args[place : place + 1]
        yield from filter(_is_text, found)


def _sentences(tree: ast.AST) -> Iterator[ast.expr]:
    """Texts of several words that end with a stop."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and _is_text(node):
            text = str(node.value)
            if " " in text and text.endswith((".", "?")):
                yield node


def _is_term(key: ast.expr | None) -> bool:
    """A member of an enum, or the number of an HTTP status."""
    return isinstance(key, ast.Attribute) or (
        isinstance(key, ast.Constant) and isinstance(key.value, int)
    )


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _docstrings(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and _is_text(node.value):
            yield node.value


def _parts(tree: ast.AST) -> Iterator[ast.expr]:
    """Of f-strings, which no catalogue can hold."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield from node.values
