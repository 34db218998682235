"""How a session of tests ends: with its own exit code and all reports written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]

# The interpreter's own end would wait for this thread: leaving at once shows that it is skipped.
TESTS = """
import atexit, threading, time
import temporalio
threading.Thread(target=time.sleep, args=(60,)).start()
def test_good(tmp_path): pass
def test_other(): assert {outcome}
"""


@pytest.mark.parametrize(
    ("arguments", "outcome", "code", "summary"),
    [
        ([], True, 0, "2 passed"),
        ([], False, 1, "1 failed, 1 passed"),
        (["-k", "nothing"], True, 5, "2 deselected"),
        (["-n", "2"], True, 0, "2 passed"),
        (["-n", "2"], False, 1, "1 failed, 1 passed"),
    ],
    ids=["green", "red", "none", "green-xdist", "red-xdist"],
)
def test_exit_code_and_reports(
    arguments: list[str], outcome: bool, code: int, summary: str, tmp_path: Path
) -> None:
    (tmp_path / "test_some.py").write_text(TESTS.format(outcome=outcome))
    report = tmp_path / "report.xml"
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.conftest", "-q", "--color=no"),
            *(f"--junitxml={report}", f"--rootdir={tmp_path}", *arguments, str(tmp_path)),
        ],
        cwd=TOP,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert run.returncode == code, run.stdout + run.stderr
    assert summary in run.stdout
    assert f'failures="{int(not outcome)}"' in report.read_text()
    assert "Fatal Python error" not in run.stderr
