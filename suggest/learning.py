"""Learning from decisions: texts, and what was decided of them. Needs scikit-learn; pages do not.

Two linear machines, a support vector machine and a logistic regression, over parts of words, words,
and pairs of words. Each term weighs the more
the rarer it is, and the more it tells the classes apart (docs/decisions/0011-suggestions.md).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from suggest.model import (
    MOST,
    SILENT,
    Classifier,
    Machine,
    Model,
    Numbers,
    Terms,
    confidences_of,
    ranking,
)
from suggest.text import Block, read, with_place, words

FEWEST = 50
"""Decisions below which nothing is learnt."""
LEFT_OUT = 0.3
RIGHT = 0.92
"""What share of what is said first has to be right; a little more than the 90 % that are promised,
since it is found on some of what there is."""
SEED = 2026

RARE = {Block.PARTS: 2, Block.WORDS: 1, Block.PAIRS: 2}
"""In how many texts a term has to occur."""
MOST_TERMS = 60_000
"""Of a kind; the most frequent."""
DOUBT, LEAST, POWER = 2.0, 0.02, 0.5
"""How what a term tells becomes its weight: see `_telling`."""
DECIDER, DOUBTER = 1.0, 20.0
"""The C of the support vector machine, and of the logistic regression."""
SHARPNESSES = np.geomspace(0.3, 30, 60)
FEWEST_SPOKEN = 20
"""Answers on which a threshold may rest."""


@dataclass(frozen=True)
class Decision:
    """What was decided of a complaint; no unit where only its category is known."""

    text: str
    category: str
    unit: str | None = None
    village_code: str | None = None


@dataclass(frozen=True)
class Figures:
    """How good it was at answers it had not seen: shares from 0 to 1."""

    rows: int
    classes: int
    left_out: int
    first: float
    """Its first guess was right."""
    three: float
    """One of its three was."""
    spoken: float
    """It was sure enough to speak."""
    right: float
    """Its first guess was right where it spoke; 0 where it never did."""
    threshold: float


@dataclass(frozen=True)
class Learnt:
    model: Model
    figures: dict[str, dict[str, Any]]
    """The fields of `Figures` by question."""


def learn(decisions: Sequence[Decision]) -> Learnt | None:
    """What there is to learn from decisions; None where they are too few or all alike.

    The same decisions in the same order give the same model.
    """
    category = learn_answers([one.text for one in decisions], [one.category for one in decisions])
    routed = [one for one in decisions if one.unit is not None]
    unit = learn_answers(
        [with_place(one.text, one.village_code) for one in routed],
        [str(one.unit) for one in routed],
    )
    if category is None and unit is None:
        return None
    figures = {
        name: asdict(found[1])
        for name, found in (("category", category), ("unit", unit))
        if found is not None
    }
    return Learnt(Model(category and category[0], unit and unit[0]), figures)


def learn_answers(
    texts: Sequence[str], answers: Sequence[str], seed: int = SEED
) -> tuple[Classifier, Figures] | None:
    """A classifier, and how good one like it was at what it had not seen.

    What is left out the first time sets how sure it has to be; then it learns from all.
    """
    if len(texts) < FEWEST or len(set(answers)) < 2:
        return None
    seen, unseen = split(len(texts), seed)
    if len({answers[at] for at in seen}) < 2:
        return None
    trial = fit([texts[at] for at in seen], [answers[at] for at in seen])
    unseen_texts, right = [texts[at] for at in unseen], [answers[at] for at in unseen]
    scores = np.stack([trial.scores(text) for text in unseen_texts])
    trial = calibrated(trial, scores, right)
    figures = figures_of(trial, scores, right, len(texts))
    whole = fit(texts, answers)
    return replace(whole, sharpness=trial.sharpness, threshold=trial.threshold), figures


def split(count: int, seed: int, share: float = LEFT_OUT) -> tuple[list[int], list[int]]:
    """Which of `count` are seen, and which are left out, at random."""
    shuffled = np.random.default_rng(seed).permutation(count).tolist()
    left_out = max(1, round(count * share))
    return sorted(shuffled[left_out:]), sorted(shuffled[:left_out])


def fit(texts: Sequence[str], answers: Sequence[str]) -> Classifier:
    """A classifier of at least two answers, which never speaks before it is calibrated."""
    spelt = [words(text) for text in texts]
    classes, numbers = np.unique(np.array(answers, dtype=object), return_inverse=True)
    matrices: list[csr_matrix] = []
    terms: dict[Block, Terms] = {}
    for block in Block:
        counted = _count(block, spelt)
        if counted is None:
            continue
        matrix, known, rarity = counted
        telling = _telling(matrix, numbers, len(classes))
        matrix.data *= telling[matrix.indices]
        matrices.append(normalize(matrix))
        terms[block] = Terms(known, (rarity * telling).astype(np.float32))
    matrix = hstack(matrices).tocsr()
    decider = LinearSVC(C=DECIDER, random_state=0).fit(matrix, numbers)
    # A solver that keeps few copies: the usual one takes twice the memory.
    doubter = LogisticRegression(C=DOUBTER, tol=1e-3, solver="newton-cg").fit(matrix, numbers)
    return Classifier(
        classes=tuple(str(name) for name in classes),
        terms=terms,
        decider=_machine(decider),
        doubter=_machine(doubter),
        sharpness=1.0,
        threshold=SILENT,
    )


def _machine(fitted: Any) -> Machine:
    coefficients, intercepts = fitted.coef_, fitted.intercept_
    if len(coefficients) == 1:  # scikit-learn keeps one side of two
        coefficients = np.vstack([-coefficients, coefficients]) / 2
        intercepts = np.hstack([-intercepts, intercepts]) / 2
    return Machine(np.ascontiguousarray(coefficients.T, np.float16), intercepts.astype(np.float32))


def _count(
    block: Block, spelt: Sequence[Sequence[str]]
) -> tuple[csr_matrix, dict[str, int], npt.NDArray[np.float32]] | None:
    """The weighed terms of the texts, the number and the rarity of each; None where none recurs."""
    vectorizer = TfidfVectorizer(
        analyzer=partial(_terms, block),
        sublinear_tf=True,
        min_df=RARE[block] if len(spelt) > 1 else 1,
        max_features=MOST_TERMS,
        dtype=np.float32,
    )
    try:
        matrix = vectorizer.fit_transform(spelt)
    except ValueError:  # how it says that no term is left
        return None
    known = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    return matrix, {term: at for at, term in enumerate(known)}, vectorizer.idf_


def _terms(block: Block, spelt: Sequence[str]) -> list[str]:
    return [term for term, _ in read(block, spelt)]


def _telling(
    matrix: csr_matrix, numbers: npt.NDArray[np.int64], classes: int
) -> npt.NDArray[np.float32]:
    """How much each term tells: how far the answers where it occurs are from those everywhere.

    Terms seen once or twice are taken for a little less telling than they look.
    """
    answers = np.eye(classes, dtype=np.float32)[numbers]
    everywhere = answers.mean(axis=0)
    where = np.asarray((matrix > 0).astype(np.float32).T @ answers) + DOUBT * everywhere
    shares = where / where.sum(axis=1, keepdims=True)
    divergence = (shares * np.log(shares / everywhere)).sum(axis=1)
    telling: npt.NDArray[np.float32] = ((LEAST + divergence) ** POWER).astype(np.float32)
    return telling


def calibrated(classifier: Classifier, scores: Numbers, right: Sequence[str]) -> Classifier:
    """With confidences that came true for these scores, and silent below what was right enough."""
    place = {name: at for at, name in enumerate(classifier.classes)}
    known = np.array([place.get(answer, -1) for answer in right])
    asked = np.flatnonzero(known >= 0)

    def loss(sharpness: float) -> float:
        sure = confidences_of(scores[asked], sharpness)[np.arange(len(asked)), known[asked]]
        return -float(np.log(np.maximum(sure, 1e-9)).mean())

    sharpness = float(min(SHARPNESSES, key=loss))
    first = ranking(scores)[:, 0]
    sure = confidences_of(scores, sharpness)[np.arange(len(first)), first]
    return replace(classifier, sharpness=sharpness, threshold=_threshold(sure, first == known))


def _threshold(sure: Numbers, hits: npt.NDArray[np.bool_]) -> float:
    """The lowest confidence from which on enough was right, `SILENT` where there is none."""
    order = np.argsort(-sure, kind="stable")
    right = np.cumsum(hits[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right[FEWEST_SPOKEN - 1 :] >= RIGHT)
    return float(sure[order[enough[-1] + FEWEST_SPOKEN - 1]]) if len(enough) else SILENT


def figures_of(classifier: Classifier, scores: Numbers, right: Sequence[str], rows: int) -> Figures:
    """How good a classifier is by its scores for texts it has not seen."""
    names, answers = np.array(classifier.classes, object), np.array(right, object)
    order = ranking(scores)
    hits = names[order[:, 0]] == answers
    sure = confidences_of(scores, classifier.sharpness)[np.arange(len(order)), order[:, 0]]
    spoken = sure >= classifier.threshold
    return Figures(
        rows=rows,
        classes=len(names),
        left_out=len(right),
        first=float(hits.mean()),
        three=float((names[order[:, :MOST]] == answers[:, None]).any(axis=1).mean()),
        spoken=float(spoken.mean()),
        right=float(hits[spoken].mean()) if spoken.any() else 0.0,
        threshold=classifier.threshold,
    )
