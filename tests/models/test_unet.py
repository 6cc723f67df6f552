"""U-Net: parameters counted by hand, the paper's geometry, and what an answer depends on."""

import keras
import numpy as np
import pytest

from course import models

LISTING = (64, 128, 256, 512, 1024)


def convolutions(maps_in, middle, maps):
    """3×3 without bias, and a scale and a shift per map of each batch normalisation (trained)."""
    return 9 * maps_in * middle + 2 * middle + 9 * middle * maps + 2 * maps


def trainable(model):
    return sum(int(np.prod(w.shape)) for w in model.trainable_weights)


def test_parameters_of_the_listing_by_hand():
    down = convolutions(3, 64, 64) + convolutions(64, 128, 128) + convolutions(128, 256, 256)
    learned = down + convolutions(256, 512, 512) + convolutions(512, 1024, 1024)
    for maps in (512, 256, 128, 64):
        learned += 4 * (2 * maps) * maps + maps  # 2×2 upsampling, with a bias
        learned += convolutions(2 * maps, maps, maps)
    learned += 64 * 2 + 2
    fixed = down + convolutions(256, 512, 512) + convolutions(512, 512, 512)
    fixed += convolutions(1024, 512, 256) + convolutions(512, 256, 128)
    fixed += convolutions(256, 128, 64) + convolutions(128, 64, 64) + 64 * 2 + 2
    assert trainable(models.unet()) == learned == 31_037_698
    assert trainable(models.unet(bilinear=True)) == fixed == 17_262_977 + 65


def test_the_paper_has_23_convolutions_and_turns_572_into_388():
    paper = models.unet((572, 572, 1), 2, LISTING, padding="valid", batch_norm=False)
    assert paper.output_shape == (None, 388, 388, 2)
    assert 572 - 2 * models.unet_margin(4) == 388
    kinds = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)
    assert sum(isinstance(layer, kinds) for layer in paper.layers) == 23
    bottom = paper.get_layer("bottom_relu2").output.shape
    assert bottom == (None, 28, 28, 1024)  # figure 1
    crops = [x for x in paper.layers if isinstance(x, keras.layers.Cropping2D)]
    assert [x.output.shape[1] for x in crops] == [56, 104, 200, 392]  # figure 1


@pytest.mark.parametrize("bilinear", [False, True])
@pytest.mark.parametrize("skips", [False, True])
def test_every_size_that_can_be_halved(bilinear, skips):
    model = models.unet((None, None, 3), 4, (4, 8, 16), bilinear=bilinear, skips=skips)
    for size in ((8, 8), (16, 24)):
        assert model(np.zeros((1, *size, 3))).shape == (1, *size, 4)


def test_without_skips_the_convolutions_stay_as_large_as_they_were():
    both = [models.unet((16, 16, 3), 2, (4, 8, 16), skips=skips) for skips in (True, False)]
    sizes = [
        {x.name: x.count_params() for x in model.layers if "_conv" in x.name or "_bn" in x.name}
        for model in both
    ]
    assert sizes[0] == sizes[1]


def test_without_skips_all_goes_through_the_bottom():
    """Cut the bottom: the skips still carry the picture, and without them nothing does."""
    picture = np.random.default_rng(0).integers(0, 256, (1, 16, 16, 3)).astype("float32")
    for skips in (True, False):
        model = models.unet((16, 16, 3), 2, (4, 8, 16), skips=skips)
        before = model.get_layer("bottom_conv1").get_weights()
        model.get_layer("bottom_conv1").set_weights([0 * w for w in before])
        answers = np.array(model(np.concatenate([picture, picture[:, ::-1]])))
        assert (np.abs(answers[0] - answers[1]).max() > 1e-4) == skips


def test_sizes_without_padding():
    for depth, sizes in ((1, (18, 20)), (2, (44, 48)), (3, (92, 100))):
        for size in sizes:
            model = models.unet((size, size, 1), 1, (2,) * (depth + 1), padding="valid")
            assert model.output_shape[1] == size - 2 * models.unet_margin(depth)


@pytest.mark.parametrize("bilinear", [False, True])
@pytest.mark.parametrize("skips", [True, False, (1,)])
def test_unet_on_maps(bilinear, skips):
    shapes = {"P1": (16, 24, 4), "P2": (8, 12, 6), "P3": (4, 6, 8)}
    model = models.unet_on(shapes, 5, (8, 12, 16), bilinear=bilinear, skips=skips)
    maps = {name: np.ones((2, *shape), "float32") for name, shape in shapes.items()}
    assert model(maps).shape == (2, 16, 24, 5)
    before = model.get_layer("bottom_conv1").get_weights()
    model.get_layer("bottom_conv1").set_weights([0 * w for w in before])
    changed = {
        name: float(np.abs(model(maps | {name: 3 * maps[name]}) - model(maps)).max()) > 1e-6
        for name in maps
    }
    linked = {True: (0, 1), False: (), (1,): (1,)}[skips]
    assert changed == {"P1": 0 in linked, "P2": 1 in linked, "P3": False}


def test_unet_on_wants_one_width_for_each_map():
    with pytest.raises(ValueError, match="2 maps and 3 widths"):
        models.unet_on({"P1": (8, 8, 4), "P2": (4, 4, 8)}, 2, (8, 8, 8))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (100, 96, 3)}, "side of 100"),
        ({"input_shape": (570, 570, 3), "padding": "valid"}, "side of 570"),
        ({"padding": "valid"}, "fixed H and W"),
        ({"padding": "full"}, "'same' or 'valid'"),
        ({"widths": (8,)}, "at least two widths"),
        ({"input_shape": (172, 172, 3), "padding": "valid"}, "multiple of 16 plus 12, above 184"),
    ],
)
def test_bad_input_is_told_in_a_sentence(options, message):
    with pytest.raises(ValueError, match=message):
        models.unet(**options)
