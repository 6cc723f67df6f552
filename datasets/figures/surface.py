"""Surfaces: bodies made of tubes, drawn into a depth buffer and lit.

Legend: h, w sides of a picture in pixels, M materials, T side of a material's tile in texels.
x runs right, y down, z towards the viewer; lengths are pixels. A body is a list of `Tube`; at
each pixel the tube nearest to the viewer shows, so what is hidden follows from depth alone.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

TILE = 64  # texels, the side of a tile
STEPS = 128  # entries of the table that interpolates a tube's radius


@dataclass(frozen=True)
class Tube:
    """A limb: an axis, radii along it, a material, and ends that are round or flat.

    `start` and `end` are (3,) points; `radii` are spread evenly along the axis; `flat` is the
    ratio of the radius in depth to the radius across; `caps` says which of the ends is round.
    """

    material: int
    start: np.ndarray
    end: np.ndarray
    radii: tuple
    flat: float = 1.0
    caps: tuple = (True, True)


class Surface:
    """What is in front at each pixel: `depth`, `normal` (x, y), `across`, `along`, `material`.

    Args:
        tubes: List of `Tube` in pixels.
        shape: (h, w).
    """

    def __init__(self, tubes, shape):
        self.depth = np.full(shape, -np.inf, np.float32)
        self.normal_x, self.normal_y, self.along, self.across = np.zeros((4, *shape), np.float32)
        self.material = np.zeros(shape, np.uint8)
        for tube in tubes:
            self.draw(tube)

    def draw(self, tube):
        """Draw one tube wherever it is nearer than what is there."""
        window = self.window(tube)
        depth = self.depth[window]
        if not depth.size:
            return
        (x0, y0, z0), (ax, ay, az) = tube.start, tube.end - tube.start
        ys, xs = (np.arange(s.start, s.stop, dtype=np.float32) + np.float32(0.5) for s in window)
        dx, dy = xs[None] - np.float32(x0), ys[:, None] - np.float32(y0)
        square = max(ax * ax + ay * ay, 1e-6)
        free = dx * np.float32(ax / square) + dy * np.float32(ay / square)
        t = np.clip(free, 0, 1)
        qx, qy = dx - t * np.float32(ax), dy - t * np.float32(ay)
        radius = table(tube.radii)[(t * STEPS).astype(np.intp)]
        share = (qx * qx + qy * qy) / (radius * radius)
        bulge = np.sqrt(np.maximum(1 - share, 0))
        z = np.float32(z0) + t * np.float32(az) + radius * bulge * np.float32(tube.flat)
        hit = (share < 1) & (z > depth)
        if not tube.caps[0]:
            hit &= free >= 0
        if not tube.caps[1]:
            hit &= free <= 1
        side = np.float32(1 / np.sqrt(square))
        length = np.float32(np.sqrt(square + az * az))
        for buffer, value in (
            (self.depth, z),
            (self.normal_x, qx / radius),
            (self.normal_y, qy / radius),
            (self.along, np.clip(free, -2, 3) * length),
            (self.across, (qx * np.float32(ay) - qy * np.float32(ax)) * side),
            (self.material, np.uint8(tube.material)),
        ):
            np.copyto(buffer[window], value, where=hit)

    def window(self, tube):
        """Rows and columns that a tube can touch: two slices."""
        radius, (h, w) = max(tube.radii), self.depth.shape
        low = np.floor(np.minimum(tube.start, tube.end) - radius).astype(int)
        high = np.ceil(np.maximum(tube.start, tube.end) + radius).astype(int)
        return tuple(
            slice(min(max(a, 0), n), max(min(b, n), min(max(a, 0), n)))
            for a, b, n in ((low[1], high[1], h), (low[0], high[0], w))
        )

    def light(self, tiles, scale, sun):
        """Colour and light the surface.

        Args:
            tiles: (M, T, T, 3) float32 in 0…1, the materials.
            scale: Pixels in one unit of the model; a tile covers a quarter of the unit.
            sun: (3,) direction towards the light.

        Returns:
            (h, w, 4) float32, premultiplied RGB and alpha 0 or 1.
        """
        solid = self.material > 0
        texel = np.float32(4 * TILE / scale)
        rows, columns = (
            (buffer * texel).astype(np.int32) % TILE for buffer in (self.along, self.across)
        )
        rgb = tiles[self.material, rows, columns]
        nz = np.sqrt(np.maximum(1 - self.normal_x**2 - self.normal_y**2, 0))
        sun = (sun / np.linalg.norm(sun)).astype(np.float32)
        facing = self.normal_x * sun[0] + self.normal_y * sun[1] + nz * sun[2]
        shade = (0.5 + 0.6 * np.maximum(0.75 * facing + 0.25, 0)) * (0.8 + 0.2 * nz)
        shade *= self.openness(solid, scale) * solid
        return np.dstack([np.minimum(rgb * shade[..., None], 1), solid]).astype(np.float32)

    def openness(self, solid, scale):
        """How much sky a pixel sees: dark beside what is nearer, and at the far side: (h, w)."""
        depth = np.where(solid, self.depth, self.depth[solid].min())
        near = cv2.GaussianBlur(depth, (0, 0), 0.02 * scale) - depth
        far = depth[solid].max() - depth
        contact = np.clip(near * np.float32(9 / scale), 0, 0.5)
        return (1 - contact) * (1 - np.clip(far * np.float32(0.5 / scale), 0, 0.35))


def table(radii):
    """Interpolate radii along a tube: (STEPS + 1,) float32."""
    knots = np.arange(len(radii)) * (STEPS / max(1, len(radii) - 1))
    return np.interp(np.arange(STEPS + 1), knots, radii).astype(np.float32)


def project(points, distance):
    """Apply a camera `distance` units away: (…, 3) → (…, 3), and the scale at each point."""
    factor = 1 / (1 - points[..., 2:] / distance)
    return np.concatenate([points[..., :2] * factor, points[..., 2:]], -1), factor[..., 0]


def to_pixels(tubes, points, scale, distance, margin):
    """Bring a model into pixels, its top left corner to (margin, margin).

    Returns:
        (list of `Tube`, (K, 3) points, (h, w)), in pixels.
    """
    ends, factors = project(np.array([(tube.start, tube.end) for tube in tubes]), distance)
    reach = (np.array([max(tube.radii) for tube in tubes]) * factors.max(1))[:, None, None]
    low, high = (ends - reach).min((0, 1)), (ends + reach).max((0, 1))
    shift = np.array([margin - scale * low[0], margin - scale * low[1], 0])
    placed = [
        replace(tube, start=a, end=b, radii=tuple(f * r for r in tube.radii))
        for tube, (a, b), f in zip(
            tubes, scale * ends + shift, (scale * factors.mean(1)).tolist(), strict=True
        )
    ]
    width, height = np.ceil(scale * (high - low)[:2]).astype(int) + 2 * margin
    return placed, scale * project(points, distance)[0] + shift, (int(height), int(width))
