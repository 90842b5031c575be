INSERT INTO transcripts (
    client, path, device, inode, head_size, head_sha256, position, state, run_id, reported,
    updated_at
)
VALUES (
    :client, :path, :device, :inode, :head_size, :head_sha256, :position, :state, :run_id,
    :reported, :now
)
ON CONFLICT (device, inode) DO UPDATE
SET client = excluded.client, path = excluded.path, head_size = excluded.head_size,
    head_sha256 = excluded.head_sha256, position = excluded.position, state = excluded.state,
    run_id = coalesce(excluded.run_id, transcripts.run_id),
    reported = coalesce(excluded.reported, transcripts.reported),
    updated_at = excluded.updated_at;
