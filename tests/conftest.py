"""What every test stands on: a fixed zone, no colour or theme from outside, no animation."""

import os
import time

from hypothesis import settings

# Before textual is imported: it reads these once, and a snapshot must not depend on who runs it.
for _name in list(os.environ):
    # The snapshot plugin keeps its own notes there.
    if _name == "NO_COLOR" or (_name.startswith("TEXTUAL_") and "SNAPSHOT" not in _name):
        del os.environ[_name]
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["COLORTERM"] = "truecolor"
os.environ["TZ"] = "UTC"
time.tzset()

# No test fails on a time, and what CI finds is found again: it searches from the same seed. Whoever
# runs the tests by hand searches anew each time.
settings.register_profile("vedette", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("vedette")
