"""A recorded call as curl: runnable, and without a key."""

import json
import shlex

import pytest

from vedette.data.curl import as_curl


def body_of(command: str) -> dict[str, object]:
    """What the command would send."""
    words = shlex.split(command)
    found: dict[str, object] = json.loads(words[words.index("-d") + 1])
    return found


@pytest.mark.parametrize(
    ("model", "host", "key"),
    [
        ("claude-sonnet-4-5", "api.anthropic.com", "$ANTHROPIC_API_KEY"),
        ("anthropic/claude-opus-4", "api.anthropic.com", "$ANTHROPIC_API_KEY"),
        ("gpt-5-mini", "api.openai.com", "$OPENAI_API_KEY"),
        ("qwen-72b", "$BASE_URL", "$API_KEY"),
        ("", "$BASE_URL", "$API_KEY"),
    ],
)
def test_a_call_goes_to_the_models_maker_with_a_key_from_the_environment(
    model: str, host: str, key: str
) -> None:
    command = as_curl(model, "Go on.")
    assert host in command
    assert key in command


def test_quotes_and_lines_arrive_as_they_were() -> None:
    request = 'it\'s "quoted"\n$HOME `x` \\'
    body = body_of(as_curl("gpt-5", request))
    assert body["messages"] == [{"role": "user", "content": request}]


def test_a_request_recorded_as_the_api_takes_it_is_sent_as_it_is() -> None:
    request = json.dumps({"system": "Be brief.", "messages": [{"role": "user", "content": "Hi"}]})
    body = body_of(as_curl("claude-x", request))
    assert (body["system"], body["model"]) == ("Be brief.", "claude-x")
    assert body["messages"] == [{"role": "user", "content": "Hi"}]


def test_a_request_that_only_looks_like_json_is_a_message() -> None:
    assert body_of(as_curl("gpt-5", "{not json"))["messages"] == [
        {"role": "user", "content": "{not json"}
    ]
