"""Actors: who a figure is. Proportions, skin, hair and clothes, all from the actor's seed.

A material is a tile, (T, T, 3) float32 in 0…1, that repeats over the surface: skin, hair, and
cloth that is plain, striped, checked, dotted, or cut from a photograph of the split.
"""

import colorsys
import runpy
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).parent
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
body = embedded["load_module"](HERE / "body.py")
layers = embedded["load_module"](HERE.parent / "scenes" / "layers.py")
TILE = embedded["load_module"](HERE / "surface.py").TILE

MATERIALS = ("none", "skin", "top", "bottom", "shoe", "hair", "eye", "lip", "white", "nail", "hat")
SKIN, TOP, BOTTOM, SHOE, HAIR, EYE, LIP, WHITE, NAIL, HAT = range(1, len(MATERIALS))
SKINS = ((255, 224, 200), (241, 194, 160), (224, 172, 128), (190, 130, 90), (141, 90, 60),
         (98, 62, 44))  # fmt: skip
HAIRS = ((28, 22, 20), (52, 36, 28), (92, 60, 38), (140, 92, 50), (206, 170, 110),
         (150, 148, 146), (130, 60, 34))  # fmt: skip
STYLES = ("short", "short", "long", "bun", "bald", "hat")
BOTTOMS = ("trousers", "trousers", "shorts", "skirt")


@dataclass(frozen=True)
class Actor:
    """A person: number, proportions, materials (M, T, T, 3), and the cut of hair and clothes.

    `sleeve` is the covered share of the arm, `hem` that of the leg (0 for bare), `fit` the
    width of cloth in widths of the limb.
    """

    number: int
    person: body.Proportions
    tiles: np.ndarray
    style: str
    beard: bool
    bottom: str
    sleeve: float
    hem: float
    fit: float


def actor(rng, number, photographs):
    """Draw an actor.

    Args:
        rng: `numpy.random.Generator` of this actor's seed.
        number: The actor's number.
        photographs: List of (H, W, 3) uint8, for cloth.
    """
    bottom = BOTTOMS[rng.integers(len(BOTTOMS))]
    hems = {"trousers": (0.93, 1.0), "shorts": (0.3, 0.52), "skirt": (0.3, 0.8)}
    return Actor(
        number=number,
        person=body.proportions(rng),
        tiles=materials(rng, photographs),
        style=STYLES[rng.integers(len(STYLES))],
        beard=bool(rng.random() < 0.15),
        bottom=bottom,
        sleeve=rng.choice([0.0, rng.uniform(0.2, 0.4), rng.uniform(0.92, 1)], p=[0.15, 0.4, 0.45]),
        hem=rng.uniform(*hems[bottom]),
        fit=rng.uniform(1.12, 1.35),
    )


def materials(rng, photographs):
    """Draw an actor's materials: (M, T, T, 3) float32."""
    place = rng.uniform(0, len(SKINS) - 1)
    low = int(place)
    skin = np.array(SKINS[low]) + (place - low) * np.subtract(SKINS[low + 1], SKINS[low])
    skin = np.clip(skin / 255 * rng.normal(1, 0.02, 3), 0, 1)
    hair = np.array(HAIRS[rng.integers(len(HAIRS))]) / 255
    eye = np.array([(0.1, 0.08, 0.07), (0.16, 0.2, 0.26), (0.2, 0.14, 0.08)])[rng.integers(3)]
    tiles = {
        "none": np.zeros(3),
        "skin": plain(rng, skin, 0.03),
        "top": cloth(rng, photographs),
        "bottom": cloth(rng, photographs, calm=True),
        "shoe": plain(rng, colour(rng) * 0.6, 0.04),
        "hair": plain(rng, hair, 0.16),
        "eye": eye,
        "lip": skin * (0.82, 0.6, 0.6),
        "white": np.full(3, 0.92),
        "nail": np.minimum(skin * 1.12 + (0.06, 0.03, 0.03), 1),
        "hat": plain(rng, colour(rng), 0.04),
    }
    return np.stack([np.broadcast_to(tiles[m], (TILE, TILE, 3)) for m in MATERIALS]).astype("f4")


def colour(rng, calm=False):
    """Draw a colour of clothes; calm ones are denim, grey, black or khaki: (3,) in 0…1."""
    if calm and rng.random() < 0.7:
        hue, low, high = [(0.6, 0.3, 0.6), (0.6, 0.0, 0.1), (0.1, 0.2, 0.4)][rng.integers(3)]
        return np.array(colorsys.hsv_to_rgb(hue, rng.uniform(low, high), rng.uniform(0.12, 0.75)))
    return np.array(colorsys.hsv_to_rgb(rng.random(), rng.beta(1.6, 1.6), rng.uniform(0.25, 0.98)))


def plain(rng, rgb, strength):
    """A colour with soft folds: (T, T, 3)."""
    folds = rng.standard_normal((8, 8))
    folds = cv2.resize(np.tile(folds, (2, 2)), (2 * TILE, 2 * TILE), interpolation=cv2.INTER_CUBIC)
    return np.clip(rgb * (1 + strength * folds[:TILE, :TILE, None]), 0, 1)


def cloth(rng, photographs, calm=False):
    """Draw a tile of cloth: (T, T, 3)."""
    first, second = colour(rng, calm), colour(rng)
    kinds = ("plain", "bands", "stripes", "checks", "dots", "photo")
    kind = rng.choice(kinds, p=[0.75, 0, 0.05, 0.05, 0, 0.15] if calm else [0.3, 0.2] + [0.125] * 4)
    tile = plain(rng, first, 0.07)
    if kind == "photo":
        photo = layers.crop(rng, photographs[rng.integers(len(photographs))], TILE)
        contrast = photo - photo.mean((0, 1))
        return np.clip(first + contrast * min(1, 0.12 / max(contrast.std(), 1e-3)), 0, 1)
    period = TILE // int(rng.integers(2, 6))
    rows, columns = np.mgrid[:TILE, :TILE]
    bands, stripes = rows % period < period // 2, columns % period < period // 2
    dots = (rows % period - period / 2) ** 2 + (columns % period - period / 2) ** 2
    ink = {
        "plain": np.zeros((TILE, TILE)),
        "bands": bands,
        "stripes": stripes,
        "checks": (bands.astype(float) + stripes) / 2,
        "dots": dots < (0.3 * period) ** 2,
    }[kind]
    return tile + ink[..., None] * (plain(rng, second, 0.07) - tile)
