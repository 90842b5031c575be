"""The few lines by which an agent in Python records what it does."""

SNIPPET = """\
from vedette.data.recorder import Recorder

with Recorder() as recorder, recorder.run("my run") as run, run.agent("my agent") as agent:
    agent.event("milestone", "hello")
"""
