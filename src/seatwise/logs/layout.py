"""How the fields of a line are laid out: the kinds of fields, and what a format is compiled to."""

from typing import NamedTuple

from seatwise.logs.scan import Bytes, Ints

FITS = -1

SKIP, LOGIN, TIME, DATE, CLOCK, REQUEST, METHOD, URI, PATH, STATUS, HOST = range(11)
KINDS = 11

LEAF = 1 << 20  # a target in a tree of names that is a field, not another object
MAX_DEPTH = 12  # of the objects that wanted names lie in; others may be nested as they like
MAX_OBJECTS = 32


class Program(NamedTuple):
    """What a format was compiled to. In text, field k of `kinds` stands behind literal k; literal n closes the line.

    A JSON format has a tree instead: object n has the names children[n]..children[n + 1]; name c is the text
    names[name_at[c]:name_at[c + 1]] and leads to targets[c], an object or LEAF + kind.
    """

    json: int  # 1 for a tree of names, 0 for literals and fields
    w3c: int  # 1 if blanks separate the fields, whatever the literals, and lines that begin with # are directives
    escapes: int  # RAW, BY_SERVER or BY_JSON: what is to be undone
    assumed: int  # the status of every line, where none is logged; else -1
    quotes: int  # 1 if a quote behind a backslash ends no field
    unquoted: int  # 1 if the login stands between blanks, not between quotes
    silent: int  # 1 if no field names the user: such lines cover no day
    day: int  # the epoch day of a W3C log whose lines have none, by its #Date; else -1
    since: int  # the second of that day
    kinds: Ints
    least: Ints  # bytes of each field in which the literal behind it is not looked for
    literals: Bytes
    literal_at: Ints
    children: Ints
    names: Bytes
    name_at: Ints
    targets: Ints
    below: Ints  # for each object, the kinds of the fields below it, as bits
