"""What a console that cannot go on leaves in the shell: where it broke, and nothing of the data."""

import traceback

from ..data.text import clean

MESSAGE_CHARS = 300


def crash_report(error: BaseException) -> str:
    """The places an error came through and its cleaned words, without any variable's value.

    Stock Textual prints local variables: those hold a stranger's text, raw.
    """
    places = traceback.extract_tb(error.__traceback__)
    lines = ["vedette: the console met an error it cannot go on after; nothing was decided by it"]
    lines += [f"  {clean(at.filename)}:{at.lineno} in {clean(at.name)}" for at in places]
    lines.append(f"{type(error).__name__}: {clean(str(error), MESSAGE_CHARS)}")
    return "\n".join(lines)
