"""Who may use which route, about whose case: written by hand, from life.md, not from the code.

Every route of the application has a row here; tests/web/pages/test_matrix.py tries each row as
everybody, on every kind of case, as a whole page and as a fragment.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

NOBODY = "nobody"
COORDINATOR, SUPERVISOR, AUDITOR, ADMINISTRATOR = "koordinator", "sekda", "inspektorat", "admin"
DPUPR, HEAD, OTHER_UNIT, VILLAGE = "dpupr", "kepala.dpupr", "kec.bobotsari", "kel.bancar"
UNIT_ADMINS = frozenset({DPUPR, OTHER_UNIT, VILLAGE})
LOGGED_IN = UNIT_ADMINS | {COORDINATOR, HEAD, SUPERVISOR, AUDITOR, ADMINISTRATOR}
PEOPLE = (NOBODY, *sorted(LOGGED_IN))
"""One of each role, and two admins of other units."""


class Kind(StrEnum):
    """A kind of case: all with DPUPR, but for OTHER, which Bobotsari has."""

    OWN = "own"
    OTHER = "other unit's"
    SECRET = "secret"
    ANONYMOUS = "anonymous"


AT_DPUPR = frozenset({COORDINATOR, DPUPR, HEAD, SUPERVISOR, AUDITOR})
SEES: Mapping[Kind, frozenset[str]] = {
    Kind.OWN: AT_DPUPR,
    Kind.OTHER: frozenset({COORDINATOR, OTHER_UNIT, SUPERVISOR, AUDITOR}),
    Kind.SECRET: AT_DPUPR,
    Kind.ANONYMOUS: AT_DPUPR,
}


class Answer(StrEnum):
    IN = "let in"
    """Any answer but the three below: also that a form is not filled in rightly."""
    LOGIN = "log in first"
    REFUSED = "not by you"
    UNKNOWN = "no such thing"


@dataclass(frozen=True)
class Row:
    may: Collection[str] = LOGGED_IN
    about_case: bool = False
    """Then those who do not see the case are told that there is none."""
    role_first: bool = False
    """Those whose role never may are refused whatever the case: it tells nothing of it."""
    public: bool = False
    """About a case as the public sees it: a secret one is not there, for nobody."""
    then: Answer = Answer.IN
    """What those hear who may: UNKNOWN where the row asks for what does not exist."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """What stands in the path besides the ticket and the file."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What a POST sends."""

    def expected(self, who: str, kind: Kind) -> Answer:
        if self.public and kind is Kind.SECRET:
            return Answer.UNKNOWN
        if NOBODY in self.may:
            return self.then
        if who == NOBODY:
            return Answer.LOGIN
        if self.role_first and who not in self.may:
            return Answer.REFUSED
        if self.about_case and who not in SEES[kind]:
            return Answer.UNKNOWN
        return self.then if who in self.may else Answer.REFUSED


UNHEARD_OF = str(UUID(int=1))

