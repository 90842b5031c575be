-- How large a streamed answer is, where only its beginning was read.
-- PostgreSQL: octet_length(chunk.text) in place of length(CAST(chunk.text AS BLOB)).
SELECT chunk.kind, sum(length(CAST(chunk.text AS BLOB)))
FROM chunk
WHERE chunk.prompt_id = :id
GROUP BY chunk.kind
