"""Polars at the job: `combined|caddy LOG`. Prints the user-days and the seconds. Runs in the peers' environment."""

import importlib
import sys
import time
from typing import Any

pl: Any = importlib.import_module("polars")

TOKYO = 9  # hours
VISIT = r"^(?:GET|POST) /[kg]/"
NO_SCREEN = r"^[A-Z]+ (?:/k/v1/|[^? ]*\.(?:js|css)[? ])"


def combined_hits(log: str) -> Any:
    """login and day of each access: a combined log as a table whose columns stand between quotes."""
    names = ("head", "request", "numbers", "referrer", "gap", "agent", "rest")
    table = pl.scan_csv(
        log,
        separator='"',
        has_header=False,
        quote_char=None,
        schema=dict.fromkeys(names, pl.String),
        truncate_ragged_lines=True,
    )
    numbers, request, head = pl.col("numbers").str, pl.col("request").str, pl.col("head").str
    hits = table.filter(
        numbers.starts_with(" 2") | numbers.starts_with(" 304"), request.contains(VISIT), ~request.contains(NO_SCREEN)
    )
    login, hour = head.splitn(" ", 4).struct.field("field_2"), head.slice(-28, 14) + ":00"
    hours = hits.select(login=login, hour=hour).filter(pl.col("login") != "-").unique()
    local = pl.col("hour").str.to_datetime("%d/%b/%Y:%H:%M") + pl.duration(hours=TOKYO)
    return hours.select("login", day=local.dt.date())


def caddy_hits(log: str) -> Any:
    """login and day of each access, of JSON lines."""
    request = pl.Struct({"method": pl.String, "uri": pl.String})
    schema = {"ts": pl.Float64, "request": request, "user_id": pl.String, "status": pl.Int64}
    method = pl.col("request").struct.field("method")
    path = pl.col("request").struct.field("uri").str.splitn("?", 2).struct.field("field_0").str
    hits = pl.scan_ndjson(log, schema=schema).filter(
        pl.col("user_id") != "",
        pl.col("status").is_between(200, 299) | (pl.col("status") == 304),
        method.is_in(["GET", "POST"]),
        path.starts_with("/k/") | path.starts_with("/g/"),
        ~path.starts_with("/k/v1/"),
        ~path.ends_with(".js"),
        ~path.ends_with(".css"),
    )
    return hits.select(login="user_id", day=((pl.col("ts") + TOKYO * 3600) / 86400).cast(pl.Int32))


def main() -> None:
    """Count the user-days of one log."""
    kind, log = sys.argv[1:]
    started = time.perf_counter()
    hits = {"combined": combined_hits, "caddy": caddy_hits}[kind](log)
    count = hits.unique().select(pl.len()).collect(engine="streaming").item()
    print(count, time.perf_counter() - started)


if __name__ == "__main__":
    main()
