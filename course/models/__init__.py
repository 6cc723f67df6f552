"""One paper per file. Every network returns logits; the loss applies the softmax."""

from course.models.alexnet import alexnet
from course.models.convolutional import convolutional
from course.models.deconvnet import deconvnet
from course.models.detector import Detector
from course.models.fcn import fcn, full_resolution
from course.models.fcos import FCOS
from course.models.googlenet import googlenet
from course.models.lenet import lenet5
from course.models.localizer import localizer
from course.models.mlp import mlp
from course.models.pyramid import small_pyramid
from course.models.resnet import resnet, resnet18, resnet34, resnet50
from course.models.retinanet import RetinaNet
from course.models.ssd import SSD
from course.models.transfer import classifier_on, cut, freeze
from course.models.vgg import vgg
from course.models.yolo import YOLO, YOLOAnchors

__all__ = [
    "FCOS",
    "SSD",
    "YOLO",
    "Detector",
    "RetinaNet",
    "YOLOAnchors",
    "alexnet",
    "classifier_on",
    "convolutional",
    "cut",
    "deconvnet",
    "fcn",
    "freeze",
    "full_resolution",
    "googlenet",
    "lenet5",
    "localizer",
    "mlp",
    "resnet",
    "resnet18",
    "resnet34",
    "resnet50",
    "small_pyramid",
    "vgg",
]
