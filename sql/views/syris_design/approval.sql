-- Each status is a part of its own, with the word as a constant: one is found by its index in the
-- order of appending, and a search for another never looks at it. The casts give all parts the
-- same affinities: only then does SQLite merge them in their order. The likelihoods say that a row's
-- own key or trace finds fewer than a status does.
-- An answer was picked up when the trace went on after it.
SELECT
    approvals.rowid, approvals.approval_id, {approvals.trace_id},
    coalesce({approvals.ref_step_id}, {approvals.ref_task_id}, {approvals.trace_id}), NULL,
    'gate',
    coalesce(
        CASE WHEN json_valid({approvals.what}) THEN coalesce(
            json_extract({approvals.what}, '$.title'),
            json_extract({approvals.what}, '$.summary'),
            json_extract({approvals.what}, '$.description'),
            json_extract({approvals.what}, '$.tool_name'),
            json_extract({approvals.what}, '$.tool'),
            json_extract({approvals.what}, '$.action')
        ) END,
        {approvals.why}, approvals.approval_id
    ),
    {approvals.why}, {approvals.what}, {approvals.risk_level|risk}, 'pending', approvals.status,
    NULL, {approvals.created_at|requested_at}, {approvals.expires_at}, {approvals.decided_by},
    {approvals.decided_at}, {approvals.decision_reason|reason},
    CAST(NULL AS TEXT)
FROM main.approvals
WHERE likelihood(approvals.status = 'pending', 0.05)
UNION ALL
SELECT
    approvals.rowid, approvals.approval_id, {approvals.trace_id},
    coalesce({approvals.ref_step_id}, {approvals.ref_task_id}, {approvals.trace_id}), NULL,
    'gate',
    coalesce(
        CASE WHEN json_valid({approvals.what}) THEN coalesce(
            json_extract({approvals.what}, '$.title'),
            json_extract({approvals.what}, '$.summary'),
            json_extract({approvals.what}, '$.description'),
            json_extract({approvals.what}, '$.tool_name'),
            json_extract({approvals.what}, '$.tool'),
            json_extract({approvals.what}, '$.action')
        ) END,
        {approvals.why}, approvals.approval_id
    ),
    {approvals.why}, {approvals.what}, {approvals.risk_level|risk}, 'approved', approvals.status,
    NULL, {approvals.created_at|requested_at}, {approvals.expires_at}, {approvals.decided_by},
    {approvals.decided_at}, {approvals.decision_reason|reason},
    CAST((
        SELECT later.timestamp
        FROM main.audit_events AS later
        WHERE later.trace_id = {approvals.trace_id}
          AND later.stage NOT IN ('gate', 'operator')
          AND julianday(later.timestamp) >= julianday({approvals.decided_at})
        ORDER BY later.rowid
        LIMIT 1
    ) AS TEXT)
FROM main.approvals
WHERE likelihood(approvals.status = 'approved', 0.05)
UNION ALL
SELECT
    approvals.rowid, approvals.approval_id, {approvals.trace_id},
    coalesce({approvals.ref_step_id}, {approvals.ref_task_id}, {approvals.trace_id}), NULL,
    'gate',
    coalesce(
        CASE WHEN json_valid({approvals.what}) THEN coalesce(
            json_extract({approvals.what}, '$.title'),
            json_extract({approvals.what}, '$.summary'),
            json_extract({approvals.what}, '$.description'),
            json_extract({approvals.what}, '$.tool_name'),
            json_extract({approvals.what}, '$.tool'),
            json_extract({approvals.what}, '$.action')
        ) END,
        {approvals.why}, approvals.approval_id
    ),
    {approvals.why}, {approvals.what}, {approvals.risk_level|risk}, 'rejected', approvals.status,
    NULL, {approvals.created_at|requested_at}, {approvals.expires_at}, {approvals.decided_by},
    {approvals.decided_at}, {approvals.decision_reason|reason},
    CAST((
        SELECT later.timestamp
        FROM main.audit_events AS later
        WHERE later.trace_id = {approvals.trace_id}
          AND later.stage NOT IN ('gate', 'operator')
          AND julianday(later.timestamp) >= julianday({approvals.decided_at})
        ORDER BY later.rowid
        LIMIT 1
    ) AS TEXT)
FROM main.approvals
WHERE likelihood(approvals.status = 'denied', 0.05)
UNION ALL
SELECT
    approvals.rowid, approvals.approval_id, {approvals.trace_id},
    coalesce({approvals.ref_step_id}, {approvals.ref_task_id}, {approvals.trace_id}), NULL,
    'gate',
    coalesce(
        CASE WHEN json_valid({approvals.what}) THEN coalesce(
            json_extract({approvals.what}, '$.title'),
            json_extract({approvals.what}, '$.summary'),
            json_extract({approvals.what}, '$.description'),
            json_extract({approvals.what}, '$.tool_name'),
            json_extract({approvals.what}, '$.tool'),
            json_extract({approvals.what}, '$.action')
        ) END,
        {approvals.why}, approvals.approval_id
    ),
    {approvals.why}, {approvals.what}, {approvals.risk_level|risk}, 'expired', approvals.status,
    NULL, {approvals.created_at|requested_at}, {approvals.expires_at}, {approvals.decided_by},
    {approvals.decided_at}, {approvals.decision_reason|reason},
    CAST(NULL AS TEXT)
