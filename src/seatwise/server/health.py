"""Whether the site is well, found out in the background, so that the question costs nothing and is always answered."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from seatwise.server import limits
from seatwise.server.answers import Answer
from seatwise.server.spools import has_no_room
from seatwise.server.threads import Threads

PAUSE = 5.0  # seconds between two looks
PATIENCE = 5.0  # seconds for the database to answer; then it counts as away


class Health:
    """What is wrong now: `database`, `disk`, `threads`."""

    def __init__(self, ask_database: Callable[[], None], directory: Path, threads: Threads) -> None:
        self.ask_database, self.directory, self.threads = ask_database, directory, threads
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="seatwise-health")
        self.found: list[str] = []
        self.asking: asyncio.Future[None] | None = None

    async def look(self) -> None:
        """Find out. A database that hangs is not asked a second time meanwhile."""
        found = []
        if not await self._reaches_database():
            found.append("database")
        try:
            full = has_no_room(self.directory)
        except OSError:
            full = True
        if full:
            found.append("disk")
        self.found = found

    async def _reaches_database(self) -> bool:
        if self.asking is None or self.asking.done():
            self.asking = asyncio.get_running_loop().run_in_executor(self.pool, self.ask_database)
        try:
            await asyncio.wait_for(asyncio.shield(self.asking), PATIENCE)
        except Exception:
            return False
        return True

    def answer(self) -> Answer:
        """200 and ok, or 503 and what is wrong. Neither the version nor anything else of the site is told."""
        wrong = self.found + ["threads"] * (self.threads.kept_waiting() > limits.BUSY_SECONDS)
        said = {"status": "degraded", "wrong": wrong} if wrong else {"status": "ok"}
        headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        return Answer.of(503 if wrong else 200, headers, json.dumps(said).encode())
