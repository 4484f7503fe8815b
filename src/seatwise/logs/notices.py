"""All that the reader has to say, by code, in English."""

from seatwise.lib.notices import Code


class LineCode(Code):
    """What decided about a line, and what its parts are."""

    FUTURE = "its day is later than tomorrow"
    ANONYMOUS = "it has no login: no one was signed in"
    FAILED = "the status is 400 or higher: the server refused"
    REDIRECTED = "the status is 3xx and not 304: the browser was redirected"
    NOT_A_VISIT = "the method is neither GET nor POST, or the status is below 200"
    API = "the path belongs to the API: a program called it, no one looked at a screen"
    ASSET = "the path is a style sheet, script, picture or font"
    SYSTEM_ACCOUNT = "the login is marked as a program"
    ACCESS = "a signed-in user opened a screen"
    DIRECTIVE = "a directive: it defines the format of the next lines"
    TOO_LONG = "longer than 1 MiB"
    OTHER_PATH = "the path matches neither API, asset nor screen of this service"
    OTHER_HOST = "the host %(host)s does not belong to this service"
    NO_HOST = "there is no host, and this service is limited to certain hosts"

    EMPTY = "an empty line"
    DOES_NOT_FIT = "does not fit from character %(at)s: %(rest)s"
    ENDS = "the line ends there"
    WRONG_TIME = "the time cannot be read: %(text)s"
    WRONG_STATUS = "the status cannot be read: %(text)s"
    HOLDS_A_PREFIX = "the login includes text that stands before it: %(text)s (does the line have a prefix?)"
    WRAPPED = "%(why)s. Without what %(wrapper)s puts around it, it would fit (--wrapper %(wrapper)s)"

    ON_DAY = "day %(day)s"
    METHOD_AND_STATUS = "method %(method)s, status %(status)s"
    PATH = "path %(path)s"
    PATH_OF_HOST = "path %(path)s of host %(host)s"

    DAY_IN_ZONE = "%(day)s in %(zone)s (%(time)s)"
    DATE_AND_TIME = "date and time"
    NO_LOGIN = "none"
    IS_SCREEN = "%(path)s is a screen"
    IS_API = "%(path)s is part of the API"
    IS_ASSET = "%(path)s is an asset"
    IS_NOTHING = "%(path)s is none of these"


class FormatOrigin(Code):
    """Whose a format is that has a name."""

    COMBINED = "nginx as installed; Apache's combined"
    COMBINED_ISO = "nginx with $time_iso8601"
    LTSV = "Labeled Tab-separated Values, with the labels of ltsv.org"
    VHOST_COMBINED = "Debian's Apache with several hosts"
    TRAEFIK = "Traefik as installed (CLF)"
    INGRESS_2018 = "ingress-nginx of 2018 and 2019"
    INGRESS = "ingress-nginx as installed"
    VHOST = "Apache with several hosts, without their ports"
    ATLASSIAN = "Confluence, Jira and Bitbucket as Atlassian documents it (Tomcat)"
    OAUTH2_PROXY_6 = "oauth2-proxy until version 6; its times are those of its own zone"
    OAUTH2_PROXY = "oauth2-proxy as installed; its times are those of its own zone"
    UWSGI = "uWSGI as installed; its times are those of its own zone"
    NEXTCLOUD = "Nextcloud's audit.log; it names no status, and what it logs was done"
    BITBUCKET = "Bitbucket's atlassian-bitbucket-access.log, SSH too; its times are those of its own zone"
    KEYCLOAK = "Keycloak's log with events (text, JSON); these are sign-ins, not use, and weak evidence"
    AUTHELIA = "Authelia's log (text, JSON); these are sign-ins, not use, and weak evidence"
    SIGN_INS = (
        "Sign-ins of authentik, Entra ID, Google Workspace, oauth2-proxy and Okta; these are not use, and weak evidence"
    )
    GITLAB = "GitLab's production_json.log"
    GRAFANA = "Grafana with [log] format = json and router_logging"
    JETTY = "Jetty's extended NCSA log; nothing in it is escaped"
    GUNICORN = "Gunicorn as installed; nothing in it is escaped"
    TOMCAT = "Tomcat as installed (common); nothing in it is escaped"
    HAPROXY = "HAProxy with option httplog and one captured header, the login's; its times are those of its own zone"
    SQUID = "Squid as installed (squid)"
    ENVOY = "Envoy or Istio with JSON and a `user` key, which has to be added"
    COMMON = "Common Log Format; the rest of a line is ignored"
    CADDY = "Caddy as installed"
    RECORDER = "Seatwise's recorder within a web application"
    TRAEFIK_JSON = "Traefik with format: json"
    IIS = "IIS, W3C extended: its #Fields lines are followed, times are UTC"


