"""The shape of `laporgub.toml`, where each key is explained."""

from collections.abc import Mapping

from pydantic import Field

from portals.mapping import (
    Name,
    Part,
    PathTo,
    PathToOne,
    Perhaps,
    PortalMapping,
    Secret,
    Words,
    Zone,
)
from portals.protocol import Told


class Credentials(Part):
    api_key: Secret


class Paths(Part):
    reports: PathTo
    report: PathToOne
    entries: PathToOne


class Parameters(Part):
    city: Name
    since: Name
    page: Name


class Times(Part):
    since: Name
    read: Name


class Page(Part):
    items: Name
    page: Name
    pages: Name


class Headers(Part):
    api_key: Name


class ReportFields(Part):
    id: Name
    category: Perhaps
    body: Name
    address: Perhaps
    visibility: Perhaps
    reporter: Perhaps
    contact: Perhaps
    attachments: Perhaps
    same_as: Perhaps
    filed_at: Name
    status: Perhaps
    timeline: Name


class EntryFields(Part):
    id: Perhaps
    title: Name
    at: Name
    author: Name
    text: Name


class EntryBody(Part):
    title: Name
    text: Name
    status: Name
    files: Name


class ReceiptFields(Part):
    id: Name


class ErrorFields(Part):
    message: Name


class SomeWords(Part):
    reporter: Words
    secret: Words
    anonymous: Words
    closed: Words


class LaporgubMapping(PortalMapping):
    city: Name
    overlap_minutes: int = Field(ge=1)
    start_days: int = Field(ge=1)
    credentials: Credentials | None = None
    paths: Paths
    parameters: Parameters
    times: Times
    zones: Mapping[str, Zone]
    page: Page
    headers: Headers
    report: ReportFields
    entry: EntryFields
    entry_body: EntryBody
    receipt: ReceiptFields
    error: ErrorFields
    words: SomeWords
    titles: Mapping[Told, Name]
