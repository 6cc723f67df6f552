"""Pure tensor functions on ``keras.ops``. This floor imports nothing of ours."""

from course.ops import kernels
from course.ops.anchors import anchor_shapes, anchors, cluster_shapes
from course.ops.boxes import (
    area,
    centre_and_size,
    check_boxes,
    ciou,
    clip_boxes,
    decode_boxes,
    encode_boxes,
    from_centre_and_size,
    giou,
    iou,
    pairwise_iou,
)
from course.ops.convolution import cross_correlate, output_size
from course.ops.crops import warped_crops
from course.ops.default_boxes import default_box_shapes
from course.ops.gradient import gradient
from course.ops.graph_segmentation import graph_segmentation, grid_graph
from course.ops.hog import hog
from course.ops.masks import crop_masks, mask_iou, paste_masks
from course.ops.matching import match, take_matched
from course.ops.nms import detections, nms, soft_nms
from course.ops.proposals import proposals
from course.ops.ranking import top_k
from course.ops.receptive_field import receptive_field
from course.ops.roi import interpolation_matrix, pyramid_cut, roi_align, roi_pool, roi_warp
from course.ops.sampling import sample
from course.ops.selective_search import (
    colour_space,
    describe_regions,
    directional_derivatives,
    group_regions,
    selective_search,
    similarity,
)
from course.ops.transposed_convolution import convolution_matrix, transposed_convolution
from course.ops.unpooling import (
    max_pool_with_switches,
    max_unpool,
    unpool_bed_of_nails,
    unpool_nearest,
)

__all__ = [
    "anchor_shapes",
    "anchors",
    "area",
    "centre_and_size",
    "check_boxes",
    "ciou",
    "clip_boxes",
    "cluster_shapes",
    "colour_space",
    "convolution_matrix",
    "crop_masks",
    "cross_correlate",
    "decode_boxes",
    "default_box_shapes",
    "describe_regions",
    "detections",
    "directional_derivatives",
    "encode_boxes",
    "from_centre_and_size",
    "giou",
    "gradient",
    "graph_segmentation",
    "grid_graph",
    "group_regions",
    "hog",
    "interpolation_matrix",
    "iou",
    "kernels",
    "mask_iou",
    "match",
    "max_pool_with_switches",
    "max_unpool",
    "nms",
    "output_size",
    "pairwise_iou",
    "paste_masks",
    "proposals",
    "pyramid_cut",
    "receptive_field",
    "roi_align",
    "roi_pool",
    "roi_warp",
    "sample",
    "selective_search",
    "similarity",
    "soft_nms",
    "take_matched",
    "top_k",
    "transposed_convolution",
    "unpool_bed_of_nails",
    "unpool_nearest",
    "warped_crops",
]
