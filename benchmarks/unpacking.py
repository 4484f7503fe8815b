"""Unpacking alone, with the library that Seatwise uses: `LOG.gz`. Prints 0 and the seconds."""

import sys
import time

from seatwise.logs.places import find_inputs


def main() -> None:
    """Unpack one file and throw away what is in it."""
    (found,) = find_inputs(sys.argv[1:])
    buffer = memoryview(bytearray(1 << 22))
    started = time.perf_counter()
    stream = found.open()
    while stream.readinto(buffer):
        pass
    print(0, time.perf_counter() - started)


if __name__ == "__main__":
    main()
