-- The bytes behind a payload whose text is not all letters.
SELECT CAST(approval.payload AS BLOB)
FROM approval
WHERE approval.id = :id;