OPEN = Row(may=PEOPLE)
"""For anybody: what it shows of a case, it shows for ticket and receipt."""
NOT_THERE = Row(may=PEOPLE, then=Answer.UNKNOWN)
STAFF = Row()
CASE = Row(about_case=True)
HALF_DONE = Row(may=PEOPLE, then=Answer.LOGIN, parts={"step": "kode"})
"""The second half of a login: whoever has not just done the first is sent there."""
PROGRESS = {"text": "Sedang dikerjakan."}
HANDLERS = Row(may={DPUPR, OTHER_UNIT}, about_case=True, fields=PROGRESS)
ONLY_COORDINATOR = Row(may={COORDINATOR})
IMPORT_UNHEARD_OF = Row(may={COORDINATOR}, then=Answer.UNKNOWN, parts={"id": "0" * 8})
VERIFIES = Row(may={COORDINATOR}, about_case=True, parts={"slug": "hasil"})
TYPES_IN = Row(may=UNIT_ADMINS | {COORDINATOR})
AS_JSON = Row(may=PEOPLE, parts={"format": "json"})
ADMINISTERS = Row(may={ADMINISTRATOR})
ACCOUNT_UNHEARD_OF = Row(
    may={ADMINISTRATOR}, then=Answer.UNKNOWN, parts={"id": UNHEARD_OF, "change": "nonaktifkan"}
)
TEMPLATE_UNHEARD_OF = Row(
    may=UNIT_ADMINS | {COORDINATOR}, then=Answer.UNKNOWN, parts={"template": UNHEARD_OF}
)
OVERSEES = Row(may={COORDINATOR, HEAD, SUPERVISOR})
AUDITS = Row(may={COORDINATOR, SUPERVISOR, AUDITOR})
AUDITS_CASE = Row(may={COORDINATOR, SUPERVISOR, AUDITOR}, about_case=True, role_first=True)
ORDERS = Row(
    may={SUPERVISOR, HEAD}, about_case=True, role_first=True, fields={"text": "Segera selesaikan."}
)

PORTALS = frozenset({COORDINATOR, ADMINISTRATOR, SUPERVISOR, AUDITOR})
"""Who reads how the portals are; the tests' house has no row of any."""
DELIVERY_UNHEARD_OF = Row(
    may=LOGGED_IN - {ADMINISTRATOR}, then=Answer.UNKNOWN, parts={"id": UNHEARD_OF}
)
QUARANTINE_UNHEARD_OF = Row(may=PORTALS, then=Answer.UNKNOWN, parts={"id": UNHEARD_OF})

