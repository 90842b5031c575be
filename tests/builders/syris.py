"""SYRIS databases of both forms, made from the columns its documents list."""

import sqlite3
from pathlib import Path
from typing import Literal

Form = Literal["design", "coded"]

FORMS: tuple[Form, ...] = ("design", "coded")


def create(path: Path | str, form: Form = "design") -> sqlite3.Connection:
    """An empty SYRIS file of one form, open for writing."""
    connection = sqlite3.connect(path)
    script = Path(__file__).with_name(f"syris_{form}.sql")
    connection.executescript(script.read_text(encoding="utf-8"))
    return connection
