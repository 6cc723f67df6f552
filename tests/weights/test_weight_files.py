"""What lies in datasets/weights: whole, small, free of pickles, with its licences."""

import importlib.util
import io
import pickle
import shutil

import keras
import numpy as np
import pytest

from course.models.pretrained import weights
from course.models.pretrained.weights import WEIGHTS, assign_weights, read_weights, weights_path

FILES = ("efficientnet_lite0", "squeezenet", "style26", "mtcnn", "blazepose", "mask_rcnn_scenes")


@pytest.mark.parametrize("name", FILES)
def test_file_is_whole_and_plain(name):
    with np.load(weights_path(f"{name}.npz"), allow_pickle=False) as arrays:
        for key in arrays.files:
            assert arrays[key].dtype in ("float16", "float32"), key
            assert np.isfinite(arrays[key]).all(), key


def test_every_file_has_checksum_licence_and_credit():
    listed = set(weights.read_sums(WEIGHTS))
    assert listed == {p.name for p in WEIGHTS.iterdir() if p.suffix in (".npz", ".txt")}
    credits = (WEIGHTS / "CREDITS.md").read_text(encoding="utf-8")
    for name, digest in weights.read_sums(WEIGHTS).items():
        assert name in credits and digest in credits, name
    for name in FILES:
        assert (WEIGHTS / f"LICENSE-{name}").stat().st_size > 500, name


def test_all_weights_together_stay_below_30_megabytes():
    assert sum(p.stat().st_size for p in WEIGHTS.glob("*.npz")) < 30e6


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A folder of its own with the smallest file, for the tests that damage it."""
    for name in ("style26.npz", "SHA256SUMS"):
        shutil.copy(WEIGHTS / name, tmp_path)
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path)
    return tmp_path


def test_missing_file_is_named_with_its_remedy(copy):
    (copy / "style26.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"style26\.npz is missing; restore it with `git"):
        read_weights("style26.npz")


def test_missing_checksums_are_named(copy):
    (copy / "SHA256SUMS").unlink()
    weights.read_sums.cache_clear()
    with pytest.raises(FileNotFoundError, match="SHA256SUMS is missing"):
        read_weights("style26.npz")


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:99] + b"?" + b[100:]])
def test_corrupt_file_is_refused(copy, damage):
    path = copy / "style26.npz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"corrupt: its sha256 is .* `git checkout"):
        read_weights("style26.npz")


def test_unlisted_file_is_refused():
    with pytest.raises(ValueError, match=r"'other.npz' is not in SHA256SUMS"):
        read_weights("other.npz")


def test_assigning_needs_every_array_in_its_shape():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="d")])
    kernel, bias = np.ones((3, 2), "float32"), np.ones(2, "float32")
    assign_weights(model, {"d/kernel": kernel, "d/bias": bias, "spare/kernel": kernel})
    np.testing.assert_array_equal(model.get_layer("d").get_weights()[0], kernel)
    with pytest.raises(ValueError, match=r"d/bias .* found no array"):
        assign_weights(model, {"d/kernel": kernel})
    with pytest.raises(ValueError, match=r"d/kernel .* found \(2, 3\)"):
        assign_weights(model, {"d/kernel": kernel.T, "d/bias": bias})


class Attack:
    def __reduce__(self):
        return (exec, ("raise SystemExit('the pickle ran')",))


@pytest.mark.parametrize("script", ["efficientnet_lite0", "squeezenet", "mtcnn"])
def test_converters_refuse_code_in_a_pickle(script):
    path = WEIGHTS / f"make_{script}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    evil = pickle.dumps(Attack())
    read = {
        "efficientnet_lite0": lambda: module.read_legacy_pth(io.BytesIO(evil)),
        "squeezenet": lambda: module.Unpickler(io.BytesIO(evil)).load(),
        "mtcnn": lambda: module.read_joblib(evil),
    }[script]
    with pytest.raises(pickle.UnpicklingError, match=r"builtins\.exec is not allowed"):
        read()
