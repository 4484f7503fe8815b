"""docs/commands.md, made from the commands themselves: python -m seatwise.commands.documentation > docs/commands.md."""

import argparse

from seatwise.commands import COMMANDS, module_of

HEAD = """# Commands

Made by `python -m seatwise.commands.documentation`; a test compares it. Exit codes: 0; 1 for input that cannot be used,
with a message that says what, where and what next; 2 for a wrong option.
"""


def described(parser: argparse.ArgumentParser) -> list[str]:
    """A line for each argument of a command."""
    lines = []
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction) or action.help is argparse.SUPPRESS:
            continue
        name = action.option_strings[-1] if action.option_strings else str(action.metavar or action.dest)
        if action.option_strings and action.nargs != 0:
            named = " ".join(action.metavar) if isinstance(action.metavar, tuple) else action.metavar or action.dest
            value = "|".join(map(str, action.choices)) if action.choices else named
            name = f"{name} {value}"
        text = (action.help or "").replace("%%", "%")
        lines.append(f"| `{name}` | {text} |".replace("*", "\\*").replace("|wanted|", ""))
    return lines


def nested(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands within a command, by name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def section(name: str, parser: argparse.ArgumentParser) -> str:
    """The text on one command and those within it."""
    within = nested(parser)
    lines = described(parser)
    table = "\n".join(["", "| | |", "|---|---|", *lines]) if lines else ""
    own = f"\n## `seatwise {name}`\n\n{parser.description or ''}\n{table}\n"
    return own + "".join(section(f"{name} {sub}", found) for sub, found in within.items())


def render() -> str:
    text = HEAD
    for command in COMMANDS:
        module = module_of(command)
        parser = argparse.ArgumentParser(description=module.HELP[0].upper() + module.HELP[1:] + ".")
        module.add_arguments(parser)
        text += section(command, parser)
    return text


if __name__ == "__main__":
    print(render(), end="")
