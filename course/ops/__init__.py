"""Pure tensor functions on ``keras.ops``. This floor imports nothing of ours."""

from course.ops.anchors import anchor_shapes, anchors
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
from course.ops.gradient import gradient
from course.ops.hog import hog
from course.ops.matching import match, take_matched
from course.ops.nms import detections, nms, soft_nms

__all__ = [
    "anchor_shapes",
    "anchors",
    "area",
    "centre_and_size",
    "check_boxes",
    "ciou",
    "clip_boxes",
    "decode_boxes",
    "detections",
    "encode_boxes",
    "from_centre_and_size",
    "giou",
    "gradient",
    "hog",
    "iou",
    "match",
    "nms",
    "pairwise_iou",
    "soft_nms",
    "take_matched",
]
