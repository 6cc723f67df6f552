"""People: a skeleton dressed in tubes.

Lengths are in body heights of an adult; the view has x to the right, y down and z towards the
viewer. `REACH` says how far under the visible surface a keypoint may lie and still be seen.
"""

import runpy
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
body = embedded["load_module"](HERE / "body.py")
wardrobe = embedded["load_module"](HERE / "wardrobe.py")
Tube = embedded["load_module"](HERE / "surface.py").Tube
SKIN, TOP, BOTTOM, SHOE, HAIR, EYE, LIP, WHITE, NAIL, HAT = range(1, len(wardrobe.MATERIALS))

HEADINGS = ((0, 0.35), (40, 0.15), (-40, 0.15), (85, 0.13), (-85, 0.13), (180, 0.09))  # yaw, chance
REACH = {"nose": 0.03, "eye": 0.022, "ear": 0.035, "shoulder": 0.095, "elbow": 0.06,
         "wrist": 0.045, "hip": 0.12, "knee": 0.09, "ankle": 0.065}  # fmt: skip
FLAT = (False, False)
TRUNK = {  # share of the way from the neck to the crotch: (half width, half depth) in shoulders
    0.0: (0.42, 0.42), 0.06: (0.72, 0.52), 0.12: (0.98, 0.62), 0.22: (1.04, 0.78),
    0.4: (0.97, 0.84), 0.6: (0.84, 0.74), 0.75: (0.9, 0.76), 0.9: (0.97, 0.84), 1.0: (0.9, 0.74),
}  # fmt: skip
UPPER, LOWER = (0.031, 0.035, 0.032, 0.028), (0.029, 0.03, 0.025, 0.019)  # arm, radii
THIGH, SHANK = (0.06, 0.058, 0.05, 0.042), (0.041, 0.045, 0.04, 0.03, 0.025)


def build(rng, actor, activity):
    """Build an actor in a random pose of an activity, seen from a random side.

    Returns:
        (list of `Tube`, (17, 3) keypoints, (17,) reach).
    """
    joints, frames = body.skeleton(actor.person, body.pose(rng, activity))
    yaws, chances = zip(*HEADINGS, strict=True)
    turned = body.view(rng.choice(yaws, p=chances) + rng.normal(0, 12), rng.normal(4, 5))
    stature = actor.person.stature
    points = {name: stature * turned @ point for name, point in joints.items()}
    axes = {name: turned @ frame for name, frame in frames.items()}
    size = stature * actor.person.girth
    tubes = [
        *trunk(actor, points, axes, size),
        *head(actor, points, axes),
        *[t for side in ("left", "right") for t in arm(actor, points, axes, side, size)],
        *[t for side in ("left", "right") for t in leg(actor, points, axes, side, size)],
    ]
    keypoints = np.array([points[name] for name in body.KEYPOINTS])
    reach = [REACH[name.split("_")[-1]] for name in body.KEYPOINTS]
    return tubes, keypoints, size * np.array(reach)


def elliptic(frame, start, end, width, depth):
    """Apparent half width across an axis and flatness of an elliptic section: two arrays."""
    axis = (end - start)[:2]
    normal = np.array([-axis[1], axis[0]]) / max(np.hypot(*axis), 1e-6)
    left, _, forward = frame.T
    across = np.hypot(width * (left[:2] @ normal), depth * (forward[:2] @ normal))
    return across, np.hypot(width * left[2], depth * forward[2]) / across


def slice_of(material, frame, start, end, profile, span):
    """Cut a tube with elliptic section out of a profile {share: (half width, half depth)}."""
    shares = np.linspace(*span, 25)
    sizes = np.array(list(profile.values()))
    width, depth = (np.interp(shares, list(profile), sizes[:, i]) for i in range(2))
    a, b = start + span[0] * (end - start), start + span[1] * (end - start)
    across, flat = elliptic(frame, a, b, width, depth)
    return Tube(material, a, b, tuple(across), float(flat.mean()), FLAT)


