-- How large a streamed answer is, where only its beginning was read.
SELECT chunk.kind, sum(length(CAST(chunk.text AS BLOB)))
FROM chunk
WHERE chunk.prompt_id = :id
GROUP BY chunk.kind
