-- What the house suggests, and from what it learnt.

-- What was learnt, whole: a version says the same for ever. `basis` is the digest of the decisions
-- it learnt from, so that the same are not learnt twice. Only the newest keep their `data`.
CREATE TABLE models (
    version integer PRIMARY KEY,
    trained_at timestamptz NOT NULL,
    rows integer NOT NULL,
    basis bytea NOT NULL UNIQUE,
    figures jsonb NOT NULL,
    data bytea
);

-- Decisions from before this house, or from other portals, to learn from.
CREATE TABLE imported_decisions (
    source text NOT NULL,
    id text NOT NULL,
    text text NOT NULL,
    category text NOT NULL,
    unit text COLLATE "C",
    village_code text,
    imported_at timestamptz NOT NULL,
    PRIMARY KEY (source, id)
);

-- What was suggested for a complaint before it was first disposed; nothing (`{}`) where silent.
-- `model` is 0 where no model spoke, but what was usual.
CREATE TABLE suggestions_shown (
    complaint_id uuid NOT NULL REFERENCES complaints (id),
    kind text NOT NULL CHECK (kind IN ('category', 'unit')),
    model integer NOT NULL,
    guesses text[] NOT NULL,
    shown_at timestamptz NOT NULL,
    PRIMARY KEY (complaint_id, kind, model)
);
CREATE INDEX suggestions_shown_at ON suggestions_shown (shown_at);
