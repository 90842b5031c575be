"""`python -m bench [NAME ...] [--quick]`: measures, and prints each figure with its target."""

import argparse
import os
import sys

from .databases import LARGE, QUICK, SMALL, database
from .figures import NAMES, OWN_FILES, figures
from .report import Figure, heading, line


def main() -> int:
    """Measures what was asked for; always 0: a figure that is missed is printed as missed."""
    options = _options()
    names = options.names or NAMES
    small = large = ""
    if not OWN_FILES.issuperset(names):
        small, large = database(SMALL), database(QUICK if options.quick else LARGE)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; large is {large or '1M'}")
    print(heading(), flush=True)
    measured: list[Figure] = []
    for name in names:
        for figure in figures(name)(large, small):
            measured.append(figure)
            print(line(figure), flush=True)
    missed = [figure for figure in measured if not figure.is_reached]
    print(f"{len(measured) - len(missed)} of {len(measured)} reached", flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="1M events in place of 10M")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(NAMES)):
        parser.error(f"there is no figure {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
