"""A recorded model call as a command somebody can run again: never with a key in it."""

import json
import shlex

_ANTHROPIC = ("claude", "opus", "sonnet", "haiku")
_OPENAI = ("gpt", "o1", "o3", "o4", "chatgpt")

MOST_TOKENS = 4096
"""What an answer may be long where the API wants to be told; no source records it."""


def as_curl(model: str, request: str) -> str:
    """The call as curl: to the model's maker where its name says who that is."""
    name = model.lower().rpartition("/")[2]
    body = _body(model, request)
    if name.startswith(_ANTHROPIC):
        headers = ['"x-api-key: $ANTHROPIC_API_KEY"', "'anthropic-version: 2023-06-01'"]
        return _curl("https://api.anthropic.com/v1/messages", headers, _limited(body))
    if name.startswith(_OPENAI):
        headers = ['"authorization: Bearer $OPENAI_API_KEY"']
        return _curl("https://api.openai.com/v1/chat/completions", headers, body)
    return _curl('"$BASE_URL/v1/chat/completions"', ['"authorization: Bearer $API_KEY"'], body)


def _body(model: str, request: str) -> dict[str, object]:
    """The request itself where it was recorded as the API takes it, else as one message."""
    if request.lstrip().startswith("{"):
        try:
            found = json.loads(request)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict) and isinstance(found.get("messages"), list):
            return {"model": model, **found}
    return {"model": model, "messages": [{"role": "user", "content": request}]}


def _limited(body: dict[str, object]) -> dict[str, object]:
    return {"max_tokens": MOST_TOKENS, **body}


def _curl(url: str, headers: list[str], body: dict[str, object]) -> str:
    lines = [f"curl {url}", "  -H 'content-type: application/json'"]
    lines += [f"  -H {header}" for header in headers]
    lines.append(f"  -d {shlex.quote(json.dumps(body, ensure_ascii=False))}")
    return " \\\n".join(lines)
