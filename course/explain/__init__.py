"""Looking into a trained network: one method per file. Keras model in, NumPy maps out."""

from course.explain.deconvnet import deconvnet
from course.explain.grad_cam import grad_cam
from course.explain.occlusion import occlusion
from course.explain.pointing import energy_inside, inside, pointing_game
from course.explain.randomise import shuffled_weights
from course.explain.receptive_field import receptive_field
from course.explain.rectifiers import with_backward_rule
from course.explain.saliency import saliency, smooth_grad
from course.explain.top_patches import cut_patches, strongest

__all__ = [
    "cut_patches",
    "deconvnet",
    "energy_inside",
    "grad_cam",
    "inside",
    "occlusion",
    "pointing_game",
    "receptive_field",
    "saliency",
    "shuffled_weights",
    "smooth_grad",
    "strongest",
    "with_backward_rule",
]
