"""Gates for the agent frameworks of others, one module each, imported only when it is named.

`pydantic_ai`, `openai_agents`, `langgraph` and `claude_agent` wait for a person by their
framework's own way of asking, and record what runs. Each needs the extra of its name:
`pip install 'vedette[pydantic-ai]'`.
"""
