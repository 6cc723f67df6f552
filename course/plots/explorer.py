"""Kernel explorer: turn the knobs of a filter and watch what it does to a photograph.

Legend: H, W size of the picture, k kernel size.
"""

import base64
import math

import ipywidgets as widgets
import numpy as np
from keras import ops

from course.ops import cross_correlate, kernels
from course.plots.show import new_figure, png

# Each family makes a kernel from what the sliders say: size k, σ in pixels, θ in degrees.
FAMILIES = {
    "mean": lambda size, sigma, theta: kernels.mean(size),
    "Gaussian": lambda size, sigma, theta: kernels.gaussian(size, sigma),
    "Roberts": lambda size, sigma, theta: _steered(kernels.roberts(), theta - 135),
    "Prewitt": lambda size, sigma, theta: _steered(kernels.prewitt(), theta),
    "Sobel": lambda size, sigma, theta: _steered(kernels.sobel(), theta),
    "Laplacian of Gaussian": lambda size, sigma, theta: kernels.laplacian_of_gaussian(size, sigma),
    "Gabor, bar": lambda size, sigma, theta: _gabor(size, sigma, theta, 0),
    "Gabor, edge": lambda size, sigma, theta: _gabor(size, sigma, theta, math.pi / 2),
}
SLIDERS = {  # name: (least, most, step, start)
    "size": (3, 19, 2, 9),
    "sigma": (0.5, 5.0, 0.25, 1.5),
    "theta": (0, 165, 15, 0),
    "padding": (0, 20, 1, 0),
    "stride": (1, 8, 1, 1),
    "dilation": (1, 4, 1, 1),
}
USED = {"mean": "size", "Gaussian": "size sigma", "Laplacian of Gaussian": "size sigma"}
USED |= {"Gabor, bar": "size sigma theta", "Gabor, edge": "size sigma theta"}


class Explorer(widgets.VBox):
    """Controls above a picture that they redraw; the ground of every explorer (lecture 01).

    A subclass has a method ``figure`` that draws what ``settings`` say.

    Args:
        controls: dict ``name → widget``.
        alt: alternative text for the picture of the first setting; no measured numbers.
        start: dict ``name → first value`` of some controls.
        columns: controls side by side.

    Raises:
        ValueError: if ``start`` names no control.
    """

    def __init__(self, controls, alt, start, columns=3):
        self.controls, self.alt = controls, alt
        if unknown := sorted(set(start) - set(controls)):
            raise ValueError(f"There is no control {unknown}; there are {list(controls)}.")
        for name, value in start.items():
            controls[name].value = value
        self.picture = widgets.HTML()
        self._redraw()
        for control in controls.values():
            control.observe(self._redraw, names="value")
        layout = widgets.Layout(grid_template_columns=f"repeat({columns}, 310px)")
        super().__init__([widgets.GridBox(list(controls.values()), layout=layout), self.picture])

    @property
    def settings(self):
        """What the controls say: dict ``name → value``."""
        return {name: control.value for name, control in self.controls.items()}

    def _redraw(self, change=None):
        self.png = png(self.figure())
        values = ", ".join(f"{name} {value}" for name, value in self.settings.items())
        data = base64.b64encode(self.png).decode()
        self.picture.value = f'<img alt="{values}" src="data:image/png;base64,{data}">'

    def _repr_mimebundle_(self, **options):
        """Give the live widget and, for readers without a kernel, the picture with its text."""
        data = super()._repr_mimebundle_(**options)
        data |= {"image/png": base64.b64encode(self.png).decode(), "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt}}


class KernelExplorer(Explorer):
    """Sliders for a kernel and its padding, stride and dilation, above what it does (lecture 01).

    Show it as the last expression of a cell. In a running notebook, moving a slider redraws the
    picture; where no kernel runs (on a forge, in exported HTML) the picture of the first setting
    stands there with its alternative text.

    Args:
        image: grey picture [H, W], H and W ≥ 80, intensities of 0–255.
        alt: alternative text for the picture of the first setting; no measured numbers.
        start: first values of the controls, for example ``family="Sobel"``, ``stride=2``.

    Attributes:
        controls: dict ``name → widget``; setting a widget's ``value`` redraws.
        picture: the widget that shows the figure.

    Raises:
        ValueError: if ``image`` is not such a picture or ``start`` names no control.
    """

    def __init__(self, image, alt, **start):
        self.image, controls = np.asarray(image, "float32"), _controls()
        if self.image.ndim != 2 or min(self.image.shape) < 80 or set(start) - set(controls):
            raise ValueError(
                f"KernelExplorer got a picture of shape {self.image.shape} and {sorted(start)}; it "
                f"needs [H, W] of at least 80 pixels, and only {list(controls)}."
            )
        super().__init__(controls, alt, start)

    def kernel(self):
        """The kernel of the present settings: float32 array [h, w]."""
        values = self.settings
        return FAMILIES[values["family"]](values["size"], values["sigma"], values["theta"])

    def filtered(self):
        """The filtered picture of the present settings: float32 array [H', W']."""
        geometry = {name: self.settings[name] for name in ("padding", "stride", "dilation")}
        result = cross_correlate(self.image[None, ..., None], self.kernel(), **geometry)
        return ops.convert_to_numpy(result)[0, ..., 0]

    def figure(self):
        """Draw the present setting: picture, kernel, result."""
        used = USED.get(self.settings["family"], "theta").split()
        for name in ("size", "sigma", "theta"):
            self.controls[name].disabled = name not in used
        return _figure(self.image, self.kernel(), self.filtered())


def _figure(image, kernel, result):
    figure, axes = new_figure(8.8, 2.7, 1, 3, width_ratios=(4, 2.2, 4))
    axes[0].imshow(image, cmap="gray", vmin=0, vmax=255)
    axes[0].set_title(f"input, {image.shape[0]} × {image.shape[1]}")
    largest = np.abs(kernel).max()
    axes[1].imshow(kernel, cmap="RdBu_r", vmin=-largest, vmax=largest)
    axes[1].set_title(f"kernel, {kernel.shape[0]} × {kernel.shape[1]}")
    averages = kernel.min() >= 0  # else positive and negative answers around a grey 0
    reach = np.percentile(np.abs(result), 99) or 1
    axes[2].imshow(result, "gray", vmin=0 if averages else -reach, vmax=255 if averages else reach)
    axes[2].set_title(f"result, {result.shape[0]} × {result.shape[1]}")
    for axis in axes:
        axis.axis("off")
    return figure


def _controls():
    family = widgets.Dropdown(options=list(FAMILIES), description="family")
    return {"family": family} | {name: _slider(name) for name in SLIDERS}


def _slider(name):
    least, most, step, start = SLIDERS[name]
    kind = widgets.FloatSlider if isinstance(step, float) else widgets.IntSlider
    return kind(start, min=least, max=most, step=step, description=name, continuous_update=False)


def _steered(pair, theta):
    """The derivative in direction θ, from those along two axes (Freeman & Adelson 1991)."""
    angle = math.radians(theta)
    return (math.cos(angle) * pair[0] + math.sin(angle) * pair[1]).astype("float32")


def _gabor(size, sigma, theta, phase):
    return kernels.gabor(size, 2 * sigma, math.radians(theta), sigma, phase)
