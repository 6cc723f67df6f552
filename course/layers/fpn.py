"""Feature pyramid network (Lin et al. 2017a, section 3): coarse meaning for fine maps.

Legend: B batch, H, W image size, C channels of the pyramid; "Pn" is a map of stride 2ⁿ. The paper
calls the backbone's maps C3, C4, … and keeps P for the pyramid's; here both bear the same name.
"""

from itertools import pairwise

from keras import layers


def fpn(maps, channels=256, coarser=0, top_down=True):
    """Add to every map what the coarser ones know (lectures 10 and 15).

    Each map is brought to C channels by a 1×1 convolution (lateral); from coarse to fine, the sum
    so far is doubled in size by repeating pixels and added; a 3×3 convolution smooths the result.
    There is no non-linearity. Equals ``keras_cv.layers.FeaturePyramid`` for equal weights.

    Args:
        maps: dict of float tensors, ``{"P3": [B, H/8, W/8, C3], "P4": …}``, each half the size of
            the one before.
        channels: C.
        coarser: how many maps to add beyond, each by a 3×3 convolution of stride 2: P6 on the
            coarsest map of the *backbone*, P7 on ReLU(P6) (Lin et al. 2017b, section 4).
        top_down: False leaves the sums out, and nothing else, to see what they do.

    Returns:
        dict of float tensors [B, H/2ⁿ, W/2ⁿ, C], finest first.

    Raises:
        ValueError: if a map is not twice as large as the next.
    """
    names = sorted(maps)
    for fine, coarse in pairwise(names):
        if tuple(maps[fine].shape[1:3]) != tuple(2 * side for side in maps[coarse].shape[1:3]):
            raise ValueError(
                f"{fine} is {maps[fine].shape[1:3]} and {coarse} {maps[coarse].shape[1:3]}; each "
                "map must be twice the next, so make the image a multiple of the coarsest stride."
            )
    merged, above = {}, None
    for name in reversed(names):
        lateral = layers.Conv2D(channels, 1, name=f"{name}_lateral")(maps[name])
        if above is not None and top_down:
            lateral = layers.add([lateral, layers.UpSampling2D(2)(above)])
        merged[name] = above = lateral
    pyramid = {
        name: layers.Conv2D(channels, 3, padding="same", name=f"{name}_output")(merged[name])
        for name in names
    }
    x, last = maps[names[-1]], int(names[-1][1:])
    for level in range(last + 1, last + 1 + coarser):
        x = layers.ReLU()(x) if level > last + 1 else x
        x = layers.Conv2D(channels, 3, 2, padding="same", name=f"P{level}_output")(x)
        pyramid[f"P{level}"] = x
    return pyramid
