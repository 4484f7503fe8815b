"""What others put around the lines of a server: syslog, containers, shippers. It is taken off before a line is read.

Sources: RFC 3164 and 5424; Docker json-file and compose; the Kubernetes CRI logging format; systemd's journal as JSON.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seatwise.logs.events import of_authelia, of_bitbucket, of_each, of_keycloak
from seatwise.logs.fields import FormatError
from seatwise.logs.notices import FormatCode
from seatwise.logs.sign_ins import of_sign_in

Unwrap = Callable[[bytes], bytes]  # whole lines → whole lines

_ISO = rb"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
_STAMP = rb"(?:[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?|(?:[A-Z][a-z]{2} )?" + _ISO + rb")"
_RFC3339 = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
_COLOUR = rb"(?:\x1b\[[\d;]*m)*"
_ADDRESS = rb"(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F]{0,4}:[\da-fA-F:]*:[\da-fA-F.]*)(?::\d{1,5})?"
_BEFORE_TIME = rb" \S+ (?:[^\n\[\"]{0,300}? )?\[\d\d/[A-Z][a-z]{2}/\d{4}:"


def without(prefix: bytes, instead: bytes = b"") -> Unwrap:
    """Takes off what fits at the beginning of a line, and puts something else there."""
    pattern = rb"(?m)^(?:" + prefix + rb")"
    return lambda text: re.sub(pattern, instead, text)  # compiled when it is first needed


def text_of(value: object) -> bytes | None:
    """A text as bytes; journald writes one that is not UTF-8 as a list of numbers."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in value):
        return bytes(value)
    return None


def value_of(*names: str, cuts: bool = False) -> Unwrap:
    """Takes the line out of a JSON object, or out of one in it, where it is the value of one of these names.

    With `cuts` a text that does not end belongs to the next one, as Docker cuts long lines; unless none of them ends,
    since a shipper took that away.
    """

    def text_in(line: bytes) -> bytes | None:
        try:
            found = json.loads(line) if line[:1] == b"{" else None
        except (ValueError, RecursionError):
            return None
        if not isinstance(found, dict):
            return None
        objects = (found, *(inner for inner in found.values() if isinstance(inner, dict)))
        texts = (text_of(each[name]) for each in objects for name in names if name in each)
        found_text = next((text for text in texts if text is not None), None)
        return found_text and found_text[:-1].replace(b"\n", b"\\n") + found_text[-1:]  # what is quoted begins no line

    def unwrap(block: bytes) -> bytes:
        *lines, last = block.split(b"\n")
        texts = [text_in(line) for line in lines]
        joins = cuts and any(text is not None and text.endswith(b"\n") for text in texts)
        whole = [
            line + b"\n" if text is None else text if joins else text.removesuffix(b"\n") + b"\n"
            for line, text in zip(lines, texts, strict=True)
        ]
        rest = text_in(last)
        return b"".join(whole) + (last if rest is None else rest)

    return unwrap


def csv_cell(block: bytes) -> bytes:
    """Takes the line out of the first cell of a CSV row that holds quotes, doubled as CSV has them."""
    return _CSV_ROW.sub(lambda row: row[1].replace(b'""', b'"'), block)


_CSV_ROW = re.compile(
    rb'(?m)^(?:(?:"[^"\n]*+"|[^",;\t\n]*+)[,;\t])*?"([^"\n]*+""(?:[^"\n]|"")*+)"(?:[,;\t][^\n]*)?\r?$'
)


def logfmt(block: bytes) -> bytes:
    """Lines of key=value pairs as JSON, each value a text as it stands; other lines as they are."""

    def as_json(line: bytes) -> bytes:
        if _LOGFMT.fullmatch(line) is None:
            return line
        pairs = (
            b'"%b":"%b"' % (key.replace(b"\\", b"\\\\"), quoted or bare.replace(b"\\", b"\\\\"))
            for key, quoted, bare in _PAIR.findall(line)
        )
        return b"{" + b",".join(pairs) + b"}"

    return b"\n".join(map(as_json, block.split(b"\n")))


