-- One answer settles a request, and nothing happens where nobody gives it. A blocked assignment has
-- no terms: what it waits for is resumed through Dossier's API.
SELECT approval_request.id, 1, 0, NULL, NULL, NULL, NULL
FROM main.approval_request
