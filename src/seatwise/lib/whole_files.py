"""Files that are written whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ENDING = ".part"  # of what is not complete: .NAME.….part beside NAME


@contextmanager
def written_whole(goal: Path) -> Iterator[IO[bytes]]:
    """A new file that takes the place of `goal` once it is complete and on the disk; nobody but its owner reads it.

    Where something is raised, `goal` stays as it was, and nothing is left beside it. Raises OSError.
    """
    handle, name = tempfile.mkstemp(dir=goal.parent, prefix=f".{goal.name}.", suffix=ENDING)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, goal)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
