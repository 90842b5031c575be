"""Tests against the real clients, which `make test-clients` installs first."""
