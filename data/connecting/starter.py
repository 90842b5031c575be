"""The rules to begin with, written where there are none."""

import json
import re
from importlib import resources

_PROJECT = """
# Files of this project need nobody; the rest of the disk does.
[[rule]]
tools = ["Edit", "MultiEdit", "Write", "NotebookEdit"]
paths = [{pattern}]
ask = false

[[rule]]
tools = ["Edit", "MultiEdit", "Write", "NotebookEdit"]
risk = "high"
why = "it is outside the project"
"""


def rules(project: str | None) -> str:
    """The text of the rule file, for this project's folder or, with None, for all work."""
    text = resources.files(__package__).joinpath("starter_rules.toml").read_text("utf-8")
    # What a pattern would read as more than itself is left to the person.
    if project is None or project == "/" or re.search(r"[*?\[\]\x00-\x1f\x7f]", project):
        return text
    # A basic string of TOML takes what JSON's takes.
    return text + _PROJECT.format(pattern=json.dumps(f"{project}/**", ensure_ascii=False))
