"""`seatwise audit-head`: the end of the audit log, to be kept where whoever rules this machine cannot change it."""

import argparse

from seatwise.commands.errors import Failure

HELP = (
    "print the end of the audit log as NUMBER:HASH, to keep on another machine: with it, "
    "`seatwise verify-audit --head` finds anything changed or cut off before it"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--accept",
        metavar="REASON",
        help=(
            "accept the log as it is, after entries went missing (an old database was restored) or "
            "audit.head was lost; the log records what is missing, and why"
        ),
    )


def run(options: argparse.Namespace) -> None:
    """0: printed, 1: the log is shorter than it was."""
    from seatwise.audit import heads, verification
    from seatwise.audit.models import Chain
    from seatwise.audit.seal_keys import KeyUnreadable

    if options.accept is not None:
        try:
            print(verification.accept(options.accept))
        except (KeyUnreadable, OSError) as error:
            raise Failure(error) from None
        return
    end = Chain.objects.filter(pk=1).first() or Chain()
    memory = heads.remembered()
    missing = [*memory.missing, *([memory.last] if memory.last and memory.last.number > end.number else [])]
    if missing:
        raise Failure(
            f"the log had entry {missing[-1]}, which is now missing. `seatwise verify-audit` has the details; "
            "--accept REASON continues from here."
        )
    print(f"{end.number}:{end.hash}")
