"""Receiving syslog on sockets of this machine: what is kept, what waits, and what is said to be lost."""

import asyncio
import contextlib
import datetime
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from seatwise.cli import main
from seatwise.commands.syslog import receive
from seatwise.diagnostics import metrics, work
from seatwise.directory.models import User
from seatwise.ingest import spool, syslog
from seatwise.ingest.syslog import Places, Receiver
from seatwise.ingest.syslog_messages import MOST
from seatwise.ingest.tests.test_receiving import SOME
from seatwise.ledger import lost_lines
from seatwise.ledger.models import ServiceAccount, Source
from seatwise.ledger.tests.world import add_service, add_source

pytestmark = pytest.mark.django_db
HERE = ("127.0.0.1", 0)
LINES = [each.rstrip(b"\n") for each in SOME]
SENT = b"".join(b"<190>Nov 30 16:00:00 web1 nginx: %b\n" % line for line in LINES)


@asynccontextmanager
async def receiving(receiver: Receiver, places: Places) -> AsyncIterator[None]:
    """While this lasts, it listens and keeps, as the command does; then all that has arrived is kept."""
    told, listens = asyncio.Event(), asyncio.Event()
    receiver.say = functools.partial(said_to, listens, receiver.say)
    running = asyncio.create_task(receive(receiver, places, told))
    await listens.wait()
    try:
        yield
    finally:
        told.set()
        await running


def said_to(listens: asyncio.Event, say: Callable[[str], None], text: str) -> None:
    """It says where it listens once it listens everywhere."""
    listens.set() if text.startswith("Listening on ") else say(text)


async def send(receiver: Receiver, data: bytes, context: ssl.SSLContext | None = None) -> None:
    """Send by a stream and wait until the other side has read it to its end."""
    port = receiver.servers[0].sockets[0].getsockname()[1]
    name = "localhost" if context else None
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
    writer.write(data)
    if context:
        writer.close()
        return
    writer.write_eof()
    with contextlib.suppress(ConnectionError):
        await reader.read()
    writer.close()


def kept(source: Source) -> list[bytes]:
    return [line for path in sorted(spool.folder_of(source).glob("*.log")) for line in path.read_bytes().splitlines()]


def lost(source: Source) -> dict[str, int]:
    return {each.reason: each.lines for each in lost_lines.of(source)}


def quietly(text: str) -> None:
    """Say nothing."""


def test_by_tcp_the_ledger_is_that_of_the_file(source: Source) -> None:
    async def main() -> None:
        receiver = Receiver(source, say=quietly)
        async with receiving(receiver, Places(tcp=[HERE])):
            await send(receiver, SENT)
            await send(receiver, b"".join(b"%d <14>%b" % (len(line) + 4, line) for line in LINES))
            await send(receiver, SENT + b"<14>cut o")

    asyncio.run(main())
    assert kept(source) == LINES * 3
    assert lost(source) == {"torn": 1}
    spool.read_what_arrived()
    account = ServiceAccount.objects.get()
    assert (account.lines, account.accesses, account.reasons["failed"]) == (9, 6, 3)


def test_by_tls(source: Source, tmp_path: Path) -> None:
    both = self_signed(tmp_path)
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(both)
    theirs = ssl.create_default_context(cafile=both)

    async def main() -> None:
        receiver = Receiver(source, say=quietly)
        async with receiving(receiver, Places(tls=[HERE], context=ours)):
            await send(receiver, SENT, theirs)
            await send(receiver, b"no TLS\n")
            await until(lambda: bool(kept(source)))

    asyncio.run(main())
    assert kept(source) == LINES


def self_signed(directory: Path) -> Path:
    """A certificate for localhost with its key, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    begun, ended = datetime.datetime(2000, 1, 1), datetime.datetime(2100, 1, 1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begun, ended)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    path = directory / "both.pem"
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, *plain)
    )
    return path


async def until(is_so: Any) -> None:
    """Let the others work until something is so; the test's own limit ends what never becomes so."""
    while not is_so():
        await asyncio.sleep(0.001)


def test_by_udp_and_unix_socket_and_tags_name_the_source(source: Source, tmp_path: Path) -> None:
    other = add_source("other", add_service("files"))
    path = tmp_path / "syslog.sock"

    async def main() -> None:
        receiver = Receiver(source, {"nginx": other}, quietly)
        async with receiving(receiver, Places(udp=[HERE], unix=[path])):
            for each, family in zip(receiver.sockets, (socket.AF_INET, socket.AF_UNIX), strict=True):
                with socket.socket(family, socket.SOCK_DGRAM) as sender:
                    sender.sendto(b"<14>Nov 30 16:00:00 web1 wiki: " + LINES[0], each.getsockname())
                    sender.sendto(b"<190>1 2026-11-30T16:00:00Z web1 nginx - - - " + LINES[1], each.getsockname())
            with pytest.raises(OSError, match="in use"):
                syslog.remove_stale(path)

    asyncio.run(main())
    assert (kept(source), kept(other)) == ([LINES[0]] * 2, [LINES[1]] * 2)
    assert not path.exists()
    assert lost(source) == {}


