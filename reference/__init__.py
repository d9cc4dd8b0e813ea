"""docs/reference.md, written from the code: settings, messages, facts, states, codes."""
