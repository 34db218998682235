"""What sounds like that which is being typed, before it is filed."""

from collections.abc import Mapping

from record.accounts import Account
from record.cases import CaseRow, Filters
from record.search import list_cases
from web.house import House
from web.pages.rows import Row, rows_of

LEAST_LETTERS, MOST_WORDS, MOST_SHOWN = 4, 6, 3
"""Of the words by which something similar is looked for, and of what is shown of it."""


async def similar(house: House, account: Account, typed: Mapping[str, str]) -> list[Row]:
    """The newest that this person may see and that share the most words with what was typed.

    Words of the title first; those of the text only where it has too few.
    """
    words = _words(typed.get("title", ""))
    if len(words) < 2:
        words = list(dict.fromkeys([*words, *_words(typed.get("body", ""))]))
    if len(words) < 2:
        return []
    words = sorted(words, key=len, reverse=True)[:MOST_WORDS]
    units, rules, now = await house.directory(), await house.rules(), house.now
    village = units.by_region.get(typed.get("village_code", ""))
    district = units.by_path.get(village.parent or "") if village else None
    filters = Filters(kecamatan=district.code if district else None)
    found = await list_cases(
        house.engine, account.actor, filters, now, q=" or ".join(words), limit=25
    )

    def shared(row: CaseRow) -> int:
        title = (row.title or "").lower()
        return sum(word[:LEAST_LETTERS] in title for word in words)

    close = sorted((row for row in found.rows if shared(row) > 1), key=shared, reverse=True)
    return rows_of(close[:MOST_SHOWN], units, rules, now)


def _words(text: str) -> list[str]:
    """Without anything that a search would read as an operator."""
    letters = "".join(one if one.isalnum() else " " for one in text.lower())
    return [word for word in dict.fromkeys(letters.split()) if len(word) >= LEAST_LETTERS]
