"""Make the embedded files from Debian's package dataset-fashion-mnist (users never run this).

``apt-get download dataset-fashion-mnist && dpkg -x dataset-fashion-mnist_*.deb unpacked``, then
``python datasets/fashion_mnist/make.py unpacked``.
"""

import hashlib
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(unpacked):
    lines = []
    for path in sorted((Path(unpacked) / "usr/share/datasets/fashion-mnist").glob("*.gz")):
        shutil.copy(path, HERE / path.name)
        lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")
    (HERE / "SHA256SUMS").write_text("".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
