INSERT INTO health (component, status, version, details, recorded_at, next_expected_at)
VALUES (:component, :status, :version, :details, :recorded_at, :next_expected_at);
