"""The formats that have a name, as data, and reading a format somebody wrote down.

A format is written as an nginx `log_format`, an Apache `LogFormat`, a map of JSON names (`json:time=ts,user=user_id,…`)
or one of the names below. Sources: nginx ngx_http_log_module and ngx_http_core_module; Apache mod_log_config; W3C
Working Draft "Extended Log File Format"; Caddy "log" directive; Traefik "Access Logs".
"""

from dataclasses import dataclass

from seatwise.logs.apache import parse_apache
from seatwise.logs.fields import Field, FormatError, Piece, assign
from seatwise.logs.jsonmap import JsonMap, parse_json_map
from seatwise.logs.nginx import parse_nginx
from seatwise.logs.notices import FormatCode, FormatOrigin
from seatwise.logs.scan import BY_JSON, BY_SERVER, RAW
from seatwise.logs.w3c import DEFAULT_FIELDS, w3c_pieces

COMMON = '%h %l %u %t "%r" %>s %b'
COMBINED = COMMON + ' "%{Referer}i" "%{User-Agent}i"'


@dataclass(frozen=True)
class NamedFormat:
    """A format known by name: how it is written down, one line of it, and whose it is."""

    name: str
    definition: str
    example: str
    about: FormatOrigin
    escapes: int = BY_SERVER


NAMED = {
    named.name: named
    for named in (
        NamedFormat(
            "combined",
            COMBINED,
            '192.0.2.7 - alice [10/Oct/2026:13:55:36 +0900] "GET /k/ HTTP/1.1" 200 2326 "-" "Mozilla/5.0"',
            FormatOrigin.COMBINED,
        ),
        NamedFormat(
            "vhost-combined",
            '%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"',
            'wiki.example.com:443 192.0.2.7 - alice [10/Oct/2026:13:55:36 +0900] "GET / HTTP/1.1" 200 2326 "-" "-"',
            FormatOrigin.VHOST_COMBINED,
        ),
        NamedFormat(
            "traefik",
            COMBINED + ' %{RequestCount}x "%{Router}x" "%{Server}x" %{Duration}xms',
            '192.0.2.7 - alice [10/Oct/2026:13:55:36 +0000] "GET / HTTP/1.1" 200 9 "-" "-" 1 "wiki" "http://b:80" 3ms',
            FormatOrigin.TRAEFIK,
            RAW,
        ),
        NamedFormat(
            "ingress-nginx-2018",
            '$the_real_ip - [$the_real_ip] - $remote_user [$time_local] "$request" $status $more',
            '203.0.113.9 - [203.0.113.9] - alice [10/Oct/2026:13:55:36 +0000] "GET /k/ HTTP/2.0" 200 612 "-" "-" 437 '
            "0.004 [team-svc-80] 10.42.0.9:8080 612 0.004 200 0123abcd",
            FormatOrigin.INGRESS_2018,
        ),
        NamedFormat(
            "ingress-nginx",
            '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" '
            '"$http_user_agent" $request_length $request_time [$proxy_upstream_name] $more',
            '203.0.113.9 - alice [10/Oct/2026:13:55:36 +0000] "GET /k/ HTTP/2.0" 200 612 "-" "-" 437 0.004 [team-svc] '
            "[] 10.42.0.9:8080 612 0.004 200 0123abcd",
            FormatOrigin.INGRESS,
        ),
        NamedFormat(
            "vhost",
            '%v %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
            'wiki.example.com 192.0.2.7 - alice [10/Oct/2026:13:55:36 +0900] "GET / HTTP/1.1" 200 2326 "-" "-"',
            FormatOrigin.VHOST,
        ),
        NamedFormat(
            "atlassian",
            "%t %{X-AUSERNAME}o %I %h %r %s %Dms %b %{Referer}i %{User-Agent}i",
            "[10/Oct/2026:13:55:36 +0900] alice http-nio-8090-exec-3 192.0.2.7 GET /display/A/B HTTP/1.1 200 12ms 1234 "
            "https://wiki.example.com/ Mozilla/5.0 (X11)",
            FormatOrigin.ATLASSIAN,
            RAW,
        ),
        NamedFormat(
            "oauth2-proxy",
            '%a - %{id}x - %u [%{%Y/%m/%d %H:%M:%S}t] %{Host}i %m %{upstream}x "%U%q" %H "%{User-Agent}i" %>s %B %D',
            '192.0.2.7:55370 - 0e6d53d6-3b1c - alice@example.com [2026/10/10 13:55:36] wiki.example.com GET / "/page" '
            'HTTP/1.1 "Mozilla/5.0" 200 123 0.002',
            FormatOrigin.OAUTH2_PROXY,
            RAW,
        ),
        NamedFormat(
            "uwsgi",
            "[%{before}x] %h (%u) {%{vars}x} [%{%a %b %d %H:%M:%S %Y}t] %m %U%q => generated %{bytes}x (%H %>s) "
            "%{after}x",
            "[pid: 7|app: 0|req: 1/1] 192.0.2.7 (alice) {28 vars in 300 bytes} [Sat Oct 10 13:55:36 2026] GET /k/ => "
            "generated 100 bytes in 3 msecs (HTTP/1.1 200) 2 headers in 44 bytes (1 switches on core 0)",
            FormatOrigin.UWSGI,
            RAW,
        ),
        NamedFormat(
            "nextcloud-audit",
            "json:time=time,user=user,method=method,uri=url,assume=200",
            '{"reqId":"a","level":1,"time":"2026-10-10T08:09:12+02:00","remoteAddr":"192.0.2.7","user":"alice",'
            '"app":"admin_audit","method":"GET","url":"/apps/files/","message":"x","version":"31"}',
            FormatOrigin.NEXTCLOUD,
        ),
        NamedFormat(
            "gitlab",
            "json:time=time,user=username,method=method,uri=path,status=status",
            '{"method":"GET","path":"/group/project","status":200,"time":"2026-10-10T08:09:12.123Z","username":"alice"}',
            FormatOrigin.GITLAB,
        ),
        NamedFormat(
            "grafana",
            "json:time=t,user=uname,method=method,uri=path,status=status",
            '{"logger":"context","msg":"Request Completed","method":"GET","path":"/d/1","status":200,'
            '"t":"2026-10-10T08:09:12.1Z","uname":"alice"}',
            FormatOrigin.GRAFANA,
        ),
        NamedFormat(
            "common",
            COMMON,
            '192.0.2.7 - alice [10/Oct/2026:13:55:36 +0900] "GET /k/ HTTP/1.1" 200 2326',
            FormatOrigin.COMMON,
        ),
        NamedFormat(
            "caddy",
            "json:time=ts,user=user_id,method=request.method,uri=request.uri,host=request.host,status=status",
            '{"ts":1791608136.1,"request":{"method":"GET","host":"wiki.example.com","uri":"/"},'
            '"user_id":"alice","status":200}',
            FormatOrigin.CADDY,
        ),
        NamedFormat(
            "traefik-json",
            "json:time=StartUTC,user=ClientUsername,method=RequestMethod,uri=RequestPath,host=RequestHost,"
            "status=DownstreamStatus",
            '{"ClientUsername":"alice","DownstreamStatus":200,"RequestHost":"wiki.example.com",'
            '"RequestMethod":"GET","RequestPath":"/","StartUTC":"2026-10-10T04:55:36.1Z"}',
            FormatOrigin.TRAEFIK_JSON,
        ),
        NamedFormat(
            "iis",
            "w3c:" + " ".join(DEFAULT_FIELDS),
            "2026-10-10 04:55:36 192.0.2.1 GET / - 443 CORP\\alice 192.0.2.7 Mozilla/5.0 - 200 0 0 31",
            FormatOrigin.IIS,
        ),
    )
}
AUTO = "auto"


