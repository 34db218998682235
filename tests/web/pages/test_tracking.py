from tests.web.pages.house import Site, hidden


async def test_a_wrong_receipt_opens_nothing(site: Site) -> None:
    filed = await site.report()
    async with site.browser() as citizen:
        for wrong in (
            {"ticket": filed.ticket, "receipt": "0000 0000 0000 0000"},
            {"ticket": "MB-2026-999999", "receipt": filed.receipt},
            {"ticket": "x" * 500, "receipt": "9" * 500},
            {},
        ):
            answer = await citizen.post("/lacak", wrong)
            assert answer.status_code == 422
            assert "tidak cocok" in answer.text
            assert "Jalan berlubang" not in answer.text


async def test_the_reporter_reads_what_is_theirs_and_nothing_internal(site: Site) -> None:
    filed = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:
        await unit.act(filed.ticket, "note", text="Catatan rahasia dapur")
        await unit.act(filed.ticket, "answer", text="Lubang <b>sudah</b> ditambal.")
    async with site.browser() as citizen:
        page = await citizen.post("/lacak", filed.opens)
    assert page.status_code == 200
    assert "Lubang &lt;b&gt;sudah&lt;/b&gt; ditambal." in page.text
    assert "diteruskan kepada Dinas Pekerjaan Umum" in page.text
    assert 'aria-current="step"><span>Dijawab</span>' in page.text
    for internal in ("rahasia dapur", "Mohon dicek", "Admin DPUPR", "Koordinator Pengaduan"):
        assert internal not in page.text
    assert filed.receipt.replace(" ", "") not in str(page.url)


async def test_rating_closes_once_however_often_it_is_sent(site: Site) -> None:
    filed = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:
        await unit.act(filed.ticket, "answer", text="Selesai ditambal.")
    async with site.browser() as citizen:
        page = await citizen.post("/lacak", filed.opens)
        sent = filed.opens | hidden(page.text, "key", "seq") | {"score": "4", "text": "Cepat"}
        rated = await citizen.post("/lacak/tindakan/rate", sent)
        again = await citizen.post("/lacak/tindakan/rate", sent)
    for answer in (rated, again):
        assert answer.status_code == 200
        assert "Terima kasih atas penilaian Anda." in answer.text
        assert answer.text.count("Penilaian Anda: 4 dari 5") == 1


async def test_a_refused_action_keeps_what_was_typed(site: Site) -> None:
    filed = await site.report()
    async with site.browser() as citizen:
        page = await citizen.post("/lacak", filed.opens)
        sent = filed.opens | hidden(page.text, "key", "seq")
        empty = await citizen.post("/lacak/tindakan/reporter_reply", sent)
        assert empty.status_code == 422
        assert "Isi “Balasan”." in empty.text
        early = await citizen.post(
            "/lacak/tindakan/reopen", sent | {"reason": "Masih berlubang sekali"}
        )
    assert early.status_code == 409
    assert "Belum tersimpan" in early.text
    assert "Masih berlubang sekali</textarea>" in early.text


async def test_a_reporter_may_hide_more_but_do_nothing_of_the_staffs(site: Site) -> None:
    filed = await site.report(identity="terbuka")
    async with site.browser() as citizen:
        page = await citizen.post("/lacak", filed.opens)
        sent = filed.opens | hidden(page.text, "key", "seq")
        hiding = await citizen.post(
            "/lacak/tindakan/set_visibility", sent | {"anonymous": "true", "secret": "false"}
        )
        assert "Nama Anda tidak terlihat oleh unit" in hiding.text
        assert (await citizen.post("/lacak/tindakan/archive", sent)).status_code == 403
        assert (await citizen.post("/lacak/tindakan/apa_ini", sent)).status_code == 422


async def test_an_answer_to_a_question_goes_back_to_the_desk(site: Site) -> None:
    filed = await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.act(filed.ticket, "ask_reporter", text="RT berapa?")
        async with site.browser() as citizen:
            page = await citizen.post("/lacak", filed.opens)
            assert 'id="terbaru">Kami meminta keterangan Anda' in page.text
            sent = filed.opens | hidden(page.text, "key", "seq") | {"text": "RT 2.\nRW 3."}
            await citizen.post("/lacak/tindakan/reporter_reply", sent)
        case = await coordinator.get(f"/aduan/{filed.ticket}")
    assert '<p class="typed">RT 2.\nRW 3.</p>' in case.text
    assert ">Terima dan disposisikan</a>" in case.text
