"""Ending a command with a message: what, where, what next."""

import sys


def fail(command: str, error: object, code: int = 1) -> int:
    """Print an error of a command; its exit code."""
    messages = getattr(error, "messages", None)
    print(f"seatwise {command}: {' '.join(messages) if messages else error}", file=sys.stderr)
    return code
