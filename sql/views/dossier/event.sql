-- The joins are LEFT, and a filter on a run or an agent makes them inner ones: then SQLite starts
-- from the run, and the index on (project_id, run_id) serves, which a bare run_id would not.
SELECT
    event_log.rowid, event_log.id, orchestration_run.id, card_assignment.id,
    CASE event_log.event_type
        WHEN 'execution_failed' THEN 'error'
        WHEN 'execution_blocked' THEN 'warn'
        ELSE 'info' END,
    event_log.event_type,
    coalesce(
        CASE WHEN json_valid({event_log.payload})
             THEN coalesce(
                 json_extract({event_log.payload}, '$.error'),
                 json_extract({event_log.payload}, '$.summary'),
                 json_extract({event_log.payload}, '$.commit.message')
             ) END,
        replace(event_log.event_type, '_', ' ') || coalesce(' by ' || {event_log.actor}, '')
    ),
    {event_log.payload}, {event_log.created_at}
FROM main.event_log
LEFT JOIN main.card_assignment
    ON card_assignment.id = CASE
        WHEN json_valid({event_log.payload})
        THEN json_extract({event_log.payload}, '$.assignment_id') END
    AND event_log.run_id = card_assignment.run_id
    AND event_log.project_id = (
        SELECT assigned.project_id
        FROM main.orchestration_run AS assigned
        WHERE assigned.id = card_assignment.run_id
    )
LEFT JOIN main.orchestration_run
    ON orchestration_run.id = event_log.run_id
    AND orchestration_run.project_id = event_log.project_id