@dataclass(frozen=True)
class Format:
    """A format ready to be compiled: pieces of text or a map of names."""

    name: str  # as given: a name, or what was written down
    pieces: tuple[Piece, ...] = ()
    json: JsonMap | None = None
    escapes: int = BY_SERVER
    assumed: int = -1  # the status of every line, where none is logged
    quotes: bool = True  # whether a quote behind a backslash ends no field
    directives: bool = False  # lines that begin with # say what follows (W3C)
    date: tuple[int, int] | None = None  # of lines without one: the epoch day and second of a #Date before them
    log_zone: str | None = None  # of times without an offset, where the format says so
    login_field: str | None = None

    @property
    def has_host(self) -> bool:
        """Whether its lines name the host that was asked for."""
        if self.json is not None:
            return "host" in self.json
        return any(isinstance(piece, Field) and piece.role == "host" for piece in self.pieces)


def parse_format(text: str, login_field: str | None = None) -> Format:
    """The format that `text` names or writes down; FormatError says what is wrong with it and what is expected.

    `login_field` names the variable, header or key that holds the login, where it is not the usual one.
    """
    text = text.strip()
    definition = NAMED[text].definition if text in NAMED else text
    if definition.startswith("json:"):
        names, assumed = parse_json_map(definition[5:], login_field)
        return Format(text, json=names, escapes=BY_JSON, assumed=assumed, login_field=login_field)
    if definition.startswith("w3c:"):
        pieces = w3c_pieces(definition[4:].split())
        return Format(
            text,
            assign(pieces, login_field),
            escapes=RAW,
            quotes=False,
            directives=True,
            log_zone="UTC",
            login_field=login_field,
        )
    if "$" in definition:
        pieces, escapes = parse_nginx(definition)
        quotes = escapes != RAW
        return Format(text, assign(pieces, login_field), escapes=escapes, quotes=quotes, login_field=login_field)
    if "%" in definition:
        escapes = NAMED[text].escapes if text in NAMED else BY_SERVER
        return Format(text, assign(parse_apache(definition), login_field), escapes=escapes, login_field=login_field)
    raise FormatError(FormatCode.UNKNOWN, text=text, names=", ".join(NAMED))
