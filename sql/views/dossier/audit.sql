-- What was asked of the plan, and whether it was taken. What the runs did is in Events: two tables
-- in one order would need a sequence that spans both, and Dossier has none.
SELECT
    planning_action.rowid, planning_action.id, {planning_action.project_id}, 'planning',
    coalesce({planning_action.action_type}, 'action'),
    CASE {planning_action.validation_status}
        WHEN 'accepted' THEN 'success'
        WHEN 'rejected' THEN 'failure'
        ELSE 'info' END,
    coalesce({planning_action.validation_status} || ': ', '')
        || coalesce({planning_action.rejection_reason}, {planning_action.action_type}, ''),
    NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    json_object(
        'target_ref', CASE WHEN json_valid({planning_action.target_ref})
                           THEN json({planning_action.target_ref})
                           ELSE CAST({planning_action.target_ref} AS TEXT) END,
        'payload', CASE WHEN json_valid({planning_action.payload})
                        THEN json({planning_action.payload})
                        ELSE CAST({planning_action.payload} AS TEXT) END,
        'applied_at', CAST({planning_action.applied_at} AS TEXT)
    ),
    {planning_action.created_at}
FROM main.planning_action
