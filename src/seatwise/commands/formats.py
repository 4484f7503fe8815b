"""`seatwise formats`: the formats that can be read, with an example of each."""

import argparse

from seatwise.lib.logins import visible
from seatwise.logs.named_formats import NAMED
from seatwise.logs.wrappers import WRAPPERS

HELP = "list the log formats that can be read, with an example of each"
NEEDS_SITE = False

WRITTEN_DOWN = """
You can also enter a format:
  nginx      --format '$remote_addr - $http_x_user [$time_local] "$request" $status' --login-field X-User
             or the whole statement: --format "log_format main '…';"
  Apache     --format '%h %l %u %t \\"%r\\" %>s %b'
  JSON       --format json:time=ts,user=user_id,request=request,status=status
             --format json:time=time,user=client.user,method=http.method,uri=http.path,status=http.status,host=host
             A dot leads into an object; \\. is a dot within a name.
  key=value  --format logfmt:time=t,user=uname,method=method,uri=path,status=status
Times may be 10/Oct/2026:13:55:36 +0900, ISO 8601 (2026-10-10T13:55:36.5+09:00) or Unix time in seconds or
milliseconds. `seatwise explain LOG` shows how each line is read and why it does or does not count as access."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(options: argparse.Namespace) -> int:
    print("Named formats (--format NAME; without --format, detected from the first lines):")
    for named in NAMED.values():
        print(f"\n  {named.name:15} {named.about.value}\n    as      {named.definition}\n    example {named.example}")
    print("\nWrappers around the lines (detected, or --wrapper NAME; join several with +, the outermost first):")
    for wrapper in WRAPPERS.values():
        print(f"  {wrapper.name:15} {visible(wrapper.example)}")
    print(WRITTEN_DOWN)
    return 0
