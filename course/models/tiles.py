"""Predict a picture of any size in tiles (Ronneberger, Fischer & Brox 2015, figure 2).

Legend: H, W picture size; C channels; K classes; t side of a tile, o overlap, both in pixels.

Each tile sees o pixels more on every side than it answers for, so that its answer does not depend
on where it was cut. Beyond the border of the picture the missing pixels are mirrored.
"""

import numpy as np


def predict_tiles(model, image, tile=128, overlap=32, batch_size=8):
    """Predict a large picture in overlapping tiles (lecture 14).

    Away from the picture's border the result is that of one prediction of the whole, if an answer
    does not reach beyond its tile (for a U-Net that halves its maps D times, o = 6·2^D suffices)
    and if o and t are multiples of the coarsest stride, 2^D: then all is pooled in the same blocks.

    Args:
        model: ``keras.Model``: [B, t, t, C] → [B, s, s, K], with s = t, or t less a margin for
            a model without padding.
        image: array [H, W, C].
        tile: t.
        overlap: o, on every side; at least the model's own margin (t − s) / 2.
        batch_size: tiles predicted at once; what is held in memory depends on this and on t, not
            on H and W.

    Returns:
        float32 array [H, W, K].

    Raises:
        ValueError: if nothing of a tile would be left, or the model's answer is too small.
    """
    image, core = np.asarray(image), tile - 2 * overlap
    if core < 1 or overlap < 0:
        raise ValueError(
            f"predict_tiles got tile={tile} and overlap={overlap}, which leaves {core} pixels of "
            "each tile. Give a larger tile or a smaller overlap."
        )
    height, width = image.shape[:2]
    rim = [(overlap, overlap + -size % core) for size in (height, width)]
    padded = np.pad(image, (*rim, (0, 0)), "reflect")
    corners = [(y, x) for y in range(0, height, core) for x in range(0, width, core)]
    result = None
    for start in range(0, len(corners), batch_size):
        some = corners[start : start + batch_size]
        tiles = np.stack([padded[y : y + tile, x : x + tile] for y, x in some])
        answers = np.asarray(model.predict_on_batch(tiles))
        spare = _spare(answers.shape[1], core)
        if result is None:
            result = np.zeros((*(s + -s % core for s in (height, width)), answers.shape[-1]), "f4")
        for (y, x), answer in zip(some, answers, strict=True):
            inner = answer[spare : spare + core, spare : spare + core]
            result[y : y + core, x : x + core] = inner
    return result[:height, :width]


def _spare(side, core):
    """Count the pixels to be left out on each side of an answer."""
    if side < core or (side - core) % 2:
        raise ValueError(
            f"predict_tiles got answers of {side} pixels where {core} are needed in the middle; "
            "the overlap must be at least the model's margin, (tile − answer) / 2."
        )
    return (side - core) // 2
