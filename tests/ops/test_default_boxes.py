"""Default boxes: the numbers of SSD300, and what each level gets."""

import numpy as np
import pytest

from course import ops

SSD300 = [(2,), (2, 3), (2, 3), (2, 3), (2,), (2,)]
SCALES = [0.1, 0.2, 0.37, 0.54, 0.71, 0.88, 1.05]  # the authors' code: 30, 60, 111, … 315 pixels


def test_ssd300_has_8732_default_boxes():
    shapes = ops.default_box_shapes(300, SCALES, SSD300)
    boxes = ops.anchors(300, 300, [8, 16, 32, 64, 100, 300], shapes)
    assert [len(level) for level in shapes] == [4, 6, 6, 6, 4, 4]
    assert boxes.shape == (8732, 4)  # 38²·4 + 19²·6 + 10²·6 + 5²·6 + 3²·4 + 4


def test_one_level_by_hand():
    (level,) = ops.default_box_shapes(300, [0.2, 0.37], [(2, 3)])
    root2, root3, larger = 2**0.5, 3**0.5, (60 * 111) ** 0.5
    by_hand = [[60, 60], [60 * root2, 60 / root2], [60 / root2, 60 * root2],
               [60 * root3, 60 / root3], [60 / root3, 60 * root3], [larger, larger]]  # fmt: skip
    np.testing.assert_allclose(level, by_hand, rtol=1e-6)
    np.testing.assert_allclose(level[:-1].prod(axis=1), 3600, rtol=1e-5)


def test_a_missing_scale_is_told():
    with pytest.raises(ValueError, match="got 2 scales for 2 levels"):
        ops.default_box_shapes(300, [0.2, 0.4], [(2,), (2,)])
