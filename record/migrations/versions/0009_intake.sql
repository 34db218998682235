-- Taking in what portals hold. In words: docs/record.md.

-- Cases whose leads told their reporter something tell it to those who join, too.
CREATE FUNCTION tell_so_far(p_origin uuid, p_complaint uuid, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    leads uuid[] := ARRAY(SELECT DISTINCT (e.data ->> 'lead')::uuid FROM events e
        WHERE e.complaint_id = p_complaint AND e.type = 'linked');
BEGIN
    INSERT INTO deliveries (id, origin_id, complaint_id, seq, kind, state, touched_at, created_at)
        SELECT delivery_id(p_origin, t.complaint_id, t.seq, t.kind), p_origin, t.complaint_id,
               t.seq, t.kind, 'waiting', p_now, p_now
        FROM (
            SELECT p_complaint AS complaint_id, 1 AS seq, 'received' AS kind, NULL AS created_at
            UNION ALL
            SELECT o.complaint_id, o.seq, o.kind, o.created_at FROM outbox o
            WHERE o.kind <> 'reminded'
              AND (o.complaint_id = p_complaint AND o.audience = 'reporter'
                OR o.complaint_id = ANY (leads) AND o.audience = 'reporter:' || p_complaint)
        ) t
        ORDER BY t.created_at NULLS FIRST, t.seq
        ON CONFLICT DO NOTHING;
END
$$;

-- Takes in a report of a portal: as a complaint of its own, or as an origin of the one it is. Of
-- several at once that are, or name, the same report all but the first wait here for the first.
CREATE FUNCTION take_in(p jsonb)
RETURNS TABLE (origin uuid, complaint uuid, ticket text, outcome text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    own text := (p ->> 'portal') || '/' || (p ->> 'external_id');
    same text := p ->> 'same_as';
    new_origin uuid := p ->> 'origin';
    earlier record;
    filed record;
    joined boolean;
    place uuid;
    wanted text;
BEGIN
    FOR wanted IN SELECT DISTINCT k FROM unnest(ARRAY[own, same]) k WHERE k IS NOT NULL ORDER BY k
    LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended(wanted, 311));
    END LOOP;
    SELECT o.id, o.complaint_id, o.joined, o.digest, o.changed_at, o.same_as, c.ticket
        INTO earlier
        FROM origins o JOIN complaints c ON c.id = o.complaint_id
        WHERE o.portal = p ->> 'portal' AND o.external_id = p ->> 'external_id';
    IF FOUND THEN
        IF earlier.same_as IS NULL AND same IS NOT NULL THEN
            UPDATE origins o SET same_as = same WHERE o.id = earlier.id;
        END IF;
        RETURN QUERY SELECT earlier.id, earlier.complaint_id, earlier.ticket, CASE
            WHEN earlier.joined AND NOT EXISTS (SELECT FROM events e
                WHERE e.complaint_id = earlier.complaint_id AND e.type = 'origin_joined'
                  AND e.data ->> 'origin' = earlier.id::text) THEN 'joined'
            WHEN earlier.digest <> decode(p ->> 'digest', 'hex')
                AND coalesce((p ->> 'changed_at')::timestamptz >= earlier.changed_at, true)
                THEN 'changed'
            ELSE 'known' END;
        RETURN;
    END IF;
    SELECT o.complaint_id INTO place FROM origins o
        WHERE o.portal = split_part(same, '/', 1)
              AND o.external_id = substr(same, strpos(same, '/') + 1)
           OR o.same_as IN (own, same)
        ORDER BY o.id LIMIT 1;
    joined := FOUND;
    IF joined THEN
        -- What its case is telling the reporter just now either sees the new origin, or is seen.
        PERFORM FROM cases c WHERE c.complaint_id = place FOR UPDATE;
        PERFORM FROM cases c JOIN cases d ON d.lead = c.complaint_id
            WHERE d.complaint_id = place FOR UPDATE OF c;
    ELSE
        place := (p -> 'filing' ->> 'id')::uuid;
        IF p -> 'filing' ? 'files' THEN
            PERFORM file_complaint_with_files(p -> 'filing');
        ELSE
            PERFORM file_complaint(p -> 'filing');
        END IF;
        INSERT INTO reporter_phones (complaint_id, hash)
            SELECT place, decode(p ->> 'phone_hash', 'hex') WHERE p ->> 'phone_hash' IS NOT NULL;
    END IF;
    INSERT INTO origins (id, portal, external_id, complaint_id, joined, same_as, digest, status,
            filed_at, changed_at, created_at)
        VALUES (new_origin, p ->> 'portal', p ->> 'external_id', place, joined, same,
            decode(p ->> 'digest', 'hex'), p ->> 'status', (p ->> 'filed_at')::timestamptz,
            (p ->> 'changed_at')::timestamptz, now());
    INSERT INTO attachments (origin_id, n, url, name, media_type, size, state, touched_at)
        SELECT new_origin, a.place, a.url, a.name, a.media_type, a.size, 'waiting', now()
        FROM jsonb_to_recordset(p -> 'attachments') AS a(
            place integer, url text, name text, media_type text, size integer);
    PERFORM tell_so_far(new_origin, place, now());
    RETURN QUERY SELECT new_origin, place, c.ticket,
            CASE WHEN joined THEN 'joined' ELSE 'new' END
        FROM complaints c WHERE c.id = place;
END
$$;
