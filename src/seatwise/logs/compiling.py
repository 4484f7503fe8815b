"""Making the C library: by the compiler of this machine, else by one that is fetched for the moment.

Run when Seatwise is installed, and by tests. It uses nothing but Python's own library.
"""

import contextlib
import ctypes
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from seatwise.logs.library import SOURCES, file_name

FLAGS = "-std=c11 -O3 -g0 -shared -fPIC -fvisibility=hidden".split()
FETCHED = SOURCES / "compiler.lock"  # a whole C compiler as a package, by version and hash
LONGEST = 600  # seconds


def build(folder: Path, platform: str = "", *, fetch: bool = True) -> Path | None:
    """The library made in `folder`, in place of older ones there; None where there is no compiler.

    `platform` is that of a wheel for another machine, for which $CC is a compiler. `fetch`: one may be fetched.
    """
    made = compiled(shlex.split(os.environ.get("CC") or "cc"), folder, platform)
    if made is not None or not fetch:
        return made
    with fetched() as command:
        return compiled(command, folder, platform) if command else None


def compiled(command: Sequence[str], folder: Path, platform: str = "", flags: Sequence[str] = ()) -> Path | None:
    """The library as this compiler makes it; None if it cannot, or if what it makes cannot be used here."""
    system = {"win": "win32", "mac": "darwin"}.get(platform[:3], sys.platform if not platform else "linux")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        made = Path(scratch) / file_name(system)
        words = [*command, *FLAGS, *flags, str(SOURCES / "kernel.c"), "-o", str(made)]
        try:
            subprocess.run(words, check=True, capture_output=True, timeout=LONGEST)  # noqa: S603
            if not platform and not flags:
                ctypes.CDLL(str(made))
        except (OSError, subprocess.SubprocessError):
            return None
        for old in folder.glob("kernel-*"):
            if old.suffix in (".so", ".dylib", ".dll"):
                with contextlib.suppress(OSError):  # one that is in use, on Windows
                    old.unlink()
        return made.replace(folder / made.name)


@contextlib.contextmanager
def fetched() -> Iterator[list[str]]:
    """A compiler that is there for the moment, as a command; none where it cannot be had."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = ["--quiet", "--no-deps", "--require-hashes", "--target", folder, "-r", str(FETCHED)]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        uv = os.environ.get("UV") or shutil.which("uv") or "uv"
        for installer in ([sys.executable, "-m", "pip"], [uv, "pip"]):
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                words = [*installer, "install", *options]
                subprocess.run(words, check=True, capture_output=True, timeout=LONGEST, env=environment)  # noqa: S603
                zig = Path(folder) / "ziglang" / ("zig.exe" if sys.platform == "win32" else "zig")
                yield [str(zig), "cc"]
                return
        yield []
