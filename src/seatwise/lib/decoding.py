"""Bytes of a text file somebody made: which encoding they are in, decided strictly or not at all."""

import codecs

from seatwise.lib.notices import Code, Unusable


class TextCode(Code):
    """Why bytes are no text."""

    ZIP = "this is an Excel workbook or a ZIP archive, not a text file: save it as CSV, or unpack it first"
    GZIP = "this is a gzip archive, not a text file: unpack it first"
    WIDE = "this is %(encoding)s (“Unicode text” of Excel): save it as “CSV UTF-8”, or name its encoding"
    NUL = "this is not a text file: it holds NUL bytes (save it as CSV, or name its encoding)"
    UNKNOWN_ENCODING = (
        "line %(line)s is neither UTF-8 nor Shift_JIS: name the encoding of the file (for example latin-1 or euc-jp)"
    )
    NO_ENCODING = (
        "“%(encoding)s” is not the name of an encoding (expected one such as utf-8, shift_jis, euc-jp, latin-1)"
    )
    OTHER_LINE = "line %(line)s is not %(encoding)s: name another encoding"
    OTHER_FILE = "the file is not %(encoding)s: name another encoding"
    HALF_CHARACTERS = "as %(encoding)s the file has NUL or half characters: name another encoding"


_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_PACKED = (
    (b"PK\x03\x04", TextCode.ZIP),
    (b"\x1f\x8b", TextCode.GZIP),
)
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
    """The text and the name of its encoding; a byte order mark is taken off.

    Without `encoding`: strict UTF-8, else strict Shift_JIS as Windows writes it (cp932), else UnreadableText.
    """
    if encoding:
        return _decode_as(data, encoding)
    for magic, code in _PACKED:
        if data.startswith(magic):
            raise UnreadableText(code)
    for mark, found in _MARKS:
        if data.startswith(mark):
            raise UnreadableText(
                TextCode.WIDE,
                encoding=found,
            )
    if b"\0" in data:
        raise UnreadableText(TextCode.NUL)
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError:
        text = "\x80"
    if _NOT_SHIFT_JIS.isdisjoint(text):
        return text, "cp932"
    raise UnreadableText(
        TextCode.UNKNOWN_ENCODING,
        line=line,
    )


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
    return text.removeprefix("\ufeff"), codec.name
