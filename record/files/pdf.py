"""A PDF rebuilt from its pages alone: nothing in it can act, nor tells more than the pages show."""

from collections.abc import Iterator
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Object, Pdf, Stream

MOST_PAGES = 200
UNPACKED = 50_000_000
"""Bytes that one part of it may unpack to."""
DEEPEST = 20
"""Dictionaries within dictionaries."""

OF_A_PAGE = ("/AA", "/Annots", "/LastModified", "/Thumb", "/B", "/StructParents", "/Tabs")
"""Links, forms, films, and what they do: all are annotations."""
OF_ANYTHING = ("/JS", "/JavaScript", "/EF", "/AF", "/Metadata", "/PieceInfo", "/OPI")
"""Scripts, attached files, and what tells of the making."""


def disarmed(data: bytes) -> bytes:
    """Raises PasswordError for a locked one, ValueError and PdfError for one that will not do."""
    pikepdf.settings.set_qpdf_limits(flate_max_memory=UNPACKED)
    with Pdf.open(BytesIO(data), attempt_recovery=False) as sent:
        if sent.is_encrypted:  # and opens without a password all the same
            raise pikepdf.PasswordError("encrypted")
        if not 0 < len(sent.pages) <= MOST_PAGES:
            raise ValueError("no pages, or too many")
        with Pdf.new() as made:
            # The rest of the document (scripts, outline, forms, attachments) stays behind.
            for page in sent.pages:
                _strip(page.obj, OF_A_PAGE)
                made.pages.append(page)
            for one in made.objects:
                for within in _within(one):
                    _strip(within, OF_ANYTHING)
            written = BytesIO()
            made.save(written, deterministic_id=True)
    return written.getvalue()


def _strip(one: Object, names: tuple[str, ...]) -> None:
    for name in names:
        if name in one:
            del one[name]


def _within(one: Object, depth: int = 0) -> Iterator[Object]:
    """It, and the dictionaries in it that are no objects of their own."""
    if depth > DEEPEST:
        raise ValueError("too deep")
    if isinstance(one, Dictionary | Stream):
        yield one
        inner = one.stream_dict if isinstance(one, Stream) else one
        values = [value for _, value in inner.items()]
    elif isinstance(one, Array):
        values = list(one)
    else:
        return
    for value in values:
        if isinstance(value, Object) and not value.is_indirect:
            yield from _within(value, depth + 1)
