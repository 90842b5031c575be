DELETE FROM cost_rollups
WHERE hour = :hour AND model = :model AND agent_id = :agent_id AND calls <= 0;
