"""Photos of a draft: added, looked at, taken away again, or none."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from domain.actors import REPORTER
from record.files.cleaning import JPEG
from record.files.rows import content, drop_waiting, uploaded_files
from record.files.store import DamagedError
from web.braking import address_of
from web.house import Home, House
from web.limits import Often
from web.pages.files import GONE, file_response, lost
from web.pages.filing.draft import PHOTOS, Draft, Drafted, go, keep
from web.pages.filing.steps import CHANGING, following, frame, nothing_begun, turned_away, url_of
from web.pages.forms import Typed
from web.pages.language import N_, _
from web.pages.rendering import page
from web.problems import Problem, field_problem
from web.uploading import FIELD, MOST_FILES, NotAllTaken, form_of, store

router = APIRouter(prefix="/lapor/foto")

STAY = "unggah"
"""The button that uploads and stays."""
NONE_CHOSEN = N_("Pilih foto dulu, lalu tekan Unggah. Tanpa foto, tekan Lanjutkan.")

uploads = Often(
    600, N_("Dari jaringan Anda terlalu banyak berkas dikirim. Coba lagi satu jam lagi.")
)


@router.get("")
async def ask(request: Request, house: Home, draft: Drafted) -> Response:
    if draft is None:
        return nothing_begun(request)
    if refused := turned_away(draft, PHOTOS):
        return refused
    return await _page(request, house, draft)


@router.post("")
async def add(request: Request, house: Home, draft: Drafted) -> Response:
    if draft is None:
        return nothing_begun(request)
    if refused := turned_away(draft, PHOTOS):
        return refused
    form = FormData()
    try:
        form = await form_of(request)
        added = await _stored(request, house, form, draft)
    except Problem as problem:
        if isinstance(problem, NotAllTaken):
            draft = draft.with_photos([*draft.photos, *problem.kept])
            await keep(house, draft)
        return await _page(request, house, draft, problem)
    changing = CHANGING in form
    if STAY in form and not added:
        return await _page(request, house, draft, field_problem(**{FIELD: NONE_CHOSEN}))
    draft = draft.with_photos([*draft.photos, *added])
    if STAY not in form:
        draft = draft.answered(PHOTOS, {})
    await keep(house, draft)
    url = url_of(PHOTOS, changing) if STAY in form else following(draft, PHOTOS, changing)
    return go(house, url, draft)


async def _stored(request: Request, house: House, form: FormData, draft: Draft) -> list[UUID]:
    """Raises Problem."""
    if form.getlist(FIELD):
        uploads.check(house.recent, address_of(request))
        uploads.count(house.recent, address_of(request))
    return await store(house, form, REPORTER.id, room=MOST_FILES - len(draft.photos))


@router.post("/hapus")
async def remove(request: Request, house: Home, draft: Drafted, typed: Typed) -> Response:
    if draft is None:
        return nothing_begun(request)
    if refused := turned_away(draft, PHOTOS):
        return refused
    gone = [photo for photo in draft.photos if str(photo) == typed.get("id")]
    draft = draft.with_photos(photo for photo in draft.photos if photo not in gone)
    await keep(house, draft)
    await drop_waiting(house.engine, gone)
    return go(house, url_of(PHOTOS, CHANGING in typed), draft)


@router.get("/{photo}")
async def look(house: Home, draft: Drafted, photo: UUID) -> Response:
    """The small picture of one's own photo."""
    if draft is None or draft.filed or photo not in draft.photos:
        raise Problem(404, GONE)
    try:
        data = await content(house.engine, house.files, photo, preview=True)
    except (OSError, DamagedError) as error:
        raise lost(photo, error) from error
    if data is None:
        raise Problem(404, GONE)
    return file_response(data, JPEG, "foto.jpg")


async def _page(
    request: Request, house: House, draft: Draft, problem: Problem | None = None
) -> Response:
    faults = [(one.get("name", ""), _(one["message"])) for one in problem.errors] if problem else []
    if problem and not faults:
        faults = [("", _(problem.detail))]
    said = [(FIELD, f"{name}: {why}" if name else why) for name, why in faults]
    changing = {CHANGING: "1"} if CHANGING in request.query_params else {}
    context = {
        **frame(request, PHOTOS, draft, changing, said),
        "title": _("Tambahkan foto"),
        "url": url_of(PHOTOS, bool(changing)),
        "photos": await uploaded_files(house.engine, draft.photos, REPORTER.id),
        "room": MOST_FILES - len(draft.photos),
        "name": FIELD,
        "stay": STAY,
    }
    headers = dict(problem.headers or {}) if problem else {}
    status = problem.status if problem else 200
    return page(request, "lapor/foto.html", context, status=status, headers=headers)
