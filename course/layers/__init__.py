"""One idea per file: the building blocks that networks share."""

from course.layers.context import IdentityKernel, context_module
from course.layers.convolution import conv_bn
from course.layers.fpn import fpn
from course.layers.grouped_convolution import GroupedConvolution
from course.layers.inception import auxiliary_head, inception
from course.layers.local_response_normalisation import LocalResponseNormalisation
from course.layers.residual import basic_block, bottleneck_block
from course.layers.spatial_pyramid_pooling import SpatialPyramidPooling
from course.layers.upsampling import (
    Bilinear,
    MaxPoolingWithSwitches,
    MaxUnpooling,
    pixel_scores,
    upsample,
)

__all__ = [
    "Bilinear",
    "GroupedConvolution",
    "IdentityKernel",
    "LocalResponseNormalisation",
    "MaxPoolingWithSwitches",
    "MaxUnpooling",
    "SpatialPyramidPooling",
    "auxiliary_head",
    "basic_block",
    "bottleneck_block",
    "context_module",
    "conv_bn",
    "fpn",
    "inception",
    "pixel_scores",
    "upsample",
]
