"""The arrows of the house go one way: what each part may import, and nothing else."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MAY_IMPORT = {
    "domain": {"domain"},
    "workflows": {"workflows", "domain", "activities.messages"},
    "record": {"record", "domain"},
    "portals": {"portals", "domain"},
    "suggest": {"suggest", "domain"},
    "activities": {"activities", "record", "suggest", "portals", "domain"},
    "web": {"web", "record", "portals", "suggest", "workflows", "domain", "settings", "health"},
    "worker": {
        "workflows", "activities", "record", "suggest", "portals", "domain", "settings", "health",
    },
    "health": set[str](),
    "settings": set[str](),
    "practice": {"practice"},
    "cli": {
        "cli", "web", "worker", "workflows", "activities", "record", "suggest", "portals",
        "practice", "domain", "settings", "health",
    },
}  # fmt: skip
"""The house's own parts; `activities.messages` is that module alone."""

PACKAGES = {"domain": {"pydantic"}, "workflows": {"pydantic", "temporalio"}}
"""Where others' packages are limited too; the standard library goes without saying."""


def forbidden(root: Path) -> Iterator[str]:
    """Every import under `root` that the house forbids, as `domain/x.py:3 sqlalchemy`."""
    for part in MAY_IMPORT:
        for file in sorted([*root.glob(f"{part}.py"), *root.glob(f"{part}/**/*.py")]):
            for line, module in imports(file, root):
                if not allowed(part, module):
                    yield f"{file.relative_to(root)}:{line} {module}"


def imports(file: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Every module that the file imports, wherever in it, with `from a import b` as `a.b`."""
    package = file.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(file.read_text(), str(file))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def allowed(part: str, module: str) -> bool:
    top = module.partition(".")[0]
    if top in MAY_IMPORT or top in ("tests", "bench"):
        within = f"{module}."
        return any(within.startswith(f"{own}.") for own in MAY_IMPORT[part])
    return top in sys.stdlib_module_names or top in PACKAGES.get(part, {top})


def test_no_import_goes_against_the_arrows() -> None:
    assert list(forbidden(ROOT)) == []


def test_the_parts_are_where_this_test_looks() -> None:
    for part in ("domain", "workflows", "record", "activities", "web", "cli"):
        assert list((ROOT / part).glob("**/*.py")), part


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("domain/case.py", "import sqlalchemy"),
        ("domain/case.py", "from record.tables import cases"),
        ("domain/decisions/deep.py", "def later():\n    from settings import get_settings"),
        ("domain/case.py", "import numpy.random"),
        ("workflows/complaint.py", "import httpx"),
        ("workflows/complaint.py", "from settings import get_settings"),
        ("workflows/complaint.py", "from activities import sending"),
        ("workflows/complaint.py", "from activities.recording import append"),
        ("workflows/complaint.py", "with passed_through():\n    import sqlalchemy.ext.asyncio"),
        ("record/append.py", "from workflows.messages import Ask"),
        ("record/append.py", "import settings"),
        ("activities/recording.py", "from web.app import create_app"),
        ("web/app.py", "from activities.recording import append"),
        ("web/app.py", "from cli.parts import Postgres"),
        ("web/app.py", "import tests.conftest"),
        ("worker.py", "import cli"),
        ("practice/portal.py", "from domain.terms import Stage"),
        ("domain/x/deep.py", "from ...record import tables"),
    ],
)
def test_a_wrong_arrow_is_found(file: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"from datetime import datetime\n{line}\n")

    [found] = forbidden(tmp_path)

    assert found.startswith(file)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("domain/case.py", "from pydantic import BaseModel"),
        ("domain/case.py", "from domain.base import Value"),
        ("domain/decisions/one.py", "from . import base"),
        ("workflows/complaint.py", "from activities.messages import Append"),
        ("workflows/complaint.py", "from temporalio import workflow"),
        ("record/append.py", "from sqlalchemy import select"),
        ("cli/main.py", "from web.app import create_app"),
    ],
)
def test_a_right_arrow_passes(file: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{line}\n")

    assert list(forbidden(tmp_path)) == []
