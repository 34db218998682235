"""How a portal is, in words, with a tone and an icon."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from record.portals.habit import Silence, silence
from record.portals.health import NO_CALLS, NOTHING_UNDELIVERED, Arrivals, Calls, Undelivered
from record.portals.state import Mode, PortalState
from web.pages.dates import moment
from web.pages.language import N_, _, ngettext
from web.pages.portal_noted import noted
from web.pages.tags import Tag, Tone

PATIENCE = timedelta(minutes=10)
"""For which a portal that fails may still be called shaky, and nobody need ask why it is not
asked: a poll is due every minute."""
SLOW = 5.0
"""Seconds a call takes."""
MANY = 0.2
"""Share of the calls that make a fault worth telling."""
LEAST = 5
"""Calls of which a share says something."""

MODES = {
    Mode.API: N_("Tersambung langsung"),
    Mode.RELAY: N_("Meja relai"),
    Mode.FILE: N_("Berkas impor dan ekspor"),
}
MODES_MEAN = {
    Mode.API: N_("Sistem mengambil laporan dan mengirim jawaban sendiri."),
    Mode.RELAY: N_("Petugas menyalin laporan ke sini dan menyalin jawaban ke portal."),
    Mode.FILE: N_("Laporan masuk dari berkas, dan jawaban keluar sebagai berkas."),
}
FAILURES = {
    "away": (N_("Tidak terjangkau"), "unplug", N_("Portal tidak menjawab, atau sedang dirawat.")),
    "refused": (N_("Menolak kita"), "ban", N_("Portal menolak permintaan kita.")),
    "unreadable": (
        N_("Jawabannya tidak terbaca"),
        "file-x",
        N_("Jawaban portal tidak seperti yang tertulis dalam pemetaannya."),
    ),
    "throttled": (N_("Membatasi kita"), "timer", N_("Portal meminta kita bertanya lebih jarang.")),
}
OUTCOMES = {
    "done": N_("berhasil"),
    "refused": N_("ditolak"),
    "throttled": N_("dibatasi"),
    "away": N_("tidak dijawab"),
    "unreadable": N_("tidak terbaca"),
}


@dataclass(frozen=True)
class Health:
    tag: Tag
    icon: str
    says: str
    words: str = ""
    """The portal's own."""


@dataclass(frozen=True)
class Facts:
    """All that is known of a portal."""

    state: PortalState
    calls: Calls = NO_CALLS
    undelivered: Undelivered = NOTHING_UNDELIVERED
    quarantined: int = 0
    arrivals: Arrivals | None = None

    @property
    def newest_at(self) -> datetime | None:
        """When the newest report was filed, by the portal's time."""
        return self.arrivals.newest if self.arrivals else self.state.newest_at

    def silence(self, now: datetime) -> Silence | None:
        if self.arrivals is None or self.state.paused_at:
            return None
        return silence(self.arrivals.filed, self.arrivals.newest, now)


def health(facts: Facts, now: datetime) -> Health:
    state = facts.state
    if state.paused_at:
        says = _("Dijeda sejak %(at)s. Portal tidak ditanya dan tidak diberi tahu.")
        return Health(
            Tag(_("Dijeda"), Tone.OFF), "circle-pause", says % {"at": moment(state.paused_at)}
        )
    if state.mode is not Mode.API:
        icon = "hand" if state.mode is Mode.RELAY else "file-spreadsheet"
        return Health(Tag(_("Dibawa petugas"), Tone.WORK), icon, _(MODES_MEAN[state.mode]))
    if state.failure:
        return _failing(state, now)
    if state.succeeded_at is None:
        says = _("Portal ini belum pernah ditanya. Bila tetap begitu, hubungi administrator.")
        return Health(Tag(_("Belum ditanya"), Tone.WAIT), "clock", says)
    if now - state.succeeded_at > PATIENCE:
        says = _("Sistem berhenti bertanya sejak %(at)s. Hubungi administrator.")
        return Health(
            Tag(_("Tidak ditanya"), Tone.LATE),
            "circle-x",
            says % {"at": moment(state.succeeded_at)},
        )
    return _called(facts.calls)


def _failing(state: PortalState, now: datetime) -> Health:
    """The last pull did not do; `failure` is its kind, and perhaps the portal's words."""
    kind, _sep, words = (state.failure or "").partition(":")
    name, icon, says = FAILURES.get(kind, FAILURES["away"])
    since = state.succeeded_at
    if kind in ("away", "throttled") and since and now - since <= PATIENCE:
        tag = Tag(_("Tersendat") if kind == "away" else _(name), Tone.WAIT)
        goes_on = _("Panggilan terakhir gagal; sistem mencoba lagi sendiri.")
        return Health(tag, "triangle-alert", goes_on, noted(words.strip()))
    lasts = (
        _("Berhasil terakhir %(at)s.") % {"at": moment(since)}
        if since
        else _("Belum pernah berhasil.")
    )
    kept = _("Sistem terus mencoba, dan yang harus dikirim tetap disimpan.")
    says = f"{_(says)} {lasts} {kept}"
    return Health(Tag(_(name), Tone.LATE), icon, says, noted(words.strip()))


def _called(calls: Calls) -> Health:
    """The last pull did; how calls went lately."""
    total = sum(calls.lately.values())
    if total >= LEAST:
        for kind in ("refused", "unreadable", "away", "throttled"):
            if calls.lately.get(kind, 0) >= total * MANY:
                name, icon, says = FAILURES[kind]
                words = _("Tersendat") if kind == "away" else _(name)
                often = _("Terjadi pada %(n)s dari %(total)s panggilan terakhir.") % {
                    "n": calls.lately[kind],
                    "total": total,
                }
                return Health(Tag(words, Tone.WAIT), icon, f"{_(says)} {often}")
        if calls.average >= SLOW:
            slow = ngettext(
                "Satu panggilan rata-rata %(n)s detik.",
                "Satu panggilan rata-rata %(n)s detik.",
                round(calls.average),
            )
            return Health(Tag(_("Lambat"), Tone.WAIT), "timer", slow % {"n": round(calls.average)})
    return Health(Tag(_("Sehat"), Tone.DONE), "circle-check", _("Portal menjawab seperti biasa."))


def calls_said(calls: Calls) -> str:
    """`42 berhasil, 2 dibatasi`."""
    parts = [f"{n} {_(OUTCOMES[kind])}" for kind in OUTCOMES if (n := calls.hour.get(kind))]
    return ", ".join(parts) or _("tidak ada")
