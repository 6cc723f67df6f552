"""Metrics in NumPy: what is reported, as opposed to what is minimised."""

from course.metrics.average_precision import (
    average_precision,
    f1,
    precision,
    precision_recall,
    recall,
)
from course.metrics.coco_format import as_coco
from course.metrics.detection import average_precisions, average_recalls, coco_metrics
from course.metrics.masks import coco_mask_metrics, mask_areas, mask_overlaps
from course.metrics.matching import match_detections
from course.metrics.multiply_adds import multiply_adds
from course.metrics.segmentation import (
    boundary_iou,
    class_ious,
    confusion_matrix,
    foreground_iou,
    frequency_weighted_iou,
    mean_iou,
    pixel_accuracy,
)
from course.metrics.touching import merged_pairs, touching_pairs

__all__ = [
    "as_coco",
    "average_precision",
    "average_precisions",
    "average_recalls",
    "boundary_iou",
    "class_ious",
    "coco_mask_metrics",
    "coco_metrics",
    "confusion_matrix",
    "f1",
    "foreground_iou",
    "frequency_weighted_iou",
    "mask_areas",
    "mask_overlaps",
    "match_detections",
    "mean_iou",
    "merged_pairs",
    "multiply_adds",
    "pixel_accuracy",
    "precision",
    "precision_recall",
    "recall",
    "touching_pairs",
]
