"""What every test stands on: a fixed zone, no colour or theme from outside, no animation."""

import os
import time

# Before textual is imported: it reads these once, and a snapshot must not depend on who runs it.
for _name in list(os.environ):
    # The snapshot plugin keeps its own notes there.
    if _name == "NO_COLOR" or (_name.startswith("TEXTUAL_") and "SNAPSHOT" not in _name):
        del os.environ[_name]
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["COLORTERM"] = "truecolor"
os.environ["TZ"] = "UTC"
time.tzset()
