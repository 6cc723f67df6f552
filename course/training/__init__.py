"""Training loops and schedules. A model comes in from outside; nothing here imports one."""

from course.training.classifier import train_classifier

__all__ = ["train_classifier"]