_PAIR = re.compile(rb'([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?:[ \t]+|\r?$)')
_LOGFMT = re.compile(rb"(?:%b){2,}+" % _PAIR.pattern)


def ltsv(block: bytes) -> bytes:
    """Lines of label:value, apart by tabs (ltsv.org), as JSON, a value in brackets without them; others as they are."""

    def as_json(line: bytes) -> bytes:
        if _LTSV.fullmatch(line) is None:
            return line
        pairs = (pair.partition(b":") for pair in line.removesuffix(b"\r").split(b"\t"))
        found = {label: value[1:-1] if value[:1] + value[-1:] == b"[]" else value for label, _, value in pairs}
        return b"{" + b",".join(b'"%b":"%b"' % (label, _in_json(value)) for label, value in found.items()) + b"}"

    return b"\n".join(map(as_json, block.split(b"\n")))


def _in_json(value: bytes) -> bytes:
    return re.sub(rb'[\\"]', rb"\\\g<0>", value)


_LTSV = re.compile(rb"[\w.-]+:[^\t\n]*(?:\t[\w.-]+:[^\t\n]*){2,}")


def cri(block: bytes) -> bytes:
    """Takes off what a container runtime writes, and joins what it cut."""
    whole = _CRI_WHOLE.sub(b"", block)
    return _CRI_PART.sub(rb"\1", whole)


_CRI_WHOLE = re.compile(rb"(?m)^" + _ISO + rb" std(?:out|err) F(?::\S*)? ")
_CRI_PART = re.compile(rb"(?m)^" + _ISO + rb" std(?:out|err) P(?::\S*)? (.*)\n")


def is_docker_part(line: bytes) -> bool:
    """Whether what Docker wrote as one line is the beginning of one that goes on in the next."""
    return re.match(rb'\{\s*"log"\s*:\s*"', line) is not None and b'\\n"' not in line


def is_cri_part(line: bytes) -> bool:
    return _CRI_PART.match(line) is not None


@dataclass(frozen=True)
class Wrapper:
    """A wrapper known by name, a line in it, and whether a line is a part that needs the next one."""

    name: str
    unwrap: Unwrap
    example: str
    is_part: Callable[[bytes], bool] | None = None


