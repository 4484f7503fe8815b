"""chDB (ClickHouse in a process) at the job: `combined|caddy LOG`. Prints the user-days and the seconds.

Runs in the peers' environment.
"""

import importlib
import sys
import time
from typing import Any

chdb: Any = importlib.import_module("chdb")

SCREEN = """(startsWith(path, '/k/') OR startsWith(path, '/g/')) AND NOT startsWith(path, '/k/v1/')
    AND NOT endsWith(path, '.js') AND NOT endsWith(path, '.css')"""

# A combined log as lines cut at quotes and blanks, which is quicker than regular expressions; the log is in UTC.
COMBINED = f"""
WITH hits AS (
    SELECT splitByChar('"', line) AS parts, splitByChar(' ', parts[1]) AS head, splitByChar(' ', parts[2]) AS request,
           head[3] AS login, substring(head[4], 2, 14) AS hour, splitByChar('?', request[2])[1] AS path
    FROM file('LOG', 'LineAsString', 'line String')
    WHERE (startsWith(parts[3], ' 2') OR startsWith(parts[3], ' 304')) AND request[1] IN ('GET', 'POST')),
hours AS (SELECT DISTINCT login, hour FROM hits WHERE login <> '-' AND {SCREEN})
SELECT count() FROM (
    SELECT DISTINCT login, toDate(parseDateTime(hour, '%d/%b/%Y:%H', 'UTC') + INTERVAL 9 HOUR, 'UTC') FROM hours)"""

CADDY = f"""
WITH hits AS (
    SELECT user_id AS login, ts, splitByChar('?', request.uri)[1] AS path
    FROM file('LOG', 'JSONEachRow',
        'ts Float64, user_id String, status UInt16, request Tuple(method String, uri String)')
    WHERE user_id <> '' AND (status BETWEEN 200 AND 299 OR status = 304) AND request.method IN ('GET', 'POST'))
SELECT count() FROM (SELECT DISTINCT login, toInt32(floor((ts + 32400) / 86400)) FROM hits WHERE {SCREEN})
SETTINGS input_format_skip_unknown_fields = 1"""


def main() -> None:
    """Count the user-days of one log."""
    kind, log = sys.argv[1:]
    connection = chdb.connect(":memory:")
    started = time.perf_counter()
    found = connection.query({"combined": COMBINED, "caddy": CADDY}[kind].replace("LOG", log), "CSV")
    count = int(str(found))
    print(count, time.perf_counter() - started)


if __name__ == "__main__":
    main()
