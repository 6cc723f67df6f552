"""Hands: a palm and five fingers of three joints each, in gestures, with 21 keypoints.

Lengths are in hand lengths (wrist to the tip of the middle finger). A hand lies with its palm
towards the viewer and its fingers up: x towards the thumb, y up, z out of the palm.
"""

import runpy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
wardrobe = embedded["load_module"](HERE / "wardrobe.py")
Tube = embedded["load_module"](HERE / "surface.py").Tube

FINGERS = ("index", "middle", "ring", "pinky")
KEYPOINTS = (
    "wrist", "thumb_cmc", "thumb_mcp", "thumb_ip", "thumb_tip",
    *(f"{finger}_{joint}" for finger in FINGERS for joint in ("mcp", "pip", "dip", "tip")),
)  # fmt: skip
LIMBS = tuple(  # pairs of indices into KEYPOINTS: every finger is a chain from the wrist
    (0 if joint == 0 else 4 * finger + joint, 4 * finger + joint + 1)
    for finger in range(5)
    for joint in range(4)
)
KNUCKLES = {"index": (0.15, 0.49), "middle": (0.035, 0.52), "ring": (-0.075, 0.485),
            "pinky": (-0.165, 0.425)}  # fmt: skip
BONES = {"index": (0.22, 0.13, 0.09), "middle": (0.245, 0.15, 0.095), "ring": (0.22, 0.14, 0.095),
         "pinky": (0.165, 0.1, 0.08)}  # fmt: skip
FAN = {"index": 9, "middle": 1, "ring": -7, "pinky": -17}  # degrees from straight up, spread
CURL = (82, 98, 55)  # degrees at the three joints of a closed finger
THUMB = (0.2, 0.17, 0.13)  # lengths of its bones
THUMBS = {  # directions of its bones
    "out": ((0.72, 0.62, 0.25), (0.62, 0.78, 0.1), (0.55, 0.83, 0.0)),
    "across": ((0.5, 0.66, 0.5), (-0.15, 0.72, 0.62), (-0.86, 0.42, 0.2)),
    "up": ((0.78, 0.55, 0.15), (0.95, 0.28, 0.0), (0.99, 0.05, -0.1)),
    "wide": ((0.86, 0.45, 0.15), (0.93, 0.35, 0.05), (0.95, 0.3, -0.05)),
    "ring": ((0.5, 0.6, 0.6), (0.4, 0.75, 0.5), (0.1, 0.9, 0.35)),
}
GESTURES = {  # curl of index, middle, ring, pinky (0 straight, 1 closed); fan; thumb; roll
    "fist": ((1, 1, 1, 1), 0.0, "across", 0),
    "open": ((0.04, 0.04, 0.04, 0.04), 1.0, "out", 0),
    "point": ((0, 1, 1, 1), 0.3, "across", 0),
    "victory": ((0, 0, 1, 1), 1.5, "across", 0),
    "three": ((0, 0, 0, 1), 1.2, "across", 0),
    "thumb_up": ((1, 1, 1, 1), 0.0, "up", 90),
    "ok": ((0.5, 0.12, 0.08, 0.05), 0.8, "ring", 0),
    "call": ((1, 1, 1, 0.03), 1.2, "wide", 0),
}


def build(rng, actor, gesture):
    """Build an actor's hand in a gesture, left or right, seen from a random side.

    Returns:
        (list of `Tube`, (21, 3) keypoints, (21,) reach), as of `people.build`.
    """
    joints, roll = pose(rng, gesture)
    girth = (0.8 + 0.2 * actor.person.girth) * rng.normal(1, 0.04)
    turn = rng.normal(0, 24) + 180 * (gesture not in ("ok", "thumb_up") and rng.random() < 0.25)
    mirror = np.array([1 if rng.random() < 0.5 else -1, 1, 1])
    rotation = rotate(roll * mirror[0] + rng.normal(0, 16), turn, rng.normal(0, 14))
    tubes, reach = flesh(rng, actor, joints, girth)
    placed = [
        replace(t, start=rotation @ (mirror * t.start), end=rotation @ (mirror * t.end))
        for t in tubes
    ]
    points = np.array([joints[name] for name in KEYPOINTS])
    return placed, (points * mirror) @ rotation.T, reach


