"""What the tables of each known system are, in a few words, for those on no screen of their own.

A table that a later version covers with a relation leaves the list by itself: which tables are
listed is told by the file, here are only the words.
"""

from collections.abc import Mapping

_ANY = {
    "alembic_version": "the schema's version, by Alembic",
    "_migrations": "migrations applied to this file",
    "schema_migrations": "migrations applied to this file",
}

_WORDS: dict[str, dict[str, str]] = {
    "vedette": {
        "artifacts": "large payloads and answers, kept out of their rows",
        "idempotency_outcomes": "what a keyed call came to, so that it is not made twice",
        "cost_rollups": "tokens and money by hour, model and agent",
        "processes": "the processes that wrote here",
        "transcripts": "transcripts that were imported, and how far",
    },
    "syris": {
        "alarms": "alarms that the engine raised",
        "artifacts": "payloads kept out of their rows, by what they belong to",
        "autonomy_settings": "how far it may go without asking: the autonomy level",
        "events": "what came in, by channel and connector",
        "idempotency_outcomes": "what a keyed tool call came to, so that it is not made twice",
        "message_events": "messages in and replies out, by thread",
        "quiet_hours_policies": "hours in which schedules and rules hold still",
        "routing_decisions": "which lane each event took, past which gates",
        "rules": "conditions, and what they set off",
        "schedules": "what is to run when",
        "steps": "the steps of each task",
        "system_health": "heartbeats of the running system",
        "task_steps": "the steps of each task",
        "tool_calls": "calls of tools that were attempted",
        "tool_results": "how each tool call ended",
        "watcher_state": "each watcher's last tick and errors",
        "watcher_states": "each watcher's last tick and errors",
    },
    "amelia": {
        "brainstorm_artifacts": "documents that came out of a brainstorm",
        "brainstorm_messages": "what was said in a brainstorm, with tokens and cost",
        "brainstorm_sessions": "brainstorms: topic, driver, state",
        "events": "the log of every workflow",
        "profiles": "profiles: tracker, folders, and which agent uses which model",
        "prompt_versions": "each version of a prompt template, with its change note",
        "prompts": "prompt templates by agent, and the version in use",
        "server_settings": "the server's settings: retention, timeouts, limits",
        "token_usage": "tokens and money of each agent's turn",
        "workflow_log": "the log of every workflow",
        "workflow_prompt_versions": "which prompt versions a workflow ran with",
        "workflows": "workflows, with plan and issue",
    },
    "dossier": {
        "agent_commit": "commits that agents made",
        "agent_execution": "each time an agent was set to work",
        "card": "cards: the pieces of work",
        "card_assignment": "cards given to agents",
        "card_assumption": "what is assumed of a card, draft to approved",
        "card_context_artifact": "which context belongs to which card",
        "card_known_fact": "facts known of a card, with their source",
        "card_planned_file": "files a card plans to create or edit",
        "card_question": "open questions of a card",
        "card_requirement": "requirements of a card, draft to approved",
        "context_artifact": "documents, code and links given as context",
        "memory_retrieval_log": "what was looked up in memory, and what was found",
        "memory_unit": "memory: notes and links, draft to approved",
        "memory_unit_relation": "what a memory unit belongs to, and in which role",
        "planning_action": "changes to the plan, accepted or rejected, with the reason",
        "project": "projects",
        "pull_request_candidate": "pull requests a run would open, and their state",
        "run_check": "checks of a run",
        "step": "steps between activities and cards, in old files",
        "system_policy_profile": "a project's policies: checks, paths, approvals",
        "workflow": "workflows of a project",
        "workflow_activity": "activities of a workflow",
    },
    "tac": {
        "agent_logs": "what agents log",
        "ai_developer_workflows": "developer workflows, with step and result",
        "orchestrator_agents": "agent templates: type, capabilities, model",
        "orchestrator_chat": "chat between user, orchestrator and agents",
        "system_logs": "what the system logs",
    },
}

_IN_PART: dict[str, dict[str, str]] = {
    "amelia": {"brainstorm_messages": "answers are model calls, in Stream"},
    "dossier": {
        "agent_commit": "a gate's are in its review",
        "pull_request_candidate": "a gate's is in its review",
    },
    "tac": {"orchestrator_agents": "agents take name and kind from them"},
}


def words_for(system: str) -> Mapping[str, str]:
    """The words for a system's tables, by their names in lower case."""
    return _ANY | _WORDS.get(system, {})


def in_part(system: str) -> Mapping[str, str]:
    """The tables of which a screen shows something and none the rows, and what is shown where."""
    return _IN_PART.get(system, {})