WRAPPERS = {
    wrapper.name: wrapper
    for wrapper in (
        Wrapper("cri", cri, "2026-10-10T13:55:36.689166775Z stdout F ", is_cri_part),
        Wrapper(
            "syslog5424",
            without(
                rb"(?:\d+ )?(?:<\d{1,3}>1 -|(?:<\d{1,3}>)?1 "
                + _ISO
                + rb") (?:\S+ ){4}(?:-|(?:\[(?:[^\]\"\n]|\"(?:[^\"\\\n]|\\.)*\")*\])+) ?(?:\xef\xbb\xbf)?"
            ),
            "<190>1 2026-10-10T13:55:36.003Z web1 nginx 8710 - - ",
        ),
        Wrapper(
            "syslog",
            without(rb"(?:(?:<\d{1,3}>)?" + _STAMP + rb" (?:\S+ )?(?:\w+\.\w+ )?[\w./()-]+(?:\[[\w.-]*\])?: ){1,2}"),
            "Oct 10 13:55:36 web1 nginx: ",
        ),
        Wrapper(
            "compose",
            without(
                _COLOUR + rb"[\w.@/-]+ *" + _COLOUR + rb"\| ?" + _COLOUR + rb" ?(?:" + _RFC3339 + rb" )?" + _COLOUR
            ),
            "nginx-1  | ",
        ),
        Wrapper(
            "kubectl",
            without(_COLOUR + rb"\[[\w./-]+\]" + _COLOUR + rb" ?" + _COLOUR + rb"(?:" + _RFC3339 + rb" )?"),
            "[pod/web-7c5d/nginx] ",
        ),
        Wrapper(
            "docker",
            value_of("log", cuts=True),
            '{"log":"…\\n","stream":"stdout","time":"2026-10-10T13:55:36.6Z"}',
            is_docker_part,
        ),
        Wrapper("journald", value_of("MESSAGE"), '{"MESSAGE":"…","SYSLOG_IDENTIFIER":"nginx"}'),
        Wrapper(
            "message",
            value_of(
                "message",
                "msg",
                "line",
                "textPayload",
                "@message",
                "short_message",
                "body",
                "_raw",
                "resultDescription",
            ),
            '{"@timestamp":"2026-10-10T13:55:36.6Z","message":"…"}',
        ),
        Wrapper(
            "caddy-console",
            without(
                _COLOUR
                + rb"(\d{4})/(\d\d)/(\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)"
                + _COLOUR
                + rb"\t[^\t\n]*\t[^\t\n]*\t[^\t\n]*\t\{",
                rb'{"ts":"\1-\2-\3T\4Z",',
            ),
            '2026/10/10 13:55:36.123\tINFO\thttp.log.access\thandled request\t{"request":{…},…}',
        ),
        Wrapper("csv", csv_cell, '2026-10-10T13:55:36Z,"192.0.2.7 - alice […] ""GET / HTTP/1.1"" 200 …"'),
        Wrapper("logfmt", logfmt, 't=2026-10-10T13:55:36Z uname=alice method=GET path="/d/1" status=200'),
        Wrapper("ltsv", ltsv, "time:[10/Oct/2026:13:55:36 +0900]\tuser:alice\treq:GET / HTTP/1.1\tstatus:200"),
        Wrapper("keycloak", of_each(of_keycloak), "2026-10-10 13:55:36,123 INFO  [org.keycloak.events] (…) type=…"),
        Wrapper("authelia", of_each(of_authelia), 'time="2026-10-10T13:55:36Z" level=debug msg="Successful 1FA …"'),
        Wrapper("sign-ins", of_each(of_sign_in), '{"published":"…","eventType":"user.session.start","actor":{…},…}'),
        Wrapper("bitbucket", of_bitbucket, "192.0.2.7 | ssh | … | SSH - git-upload-pack '/team/code.git' | - | 0 | …"),
        Wrapper("date", without(rb"\[?" + _STAMP + rb"\]?:?[ \t]"), "2026/10/10 08:16:01 "),
        Wrapper("date-host", without(rb"\[?" + _STAMP + rb"\]?:?[ \t]\S+[ \t]"), "2026/10/10 08:16:01 web1 "),
        Wrapper("json", without(rb"[^\n{]*(?=\{\s*\")"), 'Oct 10 13:55:36 web1 app {"ts":…}'),
        Wrapper(
            "prefix",
            without(rb"(?:\"[\d.:a-fA-F, -]*\"[ \t])?[^\n\"]{0,500}?(?<![\w.:-])(?=" + _ADDRESS + _BEFORE_TIME + rb")"),
            "web-7c5d 203.0.113.9, ",
        ),
    )
}
NO_WRAPPER = "none"
LAST_RESORT = ("json", "prefix")  # where nothing is known of what stands before


def named_wrappers(text: str) -> tuple[str, ...]:
    """The names in `docker+syslog`, outermost first; none of them for `none`. FormatError for one that is not known."""
    names = () if text == NO_WRAPPER else tuple(text.split("+"))
    for name in names:
        if name not in WRAPPERS:
            raise FormatError(FormatCode.UNKNOWN_WRAPPER, name=name, names=", ".join((NO_WRAPPER, *WRAPPERS)))
    return names


def unwrapped(block: bytes, names: Sequence[str]) -> bytes:
    """Whole lines without their wrappers, outermost first. A line that has none stays as it is."""
    for name in names:
        block = WRAPPERS[name].unwrap(block)
    return block
