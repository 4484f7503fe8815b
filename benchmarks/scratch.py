"""Where measurements happen: a directory for logs, programs that are built, and the environment of the peers."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def directory() -> Path:
    """$SEATWISE_BENCH_DIR, or a directory of ours in the system's temporary one. What is made in it stays there."""
    named = os.environ.get("SEATWISE_BENCH_DIR")
    path = Path(named) if named else Path(tempfile.gettempdir()) / "seatwise-bench"
    path.mkdir(parents=True, exist_ok=True)
    return path


def python_with(packages: dict[str, str], scratch: Path) -> Path | None:
    """The Python of an environment that holds these packages ({name: version bound}); None if they can't be had."""
    python = scratch / "peers" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(scratch / "peers")], check=True)
    wanted = [name + bound for name, bound in packages.items()]
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    return python if subprocess.run(pip, check=False).returncode == 0 else None


def built(source: Path, scratch: Path) -> Path | None:
    """A C program, compiled for this machine; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    program = scratch / source.stem
    subprocess.run([compiler, "-O3", "-march=native", "-pthread", str(source), "-o", str(program)], check=True)
    return program
