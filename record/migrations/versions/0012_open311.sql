-- Keys of Open311 clients: who may file over it, and how often.

CREATE TABLE open311_keys (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    due_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE UNIQUE INDEX open311_keys_name ON open311_keys (name) WHERE revoked_at IS NULL;
