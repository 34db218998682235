"""docs/record.md tells an outsider how to recompute a chain. It has to be right to the byte."""

import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from domain.chain import text_digest
from record.entries import store_entry
from record.events import load_events
from tests.record.office import COORDINATOR, DISPOSE, Office, a_filing

DOCUMENT = Path(__file__).parents[2].joinpath("docs/record.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)\n```", DOCUMENT, re.DOTALL)
    return str(found)


def outsider(answer: Any) -> str:
    """What the document's own program says of an answer, away from this repository's code."""
    ran = subprocess.run(
        [sys.executable, "-I", "-c", block("python")],
        input=json.dumps(answer),
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    return (ran.stdout + ran.stderr).strip()


def test_the_example_holds() -> None:
    example = json.loads(block("json"))
    head = example["events"][-1]["hash"]
    assert outsider(example) == f"2 events hold, the last is {head}"
    assert f"`2 events hold, the last is {head[:6]}…`" in DOCUMENT
    assert sha256(block("text").encode()).hexdigest() == head


def test_a_changed_example_does_not_hold() -> None:
    example = json.loads(block("json"))
    example["events"][1]["actor"] = "system"
    assert outsider(example) == "event 2 does not hold"
    example["events"][0]["data"]["secret"] = True
    assert outsider(example) == "event 1 does not hold"


def test_the_example_of_a_text_holds() -> None:
    match = re.search(r"the note was `(\{.*?\})` and its salt `(\w+)`", DOCUMENT, re.DOTALL)
    assert match is not None
    texts, salt = json.loads(match[1].replace("\n", " ")), bytes.fromhex(match[2])
    note = json.loads(block("json"))["events"][1]
    assert note["data"]["entry"]["digest"] == text_digest(salt, texts)


async def test_the_program_holds_for_a_case_of_the_record(office: Office) -> None:
    filed, case = await office.file(a_filing(title="Café “Rusak”"))
    at = case.received_at
    entry = await store_entry(office.engine, case.id, COORDINATOR.id, {"text": "é"}, at)
    case = await office.act(case, DISPOSE.model_copy(update={"entry": entry}), COORDINATOR)
    events = [event.model_dump() for event in await load_events(office.engine, case.id)]
    answer = {"complaint": str(case.id), "ticket": filed.ticket, "events": events}
    assert outsider(answer) == f"2 events hold, the last is {case.head}"
