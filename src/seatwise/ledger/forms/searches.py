"""What lists are narrowed by."""

from django.utils.translation import gettext_lazy

from seatwise.directory.choices import service_choice
from seatwise.ledger.models import LogImport, Source
from seatwise.site.search import SearchForm, choice, one_of, words


class SourceSearch(SearchForm):
    text = words(gettext_lazy("Name or code"))
    service = service_choice("serving")


class ImportSearch(SearchForm):
    source = one_of(gettext_lazy("Source"), Source.objects.of_logs(), everything=gettext_lazy("All sources"))
    state = choice(gettext_lazy("State"), LogImport.State.choices)


class SnapshotSearch(SearchForm):
    service = service_choice()


class RowSearch(SearchForm):
    text = words(gettext_lazy("Login name"))
