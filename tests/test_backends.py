"""The same model code on another backend: equal parameters, and equal logits from equal weights."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course import models

ROOT = Path(__file__).parents[1]
GREY = {"input_shape": (28, 28, 1), "num_classes": 10}
NETWORKS = {  # name: arguments that make a small one
    "alexnet": {**GREY, "width": 0.125, "hidden": 32, "stem": (5, 1)},
    "googlenet": {**GREY, "width": 0.125, "modules": (1, 1, 1), "small": True},
    "lenet5": {},
    "mlp": {},
    "resnet": {**GREY, "stages": (1, 1), "width": 8, "small": True, "shortcut": "padding"},
    "resnet18": {"input_shape": (64, 64, 3), "num_classes": 10, "width": 8},
    "vgg": {**GREY, "blocks": (1, 1), "width": 8, "hidden": 32},
}
OTHER = """
import json, sys
import keras, numpy as np
from course import models
assert keras.config.backend() == sys.argv[2] and "tensorflow" not in sys.modules
inputs = np.load(sys.argv[3])
model = getattr(models, sys.argv[1])(**json.loads(sys.argv[6]))
model.load_weights(sys.argv[4])
np.savez(sys.argv[5], logits=np.array(model(inputs)), parameters=model.count_params())
"""


def interpreter(backend):
    path = ROOT / f".venv-{backend}" / "bin" / "python"
    if not path.exists():
        pytest.fail(f"there is no environment for {backend}; `make test` makes {path.parent}")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax"])
@pytest.mark.parametrize("name", NETWORKS)
def test_other_backend_agrees(name, backend, tmp_path):
    options = NETWORKS[name]
    model = getattr(models, name)(**options)
    size = (16, *model.input_shape[1:])
    images = np.random.default_rng(0).integers(0, 256, size).astype("float32")
    np.save(tmp_path / "images.npy", images)
    model.save_weights(tmp_path / "model.weights.h5")
    files = [tmp_path / "images.npy", tmp_path / "model.weights.h5", tmp_path / "result.npz"]
    done = subprocess.run(
        [interpreter(backend), "-c", OTHER, name, backend, *map(str, files), json.dumps(options)],
        env=os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    result = np.load(files[2])
    assert result["parameters"] == model.count_params()
    assert np.abs(result["logits"] - np.array(model(images))).max() < 1e-4


def test_this_run_is_on_the_default_backend():
    assert "tensorflow" in sys.modules
