"""A people file is read alike however it was written, and says which row it cannot use."""

from decimal import Decimal

import pytest

from seatwise.commands.errors import Failure
from seatwise.commands.named import columns_of
from seatwise.lib.decoding import UnreadableText, decode
from seatwise.lib.people_file import DepartmentName, Employment, PeopleFile, parse
from seatwise.lib.table_columns import chosen_of


def read(text: str, encoding: str = "utf-8") -> PeopleFile:
    return parse(text.encode(encoding), name="people.csv")


def test_headings_are_english_or_japanese_in_any_order_case_and_width() -> None:
    english = read("Name,LOGIN,E-mail,Employee Number\nSato Hanako,h-sato,h@example.com,0012\n")
    japanese = read("氏名,ﾛｸﾞｲﾝ名,メールアドレス,従業員番号\nSato Hanako,h-sato,h@example.com,0012\n")
    assert english.rows == japanese.rows
    assert english.rows[0].employee_number == "0012"
    assert not english.errors


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_the_encoding_is_found(encoding: str) -> None:
    file = read("ログイン名,氏名,組織\r\nk-takahashi,髙橋 健,営業部/東京\r\n", encoding)
    assert file.rows[0].name == "髙橋 健"
    assert file.rows[0].departments == (DepartmentName(("営業部", "東京")),)


def test_an_empty_file_is_named() -> None:
    (error,) = read(" \r\n").errors
    assert (error.line, "this file is empty" in str(error)) == (1, True)


def test_an_encoding_that_cannot_be_told_is_asked_for() -> None:
    with pytest.raises(UnreadableText, match=r"line 2 is neither UTF-8 nor Shift_JIS: choose the file’s encoding"):
        decode("login,name\njose,José\n".encode("latin-1"), None)
    assert parse("login,name\nj,José\n".encode("latin-1"), name="f", encoding="latin-1").rows[0].name == "José"


@pytest.mark.parametrize(
    ("data", "encoding", "says"),
    [
        ("login\na\n".encode("utf-32"), None, "this is UTF-32"),
        (b"PK\x03\x04...", None, "an Excel workbook"),
        (b"login\n\0\n", None, "NUL bytes"),
        (b"login\n\xff\n", "utf-8", "line 2 is not utf-8"),
        (b"login\n", "klingon", "not the name of an encoding"),
        (b"login\n", "base64", "not the name of an encoding"),
    ],
)
def test_what_is_not_text_is_refused_with_the_way_out(data: bytes, encoding: str | None, says: str) -> None:
    with pytest.raises(UnreadableText, match=says):
        decode(data, encoding)


def test_utf_16_is_read_when_it_is_asked_for() -> None:
    assert decode("login\nä\n".encode("utf-16"), "utf-16") == ("login\nä\n", "utf-16")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    file = read(delimiter.join(("login", "name")) + "\n" + delimiter.join(("a", "A B")) + "\n")
    assert (file.delimiter, file.rows[0].name) == (delimiter, "A B")


def test_line_numbers_are_those_of_an_editor() -> None:
    file = read('sep=,\nlogin,name,status\na,"two\nlines",active\n\nb,B,asleep\n')
    assert file.rows[0].name == "two lines"
    assert file.blank_rows == 1
    assert str(file.errors[0]) == "line 6: status “asleep” cannot be used (expected active or inactive)"


def test_a_column_that_is_not_there_says_nothing_and_an_empty_cell_says_nothing_is_there() -> None:
    file = read("login,email,departments,status\na,,,\nb\n")
    first, second = file.rows
    assert (first.name, first.email, first.departments, first.status) == (None, "", (), None)
    assert (second.email, second.departments) == (None, None)


