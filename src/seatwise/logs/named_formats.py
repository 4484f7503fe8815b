"""The formats that have a name, as data: what people have who changed nothing, or what a product documents.

Where several fit nearly as well, the first is taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from seatwise.logs.escapes import BY_SERVER, RAW
from seatwise.logs.notices import FormatOrigin
from seatwise.logs.w3c import DEFAULT_FIELDS

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
    login: str = ""  # what a login has to look like so that a log is taken for this format, where it may be anything
    begins: str = ""  # what a line has to begin with so that it is taken for this format
    sign_ins: bool = False  # whether it says who signed in, not who used something
    wrapper: str = ""  # what its lines are always in
    marks: tuple[str, ...] = ()  # names that a line of JSON has to have so that it is taken for this format


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
            begins=r"\S* (?!-+ )",  # an address, where a combined line has the `-` before a login of two words
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
            "oauth2-proxy-6",
            '%a - %u [%{%Y/%m/%d %H:%M:%S}t] %{Host}i %m %{upstream}x "%U%q" %H "%{User-Agent}i" %>s %B %D',
            '192.0.2.7 - alice@example.com [2026/10/10 13:55:36] wiki.example.com GET / "/page" HTTP/1.1 "Mozilla/5.0" '
            "200 123 0.002",
            FormatOrigin.OAUTH2_PROXY_6,
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
            "jetty",
            COMBINED,
            '192.0.2.7 - CORP\\alice [10/Oct/2026:13:55:36 +0000] "GET /k/ HTTP/1.1" 200 2326 "-" "Mozilla/5.0"',
            FormatOrigin.JETTY,
            RAW,
        ),
        NamedFormat(
            "gunicorn",
            COMBINED,
            '192.0.2.7 - CORP\\alice [10/Oct/2026:13:55:36 +0000] "GET /k/ HTTP/1.1" 200 2326 "-" "Mozilla/5.0"',
            FormatOrigin.GUNICORN,
            RAW,
        ),
        NamedFormat(
            "haproxy",
            "%h [%{%d/%b/%Y:%H:%M:%S.msec_frac}t] %{frontend}x %{backend}x %{times}x %s %b %{connection}x "
            '{%u}%{more}x"%r"',
            "192.0.2.7:33317 [10/Oct/2026:13:55:36.655] https~ wiki/web1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 "
            '0/0 {alice} "GET /k/ HTTP/1.1"',
            FormatOrigin.HAPROXY,
            RAW,
            login=r"(?![\w-]+(?:\.[\w-]+)+(?::\d+)?$)[^\s/(){}|]+",  # no host, address, browser, and one alone
        ),
        NamedFormat(
            "squid",
            "$msec $client_and_result/$status $bytes_sent $request_method $request_uri $remote_user $peer/$type",
            "1791608136.586    921 192.0.2.7 TCP_MISS/200 507 GET http://wiki.example.com/k/ alice "
            "HIER_DIRECT/10.0.0.2 text/html",
            FormatOrigin.SQUID,
        ),
        NamedFormat(
            "nextcloud-audit",
            "json:time=time,user=user,method=method,uri=url,assume=200",
            '{"reqId":"a","level":1,"time":"2026-10-10T08:09:12+02:00","remoteAddr":"192.0.2.7","user":"alice",'
            '"app":"admin_audit","method":"GET","url":"/apps/files/","message":"x","version":"31"}',
            FormatOrigin.NEXTCLOUD,
            marks=("reqId", "app", "remoteAddr"),
        ),
        NamedFormat(
            "bitbucket",
            '%a | %{protocol}x | %{id}x | %u | %{%Y-%m-%d %H:%M:%S,msec_frac}t | "%r" | "%{Referer}i" "%{User-Agent}i" '
            "| %>s | %{more}x",
            '192.0.2.7 | https | o@1A2B3Cx835x1x0 | alice | 2026-10-10 13:55:36,123 | "GET /projects HTTP/1.1" | "" '
            '"Mozilla/5.0" | 200 | 0 | 19 | - | 6 | 1irez8i |',
            FormatOrigin.BITBUCKET,
            RAW,
            wrapper="bitbucket",
        ),
        NamedFormat(
            "keycloak",
            "json:time=time,user=user,method=keycloak_event,uri=keycloak_client,status=status",
            '2026-10-10 13:55:36,123 INFO  [org.keycloak.events] (executor-thread-1) type="LOGIN", realmName="staff", '
            'clientId="wiki", userId="0a", ipAddress="192.0.2.7", username="alice"',
            FormatOrigin.KEYCLOAK,
            sign_ins=True,
            wrapper="keycloak",
        ),
        NamedFormat(
            "authelia",
            "json:time=time,user=user,method=method,uri=authelia_factor,status=status",
            'time="2026-10-10T13:55:36Z" level=debug msg="Successful 1FA authentication attempt made by user '
            "'alice'\" method=POST path=/api/firstfactor remote_ip=192.0.2.7",
            FormatOrigin.AUTHELIA,
            sign_ins=True,
            wrapper="authelia",
        ),
        NamedFormat(
            "sign-ins",
            "json:time=time,user=user,method=sign_in_method,uri=sign_in_to,status=status",
            '{"published":"2026-10-10T13:55:36.123Z","eventType":"user.session.start","outcome":{"result":"SUCCESS"},'
            '"actor":{"type":"User","alternateId":"alice@example.com"},"target":null}',
            FormatOrigin.SIGN_INS,
            sign_ins=True,
            wrapper="sign-ins",
        ),
        NamedFormat(
            "ltsv",
            "ltsv:time=time,user=user,request=req,status=status",
            "time:[10/Oct/2026:13:55:36 +0900]\thost:192.0.2.7\tuser:alice\treq:GET /k/ HTTP/1.1\tstatus:200\tsize:9",
            FormatOrigin.LTSV,
            wrapper="ltsv",
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
            "envoy-json",
            "json:time=start_time,user=user,method=method,uri=path,host=authority,status=response_code",
            '{"start_time":"2026-10-10T08:09:12.123Z","user":"alice","method":"GET","path":"/k/?x=1",'
            '"authority":"wiki.example.com","response_code":200}',
            FormatOrigin.ENVOY,
        ),
        NamedFormat(
            "combined-iso",
            '$remote_addr - $remote_user [$time_iso8601] "$request" $status $more',
            '192.0.2.7 - alice [2026-10-10T13:55:36+09:00] "GET /k/ HTTP/1.1" 200 2326 "-" "Mozilla/5.0"',
            FormatOrigin.COMBINED_ISO,
            begins=r"\S+ \S+ [^\"\[]*\[\d{4}-",
        ),
        NamedFormat(
            "common",
            COMMON,
            '192.0.2.7 - alice [10/Oct/2026:13:55:36 +0900] "GET /k/ HTTP/1.1" 200 2326',
            FormatOrigin.COMMON,
        ),
        NamedFormat(
            "tomcat",
            COMMON,
            '192.0.2.7 - CORP\\alice [10/Oct/2026:13:55:36 +0900] "GET /k/ HTTP/1.1" 200 2326',
            FormatOrigin.TOMCAT,
            RAW,
        ),
        NamedFormat(
            "caddy",
            "json:time=ts,user=user_id,method=request.method,uri=request.uri,host=request.host,status=status",
            '{"ts":1791608136.1,"request":{"method":"GET","host":"wiki.example.com","uri":"/"},'
            '"user_id":"alice","status":200}',
            FormatOrigin.CADDY,
        ),
        NamedFormat(
            "recorder",
            "json:time=time,user=login,method=method,uri=path,host=host,status=status",
            '{"time":1791608136.123,"login":"alice","method":"GET","host":"wiki.example.com","path":"/","status":200}',
            FormatOrigin.RECORDER,
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


def of_sign_ins(names: Iterable[str]) -> list[str]:
    """Those of some formats that say who signed in, not who used something."""
    return [name for name in names if name in NAMED and NAMED[name].sign_ins]
