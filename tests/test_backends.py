"""The same model code on another backend: equal parameters, and equal logits from equal weights."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course import models

ROOT = Path(__file__).parents[1]
NETWORKS = {"lenet5": models.lenet5, "mlp": models.mlp}
OTHER = """
import sys
import keras, numpy as np
from course import models
assert keras.config.backend() == sys.argv[2] and "tensorflow" not in sys.modules
inputs = np.load(sys.argv[3])
model = getattr(models, sys.argv[1])()
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
    model = NETWORKS[name]()
    images = np.random.default_rng(0).integers(0, 256, (16, 28, 28, 1)).astype("float32")
    np.save(tmp_path / "images.npy", images)
    model.save_weights(tmp_path / "model.weights.h5")
    files = [tmp_path / "images.npy", tmp_path / "model.weights.h5", tmp_path / "result.npz"]
    done = subprocess.run(
        [interpreter(backend), "-c", OTHER, name, backend, *map(str, files)],
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
