"""The frame that every page stands in: home, languages, errors, menus."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The site."""

    name = "seatwise.site"
