"""Composited photos: cut-outs pasted on photographs, with exact boxes and masks.

Legend: S side of the picture in pixels, h, w sides of a layer; a layer is (h, w, 4) float32,
premultiplied RGB and alpha in 0…1. A scene is a stack of layers on a background: objects, and
blobs of other photographs that get the same scaling, feathering, light and shadow, so that
being pasted does not give an object away. Blur, noise and JPEG treat the whole picture.

The mask of an object is the part of its alpha > 0.5 that no later layer covers (alpha > 0.5);
its box is the tight box of that mask. No layer is placed that would leave a layer, itself
included, less visible than `MIN_VISIBLE` of its own alpha > 0.5 or `MIN_AREA` pixels
(placement.py).
"""

import runpy
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).parent
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
layers = embedded["load_module"](HERE / "layers.py")
placement = embedded["load_module"](HERE / "placement.py")

RESERVE = 8  # objects tried in addition where none of the planned found a place
ANGLES = {  # largest rotation, degrees: what stands upright stays so
    "bird": 15,
    "flower": 180,
    "food": 180,
    "household item": 180,
    "mammal": 12,
    "sea animal": 30,
    "vehicle": 10,
}


@dataclass(frozen=True)
class Settings:
    """One config: side in pixels; ranges (both ends included) of counts and long sides."""

    size: int
    objects: tuple
    blobs: tuple
    long_side: tuple


SMALL = Settings(size=128, objects=(1, 5), blobs=(0, 2), long_side=(30, 76))
LARGE = Settings(size=256, objects=(2, 8), blobs=(1, 3), long_side=(28, 128))


@dataclass(frozen=True)
class Scene:
    """One picture: JPEG bytes, (S, S) uint8 maps, and its objects in pasting order.

    `instances` is 0 or 1 + the index into `objects`; `semantic` is 0 or 1 + the index of the
    superclass; `blobs` is 0 or the number of a visible blob (for the paste-cue test only).
    """

    jpeg: bytes
    instances: np.ndarray
    semantic: np.ndarray
    blobs: np.ndarray
    objects: list
    background: str


def compose(rng, cutouts, backgrounds, settings):
    """Compose one scene.

    Args:
        rng: `numpy.random.Generator`, the only source of chance.
        cutouts: Dict of superclass → list of `assets.Cutout`; its order is the label order.
        backgrounds: List of `assets.Background`.
        settings: `Settings`.

    Returns:
        `Scene`.
    """
    cv2.setNumThreads(1)
    size, labels = settings.size, list(cutouts)
    background = backgrounds[rng.integers(len(backgrounds))]
    canvas = layers.crop(rng, background.image, size) * np.float32(rng.uniform(0.8, 1.15))
    look = {
        "feather": rng.uniform(0.3, 0.6),
        "shadow": rng.uniform(0, 0.35),
        "offset": rng.uniform((-0.06, -0.02), (0.06, 0.1)),
    }
    pastes, objects, areas = np.zeros((size, size), np.uint8), [], {}
    kinds = plan(rng, settings)
    for number, kind in enumerate(kinds + ["object"] * RESERVE, start=1):
        if number > len(kinds) and objects:
            break
        layer, label, cutout = draw(rng, kind, cutouts, backgrounds, settings)
        layer = layers.feather(layer, look["feather"])
        area = int((layer[..., 3] > 0.5).sum())
        place = placement.find_place(rng, layer[..., 3], pastes, {**areas, number: area})
        if place is None:
            continue
        x, y, pastes = place
        canvas = paste(canvas, layers.relight(rng, layer, canvas), x, y, look)
        areas[number] = area
        if kind == "object":
            objects.append((number, label, cutout))
    return finish(rng, canvas, pastes, objects, areas, labels, background)


def plan(rng, settings):
    """Draw how many objects and blobs to paste, and in which order: list of kinds."""
    kinds = ["object"] * rng.integers(settings.objects[0], settings.objects[1] + 1)
    kinds += ["blob"] * rng.integers(settings.blobs[0], settings.blobs[1] + 1)
    return [kinds[i] for i in rng.permutation(len(kinds))]


def draw(rng, kind, cutouts, backgrounds, settings):
    """Draw one layer: (layer, label, `Cutout`); a blob's label and cut-out mean nothing."""
    long_side = np.exp(rng.uniform(*np.log(settings.long_side)))
    label, cutout = pick(rng, cutouts)
    if kind == "object":
        return layers.pose(rng, cutout.image, long_side, ANGLES[label]), label, cutout
    photograph = backgrounds[rng.integers(len(backgrounds))].image
    colours = pick(rng, cutouts)[1].image
    return layers.blob(rng, photograph, cutout.image, colours, long_side), label, cutout


def pick(rng, cutouts):
    """Pick a superclass, then a cut-out of it, each with equal chance: (label, `Cutout`)."""
    label = list(cutouts)[rng.integers(len(cutouts))]
    return label, cutouts[label][rng.integers(len(cutouts[label]))]


def paste(canvas, layer, x, y, look):
    """Paste a layer over its soft shadow: new (S, S, 3) float32."""
    side = max(layer.shape[:2])
    dx, dy = (round(part * side) for part in look["offset"])
    shadow = np.pad(layer[..., 3] * np.float32(look["shadow"]), side // 6)
    shadow = cv2.GaussianBlur(shadow, (0, 0), 0.05 * side)[..., None]
    canvas = canvas.copy()
    inside, outside = placement.overlap(shadow, len(canvas), x - side // 6 + dx, y - side // 6 + dy)
    canvas[outside] *= 1 - shadow[inside]
    inside, outside = placement.overlap(layer, len(canvas), x, y)
    canvas[outside] *= 1 - layer[inside][..., 3:]
    canvas[outside] += layer[inside][..., :3]
    return canvas


def finish(rng, canvas, pastes, objects, areas, labels, background):
    """Blur, add noise, compress, and read the annotations off the map of pastes: `Scene`."""
    canvas = cv2.GaussianBlur(canvas, (5, 5), rng.uniform(0.05, 0.5))
    noise = rng.standard_normal(canvas.shape, dtype=np.float32) * np.float32(rng.uniform(0, 0.02))
    pixels = np.clip(np.rint(255 * (canvas + noise)), 0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(75, 96))]
    jpeg = cv2.imencode(".jpg", pixels[..., ::-1], quality)[1].tobytes()
    instances, semantic, annotations = np.zeros_like(pastes), np.zeros_like(pastes), []
    for index, (number, label, cutout) in enumerate(objects):
        mask = pastes == number
        instances[mask], semantic[mask] = index + 1, labels.index(label) + 1
        annotations.append(
            {
                "label": label,
                "class": cutout.class_name,
                "name": cutout.name,
                "xyxy": tight_box(mask),
                "area": int(mask.sum()),
                "visible": float(mask.sum() / areas[number]),
            }
        )
    blobs = np.where(instances > 0, 0, pastes).astype(np.uint8)
    return Scene(jpeg, instances, semantic, blobs, annotations, background.file)


def tight_box(mask):
    """Tight box of an (S, S) mask: (x0, y0, x1, y1), pixels, right and bottom edge excluded."""
    ys, xs = np.nonzero(mask)
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
