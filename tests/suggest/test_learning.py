"""What is learnt from decisions, how sure it is, and that it says nothing it had better not say."""

import io
import json
import random
import subprocess
import sys
from collections import Counter
from typing import Any

import numpy as np
import pytest

from suggest.learning import FEWEST, RIGHT, Decision, fit, learn, learn_answers, split
from suggest.model import SILENT, Classifier, dumps, loads
from suggest.text import NUMBER, PLACE, Block, read, with_place, words
from tests.suggest.offices import complaints, text_of


@pytest.fixture(scope="module")
def learnt() -> tuple[Classifier, Any]:
    found = learn_answers(*complaints(400, noise=0.1))
    assert found is not None
    return found


def test_it_tells_subjects_apart_and_says_which_words_spoke(
    learnt: tuple[Classifier, Any],
) -> None:
    classifier, _ = learnt
    text = "Mohon segera, Pak: aspal di depan balai desa berlubang dan jembatan retak."
    guesses = classifier.say(text)
    assert guesses[0].value == "infrastruktur"
    assert guesses[0].confidence >= classifier.threshold
    assert len(guesses) == 3
    assert len({guess.value for guess in guesses}) == 3
    spoke = guesses[0].words
    assert 1 <= len(spoke) <= 4
    assert set(spoke) <= {"aspal", "berlubang", "jembatan", "retak"}


def test_it_is_silent_about_what_it_knows_nothing_of(learnt: tuple[Classifier, Any]) -> None:
    classifier, _ = learnt
    assert classifier.say("zzz qqq xyzzy") == []
    assert classifier.say("") == []
    assert len(classifier.ask("zzz qqq xyzzy")) == 3


def test_what_it_says_first_is_right_as_often_as_it_should_be() -> None:
    """On texts that neither machines nor threshold have seen, a third of them mislabelled."""
    texts, answers = complaints(900, seed=3, noise=0.35)
    for text in range(0, 900, 5):  # and some that are about nothing
        texts[text] = "mohon segera bapak"
    found = learn_answers(texts[:600], answers[:600])
    assert found is not None
    classifier, figures = found
    assert figures.right >= RIGHT or figures.threshold == SILENT
    said = [
        (classifier.say(text), answer)
        for text, answer in zip(texts[600:], answers[600:], strict=True)
    ]
    spoken = [guesses[0].value == answer for guesses, answer in said if guesses]
    assert len(spoken) < 300
    if spoken:
        assert np.mean(spoken) >= 0.8


def test_where_nothing_can_be_known_it_never_speaks() -> None:
    texts, answers = complaints(300, noise=1.0)
    found = learn_answers(texts, answers)
    assert found is not None
    classifier, figures = found
    assert figures.threshold == SILENT
    assert figures.spoken == 0
    assert all(classifier.say(text) == [] for text in texts)


def test_too_few_or_all_alike_is_nothing_to_learn_from() -> None:
    texts, answers = complaints(FEWEST)
    assert learn_answers(texts[:-1], answers[:-1]) is None
    assert learn_answers(texts, ["infrastruktur"] * FEWEST) is None
    assert learn_answers(texts, answers) is not None
    assert learn([Decision(text, "infrastruktur") for text in texts]) is None


def test_the_same_decisions_give_the_same_model() -> None:
    texts, answers = complaints(120)
    made = [Decision(*pair) for pair in zip(texts, answers, strict=True)]
    first, second = learn(made), learn(made)
    assert first is not None
    assert second is not None
    assert dumps(first.model) == dumps(second.model)
    assert first.figures == second.figures


def test_a_model_is_read_back_as_it_was_and_holds_no_code(learnt: tuple[Classifier, Any]) -> None:
    texts, answers = complaints(120)
    made = learn([Decision(t, a, f"kab/{a[:4]}") for t, a in zip(texts, answers, strict=True)])
    assert made is not None
    data = dumps(made.model)
    read_back = loads(data)
    for question in ("category", "unit"):
        before, after = getattr(made.model, question), getattr(read_back, question)
        for text in texts[:20]:
            assert after.ask(text) == before.ask(text)
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays} <= {"f", "u"}
    for broken in (b"cos\nsystem\n(S'true'\ntR.", b"", data[:-100], data[:2000] + data[2100:]):
        with pytest.raises(ValueError, match="this is no model"):
            loads(broken)


