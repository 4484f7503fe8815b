"""`python -m benchmarks [PART…]`: measure, and write the tables of README.md."""

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks import gate, growth, logs, pages, recorder, report, scratch, shipping, store, together

PARTS: dict[str, Callable[[Path, int], report.Section]] = {
    logs.PART: logs.section,
    store.PART: store.section,
    pages.PART: pages.section,
    growth.PART: growth.section,
    gate.PART: gate.section,
    recorder.PART: recorder.section,
    together.PART: together.section,
    shipping.PART: shipping.section,
}


def main() -> None:
    """Run the parts that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="*", metavar="PART", help=f"what to measure: {', '.join(PARTS)} (default: all)")
    parser.add_argument("--lines", type=int, default=5_000_000, help="length of the logs (default: %(default)s)")
    parser.add_argument("--dry", action="store_true", help="print the tables, leave README.md as it is")
    options = parser.parse_args()
    if unknown := set(options.part) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))} (there are: {', '.join(PARTS)})")
    directory = scratch.directory()
    for part in options.part or PARTS:
        section = PARTS[part](directory, options.lines)
        (report.show if options.dry else report.write)(section)


if __name__ == "__main__":
    main()
