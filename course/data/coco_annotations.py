"""Annotations in COCO's JSON, checked one by one before anything is trained on them.

Legend: H, W picture size, n objects of a picture. COCO writes boxes as [x, y, width, height]. What
is wrong is collected and told at once, at most ten things.
"""

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course.data.coco_masks import SLACK, are_numbers, check_together, compress
from course.data.coco_pictures import check_picture, find_picture
from course.errors import WrongAnnotations

SHOWN = 10  # problems in one message
FIELDS = {
    "images": {"id": int, "file_name": str, "width": int, "height": int},
    "categories": {"id": int, "name": str},
    "annotations": {"id": int, "image_id": int, "category_id": int, "bbox": list},
}


@dataclass(frozen=True)
class Picture:
    """One picture of a folder with its objects, in the order of the file."""

    path: Path
    size: tuple  # (W, H)
    boxes: np.ndarray  # float32 [n, 4], xyxy pixels
    classes: np.ndarray  # int32 [n]
    ignore: np.ndarray  # bool [n], crowds
    masks: tuple  # n compressed RLEs; none if they are not wanted


class Problems(list):
    """What is wrong with a file, sentence by sentence."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    @contextlib.contextmanager
    def of(self, where):
        """Note a ValueError of the block, and go on behind it."""
        try:
            yield
        except ValueError as error:
            self.append(f"{where}: {error}")

    def tell(self):
        """Raise what was noted."""
        if self:
            shown = [f"- {problem}" for problem in self[:SHOWN]]
            if len(self) > SHOWN:
                shown.append(f"- … and {len(self) - SHOWN} more")
            head = f"{self.path} needs correcting ({len(self)} found):"
            raise WrongAnnotations("\n".join([head, *shown]))


def read_annotations(path, folder, max_boxes=16, masks=True, crowds=True):
    """Read and check a whole annotation file and the pictures that it names.

    Args:
        path: of the file.
        folder: where the pictures are; also in its folder ``images``.
        max_boxes: most objects of a picture.
        masks: every annotation must have a segmentation.
        crowds: keep annotations with ``iscrowd``.

    Returns:
        list of ``Picture``, and a tuple of class names, by rising category id.

    Raises:
        WrongAnnotations: a ValueError that lists the first ten problems.
    """
    problems, content = Problems(path), _parse(path)
    tables = {kind: _table(content, kind, problems) for kind in FIELDS}
    problems.tell()  # what refers to broken records cannot be checked
    images, categories, annotations = tables.values()
    classes = {key: index for index, key in enumerate(sorted(categories))}
    objects = {key: [] for key in images}
    for key, annotation in annotations.items():
        with problems.of(f"annotation {key}"):
            one = _object(annotation, images, classes, masks)
            if crowds or not one["ignore"]:
                objects[annotation["image_id"]].append(one)
    pictures = []
    for key, image in images.items():
        with problems.of(f"image {key}"):
            pictures.append(_picture(image, objects[key], [path.parent, Path(folder)], max_boxes))
    problems.tell()
    return pictures, tuple(categories[key]["name"] for key in classes)


def _parse(path):
    """Read a JSON file: a dict."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise WrongAnnotations(
            f"{path} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}. "
            "Look there for a missing comma, quote or bracket, or export the file again."
        ) from None
    except UnicodeDecodeError as error:
        raise WrongAnnotations(f"{path} is not text in UTF-8 ({error}); save it as that.") from None
    if isinstance(content, dict):
        return content
    raise WrongAnnotations(
        f"{path} holds a {type(content).__name__}; COCO's format is an object with the lists "
        f"{list(FIELDS)}. Choose “COCO” where you export."
    )


def _table(content, kind, problems):
    """Return the sound records of one list by their ids."""
    table, rows = {}, content.get(kind)
    if not isinstance(rows, list) or not rows:
        fault = "the list is empty" if rows == [] else "there is no such list"
        problems.append(f"{kind}: {fault}; COCO's format has one record there for each")
        return table
    for place, row in enumerate(rows):
        own = f", id {row['id']}" if isinstance(row, dict) and "id" in row else ""
        with problems.of(f"{kind}[{place}]{own}"):
            _check_fields(row, FIELDS[kind])
            if row["id"] in table:
                raise ValueError("an earlier record has this id; give each its own")
            table[row["id"]] = row
    return table


def _check_fields(row, fields):
    if not isinstance(row, dict):
        raise ValueError(f"this is a {type(row).__name__}, not an object with {list(fields)}")
    if missing := [name for name in fields if name not in row]:
        raise ValueError(f"{', '.join(missing)} missing; there is {sorted(row)}")
    for name, kind in fields.items():
        if not isinstance(row[name], kind):
            raise ValueError(f"{name} is {row[name]!r}; it must be of type {kind.__name__}")
    if min(row.get("width", 1), row.get("height", 1)) < 1:
        raise ValueError(f"width {row['width']} and height {row['height']} must be 1 or more")


def _object(annotation, images, classes, masks):
    """Check one annotation: dict of one object."""
    if annotation["image_id"] not in images:
        raise ValueError(f"no image has its image_id, {annotation['image_id']}")
    if annotation["category_id"] not in classes:
        raise ValueError(
            f"its category_id is {annotation['category_id']}; categories have {list(classes)[:20]}"
        )
    if annotation.get("iscrowd", 0) not in (0, 1):
        raise ValueError(f"iscrowd is {annotation['iscrowd']!r}; it must be 0 or 1")
    image = images[annotation["image_id"]]
    height, width = image["height"], image["width"]
    one = {"box": _box(annotation["bbox"], height, width)}
    if masks:
        one["mask"] = compress(annotation.get("segmentation"), height, width)
        check_together(one["box"], one["mask"])
    ignore = bool(annotation.get("iscrowd", 0))
    return {**one, "class": classes[annotation["category_id"]], "ignore": ignore}


def _box(values, height, width):
    """Check a box and turn it into xyxy."""
    if len(values) != 4 or not are_numbers(values):
        raise ValueError(f"bbox {values} must be four finite numbers, [x, y, width, height]")
    x, y, w, h = values
    if w <= 0 or h <= 0:
        raise ValueError(f"bbox {values} has width {w} and height {h}; both must be above 0")
    if min(x, y) < -SLACK or x + w > width + SLACK or y + h > height + SLACK:
        text = f"bbox {values} reaches from ({x:g}, {y:g}) to ({x + w:g}, {y + h:g}), out of the "
        text += f"picture of {width}×{height}"
        if 0 <= x < w <= width + SLACK and 0 <= y < h <= height + SLACK:
            text += "; it looks like [x0, y0, x1, y1], and COCO wants [x, y, width, height]"
        raise ValueError(text)
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
    if x0 >= x1 or y0 >= y1:
        raise ValueError(f"bbox {values} lies outside of the picture of {width}×{height}")
    return x0, y0, x1, y1


def _picture(image, objects, places, max_boxes):
    """Check one picture, and put its objects together."""
    path, size = find_picture(image["file_name"], places), (image["width"], image["height"])
    check_picture(path, size)
    if len(objects) > max_boxes:
        raise ValueError(f"{len(objects)} objects; load with max_boxes={len(objects)} or more")
    return Picture(
        path,
        size,
        np.array([one["box"] for one in objects], np.float32).reshape(-1, 4),
        np.array([one["class"] for one in objects], np.int32),
        np.array([one["ignore"] for one in objects], bool),
        tuple(one["mask"] for one in objects if "mask" in one),
    )
