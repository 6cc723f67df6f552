"""What a network is worth and what it costs."""

from course.metrics.multiply_adds import multiply_adds

__all__ = ["multiply_adds"]
