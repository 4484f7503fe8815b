"""A mail server for tests: as much of IMAP on loopback as is needed to read one folder. It notes what it is told."""

import base64
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PASSWORD = 'p "q" ü'
CAME = "24-Nov-2026 23:30:00 +0900"


class StandIn:
    """Its messages by their numbers, and what was asked of it."""

    def __init__(self, port: int) -> None:
        self.port, self.validity, self.folder = port, 7, "INBOX"
        self.messages: dict[int, bytes] = {}
        self.told: list[str] = []
        self.down = False


class _Session(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        site: StandIn = self.server.site
        if site.down:
            return
        self.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            site.told.append(command)
            words = command.upper().split()
            if words[0] == "AUTHENTICATE":
                self.say("+ ")
                given = base64.b64decode(self.rfile.readline()).decode().split("\0")
                good = given == ["", "seat", PASSWORD]
                self.say(f"{tag} OK done" if good else f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials")
                continue
            if words[0] == "CAPABILITY":
                self.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN")
            elif words[0] == "EXAMINE":
                if command != f'EXAMINE "{site.folder}"':
                    self.say(f"{tag} NO no such folder")
                    continue
                self.say(f"* {len(site.messages)} EXISTS\r\n* OK [UIDVALIDITY {site.validity}] valid")
            elif words[:2] == ["UID", "SEARCH"]:
                self.search(int(words[3].partition(":")[0]))
            elif words[:2] == ["UID", "FETCH"]:
                self.fetch(int(words[2]), command)
            self.say(f"{tag} OK done")

    def search(self, first: int) -> None:
        """As RFC 3501 has it: `9:*` holds the last message even where that is the eighth."""
        found = [uid for uid in self.server.site.messages if uid >= first] or list(self.server.site.messages)[-1:]
        self.say(" ".join(["* SEARCH", *map(str, found)]))

    def fetch(self, uid: int, command: str) -> None:
        raw: bytes | None = self.server.site.messages.get(uid)
        if raw is None:
            return
        if most := re.search(r"BODY\.PEEK\[\]<0\.(\d+)>", command):
            text, about = raw[: int(most[1])], "BODY[]<0>"
        else:
            text = raw.partition(b"\n\n")[0] + b"\r\n\r\n"
            about = f'RFC822.SIZE {len(raw)} INTERNALDATE "{CAME}" BODY[HEADER.FIELDS (FROM SUBJECT)]'
        self.say(f"* {uid} FETCH (UID {uid} {about} {{{len(text)}}}")
        self.wfile.write(text)
        self.say(")")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def running() -> Iterator[StandIn]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads = True
        site = StandIn(server.server_address[1])
        server.site = site  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
