"""Short words for a case's state and ways in, with the tone in which they are shown."""

from dataclasses import dataclass
from enum import StrEnum

from domain.terms import Channel, Stage
from domain.words import STAGE
from web.pages.language import N_, _


class Tone(StrEnum):
    NEW = "new"
    WORK = "work"
    WAIT = "wait"
    DONE = "done"
    OFF = "off"
    LATE = "late"


TONES = {
    Stage.RECEIVED: Tone.NEW,
    Stage.WAITING_REPORTER: Tone.WAIT,
    Stage.DISPOSED: Tone.NEW,
    Stage.IN_PROGRESS: Tone.WORK,
    Stage.IN_REVIEW: Tone.WORK,
    Stage.ANSWERED: Tone.WAIT,
    Stage.DUPLICATE: Tone.OFF,
    Stage.CLOSED: Tone.DONE,
    Stage.ARCHIVED: Tone.OFF,
    Stage.HANDED_BACK: Tone.OFF,
}

CHANNELS = {
    Channel.MATUR: N_("Situs ini"),
    Channel.WHATSAPP: N_("WhatsApp"),
    Channel.SP4N: N_("SP4N-LAPOR!"),
    Channel.LAPORGUB: N_("LaporGub"),
    Channel.OPEN311: N_("Open311"),
    Channel.LOKET: N_("Loket"),
    Channel.MEDSOS: N_("Media sosial"),
}


@dataclass(frozen=True)
class Tag:
    words: str
    tone: Tone


def stage_tag(stage: str) -> Tag:
    known = Stage(stage)
    return Tag(upper(_(STAGE[known])), TONES[known])


def upper(words: str) -> str:
    """Only the first letter, so that names stay as they are."""
    return words[:1].upper() + words[1:]