def trunk(actor, points, axes, size):
    """Shirt, seat and neck: list of `Tube`."""
    person, frame = actor.person, axes["trunk"]
    scale = person.stature * (person.shoulder + 0.02) * person.girth**0.5
    profile = {
        share: (
            scale * w * (1 - 0.1 * person.shape * (share > 0.5)) * person.girth ** (share > 0.3),
            scale * d * person.girth,
        )
        for share, (w, d) in TRUNK.items()
    }
    neck = points["neck"]
    crotch = points["pelvis"] + 0.17 * (points["pelvis"] - neck)
    loose = {k: (1.04 * w, 1.06 * d) for k, (w, d) in profile.items()}
    jaw = points["head"] - 0.6 * person.stature * person.head * axes["head"][:, 1]
    radius = size * 0.03
    seat = {k: (w * (1 - 3 * max(0, k - 0.85)), d) for k, (w, d) in profile.items()}
    tubes = [
        slice_of(TOP, frame, neck, crotch, loose, (0, 0.82)),
        slice_of(BOTTOM, frame, neck, crotch, seat, (0.74, 0.94)),
        Tube(SKIN, neck - 0.02 * size * frame[:, 1], jaw, (1.15 * radius, radius, radius)),
    ]
    if actor.bottom == "skirt":
        waist, knees = neck + 0.78 * (crotch - neck), (points["left_knee"], points["right_knee"])
        start, end = tubes[1].radii[0], waist + (0.5 + 0.4 * actor.hem) * (sum(knees) / 2 - waist)
        gap = np.linalg.norm(knees[0] - knees[1]) / 2 * (0.5 + 0.4 * actor.hem)
        hem = max(1.35 * start, gap + 0.065 * size)
        tubes.append(Tube(BOTTOM, waist, end, (start, 0.3 * start + 0.7 * hem, hem), 0.95, FLAT))
    return tubes


def head(actor, points, axes):
    """Skull, face and hair: list of `Tube`."""
    centre, r = points["head"], actor.person.stature * actor.person.head
    frame = axes["head"]

    def at(left, up, forward):
        return centre + r * frame @ np.array([left, up, forward])

    def ball(material, radius, *place):
        return Tube(material, at(*place), at(*place), (radius * r,))

    def oval(material, start, end, radii, wide=0.92, deep=1.1):
        a, b = at(*start), at(*end)
        across, flat = elliptic(frame, a, b, wide * r, deep * r)
        return Tube(material, a, b, tuple(across * np.array(radii)), float(flat))

    tubes = [
        oval(SKIN, (0, -0.5, 0.08), (0, 0.3, -0.02), (0.6, 0.76, 0.82, 0.86)),
        Tube(SKIN, at(0, 0.1, 0.8), at(0, -0.17, 0.98), (0.07 * r, 0.13 * r)),
        Tube(LIP, at(-0.2, -0.5, 0.7), at(0.2, -0.5, 0.7), (0.07 * r, 0.1 * r, 0.07 * r)),
    ]
    for s in (1, -1):
        tubes += [
            ball(SKIN, 0.17, s * 0.8, -0.03, -0.05),
            ball(WHITE, 0.13, s * 0.36, 0.15, 0.74),
            ball(EYE, 0.11, s * 0.36, 0.15, 0.79),
            Tube(HAIR, at(s * 0.2, 0.34, 0.8), at(s * 0.54, 0.34, 0.68), (0.06 * r,)),
        ]
    if actor.style in ("short", "long", "bun"):
        tubes.append(oval(HAIR, (0, 0.05, -0.24), (0, 0.4, -0.14), (0.86, 0.95)))
    if actor.style == "long":
        tubes.append(oval(HAIR, (0, 0.2, -0.3), (0, -1.5, -0.5), (0.98, 1.0, 0.95, 0.7), 1, 0.8))
    if actor.style == "bun":
        tubes.append(ball(HAIR, 0.42, 0, 0.75, -0.85))
    if actor.style == "hat":
        tubes += [
            oval(HAIR, (0, -0.15, -0.26), (0, 0.2, -0.26), (0.8, 0.9)),
            oval(HAT, (0, 0.45, -0.05), (0, 0.62, -0.05), (0.95, 0.82)),
            Tube(HAT, at(-0.35, 0.5, 0.9), at(0.35, 0.5, 0.9), (0.2 * r, 0.26 * r, 0.2 * r), 2.0),
        ]
    if actor.beard and actor.style != "long":
        tubes.append(oval(HAIR, (0, -0.62, 0.1), (0, -0.3, 0.02), (0.66, 0.8)))
    return tubes


