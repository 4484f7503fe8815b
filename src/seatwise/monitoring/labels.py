"""The headings of the list, for the catalogue of translations: lib/usage.py has them without Django."""

from django.utils.translation import gettext_lazy

HEADINGS = (
    gettext_lazy("Login"),
    gettext_lazy("User"),
    gettext_lazy("Department"),
    gettext_lazy("Last Access Date"),
    gettext_lazy("Number of Access Days (in the last %(window)s days)"),
)
