"""Setting up: the card of the first page that leads through it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class FirstStepsConfig(AppConfig):
    name = "seatwise.first_steps"
    verbose_name = gettext_lazy("setting up")

    def ready(self) -> None:
        """Stand first on the first page of administrators, while nobody holds a license."""
        from seatwise.first_steps import steps
        from seatwise.site import home

        home.CARDS.insert(0, steps.card)
