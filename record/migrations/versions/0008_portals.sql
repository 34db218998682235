-- Portals: where reports come from, and what goes back. In words: docs/record.md.

CREATE TABLE portals (
    code text PRIMARY KEY,
    mode text NOT NULL CHECK (mode IN ('api', 'file', 'relay')),
    paused_at timestamptz,
    cursor text,
    polled_at timestamptz,
    succeeded_at timestamptz,
    failed_at timestamptz,
    failure text,
    newest_at timestamptz,
    next_call_at timestamptz,
    created_at timestamptz NOT NULL
);

-- What people did to a portal: never changed, never removed.
CREATE TABLE portal_steps (
    id uuid PRIMARY KEY,
    portal text NOT NULL REFERENCES portals (code),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    what text NOT NULL CHECK (what IN ('paused', 'resumed', 'mode', 'opened')),
    detail text
);
CREATE INDEX portal_steps_portal ON portal_steps (portal, id);

-- Calls of a portal by minute and by how they went.
CREATE TABLE portal_calls (
    portal text NOT NULL REFERENCES portals (code),
    minute timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('done', 'refused', 'throttled', 'away', 'unreadable')),
    calls integer NOT NULL,
    seconds double precision NOT NULL,
    PRIMARY KEY (portal, minute, outcome)
);

-- A report as a portal knows it, and the complaint that it is here. A complaint may have several.
CREATE TABLE origins (
    id uuid PRIMARY KEY,
    portal text NOT NULL REFERENCES portals (code),
    external_id text NOT NULL,
    complaint_id uuid NOT NULL REFERENCES complaints (id),
    joined boolean NOT NULL,
    same_as text,
    digest bytea NOT NULL,
    status text,
    filed_at timestamptz,
    changed_at timestamptz,
    closed_at timestamptz,
    last_message text,
    created_at timestamptz NOT NULL,
    UNIQUE (portal, external_id)
);
CREATE INDEX origins_complaint ON origins (complaint_id);
CREATE INDEX origins_same_as ON origins (same_as) WHERE same_as IS NOT NULL;

CREATE TABLE attachments (
    origin_id uuid NOT NULL REFERENCES origins (id),
    n integer NOT NULL,
    url text NOT NULL,
    name text NOT NULL,
    media_type text,
    size integer,
    state text NOT NULL CHECK (state IN ('waiting', 'kept', 'refused')),
    reason text,
    file_id uuid REFERENCES files (id) ON DELETE SET NULL,
    attempts integer NOT NULL DEFAULT 0,
    touched_at timestamptz NOT NULL,
    PRIMARY KEY (origin_id, n)
);
CREATE INDEX attachments_file ON attachments (file_id) WHERE file_id IS NOT NULL;
CREATE INDEX attachments_waiting ON attachments (touched_at) WHERE state = 'waiting';

-- What a portal is to be told of an event. `id` follows from what it tells, and is the key under
-- which the portal is told once.
CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY,
    origin_id uuid NOT NULL REFERENCES origins (id),
    complaint_id uuid NOT NULL REFERENCES complaints (id),
    seq integer NOT NULL,
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'delivered', 'refused', 'settled', 'skipped')),
    entry_id uuid REFERENCES entries (id),
    attempts integer NOT NULL DEFAULT 0,
    words text,
    receipt text,
    receipt_at timestamptz,
    touched_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (origin_id, complaint_id, seq, kind)
);
CREATE INDEX deliveries_event ON deliveries (complaint_id, seq);
CREATE INDEX deliveries_entry ON deliveries (entry_id) WHERE entry_id IS NOT NULL;
CREATE INDEX deliveries_lane ON deliveries (origin_id, number)
    WHERE state IN ('waiting', 'refused');
CREATE INDEX deliveries_undone ON deliveries (state, number)
    WHERE state IN ('waiting', 'refused');

-- What became of a delivery, step by step: never changed, never removed.
CREATE TABLE delivery_steps (
    id uuid PRIMARY KEY,
    delivery_id uuid NOT NULL REFERENCES deliveries (id),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    what text NOT NULL
        CHECK (what IN ('delivered', 'refused', 'edited', 'sent_again', 'settled', 'skipped')),
    detail text
);
CREATE INDEX delivery_steps_delivery ON delivery_steps (delivery_id, id);

-- What could not be understood, whole and sealed, as it came.
CREATE TABLE quarantine (
    id uuid PRIMARY KEY,
    portal text NOT NULL REFERENCES portals (code),
    kind text NOT NULL CHECK (kind IN ('report', 'message')),
    external_id text,
    digest bytea NOT NULL,
    key_id text NOT NULL,
    nonce bytea NOT NULL,
    sealed bytea NOT NULL,
    reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'taken', 'dropped')),
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    settled_by text,
    UNIQUE (portal, digest)
);
CREATE INDEX quarantine_waiting ON quarantine (portal, id) WHERE state = 'waiting';
CREATE INDEX quarantine_key ON quarantine (key_id);

-- An id that follows from what is delivered, so that routing may be repeated.
CREATE FUNCTION delivery_id(p_origin uuid, p_complaint uuid, p_seq integer, p_kind text)
RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(substr(sha256(convert_to(
        p_origin || '/' || p_complaint || '/' || p_seq || '/' || p_kind, 'UTF8')), 1, 16), 'hex')::uuid
$$;

-- What the reporter is told is told to every portal they came by; what a lead tells the reporter of
-- a duplicate, to that one's portals. Silence is the reporter's own: no portal is reminded.
CREATE FUNCTION route_to_portals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO deliveries (id, origin_id, complaint_id, seq, kind, state, touched_at, created_at)
        SELECT delivery_id(o.id, t.complaint_id, t.seq, t.kind), o.id, t.complaint_id, t.seq,
               t.kind, 'waiting', t.created_at, t.created_at
        FROM told t
        JOIN origins o ON o.complaint_id = CASE WHEN t.audience = 'reporter' THEN t.complaint_id
            ELSE substr(t.audience, length('reporter:') + 1)::uuid END
        WHERE (t.audience = 'reporter' OR t.audience LIKE 'reporter:%') AND t.kind <> 'reminded'
        ORDER BY t.seq
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER route_to_portals AFTER INSERT ON outbox
    REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION route_to_portals();

-- `append_events`, and the origins whose portals have something to be told since.
CREATE FUNCTION append_and_route(
    p_complaint uuid, p_events jsonb, p_projection jsonb, p_outbox jsonb
) RETURNS TABLE (seq integer, origins uuid[]) LANGUAGE plpgsql AS $$
DECLARE
    first_seq integer := (SELECT min((e ->> 'seq')::integer) FROM jsonb_array_elements(p_events) e);
BEGIN
    seq := append_events(p_complaint, p_events, p_projection, p_outbox);
    IF jsonb_array_length(p_outbox) > 0 THEN
        origins := ARRAY(SELECT DISTINCT d.origin_id FROM deliveries d
            WHERE d.complaint_id = p_complaint AND d.seq >= first_seq AND d.state = 'waiting');
    END IF;
    RETURN NEXT;
END
$$;
