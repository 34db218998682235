-- What goes back to the portals. In words: docs/record.md.

-- `unsure`: an attempt may have told the portal without our knowing. `busy_until`: an attempt is
-- under way, until then at the latest. `key`: what the portal tells repetitions by, where that is
-- not the id any more: a portal may keep a key with what it refused.
ALTER TABLE deliveries
    ADD COLUMN unsure boolean NOT NULL DEFAULT false,
    ADD COLUMN busy_until timestamptz,
    ADD COLUMN key uuid;

-- Until when a portal wants no call at all.
ALTER TABLE portals ADD COLUMN held_until timestamptz;
