-- Transcripts: how far each file was read, and the part of a cache write that is kept an hour,
-- which has a price of its own.

ALTER TABLE prompts ADD COLUMN cache_write_1h INTEGER;

CREATE TABLE transcripts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    client TEXT NOT NULL CHECK (client IN ('claude-code', 'codex')),
    path TEXT NOT NULL,
    -- The file itself, by whatever name: a file that was moved is not read again.
    device TEXT NOT NULL,
    inode TEXT NOT NULL,
    -- Its beginning, so that another file under a used number is not taken for it.
    head_size INTEGER NOT NULL,
    head_sha256 TEXT NOT NULL,
    -- Where reading goes on: the start of the first line that is not yet fully told.
    position INTEGER NOT NULL DEFAULT 0 CHECK (position >= 0),
    -- What the reader must remember, as JSON.
    state TEXT NOT NULL DEFAULT '{}',
    -- No reference on purpose: a pruned run's transcript must not be read again from its start.
    run_id TEXT,
    -- The last reported cost of the session, as JSON.
    reported TEXT,
    updated_at TEXT NOT NULL,
    UNIQUE (device, inode)
);
CREATE INDEX transcripts_run ON transcripts (run_id) WHERE run_id IS NOT NULL;
