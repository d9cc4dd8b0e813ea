"""Saying in the worker's log that a return needs a person."""

from temporalio import workflow

from lifecycle.steps import Wait


def log_question(wait: Wait, logged: str) -> str:
    """Log a question unless it is the one that was logged last; return which one that is now."""
    question = wait.question
    if question is None or question.id == logged:
        return logged
    workflow.logger.warning("An operator must decide %s: %s", question.id, question.reason)
    return question.id
