-- An agent is not held up longer than this by being watched.
PRAGMA busy_timeout = 1000;
