"""Several things at once, in real threads, each with a connection of its own."""

import threading
from collections.abc import Callable, Sequence

from django.db import connection

from seatwise.directory.changes import Refused


def outcomes(actions: Sequence[Callable[[], object]]) -> list[object]:
    """Do all at once; what each came to, in their order: its value, or its refusal. What else goes wrong is raised."""
    gate = threading.Barrier(len(actions))
    found: list[object] = [None] * len(actions)
    wrong: list[BaseException] = []

    def act(place: int, action: Callable[[], object]) -> None:
        try:
            gate.wait()
            found[place] = action()
        except Refused as refusal:
            found[place] = refusal
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=each) for each in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return found
