"""Training loops and schedules. A model comes in from outside; nothing here imports one."""

from course.training.classifier import train_classifier
from course.training.detector import as_pair, evaluate_detector, train_detector
from course.training.recipe import cosine_adamw, fit_steps
from course.training.segmenter import as_pixels, evaluate_segmenter, train_segmenter
from course.training.two_rates import AdamTwoRates

__all__ = [
    "AdamTwoRates",
    "as_pair",
    "as_pixels",
    "cosine_adamw",
    "evaluate_detector",
    "evaluate_segmenter",
    "fit_steps",
    "train_classifier",
    "train_detector",
    "train_segmenter",
]