FROM main.approvals
WHERE likelihood(approvals.status = 'expired', 0.05)
UNION ALL
SELECT
    approvals.rowid, approvals.approval_id, {approvals.trace_id},
    coalesce({approvals.ref_step_id}, {approvals.ref_task_id}, {approvals.trace_id}), NULL,
    'gate',
    coalesce(
        CASE WHEN json_valid({approvals.what}) THEN coalesce(
            json_extract({approvals.what}, '$.title'),
            json_extract({approvals.what}, '$.summary'),
            json_extract({approvals.what}, '$.description'),
            json_extract({approvals.what}, '$.tool_name'),
            json_extract({approvals.what}, '$.tool'),
            json_extract({approvals.what}, '$.action')
        ) END,
        {approvals.why}, approvals.approval_id
    ),
    {approvals.why}, {approvals.what}, {approvals.risk_level|risk}, 'rejected', approvals.status,
    NULL, {approvals.created_at|requested_at}, {approvals.expires_at}, {approvals.decided_by},
    {approvals.decided_at}, {approvals.decision_reason|reason},
    CAST((
        SELECT later.timestamp
        FROM main.audit_events AS later
        WHERE later.trace_id = {approvals.trace_id}
          AND later.stage NOT IN ('gate', 'operator')
          AND julianday(later.timestamp) >= julianday({approvals.decided_at})
        ORDER BY later.rowid
        LIMIT 1
    ) AS TEXT)
FROM main.approvals
WHERE likelihood(approvals.status = 'rejected', 0.05)
UNION ALL
SELECT
    CAST(approvals.rowid AS INTEGER), approvals.approval_id, {approvals.trace_id},
    coalesce({approvals.ref_step_id}, {approvals.ref_task_id}, {approvals.trace_id}), NULL,
    'gate',
    coalesce(
        CASE WHEN json_valid({approvals.what}) THEN coalesce(
            json_extract({approvals.what}, '$.title'),
            json_extract({approvals.what}, '$.summary'),
            json_extract({approvals.what}, '$.description'),
            json_extract({approvals.what}, '$.tool_name'),
            json_extract({approvals.what}, '$.tool'),
            json_extract({approvals.what}, '$.action')
        ) END,
        {approvals.why}, approvals.approval_id
    ),
    {approvals.why}, {approvals.what}, {approvals.risk_level|risk}, 'withdrawn', approvals.status,
    NULL, {approvals.created_at|requested_at}, {approvals.expires_at}, {approvals.decided_by},
    {approvals.decided_at}, {approvals.decision_reason|reason},
    CAST(NULL AS TEXT)
FROM main.approvals
WHERE approvals.status IN ('canceled', 'cancelled', 'withdrawn')
UNION ALL
-- A word nobody documented: a person is asked to look, and no answer is taken for given.
SELECT
    CAST(approvals.rowid AS INTEGER), approvals.approval_id, {approvals.trace_id},
    coalesce({approvals.ref_step_id}, {approvals.ref_task_id}, {approvals.trace_id}), NULL,
    'gate',
    coalesce(
        CASE WHEN json_valid({approvals.what}) THEN coalesce(
            json_extract({approvals.what}, '$.title'),
            json_extract({approvals.what}, '$.summary'),
            json_extract({approvals.what}, '$.description'),
            json_extract({approvals.what}, '$.tool_name'),
            json_extract({approvals.what}, '$.tool'),
            json_extract({approvals.what}, '$.action')
        ) END,
        {approvals.why}, approvals.approval_id
    ),
    {approvals.why}, {approvals.what}, {approvals.risk_level|risk}, 'pending', approvals.status,
    NULL, {approvals.created_at|requested_at}, {approvals.expires_at}, {approvals.decided_by},
    {approvals.decided_at}, {approvals.decision_reason|reason},
    CAST(NULL AS TEXT)
FROM main.approvals
WHERE (
      unlikely(approvals.status < 'approved')
      OR (approvals.status > 'approved' AND unlikely(approvals.status < 'denied'))
      OR (approvals.status > 'denied' AND unlikely(approvals.status < 'expired'))
      OR (approvals.status > 'expired' AND unlikely(approvals.status < 'pending'))
      OR unlikely(approvals.status > 'pending')
  )
  AND approvals.status NOT IN ('canceled', 'cancelled', 'rejected', 'withdrawn')
