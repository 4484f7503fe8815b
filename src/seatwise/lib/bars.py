"""Bars of several parts beside each other, as numbers to draw them by."""

from collections.abc import Sequence


def parts(counts: Sequence[int], whole: int = 1000, apart: int = 3, least: int = 4) -> list[tuple[int, int]]:
    """(x, width) of each part in a bar `whole` units wide.

    A part of nothing has no width; one of something is at least `least` wide, and they are `apart` from each other.
    """
    shown = sum(1 for count in counts if count)
    room, total = whole - apart * (shown - 1), sum(counts)
    widths = [max(least, round(count * room / total)) if count else 0 for count in counts]
    if shown:
        widths[widths.index(max(widths))] += room - sum(widths)
    places, x = [], 0
    for width in widths:
        places.append((x, width))
        x += width + apart if width else 0
    return places
