-- The very columns that Dossier's interface writes, and the guard that it lacks.
UPDATE approval_request
SET status = :outcome
    , resolved_by = :actor -- if approval_request.resolved_by
    , resolved_at = :resolved_at -- if approval_request.resolved_at
    , notes = :note -- if approval_request.notes
    , updated_at = :updated_at -- if approval_request.updated_at
WHERE id = :id AND status = 'pending';
