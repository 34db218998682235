"""What was learnt, and what it says of a text: a linear classifier, with numpy alone.

A page asks it, so nothing here imports what learning needs. It is stored as arrays, never as code.
"""

import io
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from suggest.text import PLACE, Block, read, words

Numbers = npt.NDArray[np.float32]

MOST = 3
"""Guesses."""
SPEAKING = 4
"""Words that are named for a guess."""
SILENT = 2.0
"""A confidence that nothing reaches."""


@dataclass(frozen=True)
class Guess:
    value: str
    confidence: float
    """0 to 1: how often it is right when it is so sure."""
    words: tuple[str, ...] = ()
    """Those of the text that spoke most for it, as they are spelt there, loudest first."""


@dataclass(frozen=True)
class Terms:
    """The terms of one kind that are known, each with its number, and how rare each is."""

    numbers: Mapping[str, int]
    weights: Numbers


@dataclass(frozen=True)
class Machine:
    """A row of coefficients for each term, a column for each class; the terms of the blocks one
    after the other. Half as precise as usual, which is enough and takes half the room."""

    coefficients: npt.NDArray[np.float16]
    intercepts: Numbers

    def scores(self, found: Sequence["Found"]) -> Numbers:
        total = self.intercepts.copy()
        for block in found:
            total += block.weights @ self.coefficients[block.rows].astype(np.float32)
        return total


@dataclass(frozen=True)
class Classifier:
    """One question and its possible answers.

    Two machines look at the same terms: one is better at the first guess, the other at how sure
    that is, and at what else it could be.
    """

    classes: tuple[str, ...]
    terms: Mapping[Block, Terms]
    decider: Machine
    doubter: Machine
    sharpness: float
    """Makes the doubter's scores into confidences that come true."""
    threshold: float
    """The confidence below which it had better be silent."""

    def ask(self, text: str) -> list[Guess]:
        """The likeliest answers, likeliest first, however unsure; at most `MOST`."""
        spelt = words(text)
        found = self._weigh(spelt)
        scores = np.stack([self.decider.scores(found), self.doubter.scores(found)])
        confidences = confidences_of(scores[np.newaxis], self.sharpness)[0]
        return [
            Guess(self.classes[at], float(confidences[at]), self._speaking(spelt, found, at))
            for at in ranking(scores[np.newaxis])[0, :MOST].tolist()
        ]

    def say(self, text: str) -> list[Guess]:
        """As `ask`, and nothing where the first is not sure enough."""
        guesses = self.ask(text)
        return guesses if guesses[0].confidence >= self.threshold else []

    def scores(self, text: str) -> Numbers:
        """What the decider and the doubter say of each class, the larger the likelier."""
        found = self._weigh(words(text))
        return np.stack([self.decider.scores(found), self.doubter.scores(found)])

    def _weigh(self, spelt: Sequence[str]) -> list["Found"]:
        """The known terms of a text by block, each as much as it weighs; blocks weigh the same."""
        found, first = [], 0
        for block, terms in self.terms.items():
            times: Counter[int] = Counter()
            places: dict[int, Counter[int]] = defaultdict(Counter)
            for term, out_of in read(block, spelt):
                if (number := terms.numbers.get(term)) is not None:
                    times[number] += 1
                    places[number].update(out_of)
            if times:
                numbers = np.fromiter(times, np.int64, len(times))
                counts = np.fromiter(times.values(), np.float32, len(times))
                weights = (1 + np.log(counts)) * terms.weights[numbers]
                weights /= np.linalg.norm(weights) or 1
                found.append(Found(numbers + first, weights, [places[int(n)] for n in numbers]))
            first += len(terms.numbers)
        return found

    def _speaking(
        self, spelt: Sequence[str], found: Sequence["Found"], answer: int
    ) -> tuple[str, ...]:
        """The words whose terms raised this answer most above the others on the average.

        What a term adds is shared out among the words it was read out of.
        """
        loud: dict[str, float] = defaultdict(float)
        for block in found:
            chosen = self.decider.coefficients[block.rows].astype(np.float32)
            added = block.weights * (chosen[:, answer] - chosen.mean(axis=1))
            for places, amount in zip(block.places, added, strict=True):
                of = places.total()
                for number, times in places.items():
                    loud[spelt[number]] += float(amount) * times / of
        ranked = sorted(loud, key=lambda word: (-loud[word], word))
        return tuple(word for word in ranked if loud[word] > 0 and _is_telling(word))[:SPEAKING]


