#!/usr/bin/env python3
"""Run the tests on PostgreSQL: start a server of our own, run pytest with the arguments given, stop the server.

    python tools/test_postgres.py [--shell] [arguments of pytest]

The server lives in a temporary directory and listens on a socket in it only. Programs are looked for in
SEATWISE_PG_BIN, /usr/lib/postgresql/*/bin and the PATH. PostgreSQL refuses to run as root: then it runs as `postgres`
or `nobody`. With --shell the address is printed and the server stays until Enter is pressed.
"""

import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "listen_addresses=''")


def programs() -> Path:
    """The directory of initdb and pg_ctl."""
    own = os.environ.get("SEATWISE_PG_BIN")
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"), key=lambda path: int(path.split("/")[4]))
    path = f"{own}/pg_ctl" if own else found[-1] if found else shutil.which("pg_ctl")
    if not path or not os.path.exists(path):
        raise SystemExit("PostgreSQL was not found: install it (apt-get install postgresql), or set SEATWISE_PG_BIN.")
    return Path(path).parent


def unprivileged() -> str | None:
    """Whom to run the server as, where we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def options_in(directory: str) -> str:
    """What a server is started with whose sockets are in a directory."""
    return " ".join(f"-c {option}" for option in (*SPEED, f"unix_socket_directories={directory}"))


@contextmanager
def server() -> Iterator[str]:
    """The address of a server that lasts as long as this does."""
    user = unprivileged()
    with tempfile.TemporaryDirectory(prefix="seatwise-pg-", dir="/tmp") as name:  # sockets need short paths
        data, bin_dir = f"{name}/data", programs()
        if user:
            shutil.chown(name, user)

        def run(*command: str) -> None:
            subprocess.run(  # noqa: S603 - our own commands
                command,
                check=True,
                user=user,
                cwd="/",
                stdout=subprocess.DEVNULL,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            )

        run(f"{bin_dir}/initdb", "-D", data, "-U", "seatwise", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = options_in(name)
        run(f"{bin_dir}/pg_ctl", "-D", data, "-w", "-l", f"{name}/log", "-o", options, "start")
        try:
            run(f"{bin_dir}/createdb", "-h", name, "-U", "seatwise", "seatwise")
            yield f"postgresql://seatwise@/seatwise?host={name}"
        finally:
            run(f"{bin_dir}/pg_ctl", "-D", data, "-m", "immediate", "stop")


def main(arguments: list[str]) -> int:
    """The exit code of pytest."""
    with server() as address:
        if arguments[:1] == ["--shell"]:
            print(f"DATABASE_URL='{address}'", flush=True)
            input()
            return 0
        environment = os.environ | {"SEATWISE_TEST_DATABASE_URL": address}
        command = [sys.executable, "-m", "pytest", *arguments]
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - our own command


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
