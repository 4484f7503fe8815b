"""A reading that a command makes itself, at once."""

from typing import TYPE_CHECKING

from seatwise.commands.errors import Failure

if TYPE_CHECKING:
    from seatwise.connections.models import Connection, Reading


def read_now(connection: "Connection") -> "Reading":
    """A reading that went well."""
    from seatwise.connections import readings
    from seatwise.connections.models import Reading
    from seatwise.connections.turns import Busy

    reading = readings.ask(connection, by=None)
    try:
        readings.read(reading)
    except Busy as busy:
        raise Failure(readings.in_words(busy, connection.of)) from None
    reading.refresh_from_db()
    if reading.state != Reading.State.DONE:
        raise Failure(reading.problem)
    return reading
