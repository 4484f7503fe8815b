"""Objects that fsspec opens: s3://, gs://, az://, https:// and all others it knows. The extra `remote` installs it.

An address may hold a secret (a password, or the signature in the query of a presigned one): what is shown and kept is
the address without them.
"""

import errno
import io
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from seatwise.lib.notices import Notice
from seatwise.logs.notices import InputCode

ADDRESS = re.compile(r"[a-z][a-z0-9+.:-]*://", re.ASCII)
# Who asks: up to the last @ before the path, and further where a password holds what would begin the path. What stands
# behind the colon of a host is a number.
USER = re.compile(r"://(?:[^/?#]*@)?(?:(?![^/?#:@]*(?::\d+)?(?:[/?#]|$))[^/?#:@]*:.*@)?")
READ_AHEAD = 1 << 24  # bytes that are asked for at once
MARKS = ("ETag", "etag", "md5Hash", "content_md5", "crc32c", "sha256")  # as stores call what tells contents apart


class NoObject(Exception):
    """An address that cannot be read; the notice says why."""

    def __init__(self, code: InputCode, address: str, **values: str) -> None:
        self.notice = Notice(code, {"file": shown(address), **values})
        super().__init__(str(self.notice))


@dataclass(frozen=True)
class Object:
    """One object as its store lists it; its size is 0 if that is unknown."""

    address: str
    size: int
    mark: str

    @property
    def name(self) -> str:
        return shown(self.address)


def is_address(place: str) -> bool:
    return ADDRESS.match(place) is not None


def shown(address: str) -> str:
    """An address without what may be a secret, each of those that are chained by ::. Only on the web does a ? begin a
    query; keys of objects may hold it."""
    web = re.search("https?://", address)
    at = web.start() if web else len(address)
    return USER.sub("://", address[:at]) + re.split(r"[?#]", USER.sub("://", address[at:]))[0]


@contextmanager
def said(address: str) -> Iterator[None]:
    """Say as an OSError or NoObject what a store raises, which may be of any kind, and without the secrets."""
    try:
        yield
    except NoObject:
        raise
    except FileNotFoundError as error:
        cause = error.__cause__  # fsspec says so of all that a web server refuses, with its answer as the cause
        if cause is not None and getattr(cause, "status", 404) != 404:
            raise failed(address, cause) from None
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from None
    except ImportError as error:
        raise NoObject(InputCode.NOT_INSTALLED, address, why=str(error)) from None
    except Exception as error:
        raise failed(address, error) from None


def failed(address: str, error: BaseException) -> OSError:
    """What a store raised, as an error of the system."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return OSError(re.sub(r"\S+://\S+", lambda found: shown(found[0]), text).partition("?")[0][:300])


def file_system(address: str) -> tuple[Any, str]:
    """What opens an address, and what that calls it."""
    with said(address):
        from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra

        found: tuple[Any, str] = url_to_fs(address)
        return found


def objects_at(place: str) -> list[Object]:
    """The objects that an address names: one, what lies directly in a directory, or what fits a pattern."""
    system, path = file_system(place)
    with said(place):
        if "*" in path:
            listed = list(system.glob(path, detail=True).values())
        else:
            about = system.info(path)
            if about["type"] != "directory":
                return [Object(place, int(about.get("size") or 0), mark_of(about))]
            listed = system.ls(path, detail=True)
        files = [about for about in listed if about["type"] == "file" and not about["name"].endswith("/")]
        found = {system.unstrip_protocol(about["name"]): about for about in files}
    if not found:
        raise NoObject(InputCode.NO_OBJECTS, place)
    return [Object(address, int(about.get("size") or 0), mark_of(about)) for address, about in sorted(found.items())]


def mark_of(about: Mapping[str, Any]) -> str:
    """What tells the content of an object from others, as the store says: "" if it does not."""
    return next((f"{name}:{about[name]}" for name in MARKS if about.get(name)), "")


def open_object(address: str, *, ahead: bool) -> io.RawIOBase:
    """An object from its beginning on; `ahead` if it will be read to its end."""
    system, path = file_system(address)
    with said(address):
        how = {"cache_type": "readahead", "block_size": READ_AHEAD} if ahead else {"cache_type": "none"}
        return Opened(address, system.open(path, "rb", **how))


class Opened(io.RawIOBase):
    """An object that is open. Whatever goes wrong with it is an OSError."""

    def __init__(self, address: str, file: Any) -> None:
        self.address, self.file = address, file
        self.taken = 0  # bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        with said(self.address):
            data = self.file.read(len(buffer))
            buffer[: len(data)] = data
            self.taken += len(data)
            return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        with said(self.address):
            return int(self.file.seek(offset, whence))

    def tell(self) -> int:
        return int(self.file.tell())

    def close(self) -> None:
        self.file.close()
        super().close()
