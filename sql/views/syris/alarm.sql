-- Each status is a part of its own, with the word as a constant: one is found by its index in the
-- order of appending, and a search for another never looks at it. The casts give all parts the
-- same affinities: only then does SQLite merge them in their order. The likelihoods say that a row's
-- own key or trace finds fewer than a status does.
SELECT
    alarms.rowid, alarms.alarm_id, 0, {alarms.severity}, 'open',
    {alarms.type|alarm_type|kind}, coalesce({alarms.summary|title|message}, {alarms.type|alarm_type|kind}),
    {alarms.details|description|message}, {alarms.dedupe_key},
    coalesce({alarms.count|occurrences|occurrence_count}, 1), {alarms.trace_id}, {alarms.trace_id},
    {alarms.opened_at|created_at|first_seen_at}, {alarms.updated_at|last_seen_at},
    {alarms.acked_at|acknowledged_at}, {alarms.acked_by|acknowledged_by}, {alarms.resolved_at},
    {alarms.resolution_note|resolution_notes|resolution}
FROM main.alarms
WHERE likelihood(alarms.status = 'open', 0.05)
UNION ALL
SELECT
    alarms.rowid, alarms.alarm_id, 0, {alarms.severity}, 'acked',
    {alarms.type|alarm_type|kind}, coalesce({alarms.summary|title|message}, {alarms.type|alarm_type|kind}),
    {alarms.details|description|message}, {alarms.dedupe_key},
    coalesce({alarms.count|occurrences|occurrence_count}, 1), {alarms.trace_id}, {alarms.trace_id},
    {alarms.opened_at|created_at|first_seen_at}, {alarms.updated_at|last_seen_at},
    {alarms.acked_at|acknowledged_at}, {alarms.acked_by|acknowledged_by}, {alarms.resolved_at},
    {alarms.resolution_note|resolution_notes|resolution}
FROM main.alarms
WHERE likelihood(alarms.status = 'acked', 0.05)
UNION ALL
SELECT
    alarms.rowid, alarms.alarm_id, 0, {alarms.severity}, 'resolved',
    {alarms.type|alarm_type|kind}, coalesce({alarms.summary|title|message}, {alarms.type|alarm_type|kind}),
    {alarms.details|description|message}, {alarms.dedupe_key},
    coalesce({alarms.count|occurrences|occurrence_count}, 1), {alarms.trace_id}, {alarms.trace_id},
    {alarms.opened_at|created_at|first_seen_at}, {alarms.updated_at|last_seen_at},
    {alarms.acked_at|acknowledged_at}, {alarms.acked_by|acknowledged_by}, {alarms.resolved_at},
    {alarms.resolution_note|resolution_notes|resolution}
FROM main.alarms
WHERE likelihood(alarms.status = 'resolved', 0.05)
UNION ALL
-- A word nobody documented is not over: the ranges between the known ones, so that the index
-- finds it.
SELECT
    CAST(alarms.rowid AS INTEGER), alarms.alarm_id, 0, {alarms.severity}, 'open',
    {alarms.type|alarm_type|kind}, coalesce({alarms.summary|title|message}, {alarms.type|alarm_type|kind}),
    {alarms.details|description|message}, {alarms.dedupe_key},
    coalesce({alarms.count|occurrences|occurrence_count}, 1), {alarms.trace_id}, {alarms.trace_id},
    {alarms.opened_at|created_at|first_seen_at}, {alarms.updated_at|last_seen_at},
    {alarms.acked_at|acknowledged_at}, {alarms.acked_by|acknowledged_by}, {alarms.resolved_at},
    {alarms.resolution_note|resolution_notes|resolution}
FROM main.alarms
WHERE (
      unlikely(alarms.status < 'acked')
      OR (alarms.status > 'acked' AND unlikely(alarms.status < 'open'))
      OR (alarms.status > 'open' AND unlikely(alarms.status < 'resolved'))
      OR unlikely(alarms.status > 'resolved')
  )
