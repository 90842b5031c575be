-- What a pull request would be made or merged from is put together from the run as it stands now:
-- the request itself names only the run. The newest 1,000 requests: no index serves their status.
-- The casts give both parts the same affinities: only then does SQLite take the view apart, and no
-- payload is made that nobody asked for.
SELECT
    approval_request.rowid, approval_request.id, approval_request.run_id, CAST(NULL AS TEXT), NULL,
    {approval_request.approval_type},
    CASE {approval_request.approval_type}
        WHEN 'create_pr' THEN 'create the pull request'
        WHEN 'merge_pr' THEN 'merge the pull request'
        ELSE coalesce({approval_request.approval_type}, 'approve') END
        || coalesce(
            ': '
            || (
                SELECT {pull_request_candidate.title}
                FROM main.pull_request_candidate
                WHERE pull_request_candidate.run_id = approval_request.run_id
            ),
            ' of run ' || approval_request.run_id
        ),
    'Dossier asks for this once every required check of the run has passed; nothing in Dossier '
        || 'waits for the answer',
    (
        SELECT json_object(
            'action', CAST({approval_request.approval_type} AS TEXT),
            'run', CAST(orchestration_run.id AS TEXT),
            'project', (
                SELECT {project.name}
                FROM main.project
                WHERE project.id = orchestration_run.project_id
            ),
            'scope', CAST({orchestration_run.scope} AS TEXT),
            'repository', CAST({orchestration_run.repo_url} AS TEXT),
            'base_branch', CAST({orchestration_run.base_branch} AS TEXT),
            'pull_request', (
                SELECT json_object(
                    'title', CAST({pull_request_candidate.title} AS TEXT),
                    'description', CAST({pull_request_candidate.description} AS TEXT),
                    'head_branch', CAST({pull_request_candidate.head_branch} AS TEXT),
                    'base_branch', CAST({pull_request_candidate.base_branch} AS TEXT),
                    'status', CAST({pull_request_candidate.status} AS TEXT),
                    'url', CAST({pull_request_candidate.pr_url} AS TEXT)
                )
                FROM main.pull_request_candidate
                WHERE pull_request_candidate.run_id = orchestration_run.id
            ),
            'checks', (
                SELECT json_group_array(
                    json_object(
                        'check', CAST(ran.check_type AS TEXT),
                        'status', CAST(ran.status AS TEXT)
                    )
                )
                FROM (
                    SELECT {run_check.check_type} AS check_type, {run_check.status} AS status
                    FROM main.run_check
                    WHERE run_check.run_id = orchestration_run.id
                    ORDER BY run_check.rowid
                ) AS ran
            ),
            'commits', (
                SELECT json_group_array(
                    json_object(
                        'sha', CAST(made.sha AS TEXT),
                        'branch', CAST(made.branch AS TEXT),
                        'message', CAST(made.message AS TEXT)
                    )
                )
                FROM (
                    SELECT
                        {agent_commit.sha} AS sha, {agent_commit.branch} AS branch,
                        {agent_commit.message} AS message
                    FROM main.card_assignment
                    JOIN main.agent_commit ON agent_commit.assignment_id = card_assignment.id
                    WHERE card_assignment.run_id = orchestration_run.id
                    ORDER BY agent_commit.rowid
                ) AS made
            )
        )
        FROM main.orchestration_run
        WHERE orchestration_run.id = approval_request.run_id
    ),
    CASE {approval_request.approval_type} WHEN 'create_pr' THEN 'medium' ELSE 'high' END,
    CASE approval_request.status
        WHEN 'approved' THEN 'approved'
        WHEN 'rejected' THEN 'rejected'
        ELSE 'pending' END,
    approval_request.status, {approval_request.requested_by}, {approval_request.requested_at},
    NULL, {approval_request.resolved_by}, {approval_request.resolved_at}, {approval_request.notes},
    NULL
FROM main.approval_request
WHERE approval_request.rowid >
    (SELECT max(newest.rowid) FROM main.approval_request AS newest) - 1000
