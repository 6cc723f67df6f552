"""Scenes of people and hands on photographs, with exact boxes, masks and keypoints.

Legend: S side of the picture, h, w sides of a layer, in pixels; K keypoints. A figure is drawn
at two or three times the size, reduced by area, and pasted like an object of `scenes`: same shadow,
light, blur, noise and JPEG. The later figure is the nearer and larger one.

The mask of a figure is the part of its alpha > 0.5 that no later figure covers. A keypoint is
(x, y, v): pixels, the centre of the top left pixel being (0.5, 0.5), and as in COCO

* v = 2: visible: the pixel is in the figure's own mask, and the surface drawn there lies no
  farther in front of the joint than flesh and cloth are thick;
* v = 1: in the picture, but covered by another figure or by the figure itself;
* v = 0: outside the picture; x = y = 0.
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
placement = embedded["load_module"](HERE.parent / "scenes" / "placement.py")
body = embedded["load_module"](HERE / "body.py")
hands = embedded["load_module"](HERE / "hands.py")
people = embedded["load_module"](HERE / "people.py")
surface = embedded["load_module"](HERE / "surface.py")

SUPER = {"small": 3, "large": 2}  # oversampling
LARGE = 64  # pixels of the unit length from which a figure is large
DISTANCE = 4.0  # of the camera, in body or hand lengths
MIN_SHOWN = 0.5  # of a figure's keypoints lie in its visible mask
TRIES = 4  # places tried for that
RESERVE = 8  # figures tried in addition where none of the planned found a place
NUM_KEYPOINTS = 21  # rows of `keypoints`; people use the first 17
KINDS = {  # kind: (module with `build`, labels)
    "person": (people, tuple(body.ACTIVITIES)),
    "hand": (hands, tuple(hands.GESTURES)),
}
MIXES = {("person",): 0.6, ("hand",): 0.3, ("person", "hand"): 0.1}  # kinds in a scene, chance


@dataclass(frozen=True)
class Settings:
    """One config: side in pixels; ranges of the number of figures and of their unit lengths."""

    size: int
    figures: tuple
    person: tuple
    hand: tuple


SMALL = Settings(size=128, figures=(1, 4), person=(52, 108), hand=(32, 80))


@dataclass(frozen=True)
class Figure:
    """One drawn figure: layer (h, w, 4), (K, 2) points in it, (K,) covered by the figure itself."""

    layer: np.ndarray
    points: np.ndarray
    covered: np.ndarray
    kind: str
    label: str
    actor: int


@dataclass(frozen=True)
class Scene:
    """One picture: JPEG bytes, (S, S) uint8 `instances` (0 or 1 + index), and its figures."""

    jpeg: bytes
    instances: np.ndarray
    figures: list
    background: str


def compose(rng, actors, backgrounds, settings):
    """Compose one scene.

    Args:
        rng: `numpy.random.Generator`, the only source of chance.
        actors: List of `wardrobe.Actor`.
        backgrounds: List of `assets.Background`.
        settings: `Settings`.

    Returns:
        `Scene`.
    """
    cv2.setNumThreads(1)
    background = backgrounds[rng.integers(len(backgrounds))]
    canvas = layers.crop(rng, background.image, settings.size) * np.float32(rng.uniform(0.8, 1.15))
    look = {"shadow": rng.uniform(0, 0.3), "offset": rng.uniform((-0.06, -0.02), (0.06, 0.06))}
    sun = np.array([rng.uniform(-0.8, 0.8), rng.uniform(-1, -0.3), rng.uniform(0.5, 1)])
    planned = plan(rng, settings)
    pastes, areas, drawn = np.zeros((settings.size, settings.size), np.uint8), {}, []
    for index, (kind, unit) in enumerate(planned + planned[:1] * RESERVE):
        if index >= len(planned) and drawn:
            break
        figure = draw(rng, kind, unit, actors[rng.integers(len(actors))], sun)
        area, number = int((figure.layer[..., 3] > 0.5).sum()), len(drawn) + 1
        place = find_place(rng, figure, drawn, pastes, {**areas, number: area})
        if place is None:
            continue
        x, y, pastes = place
        if kind == "person":
            canvas = ground(canvas, figure, x, y, unit)
        canvas = scenes.paste(canvas, layers.relight(rng, figure.layer, canvas), x, y, look)
        areas[number] = area
        drawn.append((figure, x, y))
    jpeg = scenes.finish(rng, canvas, pastes, [], {}, [], background).jpeg
    return Scene(jpeg, pastes, annotate(drawn, pastes, areas), background.file)


def plan(rng, settings):
    """Draw the kinds and unit lengths of the figures, small ones first: list of (kind, pixels)."""
    kinds = list(MIXES)[rng.choice(len(MIXES), p=list(MIXES.values()))]
    count = int(rng.integers(settings.figures[0], settings.figures[1] + 1))
    typical = rng.random()  # figures of one scene are about equally far away
    planned = []
    for index in range(count):
        kind = kinds[index % len(kinds)]
        low, high = np.log(getattr(settings, kind))
        share = np.clip(typical + rng.normal(0, 0.15), 0, 1)
        planned.append((kind, float(np.exp(low + share * (high - low)))))
    return sorted(planned, key=lambda item: item[1])


def draw(rng, kind, unit, actor, sun):
    """Draw one figure: `Figure`; `unit` is the body or hand length in pixels."""
    module, labels = KINDS[kind]
    label, step = labels[rng.integers(len(labels))], SUPER["large" if unit >= LARGE else "small"]
    tubes, points, reach = module.build(rng, actor, label)
    tubes, points, shape = surface.to_pixels(tubes, points, step * unit, DISTANCE, step)
    h, w = (-(-n // step) for n in shape)
    drawn = surface.Surface(tubes, (step * h, step * w))
    layer = drawn.light(actor.tiles, step * unit, sun)
    layer = cv2.resize(layer, (w, h), interpolation=cv2.INTER_AREA)
    columns, rows = points[:, :2].astype(int).T
    covered = drawn.depth[rows, columns] - points[:, 2] > step * unit * reach
    x0, y0, x1, y1 = scenes.tight_box(layer[..., 3] > 0)
    points = points[:, :2] / step - np.array([x0, y0])
    return Figure(layer[y0:y1, x0:x1], points, covered, kind, label, actor.number)


def find_place(rng, figure, drawn, pastes, areas):
    """Find a place that leaves all figures visible enough: (x, y, new map of pastes) or None."""
    for _ in range(TRIES):
        place = placement.find_place(rng, figure.layer[..., 3], pastes, areas)
        if place is None:
            return None
        x, y, new = place
        for number, (other, left, top) in enumerate([*drawn, (figure, x, y)], start=1):
            points = keypoints(other.points + np.array([left, top]), False, new == number)
            if (points[:, 2] == 2).sum() < MIN_SHOWN * len(other.points):
                break
        else:
            return place
    return None


def ground(canvas, figure, x, y, unit):
    """Darken the ground under the feet: new (S, S, 3) float32."""
    feet = figure.points[body.KEYPOINTS.index("left_ankle") :]
    middle = feet[:, 0].mean() + x
    bottom = y + len(figure.layer) + 0.12 * unit * (figure.label == "jump")
    reach = 0.12 * unit + abs(feet[0, 0] - feet[1, 0]) / 2
    rows, columns = np.indices(canvas.shape[:2], np.float32) + np.float32(0.5)
    spot = ((columns - middle) / reach) ** 2 + ((rows - bottom + 0.02 * unit) / (0.05 * unit)) ** 2
    return canvas * (1 - 0.5 * np.exp(-spot)[..., None]).astype(np.float32)


def annotate(drawn, pastes, areas):
    """Read the annotations off what was drawn: list of dicts, in pasting order."""
    annotations = []
    for number, (figure, x, y) in enumerate(drawn, start=1):
        mask = pastes == number
        annotations.append(
            {
                "kind": figure.kind,
                "label": figure.label,
                "actor": figure.actor,
                "xyxy": scenes.tight_box(mask),
                "area": int(mask.sum()),
                "visible": float(mask.sum() / areas[number]),
                "keypoints": keypoints(figure.points + np.array([x, y]), figure.covered, mask),
            }
        )
    return annotations


def keypoints(points, covered, mask):
    """Judge keypoints by a figure's visible mask: (NUM_KEYPOINTS, 3) float32 x, y, v."""
    result = np.zeros((NUM_KEYPOINTS, 3), np.float32)
    result[: len(points), :2] = points
    columns, rows = pixels = np.floor(result[:, :2]).astype(int).T
    inside = ((pixels >= 0) & (pixels < len(mask))).all(0)
    inside[len(points) :] = False
    seen = inside.copy()
    seen[inside] = mask[rows[inside], columns[inside]]
    seen[: len(points)] &= np.logical_not(covered)
    result[:, 2] = np.where(seen, 2, inside)
    result[~inside] = 0
    return result
