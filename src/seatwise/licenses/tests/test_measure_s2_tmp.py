import datetime, time
import pytest
from django.db import connection
from seatwise.directory.models import Service, User
from seatwise.lib.licenses_file import parse
from seatwise.lib.people_file import parse as parse_people
from seatwise.directory import importing as pim
from seatwise.licenses.file_preview import look
from seatwise.licenses.importing import Looked, commit
from seatwise.licenses.models import Contract, License
from seatwise.licenses.planning import plan
from seatwise.licenses import exporting
from seatwise.audit.verifying import verify
TODAY = datetime.date(2026, 11, 24)

@pytest.mark.django_db(transaction=True)
def test_measure(alice):
    n = 10_000
    file = parse_people(("login\n" + "".join(f"user{i:05}\n" for i in range(n + 2000))).encode(), name="p.csv")
    pim.commit(pim.plan(file).looked(), by=None, on=TODAY)
    services = [Service.objects.add(code=c, name=c, by=None, how_removal_takes_effect=h) for c, h in (("kintone","vendor"),("garoon","vendor"),("wiki","gate"))]
    for s in services:
        Contract.objects.add(service=s, seats=20000, by=None, on=TODAY)
    for title, text in (
        ("10,000 rows, 1 new license each", "".join(f"user{i:05},kintone\n" for i in range(n))),
        ("10,000 rows, 3 differences each (kintone off, garoon+sa on)", "".join(f"user{i:05},garoon,sa\n" for i in range(n))),
        ("10,000 rows, logins alone", "".join(f"user{i:05}\n" for i in range(n))),
    ):
        t = time.perf_counter()
        f = parse(text.encode(), name="f.csv"); t1 = time.perf_counter()
        p = plan(f, on=TODAY); t2 = time.perf_counter()
        look(p); t3 = time.perf_counter()
        c = commit(Looked.at(p), by=alice, reason="measure", on=TODAY); t4 = time.perf_counter()
        assert plan(f, on=TODAY).changes_nothing; t5 = time.perf_counter()
        u = c.undo(by=alice, reason="measure", on=TODAY); t6 = time.perf_counter()
        print(f"{connection.vendor}: {title}: parse {t1-t:.2f} plan {t2-t1:.2f} weigh {t3-t2:.2f} = preview {t3-t:.2f}; applied {t4-t3:.2f}; undone {t6-t5:.2f}; +{c.added.count()} -{c.removed.count()}")
        commit(Looked.at(plan(f, on=TODAY)), by=alice, reason="measure", on=TODAY)
    t = time.perf_counter(); k = sum(1 for _ in exporting.services_of_people(everybody=True)); print("export", k, f"{time.perf_counter()-t:.2f}")
    t = time.perf_counter(); assert verify(); print(f"verify {time.perf_counter()-t:.2f}")
