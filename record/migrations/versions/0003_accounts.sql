-- A second factor, and the brake on guessing.

ALTER TABLE accounts ADD COLUMN shortcuts boolean DEFAULT true NOT NULL;

-- `half`: the password was right and the second factor is still to come; it opens nothing.
-- `browser`: a word for its owner, such as `chrome`; never the user agent itself.
ALTER TABLE sessions ADD COLUMN half boolean DEFAULT false NOT NULL;
ALTER TABLE sessions ADD COLUMN browser text DEFAULT '' NOT NULL;

-- `last_step`: the time step of the last code that was taken; none before it, nor it again, is.
CREATE TABLE second_factors (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    key_id text NOT NULL,
    nonce bytea NOT NULL,
    sealed bytea NOT NULL,
    last_step bigint NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX second_factors_key ON second_factors (key_id);

CREATE TABLE recovery_codes (
    hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id)
);
CREATE INDEX recovery_codes_account ON recovery_codes (account_id);

-- Wrong guesses by a keyed hash of whose they are: a name, an address, a ticket.
CREATE TABLE brakes (
    hash bytea PRIMARY KEY,
    failures integer NOT NULL,
    failed_at timestamptz NOT NULL,
    until timestamptz NOT NULL
);
CREATE INDEX brakes_failed_at ON brakes (failed_at);
