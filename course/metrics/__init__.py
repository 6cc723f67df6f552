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

__all__ = [
    "as_coco",
    "average_precision",
    "average_precisions",
    "average_recalls",
    "coco_mask_metrics",
    "coco_metrics",
    "f1",
    "mask_areas",
    "mask_overlaps",
    "match_detections",
    "multiply_adds",
    "precision",
    "precision_recall",
    "recall",
]
