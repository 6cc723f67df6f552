"""NumPy in, Matplotlib figures out; ``show`` puts one into a notebook with alternative text."""

from course.plots.boxes import batch, detections
from course.plots.charts import bars, bubbles, confusion_matrix, curves
from course.plots.explorer import KernelExplorer
from course.plots.heat import heat_overlays
from course.plots.instances import instances
from course.plots.learning_curve import LearningCurve
from course.plots.pictures import image_grid
from course.plots.segmentation import segments
from course.plots.show import show
from course.plots.thresholds import ThresholdExplorer

__all__ = [
    "KernelExplorer",
    "LearningCurve",
    "ThresholdExplorer",
    "bars",
    "batch",
    "bubbles",
    "confusion_matrix",
    "curves",
    "detections",
    "heat_overlays",
    "image_grid",
    "instances",
    "segments",
    "show",
]
