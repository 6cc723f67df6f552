"""Objects with their masks on a picture: outlines on translucent colour, boxes, names, scores.

Legend: D detections or objects (class −1 is an empty slot), H, W picture size. Pixel i covers
[i, i + 1].
"""

import numpy as np

from course.plots.boxes import BRIGHT, draw
from course.plots.show import new_figure


def instances(image, found, names, min_score=0.5, title=None, size=4.0, axis=None):
    """Draw one picture with the objects that were found in it (lecture 15).

    Every object has a colour of its own; ignored ones (crowds) have dashed boxes.

    Args:
        image: uint8 [H, W, 3], or grey [H, W] or [H, W, 1].
        found: dict of ``boxes`` [D, 4] xyxy pixels and ``classes`` [D], and perhaps ``scores`` [D],
            ``ignore`` [D] and ``masks`` [D, H, W], bool or drawn where above .5: detections, or
            the objects of one image of a batch.
        names: class names.
        min_score: detections with a lower score are not drawn.
        title: optional text above the picture.
        size: width of the figure in inches.
        axis: Matplotlib axes to draw into, for grids; by default those of a new figure.

    Returns:
        Matplotlib figure.

    Raises:
        ValueError: if masks are not in the pixels of the image, or a class has no name.
    """
    height, width = np.shape(image)[:2]
    found = {name: np.asarray(values) for name, values in found.items()}
    classes, masks = _chosen(found, min_score), found.get("masks")
    _check(classes, masks, names, height, width)
    if axis is None:
        _, axis = new_figure(size, size * height / width + (0.25 if title else 0))
    draw(
        axis, image, found["boxes"], classes, names, found.get("scores"), masks, found.get("ignore")
    )
    for slot in np.flatnonzero(classes >= 0) if masks is not None else ():
        outline(axis, masks[slot] > 0.5, BRIGHT[slot % len(BRIGHT)])
    axis.set_title(title or "", fontsize=9)
    return axis.figure


def _chosen(found, min_score):
    """Return the classes, −1 where the score is too low."""
    if "scores" not in found:
        return found["classes"]
    return np.where(found["scores"] >= min_score, found["classes"], -1)


def _check(classes, masks, names, height, width):
    if masks is not None and masks.shape[1:] != (height, width):
        raise ValueError(
            f"instances got masks {list(masks.shape)} for a picture of {height}×{width} pixels; "
            f"give [D, {height}, {width}]. Those of a mask head are laid there by ops.paste_masks."
        )
    if classes.max(initial=-1) >= len(names):
        raise ValueError(f"There is a class {classes.max()}, and names only for {len(names)}.")


def outline(axis, mask, colour):
    """Draw the border of a mask [H, W] in its colour on a black line, along the pixels' edges."""
    padded = np.pad(mask, 1)  # masks at the picture's border are closed there
    (y, x), (v, u) = (np.nonzero(padded != np.roll(padded, -1, a)) for a in (0, 1))
    rows = np.stack([[x - 1, x], [y, y]], -1)  # under pixel (x, y): from (x − 1, y) to (x, y)
    columns = np.stack([[u, u], [v - 1, v]], -1)
    lines = np.concatenate([rows, columns], axis=1).swapaxes(0, 1)  # [edges, 2 ends, (x, y)]
    axis.add_collection(_lines(lines, "black", 2.6))
    axis.add_collection(_lines(lines, colour, 1.8))


def _lines(lines, colour, width):
    from matplotlib.collections import LineCollection

    return LineCollection(lines, colors=colour, linewidths=width, capstyle="round")