def test_two_answers_are_enough() -> None:
    texts, answers = complaints(200)
    pairs = [
        (t, a) for t, a in zip(texts, answers, strict=True) if a in ("pendidikan", "kesehatan")
    ]
    found = learn_answers([text for text, _ in pairs], [answer for _, answer in pairs])
    assert found is not None
    guesses = found[0].ask("guru tidak masuk kelas, murid tanpa buku")
    assert [guess.value for guess in guesses] == ["pendidikan", "kesehatan"]
    assert guesses[0].confidence > 0.5


def test_the_place_speaks_for_a_unit_and_is_no_word_of_the_text() -> None:
    chance = random.Random(4)
    made = []
    for number in range(200):
        code, unit = (("33.03.09.2001", "kab/a"), ("33.03.05.1005", "kab/b"))[number % 2]
        made.append(Decision(text_of("lingkungan", chance), "lingkungan", unit, code))
    found = learn(made)
    assert found is not None
    assert found.model.category is None
    assert found.model.unit is not None
    text = text_of("lingkungan", chance)
    for code, unit in (("33.03.09.2001", "kab/a"), ("33.03.05.1005", "kab/b")):
        guess = found.model.unit.ask(with_place(text, code))[0]
        assert guess.value == unit
        assert not any(PLACE in word for word in guess.words)


def test_predicting_weighs_as_learning_did() -> None:
    """The numpy way agrees with scikit-learn's: every text it learnt from comes out as told."""
    texts, answers = complaints(200)
    classifier = fit(texts, answers)
    assert [classifier.ask(text)[0].value for text in texts] == answers


def test_predicting_needs_no_scikit_learn() -> None:
    code = "import suggest.model, suggest.usual, suggest.likeness, sys; print([*sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "'numpy'" in ran.stdout
    assert "sklearn" not in ran.stdout


def test_it_learns_in_a_process_of_its_own() -> None:
    texts, answers = complaints(80)
    rows = [[text, answer, None, None] for text, answer in zip(texts, answers, strict=True)]

    def apart(sent: list[Any]) -> tuple[Any, bytes]:
        ran = subprocess.run(
            [sys.executable, "-m", "suggest"],
            input=json.dumps(sent).encode(),
            capture_output=True,
            check=True,
        )
        line, _, data = ran.stdout.partition(b"\n")
        return json.loads(line), data

    figures, data = apart(rows)
    assert figures["category"]["rows"] == 80
    assert loads(data).category is not None
    assert apart(rows[:10]) == (None, b"")


def test_what_is_read_out_of_a_text() -> None:
    spelt = words("Perbaikan JALAN 123, lihat https://maps.example/x?q=1 di RT 04!")
    assert spelt == ["perbaikan", "jalan", "123", "lihat", "di", "rt", "04"]
    assert [term for term, _ in read(Block.WORDS, spelt)] == [
        "baik", "jalan", NUMBER, "lihat", "di", "rt", NUMBER,
    ]  # fmt: skip
    assert {term for term, _ in read(Block.WORDS, words("diperbaiki perbaikan memperbaiki"))} == {
        "perbaik", "baik",
    }  # fmt: skip
    pairs = Counter(term for term, _ in read(Block.PAIRS, ["rusak", "jalan", "desa", "kami", "a"]))
    assert pairs["jalan rusak"] == 1
    assert "a rusak" not in pairs
    parts = [term for term, out_of in read(Block.PARTS, ["rt"])]
    assert parts == [" r", "rt", "t ", " rt", "rt ", " rt "]
    assert len(words("x" * 500)[0]) == 30


def test_what_is_left_out_is_left_out_at_random_and_again_the_same() -> None:
    seen, unseen = split(100, seed=1)
    assert len(unseen) == 30
    assert sorted(seen + unseen) == list(range(100))
    assert split(100, seed=1) == (seen, unseen)
    assert split(100, seed=2) != (seen, unseen)
