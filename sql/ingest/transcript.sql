SELECT
    transcripts.path, transcripts.head_size, transcripts.head_sha256, transcripts.position,
    transcripts.state
FROM transcripts
WHERE transcripts.device = :device AND transcripts.inode = :inode;
