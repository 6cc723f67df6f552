"""Spatial pyramid pooling (He, Zhang, Ren & Sun 2014): from a map of any size to a fixed vector.

Legend: B batch, R regions of a picture, h, w size of the map, C channels, n cells along each side
of a level of the pyramid, D = C·Σn² numbers that describe a region.
"""

from keras import layers, ops

from course.ops import roi_pool


class SpatialPyramidPooling(layers.Layer):
    """Pool a map, or regions of it, into n×n cells for several n, and string all together.

    Section 2.2 of the paper, for regions section 4.1 (lecture 11). A region is rounded to whole
    cells as by RoIPool, which is this layer with a single level; the authors' code rounds inwards.

    Args:
        levels: the n of each level. The paper has (6, 3, 2, 1) for detection, on larger maps.
        stride: pixels of the picture per cell of the map.
        options: as for ``keras.layers.Layer``.
    """

    def __init__(self, levels=(4, 2, 1), stride=16, **options):
        super().__init__(**options)
        self.levels, self.stride = tuple(levels), stride

    def call(self, features, boxes=None):
        """Maps [B, h, w, C] → [B, D]; with boxes [B, R, 4], xyxy pixels, → [B, R, D]."""
        regions = self._whole(features) if boxes is None else boxes
        parts = []
        for n in self.levels:
            cells = roi_pool(features, regions, n, self.stride)  # [B, R, n, n, C]
            parts.append(ops.reshape(cells, (-1, regions.shape[1], n * n * features.shape[-1])))
        vectors = ops.concatenate(parts, axis=-1)  # [B, R, D]
        return vectors[:, 0] if boxes is None else vectors

    def get_config(self):
        """What it takes to build the layer again."""
        return super().get_config() | {"levels": self.levels, "stride": self.stride}

    def _whole(self, features):
        """One box per map, from its first cell to its last: [B, 1, 4]."""
        height, width = features.shape[1:3]
        corners = ops.convert_to_tensor([0, 0, width - 1, height - 1], "float32") * self.stride
        return ops.zeros_like(features[:, :1, 0, :1]) + corners