@pytest.mark.parametrize(
    ("heading", "cell", "meaning"),
    [
        ("状態", "使用中", "active"),
        ("status", "Inactive", "inactive"),
        ("状態", "停止中", "inactive"),
        ("kind", "Guest User", "guest"),
        ("種別", "共有アカウント", "shared"),
        ("種別", "ｼｽﾃﾑ", "system"),
        ("役割", "組織の管理者", "department_administrator"),
        ("role", "department-administrator", "department_administrator"),
        ("言語", "日本語", "ja"),
        ("services", "kintone; wiki, kintone", ("kintone", "wiki")),
        ("雇用形態", "フルタイム", Employment("full_time")),
        ("employment", "part time 3 days", Employment("part_time", Decimal(3))),
        ("employment", "Part-time 2.5", Employment("part_time", Decimal("2.5"))),
        ("employment", "part time (3 days a week)", Employment("part_time", Decimal(3))),
        ("雇用形態", "短時間勤務（週３日）", Employment("part_time", Decimal(3))),
        ("雇用形態", "パート 週2日", Employment("part_time", Decimal(2))),
        ("雇用形態", "その他", Employment("other")),
    ],
)
def test_words_of_both_languages_are_understood(heading: str, cell: str, meaning: object) -> None:
    file = read(f'login,{heading}\na,"{cell}"\n')
    assert not file.errors
    assert getattr(file.rows[0], [*file.columns][1]) == meaning


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("login,status\na,maybe\n", 2, "status"),
        ("login,employment\na,part time 9 days\n", 2, "employment"),
        ("login,email\na,nonsense\n", 2, "email"),
        ("login,name\n,A\n", 2, "login"),
        ("login\na\u200bb\n", 2, "login"),
        (f"login\n{'a' * 256}\n", 2, "login"),
        ("login,departments\na,Sales//Tokyo\n", 2, "departments"),
        ("login,name\na,A,surplus\n", 2, "row"),
        ('login,name\nb,B\na,"A\n', 3, "row"),
        ("name\nA\n", 1, "heading"),
        ("login,name,氏名\na,A,B\n", 1, "heading"),
        ("id\n", 1, "heading"),
        ("User ID,mail\n1,a@b\n", 1, "heading"),
        ("User name,mail\nAlice Ito,a@b\n", 1, "heading"),
        ("login,name\na,A\n,\nlogin,name\n", 4, "login"),
        ("login,name\na,A\n,\n部署,人数\n", 4, "login"),
        ("login,name\n1.23E+11,A\n", 2, "login"),
        ("login,employee id\na,4E+11\n", 2, "employee_number"),
        ("login,name\na,#N/A\n", 2, "name"),
        ('login\n"=VLOOKUP(""a"",A:B)"\n', 2, "login"),
    ],
)
def test_each_bad_row_is_named_with_its_line_and_field(text: str, line: int, field: str) -> None:
    file = read(text)
    assert [(error.line, error.field) for error in file.errors] == [(line, field)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("工号,姓名,部门,登录账号,邮箱,状态,离职日期\n01,佐藤,销售部,sato,s@example.com,离职,2026-11-20\n", "gb18030"),
        ("員工編號,姓名,部門,帳號,電子郵件,狀態,離職日期\n01,佐藤,業務部,sato,s@example.com,離職,2026/11/20\n", None),
        ("Usuario,Nombre,Apellidos,Correo electrónico,Departamento,Estado,Fecha de baja,Login,Employee no.\n"
         "x,,佐藤,s@example.com,Ventas,Inactivo,20/11/2026,sato,01\n", None),
        ("社員番号,姓,名,姓カナ,名カナ,所属,ﾒｰﾙｱﾄﾞﾚｽ,ﾛｸﾞｲﾝ名,退職年月日,在籍状況\n"
         "01,佐藤,,ｻﾄｳ,,営業部,s@example.com,sato,令和8年11月20日,退社\n", "cp932"),
        ("Employee ID,DisplayName,SamAccountName,Mail,Enabled,Department,Last day\n"
         "01,佐藤,sato,s@example.com,False,Sales,46346\n", None),
        ("Personalnummer;Anzeigename;Anmeldename;E-Mail-Adresse;Status;Abteilung;Austrittsdatum\n"
         "01;佐藤;sato;s@example.com;Inaktiv;/Vertrieb/Berlin;20.11.2026\n", None),
        ("\u200b社員番号,氏名,登録者,ユーザー名,メールアドレス,退職フラグ,部署名,退職日,雇用形態,言語\n"
         "01,佐藤,人事,sato,ｓ＠ｅｘａｍｐｌｅ．ｃｏｍ,1,営業部＞東京,令和８年１１月２０日,契約社員,zh-TW\n", None),
        ('[{"login": "sato", "fullname": "佐藤", "display name": "", "mail": "s@example.com", "employee id": "01",'
         '"suspended": true, "orgUnitPath": "/Sales", "last day": "2026-11-20"}]', None),
    ],
)  # fmt: skip
def test_files_of_other_programs_are_read(text: str, encoding: str | None) -> None:
    file = parse(text.encode(encoding or "utf-8"), name="people.csv", encoding=encoding)
    assert not file.errors
    [row] = file.rows
    assert (row.login, row.name, row.email, row.employee_number) == ("sato", "佐藤", "s@example.com", "01")
    assert (row.status, row.left_on, len(row.departments or ())) == ("inactive", "2026-11-20", 1)


