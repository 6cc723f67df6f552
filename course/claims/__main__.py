"""``python -m course.claims measure 02 [--seeds 5]``: measure a lecture's claims again."""

import argparse
import sys

from course.claims.measure import measure
from course.lectures import find_lectures


def main():
    parser = argparse.ArgumentParser(prog="python -m course.claims", description=__doc__)
    parser.add_argument("command", choices=["measure"])
    parser.add_argument("lecture", help="number of the lecture, for example 02")
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds, from 0")
    options = parser.parse_args()
    (notebook,) = find_lectures(options.lecture)
    outside = measure(notebook, range(options.seeds))
    sys.exit("Outside their bands:\n" + "\n".join(outside) if outside else 0)


if __name__ == "__main__":
    main()
