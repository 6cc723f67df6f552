"""One paper per file. Every network returns logits; the loss applies the softmax."""

from course.models.lenet import lenet5
from course.models.mlp import mlp
from course.models.transfer import classifier_on, cut, freeze

__all__ = ["classifier_on", "cut", "freeze", "lenet5", "mlp"]
