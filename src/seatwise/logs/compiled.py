"""The kernel compiled to machine code by numba, from the same source that runs interpreted.

Each function of the modules in SOURCES is compiled with the others in place of its globals, and with
libc's memchr in place of `find`. The compiled code is kept in a directory of our own, since numba does not notice
that a function in another module has changed and since the cache is made of pickles.
"""

import functools
import gc
import hashlib
import importlib
import importlib.metadata
import os
import stat
import types
from pathlib import Path
from typing import Any

import seatwise
from seatwise.logs import json_splitting, kernel, layout, prefixes, scan, splitting, text_splitting, times

SOURCES = (scan, times, prefixes, layout, text_splitting, json_splitting, splitting, kernel)
EXPORTS = ("read_lines", "rehash_logins", "rehash_facts")


def cache_home() -> Path:
    """Where programs keep what they can make again (XDG Base Directory Specification), or SEATWISE_CACHE_DIR."""
    if own := os.environ.get("SEATWISE_CACHE_DIR"):
        return Path(own)
    if xdg := os.environ.get("XDG_CACHE_HOME"):
        return Path(xdg) / "seatwise"
    return Path("~/.cache/seatwise").expanduser()


def bounds_checked() -> bool:
    """Whether numba checks indices, as tests ask it to."""
    return os.environ.get("NUMBA_BOUNDSCHECK", "0") not in ("", "0")


def fingerprint() -> str:
    """A name that changes with everything the compiled code depends on."""
    sources = hashlib.sha256()
    for module in SOURCES:
        sources.update(Path(str(module.__file__)).read_bytes())
    sources.update(Path(__file__).read_bytes())
    numba = importlib.metadata.version("numba")
    checked = "-checked" if bounds_checked() else ""
    return f"kernel-{seatwise.__version__}-numba-{numba}{checked}-{sources.hexdigest()[:16]}"


def cache_directory() -> Path | None:
    """The directory for compiled code, made if need be; None where there can be none that is ours alone."""
    directory = cache_home() / fingerprint()
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = directory.stat()
    except (OSError, RuntimeError):
        return None
    if hasattr(os, "getuid") and (found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077):
        return None
    return directory if os.access(directory, os.W_OK) else None


def is_warm() -> bool:
    """Whether compiled code from an earlier run lies ready."""
    try:
        directory = cache_directory()
    except ImportError:
        return False
    return directory is not None and next(directory.rglob("*.nbc"), None) is not None


def by_pointer(buf: Any, start: int, end: int, program: Any, judgement: Any, state: Any) -> int:
    """read_lines with the buffer as a bare pointer: an index into an array costs a look at its sign each time."""
    return read_all(pointer_to(buf), start, end, program, judgement, state)  # type: ignore[name-defined,no-any-return] # noqa: F821


def clone(function: Any, names: dict[str, Any]) -> types.FunctionType:
    """The function with other globals."""
    found = types.FunctionType(function.__code__, names, function.__name__)
    found.__module__ = function.__module__
    found.__qualname__ = function.__name__
    return found


@functools.cache
def load() -> types.SimpleNamespace | None:
    """The compiled read_lines, rehash_logins and rehash_facts; None where there is no numba for this machine."""
    directory = cache_directory()
    if directory is not None:
        os.environ["NUMBA_CACHE_DIR"] = str(directory)
    try:
        numba: Any = importlib.import_module("numba")
    except ImportError:
        return None
    if directory is not None:
        numba.config.CACHE_DIR = str(directory)
    pointer = numba.types.uintp
    memchr: Any = numba.types.ExternalFunction("memchr", pointer(pointer, numba.types.int32, pointer))
    jit = functools.partial(numba.njit, nogil=True, _nrt=False, error_model="numpy", cache=directory is not None)

    memcmp: Any = numba.types.ExternalFunction("memcmp", numba.types.int32(pointer, pointer, pointer))
    int64 = numba.int64

    @numba.extending.intrinsic  # type: ignore[untyped-decorator]
    def pointer_to(typing: Any, array: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return numba.np.arrayobj.make_array(array)(context, builder, arguments[0]).data

        return numba.types.CPointer(array.dtype)(array), generate

    @numba.extending.intrinsic  # type: ignore[untyped-decorator]
    def address_of(typing: Any, place: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            value = arguments[0]
            if isinstance(place, numba.types.Array):
                value = numba.np.arrayobj.make_array(place)(context, builder, value).data
            return builder.ptrtoint(value, context.get_value_type(signature.return_type))

        return pointer(place), generate

    def find(buf: Any, p: int, end: int, byte: int) -> int:
        if p >= end:
            return end
        base = address_of(buf)
        at = memchr(base + p, byte, end - p)
        return end if at == 0 else int64(at - base)

    def alike(buf: Any, p: int, end: int, table: Any, q: int) -> bool:
        same: bool = memcmp(address_of(buf) + p, address_of(table) + q, end - p) == 0
        return same

    names: dict[str, Any] = {}
    for module in SOURCES:
        names.update({k: v for k, v in vars(module).items() if not k.startswith("__")})
    for module in SOURCES:
        for name, function in list(vars(module).items()):
            if isinstance(function, types.FunctionType) and function.__module__ == module.__name__:
                names[name] = jit(clone(function, names), forceinline=name not in EXPORTS)
    names["find"] = jit(find, forceinline=True)
    names["alike"] = jit(alike, forceinline=True)
    if not bounds_checked():
        names |= {"pointer_to": pointer_to, "read_all": jit(clone(kernel.read_lines, names), forceinline=True)}
        names["read_lines"] = jit(clone(by_pointer, names))
    gc.freeze()  # numba's half a million objects stay; looking through them takes the collector 0.1 s each time
    return types.SimpleNamespace(**{name: names[name] for name in EXPORTS})
