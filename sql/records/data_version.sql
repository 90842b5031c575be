-- Moves whenever another connection commits.
PRAGMA data_version;
