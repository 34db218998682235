"""What the OpenAPI document says of problems: one schema, in every operation that may answer so."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from web.problems import MEDIA_TYPE, TITLES

NAME = "Problem"
SCHEMA: dict[str, Any] = {
    "title": NAME,
    "description": "RFC 9457 problem details; the sentences are Indonesian, for people.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "Who could do it, or what must happen first."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that may answer with these statuses."""
    return {status: _response(status) for status in statuses}


def _response(status: int) -> dict[str, Any]:
    example = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": "…"}
    media = {"schema": {"$ref": f"#/components/schemas/{NAME}"}, "example": example}
    return {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: media}}


def describe(app: FastAPI) -> None:
    """Adds the schema to the document of `app`, and takes FastAPI's own of a problem out."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            for item in document["paths"].values():
                for operation in item.values():
                    if MEDIA_TYPE not in operation["responses"].get("422", {}).get("content", {}):
                        operation["responses"].pop("422", None)
            schemas = document["components"]["schemas"]
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            schemas[NAME] = SCHEMA
        return generate()

    app.openapi = openapi  # type: ignore[method-assign]
