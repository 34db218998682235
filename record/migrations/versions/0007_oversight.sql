-- What supervisors and auditors search by.

-- Events are only ever added, so that they lie in the order of time: a range of times is a few
-- pages, and an append does not feel it. Building it reads the table once and writes next to
-- nothing: appends wait a second for five million events.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX events_at ON events USING brin (at) WITH (pages_per_range = 16, autosummarize = on);