@dataclass(frozen=True)
class Found:
    """Known terms of one block: where each stands, what it weighs, out of which words it is."""

    rows: npt.NDArray[np.int64]
    weights: Numbers
    places: Sequence[Counter[int]]


def _is_telling(word: str) -> bool:
    return len(word) > 2 and not word.isdecimal() and not word.startswith(PLACE)


def ranking(scores: Numbers) -> npt.NDArray[np.int64]:
    """The numbers of the classes, likeliest first, for each text of `Classifier.scores`."""
    first = scores[:, 0].argmax(axis=1)
    doubted = scores[:, 1].copy()
    doubted[np.arange(len(doubted)), first] = np.inf
    order: npt.NDArray[np.int64] = np.argsort(-doubted, axis=1, kind="stable")
    return order


def confidences_of(scores: Numbers, sharpness: float) -> Numbers:
    """How sure it is of each class, for each text of `Classifier.scores`."""
    doubted = sharpness * scores[:, 1].astype(np.float64)
    powers = np.exp(doubted - doubted.max(axis=1, keepdims=True))
    result: Numbers = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


@dataclass(frozen=True)
class Model:
    """All that was learnt at one time; a question is missing where too little was known of it."""

    category: Classifier | None = None
    unit: Classifier | None = None


QUESTIONS = ("category", "unit")
MACHINES = ("decider", "doubter")


def dumps(model: Model) -> bytes:
    """The model as compressed arrays, to be read by `loads`."""
    arrays: dict[str, Any] = {}
    for question in QUESTIONS:
        one: Classifier | None = getattr(model, question)
        if one is None:
            continue
        about = {
            "classes": one.classes,
            "terms": {block: list(terms.numbers) for block, terms in one.terms.items()},
            "sharpness": one.sharpness,
            "threshold": one.threshold,
        }
        text = json.dumps(about, ensure_ascii=False).encode()
        arrays |= {
            f"{question}/about": np.frombuffer(text, np.uint8),
        }
        for name in MACHINES:
            machine: Machine = getattr(one, name)
            arrays[f"{question}/{name}/coefficients"] = machine.coefficients
            arrays[f"{question}/{name}/intercepts"] = machine.intercepts
        for block, terms in one.terms.items():
            arrays[f"{question}/{block}"] = terms.weights
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def loads(data: bytes) -> Model:
    """Raises ValueError for what `dumps` did not write; runs nothing of it."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return Model(**{question: _loaded(arrays, question) for question in QUESTIONS})
    except (BadZipFile, EOFError, KeyError, OSError, ValueError, zlib.error) as error:
        raise ValueError("this is no model") from error


def _loaded(arrays: Mapping[str, Any], question: str) -> Classifier | None:
    if f"{question}/about" not in arrays:
        return None
    about = json.loads(arrays[f"{question}/about"].tobytes())
    return Classifier(
        classes=tuple(about["classes"]),
        terms={
            Block(block): Terms(
                {term: number for number, term in enumerate(known)},
                arrays[f"{question}/{block}"],
            )
            for block, known in about["terms"].items()
        },
        **{
            name: Machine(
                arrays[f"{question}/{name}/coefficients"], arrays[f"{question}/{name}/intercepts"]
            )
            for name in MACHINES
        },
        sharpness=about["sharpness"],
        threshold=about["threshold"],
    )
