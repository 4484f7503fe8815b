"""`seatwise token add`, `token list` and `token revoke`: what programs ask the API with."""

import argparse
import sys

from seatwise.commands.errors import Failure
from seatwise.commands.named import add_action, person_of
from seatwise.commands.reading_options import at_least

HELP = "add, list or revoke API tokens for programs"
NOTHING = "Nothing was changed."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = add_action(actions, "add", _add, "add a token and print it, once")
    add.add_argument("name", metavar="NAME", help="what the token is for")
    add.add_argument(
        "--for", dest="owner", required=True, metavar="LOGIN", help="its owner: the token can see what they can see"
    )
    add.add_argument("--days", type=at_least(1), default=90, metavar="N", help="valid for this many days (default 90)")
    add.add_argument(
        "--scope",
        action="append",
        required=True,
        metavar="S",
        help="scopes: usage:read, licenses:read, licenses:change, reviews:read, files:import, logs:write, metrics:read",
    )
    add_action(actions, "list", _list, "print id, name, beginning, owner, scopes, expiry, last use, end")
    revoke = add_action(actions, "revoke", _revoke, "end a token permanently")
    revoke.add_argument("id", type=at_least(1), metavar="ID", help="its id, as `token list` prints it")


def _add(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.directory.models import ApiToken

    owner = person_of(options.owner)
    token, secret = ApiToken.objects.add(
        name=options.name, owner=owner, scopes=options.scope, days=options.days, by=None, on=today()
    )
    print(secret)
    print(
        f"It acts as {owner.login} until {token.expires_on}. Keep it: it is not shown again. Send it in the header "
        "`Authorization: Bearer …`.",
        file=sys.stderr,
    )


def _list(options: argparse.Namespace) -> None:
    from seatwise.directory.models import ApiToken
    from seatwise.lib.logins import visible

    for token in ApiToken.objects.select_related("owner").newest_first():
        ends = str(token.ended_on) if token.ended_on else "-"
        cells = (token.pk, visible(token.name), token.shown, visible(token.owner.login), ",".join(token.scopes))
        print(*cells, token.expires_on, token.last_used_on or "-", ends, sep="\t")


def _revoke(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.directory.models import ApiToken

    token = ApiToken.objects.filter(pk=options.id).select_related("owner").first()
    if token is None:
        raise Failure(f"there is no token {options.id}. `seatwise token list` lists them.")
    token.revoke(by=None, on=today())
