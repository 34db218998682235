-- A portal's spreadsheets. In words: docs/record.md.

-- One uploaded sheet: whole and sealed, since it tells who reported, until it is forgotten.
CREATE TABLE imports (
    id uuid PRIMARY KEY,
    portal text NOT NULL REFERENCES portals (code),
    actor text NOT NULL,
    state text NOT NULL CHECK (state IN ('uploaded', 'mapped', 'running', 'done')),
    key_id text,
    nonce bytea,
    sealed bytea,
    "columns" jsonb,
    total integer NOT NULL,
    faulty integer NOT NULL DEFAULT 0,
    position integer NOT NULL DEFAULT 0,
    added integer NOT NULL DEFAULT 0,
    joined integer NOT NULL DEFAULT 0,
    changed integer NOT NULL DEFAULT 0,
    known integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX imports_actor ON imports (actor, id);
CREATE INDEX imports_kept ON imports (created_at) WHERE sealed IS NOT NULL;

-- What the columns of a portal's sheets mean, as it was confirmed last.
CREATE TABLE import_columns (
    portal text PRIMARY KEY REFERENCES portals (code),
    "columns" jsonb NOT NULL,
    actor text NOT NULL,
    changed_at timestamptz NOT NULL
);

-- What a sheet said last of a report that is here, so that the next one tells what changed.
CREATE TABLE sheet_rows (
    origin_id uuid PRIMARY KEY REFERENCES origins (id),
    digest bytea NOT NULL
);
