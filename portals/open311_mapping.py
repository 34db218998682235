"""The shape of `open311.toml`, where each key is explained."""

from typing import Literal

from pydantic import Field

from portals.mapping import Name, Part, PathTo, PathToOne, Perhaps, PortalMapping, Secret, Words


class Credentials(Part):
    api_key: Secret


class Paths(Part):
    requests: PathTo
    request: PathToOne
    updates: PathTo


class Parameters(Part):
    jurisdiction: Name
    since: Name
    until: Name
    page: Perhaps
    page_size: Perhaps
    ids: Name


class ReportFields(Part):
    id: Name
    category: Perhaps
    body: Name
    address: Perhaps
    lat: Perhaps
    lng: Perhaps
    media: Perhaps
    status: Perhaps
    filed_at: Name
    changed_at: Perhaps


class UpdateFields(Part):
    id: Name
    report: Name
    author: Perhaps
    text: Name
    media: Perhaps
    at: Name


class UpdateBody(Part):
    api_key: Name
    id: Name
    report: Name
    status: Name
    text: Name
    at: Name
    unit: Perhaps
    files: Perhaps


class ErrorFields(Part):
    message: Name


class SomeWords(Part):
    reporter: Words
    closed: Words


class Open311Mapping(PortalMapping):
    format: Literal["json", "xml"]
    page_size: int = Field(ge=1, le=1000)
    jurisdiction: str
    overlap_minutes: int = Field(ge=1)
    start_days: int = Field(ge=1, le=90)
    credentials: Credentials | None = None
    paths: Paths
    parameters: Parameters
    report: ReportFields
    update: UpdateFields
    update_body: UpdateBody
    error: ErrorFields
    words: SomeWords