def rotate(roll, yaw, pitch):
    """Turn the hand's axes into the view (x right, y down, z to the viewer): (3, 3)."""
    a, b, c = np.radians([roll, yaw, pitch])
    about_z = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(c), -np.sin(c)], [0, np.sin(c), np.cos(c)]])
    return np.diag([1, -1, 1]) @ about_z @ about_y @ about_x


def pose(rng, gesture):
    """Draw the joints of a gesture: (dict of keypoint → (3,) point, roll in degrees)."""
    curls, fan, thumb, roll = GESTURES[gesture]
    joints = {"wrist": np.zeros(3)}
    for finger, mean in zip(FINGERS, curls, strict=True):
        curl = np.clip(mean + rng.normal(0, 0.03), 0, 1.05)
        side = np.radians(FAN[finger] * fan * (1 - 0.8 * curl) + rng.normal(0, 2))
        point, bend = np.array([*KNUCKLES[finger], 0.0]), 0.0
        joints[f"{finger}_mcp"] = point
        for joint, angle, length in zip(("pip", "dip", "tip"), CURL, BONES[finger], strict=True):
            bend += np.radians(angle * curl)
            across = np.array([np.sin(side), np.cos(side)]) * np.cos(bend)
            point = point + length * np.array([*across, np.sin(bend)])
            joints[f"{finger}_{joint}"] = point
    point = joints["thumb_cmc"] = np.array([0.1, 0.13, 0.03])
    for joint, way, length in zip(("mcp", "ip", "tip"), THUMBS[thumb], THUMB, strict=True):
        way = np.array(way) + rng.normal(0, 0.05, 3)
        point = point + length * way / np.linalg.norm(way)
        joints[f"thumb_{joint}"] = point
    return joints, roll


def flesh(rng, actor, joints, girth):
    """Cover the joints: (list of `Tube`, (21,) reach of the keypoints)."""
    skin, nail, reach = wardrobe.SKIN, wardrobe.NAIL, {"wrist": 0.2}
    elbow = np.array([rng.normal(0, 0.06), -rng.uniform(0.4, 0.75), rng.normal(-0.02, 0.08)])
    tubes = [Tube(skin, elbow, joints["wrist"], (0.16 * girth, 0.135 * girth), 0.8)]
    if actor.sleeve > 0:
        cuff = elbow + rng.uniform(0.3, 0.9) * (joints["wrist"] - elbow)
        radii = (0.2 * girth, 0.22 * girth, 0.19 * girth)
        tubes.append(Tube(wardrobe.TOP, elbow, cuff, radii, 0.85, caps=(True, False)))
    for finger in FINGERS:
        knuckle = joints[f"{finger}_mcp"]
        base = np.array([0.55 * knuckle[0], 0.1, -0.01])
        tubes.append(Tube(skin, base, knuckle, (0.13 * girth, 0.1 * girth, 0.073 * girth), 0.8))
    tubes.append(
        Tube(skin, joints["thumb_cmc"], joints["thumb_mcp"], (0.13 * girth, 0.075 * girth))
    )
    for finger in ("thumb", *FINGERS):
        names = ("mcp", "ip", "tip") if finger == "thumb" else ("mcp", "pip", "dip", "tip")
        thick = girth * {"thumb": 0.068, "pinky": 0.05}.get(finger, 0.06)
        chain = [joints[f"{finger}_{name}"] for name in names]
        for index, (a, b) in enumerate(pairwise(chain)):
            r = thick * (1 - 0.1 * index)
            radii = (r, 0.75 * r) if index == 2 else (r, 0.93 * r, 0.95 * r)
            tubes.append(Tube(skin, a, b, radii))
        back = np.cross(chain[-1] - chain[-2], [1, 0, 0] if finger != "thumb" else [0, 0, 1])
        back *= (-1 if finger == "thumb" else 1) * -1 / max(np.linalg.norm(back), 1e-6)
        spot = chain[-1] + 0.45 * thick * back
        tubes.append(Tube(nail, spot - 0.15 * (chain[-1] - chain[-2]), spot, (0.45 * thick,)))
        reach |= {f"{finger}_{name}": 1.5 * thick for name in names}
        reach[f"{finger}_mcp"] = 2 * thick
    reach["thumb_cmc"] = 0.18
    return tubes, girth * np.array([reach[name] for name in KEYPOINTS])
