"""The gate: may this person use this service? Asked by the proxy that stands before it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class GateConfig(AppConfig):
    """The gate."""

    name = "seatwise.gate"
    label = "gate"
    verbose_name = gettext_lazy("gate")

    def ready(self) -> None:
        """Tidy up each day, keep what proxies ask open, and name what is done here for the audit log."""
        from seatwise import audit
        from seatwise.accounts import obligations
        from seatwise.gate import daily
        from seatwise.site import ticking

        obligations.FREE |= {
            f"gate:{what}" for what in ("check", "redirecting", "traefik", "begin", "redeem", "refused")
        }
        ticking.DAILY.append(daily.forget_sessions_that_are_over)
        audit.describe(
            {
                "gate.address_add": gettext_lazy("let a service be at one more address"),
                "gate.address_remove": gettext_lazy("took an address of a service off the list"),
            }
        )
