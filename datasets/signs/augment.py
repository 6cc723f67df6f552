"""Augmentation of the hand signs: from one drawing to many pictures of a hand.

Legend: S side of the picture in pixels; a layer is (h, w, 4) float32, premultiplied RGB and alpha
in 0…1. The lines become dark skin, the white skin, rounded by a fake relief; then the hand is
bent, turned, tilted, pasted on a photograph, partly covered, and blurred, noised and compressed
like a picture of `scenes`. Every function draws chance from the generator it is given.
"""

import runpy
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).parent
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
layers = embedded["load_module"](HERE.parent / "scenes" / "layers.py")
scenes = embedded["load_module"](HERE.parent / "scenes" / "compose.py")
wardrobe = embedded["load_module"](HERE.parent / "figures" / "wardrobe.py")

SIZE = 64  # pixels
SUPER = 3  # oversampling of the warp
CONTRAST = 0.1  # least difference of grey between hand and ground, in 0…1
TRIES = 6  # hands drawn before one with less contrast is taken


@dataclass(frozen=True)
class Ranges:
    """How far to go: (least, most) of each; signs are random where it makes sense.

    `angle` in degrees, `scale` the long side in pictures, `shear` and `tilt` as shares of the
    side, `cover` the share of the picture's side that an occluder spans, `blur` in pixels.
    """

    angle: tuple
    scale: tuple
    shear: tuple
    tilt: tuple
    cover: tuple
    blur: tuple


NEAR = Ranges((0, 20), (0.72, 0.98), (0, 0.15), (0, 0.15), (0, 0.3), (0, 0.6))
FAR = Ranges((24, 40), (0.58, 0.7), (0.16, 0.25), (0.16, 0.25), (0.1, 0.25), (0.62, 0.9))


def augment(rng, sign, backgrounds, ranges):
    """Make one picture of a sign.

    Args:
        rng: `numpy.random.Generator`, the only source of chance.
        sign: (H, W, 4) uint8, black lines on white, alpha the area of the hand.
        backgrounds: List of `assets.Background`.
        ranges: `Ranges`.

    Returns:
        (JPEG bytes, file of the background).
    """
    cv2.setNumThreads(1)
    background = backgrounds[rng.integers(len(backgrounds))]
    canvas = layers.crop(rng, background.image, SIZE) * np.float32(rng.uniform(0.7, 1.2))
    for _ in range(TRIES):
        layer = warp(rng, bend(rng, paint(rng, sign)), ranges)
        if contrast(layer, canvas) > CONTRAST:
            break
    look = {"shadow": rng.uniform(0, 0.35), "offset": rng.uniform((-0.06, -0.02), (0.06, 0.08))}
    canvas = scenes.paste(canvas, layers.relight(rng, layer, canvas), 0, 0, look)
    if rng.random() < 0.5:
        canvas = cover(rng, canvas, backgrounds, draw(rng, ranges.cover))
    sigma = max(0.05, draw(rng, ranges.blur))
    canvas = np.clip(cv2.GaussianBlur(canvas, (7, 7), sigma) * rng.uniform(0.85, 1.15, 3), 0, 1)
    blank = np.zeros((SIZE, SIZE), np.uint8)
    picture = scenes.finish(rng, canvas.astype(np.float32), blank, [], {}, [], background)
    return picture.jpeg, picture.background


def contrast(layer, canvas):
    """Difference of mean grey between a layer and what it will cover: 0…1."""
    alpha = layer[..., 3]
    ground = (canvas.mean(-1) * alpha).sum()
    return float(abs(layer[..., :3].mean(-1).sum() - ground) / alpha.sum())


def draw(rng, span):
    """Draw a number between the two ends of `span`."""
    return float(rng.uniform(*span))


def sign_of(rng):
    """Draw −1 or 1."""
    return 1 if rng.random() < 0.5 else -1