@pytest.mark.parametrize("footer", ["合計,2名", "Total users: 2,", "総計,"])
def test_a_total_below_the_table_is_no_user(footer: str) -> None:
    file = read(f"login,name\nsato,Sato\n{footer}\n")
    assert ([row.login for row in file.rows], [error.line for error in file.errors]) == (["sato"], [3])


def test_logins_that_fold_alike_are_refused_naming_both_lines() -> None:
    file = read("login,other logins\nAlice,\nbob,\nＡＬＩＣＥ,\ncarol,bob\n")
    assert [str(error) for error in file.errors] == [
        (
            "line 4: login “ＡＬＩＣＥ” cannot be used (expected a login name that is in no other row; line 2 "
            "has it too)"
        ),
        "line 5: login “bob” cannot be used (expected a login name that is in no other row; line 3 has it too)",
    ]


def test_unknown_headings_are_reported_and_not_read() -> None:
    file = read("login,favourite colour,,,\na,blue,,,\nb,,,no heading\n")
    assert file.unknown_headings == ["favourite colour", "#4"]
    assert file.rows[0].extra == {}


def test_departments_may_be_paths_codes_or_both() -> None:
    (row,) = read('login,departments\na,"Sales/Tokyo; D7；S1=Sales / Osaka"\n').rows
    assert row.departments == (
        DepartmentName(("Sales", "Tokyo")),
        DepartmentName(("D7",)),
        DepartmentName(("Sales", "Osaka"), "S1"),
    )


@pytest.mark.parametrize(
    ("data", "line", "expected"),
    [
        (b'login\n"ann\n', 2, "quotation marks in pairs"),
        (b'[{"login": "ann"},\n{"login": }]', 2, "rows: CSV, a workbook, or JSON"),
        (b"[1, 2]", 1, "rows: CSV, a workbook, or JSON"),
    ],
)
def test_what_is_no_table_says_what_one_is(data: bytes, line: int, expected: str) -> None:
    (error,) = parse(data, name="p").errors
    assert (error.line, expected in str(error)) == (line, True)


USER = "{},佐藤 太郎,*,*,佐藤,太郎,さとう,たろう,,,{}@example.com,1,ja,Asia/Tokyo,,,,,007,,,,,,\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "euc-jp"])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_cybozu_users_are_read_without_headings_in_every_encoding(encoding: str, separator: str) -> None:
    text = USER.format("sato", "sato") + USER.format("suzuki", "suzuki").replace("佐藤 太郎", "鈴木 花子")
    file = parse(text.replace(",", separator).encode(encoding), name="downloaded.csv")
    assert not file.errors
    assert [(row.line, row.login, row.name, row.email, row.status, row.employee_number) for row in file.rows] == [
        (1, "sato", "佐藤 太郎", "sato@example.com", "active", "007"),
        (2, "suzuki", "鈴木 花子", "suzuki@example.com", "active", "007"),
    ]


def test_other_files_of_cybozu_without_headings_are_known_by_their_names() -> None:
    file = parse(b"S11,Tokyo,*,,,S1,\nS1,Sales,*,,,,\n", name="organization.csv")
    assert [str(each) for each in file.tree] == ["S11=Sales/Tokyo", "S1=Sales"]
    file = parse(b"sato,S1,,S11,manager\nito\n", name="userOrganizations (2).csv")
    assert [(row.login, row.departments) for row in file.rows] == [
        ("sato", (DepartmentName(("S1",)), DepartmentName(("S11",)))), ("ito", ()),
    ]  # fmt: skip
    assert not file.unknown_headings
    assert parse(b"sato,S1,,S11,manager\nito\n", name="people.csv").errors  # it could be anything


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Login Name,Group Code1,Group Code2\nkato,grp001\n", "x.csv"),
        ("ログイン名,グループコード1\nkato,grp001\n", "x.csv"),
        ("登录名,组代码1\nkato,grp001\n", "x.csv"),
        ("Group code,Nombre,New group code,Membership type,Descripción,Eliminar\ng,G,*,static,,\n", "x.csv"),
        ("kato,grp001\n", "userGroups.csv"),
        ("grp001,G,*,static,,\n", "group.csv"),
    ],
)
def test_groups_of_cybozu_are_recognized_and_refused_with_what_to_bring_instead(text: str, name: str) -> None:
    file = parse(text.encode(), name=name)
    assert not file.rows
    assert "userOrganizations.csv" in str(file.errors[0])


