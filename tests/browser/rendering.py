"""Print pages of the site that are not easily brought about, rendered in both languages, as JSON.

`rendering.py TEMPLATE…`: [[template, language, page], …]. A process of its own: Playwright and Django do not agree.
"""

import json
import sys

from seatwise.commands.django_setup import setup


def main(templates: list[str]) -> None:
    """Render them for somebody who is signed out."""
    setup(initialised=False)
    from django.contrib.auth.models import AnonymousUser
    from django.template import loader
    from django.test import RequestFactory
    from django.utils import translation

    found = []
    for language in ("en", "ja"):
        for name in templates:
            request = RequestFactory().get("/nowhere/")
            request.user = AnonymousUser()
            with translation.override(language):
                page = loader.get_template(name).render({}, None if name == "500.html" else request)
            found.append([name, language, page])
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
