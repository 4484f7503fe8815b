"""The Japanese catalogue: found texts, compiling, and what is still untranslated.

`python -m seatwise.site.translations` adds to the catalogue what the source says and it does not have, drops what the
source no longer says, compiles it, and names what has no translation yet.
"""

import ast
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils.translation.template import templatize

from seatwise.configuration import PACKAGE

CATALOGUE = PACKAGE / "locale" / "ja" / "LC_MESSAGES" / "django.po"
ONE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
TWO = {"ngettext", "ngettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy"}
_IN_TEMPLATE = re.compile(
    r"""\b(?P<name>n?gettext|_)\((?P<arguments>(?:\s*u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*,?)+)"""
)
Key = tuple[str, str, str]  # context, text, plural


def compile_if_stale() -> None:
    """Make the compiled catalogue if there is none or an older one. Where it cannot be written, says so."""
    compiled = CATALOGUE.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= CATALOGUE.stat().st_mtime:
        return
    try:
        compile_catalogue()
    except OSError as error:
        print(f"seatwise: {compiled} could not be written ({error}); the site speaks English only.", file=sys.stderr)


def compile_catalogue() -> None:
    """Compile, in one step: a reader sees the old one or the new one."""
    handle, name = tempfile.mkstemp(dir=CATALOGUE.parent, suffix=".tmp")
    with os.fdopen(handle, "wb") as file:
        file.write(polib.pofile(str(CATALOGUE)).to_binary())
    os.chmod(name, 0o644)
    os.replace(name, CATALOGUE.with_suffix(".mo"))


def in_python(source: str) -> Iterator[Key]:
    """The texts that a module has translated."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and "Code" in (base.id for base in node.bases if isinstance(base, ast.Name)):
            yield from (("", text, "") for text in sentences_of(node))
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if name in ONE and len(texts) == 1:
            yield "", texts[0], ""
        elif name in TWO and len(texts) >= 2:
            yield "", texts[0], texts[1]
        elif name in WITH_CONTEXT and len(texts) == 2:
            yield texts[0], texts[1], ""


def sentences_of(codes: ast.ClassDef) -> Iterator[str]:
    """The sentences of a class of codes (lib.notices)."""
    for node in codes.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def in_template(source: str) -> Iterator[Key]:
    """The texts that a template has translated, trimmed as Django does."""
    for found in _IN_TEMPLATE.finditer(templatize(source)):
        texts = ast.literal_eval(f"({found['arguments'].rstrip().rstrip(',')},)")
        yield "", texts[0], texts[1] if found["name"] == "ngettext" else ""


def texts_of_source() -> dict[Key, list[str]]:
    """Every text of the source that is to be translated, with the files that say it."""
    found: dict[Key, list[str]] = {}
    for file in sorted(PACKAGE.rglob("*")):
        if file.suffix not in (".py", ".html", ".txt") or "tests" in file.parts:
            continue
        source = file.read_text(encoding="utf-8")
        for key in in_python(source) if file.suffix == ".py" else in_template(source):
            where = str(file.relative_to(PACKAGE))
            if where not in found.setdefault(key, []):
                found[key].append(where)
    return found


def key_of(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def is_translated(entry: polib.POEntry) -> bool:
    """Whether there is a text for every form, with the same placeholders."""
    if "fuzzy" in entry.flags:
        return False
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    wanted = placeholders(entry.msgid_plural or entry.msgid)
    return bool(texts) and all(text and placeholders(text) == wanted for text in texts)


def placeholders(text: str) -> set[str]:
    """The named places of a text that are filled in."""
    return set(re.findall(r"%\(\w+\)[rsd]|\{\w+\}", text))


def untranslated(catalogue: Path = CATALOGUE) -> list[str]:
    """The texts of the source that have no translation, each with where it is said."""
    known = {key_of(entry) for entry in polib.pofile(str(catalogue)) if is_translated(entry)}
    return [f"{', '.join(files)}: {key[1]!r}" for key, files in texts_of_source().items() if key not in known]


def update() -> None:
    """Bring the catalogue up to what the source says, in the order of its texts."""
    source = texts_of_source()
    old = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()
    known = {key_of(entry): entry for entry in old}
    new = polib.POFile(wrapwidth=0)
    new.metadata = {
        "Project-Id-Version": "seatwise",
        "Language": "ja",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for key, files in sorted(source.items()):
        context, text, plural = key
        entry = known.get(key) or polib.POEntry(msgctxt=context or None, msgid=text, msgid_plural=plural)
        if plural and not entry.msgstr_plural:
            entry.msgstr_plural = {0: ""}
        entry.occurrences = [(file, "") for file in files]
        entry.flags = ["python-format"] if "%(" in text + plural else []
        new.append(entry)
    new.save(str(CATALOGUE))


def main() -> int:
    """Update, compile, and name what is missing; 1 if something is."""
    update()
    compile_catalogue()
    missing = untranslated()
    for line in missing:
        print(line)
    print(f"{len(missing)} texts have no translation." if missing else "Every text is translated.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
