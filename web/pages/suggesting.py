"""What the house suggests at verification; it decides nothing.

Category and unit by what was learnt from earlier decisions, else the unit that is usual; complaints
that might tell of the same thing, with why. What is suggested is remembered, to be held against
what the coordinator then does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from babel.numbers import format_decimal

from domain.actors import Actor
from domain.forms import category_label
from record.accounts import Account
from record.cases import CaseFile
from record.duplicates import Candidate, candidates
from record.files.rows import FileRow
from record.suggestions import COLD, Kind, remember_shown, units_by_category
from suggest.likeness import MOST, Likeness, Told, likenesses
from suggest.model import Guess as LearntGuess
from suggest.text import with_place
from suggest.usual import Tally, Usual, Where, usual_units
from web.house import Directory, House
from web.models import Versioned
from web.pages.language import N_, _, language, ngettext
from web.pages.tags import Tag, stage_tag
from web.viewing import Viewed

LEAST = 0.01
"""The confidence below which what else it could be is not worth a look."""


@dataclass(frozen=True)
class Guess:
    """`value` is what a form sends: a category, or a unit's code."""

    value: str
    label: str
    words: tuple[str, ...]
    """Words of the complaint that spoke for it."""
    confidence: float
    """0 to 1; 0 where it is only assumed."""
    why: str


@dataclass(frozen=True)
class Likely:
    """A complaint that might tell of the same thing."""

    ticket: str
    url: str
    """Both side by side."""
    title: str
    body: str
    place: str
    received_at: datetime
    distance_m: float | None
    why: tuple[str, ...]
    files: Sequence[FileRow]
    """Of those that are shown side by side; a list leaves them out."""
    tag: Tag
    may_lead: bool
    """Whether it can be linked to: it is open, and follows no other."""


@dataclass(frozen=True)
class Suggested:
    """Each list is empty where nothing is sure enough to be said."""

    units: Sequence[Guess]
    categories: Sequence[Guess]
    duplicates: Sequence[Likely]


async def suggested(
    house: House, account: Account, viewed: Viewed, *, category: str | None = None
) -> Suggested:
    """What is suggested for a complaint; `category` is the one that was chosen already, if any.

    Remembers what it suggests for one that was never disposed: a unit once the category is chosen.
    Three statements more.
    """
    file, units = viewed.file, await house.directory()
    learnt = await house.models.current()
    categories = _learnt_categories(learnt, viewed)
    destinations = _learnt_units(learnt, file, units)
    spoke = learnt.version if learnt else COLD
    if not destinations and category:
        spoke = COLD
        counts = await units_by_category(house.engine, category, file.kecamatan, file.village_code)
        tallies = [Tally(one.unit, one.regency, one.kecamatan, one.village) for one in counts]
        destinations = _usual_units(usual_units(category, tallies), units, category)
    if file.classification is None:
        remember = partial(remember_shown, house.engine, file.complaint_id, now=house.now)
        if category:
            paths = [units.by_code[one.value].path for one in destinations]
            await remember(spoke, Kind.UNIT, paths)
        elif learnt:
            await remember(learnt.version, Kind.CATEGORY, [one.value for one in categories])
    found = await likely(house, account.actor, file)
    return Suggested(destinations, categories, [as_likely(file, *one, units) for one in found])


def _learnt_categories(learnt: Versioned | None, viewed: Viewed) -> list[Guess]:
    """By what was learnt, if it is sure; only such as may be chosen."""
    file = viewed.file
    if learnt is None or learnt.model.category is None or file.body is None:
        return []
    said = learnt.model.category.say(f"{file.title}\n{file.body}")
    known = viewed.rules.policy.categories
    if not said or said[0].value not in known:
        return []
    return [
        _guess(one, one.value, _(category_label(one.value)))
        for one in said
        if one.value in known and one.confidence >= LEAST
    ]


def _learnt_units(learnt: Versioned | None, file: CaseFile, units: Directory) -> list[Guess]:
    if learnt is None or learnt.model.unit is None or file.body is None:
        return []
    said = learnt.model.unit.say(with_place(f"{file.title}\n{file.body}", file.village_code))
    if not said or said[0].value not in units.by_path:
        return []
    known = [(one, units.by_path.get(one.value)) for one in said if one.confidence >= LEAST]
    return [_guess(one, unit.code, unit.name) for one, unit in known if unit]


