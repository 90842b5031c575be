"""Makes what a transcript tells ready to be stored: masked, large texts apart, calls priced."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .. import times
from ..prices import Pricing
from ..recording.payloads import LARGE, artifact
from ..text import masked
from .told import Call, Note, Session, Told, ToolEnd, ToolStart

_NAME = 200


class Ready(NamedTuple):
    """Something told, as its statements take it."""

    told: Told
    row: dict[str, Any]
    artifacts: tuple[dict[str, Any], ...] = ()
    thinking: str | None = None


class Shelf:
    """Does all the work that needs no database, so that a transaction is short."""

    def __init__(self, pricing: Pricing, redact: Callable[[str], tuple[str, int]] = masked) -> None:
        self._pricing = pricing
        self._redact = redact

    def ready(self, told: Iterable[Told]) -> list[Ready]:
        """What is told, made ready in its order."""
        return [self._ready(each) for each in told]

    def _ready(self, told: Told) -> Ready:
        match told:
            case Call():
                return self._call(told)
            case ToolStart():
                row = told._asdict() | {"name": told.name[:_NAME]}
                return self._with_texts(told, row, ("input",), told.at)
            case ToolEnd():
                row = told._asdict() | {"error": self._safe(told.error)}
                row["status"] = "completed" if told.error is None else "failed"
                return self._with_texts(told, row, ("output",), told.at)
            case Session():
                return Ready(told, told._asdict() | {"title": self._safe(told.title)})
            case Note():
                message = (self._safe(told.message) or "")[:LARGE]
                return Ready(told, told._asdict() | {"message": message, "details": None})
        return Ready(told, told._asdict())

    def _call(self, call: Call) -> Ready:
        row: dict[str, Any] = {**call._asdict(), **call.usage._asdict(), "name": None}
        row |= {"error": self._safe(call.error), "status": "failed" if call.error else "completed"}
        row |= {"cost_micros": None, "cost_source": None}
        if call.cost_usd is not None:
            row |= {"cost_micros": round(call.cost_usd * 1e6), "cost_source": "reported"}
        else:
            at = times.parse(call.completed_at) or 0.0
            if (micros := self._pricing(call.model, at, call.usage)) is not None:
                row |= {"cost_micros": micros, "cost_source": "priced"}
        ready = self._with_texts(call, row, ("request", "response"), call.started_at)
        return ready._replace(thinking=self._safe(call.thinking))

    def _with_texts(
        self,
        told: Call | ToolStart | ToolEnd,
        row: dict[str, Any],
        fields: tuple[str, ...],
        at: str,
    ) -> Ready:
        word = "prompt" if isinstance(told, Call) else "tool"
        artifacts, count = [], 0
        for field in fields:
            row[f"{field}_artifact_id"] = None
            if row[field] is None:
                continue
            row[field], hidden = self._redact(row[field])
            count += hidden
            row[f"whole_{field}"] = len(row[field])
            if len(row[field]) > LARGE:
                artifact_id = f"{told.id}:{field}"
                artifacts.append(
                    artifact(artifact_id, told.run_id, f"{word}.{field}", row[field], at)
                )
                row[f"{field}_artifact_id"] = artifact_id
                row[field] = row[field][:LARGE]
        row["masked"] = count
        return Ready(told, row, tuple(artifacts))

    def _safe(self, text: str | None) -> str | None:
        return None if text is None else self._redact(text)[0]
