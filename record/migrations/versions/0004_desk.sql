-- Saved views, and what the desk's search needs.

-- A set of filters that somebody named, theirs alone. `query` holds the filters as their list reads
-- them from a URL.
CREATE TABLE views (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    page text NOT NULL CHECK (page IN ('tugas', 'aduan')),
    name text NOT NULL,
    query jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (account_id, page, name)
);

-- By whose number a complaint was filed: a keyed hash, since the number itself is sealed. It goes
-- with the identity, whoever takes that away.
CREATE TABLE reporter_phones (
    complaint_id uuid PRIMARY KEY REFERENCES identities (complaint_id) ON DELETE CASCADE,
    hash bytea NOT NULL CHECK (length(hash) = 32)
);
CREATE INDEX reporter_phones_hash ON reporter_phones (hash, complaint_id);

-- Who searched by a reporter's number, and when; never which.
CREATE TABLE lookups (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    at timestamptz NOT NULL
);
CREATE INDEX lookups_account ON lookups (account_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON lookups
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE lookups ENABLE ALWAYS TRIGGER append_only;