def _guess(learnt: LearntGuess, value: str, label: str) -> Guess:
    sure = _("keyakinan %(percent)s %%") % {"percent": round(learnt.confidence * 100)}
    if learnt.words:
        sure = _("%(sure)s, karena kata: %(words)s") % {
            "sure": sure,
            "words": ", ".join(learnt.words),
        }
    return Guess(value, label, learnt.words, learnt.confidence, sure)


WHY_USUAL = {
    Where.VILLAGE: N_("%(times)s dari %(of)s aduan %(category)s dari desa ini"),
    Where.KECAMATAN: N_("%(times)s dari %(of)s aduan %(category)s dari kecamatan ini"),
    Where.REGENCY: N_("%(times)s dari %(of)s aduan %(category)s terakhir"),
    Where.NOWHERE: N_("Anggapan awal; belum ada keputusan yang serupa"),
}


def _usual_units(usual: Sequence[Usual], units: Directory, category: str) -> list[Guess]:
    return [
        Guess(
            value=units.by_path[one.unit].code,
            label=units.by_path[one.unit].name,
            words=(),
            confidence=one.share,
            why=_(WHY_USUAL[one.where])
            % {"times": one.times, "of": one.of, "category": _(category_label(category)).lower()},
        )
        for one in usual
        if one.unit in units.by_path
    ]


async def likely(house: House, actor: Actor, file: CaseFile) -> list[tuple[Candidate, Likeness]]:
    """The complaints most like this one that `actor` may see, likest first; at most five."""
    if file.body is None:
        return []
    others = await candidates(house.engine, actor, file)
    compared = likenesses(
        Told(f"{file.title} {file.body}", file.received_at, file.kecamatan, file.village_code,
             file.lat, file.lng),
        [
            Told(f"{one.title} {one.body}", one.received_at, one.kecamatan, one.village_code,
                 one.lat, one.lng)
            for one in others
        ],
        [one.same_reporter for one in others],
    )  # fmt: skip
    found = [(one, like) for one, like in zip(others, compared, strict=True) if like]
    return sorted(found, key=lambda pair: -pair[1].score)[:MOST]


def as_likely(
    file: CaseFile,
    other: Candidate,
    like: Likeness,
    units: Directory,
    files: Sequence[FileRow] = (),
) -> Likely:
    return Likely(
        ticket=other.ticket,
        url=f"/aduan/{file.ticket}/mirip?dengan={other.ticket}",
        title=other.title,
        body=other.body,
        place=place_words(other, units),
        received_at=other.received_at,
        distance_m=like.distance_m,
        why=tuple(_why_alike(like)),
        files=files,
        tag=stage_tag(other.stage),
        may_lead=other.may_lead,
    )


def place_words(one: CaseFile | Candidate, units: Directory) -> str:
    """Village and kecamatan, then the address; empty where none is known."""
    village = units.by_region.get(one.village_code or "")
    kecamatan = units.by_code.get(one.kecamatan or "")
    parts = [unit.name for unit in (village, kecamatan) if unit]
    return ", ".join([*parts, *([one.address] if one.address else [])])


def _why_alike(like: Likeness) -> list[str]:
    why = []
    if like.same_reporter:
        why.append(_("pelapor yang sama"))
    if like.distance_m is not None:
        why.append(_("berjarak %(distance)s") % {"distance": distance_words(like.distance_m)})
    elif like.same_village:
        why.append(_("desa yang sama"))
    elif like.same_kecamatan:
        why.append(_("kecamatan yang sama"))
    if like.days == 0:
        why.append(_("pada hari yang sama"))
    else:
        why.append(
            ngettext("selisih %(n)s hari", "selisih %(n)s hari", like.days) % {"n": like.days}
        )
    if like.common:
        why.append(_("kata yang sama: %(words)s") % {"words": ", ".join(like.common)})
    return why


def distance_words(metres: float) -> str:
    """As people say it: `80 m`, `1,4 km`."""
    if metres < 1_000:
        return f"{round(metres, -1):.0f} m"
    return f"{format_decimal(round(metres / 1_000, 1), locale=language())} km"
