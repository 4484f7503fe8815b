"""What the C library and the plain reader both know: the kinds of fields, and how much of anything there may be."""

from seatwise.logs.fields import ROLES

KINDS = ("", *ROLES)  # the numbers of the kinds of fields, as kernel/layout.h has them; "" is skipped
LONGEST_LINE = 1 << 20  # bytes; a longer line is malformed
SAMPLES = 5  # kept for each reason
DAYS = 1 << 16  # what lies behind them, in the year 2149, is in the future

LEAF = 1 << 20  # a target in a tree of names that is a field, not another object
MAX_DEPTH = 12  # of the objects that wanted names lie in; others may be nested as they like
MAX_OBJECTS = 32
