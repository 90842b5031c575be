"""What stays off the start path, and what is said where a framework is missing."""

import subprocess
import sys

import pytest

FRAMEWORKS = {
    "pydantic_ai": "pydantic-ai",
    "agents": "openai-agents",
    "langgraph": "langgraph",
    "claude_agent_sdk": "claude-agent",
}
ADAPTERS = ["pydantic_ai", "openai_agents", "langgraph", "claude_agent"]


def python(code: str) -> str:
    """What a new interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_adapters_folder_imports_no_framework() -> None:
    loaded = python(
        "import sys, vedette.data.adapters, vedette.data.adapters.asking;"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    assert not set(loaded.split()) & {*FRAMEWORKS, "mcp", "pydantic", "asyncio"}


@pytest.mark.parametrize(
    ("adapter", "package", "extra"),
    [(a, p, e) for a, (p, e) in zip(ADAPTERS, FRAMEWORKS.items(), strict=True)],
)
def test_a_missing_framework_is_named_with_the_extra_that_brings_it(
    adapter: str, package: str, extra: str
) -> None:
    said = python(
        f"import sys; sys.modules[{package!r}] = None\n"
        f"try: import vedette.data.adapters.{adapter}\n"
        "except ImportError as error: print(type(error).__name__, error)"
    )
    assert said == f"NotInstalled {package} is not installed\npip install 'vedette[{extra}]'"


def test_a_framework_of_another_age_is_told_from_a_missing_one() -> None:
    said = python(
        "import sys, types; sys.modules['pydantic_ai'] = types.ModuleType('pydantic_ai')\n"
        "try: import vedette.data.adapters.pydantic_ai\n"
        "except ImportError as error: print(error)"
    )
    assert said.startswith("pydantic_ai is not a version Vedette knows: ")
    assert said.endswith("pip install 'vedette[pydantic-ai]'")
