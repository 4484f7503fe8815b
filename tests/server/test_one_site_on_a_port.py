"""A port that is taken."""

import subprocess
import sys

from tests.server.conftest import Served, environment


def test_a_second_site_on_the_same_port_is_refused(served: Served) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "seatwise.server", f"127.0.0.1:{served.port}", "1"]
    refused = subprocess.run(
        command, env=environment(served.data, served.port), capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode == 1
    assert f"cannot listen on 127.0.0.1:{served.port}" in refused.stderr
    assert "Nothing was done." in refused.stderr
