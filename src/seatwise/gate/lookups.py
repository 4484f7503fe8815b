"""Asking the database from the gate's thread, which keeps its connection from one round to the next."""

from collections.abc import Collection

from django.db import InterfaceError, OperationalError, connection

from seatwise.gate.verdicts import Verdict, look_up


def look_up_patiently(secrets: Collection[str]) -> dict[str, Verdict]:
    """As look_up; a connection that broke since the last round is made anew once."""
    try:
        return look_up(secrets)
    except (InterfaceError, OperationalError):
        connection.close()
        try:
            return look_up(secrets)
        except Exception:
            connection.close()
            raise
