SELECT transcripts.reported
FROM transcripts
WHERE transcripts.run_id = :run_id AND transcripts.reported IS NOT NULL
ORDER BY transcripts.updated_at DESC
LIMIT 1;
