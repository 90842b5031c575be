"""Text that would act on a terminal, break markup, or choke a widget; each piece with a marker."""

from tests.builders.bare import Change

MARKER = "QZ"
"""Stands right behind whatever would act: a raw byte before it has come through."""

ACTING = {
    "clear screen": "\x1b[2JQZ",
    "colours": "\x1b[31;1mQZ\x1b[0m",
    "clipboard": "\x1b]52;c;UVo=\x07QZ",
    "clipboard, other end": "\x1b]52;c;UVo=\x1b\\QZ",
    "link": "\x1b]8;;http://evil.example\x1b\\QZ\x1b]8;;\x1b\\",
    "title": "\x1b]0;QZ owned\x07QZ",
    "C1 CSI": "\x9b2JQZ",
    "C1 OSC": "\x9d52;c;UVo=\x9cQZ",
    "DCS": "\x1bP$q q\x1b\\QZ",
    "mouse on": "\x1b[?1003hQZ",
    "reset": "\x1bcQZ",
    "shift out": "\x0eQZ\x0f",
    "bell, backspace, delete, nul": "\x07QZ\x08QZ\x7fQZ\x00QZ",
    "carriage return": "safe\rQZ\nQZ\vQZ\fQZ",
    "bidi": "\u202eQZ\u2066QZ\u200fQZ",
    "zero width": "\u200bQZ\u200dQZ\ufeffQZ\u2060QZ",
    "tags": "\U000e0041QZ\U000e007f",
}
SHAPED = {
    "closed markup": "x[/]QZ",
    "closed colour": "x[/red]QZ",
    "open markup": "[bold",
    "action": "[@click=app.quit]QZ[/]",
    "markup link": "[link=http://x]QZ",
    "wide": "\u732b\u732b\u732bQZ\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "combining": "e\u0301\u0323" * 40 + "QZ",
    "right to left": "\u05d0\u05d1\u05d2 \u0639\u0631\u0628 QZ",
    "percent and braces": "%s %d {0} {x} ${y} QZ",
    "json": '{"files": [{"path": "\\u001b[2JQZ", "before": null, "after": "\\u009b2JQZ"}]}',
    "empty": "",
    "blank": "   ",
}
RAW = {"invalid UTF-8": b"QZ\xff\xfe\xc3(QZ\x1b[2JQZ", "blob": bytes(range(256)) + b"QZ"}
HUGE = {"a long line": "QZ" * 5_000_000, "many lines": "QZ\n" * 100_000}

PAYLOADS: dict[str, str | bytes] = {**ACTING, **SHAPED, **RAW}

_KEPT = frozenset({"status", "kind", "outcome", "level", "severity", "enabled", "action", "scope"})
"""What decides where a row is shown stays, in every other row."""


def poisoned(first: int = 0) -> Change:
    """Changes a database: payloads go round over every text column; ids and times stay legible.

    Names that join rows keep joining: a payload is put behind them, the same one for the same
    name. What decides where a row is shown is left alone in every other row.
    """
    texts = list(PAYLOADS.values())
    count = first

    def change(table: str, column: str, before: object, row: int) -> object:
        nonlocal count
        if not isinstance(before, str):
            return before
        if column == "id" or column.endswith("_id"):
            payload = texts[sum(before.encode()) % len(ACTING)]
            return f"{before}{payload!s}"
        if column in _KEPT and row % 2 == 0:
            return before
        if column.endswith("_at") and row % 3:
            return before
        count += 1
        return texts[count % len(texts)]

    return change
