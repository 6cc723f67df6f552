"""``python -m course.data``: prepare every embedded data set, or say in a sentence why not."""

import sys

from course.data import EMBEDDED, prepare


def main():
    for name in EMBEDDED:
        try:
            prepare(name)
        except (FileNotFoundError, ValueError) as error:
            sys.exit(f"✗ {error}")
        print(f"✓ data set {name} is ready")


if __name__ == "__main__":
    main()
