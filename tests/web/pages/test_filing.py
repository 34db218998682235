import asyncio

import pytest

from tests.web.pages.house import REPORT, Site, hidden, reported


async def test_the_form_offers_every_village_and_three_identities(site: Site) -> None:
    async with site.browser() as citizen:
        form = (await citizen.get("/lapor")).text
    assert form.count("<optgroup") == 18
    assert form.count('value="33.03.') == 239
    for identity in ("terbuka", "dirahasiakan", "anonim"):
        assert f'name="identity" value="{identity}"' in form
    assert form.count("Akibatnya:") == 3


async def test_what_is_missing_is_said_above_and_beside_and_nothing_typed_is_lost(
    site: Site,
) -> None:
    async with site.browser() as citizen:
        key = hidden((await citizen.get("/lapor")).text, "key")
        answer = await citizen.post(
            "/lapor/terkirim",
            key | {"body": "Sampah <menumpuk>", "phone": "12", "identity": "terbuka"},
        )
    assert answer.status_code == 422
    assert "<title>Galat: " in answer.text
    assert answer.text.count("Tulis judul laporan.") == 2
    assert '<a href="#title">' in answer.text
    assert 'aria-describedby="title-hint title-error" aria-invalid="true"' in answer.text
    assert "Tulis nama Anda, atau pilih anonim." in answer.text
    assert "Sampah &lt;menumpuk&gt;</textarea>" in answer.text
    assert 'value="terbuka" id="identity" checked' in answer.text
    assert hidden(answer.text, "key") == key


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("phone", "12", "Tulis nomor telepon seperti"),
        ("village_code", "33.03.99.9999", "tidak ada di Purbalingga"),
        ("occurred_on", "2999-01-01", "tidak boleh di masa depan"),
        ("occurred_on", "kemarin", "Tulis tanggal seperti"),
        ("title", "x" * 151, "Paling banyak 150 huruf."),
        ("body", "x" * 10_001, "Paling banyak 10000 huruf."),
        ("email", "bukan surel", "Isian ini tidak sesuai."),
    ],
)
async def test_a_wrong_field_is_named(site: Site, field: str, value: str, says: str) -> None:
    before = await site.count("complaints")
    async with site.browser() as citizen:
        key = hidden((await citizen.get("/lapor")).text, "key")
        answer = await citizen.post("/lapor/terkirim", REPORT | key | {field: value})
    assert answer.status_code == 422
    assert says in answer.text
    assert f'<a href="#{field}">' in answer.text
    assert await site.count("complaints") == before


async def test_the_confirmation_is_the_answer_and_a_second_submit_shows_the_same(
    site: Site,
) -> None:
    before = await site.count("complaints")
    async with site.browser() as citizen:
        key = hidden((await citizen.get("/lapor")).text, "key")
        answers = await asyncio.gather(
            *(citizen.post("/lapor/terkirim", REPORT | key) for _ in range(20))
        )
        shown = {reported(answer.text) for answer in answers}
    assert len(shown) == 1
    assert await site.count("complaints") == before + 1
    filed = shown.pop()
    digits = filed.receipt.replace(" ", "")
    assert len(digits) == 16
    for answer in answers:
        assert not answer.history
        assert digits not in str(answer.url)
        assert answer.headers["cache-control"] == "no-store"
    assert "WIB" in answers[0].text


async def test_another_text_under_the_same_nonce_is_asked_about(site: Site) -> None:
    async with site.browser() as citizen:
        key = hidden((await citizen.get("/lapor")).text, "key")
        first = await citizen.post("/lapor/terkirim", REPORT | key)
        other = await citizen.post("/lapor/terkirim", REPORT | key | {"title": "Lampu mati"})
        assert other.status_code == 422
        assert "sudah pernah dikirim dengan isi lain" in other.text
        again = await citizen.post(
            "/lapor/terkirim", REPORT | hidden(other.text, "key") | {"title": "Lampu mati"}
        )
    assert reported(first.text) != reported(again.text)


@pytest.mark.parametrize(
    ("identity", "kept", "staff_read"),
    [("terbuka", 1, "Identitas tersegel"), ("dirahasiakan", 1, "Anonim"), ("anonim", 0, "Anonim")],
)
async def test_each_identity_keeps_what_it_says(
    site: Site, identity: str, kept: int, staff_read: str
) -> None:
    before = await site.count("identities")
    filed = await site.report(identity=identity)
    assert await site.count("identities") == before + kept
    async with site.at_the_desk("koordinator") as coordinator:
        page = (await coordinator.get(f"/aduan/{filed.ticket}")).text
    assert f"<dd>{staff_read}</dd>" in page
    assert "Budi" not in page


async def test_coming_back_to_the_confirmation_leads_to_tracking(site: Site) -> None:
    async with site.browser() as citizen:
        assert (await citizen.get("/lapor/terkirim")).url.path == "/lacak"
