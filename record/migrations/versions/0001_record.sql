-- The record's first shape. The tables in words: docs/record.md.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;

-- Units, rules -----------------------------------------------------------------------------------

-- Paths compare byte by byte ("C"), so that the units below one are a range of an index.
CREATE TABLE units (
    path text COLLATE "C" PRIMARY KEY CHECK (path ~ '^kab(/[a-z0-9.-]+)*$'),
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('kabupaten', 'dinas', 'badan', 'sekretariat', 'inspektorat',
        'satpol', 'kecamatan', 'kelurahan', 'desa')),
    parent text COLLATE "C" REFERENCES units (path),
    region_code text UNIQUE,
    assumed boolean NOT NULL DEFAULT false,
    valid_from date NOT NULL,
    valid_to date,
    successor text COLLATE "C" REFERENCES units (path),
    CHECK (path = code OR path = parent || '/' || code)
);
CREATE INDEX units_parent ON units (parent);

CREATE TABLE policies (
    version integer PRIMARY KEY,
    data jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    note text NOT NULL
);

CREATE TABLE calendars (
    version integer PRIMARY KEY,
    data jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    note text NOT NULL
);

-- Accounts ---------------------------------------------------------------------------------------

CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    username text NOT NULL UNIQUE CHECK (username = lower(username)),
    name text NOT NULL,
    password_hash text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    away_until date
);

CREATE TABLE grants (
    account_id uuid NOT NULL REFERENCES accounts (id),
    role text NOT NULL CHECK (role IN ('coordinator', 'unit_admin', 'unit_head', 'supervisor',
        'auditor', 'administrator')),
    unit text COLLATE "C" REFERENCES units (path),
    UNIQUE NULLS NOT DISTINCT (account_id, role, unit)
);
CREATE INDEX grants_desk ON grants (role, unit);

CREATE TABLE tokens (
    hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX tokens_account ON tokens (account_id);

CREATE TABLE sessions (
    hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX sessions_account ON sessions (account_id);

-- Complaints: what was filed. Written once; only an erasure takes texts and salt away. -----------

CREATE TABLE complaints (
    id uuid PRIMARY KEY,
    ticket text NOT NULL UNIQUE,
    channel text NOT NULL,
    received_at timestamptz NOT NULL,
    title text,
    body text,
    occurred_on date,
    kecamatan text,
    village_code text,
    address text,
    lat double precision,
    lng double precision,
    salt bytea,
    receipt_hash bytea NOT NULL,
    tsv tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('indonesian', coalesce(title, '')), 'A')
        || setweight(to_tsvector('indonesian', coalesce(body, '')), 'B')
    ) STORED
);
-- A search that walks the newest complaints reads every `tsv`: keep it in the row.
ALTER TABLE complaints ALTER COLUMN tsv SET STORAGE MAIN;
-- Without a pending list, which every search would have to read besides the index.
CREATE INDEX complaints_tsv ON complaints USING gin (tsv) WITH (fastupdate = off);

-- Every word of every complaint, once and whole: a misspelt search finds the word that was meant.
CREATE TABLE words (word text COLLATE "C" PRIMARY KEY);
CREATE INDEX words_trigrams ON words USING gin (word gin_trgm_ops) WITH (fastupdate = off);

CREATE TABLE identities (
    complaint_id uuid PRIMARY KEY REFERENCES complaints (id),
    key_id text NOT NULL,
    nonce bytea NOT NULL,
    sealed bytea NOT NULL
);
CREATE INDEX identities_key ON identities (key_id);

