"""`python -m benchmarks.together_site PEOPLE SESSIONS`: a site of so many license holders, and an administrator who is
signed in so often. Prints the session keys, one a line, at its end."""

import datetime
import sys

from benchmarks.growth_people import populate


def main(count: int, sessions: int) -> None:
    """Make it."""
    from seatwise.commands.init import prepare_everything

    prepare_everything()
    from django.test import Client

    from seatwise.directory import people
    from seatwise.directory.models import Role, User

    populate(count)
    admin = people.add({"login": "admin", "name": "Admin"}, by=None, on=datetime.date(2026, 1, 1))
    User.objects.filter(pk=admin.pk).update(role=Role.ADMINISTRATOR)
    for _ in range(sessions):
        browser = Client()
        browser.force_login(User.objects.get(pk=admin.pk))
        print(browser.cookies["session"].value)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
