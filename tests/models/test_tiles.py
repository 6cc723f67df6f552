"""Tiles: no seam where the overlap suffices, one where it does not, and mirrored borders."""

import keras
import numpy as np
import pytest

from course import models

WIDTHS = (4, 6, 8)  # D = 2: stride 4, an answer reaches up to 23 pixels far


@pytest.fixture(scope="module")
def net():
    keras.utils.set_random_seed(0)
    return models.unet((None, None, 3), 2, WIDTHS)


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(0).integers(0, 256, (128, 96, 3)).astype("float32")


def whole(net, picture):
    return np.array(net(picture[None]))[0]


def inner(array, margin):
    return array[margin:-margin, margin:-margin]


def test_tiles_give_what_the_whole_picture_gives(net, picture):
    tiles = models.predict_tiles(net, picture, tile=64, overlap=24)
    assert np.abs(inner(tiles - whole(net, picture), 24)).max() < 1e-5


@pytest.mark.parametrize(("tile", "overlap"), [(64, 0), (64, 4), (64, 20), (64, 26)])
def test_too_small_an_overlap_or_another_phase_leaves_seams(net, picture, tile, overlap):
    """26 is off the grid of the pooling; the others let zeros from outside the tile in."""
    tiles = models.predict_tiles(net, picture, tile, overlap)
    assert np.abs(inner(tiles - whole(net, picture), 24)).max() > 1e-3


def test_the_paper_tiles_without_padding():
    """A model that gives less than the tile: exact for a core that keeps the blocks of pooling."""
    keras.utils.set_random_seed(0)
    small, large = (models.unet((n, n, 1), 2, WIDTHS, padding="valid") for n in (68, 140))
    large.set_weights(small.get_weights())
    assert small.output_shape[1] == 28 and large.output_shape[1] == 100
    picture = np.random.default_rng(1).integers(0, 256, (96, 96, 1)).astype("float32")
    tiles = models.predict_tiles(small, picture, tile=68, overlap=22)  # core 24
    once = np.array(large(np.pad(picture, ((22, 22), (22, 22), (0, 0)), "reflect")[None]))[0]
    assert np.abs(tiles - once[2:98, 2:98]).max() < 1e-4  # 22 − 20 pixels are left out


def test_missing_pixels_are_mirrored():
    identity = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Cropping2D(2)])
    picture = np.arange(42.0).reshape(6, 7, 1)
    assert np.array_equal(models.predict_tiles(identity, picture, 8, 2), picture)
    seen = []

    class Spy:
        def predict_on_batch(self, tiles):
            seen.extend(tiles)
            return tiles

    assert np.array_equal(models.predict_tiles(Spy(), picture, 8, 2), picture)
    assert np.array_equal(seen[0][2:, 2:, 0], picture[:6, :6, 0])
    assert np.array_equal(seen[0][0, 2:, 0], picture[2, :6, 0])  # mirrored at row 0


def test_bad_tiles_are_told_in_a_sentence(net, picture):
    with pytest.raises(ValueError, match="leaves 0 pixels"):
        models.predict_tiles(net, picture, 32, 16)
    cropping = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Cropping2D(2)])
    with pytest.raises(ValueError, match="at least the model's margin"):
        models.predict_tiles(cropping, picture, 8, 1)
