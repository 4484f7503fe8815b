"""Part one: reading logs."""

from pathlib import Path

from benchmarks import making, peers
from benchmarks.measuring import Reader, measure
from benchmarks.report import Section, compared, ratio, table

PART = "logs"
MEMORY_FACTOR = 4  # how much longer the log is that shows whether memory grows with lines


def section(scratch: Path, lines: int) -> Section:
    """Measure, and say what was found."""
    found = Section(PART, f"python -m benchmarks {PART} --lines {lines}")
    for kind, title in (("combined", "Combined log"), ("caddy", "JSON lines (Caddy)")):
        print(f"{title}, {lines:,} lines", flush=True)
        log = making.log(scratch, kind, lines)
        readers, command = peers.all_of(kind, log, scratch), peers.report_command(kind, log)
        measure([*readers, command])
        said = verdict(readers, command)
        found.paragraphs += [f"### {title}, {lines:,} lines", compared(readers, command), said]
    found.paragraphs += ["### Seatwise in other circumstances", circumstances(scratch, lines)]
    return found


def verdict(readers: list[Reader], command: Reader) -> str:
    """Seatwise against the limit and against the fastest peer, alone and as a whole command."""
    ours, limit, *others = readers
    peers_measured = [reader for reader in others if reader.runs]
    said = ["None of the peers could be measured."]
    if peers_measured:
        peer = min(peers_measured, key=lambda reader: reader.seconds)
        said = [
            f"Seatwise's rate is {ratio(peer.seconds / ours.seconds)} times that of {peer.name}, "
            "the fastest of the peers."
        ]
        if command.runs:
            whole = min(peers_measured, key=lambda reader: reader.whole)
            said.append(
                f"As a whole command it takes {ratio(command.whole / whole.whole)} of the time of {whole.name}, the "
                "fastest of them as one."
            )
        if limit.runs:
            said.append(f"The C program's rate is {ratio(peer.seconds / limit.seconds)} times that of {peer.name}.")
    if limit.runs:
        said.append(f"Seatwise reaches {ratio(limit.seconds / ours.seconds)} of the rate of the C program.")
    return " ".join(said)


def circumstances(scratch: Path, lines: int) -> str:
    """Seatwise alone: the defaults' rules, packed input, the whole command, a longer log."""
    log, longer = making.log(scratch, "combined", lines), making.log(scratch, "combined", MEMORY_FACTOR * lines)
    readers = [
        peers.seatwise("as above", "combined", "same", log),
        peers.seatwise("with the rules it has by default", "combined", "default", log),
        peers.seatwise("the same log packed by gzip", "combined", "same", making.packed(log)),
        peers.unpacking(making.packed(log)),
        peers.report_command("combined", log),
        peers.seatwise(f"{MEMORY_FACTOR * lines:,} lines", "combined", "same", longer),
    ]
    print("Seatwise alone", flush=True)
    measure(readers)
    base = readers[0].seconds / lines
    rows = []
    for reader in readers:
        count = MEMORY_FACTOR * lines if reader is readers[-1] else lines
        rate = ratio(base * count / reader.seconds) if reader.runs else "–"
        rows.append(
            [reader.name, rate, f"{reader.megabytes:.0f}" if reader.runs else "–", reader.remark or reader.error]
        )
    return table(["combined log", "rate", "MB", "remark"], rows)
