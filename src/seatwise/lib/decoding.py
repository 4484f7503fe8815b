"""Bytes of a text file somebody made: which encoding they are in, decided strictly or not at all."""

import codecs

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_PACKED = ((b"PK\x03\x04", "an Excel workbook or a ZIP archive"), (b"\x1f\x8b", "a gzip archive"))
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
    """The bytes are not text in an encoding that can be told for certain. The message says what to do."""


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text and the name of its encoding; a byte order mark is taken off.

    Without `encoding`: strict UTF-8, else strict Shift_JIS as Windows writes it (cp932), else UnreadableText.
    """
    if encoding:
        return _decode_as(data, encoding)
    for magic, what in _PACKED:
        if data.startswith(magic):
            raise UnreadableText(f"this is {what}, not a text file (save it as CSV, or unpack it first)")
    for mark, found in _MARKS:
        if data.startswith(mark):
            raise UnreadableText(
                f"this is {found} (“Unicode text” of Excel): save it as “CSV UTF-8”, "
                f"or name the encoding {found.lower()}"
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
        f"line {line} is neither UTF-8 nor Shift_JIS: name the encoding of the file (for example latin-1 or euc-jp)"
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
            f"{encoding!r} is not the name of an encoding (expected one such as utf-8, shift_jis, euc-jp, latin-1)"
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableText(f"line {line} is not {encoding}: name another encoding") from None
    except UnicodeError:
        raise UnreadableText(f"the file is not {encoding}: name another encoding") from None
    return text.removeprefix("\ufeff"), codec.name
