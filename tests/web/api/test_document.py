"""The OpenAPI document: valid, whole, and its examples are what the API takes and answers."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.web.api.desk import Api, Filed, is_problem

METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS = {
    ("post", "/api/v1/complaints"): {"201", "413", "422", "503"},
    ("get", "/api/v1/complaints"): {"200", "401", "422", "503"},
    ("get", "/api/v1/complaints/{ticket}"): {"200", "401", "404", "503"},
    ("get", "/api/v1/complaints/{ticket}/events"): {"200", "401", "404", "503"},
    ("post", "/api/v1/complaints/{ticket}/actions"): {
        "200", "401", "403", "404", "409", "413", "422", "503",
    },
    ("post", "/api/v1/track"): {"200", "404", "413", "422", "429", "503"},
    ("post", "/api/v1/track/actions"): {"200", "404", "409", "413", "422", "429", "503"},
}  # fmt: skip


@pytest.fixture(scope="module")
async def document(idle: Api) -> dict[str, Any]:
    found: dict[str, Any] = (await idle.http.get("http://matur.test/api/openapi.json")).json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (v for k, v in value.items() if k == "$ref")
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def checker(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


def test_every_operation_says_how_it_may_be_answered(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    found = {(method, path): set(one["responses"]) for method, path, one in operations(document)}
    assert found == OPERATIONS
    for _, path, operation in operations(document):
        assert operation["description"]
        names = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        assert all(f"{{{name}}}" in path for name in names)
        for status, response in operation["responses"].items():
            problem = {"application/problem+json"}
            assert set(response["content"]) == ({"application/json"} if status < "300" else problem)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
        Draft202012Validator.check_schema(place)


async def test_the_examples_are_taken(api: Api, document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("SentComplaint", "SentAction", "Opened", "SentReporterAction"):
        assert schemas[name]["examples"]
        for example in schemas[name]["examples"]:
            checker(document, schemas[name]).validate(example)
    filed = await api.file(**schemas["SentComplaint"]["examples"][0])
    for who, example in zip(
        ("koordinator", "dpupr"), schemas["SentAction"]["examples"], strict=True
    ):
        assert (await api.act(who, filed, example)).status_code == 200
    rate = schemas["SentReporterAction"]["examples"][0]
    sent = {**rate, **filed.opens}
    assert (await api.http.post("/track/actions", json=sent)).status_code == 200


async def test_the_answers_are_as_documented(api: Api, document: dict[str, Any]) -> None:
    filed: Filed = await api.file()
    answers = {
        "CaseShape": await api.read("koordinator", filed.ticket),
        "Trail": await api.read("koordinator", filed.ticket, "/events"),
        "Listed": (await api.get("koordinator", "/complaints")).json(),
        "Tracked": await api.track(filed),
        "Acted": (await api.act("koordinator", filed, {"action": "note", "text": "A"})).json(),
        "Problem": (await api.get("koordinator", "/complaints/entah")).json(),
    }
    for name, answer in answers.items():
        checker(document, document["components"]["schemas"][name]).validate(answer)


async def test_the_docs_page_shows_it(idle: Api) -> None:
    page = await idle.http.get("http://matur.test/api/docs")
    assert page.status_code == 200
    assert "/api/openapi.json" in page.text
    assert is_problem(await idle.http.get("http://matur.test/api/redoc"), 404)
