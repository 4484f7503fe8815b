"""A Django site that is recorded: `python examples/django_site.py migrate`, `… createsuperuser` and `… runserver`, with
the three variables below set. What is recorded are the pages of Django's own administration.
"""

import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.urls import path

settings.configure(
    DEBUG=True,
    SECRET_KEY=os.urandom(32),  # where several processes serve it, one secret for all of them
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    STATIC_URL="static/",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("DATABASE", "db.sqlite3")}},
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "seatwise.recorder.django_middleware.RecorderMiddleware",
    ],
    SEATWISE_RECORDER={
        "url": os.environ["RECORDER_URL"],
        "token": os.environ["RECORDER_TOKEN"],
        "spool": Path(os.environ["RECORDER_SPOOL"]),
    },
)
django.setup()

from django.contrib import admin  # noqa: E402 - it needs the settings

urlpatterns = [path("admin/", admin.site.urls)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
