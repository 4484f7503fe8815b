"""Looking for slow readers leaves alone what else is open: SQLite loses its locks when any copy of its file closes."""

import fcntl
import subprocess
import sys
from pathlib import Path

from seatwise.server.readers import Readers

TAKE = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)"


def is_locked(path: Path) -> bool:
    """Whether another process is kept out."""
    return subprocess.run([sys.executable, "-c", TAKE, path], capture_output=True, check=False).returncode != 0


def test_looking_for_slow_readers_ends_no_lock_that_this_process_has_on_a_file(tmp_path: Path) -> None:
    path = tmp_path / "database"
    path.write_bytes(b"x")
    with path.open("r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        assert is_locked(path)
        Readers().look(0.0)
        assert is_locked(path)
    assert not is_locked(path)
