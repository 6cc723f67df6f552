"""Draw the picture of docs/data/signs.md (maintainers).

python datasets/signs/draw_pictures.py
"""

import io
import runpy
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "data"
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
pictures = embedded["load_module"](DOCS / "pictures.py")
builder = embedded["load_module"](HERE / "builder.py")
SIDE = 92


def main():
    """Write the sheet: the drawings, then one row of 12 letters from each split."""
    drawings, cells = builder.signs(), []
    for letter, image in drawings.items():
        page = Image.new("RGB", (SIDE, SIDE), (130, 160, 140))
        drawing = Image.fromarray(image)
        drawing.thumbnail((SIDE, SIDE), Image.LANCZOS)
        page.paste(drawing, ((SIDE - drawing.width) // 2, (SIDE - drawing.height) // 2), drawing)
        cells.append((page, letter))
    for split, (_, place, _) in builder.SPLITS.items():
        backgrounds = builder.assets.backgrounds(place)
        for index in range(0, 24, 2):
            letter, jpeg, _ = builder.picture(split, index, drawings, backgrounds)
            image = Image.open(io.BytesIO(jpeg)).resize((SIDE, SIDE), Image.BICUBIC)
            cells.append((image, f"{letter} · {split}"))
    page = pictures.sheet(cells, 12, (SIDE + 6, SIDE + 20))
    page.save(DOCS / "signs.jpg", quality=76, optimize=True)


if __name__ == "__main__":
    main()