class FormatCode(Code):
    """Why a format cannot be used, or which one was found out."""

    UNKNOWN = (
        "%(text)r is not a format. Named formats: %(names)s. Or give an nginx log_format, an Apache "
        "LogFormat, or json:time=…,user=…,request=…,status=… (`seatwise formats` shows examples)."
    )
    NO_STRING = "This log_format statement has no string (expected log_format NAME '…';)."
    NO_TIME = (
        "%%{%(pattern)s}t is not a time that can be read: use %%t, %%{%%Y-%%m-%%dT%%H:%%M:%%S%%z}t, "
        "%%{%%d/%%b/%%Y:%%H:%%M:%%S %%z}t, %%{sec}t, %%{msec}t or %%{usec}t."
    )
    NO_JSON_NAME = "%(text)r is not a JSON name (expected one such as user_id or request.user)."
    NO_JSON_MAP = (
        "json:%(text)s cannot be read at %(rest)r (expected a list such as "
        "time=ts,user=user_id,request=request,status=status; known are %(names)s)."
    )
    VALUE_AND_OBJECT = "%(path)s: %(name)r is used as both a value and an object."
    WANTED_TWICE = "%(path)s is used twice, or as both a value and an object."
    TOO_DEEP = "The names are nested too deeply (at most %(levels)s levels and %(objects)s objects)."
    NO_SUCH_FIELD = "The format has no field %(field)r for the login. Its fields are: %(names)s."
    NO_FIELDS = "The format has no field %(field)r for the login. Its fields are: none."
    LACKS = "The format lacks %(missing)s."
    THE_LOGIN = "the login (nginx $remote_user, Apache %%u; or give another field with --login-field)"
    THE_TIME = "the time (nginx $time_local, $time_iso8601 or $msec; Apache %%t)"
    THE_REQUEST = "the request (nginx $request, Apache %%r; or method and path)"
    THE_STATUS = "the status (nginx $status, Apache %%>s)"
    NOTHING_BETWEEN = "Nothing stands between %(before)s and %(after)s: where does the first one end?"
    NO_HOST = (
        "Lines in the format %(format)s have no host, so host rules cannot be applied. Remove those "
        "rules, or use a format with a host (nginx $host, Apache %%v)."
    )
    FIELDS_LINE = "%(file)s: #Fields: %(names)s: %(why)s"
    NONE_FITS = (
        "%(file)s: no named format fits. Nothing in it was counted. Its first line is:\n  %(line)s\n"
        "Give its format with --format: an nginx log_format, an Apache LogFormat, or "
        "json:time=…,user=…,request=…,status=… (`seatwise formats` shows examples, "
        "`seatwise explain LOG --format …` shows how each line is read)."
    )
    NONE_FITS_JSON = "%(refusal)s\nThe line is JSON with the names %(names)s."
    NONE_FITS_TRY = "%(refusal)s\nBy these names it may be: --format '%(format)s'"
    NONE_FITS_NOBODY = (
        "%(refusal)s\nIf none of these is the user's name, docs/formats.md says how to get it into the log, and which "
        "logs never contain it."
    )
    NONE_FITS_PAIRS = "%(refusal)s\nThe line has pairs of name and value (%(kind)s:time=…) with the names %(names)s."

    UNKNOWN_WRAPPER = "%(name)r is not a wrapper. Known wrappers: %(names)s; join several with +, the outermost first."
    NO_LINES = "there are no lines"
    FIT = "%(fit)s of the first %(lines)s lines fit"
    UNWRAPPED = "%(why)s, without the wrapper %(wrapper)s"
    FIT_BEST = "%(fit)s of the first %(lines)s lines fit; also tried: %(others)s"