UNTRIED = {("POST", "/keluar"): "it ends the session; test_entrance.py"}
"""Routes that are tried elsewhere, with the reason."""

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/api/openapi.json"): OPEN,
    ("GET", "/api/docs"): OPEN,
    ("GET", "/docs/oauth2-redirect"): OPEN,
    ("POST", "/api/v1/complaints"): OPEN,
    ("GET", "/api/v1/complaints"): STAFF,
    ("GET", "/api/v1/complaints/{ticket}"): CASE,
    ("GET", "/api/v1/complaints/{ticket}/events"): CASE,
    ("POST", "/api/v1/complaints/{ticket}/actions"): Row(
        may={DPUPR, OTHER_UNIT}, about_case=True, fields=PROGRESS | {"action": "report_progress"}
    ),
    ("POST", "/api/v1/track"): OPEN,
    ("POST", "/api/v1/track/actions"): OPEN,
    ("GET", "/open311/v2/discovery.{format}"): AS_JSON,
    ("GET", "/open311/v2/services.{format}"): AS_JSON,
    ("GET", "/open311/v2/services/{service_code}.{format}"): Row(
        may=PEOPLE, parts={"format": "xml", "service_code": "infrastruktur"}
    ),
    ("GET", "/open311/v2/requests.{format}"): AS_JSON,
    ("GET", "/open311/v2/requests/{ticket}.{format}"): Row(
        may=PEOPLE, public=True, parts={"format": "json"}
    ),
    ("GET", "/open311/v2/tokens/{token}.{format}"): Row(
        may=PEOPLE, then=Answer.UNKNOWN, parts={"format": "json", "token": UNHEARD_OF}
    ),
    # Without a key, whoever asks.
    ("POST", "/open311/v2/requests.{format}"): Row(
        may=PEOPLE,
        then=Answer.REFUSED,
        parts={"format": "json"},
        fields={"service_code": "infrastruktur"},
    ),
    ("POST", "/hooks/{portal}"): Row(may=PEOPLE, then=Answer.UNKNOWN, parts={"portal": "lain"}),
    ("GET", "/"): OPEN,
    ("POST", "/bahasa"): OPEN,
    ("GET", "/publik"): OPEN,
    ("GET", "/publik/{ticket}"): Row(may=PEOPLE, public=True),
    ("GET", "/lapor"): OPEN,
    ("GET", "/lapor/{step}"): Row(may=PEOPLE, parts={"step": "isi"}),
    ("POST", "/lapor/{step}"): Row(may=PEOPLE, parts={"step": "isi"}),
    # Without a draft there is nothing to add to, or to send.
    ("GET", "/lapor/foto"): NOT_THERE,
    ("POST", "/lapor/foto"): NOT_THERE,
    ("POST", "/lapor/foto/hapus"): NOT_THERE,
    ("GET", "/lapor/foto/{photo}"): Row(
        may=PEOPLE, then=Answer.UNKNOWN, parts={"photo": UNHEARD_OF}
    ),
    ("GET", "/lapor/periksa"): NOT_THERE,
    ("POST", "/lapor/kirim"): NOT_THERE,
    ("GET", "/lapor/terkirim"): OPEN,
    ("POST", "/lapor/selesai"): OPEN,
    ("GET", "/lapor/ulang"): OPEN,
    ("POST", "/lapor/ulang"): OPEN,
    ("GET", "/berkas/{file_id}"): CASE,
    ("GET", "/berkas/{file_id}/kecil"): CASE,
    ("POST", "/lacak/berkas/{file_id}"): NOT_THERE,
    ("GET", "/lacak"): OPEN,
    ("POST", "/lacak"): OPEN,
    ("GET", "/lacak/cetak"): OPEN,
    ("POST", "/lacak/cetak"): OPEN,
    ("GET", "/lacak/jeda"): OPEN,
    ("POST", "/lacak/jeda"): OPEN,
    ("GET", "/lacak/tindakan/{action}"): Row(may=PEOPLE, parts={"action": "rate"}),
    ("POST", "/lacak/tindakan/{action}"): Row(may=PEOPLE, parts={"action": "rate"}),
    ("GET", "/masuk"): OPEN,
    ("POST", "/masuk"): OPEN,
    ("GET", "/masuk/{step}"): HALF_DONE,
    ("POST", "/masuk/kode"): HALF_DONE,
    ("POST", "/masuk/pasang"): HALF_DONE,
    ("POST", "/masuk/nanti"): HALF_DONE,
    ("GET", "/keluar"): OPEN,
    ("GET", "/akun"): STAFF,
    ("POST", "/akun/kata-sandi"): STAFF,
    ("POST", "/akun/pintasan"): STAFF,
    ("POST", "/akun/sesi/akhiri"): STAFF,
    ("POST", "/akun/sesi/akhiri-lain"): STAFF,
    ("GET", "/akun/faktor-kedua"): STAFF,
    ("POST", "/akun/faktor-kedua"): STAFF,
    # Those who must have one keep it.
    ("POST", "/akun/faktor-kedua/lepas"): Row(may=LOGGED_IN - {SUPERVISOR, AUDITOR, ADMINISTRATOR}),
    ("GET", "/pengaturan"): ADMINISTERS,
    ("GET", "/pengaturan/akun/{id}"): ACCOUNT_UNHEARD_OF,
    ("GET", "/pengaturan/akun/{id}/ubah"): ACCOUNT_UNHEARD_OF,
    ("POST", "/pengaturan/akun/{id}/ubah"): ACCOUNT_UNHEARD_OF,
    ("POST", "/pengaturan/akun/{id}/ubah/simpan"): ACCOUNT_UNHEARD_OF,
    ("GET", "/pengaturan/akun/{id}/{change}"): ACCOUNT_UNHEARD_OF,
    ("POST", "/pengaturan/akun/{id}/{change}"): ACCOUNT_UNHEARD_OF,
    ("GET", "/pengaturan/akun-baru"): ADMINISTERS,
    ("POST", "/pengaturan/akun-baru"): ADMINISTERS,
    ("POST", "/pengaturan/akun-baru/buat"): ADMINISTERS,
    ("GET", "/tugas"): STAFF,
    ("GET", "/tugas/baru"): STAFF,
    ("GET", "/aduan"): STAFF,
    ("GET", "/aduan/telepon"): ONLY_COORDINATOR,
    ("POST", "/aduan/telepon"): ONLY_COORDINATOR,
    ("POST", "/tampilan"): STAFF,
    ("POST", "/tampilan/{view}/hapus"): Row(parts={"view": UNHEARD_OF}),
    ("GET", "/disposisi"): ONLY_COORDINATOR,
    ("POST", "/disposisi"): ONLY_COORDINATOR,
    ("POST", "/disposisi/pilih"): ONLY_COORDINATOR,
    ("POST", "/disposisi/periksa"): ONLY_COORDINATOR,
    ("GET", "/catat"): TYPES_IN,
    ("POST", "/catat"): TYPES_IN,
    ("POST", "/catat/mirip"): TYPES_IN,
    # Typed in by nobody of these.
    ("GET", "/catat/{ticket}"): Row(may=TYPES_IN.may, then=Answer.UNKNOWN),
    ("GET", "/saran"): AUDITS,
    ("GET", "/aduan/{ticket}"): CASE,
    ("GET", "/aduan/{ticket}/riwayat"): CASE,
    ("GET", "/aduan/{ticket}/berkas"): CASE,
    ("GET", "/aduan/{ticket}/pesan"): CASE,
    ("GET", "/aduan/{ticket}/jejak"): CASE,
    ("GET", "/aduan/{ticket}/mirip"): Row(may={COORDINATOR}, about_case=True),
    # Of a complaint that is not known.
    ("POST", "/aduan/{ticket}/mirip"): Row(may={COORDINATOR}, about_case=True, then=Answer.UNKNOWN),
    ("GET", "/aduan/{ticket}/tindakan/{action}"): Row(
        may={DPUPR, OTHER_UNIT}, about_case=True, parts={"action": "report_progress"}
    ),
    ("POST", "/aduan/{ticket}/tindakan/{action}"): Row(
        may={DPUPR, OTHER_UNIT},
        about_case=True,
        parts={"action": "report_progress"},
        fields=PROGRESS,
    ),
    ("POST", "/aduan/{ticket}/tindakan/answer/templat"): HANDLERS,
    ("GET", "/aduan/{ticket}/tindakan/answer/periksa"): HANDLERS,
    ("POST", "/aduan/{ticket}/tindakan/answer/periksa"): HANDLERS,
    ("GET", "/aduan/{ticket}/verifikasi"): VERIFIES,
    ("GET", "/aduan/{ticket}/verifikasi/periksa"): VERIFIES,
    ("POST", "/aduan/{ticket}/verifikasi/kirim"): VERIFIES,
    ("GET", "/aduan/{ticket}/verifikasi/{slug}"): VERIFIES,
    ("POST", "/aduan/{ticket}/verifikasi/{slug}"): VERIFIES,
    ("GET", "/relai"): ONLY_COORDINATOR,
    ("POST", "/relai/{id}"): Row(may={COORDINATOR}, then=Answer.UNKNOWN, parts={"id": UNHEARD_OF}),
    ("GET", "/impor"): ONLY_COORDINATOR,
    ("POST", "/impor"): ONLY_COORDINATOR,
    ("POST", "/impor/acuan"): ONLY_COORDINATOR,
    ("GET", "/impor/keluar/{code}.xlsx"): Row(
        may={COORDINATOR}, then=Answer.UNKNOWN, parts={"code": "sp4n"}
    ),
    ("GET", "/impor/{id}"): IMPORT_UNHEARD_OF,
    ("GET", "/impor/{id}/kolom"): IMPORT_UNHEARD_OF,
    ("POST", "/impor/{id}/kolom"): IMPORT_UNHEARD_OF,
    ("GET", "/impor/{id}/salah.xlsx"): IMPORT_UNHEARD_OF,
    ("POST", "/impor/{id}/ambil"): IMPORT_UNHEARD_OF,
    ("GET", "/templat"): TYPES_IN,
    ("GET", "/templat/baru"): TYPES_IN,
    ("POST", "/templat/baru"): TYPES_IN,
    ("GET", "/templat/{template}"): TEMPLATE_UNHEARD_OF,
    ("POST", "/templat/{template}"): TEMPLATE_UNHEARD_OF,
    ("GET", "/templat/{template}/hapus"): TEMPLATE_UNHEARD_OF,
    ("POST", "/templat/{template}/hapus"): TEMPLATE_UNHEARD_OF,
    # Only in practice mode.
    ("GET", "/gaya"): NOT_THERE,
    ("GET", "/gaya/galat/{status}"): Row(may=PEOPLE, then=Answer.UNKNOWN, parts={"status": "404"}),
    ("GET", "/eskalasi"): OVERSEES,
    ("GET", "/eskalasi/kabar"): OVERSEES,
    ("GET", "/eskalasi/{ticket}/perintah"): ORDERS,
    ("POST", "/eskalasi/{ticket}/perintah"): ORDERS,
    ("GET", "/audit"): AUDITS,
    ("GET", "/audit/periksa"): Row(may={SUPERVISOR, AUDITOR}),
    ("GET", "/audit/{ticket}"): AUDITS_CASE,
    ("GET", "/audit/{ticket}/periksa"): AUDITS_CASE,
    ("GET", "/audit/{ticket}/kejadian.jsonl"): AUDITS_CASE,
    ("GET", "/audit/{ticket}/kejadian.csv"): AUDITS_CASE,
    ("GET", "/portal"): Row(may=PORTALS),
    ("GET", "/portal/kiriman"): Row(may=LOGGED_IN - {ADMINISTRATOR}),
    ("GET", "/portal/kiriman/{id}"): DELIVERY_UNHEARD_OF,
    ("POST", "/portal/kiriman/{id}/kirim"): DELIVERY_UNHEARD_OF,
    ("POST", "/portal/kiriman/{id}/selesai"): DELIVERY_UNHEARD_OF,
    ("GET", "/portal/{code}/kiriman"): Row(
        may=PORTALS - {ADMINISTRATOR}, then=Answer.UNKNOWN, parts={"code": "sp4n"}
    ),
    ("GET", "/portal/{code}/karantina"): Row(
        may=PORTALS, then=Answer.UNKNOWN, parts={"code": "sp4n"}
    ),
    ("POST", "/portal/{code}/karantina/ambil-semua"): Row(
        may={COORDINATOR, ADMINISTRATOR}, then=Answer.UNKNOWN, parts={"code": "sp4n"}
    ),
    ("GET", "/portal/karantina/{id}"): QUARANTINE_UNHEARD_OF,
    ("POST", "/portal/karantina/{id}/utuh"): QUARANTINE_UNHEARD_OF,
    ("POST", "/portal/karantina/{id}/ambil"): QUARANTINE_UNHEARD_OF,
    ("GET", "/portal/karantina/{id}/singkirkan"): QUARANTINE_UNHEARD_OF,
    ("POST", "/portal/karantina/{id}/singkirkan"): QUARANTINE_UNHEARD_OF,
    ("GET", "/portal/{code}"): Row(may=PORTALS, then=Answer.UNKNOWN, parts={"code": "sp4n"}),
    ("GET", "/portal/{code}/ubah/{change}"): Row(
        may=PORTALS, then=Answer.UNKNOWN, parts={"code": "sp4n", "change": "jeda"}
    ),
    ("POST", "/portal/{code}/ubah/{change}"): Row(
        may=PORTALS, then=Answer.UNKNOWN, parts={"code": "sp4n", "change": "jeda"}
    ),
}
