"""Money is written one way in each language."""

from decimal import Decimal

import pytest
from django.utils import translation

from seatwise.site.words import money


@pytest.mark.parametrize(
    ("amount", "currency", "english", "japanese"),
    [
        ("54000", "JPY", "JPY 54,000", "54,000円"),
        ("0", "JPY", "JPY 0", "0円"),
        ("1234.5", "EUR", "EUR 1,234.50", "1,234.50 EUR"),
        ("12.00", "USD", "USD 12", "12 USD"),
    ],
)
def test_money(amount: str, currency: str, english: str, japanese: str) -> None:
    found = {}
    for language in ("en", "ja"):
        with translation.override(language):
            found[language] = money(Decimal(amount), currency)
    assert found == {"en": english, "ja": japanese}
