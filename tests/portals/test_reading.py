"""Plain text out of what portals send."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.reading import (
    Puzzling,
    flag,
    kept,
    moment,
    number,
    text_of_html,
    title_of,
    whole,
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Satu</p><p>Dua<br>tiga</p>", "Satu\n\nDua\ntiga"),
        ("<div>Satu</div><div>Dua</div>", "Satu\nDua"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\nb\n\nc"),
        ("A &amp; B &lt;script&gt; &nbsp; x", "A & B <script> x"),
        ("<script>alert(1)</script><style>p{}</style>Teks", "Teks"),
        ('<a href="javascript:x" onclick="y">tautan</a>', "tautan"),
        ("<b>Tanpa <i>akhir", "Tanpa akhir"),
        ("a < b dan c > d", "a < b dan c > d"),
        ("baris\r\nbaru\x00\x07", "baris\nbaru"),
        ("<p></p><p> </p>\n\n\n\n<p>x</p>", "x"),
        ("<!-- rahasia -->Teks", "Teks"),
        ("", ""),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert text_of_html(html) == text


@given(st.text())
def test_any_text_becomes_one_that_is_kept(html: str) -> None:
    text = text_of_html(html)

    assert "\x00" not in text
    assert text == text.strip()
    text.encode()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Lampu padam. Sudah lama.", "Lampu padam"),
        ("Kapan diperbaiki? Tolong!", "Kapan diperbaiki?"),
        ("Tolong! Ada api.", "Tolong! Ada api"),
        ("Baris satu\nbaris dua", "Baris satu"),
        ("Jl. Soekarno rusak. Tolong.", "Jl. Soekarno rusak"),
        ("kata " * 50, f"{('kata ' * 20).strip()}…"),
    ],
)
def test_a_title_is_the_first_sentence(text: str, title: str) -> None:
    assert title_of(text) == title


WIB = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize("said", ["kemarin", "2026-13-01", "0001-01-01T00:00:00+14:00", 5.5, {}])
def test_what_is_no_time_is_puzzling(said: object) -> None:
    with pytest.raises(Puzzling) as caught:
        moment({"pada": said}, "pada", WIB)

    assert caught.value.reason.startswith("pada: bukan ")
    assert str(said) not in caught.value.reason


def test_a_time_without_zone_is_the_portals() -> None:
    found = moment({"pada": "2026-11-24T10:02"}, "pada", WIB)

    assert found
    assert found.isoformat() == "2026-11-24T10:02:00+07:00"


@pytest.mark.parametrize("said", ["NaN", "inf", 91, "x", True, [], {}, "1e999"])
def test_what_is_no_latitude_is_puzzling(said: object) -> None:
    with pytest.raises(Puzzling):
        number({"lat": said}, "lat", -90, 90)


@pytest.mark.parametrize(
    ("said", "found"), [(True, True), (1, True), ("1", True), (0, False), (None, False)]
)
def test_yes_and_no_in_their_forms(said: object, found: bool) -> None:
    assert flag({"rahasia": said}, "rahasia") is found


def test_a_secret_that_is_unclear_is_not_taken_for_public() -> None:
    with pytest.raises(Puzzling):
        flag({"rahasia": "ya"}, "rahasia")


@given(
    st.recursive(
        st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_what_is_kept_is_whole(item: object) -> None:
    assert kept(whole(item)) == item