CREATE TABLE idempotency (
    key_hash bytea PRIMARY KEY,
    complaint_id uuid NOT NULL REFERENCES complaints (id) DEFERRABLE INITIALLY DEFERRED,
    request_digest bytea NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX idempotency_complaint ON idempotency (complaint_id);

-- Filed, and its workflow not known to have started.
CREATE TABLE unstarted (
    complaint_id uuid PRIMARY KEY REFERENCES complaints (id),
    created_at timestamptz NOT NULL
);

-- Tickets count from 1 each year. A filing that fails leaves a hole, which means nothing.
DO $$
BEGIN
    FOR year IN 2024..2050 LOOP
        EXECUTE format('CREATE SEQUENCE ticket_%s', year);
    END LOOP;
END
$$;

-- What people typed --------------------------------------------------------------------------------

CREATE TABLE entries (
    id uuid PRIMARY KEY,
    complaint_id uuid NOT NULL REFERENCES complaints (id),
    author text NOT NULL,
    texts jsonb,
    salt bytea,
    digest bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CHECK ((texts IS NULL) = (salt IS NULL))
);
CREATE INDEX entries_complaint ON entries (complaint_id);

-- Events: what happened, for ever -----------------------------------------------------------------

CREATE TABLE events (
    complaint_id uuid NOT NULL REFERENCES complaints (id),
    seq integer NOT NULL CHECK (seq > 0),
    type text NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    data jsonb NOT NULL,
    prev bytea NOT NULL CHECK (length(prev) = 32),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (complaint_id, seq)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: it is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- ALWAYS: also where a session calls itself a replica.
ALTER TABLE events ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON policies
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE policies ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON calendars
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE calendars ENABLE ALWAYS TRIGGER append_only;

-- Cases: where each complaint stands, projected from its events -----------------------------------

CREATE TABLE cases (
    complaint_id uuid PRIMARY KEY REFERENCES complaints (id),
    seq integer NOT NULL,
    head bytea NOT NULL,
    stage text NOT NULL,
    open boolean NOT NULL,
    unit text COLLATE "C",
    delegate text COLLATE "C",
    desk text NOT NULL CHECK (desk IN ('coordinator', 'unit', 'head', 'lead', 'none')),
    desk_unit text COLLATE "C",
    classification text,
    category text,
    anonymous boolean NOT NULL,
    secret boolean NOT NULL,
    reported_unit text COLLATE "C",
    lead uuid REFERENCES complaints (id),
    due_clock text,
    due_at timestamptz,
    alarm_at timestamptz,
    level integer NOT NULL,
    returns integer NOT NULL,
    rating integer,
    channel text NOT NULL,
    kecamatan text,
    received_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at timestamptz
) WITH (fillfactor = 80);
-- Few, since each append pays for each. Every one ends with complaint_id, which is the order of
-- time; those of open cases stay small however old the record grows.
CREATE INDEX cases_stage ON cases (stage, complaint_id);
CREATE INDEX cases_unit ON cases (unit, complaint_id);
CREATE INDEX cases_delegate ON cases (delegate, complaint_id) WHERE delegate IS NOT NULL;
CREATE INDEX cases_category ON cases (category, complaint_id);
CREATE INDEX cases_kecamatan ON cases (kecamatan, complaint_id);
CREATE INDEX cases_channel ON cases (channel, complaint_id);
CREATE INDEX cases_open ON cases (complaint_id) WHERE open;
CREATE INDEX cases_desk ON cases
    (desk, coalesce(desk_unit, ''), coalesce(due_at, 'infinity'), complaint_id) WHERE open;
-- Units are few and uneven: know each one's share.
ALTER TABLE cases ALTER COLUMN unit SET STATISTICS 500;
ALTER TABLE cases ALTER COLUMN delegate SET STATISTICS 500;

CREATE TABLE outbox (
    complaint_id uuid NOT NULL REFERENCES complaints (id),
    seq integer NOT NULL,
    n integer NOT NULL,
    audience text NOT NULL,
    kind text NOT NULL,
    not_before timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (complaint_id, seq, n)
);

-- Writing, one round trip each --------------------------------------------------------------------

-- Appends what is new of p_events (in order), p_projection and p_outbox; the last seq recorded.
-- MB001: another event has that number, or the chain does not fit. MB002: a gap. MB003: no case.
CREATE FUNCTION append_events(
    p_complaint uuid, p_events jsonb, p_projection jsonb, p_outbox jsonb
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    last_seq integer;
    last_hash bytea;
    first_seq integer;
    event record;
BEGIN
    SELECT c.seq, c.head INTO last_seq, last_hash
        FROM cases c WHERE c.complaint_id = p_complaint FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no case %', p_complaint USING ERRCODE = 'MB003';
    END IF;
    first_seq := last_seq;
    FOR event IN
        SELECT e.seq, e.type, e.at, e.actor, e.data,
               decode(e.prev, 'hex') AS prev, decode(e.hash, 'hex') AS hash
        FROM jsonb_to_recordset(p_events) AS e(
            seq integer, type text, at timestamptz, actor text, data jsonb, prev text, hash text)
    LOOP
        IF event.seq <= last_seq THEN
            PERFORM FROM events e
                WHERE e.complaint_id = p_complaint AND e.seq = event.seq AND e.hash = event.hash;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'event % of % is recorded with another hash', event.seq, p_complaint
                    USING ERRCODE = 'MB001';
            END IF;
        ELSIF event.seq > last_seq + 1 THEN
            RAISE EXCEPTION 'event % of % does not follow %', event.seq, p_complaint, last_seq
                USING ERRCODE = 'MB002';
        ELSIF event.prev <> last_hash THEN
            RAISE EXCEPTION 'event % of % is not chained to %', event.seq, p_complaint, last_seq
                USING ERRCODE = 'MB001';
        ELSE
            INSERT INTO events (complaint_id, seq, type, at, actor, data, prev, hash)
            VALUES (p_complaint, event.seq, event.type, event.at, event.actor, event.data,
                    event.prev, event.hash);
            last_seq := event.seq;
            last_hash := event.hash;
        END IF;
    END LOOP;
    IF last_seq = first_seq THEN
        RETURN last_seq;
    END IF;
    UPDATE cases c SET
        (seq, head, stage, open, unit, delegate, desk, desk_unit, classification, category,
         anonymous, secret, reported_unit, lead, due_clock, due_at, alarm_at, level, returns,
         rating, updated_at, answered_at, ended_at)
        = (last_seq, last_hash, p.stage, p.open, p.unit, p.delegate, p.desk, p.desk_unit,
           p.classification, p.category, p.anonymous, p.secret, p.reported_unit, p.lead,
           p.due_clock, p.due_at, p.alarm_at, p.level, p.returns, p.rating, p.updated_at,
           p.answered_at, p.ended_at)
        FROM jsonb_populate_record(NULL::cases, p_projection) p
        WHERE c.complaint_id = p_complaint;
    INSERT INTO outbox (complaint_id, seq, n, audience, kind, not_before, created_at)
        SELECT p_complaint, o.seq, o.n, o.audience, o.kind, o.not_before, clock_timestamp()
        FROM jsonb_to_recordset(p_outbox) AS o(
            seq integer, n integer, audience text, kind text, not_before timestamptz)
        ON CONFLICT DO NOTHING;
    PERFORM pg_notify('cases', p_complaint::text);
    RETURN last_seq;
END
$$;

-- Files a complaint whole. The same key, or the same id, again: what the first time gave.
-- MB004: the key came before with another request.
CREATE FUNCTION file_complaint(p jsonb)
RETURNS TABLE (ticket text, complaint_id uuid, created boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    new_id uuid := p ->> 'id';
    received timestamptz := p ->> 'received_at';
    new_ticket text;
    number text;
    place text;
    earlier record;
BEGIN
    IF p ? 'key_hash' THEN
        -- Of several at once all but the first wait here for the first to commit.
        INSERT INTO idempotency (key_hash, complaint_id, request_digest, created_at)
            VALUES (decode(p ->> 'key_hash', 'hex'), new_id,
                    decode(p ->> 'request_digest', 'hex'), received)
            ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            SELECT c.ticket, c.id, i.request_digest INTO STRICT earlier
                FROM idempotency i JOIN complaints c ON c.id = i.complaint_id
                WHERE i.key_hash = decode(p ->> 'key_hash', 'hex');
            IF earlier.request_digest <> decode(p ->> 'request_digest', 'hex') THEN
                RAISE EXCEPTION 'the key came before with another request'
                    USING ERRCODE = 'MB004';
            END IF;
            RETURN QUERY SELECT earlier.ticket, earlier.id, false;
            RETURN;
        END IF;
    END IF;
    SELECT c.ticket INTO new_ticket FROM complaints c WHERE c.id = new_id;
    IF FOUND THEN
        RETURN QUERY SELECT new_ticket, new_id, false;
        RETURN;
    END IF;
    new_ticket := to_char(received AT TIME ZONE 'Asia/Jakarta', 'YYYY');
    number := nextval(('ticket_' || new_ticket)::regclass)::text;
    new_ticket := 'MB-' || new_ticket || '-' || lpad(number, greatest(6, length(number)), '0');
    place := p ->> 'kecamatan';
    IF place IS NULL THEN
        SELECT u.code INTO place FROM units u
            WHERE u.region_code = left(p ->> 'village_code', 8);
    END IF;
    INSERT INTO complaints (id, ticket, channel, received_at, title, body, occurred_on, kecamatan,
            village_code, address, lat, lng, salt, receipt_hash)
        VALUES (new_id, new_ticket, p ->> 'channel', received, p ->> 'title', p ->> 'body',
            (p ->> 'occurred_on')::date, place, p ->> 'village_code', p ->> 'address',
            (p ->> 'lat')::double precision, (p ->> 'lng')::double precision,
            decode(p ->> 'salt', 'hex'), decode(p ->> 'receipt_hash', 'hex'));
    IF p ? 'identity' THEN
        INSERT INTO identities (complaint_id, key_id, nonce, sealed)
            SELECT new_id, i.key_id, decode(i.nonce, 'hex'), decode(i.sealed, 'hex')
            FROM jsonb_to_record(p -> 'identity') AS i(key_id text, nonce text, sealed text);
    END IF;
    INSERT INTO cases SELECT c.* FROM jsonb_populate_record(NULL::cases, p -> 'projection'
        || jsonb_build_object('complaint_id', new_id, 'seq', 0, 'head', '\x' || repeat('00', 32),
            'kecamatan', place, 'channel', p ->> 'channel', 'received_at', received)) c;
    PERFORM append_events(new_id, jsonb_build_array(p -> 'event'), p -> 'projection',
        coalesce(p -> 'outbox', '[]'));
    INSERT INTO unstarted (complaint_id, created_at) VALUES (new_id, received);
    -- In alphabetical order, or two filings could each wait for the other's word.
    INSERT INTO words (word)
        SELECT l.lexeme
        FROM unnest(to_tsvector('simple', (p ->> 'title') || ' ' || (p ->> 'body'))) l
        WHERE l.lexeme ~ '^[a-z]{3,30}$'
          AND NOT EXISTS (SELECT FROM words w WHERE w.word = l.lexeme COLLATE "C")
        ORDER BY l.lexeme COLLATE "C"
        ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT new_ticket, new_id, true;
END
$$;
