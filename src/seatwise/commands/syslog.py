"""`seatwise syslog`: listens for log lines that come by syslog."""

import argparse
import asyncio
import signal
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from seatwise.commands.errors import Failure
from seatwise.commands.named import source_of_logs
from seatwise.server import listening

if TYPE_CHECKING:
    from seatwise.ingest.syslog import Places, Receiver

HELP = "receive a source’s log lines by syslog (UDP, TCP, TLS, Unix socket), until it is stopped"
NOTHING = "Nothing was received."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="the source whose lines they are")
    for name, what in (("udp", "UDP"), ("tcp", "TCP"), ("tls", "TCP with TLS")):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="HOST:PORT", help=f"listen there for {what}; repeatable"
        )
    parser.add_argument(
        "--unix",
        action="append",
        default=[],
        metavar="PATH",
        help="listen for datagrams on this Unix socket; repeatable",
    )
    parser.add_argument("--certificate", metavar="FILE", help="for TLS: the certificate and its chain (PEM)")
    parser.add_argument("--key", metavar="FILE", help="for TLS: the private key (PEM)")
    parser.add_argument(
        "--client-ca", metavar="FILE", help="for TLS: accept only clients with a certificate of this CA"
    )
    parser.add_argument(
        "--tag",
        action="append",
        default=[],
        metavar="TAG=SOURCE",
        help="messages with this tag or application name are of another source; repeatable",
    )


def run(options: argparse.Namespace) -> None:
    from seatwise.ingest.syslog import Places, Receiver

    by_tag = dict(tag.rpartition("=")[::2] for tag in options.tag)
    udp, tcp, tls = ([place_of(each) for each in given] for given in (options.udp, options.tcp, options.tls))
    places = Places(udp, tcp, tls, [Path(each) for each in options.unix], context_of(options) if tls else None)
    if not (udp or tcp or tls or options.unix):
        raise Failure("Say where to listen: --udp, --tcp, --tls or --unix.", 2)
    source, others = source_of_logs(options.source), {tag: source_of_logs(code) for tag, code in by_tag.items()}
    try:
        asyncio.run(until_told(Receiver(source, others, say), places))
    except OSError as error:
        raise Failure(
            f"Cannot listen: {error.strerror or error}{f': {error.filename}' if error.filename else ''}."
        ) from None


def say(text: str) -> None:
    print(text, flush=True)


def place_of(bind: str) -> tuple[str, int]:
    try:
        return listening.split(bind)
    except listening.CannotListen as error:
        raise Failure(error, 2) from None


def context_of(options: argparse.Namespace) -> ssl.SSLContext:
    """How TLS is spoken. Raises Failure where the files do not allow it."""
    if not options.certificate or not options.key:
        raise Failure("TLS needs --certificate and --key.", 2)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=options.client_ca)
    try:
        context.load_cert_chain(options.certificate, options.key)
    except OSError as error:
        raise Failure(f"{options.certificate}, {options.key}: {error.strerror or error}.") from None
    if options.client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def until_told(receiver: "Receiver", places: "Places") -> None:
    """Receive until the process is told to end."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await receive(receiver, places, told)


async def receive(receiver: "Receiver", places: "Places", told: asyncio.Event) -> None:
    """Receive until told to stop; then keep what has arrived. Raises OSError where it cannot listen."""
    try:
        for where in await receiver.listen(places):
            receiver.say(f"Listening on {where} for {receiver.source.code}.")
    except OSError:
        receiver.close()
        raise
    work = [asyncio.create_task(each) for each in (receiver.keep(), receiver.watch(), told.wait())]
    done, _running = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
    for task in work:
        task.cancel()
    await receiver.stop()
    for task in done:
        task.result()
