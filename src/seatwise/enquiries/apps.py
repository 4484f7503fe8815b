"""Enquiries: "do you still need it?", put to the holder of a license, and the answer."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class EnquiriesConfig(AppConfig):
    name = "seatwise.enquiries"
    verbose_name = gettext_lazy("enquiries")

    def ready(self) -> None:
        """Tell letters, licenses and the daily tick what concerns them, and name what is done here."""
        from seatwise import audit
        from seatwise.accounts import obligations
        from seatwise.enquiries import card, checks, delivery, endings, mails, questions
        from seatwise.letters import hooks as letters
        from seatwise.licenses import hooks as licenses
        from seatwise.site import daily_work, home

        mails.register_kinds()
        obligations.FREE |= {
            "enquiries:answer",
            *(f"enquiries:{what}_by_link" for what in ("question", "answer", "taking_back")),
        }
        letters.delivered.append(delivery.letter_delivered)
        letters.undeliverable.append(delivery.letters_undeliverable)
        licenses.not_judged.append(endings.not_judged)
        licenses.removal_warnings.append(endings.removal_warnings)
        licenses.licenses_removed.append(endings.licenses_removed)
        home.CARDS.insert(0, card.card)
        home.WAITING += [card.waiting, checks.waiting]
        checks.register()
        daily_work.DAILY.extend([endings.lapse_due, questions.remind_due])
        audit.describe(
            {
                "enquiry.ask": gettext_lazy("asked whether a license is needed"),
                "enquiry.answer": gettext_lazy("answered whether a license is needed"),
                "enquiry.remind": gettext_lazy("asked again whether a license is needed"),
                "enquiry.withdraw": gettext_lazy("withdrew a question"),
                "enquiry.lapse": gettext_lazy("recorded that a question was not answered in time"),
                "enquiry.take_back": gettext_lazy("withdrew giving a license back"),
            }
        )
