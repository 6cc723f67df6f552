"""Histogram of oriented gradients (Dalal & Triggs 2005), for a whole batch at once.

Legend: B batch, H, W image size, c cell size, K bins, b block size in cells,
Y = H/c and X = W/c cells, y = Y−b+1 and x = X−b+1 blocks.
"""

import math

from keras import ops


def hog(images, bins=9, cell=7, block=2):
    """Describe grey images by local histograms of gradient direction.

    Each pixel votes with its gradient magnitude for one of ``bins`` directions between 0° and 180°;
    votes are averaged over cells, and every block of neighbouring cells is normalised with L2-Hys
    (L2 norm, clip at 0.2, L2 norm again). The result equals ``skimage.feature.hog`` up to rounding:
    a gradient exactly between two bins may fall into the other one. Lecture 01 builds it step by
    step; lecture 02 uses it as the opponent of the learned features.

    Args:
        images: float tensor [B, H, W], any intensity unit; H and W multiples of ``cell``.
        bins: number of directions K.
        cell: cell side in pixels.
        block: block side in cells.

    Returns:
        float32 tensor [B, y·x·b·b·K].

    Raises:
        ValueError: if ``images`` is not [B, H, W] or H, W are not multiples of ``cell``.
    """
    if len(images.shape) != 3 or images.shape[1] % cell or images.shape[2] % cell:
        raise ValueError(
            f"hog got images of shape {tuple(images.shape)}; it needs [B, H, W] with H and W "
            f"multiples of cell={cell}. Drop the channel axis, or resize or pad the images."
        )
    votes = _votes(ops.convert_to_tensor(images, "float32"), bins)  # [B, H, W, K]
    _, height, width, _ = votes.shape
    cells = ops.reshape(votes, (-1, height // cell, cell, width // cell, cell, bins))
    cells = ops.mean(cells, axis=(2, 4))  # [B, Y, X, K]
    return _normalised_blocks(cells, block)


def _votes(images, bins):
    """Gradient magnitude of every pixel in the channel of its direction: [B, H, W, K]."""
    down = ops.pad(images[:, 2:] - images[:, :-2], ((0, 0), (1, 1), (0, 0)))
    right = ops.pad(images[:, :, 2:] - images[:, :, :-2], ((0, 0), (0, 0), (1, 1)))
    magnitude = ops.sqrt(down**2 + right**2)
    direction = ops.mod(ops.arctan2(down, right) * (180 / math.pi), 180.0)
    index = ops.cast(ops.floor(direction * (bins / 180)), "int32")
    return magnitude[..., None] * ops.one_hot(index, bins, dtype="float32")


def _normalised_blocks(cells, block, epsilon=1e-5):
    """Concatenate the b×b cells of every block and normalise them with L2-Hys."""
    rows, columns = cells.shape[1] - block + 1, cells.shape[2] - block + 1
    shifted = [cells[:, i : i + rows, j : j + columns] for i in range(block) for j in range(block)]
    blocks = ops.concatenate(shifted, axis=-1)  # [B, y, x, b·b·K]
    for clip in (0.2, None):
        norm = ops.sqrt(ops.sum(blocks**2, axis=-1, keepdims=True) + epsilon**2)
        blocks = blocks / norm
        if clip:
            blocks = ops.minimum(blocks, clip)
    return ops.reshape(blocks, (-1, rows * columns * blocks.shape[-1]))
