"""One paper per file. Every network returns logits; the loss applies the softmax."""

from course.models.alexnet import alexnet
from course.models.detector import Detector
from course.models.fcos import FCOS
from course.models.googlenet import googlenet
from course.models.lenet import lenet5
from course.models.mlp import mlp
from course.models.pyramid import small_pyramid
from course.models.resnet import resnet, resnet18, resnet34, resnet50
from course.models.transfer import classifier_on, cut, freeze
from course.models.vgg import vgg

__all__ = [
    "FCOS",
    "Detector",
    "alexnet",
    "classifier_on",
    "cut",
    "freeze",
    "googlenet",
    "lenet5",
    "mlp",
    "resnet",
    "resnet18",
    "resnet34",
    "resnet50",
    "small_pyramid",
    "vgg",
]
