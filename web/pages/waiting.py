"""What a page says to whoever guessed wrong too often."""

from web.braking import TooOften
from web.pages.language import _, ngettext
from web.problems import Problem


def why(problem: Problem) -> str:
    """A problem's sentence in the language of the page."""
    if not isinstance(problem, TooOften):
        return _(problem.detail)
    return ngettext(
        "Terlalu banyak percobaan yang salah. Coba lagi dalam %(minutes)s menit.",
        "Terlalu banyak percobaan yang salah. Coba lagi dalam %(minutes)s menit.",
        problem.minutes,
    ) % {"minutes": problem.minutes}
