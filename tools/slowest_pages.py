"""The slowest pages of a site: `python -m tools.slowest_pages demo-data [LOGIN]`.

Opens one page of each view as somebody, without a server, and prints the ten that took the most processor time: the
best of three, so that what is loaded at first does not count. No page should take more than LIMIT.
"""

import os
import sys
import time

LIMIT = 0.7  # seconds
TIMES = 3


def main(directory: str, login: str = "alice") -> int:
    """1 where a page takes longer than it should."""
    os.environ["SEATWISE_DATA_DIR"] = directory
    from seatwise.commands import django_setup

    django_setup.setup()
    from django.conf import settings
    from django.test import Client

    from seatwise.directory.models import User
    from tools.walk import walk

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.get(login=login))
    took: dict[str, float] = {}

    def opened(address: str) -> str | None:
        seconds = []
        for _ in range(TIMES):
            begun = time.process_time()
            answer = client.get(address)
            text = None if answer.streaming or answer.status_code != 200 else answer.content.decode()
            seconds.append(time.process_time() - begun)
        took[address] = min(seconds)
        return text if "text/html" in answer["Content-Type"] else None

    pages = list(walk(opened))
    slowest = sorted(pages, key=lambda address: -took[address])[:10]
    for address in slowest:
        print(f"{1000 * took[address]:6.0f} ms  {address}")
    print(f"{len(pages)} pages, {sum(took[each] > LIMIT for each in pages)} over {1000 * LIMIT:.0f} ms")
    return int(any(took[each] > LIMIT for each in pages))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
