"""One paper per file. Every network returns logits; the loss applies the softmax."""

from course.models.lenet import lenet5
from course.models.mlp import mlp

__all__ = ["lenet5", "mlp"]
