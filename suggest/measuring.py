"""How good the learning is: at decisions left out at random, several times over."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from suggest.learning import LEFT_OUT, Figures, figures_of, learn_answers, split
from suggest.model import MOST, ranking

REQUIRED_FIRST, REQUIRED_THREE = 0.82, 0.94
"""What the mean has to reach."""


@dataclass(frozen=True)
class OfAnswer:
    """Of the left-out texts with that answer: how many, and how many were guessed."""

    rows: int
    first: int
    three: int


@dataclass(frozen=True)
class Measured:
    seed: int
    figures: Figures
    answers: dict[str, OfAnswer]


def measure(
    texts: Sequence[str], answers: Sequence[str], seeds: Sequence[int], share: float = LEFT_OUT
) -> Iterator[Measured]:
    """For each seed: learn from what is not left out, and ask about what is.

    The confidence below which it is silent comes from what it learnt from. Raises ValueError where
    there is too little to learn from.
    """
    for seed in seeds:
        seen, unseen = split(len(texts), seed, share)
        learnt = learn_answers([texts[at] for at in seen], [answers[at] for at in seen])
        if learnt is None:
            raise ValueError("too few decisions, or all alike")
        classifier = learnt[0]
        right = [answers[at] for at in unseen]
        scores = np.stack([classifier.scores(texts[at]) for at in unseen])
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for order, answer in zip(ranking(scores)[:, :MOST].tolist(), right, strict=True):
            ranked = [classifier.classes[at] for at in order]
            counts = found[answer]
            counts[0] += 1
            counts[1] += answer == ranked[0]
            counts[2] += answer in ranked
        yield Measured(
            seed,
            figures_of(classifier, scores, right, len(texts)),
            {answer: OfAnswer(*counts) for answer, counts in sorted(found.items())},
        )
