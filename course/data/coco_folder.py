"""A folder of your own pictures, annotated in COCO's format, as batches.

Legend: B batch, H, W picture size, N objects (``max_boxes``), n objects of one picture.
"""

import re
from pathlib import Path

from course.data.coco_annotations import read_annotations
from course.data.coco_masks import expand
from course.data.coco_pictures import read_picture
from course.data.loading import batch_up, check_max_boxes
from course.errors import MissingData

SPLIT = re.compile(r"([^\[\]]*)(?:\[(?:(\d+)(%?))?:(?:(\d+)(%?))?\])?")


def load_coco(
    folder,
    split=None,
    batch_size=32,
    *,
    image_size=(128, 128),
    max_boxes=16,
    masks=True,
    crowds=True,
    augment=None,
    shuffle=None,
    seed=0,
    cache=None,
    drop_remainder=None,
):
    """Load a folder of your own pictures, annotated in COCO's format (lecture 15).

    The folder holds an annotation file, ``*.json``, and the pictures, beside it or in ``images``.
    All of it is checked first. Batches are dicts as those of ``load``, with ``images``, ``boxes``,
    ``classes``, ``ignore`` and, with ``masks``, also ``masks``, ``instances`` and ``semantic``.

    Each object keeps a mask of its own, so masks may overlap; in ``instances`` and ``semantic`` the
    smallest object is on top. Boxes are the annotated ones, cut at the border; after an
    augmentation that moves pixels they are the tight boxes of the masks, as everywhere.

    Args:
        folder: path.
        split: name of the annotation file without ``.json``, perhaps with a slice of the pictures
            in the file's order: ``"train"``, ``"train[:80%]"``, ``"[100:]"``. By default
            ``annotations.json``, or the only one there is.
        batch_size: B.
        image_size: (H, W) to letterbox to.
        max_boxes: N ≤ 254; more objects in a picture are an error.
        masks: read the segmentations. Without, none are needed.
        crowds: keep crowds, flagged in ``ignore``, as measuring wants them; the losses of the
            course take them for objects, so leave them out for training.
        augment: as for ``load``.
        shuffle: by default, if the file or its folder has ``train`` in its name.
        seed, cache: as for ``load``.
        drop_remainder: as for ``load``; by default, when shuffling more than B pictures.

    Returns:
        ``tf.data.Dataset`` of batches, and the class names: a tuple of strings, by rising
        category id.

    Raises:
        MissingData: if there is no folder or annotation file.
        WrongAnnotations: a ValueError that says what is wrong with which annotation or picture.
        ValueError: if ``max_boxes`` or ``split`` is out of range.
    """
    import tensorflow as tf

    check_max_boxes(max_boxes)
    path, part = _find_annotations(Path(folder), split or "")
    pictures, names = read_annotations(path, folder, max_boxes, masks, crowds)
    pictures = pictures[_slice(part, len(pictures))]
    if not pictures:
        raise ValueError(f"split={split!r} has no pictures; choose a larger part of {path}.")
    shuffle = "train" in f"{path.parent.name}/{path.stem}" if shuffle is None else shuffle
    if drop_remainder is None:
        drop_remainder = shuffle and len(pictures) > batch_size
    return batch_up(
        _examples(pictures, image_size, max_boxes, masks),
        len(pictures), batch_size, augment, shuffle, seed, cache, drop_remainder,
    ).prefetch(tf.data.AUTOTUNE), names  # fmt: skip


def _find_annotations(folder, split):
    """Return the path of an annotation file, and the match of what was asked for."""
    part = SPLIT.fullmatch(split)
    if not part:
        raise ValueError(f"split={split!r}; write a file's name, or a part of it: 'train[:80%]'.")
    if not folder.is_dir():
        raise MissingData(f"There is no folder {folder.absolute()}; give load_coco a folder.")
    there = sorted(path.name for path in folder.glob("*.json"))
    wanted = part[1] and f"{part[1]}.json"
    if not wanted:
        wanted = there[0] if len(there) == 1 else "annotations.json"
    if (folder / wanted).is_file():
        return folder / wanted, part
    raise MissingData(
        f"There is no {wanted} in {folder}; of annotation files there are {there}. "
        + ("Name one: split=" + repr(there[0][:-5]) if there else "Export one in COCO's format")
        + "."
    )


def _slice(part, count):
    """Turn “[10%:80]” into a slice of the pictures."""
    _, *borders = part.groups()
    start, stop = (
        number and (round(count * int(number) / 100) if percent else int(number))
        for number, percent in (borders[:2], borders[2:])
    )
    return slice(start, stop)


def _examples(pictures, image_size, max_boxes, masks):
    """Read pictures as they are needed: examples of static shapes."""
    import tensorflow as tf

    from course.data.adapters import pad_slots
    from course.data.geometry import flatten_masks, letterbox

    fields = {
        "images": tf.TensorSpec([None, None, 3], tf.uint8),
        "boxes": tf.TensorSpec([None, 4], tf.float32),
        "classes": tf.TensorSpec([None], tf.int32),
        "ignore": tf.TensorSpec([None], tf.bool),
    }
    if masks:
        fields["masks"] = tf.TensorSpec([None, None, None], tf.uint8)

    def read(index):
        example = _read(pictures[index], masks)
        return [example[name] for name in fields]

    def finish(index):
        values = tf.numpy_function(read, [index], [spec.dtype for spec in fields.values()])
        values = map(tf.ensure_shape, values, [spec.shape for spec in fields.values()])
        example = letterbox(dict(zip(fields, values, strict=True)), tuple(image_size))
        image = example.pop("images")
        example = {"images": image, **pad_slots(example, max_boxes)}
        return flatten_masks(example) if masks else example

    return tf.data.Dataset.range(len(pictures)).map(finish, num_parallel_calls=2)


def _read(picture, masks):
    """Read one picture with its objects: dict of arrays of n objects."""
    example = {
        "images": read_picture(picture.path, picture.size),
        "boxes": picture.boxes,
        "classes": picture.classes,
        "ignore": picture.ignore,
    }
    if masks:
        example["masks"] = expand(picture.masks, *picture.size[::-1])
    return example
