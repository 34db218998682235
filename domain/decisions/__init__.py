"""What each action does, once it is permitted: one function an action, by its class."""

from domain.decisions import alarms, handling, intake, linking, origins, oversight
from domain.decisions.base import Context, Outcome, decide_on

__all__ = [
    "Context",
    "Outcome",
    "alarms",
    "decide_on",
    "handling",
    "intake",
    "linking",
    "origins",
    "oversight",
]
