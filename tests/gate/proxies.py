"""Real web servers, as an ordinary user on this machine, with the configuration of the gate included as it is."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seatwise.commands.tests.processes.sites import wait_for
from seatwise.gate.setting_up import Setup


def listens(port: int) -> bool:
    with socket.socket() as there:
        return there.connect_ex(("127.0.0.1", port)) == 0


NGINX = """daemon off;
{user}pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ }}
http {{
    {temporary}
    {more}
    include {directory}/service.conf;
}}
"""
CADDY = """{{
    admin off
    skip_install_trust
    auto_https disable_redirects
{shared}
import {directory}/service.conf
"""
TRAEFIK = """global: {{checkNewVersion: false, sendAnonymousUsage: false}}
log: {{level: ERROR}}
providers: {{file: {{filename: {directory}/service.yml}}}}
accessLog:
  filePath: {log}
  format: json
  fields: {{headers: {{names: {{X-Seatwise-Login-Written: keep}}}}}}
{seatwise}
  {entry}:
    address: "127.0.0.1:{port}"
{people}
"""


def path_of(proxy: str) -> str | None:
    """Where a web server is; Traefik is a package for Python."""
    beside = Path(sys.executable).parent
    return shutil.which(proxy, path=f"{beside}:{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


def shared(setup: Setup, proxy: str) -> str:
    """What the configuration says, in its comments, that belongs to the parts which all sites share."""
    return "\n".join(line[4:] for line in setup.render(proxy).splitlines() if line.startswith("#   "))


def command_for(proxy: str, directory: Path, setup: Setup, *, more: str = "") -> list[str]:
    """Start a web server as an ordinary user, with the configuration included as it is. `more` is for nginx' http."""
    path = path_of(proxy) or proxy
    if proxy == "nginx":
        names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "\n    ".join(f"{name}_temp_path {directory}/{name};" for name in names)
        user = "user root;\n" if os.geteuid() == 0 else ""
        text = NGINX.format(directory=directory, temporary=temporary, user=user, more=more)
        (directory / "nginx.conf").write_text(text)
        return [path, "-p", str(directory), "-c", str(directory / "nginx.conf")]
    if proxy == "traefik":
        log = directory / "traefik" / f"{setup.code}.log"
        entry = "websecure" if setup.https else "web"
        seatwise, people = shared(setup, proxy).replace("readTimeout: 60s", "readTimeout: 10s").rsplit("\n", 1)
        text = TRAEFIK.format(
            directory=directory, log=log, entry=entry, port=setup.port, seatwise=seatwise, people=people
        )
        (directory / "traefik.yml").write_text(text)
        return [path, f"--configFile={directory}/traefik.yml"]
    options = shared(setup, proxy).partition("{\n")[2]
    (directory / "Caddyfile").write_text(CADDY.format(directory=directory, shared=options))
    return [path, "run", "--config", str(directory / "Caddyfile"), "--adapter", "caddyfile"]


def knows_the_service(setup: Setup) -> bool:
    """Whether Traefik has read its configuration: it listens before it has."""
    connection = http.client.HTTPConnection("127.0.0.1", setup.port, timeout=5)
    try:
        connection.request("GET", "/", headers={"Host": setup.hosts[0]})
        return connection.getresponse().status != 404
    except TimeoutError:  # it asks somebody, so it has
        return True
    finally:
        connection.close()


@contextmanager
def running(proxy: str, setup: Setup, directory: Path, *, more: str = "") -> Iterator[None]:
    """A web server with the configuration that Seatwise shows, until the end of the block."""
    if not path_of(proxy):
        pytest.skip(f"{proxy} is not installed here: apt-get install nginx-light caddy")
    (directory / proxy).mkdir(exist_ok=True)
    (directory / f"service.{'yml' if proxy == 'traefik' else 'conf'}").write_text(setup.render(proxy))
    places = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(directory))
    with (directory / "output").open("wb") as output:
        process = subprocess.Popen(
            command_for(proxy, directory, setup, more=more),
            env={**os.environ, **places},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        assert wait_for(lambda: listens(setup.port) or process.poll()), (directory / "output").read_text()
        assert process.poll() is None, (directory / "output").read_text()
        assert proxy != "traefik" or wait_for(lambda: knows_the_service(setup)), (directory / "output").read_text()
        yield
    finally:
        process.terminate()
        process.wait(30)