OTHERWISE
-- A file half-way between versions: the request, and the run it names.
SELECT
    approval_request.rowid, approval_request.id, approval_request.run_id, CAST(NULL AS TEXT), NULL,
    {approval_request.approval_type},
    coalesce({approval_request.approval_type}, 'approve') || ' of run ' || approval_request.run_id,
    NULL,
    json_object(
        'action', CAST({approval_request.approval_type} AS TEXT),
        'run', CAST(approval_request.run_id AS TEXT)
    ),
    CASE {approval_request.approval_type} WHEN 'create_pr' THEN 'medium' ELSE 'high' END,
    CASE approval_request.status
        WHEN 'approved' THEN 'approved'
        WHEN 'rejected' THEN 'rejected'
        ELSE 'pending' END,
    approval_request.status, {approval_request.requested_by}, {approval_request.requested_at},
    NULL, {approval_request.resolved_by}, {approval_request.resolved_at}, {approval_request.notes},
    NULL
FROM main.approval_request
WHERE approval_request.rowid >
    (SELECT max(newest.rowid) FROM main.approval_request AS newest) - 1000
UNION ALL
-- What really holds work: an assignment of an open run that is blocked. A project has few runs that
-- are open, and the index on (project_id, scope, status) finds them; then (run_id, status) these.
SELECT
    CAST(card_assignment.rowid + 1000000000000 AS INTEGER), card_assignment.id,
    card_assignment.run_id, card_assignment.id, NULL, CAST('blocked_assignment' AS TEXT),
    'blocked: '
        || coalesce(
            (SELECT {card.title} FROM main.card WHERE card.id = card_assignment.card_id),
            card_assignment.id
        ),
    (
        SELECT coalesce({agent_execution.error}, {agent_execution.summary})
        FROM main.agent_execution
        WHERE agent_execution.assignment_id = card_assignment.id
        ORDER BY agent_execution.rowid DESC
        LIMIT 1
    ),
    json_object(
        'action', 'resume_blocked',
        'run', CAST(card_assignment.run_id AS TEXT),
        'project', CAST(project.id AS TEXT),
        'card', CAST(card_assignment.card_id AS TEXT),
        'agent_role', CAST({card_assignment.agent_role} AS TEXT),
        'agent_profile', CAST({card_assignment.agent_profile} AS TEXT),
        'feature_branch', CAST({card_assignment.feature_branch} AS TEXT),
        'worktree', CAST({card_assignment.worktree_path} AS TEXT),
        'allowed_paths', CASE WHEN json_valid({card_assignment.allowed_paths})
                 THEN json({card_assignment.allowed_paths})
                 ELSE CAST({card_assignment.allowed_paths} AS TEXT) END,
        'forbidden_paths', CASE WHEN json_valid({card_assignment.forbidden_paths})
                 THEN json({card_assignment.forbidden_paths})
                 ELSE CAST({card_assignment.forbidden_paths} AS TEXT) END,
        'last_execution', (
            SELECT json_object(
                'status', CAST(agent_execution.status AS TEXT),
                'ended_at', CAST({agent_execution.ended_at} AS TEXT),
                'summary', CAST({agent_execution.summary} AS TEXT),
                'error', CAST({agent_execution.error} AS TEXT)
            )
            FROM main.agent_execution
            WHERE agent_execution.assignment_id = card_assignment.id
            ORDER BY agent_execution.rowid DESC
            LIMIT 1
        )
    ),
    'low', 'pending', card_assignment.status, {card_assignment.agent_role},
    {card_assignment.updated_at}, NULL, CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
    NULL
FROM main.project
CROSS JOIN main.orchestration_run
    ON orchestration_run.project_id = project.id
    AND orchestration_run.scope IN ('workflow', 'card')
    AND orchestration_run.status IN ('queued', 'running', 'blocked')
CROSS JOIN main.card_assignment
    ON card_assignment.run_id = orchestration_run.id
    AND card_assignment.status = 'blocked'
