"""The ids of rows that hooks and transcripts both write: the same thing gets the same id.

A session is one run; its main thread and each sub-agent are its agents. Where both write a row,
whoever comes first inserts it, with its events; the other only fills in what is still unknown.
Hooks never write `prompts`: a hook does not know the message, and its tokens come once.

    claude-code:SESSION                  run
    claude-code:SESSION:main             agent: the main thread
    claude-code:SESSION:AGENT            agent: a sub-agent, by its `agent_id`
    claude-code:SESSION:TOOL_USE         tool call, by its `tool_use_id`
    claude-code:MESSAGE:REQUEST          prompt: one answer, also where a resumed session copies it
    codex:SESSION:THREAD                 agent: a sub-agent, by its thread id (hooks: `agent_id`)

A run's project is the last part of its folder; its title the first line of its first prompt, and
until there is one the project. The main agent is called what the client is called, a sub-agent
by its type. A run or agent that has ended and is heard again goes on.
"""

CLAUDE_CODE = "claude-code"
CODEX = "codex"
MAIN = "main"
TITLE = 120
"""Characters of a title."""


def run(client: str, session: str) -> str:
    """The run of a session. A Codex sub-agent belongs to its root thread's session."""
    return f"{client}:{session}"


def agent(client: str, session: str, agent_id: str | None) -> str:
    """An agent of a session; None, and in Codex the session's own id, is its main thread."""
    is_main = not agent_id or agent_id == session
    return f"{client}:{session}:{MAIN if is_main else agent_id}"


def tool_call(client: str, session: str, tool_use_id: str) -> str:
    """A tool call by the client's id of it: `tool_use_id`, in Codex's rollouts `call_id`."""
    return f"{client}:{session}:{tool_use_id}"


def prompt(client: str, session: str, message_id: str, request_id: str | None = None) -> str:
    """A model call. With the request's id it is the same call in whatever session it is copied."""
    scope = session if request_id is None else message_id
    return f"{client}:{scope}:{message_id if request_id is None else request_id}"


def project(cwd: str | None) -> str | None:
    """The project a session works on: the last part of its folder."""
    return (cwd or "").rstrip("/\\").replace("\\", "/").rpartition("/")[2] or None


def title(prompt: str | None, project_name: str | None, session: str) -> str:
    """What a run is called: the first line of its first prompt, else its project."""
    line = next((line.strip() for line in (prompt or "").splitlines() if line.strip()), "")
    return line[:TITLE] or project_name or session
