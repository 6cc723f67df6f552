"""Random changes to batches of training pictures, with boxes and masks kept in step.

Legend: B batch, H, W picture size, N objects.
"""

from dataclasses import dataclass, field

GEOMETRY = ("flip", "scale", "translate", "rotate", "crop")
COLOUR = ("brightness", "contrast", "saturation", "hue")
WEATHER = ("rain", "fog", "snow")


@dataclass(frozen=True)
class Augmentation:
    """Settings of random augmentation, all of them off by default (lecture 04 and later).

    Every picture of a batch gets changes of its own, drawn by stateless generators: the same
    seed gives the same batch. Geometry comes first, in one resampling; then colour, noise,
    cutout, weather. Uncovered ground is mid-grey in the picture, 0 in the maps. Captions are left
    out of a batch after geometry, because "left of" may no longer be true.

    Args:
        flip: probability of mirroring left and right.
        scale: range of the zoom factor, drawn evenly on a logarithmic axis.
        translate: largest shift, as a share of the picture's side.
        rotate: largest rotation, in degrees.
        crop: smallest side of a random window that is blown up to the whole picture, as a share.
        brightness: largest change, as a share of 255.
        contrast: largest change of the contrast factor.
        saturation: largest change of the saturation factor.
        hue: largest turn of the colour circle, in degrees.
        pca: standard deviation of AlexNet's change along the colour axes; 0.1 in the paper.
        pca_axes: [3, 3], ``data.colour_axes(training images)``; needed where ``pca`` is on.
        noise: largest standard deviation of Gaussian noise, in intensities.
        cutout: side of a grey square, as a share of the picture's shorter side.
        rain: share of the pictures with rain.
        fog: share of the pictures with fog.
        snow: share of the pictures with snow; one picture gets one kind of weather.
        min_visible: objects are dropped when less than this share of them is left.

    Raises:
        ValueError: if a setting is out of its range.
    """

    flip: float = 0.0
    scale: tuple = (1.0, 1.0)
    translate: float = 0.0
    rotate: float = 0.0
    crop: float = 1.0
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    hue: float = 0.0
    pca: float = 0.0
    pca_axes: object = field(default=None, compare=False)
    noise: float = 0.0
    cutout: float = 0.0
    rain: float = 0.0
    fog: float = 0.0
    snow: float = 0.0
    min_visible: float = 0.1

    def __post_init__(self):
        """Refuse settings that cannot be drawn from."""
        low, high = self.scale
        problems = {
            f"scale={self.scale}; give (low, high) with 0 < low ≤ high": not 0 < low <= high,
            f"crop={self.crop}; give a share in (0, 1]": not 0 < self.crop <= 1,
            f"min_visible={self.min_visible}; give a share in (0, 1]": not 0
            < self.min_visible
            <= 1,
            f"flip={self.flip}; give a probability": not 0 <= self.flip <= 1,
            f"rain + fog + snow = {self._share():g}; they are shares of the pictures, "
            "give a sum of at most 1": not 0 <= self._share() <= 1,
            f"pca={self.pca} without pca_axes; give data.colour_axes(training images)": self.pca > 0
            and self.pca_axes is None,
        }
        names = ("translate", "rotate", *COLOUR, "pca", "noise", "cutout", *WEATHER)
        for name in names:
            problems[f"{name}={getattr(self, name)}; give a number ≥ 0"] = getattr(self, name) < 0
        for problem, found in problems.items():
            if found:
                raise ValueError(f"Augmentation got {problem}.")

    def _share(self):
        return sum(getattr(self, name) for name in WEATHER)

    def _changed(self, names):
        """Return the settings among ``names``, or nothing where all of them are off."""
        chosen = {name: getattr(self, name) for name in names}
        return chosen if any(v != getattr(Augmentation, n) for n, v in chosen.items()) else {}

    def __call__(self, batch, seed):
        """Augment one batch.

        Args:
            batch: what ``load`` gives: (images, labels), or a dict with ``images`` uint8
                [B, H, W, C] and perhaps ``boxes``, ``classes``, ``ignore``, ``instances``,
                ``semantic``, ``masks``.
            seed: two integers.

        Returns:
            A batch of the same structure, shapes and dtypes (without ``captions`` where
            geometry changed).
        """
        import tensorflow as tf

        if isinstance(batch, tuple):
            images, *labels = batch
            return (self({"images": images}, seed)["images"], *labels)
        seeds = tf.random.split(tf.convert_to_tensor(seed), 5)
        images = tf.cast(batch["images"], tf.float32)
        batch = self._geometry({**batch, "images": images}, seeds[0])
        images = self._appearance(batch["images"], seeds[1:])
        return {**batch, "images": tf.saturate_cast(tf.round(images), tf.uint8)}

    def _geometry(self, batch, seed):
        import tensorflow as tf

        from course.data import affine

        settings = self._changed(GEOMETRY)
        if not settings:
            return batch
        shape = tf.shape(batch["images"])[0], *batch["images"].shape[1:3]
        maps = affine.draw(seed, *shape, **settings)
        moved = affine.warp(batch, *maps, self.min_visible)
        moved.pop("captions", None)
        return moved

    def _appearance(self, images, seeds):
        import tensorflow as tf

        from course.data import colour, occlusion, pca, weather

        if settings := self._changed(COLOUR):
            images = colour.jitter(images, seeds[0], **settings)
        if self.pca:
            pca_seed = tf.random.experimental.stateless_fold_in(seeds[0], 1)
            images = pca.shift(images, pca_seed, self.pca, self.pca_axes)
        if self.noise:
            images = occlusion.noise(images, seeds[1], self.noise)
        if self.cutout:
            images = occlusion.cutout(images, seeds[2], self.cutout)
        if settings := self._changed(WEATHER):
            images = weather.sometimes(images, seeds[3], **settings)
        return images
