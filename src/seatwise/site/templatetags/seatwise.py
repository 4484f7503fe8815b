"""What templates of all apps use: fields of forms in our look."""

from decimal import Decimal

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from seatwise.site import words

register = template.Library()


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether a field is one box to tick."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_choices(field: BoundField) -> bool:
    """Whether a field is several boxes or buttons, one for each choice."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.filter
def is_select(field: BoundField) -> bool:
    """Whether a field is a list to choose from."""
    return isinstance(field.field.widget, forms.Select) and not is_choices(field)


@register.filter
def is_password(field: BoundField) -> bool:
    """Whether what is typed is hidden."""
    return isinstance(field.field.widget, forms.PasswordInput)


@register.filter
def in_our_look(field: BoundField) -> SafeString:
    """A field for text, dates, numbers or files, with the class that Bulma wants."""
    widget = field.field.widget
    look = "textarea" if isinstance(widget, forms.Textarea) else "" if isinstance(widget, forms.FileInput) else "input"
    own = widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{own} {look}".strip()} if look else {})


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """An amount of a currency, as the language writes it."""
    return words.money(amount, currency)