class InputCode(Code):
    """Why logs cannot be read, or what is read cannot be counted."""

    STREAM_TWICE = "%(file)s: a stream can be read only once. Save it as a file, and read that."
    PACKED_TWICE = (
        "%(file)s: it is compressed twice (%(inner)s in %(outer)s). Nothing was counted. Decompress "
        "it once and read that."
    )
    TOO_LARGE = (
        "%(file)s: it decompresses to more than %(times)s times its size, which no log does. Nothing "
        "was counted. If it is a log, decompress it first and read that."
    )
    NO_FILE = (
        "%(file)s: there is no such file. Nothing was read. Check the name, or quote a pattern such as "
        "'/var/log/nginx/access.log*'."
    )
    NO_FILES = "%(directory)s: this directory holds no files. Nothing was read."
    NOT_A_FILE = "%(file)s: this is neither a file nor a directory, so it was skipped."
    LINK_TO_NOTHING = "%(file)s: this link is broken, so it was skipped."
    SHRANK = (
        "%(file)s: it became shorter while being read: %(missing)s bytes are missing. Nothing was "
        "counted. Read it again, or read a copy (logrotate's copytruncate cuts open files)."
    )
    NONE_USED = "%(why)s Nothing was read."
    HOLES = "%(file)s: %(bytes)s zero bytes were skipped, a hole left by copytruncate or a crash."
    LOGINS_WITH_BLANKS = (
        "Most logins contain spaces or bars (%(count)s of %(all)s). They may be something else: "
        "`seatwise explain LOG` shows what is read as the login of each line."
    )
    SEVERAL_FORMATS = (
        "The files were read in several formats (%(formats)s). If one of them is the log of another service, leave "
        "it out: its days would count as days on which this one was recorded."
    )
    NO_LOGINS = (
        "No line names a user (%(lines)s lines). If people do sign in, the log does not say who, and "
        "these days count as days without access. docs/formats.md explains how to get the user's name"
        " into the log."
    )
    NO_ACCESS = (
        "Lines name users, but none counts as access. If people did use the service, the status, "
        "method or path may be read from the wrong field: `seatwise explain LOG` shows how each line "
        "is read."
    )
    LOGINS_NOT_UTF8 = (
        "Logins contain bytes that are not UTF-8 (%(count)s, shown as \\xHH), so they will not match "
        "users: convert the log, for example with `iconv -f SHIFT_JIS` or `iconv -f LATIN1`."
    )
    LOGINS_ENCODED = (
        "Logins contain escapes such as %%20 (%(count)s). They are compared as written: log the name "
        "before it is encoded, or enter them as other login names of their users."
    )
    SIGN_INS = (
        "These are sign-ins (%(formats)s), not use of a service: people who stay signed in use it for"
        " days without signing in again, and people who sign in may not use it. A missing sign-in is "
        "only weak evidence."
    )
    NO_SIGN_INS = (
        "No sign-in succeeded, but some were refused (%(failed)s). Successful ones may not be logged:"
        " docs/formats.md explains what to configure (%(formats)s)."
    )
    LOGINS_LIKE_SESSIONS = (
        "There are nearly as many logins as accesses (%(logins)s and %(accesses)s). They may be "
        "session IDs: `seatwise explain LOG` shows what is read as the login of each line."
    )
    FOLLOWED_BY_OTHER = "uncompressed data follows the compressed data"
    NOT_INSTALLED = (
        "%(file)s: what opens such addresses is not installed (%(why)s). Nothing was read. Install it with "
        "`pip install 'seatwise[remote]'`."
    )
    NO_OBJECTS = "%(file)s: nothing was found there. Nothing was read. Check the address."
    CARRIAGE_RETURNS = (
        "%(file)s: its lines end with carriage returns alone. Nothing in it was read. Save it with line feeds, for "
        "example with `tr '\\r' '\\n'`."
    )
    PACKED_OTHERWISE = (
        "%(file)s: this is packed with %(program)s, which Seatwise does not unpack. Nothing in it was read. "
        "Unpack it first."
    )
    NO_LOG = "%(file)s: this is a file of the kind %(kind)s, not a log. Nothing in it was read."
    UNMARKED = (
        "%(file)s: this is UTF-16 without a byte order mark. Nothing in it was read. Save it as UTF-8, for example "
        "with iconv."
    )
    ZIP = "%(file)s: this is a ZIP archive. Nothing in it was read. Unpack it first."
    TAR = "%(file)s: this is a tar archive. Nothing in it was read. Unpack it first."
    UNREADABLE = "%(file)s: %(why)s. Nothing was counted. Check the file and its permissions."
    NOT_TO_THE_END = (
        "%(file)s: it could not be read to the end (%(why)s). Nothing was counted. Copy it again, or leave it out."
    )
    NO_LIBRARY = (
        "The fast log reader is missing: no C compiler was available when Seatwise was installed. "
        "Logs are read correctly, but several hundred times slower. To fix this, install a C compiler"
        " (cc), then reinstall Seatwise. The last error is in %(file)s."
    )
    ENDS_WITHIN = "it ends unexpectedly"
    ENDS_PACKED = "it ends in the middle of compressed data"
    COLLISION = (
        "Without their domains, %(one)r and %(other)r would be one login. Nothing was counted. "
        "Leave the domains (no --drop-domain), or read the two domains apart."
    )


