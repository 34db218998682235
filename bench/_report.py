"""Figures for people and machines: a table on the screen, JSON in bench/results/."""

import json
import os
import platform
import statistics
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of `values` lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def report(name: str, rows: Sequence[Mapping[str, object]], verdicts: Mapping[str, str]) -> None:
    """Prints `rows` as a table with the verdicts under it, and writes both as JSON."""
    columns = list(rows[0])
    cells = [columns, *([_cell(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[k]) for line in cells) for k in range(len(columns))]
    for line in cells:
        first, *rest = (
            text.ljust(widths[0]) if k == 0 else text.rjust(widths[k])
            for k, text in enumerate(line)
        )
        print("  ".join([first, *rest]))
    for what, verdict in verdicts.items():
        print(f"{what}: {verdict}")
    RESULTS.mkdir(exist_ok=True)
    machine = {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "python": platform.python_version(),
        "load": os.getloadavg(),
    }
    found = {
        "bench": name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "rows": list(rows),
        "verdicts": dict(verdicts),
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")
    sys.stdout.flush()


def against(ratio: float, limit: float, *, at_most: bool) -> str:
    """`1.31 (at most 1.5: kept)`."""
    kept = ratio <= limit if at_most else ratio >= limit
    bound = "at most" if at_most else "at least"
    return f"{ratio:.2f} ({bound} {limit:g}: {'kept' if kept else 'MISSED'})"


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