def cover(material, points, share, radii, fit):
    """Dress a limb of two parts: list of `Tube`, up to `share` of its length, with a flat hem."""
    (a, b, c), tubes = points, []
    parts = ((a, b, radii[0], min(1, 2 * share)), (b, c, radii[1], 2 * share - 1))
    for start, end, profile, part in parts:
        if part > 0.02:
            cut = np.interp(np.linspace(0, part, 7), np.linspace(0, 1, len(profile)), profile)
            end = start + part * (end - start)
            tubes.append(Tube(material, start, end, tuple(fit * cut), caps=(True, False)))
    return tubes


def arm(actor, points, axes, side, size):
    """Upper arm, forearm, sleeve and hand: list of `Tube`."""
    chain = [points[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist")]
    radii = [tuple(size * r for r in part) for part in (UPPER, LOWER)]
    frame, hand = axes[f"{side}_hand"], actor.person.stature * 0.034
    down, forward = -frame[:, 1], frame[:, 2]
    inwards = frame[:, 0] * (-1 if side == "left" else 1)
    wrist, palm = chain[2], chain[2] + 1.3 * hand * down
    tubes = [
        Tube(SKIN, chain[0], chain[1], radii[0]),
        Tube(SKIN, chain[1], chain[2], radii[1]),
        Tube(SKIN, wrist, palm, (0.58 * hand, 0.75 * hand, 0.78 * hand), 0.8),
        Tube(SKIN, palm + 0.3 * hand * forward, palm + hand * (1.5 * down + 0.3 * forward),
             (0.36 * hand, 0.2 * hand)),
        Tube(SKIN, palm - 0.3 * hand * forward, palm + hand * (1.4 * down - 0.3 * forward),
             (0.36 * hand, 0.2 * hand)),
        Tube(SKIN, wrist + hand * (0.5 * down + 0.4 * forward),
             wrist + hand * (1.7 * down + 0.95 * forward + 0.3 * inwards),
             (0.34 * hand, 0.24 * hand)),
    ]  # fmt: skip
    return tubes + cover(TOP, chain, actor.sleeve, radii, actor.fit)


def leg(actor, points, axes, side, size):
    """Thigh, shank, trouser leg and shoe: list of `Tube`."""
    chain = [points[f"{side}_{name}"] for name in ("hip", "knee", "ankle")]
    radii = [tuple(size * r for r in part) for part in (THIGH, SHANK)]
    frame, ankle, s = axes[f"{side}_foot"], chain[2], actor.person.stature
    down, forward = -frame[:, 1], frame[:, 2]
    heel = ankle + s * (0.024 * down - 0.012 * forward)
    toe = ankle + s * (0.03 * down + 0.105 * forward)
    tubes = [
        Tube(SKIN, chain[0], chain[1], radii[0]),
        Tube(SKIN, chain[1], chain[2], radii[1]),
        Tube(SHOE, ankle, heel, (0.029 * s, 0.032 * s)),
        Tube(SHOE, heel, toe, (0.031 * s, 0.03 * s, 0.024 * s)),
    ]
    if actor.bottom != "skirt":
        tubes += cover(BOTTOM, chain, actor.hem, radii, 0.55 + 0.5 * actor.fit)
    return tubes
