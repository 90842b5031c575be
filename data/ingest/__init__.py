"""Strangers' data turned into the same rows: transcripts and hooks, each safe to read again."""
