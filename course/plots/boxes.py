"""Pictures with boxes, masks and names on them: check annotations and detections by eye.

Legend: B batch, H, W picture size, N objects. Boxes are xyxy in absolute pixels, where pixel i
covers [i, i + 1]; class −1 marks an empty slot and is not drawn.
"""

import math
import textwrap

import numpy as np
from matplotlib import colors, patheffects
from matplotlib.patches import Rectangle

from course.plots.show import COLOURS, new_figure

BRIGHT = tuple(c for c in COLOURS if c != "#000000")  # black lines vanish on photographs
LETTERS = 17  # of a title fit into an inch


def detections(
    image, boxes, classes, names, scores=None, masks=None, ignore=None, title=None, size=4.0
):
    """Draw one picture with its objects (lecture 07 and later).

    Colours tell classes apart; with masks, they tell objects apart. Ignored objects are dashed.

    Args:
        image: uint8 [H, W, 3], or [H, W] or [H, W, 1] for grey.
        boxes: [N, 4], xyxy pixels.
        classes: integers [N]; −1 is not drawn.
        names: class names.
        scores: optional [N], written behind the names.
        masks: optional [N, H, W], drawn where they exceed 0.5, or an instance map [H, W] whose
            ids are slots + 1.
        ignore: optional bool [N].
        title: optional text above the picture.
        size: width of the figure in inches.

    Returns:
        Matplotlib figure.

    Raises:
        ValueError: if boxes, classes, scores and masks do not fit together.
    """
    height, width = np.shape(image)[:2]
    figure, axis = new_figure(size, size * height / width + (0.25 if title else 0))
    draw(axis, image, boxes, classes, names, scores, masks, ignore)
    axis.set_title(title or "", fontsize=9)
    return figure


def batch(batch, names, count=8, columns=4, size=2.4):
    """Draw the first pictures of a batch with all that is known of them (lecture 04 and later).

    Args:
        batch: what ``course.data.load`` gives, as NumPy arrays or tensors: (images, labels), or
            a dict with ``images`` and perhaps ``boxes``, ``classes``, ``ignore``,
            ``instances`` or ``masks``, ``semantic``, ``labels``, ``captions``.
        names: class names.
        count: largest number of pictures.
        columns: pictures per row.
        size: side of one picture in inches.

    Returns:
        Matplotlib figure; above a picture stands its label or its caption.
    """
    fields = (
        batch if isinstance(batch, dict) else dict(zip(("images", "labels"), batch, strict=True))
    )
    fields = {name: np.asarray(values)[:count] for name, values in fields.items()}
    shown = [{k: v[index] for k, v in fields.items()} for index in range(len(fields["images"]))]
    titles = [textwrap.fill(_title(example, names), int(size * LETTERS)) for example in shown]
    space = 0.05 + 0.14 * max(title.count("\n") + bool(title) for title in titles)
    columns = min(columns, len(shown))
    rows, side = math.ceil(len(shown) / columns), size * np.divide(*fields["images"].shape[1:3])
    figure, axes = new_figure(columns * size, rows * (side + space), rows, columns, squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for example, title, axis in zip(shown, titles, axes.flat, strict=False):
        _draw_example(axis, example, names)
        axis.set_title(title, fontsize=7, pad=2)
    return figure


def _title(example, names):
    """Return what is said of a whole picture: its caption or its label."""
    if "captions" in example:
        caption = np.asarray(example["captions"]).item()
        return caption.decode() if isinstance(caption, bytes) else caption
    return names[int(example["labels"])] if "labels" in example else ""


def _draw_example(axis, example, names):
    masks = example.get("masks", example.get("instances", example.get("semantic")))
    if "boxes" in example:
        boxes, classes = example["boxes"], example["classes"]
        draw(axis, example["images"], boxes, classes, names, None, masks, example.get("ignore"))
        return
    draw(axis, example["images"], [], [], names)
    if masks is not None:
        _tint(axis, [(masks == k, BRIGHT[k % len(BRIGHT)]) for k in np.unique(masks) if k])


def draw(axis, image, boxes, classes, names, scores=None, masks=None, ignore=None):
    """Draw one picture with its objects into Matplotlib axes; as ``detections`` (lecture 07).

    Args:
        axis: Matplotlib axes.
        image, boxes, classes, names, scores, masks, ignore: as for ``detections``.
    """
    image, boxes, classes = np.asarray(image), np.asarray(boxes).reshape(-1, 4), np.asarray(classes)
    masks = _stack(masks, len(boxes))
    _check(len(boxes), classes=classes, scores=scores, masks=masks, ignore=ignore)
    height, width = image.shape[:2]
    image = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
    axis.imshow(image, cmap="gray", extent=(0, width, height, 0), vmin=0, vmax=255)
    axis.axis("off")
    slots = np.flatnonzero(classes >= 0)
    colours = {s: BRIGHT[(classes[s] if masks is None else s) % len(BRIGHT)] for s in slots}
    if masks is not None:
        _tint(axis, [(masks[s] > 0.5, colours[s]) for s in slots])
    for slot in slots:
        text = names[classes[slot]] + ("" if scores is None else f" {scores[slot]:.2f}")
        dashed = ignore is not None and bool(ignore[slot])
        _box(axis, boxes[slot], colours[slot], dashed)
        _name(axis, boxes[slot], text, height, width)


def _stack(masks, count):
    """Turn an instance map into one mask per slot; leave masks as they are."""
    if masks is None or np.ndim(masks) == 3:
        return masks
    return np.asarray(masks) == np.arange(1, count + 1)[:, None, None]


def _check(count, **fields):
    for name, values in fields.items():
        if values is not None and len(values) != count:
            raise ValueError(
                f"detections got {count} boxes and {len(values)} {name}; give one for each box."
            )


def _tint(axis, masks):
    """Lay every mask over the picture in its colour."""
    for mask, colour in masks:
        layer = np.zeros((*mask.shape, 4))
        layer[mask] = colors.to_rgba(colour, 0.4)
        axis.imshow(layer, extent=(0, mask.shape[1], mask.shape[0], 0))


def _box(axis, box, colour, dashed):
    """Draw one box in its colour on a black line, so that it shows on any ground."""
    x0, y0, x1, y1 = box
    for edge, line in (("black", 2.6), (colour, 1.4)):
        style = {"edgecolor": edge, "linewidth": line, "linestyle": "--" if dashed else "-"}
        axis.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, **style))


def _name(axis, box, text, height, width):
    """Write above a box, or into it at the upper border; to the left at the right border."""
    x0, y0, x1, _ = box
    x, side = (x1, "right") if x0 > 0.6 * width else (x0, "left")
    place = "top" if y0 < 0.08 * height else "bottom"
    written = axis.text(x, y0, text, fontsize=7, va=place, ha=side, color="white")
    written.set_path_effects([patheffects.withStroke(linewidth=2, foreground="black")])
