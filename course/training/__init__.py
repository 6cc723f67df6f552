"""Training loops and schedules. A model comes in from outside; nothing here imports one."""

from course.training.classifier import train_classifier
from course.training.two_rates import AdamTwoRates

__all__ = ["AdamTwoRates", "train_classifier"]
