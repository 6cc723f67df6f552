"""The bank of exercise 14_unet: cases, oracles, right solutions, mistakes with hints.

The oracles are slow loops in Python numbers, written without looking at the notebook's solutions.
"""

import math

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(1505)


def uniform(*shape: int, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Numbers from low to high with three decimals, the same on every CPU."""
    return np.round(rng.uniform(low, high, shape), 3)


# --- output_side -------------------------------------------------------------------------------

output_side = Question(
    "output_side", {"sizes": 1, "depth": 1, "odd maps": 1, "too small": 1}, tolerance=0.0
)
for check_name, arguments, unseen in [
    ("sizes", (572, 4), False), ("sizes", (20, 1), False), ("sizes", (508, 4), True),
    ("sizes", (188, 4), True), ("sizes", (64, 1), True),
    ("depth", (60, 2), False), ("depth", (9, 0), False), ("depth", (124, 3), True),
    ("depth", (444, 5), True), ("depth", (32, 0), True),
    ("odd maps", (512, 4), False), ("odd maps", (21, 1), False), ("odd maps", (46, 2), False),
    ("odd maps", (256, 4), True), ("odd maps", (574, 4), True), ("odd maps", (1025, 3), True),
    ("odd maps", (84, 3), True),
    ("too small", (28, 2), False), ("too small", (4, 0), False), ("too small", (140, 4), False),
    ("too small", (2, 1), False), ("too small", (172, 4), True), ("too small", (16, 1), True),
    ("too small", (68, 3), True), ("too small", (1, 4), True),
    ("sizes", (22, 1), True), ("depth", (5, 0), True), ("odd maps", (27, 1), True),
    ("too small", (3, 0), True),
]:  # fmt: skip
    output_side.case(check_name, *arguments, hidden=unseen)


@output_side.oracle
def output_side_of_real_rows(side, depth):
    row, skips = [0] * side, []

    def block(row):
        for _ in range(2):
            row = [sum(row[i : i + 3]) for i in range(len(row) - 2)]
        return row

    for _ in range(depth):
        row = block(row)
        skips.append(len(row))
        if len(row) % 2:
            return 0
        row = [max(row[i : i + 2]) for i in range(0, len(row), 2)]
    row = block(row)
    while skips and row:
        row = [value for value in row for _ in range(2)]
        assert len(row) <= skips.pop()
        row = block(row)
    return len(row)


@output_side.right
def output_side_step_by_step(side, depth):
    for _ in range(depth):
        side = side - 4
        if side <= 0 or side % 2 == 1:
            return 0
        side = side // 2
    side = side - 4
    for _ in range(depth):
        if side <= 0:
            return 0
        side = 2 * side - 4
    return max(side, 0)


@output_side.right
def output_side_by_formula(side, depth):
    steps = 2**depth
    if side < 5 or (side - 4 * (steps - 1)) % steps != 0:  # not of the form 2^d b + 4 (2^d − 1)
        return 0
    return max(side - 4 * (steps - 1) - 4 * steps - 4 * (steps - 1), 0)


@output_side.right
def output_side_recursively(side, depth):
    if side < 5:
        return 0
    if depth == 0:
        return side - 4
    if side % 2:
        return 0
    return max(2 * output_side_recursively((side - 4) // 2, depth - 1) - 4, 0)


@output_side.wrong(
    "These convolutions have no padding: each 3 × 3 convolution takes one pixel from every side, "
    "so a block of two makes the map smaller by 4"
)
def output_side_with_padding(side, depth):
    return side if side % 2**depth == 0 else 0


@output_side.wrong(
    "A block has two convolutions, and each of them takes 2 from the side: 4 in all, not 2"
)
def output_side_with_single_convolutions(side, depth):
    for _ in range(depth):
        side = side - 2
        if side <= 0 or side % 2:
            return 0
        side = side // 2
    side = side - 2
    for _ in range(depth):
        if side <= 0:
            return 0
        side = 2 * side - 2
    return max(side, 0)


@output_side.wrong(
    "A map with an odd side cannot be halved: return 0, instead of losing its last row"
)
def output_side_rounding_down(side, depth):
    for _ in range(depth):
        side = side - 4
        if side <= 0:
            return 0
        side = side // 2
    side = side - 4
    for _ in range(depth):
        if side <= 0:
            return 0
        side = 2 * side - 4
    return max(side, 0)


@output_side.wrong(
    "There are no half pixels: the sides must be checked on the way down, and where a map that is "
    "to be pooled has an odd side, the answer is 0"
)
def output_side_with_half_pixels(side, depth):
    for _ in range(depth):
        side = (side - 4) / 2
    side = side - 4
    for _ in range(depth):
        side = 2 * side - 4
    return max(side, 0)


@output_side.wrong("There is a block at the bottom too, after the last pooling")
def output_side_without_bottom(side, depth):
    for _ in range(depth):
        side = side - 4
        if side <= 0 or side % 2:
            return 0
        side = side // 2
    for _ in range(depth):
        side = 2 * side - 4
        if side <= 0:
            return 0
    return max(side, 0)


@output_side.wrong("On the way up, too, a block of two convolutions follows each doubling")
def output_side_without_blocks_on_the_way_up(side, depth):
    for _ in range(depth):
        side = side - 4
        if side <= 0 or side % 2:
            return 0
        side = side // 2
    return max(side - 4, 0) * 2**depth


@output_side.wrong(
    "The up-convolution doubles the side exactly: a transposed convolution of 2 × 2 with stride 2 "
    "takes nothing away"
)
def output_side_losing_one_going_up(side, depth):
    for _ in range(depth):
        side = side - 4
        if side <= 0 or side % 2:
            return 0
        side = side // 2
    side = side - 4
    for _ in range(depth):
        if side <= 0:
            return 0
        side = 2 * side - 1 - 4
    return max(side, 0)


@output_side.wrong(
    "The depth counts the poolings: with depth 4 there are four of them, and five levels"
)
def output_side_of_levels(side, depth):
    for _ in range(depth - 1):
        side = side - 4
        if side <= 0 or side % 2:
            return 0
        side = side // 2
    side = side - 4
    for _ in range(depth - 1):
        if side <= 0:
            return 0
        side = 2 * side - 4
    return max(side, 0)


@output_side.wrong(
    "If a map has become too small for its convolutions, return 0, not a negative side"
)
def output_side_negative(side, depth):
    for _ in range(depth):
        side = side - 4
        if side % 2:
            return 0
        side = side // 2
    side = side - 4
    for _ in range(depth):
        side = 2 * side - 4
    return side


@output_side.wrong(
    "Each map that is pooled must be even, after its two convolutions. That the input is a "
    "multiple of 2 to the power of the depth is neither needed nor enough"
)
def output_side_of_multiples(side, depth):
    if side % 2**depth:
        return 0
    for _ in range(depth):
        side = (side - 4) // 2
    side = side - 4
    for _ in range(depth):
        if side <= 0:
            return 0
        side = 2 * side - 4
    return max(side, 0)


@output_side.wrong(
    "Only the maps that are pooled must be even: the last one, at the bottom, may be odd"
)
def output_side_with_even_bottom(side, depth):
    for _ in range(depth):
        side = side - 4
        if side <= 0 or side % 2:
            return 0
        side = side // 2
    if side % 2:
        return 0
    side = side - 4
    for _ in range(depth):
        if side <= 0:
            return 0
        side = 2 * side - 4
    return max(side, 0)


@output_side.wrong("Do not stop at the bottom: the answer is the side of the output")
def output_side_at_the_bottom(side, depth):
    for _ in range(depth):
        side = side - 4
        if side <= 0 or side % 2:
            return 0
        side = side // 2
    return max(side - 4, 0)


# --- join_skip ---------------------------------------------------------------------------------

join_skip = Question("join_skip", {"crop": 1, "channels": 1, "nothing to crop": 1})


def join_case(check: str, skip, up, channels=(1, 1), hidden=False) -> None:
    """Adds a case.

    Args:
        check: the check it belongs to.
        skip: height and width of the skip.
        up: height and width of the map from below.
        channels: channels of both.
        hidden: whether students may not see it.
    """
    maps = [np.round(10 * uniform(*size, n)) for size, n in zip((skip, up), channels, strict=True)]
    if not hidden:  # numbers that one can look up: 100 · row + column
        rows, columns = np.indices(skip)
        maps[0] = (100 * rows + columns)[:, :, None] + 0.1 * np.arange(channels[0])
    join_skip.case(check, *maps, hidden=hidden)


join_case("crop", (6, 6), (2, 2))
join_case("crop", (4, 7), (2, 1))
join_case("channels", (4, 6), (2, 2), (2, 2))
join_case("nothing to crop", (2, 5), (2, 3))
join_case("nothing to crop", (3, 2), (3, 2), (2, 2))
join_case("crop", (9, 9), (3, 3), hidden=True)
join_case("crop", (8, 12), (6, 4), (2, 2), hidden=True)
join_case("crop", (5, 9), (3, 5), (3, 3), hidden=True)
join_case("channels", (6, 8), (4, 4), (3, 2), hidden=True)
join_case("channels", (7, 7), (5, 5), (1, 4), hidden=True)
join_case("nothing to crop", (4, 4), (4, 4), (2, 3), hidden=True)
join_case("nothing to crop", (3, 8), (3, 4), hidden=True)


@join_skip.oracle
def join_skip_number_by_number(skip, up):
    top, left = (skip.shape[0] - up.shape[0]) / 2, (skip.shape[1] - up.shape[1]) / 2
    result = []
    for i in range(up.shape[0]):
        row = []
        for j in range(up.shape[1]):
            row.append(skip[round(i + top)][round(j + left)].tolist() + up[i][j].tolist())
        result.append(row)
    return np.array(result)


@join_skip.right
def join_skip_by_slices(skip, up):
    (height, width, _), (h, w, _) = skip.shape, up.shape
    top, left = (height - h) // 2, (width - w) // 2
    return np.concatenate([skip[top : top + h, left : left + w], up], axis=-1)


@join_skip.right
def join_skip_into_zeros(skip, up):
    height, width, channels = skip.shape
    h, w, more = up.shape
    result = np.zeros((h, w, channels + more))
    result[:, :, channels:] = up
    top, left = (height - h) // 2, (width - w) // 2
    result[:, :, :channels] = skip[top : height - top, left : width - left]
    return result


@join_skip.right
def join_skip_by_peeling(skip, up):
    while skip.shape[0] > up.shape[0]:
        skip = skip[1:-1]
    while skip.shape[1] > up.shape[1]:
        skip = skip[:, 1:-1]
    return np.dstack([skip, up])


@join_skip.wrong(
    "Crop the middle of the skip, not its upper left corner: the convolutions took equally much "
    "from all four sides"
)
def join_skip_from_the_corner(skip, up):
    h, w = up.shape[:2]
    return np.concatenate([skip[:h, :w], up], axis=-1)


@join_skip.wrong("Half of the difference lies on either side: the crop begins at (H − h) / 2")
def join_skip_from_the_far_corner(skip, up):
    h, w = up.shape[:2]
    top, left = skip.shape[0] - h, skip.shape[1] - w
    return np.concatenate([skip[top : top + h, left : left + w], up], axis=-1)


@join_skip.wrong("The crop is one pixel off: it begins at (H − h) / 2, counted from 0")
def join_skip_one_pixel_off(skip, up):
    h, w = up.shape[:2]
    top, left = max((skip.shape[0] - h) // 2 - 1, 0), max((skip.shape[1] - w) // 2 - 1, 0)
    return np.concatenate([skip[top : top + h, left : left + w], up], axis=-1)


@join_skip.wrong("Rows and columns have margins of their own: the maps need not be square")
def join_skip_with_one_margin(skip, up):
    h, w = up.shape[:2]
    top = (skip.shape[0] - h) // 2
    return np.concatenate([skip[top : top + h, top : top + w], up], axis=-1)


@join_skip.wrong("The channels of the skip come first, those of the map from below after them")
def join_skip_the_other_way_round(skip, up):
    h, w = up.shape[:2]
    top, left = (skip.shape[0] - h) // 2, (skip.shape[1] - w) // 2
    return np.concatenate([up, skip[top : top + h, left : left + w]], axis=-1)


@join_skip.wrong(
    "Join the channels side by side, do not add the maps: U-Net lets the next convolution weigh "
    "them. (Adding is what a residual network or an FCN does)"
)
def join_skip_by_adding(skip, up):
    h, w = up.shape[:2]
    top, left = (skip.shape[0] - h) // 2, (skip.shape[1] - w) // 2
    return skip[top : top + h, left : left + w] + up


@join_skip.wrong("Join along the channels, which are the last axis, not along the rows")
def join_skip_below_each_other(skip, up):
    h, w = up.shape[:2]
    top, left = (skip.shape[0] - h) // 2, (skip.shape[1] - w) // 2
    return np.concatenate([skip[top : top + h, left : left + w], up])


@join_skip.wrong("Join along the channels, which are the last axis, not along the columns")
def join_skip_beside_each_other(skip, up):
    h, w = up.shape[:2]
    top, left = (skip.shape[0] - h) // 2, (skip.shape[1] - w) // 2
    return np.concatenate([skip[top : top + h, left : left + w], up], axis=1)


@join_skip.wrong(
    "Crop the skip, do not shrink it: its pixels have the same size as those of the map from "
    "below, and must lie upon them"
)
def join_skip_shrunken(skip, up):
    h, w = up.shape[:2]
    rows, columns = np.arange(h) * len(skip) // h, np.arange(w) * skip.shape[1] // w
    return np.concatenate([skip[rows][:, columns], up], axis=-1)


@join_skip.wrong(
    "Cut the skip down to the map from below; do not enlarge that one with zeros, since it knows "
    "nothing about the margin"
)
def join_skip_padded(skip, up):
    top, left = (skip.shape[0] - up.shape[0]) // 2, (skip.shape[1] - up.shape[1]) // 2
    return np.concatenate([skip, np.pad(up, [(top, top), (left, left), (0, 0)])], axis=-1)


@join_skip.wrong("Only the cropped skip is there: join the map from below to it")
def join_skip_alone(skip, up):
    h, w = up.shape[:2]
    top, left = (skip.shape[0] - h) // 2, (skip.shape[1] - w) // 2
    return skip[top : top + h, left : left + w]


# --- deform (find the bug) ---------------------------------------------------------------------

deform = Question("deform", {"whole pixels": 1, "image": 2, "mask": 2})


def deform_case(check: str, shape, classes, reach, whole=False, hidden=False) -> None:
    """Adds a case with places near the pixels of the result.

    Args:
        check: the check it belongs to.
        shape: height, width and channels of the picture.
        classes: the classes of the mask.
        reach: how far a place may lie from its pixel.
        whole: whether all places lie on pixels.
        hidden: whether students may not see it.
    """
    height, width, _ = shape
    image = rng.integers(0, 100, shape) / 1.0
    mask = rng.choice(classes, (height, width))
    places = np.indices((height, width)) + uniform(2, height, width, low=-reach, high=reach)
    places = np.round(places) if whole else np.round(places, 1)
    places[np.isclose(places % 1, 0.5)] -= 0.2  # no two pixels are equally near
    rows, columns = np.clip(places[0], 0, height - 1), np.clip(places[1], 0, width - 1)
    deform.case(check, image, mask, rows, columns, hidden=hidden)


deform_case("whole pixels", (3, 4, 1), [0, 2, 7], 3, whole=True)
deform_case("image", (3, 3, 1), [0], 1.5)
deform_case("image", (2, 4, 2), [3], 1)
deform.case("mask", np.array([[[10.0], [30.0], [50.0]], [[20.0], [0.0], [80.0]]]),
            np.array([[0, 2, 2], [2, 2, 0]]), np.array([[0.4, 0.2, 0.4], [0.9, 1.0, 0.7]]),
            np.array([[0.4, 0.7, 1.9], [0.3, 0.9, 1.7]]))  # fmt: skip
deform_case("mask", (3, 4, 1), [0, 2], 1.2)
deform_case("mask", (4, 3, 1), [0, 1, 5], 1)
deform_case("whole pixels", (6, 8, 3), [0, 1, 4], 4, whole=True, hidden=True)
deform_case("image", (7, 5, 1), [0], 2, hidden=True)
deform_case("image", (5, 9, 3), [2], 1, hidden=True)
deform_case("image", (2, 2, 4), [0], 1, hidden=True)
deform_case("mask", (8, 6, 1), [0, 3], 2, hidden=True)
deform_case("mask", (6, 9, 3), [1, 2, 3, 9], 1.5, hidden=True)
deform_case("mask", (9, 9, 2), [0, 255], 3, hidden=True)


@deform.oracle
def deform_pixel_by_pixel(image, mask, rows, columns):
    height, width, channels = image.shape
    new_image, new_mask = np.zeros(image.shape), np.zeros(mask.shape, int)
    for i in range(height):
        for j in range(width):
            y, x = float(rows[i, j]), float(columns[i, j])
            near = []
            for a in range(height):
                for b in range(width):
                    weight = max(0.0, 1 - abs(y - a)) * max(0.0, 1 - abs(x - b))
                    near.append(((y - a) ** 2 + (x - b) ** 2, a, b))
                    for c in range(channels):
                        new_image[i, j, c] += weight * float(image[a, b, c])
            _, a, b = min(near)
            new_mask[i, j] = int(mask[a, b])
    return new_image, new_mask


@deform.right
def deform_by_four_neighbours(image, mask, rows, columns):
    top = np.minimum(np.floor(rows).astype(int), image.shape[0] - 2)
    left = np.minimum(np.floor(columns).astype(int), image.shape[1] - 2)
    down, right = (rows - top)[:, :, None], (columns - left)[:, :, None]
    upper = (1 - right) * image[top, left] + right * image[top, left + 1]
    lower = (1 - right) * image[top + 1, left] + right * image[top + 1, left + 1]
    nearest = np.round(rows).astype(int), np.round(columns).astype(int)
    return (1 - down) * upper + down * lower, mask[nearest]


@deform.right
def deform_by_tents(image, mask, rows, columns):
    height, width, _ = image.shape
    vertical = np.maximum(0, 1 - np.abs(rows[:, :, None] - np.arange(height)))
    horizontal = np.maximum(0, 1 - np.abs(columns[:, :, None] - np.arange(width)))
    new_image = np.einsum("ijy,ijx,yxc->ijc", vertical, horizontal, image)
    return new_image, mask[vertical.argmax(axis=-1), horizontal.argmax(axis=-1)]


@deform.right
def deform_with_ceilings(image, mask, rows, columns):
    new_image, new_mask = np.empty(image.shape), np.empty(mask.shape, mask.dtype)
    for place in np.ndindex(*mask.shape):
        y, x = rows[place], columns[place]
        y0, x0, y1, x1 = int(y), int(x), int(np.ceil(y)), int(np.ceil(x))
        left = image[y0, x0] + (y - y0) * (image[y1, x0] - image[y0, x0])
        right = image[y0, x1] + (y - y0) * (image[y1, x1] - image[y0, x1])
        new_image[place] = left + (x - x0) * (right - left)
        new_mask[place] = mask[int(y + 0.5), int(x + 0.5)]
    return new_image, new_mask


@deform.wrong(
    "Between class 0 and class 2 does not lie class 1: classes are names, not amounts, so do not "
    "interpolate and round them. Take the class of the nearest pixel"
)
def deform_with_rounded_mask(image, mask, rows, columns):
    def between(values):
        top = np.minimum(np.floor(rows).astype(int), len(values) - 2)
        left = np.minimum(np.floor(columns).astype(int), values.shape[1] - 2)
        down, right = (rows - top)[:, :, None], (columns - left)[:, :, None]
        upper = (1 - right) * values[top, left] + right * values[top, left + 1]
        lower = (1 - right) * values[top + 1, left] + right * values[top + 1, left + 1]
        return (1 - down) * upper + down * lower

    return between(image), np.round(between(mask[:, :, None])[:, :, 0]).astype(int)


@deform.wrong(
    "The mask must hold classes, whole numbers that were there before: take the class of the "
    "nearest pixel instead of interpolating"
)
def deform_with_fractions_in_the_mask(image, mask, rows, columns):
    def between(values):
        top = np.minimum(np.floor(rows).astype(int), len(values) - 2)
        left = np.minimum(np.floor(columns).astype(int), values.shape[1] - 2)
        down, right = (rows - top)[:, :, None], (columns - left)[:, :, None]
        upper = (1 - right) * values[top, left] + right * values[top, left + 1]
        lower = (1 - right) * values[top + 1, left] + right * values[top + 1, left + 1]
        return (1 - down) * upper + down * lower

    return between(image), between(mask[:, :, None])[:, :, 0]


@deform.wrong(
    "The mask must be deformed like the image: otherwise its classes no longer lie on their objects"
)
def deform_image_alone(image, mask, rows, columns):
    top = np.minimum(np.floor(rows).astype(int), image.shape[0] - 2)
    left = np.minimum(np.floor(columns).astype(int), image.shape[1] - 2)
    down, right = (rows - top)[:, :, None], (columns - left)[:, :, None]
    upper = (1 - right) * image[top, left] + right * image[top, left + 1]
    lower = (1 - right) * image[top + 1, left] + right * image[top + 1, left + 1]
    return (1 - down) * upper + down * lower, mask


@deform.wrong(
    "Round to the nearest pixel, do not cut off the fraction: from 2.9 the nearest row is 3, not "
    "2. Cut off, the mask is moved by half a pixel against the image"
)
def deform_with_mask_rounded_down(image, mask, rows, columns):
    top = np.minimum(np.floor(rows).astype(int), image.shape[0] - 2)
    left = np.minimum(np.floor(columns).astype(int), image.shape[1] - 2)
    down, right = (rows - top)[:, :, None], (columns - left)[:, :, None]
    upper = (1 - right) * image[top, left] + right * image[top, left + 1]
    lower = (1 - right) * image[top + 1, left] + right * image[top + 1, left + 1]
    return (1 - down) * upper + down * lower, mask[rows.astype(int), columns.astype(int)]


@deform.wrong(
    "Take the class of the nearest pixel, not the one with the most weight among all four "
    "neighbours: three pixels further off may outvote the nearest"
)
def deform_with_vote(image, mask, rows, columns):
    def between(values):
        top = np.minimum(np.floor(rows).astype(int), len(values) - 2)
        left = np.minimum(np.floor(columns).astype(int), values.shape[1] - 2)
        down, right = (rows - top)[:, :, None], (columns - left)[:, :, None]
        upper = (1 - right) * values[top, left] + right * values[top, left + 1]
        lower = (1 - right) * values[top + 1, left] + right * values[top + 1, left + 1]
        return (1 - down) * upper + down * lower

    classes = np.unique(mask)
    return between(image), classes[between(mask[:, :, None] == classes).argmax(axis=-1)]


@deform.wrong(
    "Only the mask takes the nearest pixel: intensities are amounts, so interpolate the image "
    "between its four neighbours"
)
def deform_with_nearest_image(image, mask, rows, columns):
    nearest = np.round(rows).astype(int), np.round(columns).astype(int)
    return image[nearest], mask[nearest]


@deform.wrong(
    "The image need not hold whole numbers: round only places, for the mask, and no intensities"
)
def deform_with_rounded_image(image, mask, rows, columns):
    top = np.minimum(np.floor(rows).astype(int), image.shape[0] - 2)
    left = np.minimum(np.floor(columns).astype(int), image.shape[1] - 2)
    down, right = (rows - top)[:, :, None], (columns - left)[:, :, None]
    upper = (1 - right) * image[top, left] + right * image[top, left + 1]
    lower = (1 - right) * image[top + 1, left] + right * image[top + 1, left + 1]
    nearest = np.round(rows).astype(int), np.round(columns).astype(int)
    return np.round((1 - down) * upper + down * lower), mask[nearest]


@deform.wrong(
    "The nearer neighbour has the greater weight: at 2.9, row 3 counts 0.9 and row 2 only 0.1"
)
def deform_with_weights_reversed(image, mask, rows, columns):
    top = np.minimum(np.floor(rows).astype(int), image.shape[0] - 2)
    left = np.minimum(np.floor(columns).astype(int), image.shape[1] - 2)
    down, right = (rows - top)[:, :, None], (columns - left)[:, :, None]
    upper = right * image[top, left] + (1 - right) * image[top, left + 1]
    lower = right * image[top + 1, left] + (1 - right) * image[top + 1, left + 1]
    nearest = np.round(rows).astype(int), np.round(columns).astype(int)
    return down * upper + (1 - down) * lower, mask[nearest]


@deform.wrong(
    "The fraction of the row weighs the upper against the lower pixels, that of the column the "
    "left against the right ones: you have exchanged them"
)
def deform_with_weights_exchanged(image, mask, rows, columns):
    top = np.minimum(np.floor(rows).astype(int), image.shape[0] - 2)
    left = np.minimum(np.floor(columns).astype(int), image.shape[1] - 2)
    right, down = (rows - top)[:, :, None], (columns - left)[:, :, None]
    upper = (1 - right) * image[top, left] + right * image[top, left + 1]
    lower = (1 - right) * image[top + 1, left] + right * image[top + 1, left + 1]
    nearest = np.round(rows).astype(int), np.round(columns).astype(int)
    return (1 - down) * upper + down * lower, mask[nearest]


@deform.wrong(
    "Interpolate in both directions: a place lies between four pixels, not between two of one row"
)
def deform_along_the_row(image, mask, rows, columns):
    nearest = np.round(rows).astype(int), np.round(columns).astype(int)
    left = np.minimum(np.floor(columns).astype(int), image.shape[1] - 2)
    right = (columns - left)[:, :, None]
    upper = (1 - right) * image[nearest[0], left] + right * image[nearest[0], left + 1]
    return upper, mask[nearest]


@deform.wrong(
    "rows and columns tell where a pixel of the result comes from, not where a pixel of the "
    "picture goes: read there, do not write there"
)
def deform_the_other_way(image, mask, rows, columns):
    nearest = np.round(rows).astype(int), np.round(columns).astype(int)
    new_image, new_mask = np.zeros(image.shape), np.zeros(mask.shape, mask.dtype)
    new_image[nearest], new_mask[nearest] = image, mask
    return new_image, new_mask


# --- dice_loss ---------------------------------------------------------------------------------

dice_loss = Question(
    "dice_loss", {"two classes": 1, "more classes": 1, "several images": 1, "absent classes": 1}
)


def dice_case(check, shape, classes, smooth, used=None, hidden=False) -> None:
    """Adds a case with random labels.

    Args:
        check: the check it belongs to.
        shape: images, height and width.
        classes: number of classes.
        smooth: the small number in the formula.
        used: the classes that occur; by default all.
        hidden: whether students may not see it.
    """
    labels = rng.choice(range(classes) if used is None else used, shape)
    labels.flat[: classes if used is None else 0] = range(classes if used is None else 0)
    shares = uniform(*shape, classes, low=0.05)
    probabilities = np.round(shares / shares.sum(axis=-1, keepdims=True), 3)
    dice_loss.case(check, labels, probabilities, smooth, hidden=hidden)


dice_loss.case(
    "two classes",
    np.array([[[0, 1]]]),
    np.array([[[[0.9, 0.1], [0.4, 0.6]]]]),
    0.0,
)
dice_case("two classes", (1, 2, 3), 2, 1.0)
dice_case("more classes", (1, 3, 3), 4, 0.0)
dice_case("more classes", (1, 2, 4), 3, 0.5)
dice_case("several images", (3, 2, 2), 2, 0.0)
dice_case("several images", (2, 2, 3), 3, 1.0)
dice_case("absent classes", (2, 2, 2), 4, 1.0, [0, 2])
dice_case("two classes", (1, 6, 7), 2, 0.1, hidden=True)
dice_case("two classes", (1, 5, 5), 2, 2.0, hidden=True)
dice_case("more classes", (1, 8, 5), 7, 0.0, hidden=True)
dice_case("more classes", (1, 6, 6), 5, 1.0, hidden=True)
dice_case("several images", (4, 3, 5), 2, 1.0, hidden=True)
dice_case("several images", (6, 4, 4), 4, 0.25, hidden=True)
dice_case("absent classes", (1, 5, 6), 8, 0.5, [0, 1, 5], hidden=True)
dice_case("absent classes", (3, 4, 4), 3, 1.0, [1], hidden=True)


@dice_loss.oracle
def dice_loss_pixel_by_pixel(labels, probabilities, smooth):
    pixels = labels.ravel().tolist()
    shares = probabilities.reshape(len(pixels), -1).tolist()
    losses = []
    for c in range(len(shares[0])):
        both = math.fsum(
            share[c] for share, label in zip(shares, pixels, strict=True) if label == c
        )
        size = pixels.count(c) + math.fsum(share[c] for share in shares)
        losses.append(1 - (2 * both + smooth) / (size + smooth))
    return math.fsum(losses) / len(losses)


@dice_loss.right
def dice_loss_by_one_hot(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + probabilities.sum(axis=(0, 1, 2))
    return np.mean(1 - (2 * both + smooth) / (size + smooth))


@dice_loss.right
def dice_loss_class_by_class(labels, probabilities, smooth):
    classes, total = probabilities.shape[-1], 0.0
    for c in range(classes):
        p = probabilities[..., c]
        total += (2 * p[labels == c].sum() + smooth) / (p.sum() + np.sum(labels == c) + smooth)
    return 1 - total / classes


@dice_loss.right
def dice_loss_by_counting(labels, probabilities, smooth):
    classes = probabilities.shape[-1]
    pixels, shares = labels.ravel(), probabilities.reshape(-1, classes)
    chosen = np.take_along_axis(shares, pixels[:, None], axis=1)[:, 0]
    both = np.bincount(pixels, weights=chosen, minlength=classes)
    size = np.bincount(pixels, minlength=classes) + shares.sum(axis=0)
    return float(1 - ((2 * both + smooth) / (size + smooth)).mean())


@dice_loss.wrong("This is the Dice coefficient, which is best at 1; the loss is 1 minus it")
def dice_loss_as_coefficient(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + probabilities.sum(axis=(0, 1, 2))
    return np.mean((2 * both + smooth) / (size + smooth))


@dice_loss.wrong(
    "Sum over all images of the batch before you divide, not image by image: in an image without "
    "the class, the quotient would say little"
)
def dice_loss_image_by_image(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(1, 2))
    size = true.sum(axis=(1, 2)) + probabilities.sum(axis=(1, 2))
    return np.mean(1 - (2 * both + smooth) / (size + smooth))


@dice_loss.wrong(
    "Divide class by class, then take the mean: with one quotient over all classes, a small class "
    "would count as little as its few pixels"
)
def dice_loss_of_all_classes_together(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    return 1 - (2 * np.sum(true * probabilities) + smooth) / (
        np.sum(true) + np.sum(probabilities) + smooth
    )


@dice_loss.wrong(
    "The numerator holds the intersection twice: a perfect prediction must give 1 − 1 = 0"
)
def dice_loss_without_two(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + probabilities.sum(axis=(0, 1, 2))
    return np.mean(1 - (both + smooth) / (size + smooth))


@dice_loss.wrong(
    "This is the IoU: the Dice coefficient divides by the sum of both sizes, from which the "
    "intersection is not subtracted, and doubles the numerator"
)
def dice_loss_as_iou(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + probabilities.sum(axis=(0, 1, 2))
    return np.mean(1 - (both + smooth) / (size - both + smooth))


@dice_loss.wrong(
    "Add smooth to the numerator too: with a numerator of 0 a class that is absent would always "
    "give the full loss, even if it is not predicted at all"
)
def dice_loss_with_smooth_below(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + probabilities.sum(axis=(0, 1, 2))
    return np.mean(1 - 2 * both / (size + smooth))


@dice_loss.wrong("Use smooth as the formula does: once above and once below the line")
def dice_loss_without_smooth(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + probabilities.sum(axis=(0, 1, 2))
    return np.mean(1 - 2 * both / size)


@dice_loss.wrong(
    "The factor 2 belongs to the intersection alone: 2 (both + smooth) adds smooth twice"
)
def dice_loss_with_smooth_twice(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + probabilities.sum(axis=(0, 1, 2))
    return np.mean(1 - 2 * (both + smooth) / (size + smooth))


@dice_loss.wrong(
    "Use the probabilities as they are: after rounding or argmax the loss has no gradient, and "
    "nothing can be learned from it"
)
def dice_loss_of_decisions(labels, probabilities, smooth):
    classes = np.eye(probabilities.shape[-1])
    true, said = classes[labels], classes[probabilities.argmax(axis=-1)]
    both = (true * said).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + said.sum(axis=(0, 1, 2))
    return np.mean(1 - (2 * both + smooth) / (size + smooth))


@dice_loss.wrong(
    "Here the probabilities are summed as they are below the line. (Milletari et al. 2016 square "
    "them; that is another version of this loss)"
)
def dice_loss_with_squares(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + (probabilities**2).sum(axis=(0, 1, 2))
    return np.mean(1 - (2 * both + smooth) / (size + smooth))


@dice_loss.wrong("The mean is over all classes; the background, class 0, is one of them")
def dice_loss_without_background(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + probabilities.sum(axis=(0, 1, 2))
    return np.mean((1 - (2 * both + smooth) / (size + smooth))[1:])


@dice_loss.wrong(
    "The mean is over all classes, those included that are not in the batch: their loss is the "
    "smaller, the less they are predicted"
)
def dice_loss_of_present_classes(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + probabilities.sum(axis=(0, 1, 2))
    return np.mean((1 - (2 * both + smooth) / (size + smooth))[np.unique(labels)])


@dice_loss.wrong(
    "Take sums over the pixels, not means: smooth is added to numbers of pixels, and beside a "
    "mean, which is at most 1, it would be far too large"
)
def dice_loss_of_means(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).mean(axis=(0, 1, 2))
    size = true.mean(axis=(0, 1, 2)) + probabilities.mean(axis=(0, 1, 2))
    return np.mean(1 - (2 * both + smooth) / (size + smooth))


@dice_loss.wrong("Return one number: the mean over the classes is missing")
def dice_loss_of_each_class(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + probabilities.sum(axis=(0, 1, 2))
    return 1 - (2 * both + smooth) / (size + smooth)


@dice_loss.wrong("Take the mean over the classes, not the sum")
def dice_loss_summed(labels, probabilities, smooth):
    true = np.eye(probabilities.shape[-1])[labels]
    both = (true * probabilities).sum(axis=(0, 1, 2))
    size = true.sum(axis=(0, 1, 2)) + probabilities.sum(axis=(0, 1, 2))
    return np.sum(1 - (2 * both + smooth) / (size + smooth))


# --- border_weights ----------------------------------------------------------------------------

border_weights = Question(
    "border_weights",
    {"two objects": 1, "more objects": 1, "on the objects": 1, "fewer than two objects": 1},
)
PAIR = np.array([[1, 1, 0, 0, 2], [1, 0, 0, 0, 2], [0, 0, 0, 0, 0]])
FOUR = np.array([[3, 0, 0, 0, 5, 5], [3, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 8], [9, 9, 0, 0, 0, 8]])
# objects, w0, sigma
border_weights.case("two objects", np.array([[1, 0, 0, 0, 2]]), 10.0, 2.0)
border_weights.case("two objects", PAIR, 10.0, 3.0)
border_weights.case("more objects", FOUR, 10.0, 2.0)
border_weights.case("more objects", np.array([[4, 0, 2, 0, 0, 0, 7]]), 5.0, 1.5)
border_weights.case("on the objects", np.array([[1, 1, 2, 2], [1, 1, 2, 2]]), 10.0, 5.0)
border_weights.case("fewer than two objects", np.array([[0, 0, 6], [0, 0, 6]]), 10.0, 5.0)
border_weights.case("fewer than two objects", np.zeros((2, 3), int), 10.0, 5.0)


def cells(height: int, width: int, corners, numbers) -> np.ndarray:
    """Draws boxes, as pixels of numbered objects.

    Args:
        height: rows of the picture.
        width: columns of the picture.
        corners: rows and columns y0, x0, y1, x1 of each object.
        numbers: number of each object.

    Returns:
        Array of shape (height, width), 0 where there is no object.
    """
    objects = np.zeros((height, width), int)
    for (y0, x0, y1, x1), number in zip(corners, numbers, strict=True):
        objects[y0:y1, x0:x1] = number
    return objects


THREE = cells(9, 11, [(0, 0, 4, 4), (1, 6, 5, 10), (6, 2, 9, 8)], [1, 2, 3])
FIVE = cells(
    8, 12, [(0, 0, 2, 2), (0, 5, 3, 6), (5, 0, 8, 3), (4, 9, 7, 12), (6, 5, 7, 7)], [11, 2, 5, 7, 3]
)
border_weights.case("two objects", np.where(THREE == 3, 0, THREE), 10.0, 5.0, hidden=True)
border_weights.case("two objects", PAIR.T, 4.0, 1.0, hidden=True)
border_weights.case("more objects", THREE, 10.0, 3.0, hidden=True)
border_weights.case("more objects", FIVE, 20.0, 4.0, hidden=True)
border_weights.case("on the objects", cells(4, 6, [(0, 0, 4, 3), (0, 3, 4, 6)], [2, 1]), 8.0, 2.0,
                    hidden=True)  # fmt: skip
border_weights.case("fewer than two objects", cells(5, 5, [(1, 1, 3, 4)], [1]), 10.0, 5.0,
                    hidden=True)  # fmt: skip
border_weights.case("fewer than two objects", np.zeros((4, 4), int), 6.0, 2.0, hidden=True)


@border_weights.oracle
def border_weights_pixel_by_pixel(objects, w0, sigma):
    height, width = objects.shape
    pixels = {}
    for y in range(height):
        for x in range(width):
            if objects[y, x]:
                pixels.setdefault(int(objects[y, x]), []).append((y, x))
    weights = [[1.0] * width for _ in range(height)]
    for y in range(height):
        for x in range(width):
            if objects[y, x] == 0 and len(pixels) >= 2:
                d1, d2, *_ = sorted(
                    min(math.hypot(y - a, x - b) for a, b in places) for places in pixels.values()
                )
                weights[y][x] += w0 * math.exp(-((d1 + d2) ** 2) / (2 * sigma**2))
    return np.array(weights)


@border_weights.right
def border_weights_by_broadcasting(objects, w0, sigma):
    numbers = np.unique(objects[objects > 0])
    if len(numbers) < 2:
        return np.ones(objects.shape)
    grid = np.indices(objects.shape)
    distances = []
    for number in numbers:
        steps = grid[..., None] - np.array(np.nonzero(objects == number))[:, None, None]
        distances.append(np.hypot(*steps).min(axis=-1))
    d1, d2 = np.sort(distances, axis=0)[:2]
    return 1 + (objects == 0) * w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))


@border_weights.right
def border_weights_in_loops(objects, w0, sigma):
    weights = np.ones(objects.shape)
    numbers = set(objects.ravel().tolist()) - {0}
    for y, x in np.argwhere(objects == 0) if len(numbers) > 1 else []:
        away = [np.min(np.linalg.norm(np.argwhere(objects == n) - [y, x], axis=1)) for n in numbers]
        weights[y, x] += w0 * np.exp(-0.5 * (sum(sorted(away)[:2]) / sigma) ** 2)
    return weights


@border_weights.right
def border_weights_with_infinities(objects, w0, sigma):
    nearest, second = np.full((2, *objects.shape), np.inf)
    ys, xs = np.indices(objects.shape)
    for number in range(1, objects.max(initial=0) + 1):
        here = np.full(objects.shape, np.inf)
        for y, x in np.argwhere(objects == number):
            here = np.minimum(here, np.sqrt((ys - y) ** 2 + (xs - x) ** 2))
        second = np.minimum(second, np.maximum(nearest, here))
        nearest = np.minimum(nearest, here)
    return np.where(objects == 0, 1 + w0 * np.exp(-((nearest + second) ** 2) / 2 / sigma**2), 1.0)


@border_weights.wrong(
    "The distances are to the two nearest objects, not to the two nearest pixels, which mostly "
    "belong to the same object"
)
def border_weights_of_two_pixels(objects, w0, sigma):
    if len(np.unique(objects[objects > 0])) < 2:
        return np.ones(objects.shape)
    grid = np.indices(objects.shape)
    steps = grid[..., None] - np.array(np.nonzero(objects))[:, None, None]
    d1, d2 = np.moveaxis(np.sort(np.hypot(*steps), axis=-1)[..., :2], -1, 0)
    return 1 + (objects == 0) * w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))


@border_weights.wrong(
    "The distance to the nearest object alone marks every contour: only with the second nearest "
    "one does the weight grow between objects"
)
def border_weights_of_one_distance(objects, w0, sigma):
    numbers = np.unique(objects[objects > 0])
    if len(numbers) < 2:
        return np.ones(objects.shape)
    steps = np.indices(objects.shape)[..., None] - np.array(np.nonzero(objects))[:, None, None]
    d1 = np.hypot(*steps).min(axis=-1)
    return 1 + (objects == 0) * w0 * np.exp(-(d1**2) / (2 * sigma**2))


@border_weights.wrong(
    "0 is the background, not an object: leave it out of the numbers of the objects"
)
def border_weights_with_background_as_object(objects, w0, sigma):
    numbers = np.unique(objects)
    if len(numbers) < 2:
        return np.ones(objects.shape)
    distances = []
    for number in numbers:
        places = np.array(np.nonzero(objects == number))[:, None, None]
        steps = np.indices(objects.shape)[..., None] - places
        distances.append(np.hypot(*steps).min(axis=-1))
    d1, d2 = np.sort(distances, axis=0)[:2]
    return 1 + (objects == 0) * w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))


@border_weights.wrong("Square the sum of both distances; do not sum their squares")
def border_weights_with_sum_of_squares(objects, w0, sigma):
    numbers = np.unique(objects[objects > 0])
    if len(numbers) < 2:
        return np.ones(objects.shape)
    distances = []
    for number in numbers:
        places = np.array(np.nonzero(objects == number))[:, None, None]
        steps = np.indices(objects.shape)[..., None] - places
        distances.append(np.hypot(*steps).min(axis=-1))
    d1, d2 = np.sort(distances, axis=0)[:2]
    return 1 + (objects == 0) * w0 * np.exp(-(d1**2 + d2**2) / (2 * sigma**2))


@border_weights.wrong("Divide by 2 σ²: the 2 is missing")
def border_weights_without_two(objects, w0, sigma):
    numbers = np.unique(objects[objects > 0])
    if len(numbers) < 2:
        return np.ones(objects.shape)
    distances = []
    for number in numbers:
        places = np.array(np.nonzero(objects == number))[:, None, None]
        steps = np.indices(objects.shape)[..., None] - places
        distances.append(np.hypot(*steps).min(axis=-1))
    d1, d2 = np.sort(distances, axis=0)[:2]
    return 1 + (objects == 0) * w0 * np.exp(-((d1 + d2) ** 2) / sigma**2)


@border_weights.wrong("Divide by 2 σ², with the square of σ")
def border_weights_without_square_of_sigma(objects, w0, sigma):
    numbers = np.unique(objects[objects > 0])
    if len(numbers) < 2:
        return np.ones(objects.shape)
    distances = []
    for number in numbers:
        places = np.array(np.nonzero(objects == number))[:, None, None]
        steps = np.indices(objects.shape)[..., None] - places
        distances.append(np.hypot(*steps).min(axis=-1))
    d1, d2 = np.sort(distances, axis=0)[:2]
    return 1 + (objects == 0) * w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma))


@border_weights.wrong("The weight is 1 on the objects: only background between objects weighs more")
def border_weights_everywhere(objects, w0, sigma):
    numbers = np.unique(objects[objects > 0])
    if len(numbers) < 2:
        return np.ones(objects.shape)
    distances = []
    for number in numbers:
        places = np.array(np.nonzero(objects == number))[:, None, None]
        steps = np.indices(objects.shape)[..., None] - places
        distances.append(np.hypot(*steps).min(axis=-1))
    d1, d2 = np.sort(distances, axis=0)[:2]
    return 1 + w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))


@border_weights.wrong("Add the border term to 1: far from all borders a pixel counts as usual")
def border_weights_without_one(objects, w0, sigma):
    numbers = np.unique(objects[objects > 0])
    if len(numbers) < 2:
        return np.zeros(objects.shape)
    distances = []
    for number in numbers:
        places = np.array(np.nonzero(objects == number))[:, None, None]
        steps = np.indices(objects.shape)[..., None] - places
        distances.append(np.hypot(*steps).min(axis=-1))
    d1, d2 = np.sort(distances, axis=0)[:2]
    return (objects == 0) * w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))


@border_weights.wrong("The weight is 1 on the objects, not 0: their pixels must be learned as well")
def border_weights_zero_on_objects(objects, w0, sigma):
    numbers = np.unique(objects[objects > 0])
    if len(numbers) < 2:
        return 1.0 * (objects == 0)
    distances = []
    for number in numbers:
        places = np.array(np.nonzero(objects == number))[:, None, None]
        steps = np.indices(objects.shape)[..., None] - places
        distances.append(np.hypot(*steps).min(axis=-1))
    d1, d2 = np.sort(distances, axis=0)[:2]
    return (objects == 0) * (1 + w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2)))


@border_weights.wrong("Measure the straight line, √(Δy² + Δx²), not the way along rows and columns")
def border_weights_by_city_blocks(objects, w0, sigma):
    numbers = np.unique(objects[objects > 0])
    if len(numbers) < 2:
        return np.ones(objects.shape)
    distances = []
    for number in numbers:
        places = np.array(np.nonzero(objects == number))[:, None, None]
        steps = np.indices(objects.shape)[..., None] - places
        distances.append(np.abs(steps).sum(axis=0).min(axis=-1))
    d1, d2 = np.sort(distances, axis=0)[:2]
    return 1 + (objects == 0) * w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))


@border_weights.wrong(
    "The distance to an object is that to its nearest pixel, not to its centre: long objects touch "
    "far from their centres"
)
def border_weights_from_centres(objects, w0, sigma):
    numbers = np.unique(objects[objects > 0])
    if len(numbers) < 2:
        return np.ones(objects.shape)
    distances = []
    for number in numbers:
        centre = np.argwhere(objects == number).mean(axis=0)
        distances.append(np.hypot(*(np.indices(objects.shape) - centre[:, None, None])))
    d1, d2 = np.sort(distances, axis=0)[:2]
    return 1 + (objects == 0) * w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))


@border_weights.wrong(
    "With more than two objects, the nearest and the second nearest count, for each pixel anew; "
    "not the two with the smallest numbers"
)
def border_weights_of_the_first_two(objects, w0, sigma):
    numbers = np.unique(objects[objects > 0])
    if len(numbers) < 2:
        return np.ones(objects.shape)
    distances = []
    for number in numbers:
        places = np.array(np.nonzero(objects == number))[:, None, None]
        steps = np.indices(objects.shape)[..., None] - places
        distances.append(np.hypot(*steps).min(axis=-1))
    d1, d2 = distances[:2]
    return 1 + (objects == 0) * w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))


@border_weights.wrong(
    "With a single object there is no border between two: no second distance may be made up, and "
    "the weight is 1 everywhere"
)
def border_weights_around_one_object(objects, w0, sigma):
    numbers = np.unique(objects[objects > 0])
    if len(numbers) == 0:
        return np.ones(objects.shape)
    distances = []
    for number in numbers:
        places = np.array(np.nonzero(objects == number))[:, None, None]
        steps = np.indices(objects.shape)[..., None] - places
        distances.append(np.hypot(*steps).min(axis=-1))
    nearest = np.sort(distances, axis=0)
    d1, d2 = nearest[0], nearest[min(1, len(numbers) - 1)]
    return 1 + (objects == 0) * w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))


QUESTIONS = [output_side, join_skip, deform, dice_loss, border_weights]
