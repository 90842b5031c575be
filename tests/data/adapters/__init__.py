"""The adapters against the real frameworks, with models that are functions."""
