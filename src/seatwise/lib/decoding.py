"""Bytes of a text file somebody made: which encoding they are in, decided strictly or not at all."""

import codecs
import re

from seatwise.lib.notices import Code, Unusable


class TextCode(Code):
    """Why bytes are no text."""

    ZIP = "this is an Excel workbook or a ZIP archive, not a text file: save it as CSV, or unpack it first"
    GZIP = "this is a gzip archive, not a text file: unpack it first"
    OLD_WORKBOOK = "this is an old Excel workbook (.xls): open it and save it as XLSX or CSV"
    WEB_PAGE = (
        "this is a web page or XML, whatever its name ends in: open it in a spreadsheet and save it as XLSX or CSV"
    )
    NO_TABLE = "this is a picture or a PDF, not a table"
    WIDE = "this is %(encoding)s: save it as “CSV UTF-8”, or choose its encoding"
    EITHER = "it could be Shift_JIS or EUC-JP (line %(line)s differs): choose the file’s encoding"
    NUL = "this is not a text file: it contains NUL bytes (save it as CSV, or choose its encoding)"
    UNKNOWN_ENCODING = (
        "line %(line)s is neither UTF-8 nor Shift_JIS: choose the file’s encoding (for example latin-1 or euc-jp)"
    )
    NO_ENCODING = (
        "“%(encoding)s” is not the name of an encoding (expected one such as utf-8, shift_jis, euc-jp, latin-1)"
    )
    OTHER_LINE = "line %(line)s is not %(encoding)s: choose another encoding"
    OTHER_FILE = "the file is not %(encoding)s: choose another encoding"
    HALF_CHARACTERS = "read as %(encoding)s, the file has NUL or broken characters: choose another encoding"


_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LEAST_PLAIN = 0.3  # of the bytes of UTF-16 without a mark are zero, all of them first or all second of two
_PACKED = (
    (b"PK\x03\x04", TextCode.ZIP),
    (b"\x1f\x8b", TextCode.GZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", TextCode.OLD_WORKBOOK),
    (b"%PDF-", TextCode.NO_TABLE),
    (b"\x89PNG", TextCode.NO_TABLE),
    (b"\xff\xd8\xff", TextCode.NO_TABLE),
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|\?xml|html|head|meta|table)\b", re.IGNORECASE)
_NAMES = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "ms932": "cp932",
}
# What Python's cp932 makes of bytes that Shift_JIS does not have: these are another encoding's.
_NOT_SHIFT_JIS = frozenset("\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3")


class UnreadableText(Unusable, ValueError):
    """The bytes are not text in an encoding that can be told for certain. The notice says what to do."""


def is_keepable(text: str) -> bool:
    """Whether a text has no NUL, which PostgreSQL refuses, and no half of a surrogate pair, which UTF-8 does."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text and the name of its encoding; byte order marks are taken off.

    Without `encoding`: UTF-16 by its mark or its zero bytes, strict UTF-8, else what strict Shift_JIS as Windows writes
    it (cp932) or strict EUC-JP make Japanese of, where that is one of them; else UnreadableText.
    """
    if encoding:
        return _decode_as(data, encoding)
    for magic, code in _PACKED:
        if data.startswith(magic):
            raise UnreadableText(code)
    if _MARKUP.match(data):
        raise UnreadableText(TextCode.WEB_PAGE)
    if data.startswith(_UTF_32):
        raise UnreadableText(TextCode.WIDE, encoding="UTF-32")
    if wide := wide_encoding(data):
        return _decode_as(data, wide)
    if b"\0" in data:
        raise UnreadableText(TextCode.NUL)
    try:
        return data.decode("utf-8-sig").lstrip("\ufeff"), "utf-8"
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    found = [
        (text, name)
        for name, is_likely in (("cp932", _likely_shift_jis), ("euc-jp", _likely_euc_jp))
        if (text := _strictly(data, name)) is not None and is_likely(text)
    ]
    if len(found) != 1:
        raise UnreadableText(TextCode.EITHER if found else TextCode.UNKNOWN_ENCODING, line=line)
    return found[0]


def wide_encoding(data: bytes, *, marked: bool = True) -> str | None:
    """Which UTF-16 the bytes are: by their mark, or by zeros that are the first or the second of two."""
    if data.startswith(_UTF_16):
        return "utf-16" if marked else None
    start = data[:65536]
    zeros = [start[at::2].count(0) for at in (0, 1)]
    if not data or len(data) % 2 or min(zeros) or max(zeros) < _LEAST_PLAIN * len(start):
        return None
    return "utf-16-be" if zeros[0] else "utf-16-le"


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


_ODD_KANA = re.compile("[^ｳｶ-ﾄﾊ-ﾎ]ﾞ|[^ﾊ-ﾎ]ﾟ|｢[^｣]*$|^[^｢]*｣|[､｡･ｰｧ-ｯ]{2}", re.MULTILINE)
_HALF_WIDTH = "".join(map(chr, range(0xFF61, 0xFFA0)))
_MIXED = re.compile(f"[{_HALF_WIDTH}][^\\x00-\\x7f{_HALF_WIDTH}]|[^\\x00-\\x7f{_HALF_WIDTH}][{_HALF_WIDTH}]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_BESIDE_LATIN = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f](?=[A-Za-z])")  # what an accented letter would become


def _likely_shift_jis(text: str) -> bool:
    """Whether it is Japanese: most letters in everyday use, half-width ones as they stand in words."""
    if not _NOT_SHIFT_JIS.isdisjoint(text) or _ODD_KANA.search(text):
        return False
    others = _NOT_ASCII.findall(text)
    if any(_is_rare(pair[0].strip(_HALF_WIDTH)) for pair in _MIXED.finditer(text)):
        return False
    strange = sum(map(_is_rare, others))
    return bool(strange + len(_BESIDE_LATIN.findall(text)) <= 0.75 * len(others))


def _is_rare(letter: str) -> bool:
    """Whether it is a kanji beyond everyday use: the last rows of level 2, and of Windows."""
    return letter.encode("cp932") >= b"\xe0"


def _likely_euc_jp(text: str) -> bool:
    """Whether it is Japanese: nearly all that is not ASCII are letters of everyday use (JIS X 0208 up to level 1)."""
    others = _NOT_ASCII.findall(text)
    return bool(sum(letter.encode("euc-jp") < b"\xd0" for letter in others) >= 0.9 * len(others))


def _decode_as(data: bytes, encoding: str) -> tuple[str, str]:
    name = encoding.strip().lower()
    name = _NAMES.get(name, name)
    try:
        codec = codecs.lookup(name)
        if not codec._is_text_encoding:
            raise LookupError
        text = data.decode("utf-8-sig" if codec.name == "utf-8" else codec.name)
    except LookupError:
        raise UnreadableText(
            TextCode.NO_ENCODING,
            encoding=encoding,
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableText(TextCode.OTHER_LINE, line=line, encoding=encoding) from None
    except UnicodeError:
        raise UnreadableText(TextCode.OTHER_FILE, encoding=encoding) from None
    if not is_keepable(text):
        raise UnreadableText(TextCode.HALF_CHARACTERS, encoding=encoding)
    return text.lstrip("\ufeff"), codec.name
