"""DuckDB at the job: `combined|caddy LOG`. Prints the user-days and the seconds. Runs in the peers' environment."""

import importlib
import sys
import time
from typing import Any

duckdb: Any = importlib.import_module("duckdb")

SCREEN = """(path LIKE '/k/%' OR path LIKE '/g/%') AND path NOT LIKE '/k/v1/%'
    AND path NOT LIKE '%.js' AND path NOT LIKE '%.css'"""

# A combined log as a table whose columns stand between quotes; the log is taken to be in UTC.
COMBINED = f"""
WITH hits AS (
    SELECT split_part(head, ' ', 3) AS login, split_part(head, ' ', 4)[2:15] AS hour,
           split_part(split_part(request, ' ', 2), '?', 1) AS path
    FROM read_csv($log, delim = '"', quote = '', escape = '', header = false, auto_detect = false, strict_mode = false,
        columns = {{'head': 'VARCHAR', 'request': 'VARCHAR', 'numbers': 'VARCHAR', 'referrer': 'VARCHAR',
                    'gap': 'VARCHAR', 'agent': 'VARCHAR', 'rest': 'VARCHAR'}})
    WHERE (numbers LIKE ' 2%' OR numbers LIKE ' 304%') AND (request LIKE 'GET %' OR request LIKE 'POST %')),
hours AS (SELECT DISTINCT login, hour FROM hits WHERE login <> '-' AND {SCREEN})
SELECT count(*) FROM (
    SELECT DISTINCT login, CAST(strptime(hour, '%d/%b/%Y:%H') + INTERVAL 9 HOUR AS DATE) AS day FROM hours)"""

CADDY = f"""
WITH hits AS (
    SELECT user_id AS login, ts, split_part(request.uri, '?', 1) AS path
    FROM read_json($log, format = 'newline_delimited', columns = {{'ts': 'DOUBLE', 'user_id': 'VARCHAR',
        'status': 'INTEGER', 'request': 'STRUCT("method" VARCHAR, "uri" VARCHAR)'}})
    WHERE user_id <> '' AND (status BETWEEN 200 AND 299 OR status = 304) AND request.method IN ('GET', 'POST'))
SELECT count(*) FROM (
    SELECT DISTINCT login, CAST(floor((ts + 32400) / 86400) AS INTEGER) AS day FROM hits WHERE {SCREEN})"""


def main() -> None:
    """Count the user-days of one log."""
    kind, log = sys.argv[1:]
    connection = duckdb.connect()
    started = time.perf_counter()
    ((count,),) = connection.execute({"combined": COMBINED, "caddy": CADDY}[kind], {"log": log}).fetchall()
    print(count, time.perf_counter() - started)


if __name__ == "__main__":
    main()
