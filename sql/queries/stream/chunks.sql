-- The pieces of a streamed answer after a watermark.
SELECT chunk.seq, chunk.prompt_id, chunk.kind, chunk.text, chunk.created_at
FROM chunk
WHERE chunk.prompt_id = :id
  AND chunk.seq > :after
ORDER BY chunk.seq
LIMIT :limit