def paint(rng, sign):
    """Turn a drawing into a coloured hand with a rounded surface: layer (H, W, 4)."""
    image = np.pad(sign, ((6, 6), (6, 6), (0, 0))).astype(np.float32) / 255
    white, alpha = image[..., 0] * image[..., 3], image[..., 3]
    tones = np.array(wardrobe.SKINS) / 255
    skin = tones[0] + rng.random() * (tones[-1] - tones[0])
    skin = np.clip(skin * rng.normal(1, 0.06, 3), 0, 1)
    line = skin * rng.uniform(0.15, 0.6)
    height = cv2.GaussianBlur(white, (0, 0), 3) + cv2.GaussianBlur(alpha, (0, 0), 9)
    slope = np.dstack([cv2.Sobel(height, cv2.CV_32F, 1, 0), cv2.Sobel(height, cv2.CV_32F, 0, 1)])
    angle = rng.uniform(-np.pi, 0)  # the light comes from above
    relief = slope @ np.array([np.cos(angle), np.sin(angle)], np.float32)
    shade = np.clip(1 - rng.uniform(0.2, 0.6) * relief, 0.5, 1.35)[..., None]
    soft = cv2.GaussianBlur(white, (0, 0), rng.uniform(0.4, 1.4))[..., None]
    rgb = np.clip((line + soft * (skin - line)) * shade, 0, 1)
    return np.dstack([rgb * alpha[..., None], alpha]).astype(np.float32)


def bend(rng, layer):
    """Bend a layer by slow waves: layer of the same shape."""
    h, w = layer.shape[:2]
    waves = rng.standard_normal((3, 3, 2)).astype(np.float32) * np.float32(0.025 * max(h, w))
    where = cv2.resize(waves, (w, h), interpolation=cv2.INTER_CUBIC)
    where += np.dstack(np.meshgrid(np.arange(w), np.arange(h))).astype(np.float32)
    return cv2.remap(layer, where, None, cv2.INTER_LINEAR)


def warp(rng, layer, ranges):
    """Mirror, turn, scale, shear, tilt and shift into the picture: layer (SIZE, SIZE, 4)."""
    h, w = layer.shape[:2]
    side = SIZE * SUPER
    angle = np.radians(sign_of(rng) * draw(rng, ranges.angle))
    scale = draw(rng, ranges.scale) * side / max(h, w)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shear = np.array([[sign_of(rng), sign_of(rng) * draw(rng, ranges.shear)], [0, 1]])
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], float) - (w / 2, h / 2)
    points = scale * corners @ (turn @ shear).T
    edge = int(rng.integers(4))  # one side of the hand is farther away
    pair = points[[edge, edge - 1]]
    points[[edge, edge - 1]] += draw(rng, ranges.tilt) * (pair[::-1] - pair) / 2
    low, high = points.min(0), points.max(0)
    room = np.abs(side - (high - low)) / 2
    points += side / 2 - (low + high) / 2 + rng.uniform(-room, room)
    matrix = cv2.getPerspectiveTransform(
        (corners - corners[0]).astype(np.float32), points.astype(np.float32)
    )
    large = cv2.warpPerspective(layer, matrix, (side, side), flags=cv2.INTER_LINEAR)
    return cv2.resize(large, (SIZE, SIZE), interpolation=cv2.INTER_AREA)


def cover(rng, canvas, backgrounds, share):
    """Cover a bar of `share` of the side, cut from a photograph: new (SIZE, SIZE, 3)."""
    photo = layers.crop(rng, backgrounds[rng.integers(len(backgrounds))].image, SIZE)
    angle, place = rng.uniform(0, np.pi), rng.uniform(-0.5, 0.5) * SIZE
    rows, columns = np.mgrid[:SIZE, :SIZE] - SIZE / 2
    distance = np.abs(columns * np.cos(angle) + rows * np.sin(angle) - place)
    alpha = np.clip(share * SIZE / 2 - distance + 0.5, 0, 1)[..., None].astype(np.float32)
    return canvas * (1 - alpha) + photo * alpha
