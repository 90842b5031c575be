-- One person answers; Amelia stores neither who it was nor a hash of the plan.
SELECT workflows.id, 1, 0, NULL, NULL, NULL, NULL
FROM main.workflows
