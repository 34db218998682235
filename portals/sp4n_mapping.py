"""The shape of `sp4n.toml`, where each key is explained."""

from pydantic import Field

from portals.mapping import Name, Part, PathTo, PathToOne, Perhaps, PortalMapping, Secret, Words
from portals.protocol import Told


class Credentials(Part):
    client_id: Secret
    client_secret: Secret
    webhook_secret: Secret


class Paths(Part):
    token: PathTo
    reports: PathTo
    report: PathToOne
    messages: PathToOne
    status: PathToOne
    answer: PathToOne


class Parameters(Part):
    agency: Name
    cursor: Name
    limit: Name
    after: Name


class Page(Part):
    items: Name
    cursor: Name
    more: Name


class Headers(Part):
    key: Name


class ReportFields(Part):
    id: Name
    title: Name
    body: Name
    category: Perhaps
    occurred_on: Perhaps
    address: Perhaps
    lat: Perhaps
    lng: Perhaps
    region_code: Perhaps
    anonymous: Perhaps
    secret: Perhaps
    reporter: Perhaps
    attachments: Perhaps
    status: Perhaps
    filed_at: Name
    changed_at: Perhaps


class PersonFields(Part):
    name: Name
    phone: Perhaps
    email: Perhaps


class AttachmentFields(Part):
    url: Name
    name: Perhaps
    media_type: Perhaps
    size: Perhaps


class Messages(Part):
    items: Name


class MessageFields(Part):
    id: Name
    author: Name
    text: Name
    attachments: Perhaps
    at: Name


class StatusBody(Part):
    status: Name
    text: Name
    at: Name


class AnswerBody(Part):
    text: Name
    unit: Name
    at: Name
    files: Name


class SentFile(Part):
    name: Name
    media_type: Name
    data: Name


class ReceiptFields(Part):
    id: Name
    at: Perhaps


class ErrorFields(Part):
    message: Name


class Webhook(Part):
    signature: Name
    event: Name
    report: Name


class SomeWords(Part):
    reporter: Words
    closed: Words


class Answers(Part):
    told: tuple[Told, ...]


class Sp4nMapping(PortalMapping):
    page_size: int = Field(ge=1, le=100)
    agency: Name
    credentials: Credentials | None = None
    paths: Paths
    parameters: Parameters
    page: Page
    headers: Headers
    report: ReportFields
    person: PersonFields
    attachment: AttachmentFields
    messages: Messages
    message: MessageFields
    status_body: StatusBody
    answer_body: AnswerBody
    sent_file: SentFile
    receipt: ReceiptFields
    error: ErrorFields
    webhook: Webhook
    words: SomeWords
    answers: Answers