def test_a_group_code_beside_other_columns_is_only_a_column_that_is_not_read() -> None:
    file = read("login,name,group code\na,A,g1\n")
    assert [row.name for row in file.rows] == ["A"]
    assert file.unknown_headings == ["group code"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("First Name [Required],Last Name [Required],Email Address [Required]\nTaro,Sato,a@example.com\n", "Taro Sato"),
        ("login,firstName,lastName\na,Taro,Sato\n", "Taro Sato"),
        ("社員番号,姓,名,メールアドレス\n7,佐藤,太郎,a@example.com\n", "佐藤 太郎"),
        ("login,firstName,lastName\na,,Sato\n", "Sato"),
        ("login,name,first name,last name\na,T. Sato,Taro,Sato\n", "T. Sato"),
        ("login,last name\na,Sato\n", None),
    ],
)
def test_a_name_is_put_together_of_given_name_and_surname(text: str, name: str | None) -> None:
    file = read(text)
    assert not file.errors
    assert file.rows[0].name == name
    assert read(text).single.get("name") in (None, 1)


def test_a_choice_of_columns_leaves_departments_and_names_of_several_columns_alone() -> None:
    text = "login,first name,last name,department code 1,department code 2\na,Taro,Sato,S1,S2\n"
    chosen = dict.fromkeys(("name", "departments", "email")) | {"login": 0}
    file = parse(text.encode(), name="p", chosen=chosen)
    assert (file.rows[0].name, len(file.rows[0].departments or ())) == ("Taro Sato", 2)
    assert file.single == {"login": 0}


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("login\n'007\n", "007"),
        ("login\n'=1+1\n", "=1+1"),
        ("login\n'abc\n", "'abc"),
        ("sAMAccountName,mail\na,b@c\n", "a"),
    ],
)
def test_a_login_is_not_what_a_spreadsheet_or_an_address_makes_of_it(text: str, login: str) -> None:
    assert [row.login for row in read(text).rows] == [login]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("DEPROVISIONED", "inactive"),
        ("在籍中", "active"),
        ("退職済み", "inactive"),
        ("LOCKED_OUT", "active"),
        ("FALSCH", "inactive"),
        ("○", "active"),
    ],
)
def test_status_words_of_vendors_are_understood(word: str, status: str) -> None:
    text = f"login,status\na,{word}\n"
    assert [row.status for row in read(text).rows] == [status]
    blocked = parse(text.replace("status", "Blocked").encode(), name="p", chosen={"status": 1})  # also if it was chosen
    assert [row.status for row in blocked.rows] == ["active" if status == "inactive" else "inactive"]


def test_a_manager_may_be_named_by_an_address_that_one_person_has() -> None:
    file = read("login,mail,manager\na,a@x,B@x\nb,b@x,c@x\nc,c@x,d@x\nd,c@x,b\n")
    assert [row.manager for row in file.rows] == ["b", "c@x", "d@x", "b"]


def test_a_column_can_be_left_out() -> None:
    chosen = chosen_of(columns_of(["status=", "login=#2"], ["login", "status"]))
    (row,) = parse(b"name,id,status\nA,a,maybe\n", name="p", chosen=chosen).rows
    assert (row.login, row.status) == ("a", None)
    with pytest.raises(Failure, match="nothing to leave it out"):
        columns_of(["status"], ["status"])


def test_nobody_leaves_in_the_year_9999_and_a_root_is_no_department() -> None:
    (row,) = read("login,last day,departments\na,12/31/9999,/\n").rows
    assert (row.left_on, row.departments) == ("", ())


def test_departments_of_any_program_are_a_tree_by_code_and_parent() -> None:
    file = read("部署コード,部署名,上位部署コード\nS11,東京,S1\nS1,営業,\n")
    assert ([str(each) for each in file.tree], file.errors) == (["S11=営業/東京", "S1=営業"], [])
    assert not read("login,code,department,parent\na,1,Sales,\n").tree
