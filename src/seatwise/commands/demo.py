"""`seatwise demo`: an invented organization, populated through the real imports, ready to sign in to."""

import argparse
import contextlib
import io
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from seatwise.commands import serve

HELP = "create and serve a demo site: an invented organization with 13 months of logs"
NEEDS_SITE = False
PASSWORD = "otter-lantern-maple"  # noqa: S105 - of a demo on this machine only
SIGN_IN = {
    "alice": "administrator",
    "aiko": "administrator, in Japanese",
    "grace": "administrator, confirms what others carried out",
    "audrey": "auditor: sees everything, changes nothing",
    "bob": "department administrator of Sales",
    "charlie": "member",
}
ZONE = "Asia/Tokyo"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--directory", default="demo-data", metavar="DIR", help="directory (default demo-data)")
    parser.add_argument("--bind", metavar="HOST:PORT", help="address to listen on (default 127.0.0.1:8000)")
    parser.add_argument("--no-serve", action="store_true", help="only create it")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed gives another organization")


def run(options: argparse.Namespace) -> int:
    """Make what is not there yet, say how to sign in, and serve."""
    directory = Path(options.directory).absolute()
    os.environ["SEATWISE_DATA_DIR"] = str(directory)
    os.environ["SEATWISE_TIME_ZONE"] = ZONE
    os.environ["SEATWISE_ADMIN_PASSWORD"] = PASSWORD
    os.environ.setdefault("SEATWISE_MAIL", f"folder:{directory / 'mail'}")
    os.environ.setdefault("SEATWISE_CLOCK_JUMP", "36500")  # a demo may lie unused for long
    if options.bind:
        os.environ.setdefault("SEATWISE_ORIGIN", f"http://{options.bind}")
    if not options.no_serve:
        serve.refuse_if_taken(options.bind or serve.default_bind())
    if code := made(directory, options.seed):
        return code
    say("\nSign in with one of these and the password " + PASSWORD + ":")
    for login, role in SIGN_IN.items():
        say(f"  {login:8} {role}")
    say(f"\nThe emails that it sends are files in {directory / 'mail'}.")
    if options.no_serve:
        return 0
    with handbook_beside(directory, options.bind or serve.default_bind()):
        return seatwise("serve", *(["--bind", options.bind] if options.bind else []))


@contextlib.contextmanager
def handbook_beside(directory: Path, bind: str) -> Iterator[None]:
    """Meanwhile a small site on the next port, recorded from within; and Seatwise records itself."""
    from seatwise import configuration
    from seatwise.demo import handbook, recorded_services
    from seatwise.server import listening, parents

    host, _, port = bind.rpartition(":")
    beside, token = f"{host}:{int(port) + 1}", directory / "handbook-token"
    logins = list(SIGN_IN)
    recorded_services.add_seatwise(logins)
    os.environ["SEATWISE_OWN_SOURCE"] = recorded_services.OWN
    try:
        listening.refuse_if_taken(beside)
    except listening.CannotListen:
        say(f"\nThe handbook, a small site to click in, is not served: {beside} is taken.")
        yield
        return
    address = f"http://{handbook.CODE}.localhost:{int(port) + 1}/"  # a host of its own, as for cookies
    recorded_services.add_handbook(handbook.CODE, address, logins, token)
    origin = configuration.ORIGIN.value().geturl()
    process = parents.held("seatwise.demo.handbook", beside, origin, str(token), *logins)
    say(f"\nClick in a small site that is recorded, and see it in Seatwise seconds later: {address}\n")
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def made(directory: Path, seed: int) -> int:
    """Make the site, unless it is there whole; what an interrupted run left begins anew. An exit code."""
    begun, done = directory / "demo-is-begun", directory / "demo-is-complete"
    if done.exists():
        return quietly("init")  # it may be of an earlier version
    if begun.exists():
        shutil.rmtree(directory)
    if not directory.exists():  # what was there before is never deleted
        directory.mkdir(parents=True, mode=0o700)
        begun.touch()
    if code := populate(directory, seed):
        return code
    done.touch()
    begun.unlink(missing_ok=True)
    return 0


def say(text: str) -> None:
    """Tell the person how far we are."""
    print(text, flush=True)


def seatwise(*command: str) -> int:
    """Run another command of Seatwise, as a person would."""
    from seatwise.commands import run_command

    return run_command(command)


def quietly(*command: str) -> int:
    """Run another command; what it prints is shown only if it fails."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = seatwise(*command)
    if code:
        print(out.getvalue(), file=sys.stderr)
    return code


def populate(directory: Path, seed: int) -> int:
    """Make the site by the commands that anybody would use. The exit code of the first that fails, else 0."""
    from seatwise.commands.reading_options import today_in
    from seatwise.demo.logs import people_csv, write_logs

    today = today_in(ZONE)
    say(f"Making 13 months of logs and 300 people in {directory} …")
    logs = write_logs(directory / "logs", today, seed)
    people = directory / "people.csv"
    people.write_bytes(people_csv(seed))
    steps: list[tuple[str, ...]] = [
        ("init", "--login", "alice"),
        ("service", "add", "kintone", "--name", "kintone", "--seats", "300"),
        ("service", "add", "wiki", "--name", "Wiki", "--seats", "180"),
        ("source", "add", "kintone-proxy", "--name", "nginx before kintone", "--service", "kintone",
         "--format", "combined", "--program", "report-bot"),
        ("source", "add", "wiki-caddy", "--name", "Caddy before the wiki", "--service", "wiki", "--format", "caddy",
         "--host", "wiki.example.com"),
    ]  # fmt: skip
    for step in (*steps, ("import-users", str(people), "--yes")):
        if code := quietly(*step):
            return code
    for source, service in (("kintone-proxy", "kintone"), ("wiki-caddy", "wiki")):
        say(f"Reading the logs of {service} …")
        files = [str(log) for log in logs if log.parent.name == service]
        if code := quietly("ingest", source, *files):
            return code
    return finish(directory)


def finish(directory: Path) -> int:
    """What no command does: passwords for all roles, licenses of different ages, requests and a review."""
    from seatwise.demo.site import (
        add_who_confirms,
        ask_for_seats,
        give_passwords,
        review_the_seats,
        settle_seats,
        spread_licenses,
        tell_who_administers,
    )

    add_who_confirms()
    give_passwords(SIGN_IN, PASSWORD)
    tell_who_administers("bob", "Sales")
    spread_licenses()
    settle_seats(SIGN_IN)
    ask_for_seats()
    review_the_seats()
    return 0
