-- What units answer again and again, and what a member of staff has begun to write about a case.

CREATE TABLE answer_templates (
    id uuid PRIMARY KEY,
    unit text COLLATE "C" NOT NULL REFERENCES units (path),
    name text NOT NULL,
    body text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL REFERENCES accounts (id),
    UNIQUE (unit, name)
);

CREATE TABLE staff_drafts (
    account_id uuid NOT NULL REFERENCES accounts (id),
    complaint_id uuid NOT NULL REFERENCES complaints (id),
    form text NOT NULL,
    fields jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, complaint_id, form)
);
CREATE INDEX staff_drafts_complaint ON staff_drafts (complaint_id);
CREATE INDEX staff_drafts_changed ON staff_drafts (changed_at);
