"""Bytes of a text file somebody made: which encoding they are in, decided strictly or not at all."""

import codecs

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_PACKED = (
    (b"PK\x03\x04", "this is an Excel workbook or a ZIP archive, not a text file: save it as CSV, or unpack it first"),
    (b"\x1f\x8b", "this is a gzip archive, not a text file: unpack it first"),
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


class UnreadableText(ValueError):
    """The bytes are not text in an encoding that can be told for certain. The message says what to do.

    `message` holds places such as %(line)s for `details`, so that it can be translated.
    """

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message % details)
        self.message = message
        self.details = details


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
    for magic, message in _PACKED:
        if data.startswith(magic):
            raise UnreadableText(message)
    for mark, found in _MARKS:
        if data.startswith(mark):
            raise UnreadableText(
                "this is %(encoding)s (“Unicode text” of Excel): save it as “CSV UTF-8”, or name its encoding",
                encoding=found,
            )
    if b"\0" in data:
        raise UnreadableText("this is not a text file: it holds NUL bytes (save it as CSV, or name its encoding)")
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
        "line %(line)s is neither UTF-8 nor Shift_JIS: name the encoding of the file (for example latin-1 or euc-jp)",
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
            "“%(encoding)s” is not the name of an encoding (expected one such as utf-8, shift_jis, euc-jp, latin-1)",
            encoding=encoding,
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableText(
            "line %(line)s is not %(encoding)s: name another encoding", line=line, encoding=encoding
        ) from None
    except UnicodeError:
        raise UnreadableText("the file is not %(encoding)s: name another encoding", encoding=encoding) from None
    if not is_keepable(text):
        raise UnreadableText(
            "as %(encoding)s the file has NUL or half characters: name another encoding", encoding=encoding
        )
    return text.removeprefix("\ufeff"), codec.name
