"""The gate: may this person use this service? Asked by the proxy that stands before it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class GateConfig(AppConfig):
    name = "seatwise.gate"
    verbose_name = gettext_lazy("gate")

    def ready(self) -> None:
        """Have a say where services stand, tidy up, keep what proxies ask open; name what is done for the audit log."""
        from seatwise import audit
        from seatwise.accounts import obligations
        from seatwise.directory import changes
        from seatwise.gate import daily
        from seatwise.gate.models.addresses import refuse_services_at_our_hosts
        from seatwise.site import daily_work

        obligations.FREE |= {
            f"gate:{what}" for what in ("check", "redirecting", "traefik", "begin", "redeem", "refused")
        }
        changes.services_changed.append(refuse_services_at_our_hosts)
        daily_work.DAILY += [daily.forget_sessions_that_are_over, daily.name_addresses_at_our_hosts]
        audit.describe(
            {
                "gate.address_add": gettext_lazy("added an address of a service"),
                "gate.address_remove": gettext_lazy("removed an address of a service"),
            }
        )