class PartCode(Code):
    """Why facts in parts cannot be put together, and what there is to say about them."""

    DAMAGED = "%(file)s: this fact file is damaged at line %(line)s. Nothing was counted. Make or copy it again."
    CUT_OFF = "%(file)s: this fact file is incomplete. Nothing was counted. Make or copy it again."
    NEWER = (
        "%(file)s: this fact file was written by a newer Seatwise (%(by)s). Nothing was counted. "
        "Update Seatwise here, or make the file with the version used here."
    )
    OTHER_RULES = (
        "%(file)s was made with different rules than %(first)s: %(what)s. Nothing was counted. Make "
        "both with the same rules, or count them separately."
    )
    OTHER_FORMAT = (
        "%(file)s was read in two formats, %(one)s and %(other)s, by two parts. Nothing was counted. "
        "Use --format when making the parts."
    )
    FUTURE = (
        "%(file)s was read on %(day)s according to its fact file, which is later than tomorrow here. "
        "Nothing was counted. Correct the wrong clock, there or here; if it was the one there, make "
        "the fact file again."
    )
    MISSING = "These shards are missing: %(shards)s. Nothing was counted. Add their fact files."
    MISSING_OF_LISTS = (
        "These shards are missing: %(shards)s. The shards come from different lists of files, or logs"
        " were rotated or changed meanwhile; each list needs all of its shards. Nothing was counted. "
        "Make all shards again, from one list of logs that are no longer written to."
    )
    MIXED = (
        "%(log)s is a log and %(part)s is a fact file. Nothing was counted. Make a fact file from the"
        " logs as well (`seatwise facts`)."
    )
    REPEATED = "Files that are in more than one part and count once: %(count)s (%(names)s)."
    SEVERAL = (
        "Names shared by several different files: %(count)s (%(names)s). They were read at different "
        "times or on different machines, and each counts; days between them are not covered. "
        "`seatwise facts --origin NAME` tells machines apart."
    )
