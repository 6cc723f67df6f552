"""Picture files that an annotation file names: found, checked, read. (W, H) is a size in pixels."""

from pathlib import PurePosixPath

import numpy as np
from PIL import Image, ImageOps

ORIENTATION, SIDEWAYS = 0x0112, (5, 6, 7, 8)  # EXIF's tag, and its values for a quarter turn
GREY = (127, 127, 127, 255)  # behind transparent pixels, as in adapters
UNREADABLE = (OSError, SyntaxError, Image.DecompressionBombError)  # Pillow's, for damaged files


def find_picture(name, places):
    """Return the path of a picture, looked for in some folders and their ``images``."""
    name = PurePosixPath(name.replace("\\", "/"))
    tried = list(dict.fromkeys(p for place in places for p in (place, place / "images")))
    for place in tried:
        if (place / name).is_file():
            return place / name
    raise ValueError(f"there is no file {str(name)!r} in any of {[str(p) for p in tried]}")


def check_picture(path, size):
    """Refuse a file that is no picture, is damaged, or has another size than annotated.

    All of it is read, because the end of a file may be missing; JPEGs at an eighth of their size,
    which is fast.
    """
    try:
        with Image.open(path) as image:
            real = image.size
            turned = image.getexif().get(ORIENTATION) in SIDEWAYS
            image.draft("RGB", (1, 1))
            image.load()
    except UNREADABLE as error:
        raise ValueError(f"{path} cannot be read as a picture ({error}); save it again") from None
    if size != real and not (turned and size == real[::-1]):
        raise ValueError(
            f"{path} has {real[0]}×{real[1]} pixels, annotated are {size[0]}×{size[1]}; was it "
            "resized or turned after it was annotated?"
        )


def read_picture(path, size):
    """Read a picture: uint8 [H, W, 3].

    A camera held upright stores a picture lying and notes the turn in EXIF. Some tools annotate
    it as stored, others as shown; the annotated size says which.
    """
    with Image.open(path) as file:
        image = file if file.size == size else ImageOps.exif_transpose(file)
        if image.has_transparency_data:
            ground = Image.new("RGBA", image.size, GREY)
            image = Image.alpha_composite(ground, image.convert("RGBA"))
        return np.array(image.convert("RGB"))
