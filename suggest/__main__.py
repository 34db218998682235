"""Learns in a process of its own: decisions on standard input, what was learnt on standard output.

In: a JSON array of `[text, category, unit, village_code]`. Out: a line of JSON, the figures by
question, or `null` where there is nothing to learn; then the model as `suggest.model.loads` reads
it.
"""

import json
import sys

from suggest.learning import Decision, learn
from suggest.model import dumps


def main() -> None:
    learnt = learn([Decision(*row) for row in json.load(sys.stdin.buffer)])
    out = sys.stdout.buffer
    out.write(json.dumps(learnt and learnt.figures).encode() + b"\n")
    if learnt:
        out.write(dumps(learnt.model))


if __name__ == "__main__":
    main()
