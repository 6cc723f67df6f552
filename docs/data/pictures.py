"""Make the pictures of the pages on cut-outs, backgrounds, photos, objects, scenes (maintainers).

python docs/data/pictures.py
"""

import io
import json
import runpy
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
DATASETS = HERE.parents[1] / "datasets"
embedded = runpy.run_path(str(DATASETS / "embedded.py"))
FONT = ImageFont.load_default(size=12)
TINTS = {"train": (74, 92, 74), "validation": (150, 112, 62), "test": (92, 74, 132)}
COLOURS = [(230, 60, 60), (60, 130, 240), (240, 190, 40), (60, 190, 90), (200, 80, 220)]


def sheet(cells, columns, cell, tints=None):
    """Lay (picture, text) cells out in rows: one RGB picture; `cell` is (width, height)."""
    width, height = cell
    page = Image.new("RGB", (columns * width, -(-len(cells) // columns) * height), "white")
    draw = ImageDraw.Draw(page)
    for index, (picture, text) in enumerate(cells):
        x, y = index % columns * width, index // columns * height
        if tints:
            draw.rectangle([x, y, x + width - 2, y + height - 2], fill=tints[index])
        picture.thumbnail((width - 6, height - 20), Image.LANCZOS)
        mask = picture if picture.mode == "RGBA" else None
        page.paste(picture, (x + (width - picture.width) // 2 - 1, y + 2), mask)
        colour = "white" if tints else "black"
        draw.text((x + 4, y + height - 18), text, fill=colour, font=FONT)
    return page


def open_image(folder, name):
    """Open an embedded picture, checked."""
    return Image.open(io.BytesIO(embedded["read_bytes"](DATASETS / folder, name)))


def cutouts():
    """Contact sheet of all cut-outs on the tint of their split."""
    rows = embedded["read_rows"](DATASETS / "cutouts", "cutouts.csv")
    cells = [
        (open_image("cutouts", f"images/{row['file']}"), row["file"][:-4].replace("_", " ")[:17])
        for row in rows
    ]
    return sheet(cells, 14, (112, 112), [TINTS[row["split"]] for row in rows])


def backgrounds():
    """Contact sheet of all backgrounds on the tint of their split."""
    rows = embedded["read_rows"](DATASETS / "backgrounds", "backgrounds.csv")
    cells = [(open_image("backgrounds", row["file"]), row["title"][:30]) for row in rows]
    return sheet(cells, 8, (190, 140), [TINTS[row["split"]] for row in rows])


def photos():
    """All photos with their boxes and keypoints."""
    cells = []
    for photo in json.loads(embedded["read_bytes"](DATASETS / "photos", "photos.json")):
        picture = open_image("photos", photo["file"]).convert("RGB")
        draw = ImageDraw.Draw(picture)
        for index, item in enumerate(photo["objects"]):
            draw.rectangle(item["xyxy"], outline=COLOURS[index], width=4)
        for x, y in photo["keypoints"].values():
            draw.ellipse([x - 4, y - 4, x + 4, y + 4], fill=(0, 255, 255), outline="black")
        cells.append((picture, photo["title"]))
    return sheet(cells, 4, (300, 240))


def objects(columns=10, side=110):
    """One row of single objects per split, on the tint of the split's cut-outs, with their box."""
    builder = embedded["load_module"](DATASETS / "objects" / "builder.py")
    cells, tints = [], []
    for split in ("train", "known", "test"):
        parts = builder.assets.cutouts(split), builder.assets.backgrounds(split)
        for index in range(columns):
            scene = builder.picture(split, index, *parts)
            (item,) = scene.objects
            picture = Image.open(io.BytesIO(scene.jpeg)).convert("RGB")
            picture = picture.resize((side - 6, side - 6), Image.BICUBIC)
            box = [round(value * (side - 6) / builder.SETTINGS.size) for value in item["xyxy"]]
            ImageDraw.Draw(picture).rectangle(box, outline=COLOURS[2], width=1)
            cells.append((picture, item["label"]))
            tints.append(TINTS[builder.assets.SPLITS[split][0]])
    return sheet(cells, columns, (side, side + 14), tints)


def scenes(config, split, count, columns, side):
    """Scenes with boxes, outlines of the visible masks, and captions."""
    builder = embedded["load_module"](DATASETS / "scenes" / "builder.py")
    parts, cells = (builder.assets.cutouts(split), builder.assets.backgrounds(split)), []
    for index in range(count):
        scene = builder.scene(config, split, index, *parts)
        image = np.asarray(Image.open(io.BytesIO(scene.jpeg)))
        factor = side / len(image)
        image = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
        ids = cv2.resize(scene.instances, (side, side), interpolation=cv2.INTER_NEAREST)
        for number, item in enumerate(scene.objects):
            mask = (ids == number + 1).astype(np.uint8)
            lines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(image, lines, -1, (255, 255, 0), 1)
            x0, y0, x1, y1 = (round(factor * value) for value in item["xyxy"])
            cv2.rectangle(image, (x0, y0), (x1 - 1, y1 - 1), COLOURS[number % 5], 1)
        caption = builder.captions.caption(scene.objects, builder.CONFIGS[config][0].size)
        cells.append((Image.fromarray(image), caption))
    return sheet(cells, columns, (side + 6, side + 20))


def main():
    """Write all pictures beside this file."""
    pictures = {
        "cutouts": cutouts(),
        "backgrounds": backgrounds(),
        "photos": photos(),
        "objects": objects(),
        "scenes_small": scenes("small", "test", 12, 6, 240),
        "scenes_large": scenes("large", "known", 6, 3, 400),
    }
    for name, picture in pictures.items():
        picture.save(HERE / f"{name}.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    main()
