"""Letters: mails to people, each written once, sent by the worker, and known to have been delivered or not."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class LettersConfig(AppConfig):
    name = "seatwise.letters"
    verbose_name = gettext_lazy("emails")

    def ready(self) -> None:
        """Have the worker send letters each minute, and name what is done here for the audit log."""
        from seatwise import audit
        from seatwise.letters import clock_notice, delivery_outcome, kinds, tasks, trial_letter
        from seatwise.site import clock, daily_work

        daily_work.EVERY_MINUTE.append(tasks.every_minute)
        daily_work.DAILY.append(delivery_outcome.forget_old)
        daily_work.WHILE_HELD.append(tasks.every_minute)  # of some kinds: administrators hear of it by them
        clock_notice.register()
        clock.GOES_ON.append(delivery_outcome.count_from_now)
        label = gettext_lazy("Test email")
        kinds.register(kinds.Kind(trial_letter.KIND, "mail/letters_test", trial_letter.compose, label, while_held=True))
        audit.describe(
            {
                "letter.not_arrived": gettext_lazy("marked an email as not delivered"),
                "letter.forget": gettext_lazy("deleted old entries of the email log"),
            }
        )
