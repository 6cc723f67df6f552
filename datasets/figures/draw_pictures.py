"""Draw the picture of docs/data/figures.md (maintainers).

python datasets/figures/draw_pictures.py
"""

import io
import runpy
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "data"
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
pictures = embedded["load_module"](DOCS / "pictures.py")
builder = embedded["load_module"](HERE / "builder.py")
SIDE, COLUMNS, ROWS = 208, 6, 2
LIMBS = {"person": builder.compose.body.LIMBS, "hand": builder.compose.hands.LIMBS}
SEEN, COVERED = (60, 220, 90), (235, 50, 50)


def draw(image, scene):
    """Draw limbs and keypoints, green if visible and red if covered: (SIDE, SIDE, 3) uint8."""
    image, factor = image.copy(), SIDE / scene.instances.shape[0]
    for index, figure in enumerate(scene.figures):
        points = np.round(figure["keypoints"][:, :2] * factor).astype(int).tolist()
        seen = figure["keypoints"][:, 2]
        for a, b in LIMBS[figure["kind"]]:
            if seen[a] and seen[b]:
                colour = pictures.COLOURS[(index + 1) % len(pictures.COLOURS)]
                cv2.line(image, points[a], points[b], colour, 1, cv2.LINE_AA)
        for point, v in zip(points, seen, strict=True):
            if v:
                cv2.circle(image, point, 2, SEEN if v == 2 else COVERED, -1, cv2.LINE_AA)
    return image


def main():
    """Write the sheet: scenes of the test split, and below each its keypoints."""
    actors, backgrounds, cells = builder.cast("test"), builder.assets.backgrounds("test"), []
    for row in range(ROWS):
        plain, marked = [], []
        for index in range(row * COLUMNS, (row + 1) * COLUMNS):
            scene = builder.scene("small", "test", index, actors, backgrounds)
            image = np.asarray(Image.open(io.BytesIO(scene.jpeg)))
            image = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
            text = ", ".join(figure["label"].replace("_", " ") for figure in scene.figures)
            plain.append((Image.fromarray(image), text))
            marked.append((Image.fromarray(draw(image, scene)), ""))
        cells += plain + marked
    page = pictures.sheet(cells, COLUMNS, (SIDE + 6, SIDE + 20))
    page.save(DOCS / "figures.jpg", quality=76, optimize=True)


if __name__ == "__main__":
    main()
