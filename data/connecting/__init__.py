"""Connecting coding agents: their settings read, Vedette's hooks put in and taken out again."""
