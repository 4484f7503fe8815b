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

from seatwise.logs.library import LOG, SOURCES, file_name

FLAGS = "-std=c11 -O3 -g0 -shared -fPIC -fvisibility=hidden".split()
FETCHED = SOURCES / "compiler.lock"  # a whole C compiler as a package, by version and hash
EVERY_MACHINE = "-mcpu=baseline"  # else it compiles for the processor that it runs on
LONGEST = 600  # seconds
LAST_LINES = 30  # of what a compiler says
NOT_HERE = ("map segment", "not permitted")  # a library in a folder that may hold no programs


class NoLibrary(Exception):
    """A wheel for another machine would be without a library."""


def build(folder: Path, platform: str = "", *, fetch: bool = True, anew: bool = False) -> Path | None:
    """The library made in `folder`, in place of older ones there; None where none could be made: kernel.log says why.

    `platform` is that of a wheel for another machine, for which $CC is a compiler; then one must be made. `fetch`: a
    compiler may be fetched. `anew`: what lies in the folder may be for another machine.
    """
    if anew:
        remove_libraries(folder)
    said: list[str] = []
    made = compiled(own_compiler(said), folder, platform, said=said)
    if made is None and not platform and fetch and os.environ.get("SEATWISE_FETCH") != "0":
        with fetched(said) as command:
            made = compiled(command, folder, said=said)
    if made is None and platform:
        raise NoLibrary("\n".join(said))
    with contextlib.suppress(OSError):
        if made is None:
            (folder / LOG).write_text("\n".join(said) + "\n", encoding="utf-8")
        else:
            (folder / LOG).unlink(missing_ok=True)
    return made


def own_compiler(said: list[str]) -> list[str]:
    """The compiler of this machine, as a command."""
    written = os.environ.get("CC") or "cc"
    try:
        return shlex.split(written)
    except ValueError as error:
        said.append(f"CC={written}: {error}")
        return []


def ran(words: Sequence[str], said: list[str], environment: dict[str, str] | None = None) -> bool:
    """Whether a command did what it was to do; if not, what it said is added to `said`."""
    try:
        subprocess.run(words, check=True, capture_output=True, timeout=LONGEST, env=environment)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        why = f"exit status {error.returncode}" if isinstance(error, subprocess.CalledProcessError) else str(error)
        written = getattr(error, "stderr", None) or b""
        said += [f"{shlex.join(words)}: {why}", *written.decode(errors="replace").splitlines()[-LAST_LINES:]]
        return False
    return True


def compiled(
    command: Sequence[str],
    folder: Path,
    platform: str = "",
    flags: Sequence[str] = (),
    said: list[str] | None = None,
) -> Path | None:
    """The library as this compiler makes it; None if it cannot, or if what it makes cannot be used here."""
    system = {"win": "win32", "mac": "darwin"}.get(platform[:3], sys.platform if not platform else "linux")
    said = [] if said is None else said
    target = folder / file_name(system)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as scratch:
            made = Path(scratch) / target.name
            words = [*command, *FLAGS, *flags, str(SOURCES / "kernel.c"), "-o", str(made)]
            if not command or not ran(words, said) or not (platform or flags or is_usable(made, said)):
                return None
            made.replace(target)
    except OSError as error:
        said.append(f"{folder}: {error}")
        return None
    remove_libraries(folder, but=target.name)
    return target


def is_usable(made: Path, said: list[str]) -> bool:
    """Whether a library can be loaded, or could be elsewhere than where it was made."""
    try:
        ctypes.CDLL(str(made))
    except OSError as error:
        said.append(f"{made}: {error}")
        return any(text in str(error) for text in NOT_HERE)
    return True


def remove_libraries(folder: Path, but: str = "") -> None:
    """Remove all libraries from a folder but the one of this name."""
    for old in folder.glob("kernel-*"):
        if old.suffix in (".so", ".dylib", ".dll") and old.name != but:
            with contextlib.suppress(OSError):  # one that is in use, on Windows
                old.unlink()


@contextlib.contextmanager
def fetched(said: list[str] | None = None) -> Iterator[list[str]]:
    """A compiler that is there for the moment, as a command; none where it cannot be had."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield fetched_into(folder, [] if said is None else said)


def fetched_into(folder: str, said: list[str]) -> list[str]:
    """The command of a compiler that was installed into a folder, or none."""
    options = ["--quiet", "--no-deps", "--require-hashes", "--target", folder, "-r", str(FETCHED)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    uv = os.environ.get("UV") or shutil.which("uv") or "uv"
    for installer in ([sys.executable, "-m", "pip"], [uv, "pip"]):
        if ran([*installer, "install", *options], said, environment):
            zig = Path(folder) / "ziglang" / ("zig.exe" if sys.platform == "win32" else "zig")
            return [str(zig), "cc", EVERY_MACHINE]
    return []
