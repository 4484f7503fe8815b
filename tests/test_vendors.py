# ruff: noqa: E501 - headings as they stand in the reports
"""Each vendor of docs/vendors.md: whom and which column a report with its headings is read for."""

import datetime
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from seatwise.ledger.snapshot_file import Report, ReportReading, parse_report

TOKYO = ZoneInfo("Asia/Tokyo")
DAY = datetime.date(2026, 11, 27)
AT, AT_ISO = "2026-11-26 22:10:00", "2026-11-26T22:10:00Z"  # in UTC
M365 = "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date"

REPORTS = {
    "kintone": "User,Department,Last Access Date,Number of Access Days (in the Last 30 Days)\nann,Sales,2026-11-27,12\n",
    "kintone ja": "ユーザー,組織,最終アクセス日,過去30日間のアクセス日数\nann,営業部,2026-11-27,12\n",
    "kintone zh": "用户,组织,上次访问日期,近30天的访问天数\nann,销售,2026-11-27,12\n",
    "kintone zh-TW": "使用者,組織,最後存取日期,最近30天的存取天數\nann,業務,2026-11-27,12\n",
    "kintone es": "Usuario,Departamento,Fecha del último acceso,Número de días de acceso\nann,Ventas,2026-11-27,12\n",
    "Microsoft 365": f"{M365},Last Activity Date,Report Period\n2026-11-28,ann,Ann,False,,2026-11-27,30\n",
    "Microsoft 365 active": (
        f"{M365},Exchange Last Activity Date,Teams Last Activity Date\n2026-11-28,ann,Ann,False,,2026-11-01,2026-11-27\n"
    ),
    "Entra": json.dumps(
        {"value": [{"userPrincipalName": "ann", "signInActivity": {"lastSignInDateTime": AT_ISO}, "id": "7"}]}
    ),
    "Google": (
        "First Name [Required],Email Address [Required],Status [READ ONLY],Last Sign In [READ ONLY],Email Usage [READ ONLY]\n"
        "A,ann,Active,2026/11/27 9:10:11,1.2GB\n"
    ),
    "Copilot": f"Report Time,Login,Last Authenticated At,Last Activity At,Last Surface Used\n{AT_ISO},ann,None,{AT_ISO},x\n",
    "Copilot JSON": json.dumps(
        {"total_seats": 1, "seats": [{"created_at": "2026-01-01T00:00:00Z", "assignee": {"login": "ann", "id": 1},
         "last_activity_at": AT_ISO, "last_activity_editor": "vscode"}]}
    ),
    "GitHub dormant": f"created_at,id,login,role,suspended?,last_logged_ip,dormant?,last_active\n2020-01-01,1,ann,user,false,,false,{AT} UTC\n",
    "GitLab": f"Id,Name,Username,Email,State,Last GitLab activity,Last login\n1,Ann,ann,a@example.com,active,{AT_ISO},2026-02-03\n",
    "Atlassian": (
        "User id,User name,email,User status,Added to org,Last seen in Teams - x,Last seen in Jira - x\n"
        "7,Ann,ann,Active,05 Jan 2024,27 Nov 2026,Never accessed\n"
    ),
    "Atlassian managed": "Name,Email,Account status,Last active\nAnn,ann,active,2026-11-27\n",
    "Slack": f"Name,Email,Account type,Days active,Messages posted,Last active (UTC)\nAnn,ann,Member,12,3,{AT}\n",
    "Okta": f"User,Login,Status,Activation date,Last Login,Last Password Change\nAnn,ann,ACTIVE,2024-01-05,{AT_ISO},2026-01-01\n",
    "Chatwork": "名前,メールアドレス,最終ログイン日時\nAnn,ann,2026/11/27 10:20\n",
    "Zoom": f"Email,First Name,Last Name,User Status,Last Login(UTC)\nann,A,N,Active,{AT}\n",
}  # fmt: skip


def read(text: str) -> Report:
    return parse_report(text.encode(), name="r", reading=ReportReading(TOKYO, service=("Teams",)))


@pytest.mark.parametrize("vendor", REPORTS)
def test_a_vendors_report_is_read_by_its_headings(vendor: str) -> None:
    report = read(REPORTS[vendor])
    assert [str(error) for error in report.errors] == []
    (row,) = report.rows
    assert ((row.login or row.name), row.last_access, row.gone) == ("ann", DAY, False)


def test_days_of_the_vendors_own_count_are_kept() -> None:
    assert {
        vendor: read(text).rows[0].days for vendor, text in REPORTS.items() if "kintone" in vendor
    } == dict.fromkeys(("kintone", "kintone ja", "kintone zh", "kintone zh-TW", "kintone es"), "12")


def test_every_vendor_of_the_page_has_a_report_here() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "vendors.md").read_text("utf-8")
    rows = [line.split("|")[1].split(",")[0].strip() for line in page.splitlines() if line.startswith("| ")][1:]
    for vendor in dict.fromkeys(rows):
        word = {"Microsoft 365": "Microsoft", "Google Workspace": "Google", "Entra ID": "Entra", "GitHub": "Copilot"}
        assert any(word.get(vendor, vendor) in name for name in REPORTS), vendor
