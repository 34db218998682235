"""Files that come with a form: counted, measured, cleaned, and kept until an entry has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from record.files.apart import cleaned
from record.files.cleaning import Unacceptable
from record.files.rows import FileRow, keep, waiting_files
from web.house import House
from web.limits import FORM, takes_files
from web.problems import Problem, field_problem

MOST_FILES = 5
"""Of one form."""
LARGEST_FILE = 10_000_000
LARGEST_UPLOAD = 32_000_000
"""Bytes of a form with its files."""
MOST_FIELDS = 300

TOO_LARGE = (
    "Kiriman ini lebih besar dari 32 MB, jadi berkasnya belum kami terima. Kirim lebih sedikit"
    " sekaligus, atau satu demi satu."
)
FILE_TOO_LARGE = "Berkas ini lebih besar dari 10 MB. Kirim foto dengan ukuran lebih kecil."
TOO_MANY = "Paling banyak 5 berkas. Hapus beberapa, lalu kirim lagi."
TORN = "Formulir ini tidak utuh. Muat ulang halamannya, lalu kirim lagi."

TOO_SLOW = "Kiriman ini terlalu lama sampai kepada kami. Coba lagi saat sambungan lebih baik."
NO_ROOM = "Berkas belum dapat kami simpan. Kirim lagi sebentar lagi, atau lanjutkan tanpa berkas."

FIELD = "berkas"
KEPT = "berkas_tersimpan"
"""Hidden fields that name files of an earlier try, so that nobody has to choose them again."""


@dataclass
class NotAllTaken(Problem):
    """Some files will not do; `kept` are those that did, for hidden fields `KEPT`. Each error has
    the file's `name` beside its field and message."""

    kept: tuple[UUID, ...] = ()


async def received(
    house: House,
    request: Request,
    author: str,
    field: str = FIELD,
    complaint: UUID | None = None,
) -> list[UUID]:
    """The files of a multipart form, cleaned and stored: their ids, for `act(files=…)`.

    With them those that the form names in hidden fields `KEPT`, as far as they still are the
    author's and free, or came with something about `complaint` that was refused. A form without
    files gives none. Raises Problem 413 or 422 (`NotAllTaken`) whose errors name the field.
    """
    form = await form_of(request)
    kept = [file.id for file in await kept_files(house, form, author, complaint)]
    try:
        return kept + await store(house, form, author, field, room=MOST_FILES - len(kept))
    except NotAllTaken as problem:
        problem.kept = (*kept, *problem.kept)
        raise


async def form_of(request: Request) -> FormData:
    """The form, within its limits. Raises Problem 408, 413, 422."""
    try:
        form = await request.form(
            max_files=MOST_FILES * 2, max_fields=MOST_FIELDS, max_part_size=1_000_000
        )
        request.scope[FORM] = form  # whose files are closed with the request
        return form
    except HTTPException as error:
        if error.status_code == 413 and takes_files(request):
            raise too_large() from error
        if error.status_code == 408:
            raise Problem(408, TOO_SLOW) from error
        if error.status_code == 400:
            raise Problem(422, TORN) from error
        raise


def too_large() -> Problem:
    return Problem(413, TOO_LARGE, [{"field": FIELD, "message": TOO_LARGE}])


async def kept_files(
    house: House, form: FormData, author: str, complaint: UUID | None = None
) -> Sequence[FileRow]:
    """What came with an earlier try of this form and still waits, to be shown in it again."""
    ids = [found for value in form.getlist(KEPT)[:MOST_FILES] if (found := uuid_of(value))]
    return await waiting_files(house.engine, ids, author, complaint)


async def store(
    house: House, form: FormData, author: str, field: str = FIELD, *, room: int = MOST_FILES
) -> list[UUID]:
    """The files of a form, cleaned and stored; their ids. Raises NotAllTaken, Problem 422."""
    # A browser sends an empty part where nothing was chosen.
    sent = [one for one in form.getlist(field) if isinstance(one, UploadFile) and one.filename]
    if len(sent) > room:
        raise field_problem(**{field: TOO_MANY})
    ids: list[UUID] = []
    faults: list[dict[str, str]] = []
    for one in sent:
        name = one.filename or ""
        try:
            if (one.size or 0) > LARGEST_FILE:
                raise Unacceptable(FILE_TOO_LARGE)
            done = await cleaned(one.read, name)
            ids.append(await keep(house.engine, house.files, done, author, house.now))
        except OSError as error:
            raise Problem(503, NO_ROOM, [{"field": field, "message": NO_ROOM}]) from error
        except Unacceptable as refused:
            faults.append({"field": field, "message": refused.why, "name": name[-60:]})
    if faults:
        large = any(fault["message"] == FILE_TOO_LARGE for fault in faults)
        why = " ".join(dict.fromkeys(fault["message"] for fault in faults))
        raise NotAllTaken(413 if large else 422, why, faults, kept=tuple(ids))
    return ids


def uuid_of(value: object) -> UUID | None:
    """As a hidden field names it; None for anything else."""
    try:
        return UUID(str(value))
    except ValueError:
        return None
