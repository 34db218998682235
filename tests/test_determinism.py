"""Workflow code must do the same when it is replayed: no clock, no chance, no world outside."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*(ROOT / "domain").rglob("*.py"), *(ROOT / "workflows").rglob("*.py")])
CLIENT_SIDE = {"workflows/client.py"}
"""Runs in web and activities, never in a workflow."""

MODULES = {"os", "random", "secrets", "socket", "subprocess", "threading", "time", "shutil"}
CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid7", "open", "print", "input", "urandom"}
OF_THE_ENGINE = {"workflow"}
"""`workflow.now()` and `workflow.uuid4()` are the engine's own, and replay."""


def strays(source: str) -> list[str]:
    """What in `source` could come out otherwise the second time."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found += [n.name for n in names if n.name.partition(".")[0] in MODULES]
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in MODULES:
                found.append(module)
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                found.append(name)
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in CALLS:
                if not (isinstance(value, ast.Name) and value.id in OF_THE_ENGINE):
                    found.append(ast.unparse(node.func))
            case (
                ast.For(iter=ast.Set() | ast.SetComp())
                | ast.comprehension(iter=ast.Set() | ast.SetComp())
            ):
                found.append("the order of a set")
    return found


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_does_the_same_again(file: Path) -> None:
    if str(file.relative_to(ROOT)) not in CLIENT_SIDE:
        assert strays(file.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from time import monotonic",
        "datetime.now()",
        "x = uuid4()",
        "for x in {1, 2}: pass",
        "open('x')",
    ],
)
def test_would_notice(source: str) -> None:
    assert strays(source)


def test_lets_the_engine_s_own_pass() -> None:
    assert strays("workflow.now(); workflow.uuid4()") == []
