"""The options that say how logs are read, shared by the commands that read logs."""

import argparse
import datetime
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from seatwise import configuration
from seatwise.lib import days
from seatwise.lib.notices import Notice
from seatwise.logs.coverage import LONGEST_SILENCE, SILENCE
from seatwise.logs.detection import detect, note_wrappers
from seatwise.logs.formats import AUTO, Format, parse_format
from seatwise.logs.gathering import LoginRules
from seatwise.logs.inputs import Input
from seatwise.logs.reading import Source
from seatwise.logs.reading_rules import ReadingRules, reading_rules
from seatwise.logs.rules import APIS, ASSETS, SCREENS, Rules, Zones

LOG_HELP = (
    "a log file, a directory, a quoted pattern such as 'access.log*', an address such as s3://bucket/logs/ "
    "(seatwise[remote]), or - for standard input"
)

LOG_OR_PART_HELP = f"{LOG_HELP}; or fact files (`seatwise facts`)"


def add_rules(parser: argparse.ArgumentParser) -> None:
    """The options of a service's rules and of a source's format."""
    parser.add_argument("--format", default=AUTO, metavar="F", help="log format (see `seatwise formats`)")
    parser.add_argument("--login-field", metavar="X", help="the variable, header or key that holds the login")
    parser.add_argument("--time-zone", metavar="Z", type=zone_name, help="time zone of the days counted (Asia/Tokyo)")
    parser.add_argument("--log-time-zone", metavar="Z", type=zone_name, help="time zone of times without an offset")
    for name, what, default in (
        ("host", "count only this host", ""),
        ("screen", "paths of screens", ", ".join(SCREENS)),
        ("api", "paths of the API", ", ".join(APIS)),
        ("asset", "paths of pictures, scripts and the like", ", ".join(ASSETS)),
    ):
        by_default = f" (default: {default.replace('%', '%%')})" if default else ""
        parser.add_argument(f"--{name}", action="append", metavar="G", help=what + by_default)
    parser.add_argument(
        "--program",
        action="append",
        metavar="LOGIN",
        default=[],
        help="a login used by a program, not a person",
    )
    parser.add_argument("--exact-logins", action="store_true", help="logins differ by case and Unicode form")
    parser.add_argument("--drop-domain", action="store_true", help="CORP\\jdoe and jdoe@example.com are jdoe")
    parser.add_argument(
        "--longest-silence",
        metavar="N",
        type=at_least(1, LONGEST_SILENCE),
        default=SILENCE,
        help=f"days between two lines of a file up to which those between are covered (default {SILENCE})",
    )


def add_reading(parser: argparse.ArgumentParser) -> None:
    """The options of reading logs that lie here."""
    parser.add_argument("--wrapper", metavar="W", help="wrapper around the lines (see `seatwise formats`), or none")


def zone_name(text: str) -> str:
    """A name of a time zone, for argparse."""
    try:
        days.zone(text)
    except days.UnknownZone as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def day_option(text: str) -> int:
    """A date, for argparse."""
    try:
        return days.parse_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def month_option(text: str) -> int:
    """A month, for argparse."""
    try:
        return days.parse_month(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def filter_text(text: str) -> str:
    """What a list is narrowed by, for argparse. Nothing would be everybody: a variable of a script that was not set."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; leave the option out for everyone")
    return text


def at_least(least: int, most: int = 100_000) -> "type[int]":
    """A whole number that is not less than `least`, for argparse."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
            up_to = f" and at most {most}" if most < 100_000 else ""
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {least}{up_to}")
        return int(text)

    return read  # type: ignore[return-value]


def rules_of(options: argparse.Namespace) -> Rules:
    """The rules that the options give; a sort of globs that is not given keeps its defaults, "" means none."""

    def globs(given: Sequence[str] | None, default: tuple[str, ...]) -> tuple[str, ...]:
        return default if given is None else tuple(glob for glob in given if glob)

    return Rules(
        hosts=globs(options.host, ()),
        screens=globs(options.screen, SCREENS),
        apis=globs(options.api, APIS),
        assets=globs(options.asset, ASSETS),
        programs=tuple(options.program),
    )


def arguments_for(rules: ReadingRules) -> Iterator[str]:
    """The options that mean these rules; those that are so anyway are left out."""
    parser = argparse.ArgumentParser()
    add_rules(parser)
    usual = reading_rules(AUTO, None, Zones(""), rules_of(parser.parse_args([])))
    for each in fields(rules):
        value = getattr(rules, each.name)
        name = "--" + each.name.replace("_", "-")
        if value == getattr(usual, each.name):
            continue
        if value is True:
            yield name
        else:
            for text in value or ("",) if isinstance(value, tuple) else (value,):
                yield f"{name}={text}"


def today_in(zone: str) -> int:
    """The day it is in a zone, or the one that SEATWISE_TODAY fixes."""
    return days.day_of(configuration.today(days.zone(zone)))


@dataclass(frozen=True)
class Choice:
    """How logs will be read, and why in that format if it was found out."""

    source: Source
    why: Notice | None = None


def source_of(options: argparse.Namespace, inputs: Sequence[Input]) -> Choice:
    """How the options say that these inputs are to be read."""
    rules = rules_of(options)
    zone = options.time_zone or configuration.zone().key
    why = None
    form: Format
    if options.format == AUTO:
        choice = detect(inputs, options.login_field, options.wrapper)
        form, why = choice.format, choice.why
    else:
        form = parse_format(options.format, options.login_field)
        note_wrappers(inputs, form, options.wrapper)
    zones = Zones(zone, options.log_time_zone)
    logins = LoginRules(options.exact_logins, options.drop_domain)
    return Choice(Source(form, zones, rules, logins, options.longest_silence, today_in(zone)), why)


class ProgressBar:
    """A bar on standard error while something is read, if that is a terminal."""

    def __init__(self) -> None:
        self.shown = False
        self.last = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` bytes were read."""
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self.last < 0.1:
            return
        self.last, self.shown = now, True
        if total:
            filled = 30 * done // total
            text = f"[{'█' * filled}{' ' * (30 - filled)}] {100 * done // total:3d} %"
        else:
            text = f"{done / 1e6:.0f} MB read"
        print(f"\r{text}", end="", file=sys.stderr, flush=True)

    def finish(self) -> None:
        if self.shown:
            print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)


def iso(day: int) -> str:
    date: datetime.date = days.date_of(day)
    return date.isoformat()
