"""nginx, Apache, Caddy and Traefik before the site, each with people to sign in by Basic authentication."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.shippers.site import DAYS, PASSWORD, PEOPLE, click_through

FAKE_TIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)  # package libfaketime


@dataclass(frozen=True)
class Places:
    """What a server needs to know of this trial."""

    folder: Path
    upstream: int
    seatwise: int
    token: str


def program(name: str) -> str | None:
    """A program of this machine or of the environment in which this runs, or None."""
    places = [os.environ["PATH"], "/usr/sbin", os.path.dirname(sys.executable)]
    return shutil.which(name, path=os.pathsep.join(places))


def free_port() -> int:
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        return int(trying.getsockname()[1])


def wait_for(port: int, seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)


@contextmanager
def running(command: list[str], log: Path, port: int = 0, **environment: str) -> Iterator[None]:
    """A program, until this ends; then it is asked to end, and made to where it does not."""
    with log.open("ab") as out:
        started = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | environment)
        try:
            if port:
                wait_for(port)
            yield
        finally:
            started.terminate()
            try:
                started.wait(60)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def hashed(kind: str) -> str:
    made = subprocess.run(["openssl", "passwd", kind, PASSWORD], capture_output=True, text=True, check=True)
    return made.stdout.strip()


def password_file(folder: Path) -> Path:
    path = folder / "passwords"
    path.write_text("".join(f"{login}:{hashed('-apr1')}\n" for login in PEOPLE))
    path.chmod(0o644)
    return path


def nginx(places: Places, unix: Path, udp: int) -> bool:
    """Clicks by way of nginx into nginx.log, and by its own syslog to a Unix socket and to UDP; False without it."""
    command = program("nginx")
    if command is None:
        return False
    folder, port = places.folder, free_port()
    logs = [
        f"{folder}/nginx.log combined",
        f"syslog:server=unix:{unix},nohostname,tag=nginx combined",
        f"syslog:server=127.0.0.1:{udp},tag=nginx combined",
    ]
    (folder / "nginx.conf").write_text(
        f"user root; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log; events {{}}\n"
        f"http {{ server {{ listen 127.0.0.1:{port};\n"
        + "".join(f"access_log {log};\n" for log in logs)
        + f"auth_basic x; auth_basic_user_file {password_file(folder)};\n"
        f"location / {{ proxy_pass http://127.0.0.1:{places.upstream}; }} }} }}\n"
    )
    for day in days_that_can_be_told():
        with running([command, "-c", f"{folder}/nginx.conf"], folder / "nginx.out", port, **at(day)):
            click_through(port, day)
    return True


def apache(places: Places, tcp: int) -> bool:
    """Clicks by way of Apache into apache.log, and by logger(1) to a TCP port; False without it."""
    command, modules = program("apache2"), Path("/usr/lib/apache2/modules")
    if command is None:
        return False
    folder, port = places.folder, free_port()
    loaded = ("mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "proxy", "proxy_http")
    logger = f"|/usr/bin/logger --tcp --server 127.0.0.1 --port {tcp} --tag apache --size 60KiB"
    (folder / "apache.conf").write_text(
        "".join(f"LoadModule {name}_module {modules}/mod_{name}.so\n" for name in loaded)
        + f"ServerName localhost\nServerRoot {folder}\nPidFile {folder}/apache.pid\nListen 127.0.0.1:{port}\n"
        f"ErrorLog {folder}/apache-error.log\n"
        'LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined\n'
        f'CustomLog {folder}/apache.log combined\nCustomLog "{logger}" combined\n'
        f'ProxyPass "/" "http://127.0.0.1:{places.upstream}/"\nAllowEncodedSlashes NoDecode\n'
        f'<Location "/">\nAuthType Basic\nAuthName x\nAuthUserFile {password_file(folder)}\nRequire valid-user\n'
        "</Location>\n"
    )
    for day in days_that_can_be_told():
        with running([command, "-f", f"{folder}/apache.conf", "-DFOREGROUND"], folder / "apache.out", port, **at(day)):
            click_through(port, day)
    return True


def caddy(places: Places) -> bool:
    """Today's clicks by way of Caddy into caddy.log; False without it. It cannot be told another day."""
    command = program("caddy")
    if command is None:
        return False
    folder, port = places.folder, free_port()
    secret = subprocess.run(
        [command, "hash-password", "--plaintext", PASSWORD], capture_output=True, text=True, check=True
    ).stdout.strip()
    people = "\n".join(f"{login} {secret}" for login in PEOPLE)
    (folder / "Caddyfile").write_text(
        f"{{\nadmin off\nauto_https off\n}}\nhttp://127.0.0.1:{port} {{\nbasicauth {{\n{people}\n}}\n"
        f"reverse_proxy 127.0.0.1:{places.upstream}\nlog {{\noutput file {folder}/caddy.log\n}}\n}}\n"
    )
    run = [command, "run", "--config", f"{folder}/Caddyfile", "--adapter", "caddyfile"]
    with running(run, folder / "caddy.out", port, HOME=str(folder)):
        click_through(port, 0)
    return True


def traefik(places: Places, source: str) -> bool:
    """Today's clicks by way of Traefik, which sends its log by OTLP to a source; False without it."""
    command = program("traefik")
    if command is None:
        return False
    folder, port = places.folder, free_port()
    people = ", ".join(f'"{login}:{hashed("-apr1")}"' for login in PEOPLE)
    (folder / "traefik.yml").write_text(
        "http:\n  routers:\n    site: {rule: 'PathPrefix(`/`)', service: site, middlewares: [people]}\n"
        f"  middlewares:\n    people: {{basicAuth: {{users: [{people}]}}}}\n"
        f"  services:\n    site: {{loadBalancer: {{servers: [{{url: 'http://127.0.0.1:{places.upstream}'}}]}}}}\n"
    )
    run = [
        command,
        f"--entrypoints.web.address=127.0.0.1:{port}",
        f"--providers.file.filename={folder}/traefik.yml",
        "--experimental.otlpLogs=true",
        "--accesslog.otlp=true",
        f"--accesslog.otlp.http.endpoint=http://127.0.0.1:{places.seatwise}/ingest/{source}/v1/logs",
        f"--accesslog.otlp.http.headers.Authorization=Bearer {places.token}",
    ]
    with running(run, folder / "traefik.out", port):
        time.sleep(2)  # until it has read its routes
        click_through(port, 0)
        time.sleep(2)  # it sends each second
    return True


def days_that_can_be_told() -> range:
    """The week, from its first day on, or today where no program can be told another day."""
    return range(DAYS - 1, -1, -1) if FAKE_TIME else range(1)


def at(day: int) -> dict[str, str]:
    return {"LD_PRELOAD": str(FAKE_TIME), "FAKETIME": f"-{day}d"} if FAKE_TIME and day else {}
