"""``python -m course.data [name …]``: prepare data sets, or say in a sentence why not.

Without names, every embedded set. A public set of TensorFlow Datasets is downloaded only where
``COURSE_DOWNLOAD=1`` says so.
"""

import sys

from course.data import EMBEDDED, prepare
from course.data.public import prepare_public


def main(names):
    for name in names or EMBEDDED:
        try:
            (prepare if name.partition("/")[0] in EMBEDDED else prepare_public)(name)
        except (FileNotFoundError, ValueError) as error:
            sys.exit(f"✗ {error}")
        print(f"✓ data set {name} is ready")


if __name__ == "__main__":
    main(sys.argv[1:])
