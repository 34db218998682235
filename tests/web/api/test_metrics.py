"""What is counted, and that no label grows with what is sent."""

import json
import logging
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

import health
from tests.web.api.desk import COMPLAINT, DISPOSE, Api

URL = "http://matur.test/metrics"


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_requests_filings_and_actions_are_counted(api: Api, engineless: Api) -> None:
    route = "/api/v1/complaints/{ticket}/actions"
    labels = {"method": "POST", "route": route}

    def now() -> list[float]:
        return [
            counted("matur_http_requests_total", **labels, status="200"),
            counted("matur_http_requests_total", **labels, status="409"),
            counted("matur_http_requests_total", **labels, status="503"),
            counted("matur_http_request_seconds_count", **labels),
            counted("matur_filings_total", outcome="stored"),
            counted("matur_filings_total", outcome="repeated"),
            counted("matur_filings_total", outcome="refused"),
            counted("matur_actions_total", action="dispose", outcome="done"),
            counted("matur_actions_total", action="dispose", outcome="refused"),
            counted("matur_actions_total", action="dispose", outcome="invalid"),
            counted("matur_actions_total", action="dispose", outcome="away"),
            counted("matur_engine_away_total"),
            counted("matur_events_appended_total"),
            counted("matur_append_seconds_count"),
        ]

    before, key = now(), str(uuid4())
    filed = await api.file()
    await api.send(COMPLAINT, key)
    await api.send(COMPLAINT, key)
    await api.send({**COMPLAINT, "title": "Lain"}, key)
    for sent in (DISPOSE, DISPOSE, {**DISPOSE, "unit": "entah"}):
        await api.act("koordinator", filed, sent)
    await engineless.act("koordinator", filed, DISPOSE)
    after = [later - sooner for later, sooner in zip(now(), before, strict=True)]
    assert after == [1, 1, 1, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1]


async def test_labels_are_a_closed_list(api: Api) -> None:
    filed = await api.file()
    marks = ("zzz-ticket", "zzz-action", "zzz-path", "ZZZ")
    await api.get("koordinator", "/complaints/zzz-ticket")
    await api.act("koordinator", filed, {"action": "zzz-action"})
    await api.get("koordinator", "/zzz-path")
    for address in ("zzz-path", "s/zzz-path", "aduan/zzz-ticket", "aduan/zzz-ticket/jejak"):
        await api.http.get(f"http://matur.test/{address}")
    await api.http.request("ZZZ", "/complaints")
    answer = await api.http.get(URL)
    assert answer.status_code == 200
    families = {one.name: one for one in text_string_to_metric_families(answer.text)}
    assert not [mark for mark in (*marks, filed.ticket) if mark in answer.text]
    routes = {sample.labels["route"] for sample in families["matur_http_requests"].samples}
    assert {
        "/api/v1/complaints/{ticket}",
        "/aduan/{ticket}",
        "/aduan/{ticket}/jejak",
        "other",
    } <= routes


def test_the_log_tells_where_an_exception_came_from_and_not_what_it_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    level = root.level
    try:
        health.configure_logs("info")
        try:
            try:
                raise ValueError("Sukirman mengetik ini")
            except ValueError as error:
                raise RuntimeError("the surroundings are to blame") from error
        except RuntimeError:
            logging.getLogger("uvicorn.error").exception("failed")
    finally:
        root.setLevel(level)
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["event"], line["level"]) == ("failed", "error")
    assert "builtins.RuntimeError: the surroundings are to blame" in line["exception"]
    assert "builtins.ValueError" in line["exception"]
    assert any("test_metrics.py" in frame for frame in line["exception"])
    assert "Sukirman" not in json.dumps(line)
