"""One paper per file. Every network returns logits; the loss applies the softmax."""

from course.models.alexnet import alexnet
from course.models.components import instances_from_semantic
from course.models.convolutional import convolutional
from course.models.deconvnet import deconvnet
from course.models.detector import Detector
from course.models.fast_rcnn import FastRCNN, is_filled
from course.models.faster_rcnn import FasterRCNN, box_head, on_regions, rpn_head
from course.models.fcn import fcn, full_resolution
from course.models.fcos import FCOS
from course.models.googlenet import googlenet
from course.models.lenet import lenet5
from course.models.localizer import localizer
from course.models.mask_rcnn import MaskRCNN, mask_head
from course.models.mlp import mlp
from course.models.pyramid import small_pyramid
from course.models.rcnn import RegionSVMs
from course.models.resnet import resnet, resnet18, resnet34, resnet50
from course.models.retinanet import RetinaNet
from course.models.ssd import SSD
from course.models.tiles import predict_tiles
from course.models.transfer import classifier_on, cut, freeze
from course.models.unet import unet, unet_margin, unet_on
from course.models.vgg import vgg
from course.models.yolo import YOLO, YOLOAnchors

__all__ = [
    "FCOS",
    "SSD",
    "YOLO",
    "Detector",
    "FastRCNN",
    "FasterRCNN",
    "MaskRCNN",
    "RegionSVMs",
    "RetinaNet",
    "YOLOAnchors",
    "alexnet",
    "box_head",
    "classifier_on",
    "convolutional",
    "cut",
    "deconvnet",
    "fcn",
    "freeze",
    "full_resolution",
    "googlenet",
    "instances_from_semantic",
    "is_filled",
    "lenet5",
    "localizer",
    "mask_head",
    "mlp",
    "on_regions",
    "predict_tiles",
    "resnet",
    "resnet18",
    "resnet34",
    "resnet50",
    "rpn_head",
    "small_pyramid",
    "unet",
    "unet_margin",
    "unet_on",
    "vgg",
]
