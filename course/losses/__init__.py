"""Functions of targets and predictions, one value per box or pixel, not yet reduced."""

from course.losses.boxes import ciou_loss, giou_loss, iou_loss, smooth_l1
from course.losses.classes import balanced_cross_entropy, focal_loss, hard_negatives
from course.losses.fcos import assign_places, fcos_loss, varifocal_loss
from course.losses.pixels import pixel_cross_entropy
from course.losses.rcnn import mask_loss, region_loss, rpn_loss, sample_regions, take_own
from course.losses.retinanet import retinanet_loss
from course.losses.segmentation import border_weights, dice_loss, separated
from course.losses.ssd import ssd_loss
from course.losses.weighting import weighted_mean
from course.losses.yolo import (
    responsible,
    yolo_anchor_loss,
    yolo_anchor_targets,
    yolo_boxes,
    yolo_loss,
    yolo_split,
    yolo_targets,
)

__all__ = [
    "assign_places",
    "balanced_cross_entropy",
    "border_weights",
    "ciou_loss",
    "dice_loss",
    "fcos_loss",
    "focal_loss",
    "giou_loss",
    "hard_negatives",
    "iou_loss",
    "mask_loss",
    "pixel_cross_entropy",
    "region_loss",
    "responsible",
    "retinanet_loss",
    "rpn_loss",
    "sample_regions",
    "separated",
    "smooth_l1",
    "ssd_loss",
    "take_own",
    "varifocal_loss",
    "weighted_mean",
    "yolo_anchor_loss",
    "yolo_anchor_targets",
    "yolo_boxes",
    "yolo_loss",
    "yolo_split",
    "yolo_targets",
]