def test_a_socket_that_a_killed_process_left_is_replaced(source: Source, tmp_path: Path) -> None:
    path = tmp_path / "syslog.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as left:
        left.bind(str(path))

    async def main() -> list[str]:
        receiver = Receiver(source, say=quietly)
        said = await receiver.listen(Places(unix=[path]))
        await receiver.stop()
        return said

    assert asyncio.run(main()) == [f"unix {path}"]


def test_while_nothing_can_be_kept_senders_wait_and_nothing_is_lost(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syslog, "MOST_HELD", 10_000)
    monkeypatch.setattr(syslog, "PAUSE", 0)
    monkeypatch.setattr(spool, "has_no_room", lambda _: True)
    said: list[str] = []
    many = [b"%07d %b" % (number, b"x" * 500) for number in range(600)]  # more than is read at once

    async def main() -> None:
        receiver = Receiver(source, say=said.append)
        async with receiving(receiver, Places(tcp=[HERE])):
            sending = asyncio.create_task(send(receiver, b"".join(b"<14>%b\n" % line for line in many)))
            await until(lambda: not receiver.room.is_set() and said)
            assert not sending.done()
            assert receiver.held < 10_000 + 2 * MOST
            monkeypatch.setattr(spool, "has_no_room", lambda _: False)
            await sending

    asyncio.run(main())
    assert kept(source) == many
    assert [text.split(":")[0] for text in said] == ["Lines cannot be kept", "Lines are kept again."]
    assert lost(source) == {}


@pytest.mark.skipif(not Path("/proc/net/udp").exists(), reason="only Linux says what it dropped")
def test_what_the_system_drops_of_udp_is_counted(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syslog, "RECEIVE_BUFFER", 20_000)
    monkeypatch.setattr(syslog, "TOGETHER", 0)

    async def main() -> None:
        receiver = Receiver(source, say=quietly)
        async with receiving(receiver, Places(udp=[HERE])):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for _ in range(500):  # nobody reads meanwhile
                    sender.sendto(b"<14>" + LINES[0], receiver.sockets[0].getsockname())

    asyncio.run(main())
    assert 0 < len(kept(source)) < 500
    assert lost(source) == {"dropped": 500 - len(kept(source))}


def test_what_was_lost_is_kept_for_thirty_days(source: Source) -> None:
    def at(day: int) -> datetime.datetime:
        return datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC) + datetime.timedelta(days=day)

    lost_lines.count(source, {"torn": 2, "long": 0}, at(0))
    lost_lines.count(source, {"torn": 1, "dropped": 5}, at(0))
    lost_lines.count(source, {}, at(40))
    assert lost(source) == {"torn": 3, "dropped": 5}
    lost_lines.count(source, {"long": 1}, at(31))
    assert lost(source) == {"long": 1}
    lost_lines.path_of(source).write_text('{"2026-')
    assert lost_lines.of(source) == []
    lost_lines.count(source, {"long": 2}, at(31))
    assert lost(source) == {"long": 2}


def test_what_was_lost_stands_on_the_page_of_the_source_in_doctor_and_metrics(
    client: Client, source: Source, alice: User
) -> None:
    lost_lines.count(source, {"torn": 3, "dropped": 4})
    client.force_login(alice)
    page = client.get(f"/administration/sources/{source.pk}/").content.decode()
    assert "Lost lines" in page
    assert "the connection ended in the middle of it" in page
    assert f"{source} lost 7 lines" in "\n".join(each.text for each in work.sources())
    assert 'seatwise_lost_lines{source="log",reason="dropped"} 4\n' in metrics.render()


def test_where_it_cannot_listen_the_command_says_so(
    source: Source, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    cases = {
        ("log",): "Say where to listen",
        ("nothing", "--udp", "127.0.0.1:5514"): "there is no source 'nothing'",
        ("log", "--udp", "here"): "is no place to listen",
        ("log", "--tls", "127.0.0.1:6514"): "--certificate and --key",
        ("log", "--tls", "127.0.0.1:6514", "--certificate", f"{tmp_path}/no.pem", "--key", "x"): "no.pem",
        ("log", "--udp", "127.0.0.1:5514", "--tag", "nginx=nothing"): "there is no source 'nothing'",
        ("log", "--unix", f"{tmp_path}/not/there"): "Cannot listen",
    }
    for arguments, said in cases.items():
        assert main(["syslog", *arguments]) in (1, 2)
        assert said in capsys.readouterr().err
