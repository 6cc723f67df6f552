"""The kernel explorer: a widget that redraws, and a picture for readers without a kernel."""

import base64

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from course import plots
from course.lectures import WIDGET, settled
from course.ops import kernels
from course.plots.explorer import FAMILIES, SLIDERS


@pytest.fixture(scope="module")
def photo():
    return np.random.default_rng(0).integers(0, 256, (90, 100)).astype("uint8")


@pytest.fixture
def explorer(photo):
    return plots.KernelExplorer(photo, "A noisy picture.", family="Sobel")


def test_a_slider_redraws_and_the_alternative_text_follows(explorer):
    before = explorer.picture.value
    explorer.controls["stride"].value = 3
    after = explorer.picture.value
    assert after != before and "stride 3" in after and after.startswith("<img alt=")
    assert explorer.filtered().shape == ((90 - 3) // 3 + 1, (100 - 3) // 3 + 1)


def test_result_is_that_of_the_chosen_kernel(explorer, photo):
    assert explorer.kernel() == pytest.approx(kernels.sobel()[0])
    explorer.controls["family"].value = "mean"
    explorer.controls["size"].value = 3
    assert explorer.filtered()[4, 7] == pytest.approx(photo[4:7, 7:10].mean(), rel=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("end", [0, 1], ids=["least", "most"])
def test_every_family_at_the_ends_of_all_sliders(photo, family, end):
    start = {name: limits[end] for name, limits in SLIDERS.items()}
    explorer = plots.KernelExplorer(photo, "Noise.", family=family, **start)
    assert np.isfinite(explorer.filtered()).all()
    assert explorer.settings == {"family": family, **start}


@pytest.mark.parametrize("family", ["Roberts", "Prewitt", "Sobel"])
@pytest.mark.parametrize("theta", [0, 45, 90, 165])
def test_derivatives_are_steered(family, theta):
    kernel = FAMILIES[family](3, 1.0, theta)
    y, x = np.mgrid[: kernel.shape[0], : kernel.shape[1]]
    uphill = np.degrees(np.arctan2((kernel * -y).sum(), (kernel * x).sum()))
    assert uphill == pytest.approx(theta, abs=1e-3)


def test_sliders_that_a_family_does_not_use_are_off(explorer):
    off = {name for name, control in explorer.controls.items() if control.disabled}
    assert off == {"size", "sigma"}


def test_output_holds_the_widget_and_a_picture_that_stays_when_no_kernel_runs(explorer):
    data, metadata = DisplayFormatter().format(explorer)
    assert {WIDGET, "image/png", "text/plain"} <= set(data)
    assert data["text/plain"] == "A noisy picture." == metadata["image/png"]["alt"]
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")


def test_stored_notebooks_keep_the_picture_and_drop_the_widget(explorer):
    import nbformat

    data, metadata = DisplayFormatter().format(explorer)
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("explorer", outputs=[output])
    stored = settled(nbformat.v4.new_notebook(cells=[cell])).cells[0].outputs[0]
    assert WIDGET not in stored.data and "image/png" in stored.data


def test_what_cannot_be_explored_is_refused(photo):
    with pytest.raises(ValueError, match=r"\(90, 100, 3\).*\['radius'\]"):
        plots.KernelExplorer(np.zeros((90, 100, 3)), "Noise.", radius=3)
