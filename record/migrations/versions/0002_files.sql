-- Files, and drafts of complaints.

-- Files: what they say of themselves. Their bytes lie outside, named by their SHA-256. ------------

CREATE TABLE files (
    id uuid PRIMARY KEY,
    complaint_id uuid REFERENCES complaints (id),
    name text NOT NULL,
    media_type text NOT NULL CHECK (media_type IN ('image/jpeg', 'application/pdf')),
    size integer NOT NULL CHECK (size > 0),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    preview_sha256 bytea CHECK (length(preview_sha256) = 32),
    author text NOT NULL,
    created_at timestamptz NOT NULL,
    kept_until timestamptz NOT NULL
);
CREATE INDEX files_complaint ON files (complaint_id) WHERE complaint_id IS NOT NULL;
CREATE INDEX files_unbound ON files (kept_until) WHERE complaint_id IS NULL;
CREATE INDEX files_sha256 ON files (sha256);
CREATE INDEX files_preview ON files (preview_sha256) WHERE preview_sha256 IS NOT NULL;

-- Which entry covers which files. An entry that was refused keeps its own, as it keeps its text.
CREATE TABLE entry_files (
    entry_id uuid NOT NULL,
    file_id uuid NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    PRIMARY KEY (entry_id, file_id)
);
CREATE INDEX entry_files_file ON entry_files (file_id);

-- Bytes that lost a file: the sweeper removes those that no other file has.
CREATE TABLE loose_blobs (sha256 bytea PRIMARY KEY);

CREATE FUNCTION loosen_blobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- As whoever writes bytes: the sweeper, who holds it alone, sees all that is gone.
    PERFORM pg_advisory_xact_lock_shared(1179208773);
    INSERT INTO loose_blobs (sha256)
        SELECT DISTINCT b.sha256
        FROM gone g CROSS JOIN LATERAL (VALUES (g.sha256), (g.preview_sha256)) AS b (sha256)
        WHERE b.sha256 IS NOT NULL
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER loosen_blobs AFTER DELETE ON files
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION loosen_blobs();

-- Gives files to an entry; safe to repeat. MB005: one of them is gone, or another complaint's.
CREATE FUNCTION bind_files(p_complaint uuid, p_entry uuid, p_files uuid[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE files SET complaint_id = p_complaint
        WHERE id = ANY (p_files) AND complaint_id IS NULL;
    INSERT INTO entry_files (entry_id, file_id)
        SELECT p_entry, f.id FROM files f
        WHERE f.id = ANY (p_files) AND f.complaint_id = p_complaint
        ON CONFLICT DO NOTHING;
    IF (SELECT count(*) FROM entry_files e WHERE e.entry_id = p_entry AND e.file_id = ANY (p_files))
        <> cardinality(p_files)
    THEN
        RAISE EXCEPTION 'a file of % is gone', p_complaint USING ERRCODE = 'MB005';
    END IF;
END
$$;

-- `file_complaint`, whose first event covers files too.
CREATE FUNCTION file_complaint_with_files(p jsonb)
RETURNS TABLE (ticket text, complaint_id uuid, created boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    filed record;
BEGIN
    SELECT f.ticket, f.complaint_id, f.created INTO STRICT filed FROM file_complaint(p) f;
    IF filed.created THEN
        PERFORM bind_files(filed.complaint_id, filed.complaint_id,
            ARRAY(SELECT jsonb_array_elements_text(p -> 'files')::uuid));
    END IF;
    RETURN QUERY SELECT filed.ticket, filed.complaint_id, filed.created;
END
$$;

-- Drafts: sealed, found by the keyed hash of their cookie. ----------------------------------------

CREATE TABLE drafts (
    hash bytea PRIMARY KEY,
    key_id text NOT NULL,
    nonce bytea NOT NULL,
    sealed bytea NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX drafts_expired ON drafts (expires_at);
