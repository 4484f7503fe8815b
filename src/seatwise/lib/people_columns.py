"""The columns of a people file: how they are called, and what reads their cells.

What vendors' reports call alike has a name of its own; ledger/report_columns.py adds the vendors' words.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

from seatwise.lib import people_cells as cells
from seatwise.lib.table_columns import Wanted

LOGINS = (
    "login", "login name", "user principal name", "upn", "username", "login id", "ログイン名", "ユーザー名", "ユーザ名",
    "ログインid", "sam account name", "s amaccount name",
    "登录名", "登入名稱", "登錄名", "登录账号", "登录帐号", "登入帳號",
    "用户名", "用戶名", "账号", "帐号", "帳號", "使用者帳號", "使用者名稱",
    "nombre de inicio de sesión", "nombre de usuario",
    "anmeldename", "benutzername", "benutzerprinzipalname", "benutzerkennung", "現ログイン名", "ログオン名",
)  # fmt: skip
ADDRESSES = (
    "e-mail", "email", "mail", "e-mail address", "email address", "mail address", "primary email", "メールアドレス",
    "メール", "电子邮件", "电子邮箱", "邮箱", "電子郵件", "電子信箱", "correo electrónico",
    "e-mail-adresse", "work email", "work e-mail", "primary work email", "電子メール", "メールアドレス1",
)  # fmt: skip
NUMBERS = (
    "employee number", "employee id", "employee no", "employee no.", "従業員番号", "社員番号", "従業員id", "员工编号",
    "員工編號", "职员编号", "工号", "工號", "员工id", "員工id", "número de empleado", "id empleado",
    "personalnummer", "mitarbeiternummer", "employee #", "社員コード", "従業員コード", "職員番号",
)  # fmt: skip
DEPARTMENTS = (
    "department", "departments", "組織", "所属", "所属組織", "部署", "部門", "组织", "部门", "departamento",
    "departamentos", "abteilung", "department name", "部署名", "部門名", "組織名", "所属部署", "所属部門", "所属名",
)  # fmt: skip

_READING = re.compile(r"カナ|かな|kana|furigana|ふりがな|フリガナ|phonetic|読み|よみ|ローマ字|roma|拼音|注音")
NAME_PARTS = (  # of names that stand in two columns
    Wanted(
        "given",
        (("given name", "first name", "forename", "vorname", "名", "名字", "nombre", "nombres", "nombre de pila"),),
        _READING,
    ),
    Wanted(
        "surname",
        (("surname", "last name", "family name", "nachname", "姓", "姓氏", "氏", "苗字", "apellido", "apellidos"),),
        _READING,
    ),
)
_EASTERN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def name_of(given: str, surname: str) -> str:
    """A given name and a surname, which comes first in Japanese, Chinese and Korean."""
    parts = [surname, given] if _EASTERN.search(given + surname) else [given, surname]
    return " ".join(filter(None, parts))


@dataclass(frozen=True)
class Column:
    """A column: the attribute of the row it fills, its headings in either language, and its reader."""

    key: str
    headings: tuple[str, ...]
    read: Callable[[str], object]
    else_: tuple[str, ...] = ()  # headings that stand for it where none of the others is there

    @functools.cached_property
    def wanted(self) -> Wanted:
        return Wanted(self.key, tuple(filter(None, ((self.key, *self.headings), self.else_))))


_BLOCKED = (
    "suspended", "blocked", "block credential", "block sign in", "sign in blocked", "is blocked", "disabled",
    "account disabled", "is disabled", "gesperrt", "deaktiviert", "利用停止", "停止フラグ", "退職フラグ",
)  # fmt: skip
BLOCKED = Wanted("status", (_BLOCKED,))  # columns that say the contrary of a status
_ADDRESSES = (*ADDRESSES, "dirección de correo electrónico")
COLUMNS = (
    Column(
        "login",
        (*LOGINS, "ログイン"),
        cells.read_login,
        (*_ADDRESSES, "user name", "user id", "userid", "ユーザーid", "ユーザid", "account", "account name",
         "アカウント", "アカウント名"),
    ),
    Column(
        "name",
        ("name", "full name", "fullname", "氏名", "名前", "姓名", "社員名", "従業員名"),
        cells.read_text,
        ("display name", "displayname", "表示名", "显示名称", "顯示名稱", "nombre para mostrar", "anzeigename"),
    ),
    Column("email", _ADDRESSES, cells.read_email),
    Column("employee_number", (*NUMBERS, "id de empleado"), cells.read_text),
    Column("departments", DEPARTMENTS, cells.read_departments, ("org unit path", "organizational unit")),
    Column("manager", ("manager", "supervisor", "vorgesetzter", "上司", "上長"), cells.read_reference),
    Column(
        "status",
        ("status", "account status", "user status", "account enabled", "enabled", "active", "is active",
         "状態", "ステータス", "使用状態", "在籍状況",
         "在籍区分", "状态", "使用状态", "狀態", "使用狀態", "estado", "konto aktiviert", "有効",
         "worker status", "employment status", "在職状況", "アカウント状態"),
        cells.read_status,
        _BLOCKED,
    ),
    Column("kind", ("kind", "type", "user type", "種別", "種類"), cells.read_kind),
    Column("employment", ("employment", "雇用形態", "雇用区分", "勤務形態"), cells.read_employment),
    Column("role", ("role", "役割", "権限"), cells.read_role),
    Column("language", ("language", "言語", "表示言語", "语言", "語言", "idioma", "sprache"), cells.read_language),
    Column("services", ("services", "service", "サービス", "利用サービス"), cells.read_codes),
    Column(
        "on_leave_until",
        (
            "on leave until", "leave until", "suspended until", "休職期限", "休職終了日", "復帰日", "復職日",
            "使用停止期限",
        ),
        cells.read_day,
    ),
    Column(
        "other_logins",
        ("other logins", "other login names", "aliases", "別のログイン名", "その他のログイン名"),
        cells.read_logins,
    ),
    Column(
        "left_on",
        (
            "left on", "last day", "leaving date", "termination date", "退職日", "退職年月日", "最終在籍日", "离职日期",
            "離職日期", "fecha de baja", "austrittsdatum", "退社日", "退社年月日",
        ),
        cells.read_last_day,
    ),
    Column("responsible", ("responsible", "responsible person", "責任者"), cells.read_reference),
    Column(
        "administers",
        ("administers", "administers departments", "departments administered", "管理する組織", "管理対象の組織"),
        cells.read_departments,
    ),
)  # fmt: skip
