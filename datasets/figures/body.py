"""People as kinematic trees: proportions, joint angles of activities, joints in space.

A pose is a dict of angles in degrees: `trunk` (bend forward, lean to the left), `head` (nod,
turn), and for each side `arm` (raise forward, raise sideways, turn inwards, bend the elbow) and
`leg` (raise forward, raise sideways, bend the knee). The body's axes are left, up, forward;
lengths are in units of the body height of an adult.
"""

from dataclasses import dataclass

import numpy as np

KEYPOINTS = (  # the 17 of COCO, in COCO's order; left is the person's left
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder",
    "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip",
    "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip
LIMBS = (  # COCO's skeleton, as pairs of indices into KEYPOINTS
    (15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (6, 8),
    (7, 9), (8, 10), (1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6),
)  # fmt: skip
LIMITS = {  # degrees: what a joint can do
    "trunk": ((-10, 50), (-20, 20)),
    "head": ((-25, 30), (-60, 60)),
    "arm": ((-50, 150), (-5, 170), (-95, 90), (0, 145)),
    "leg": ((-30, 115), (-5, 45), (0, 140)),
}
HANGING, BESIDE = (0, 9, 12, 14), (2, 5, 4)
ACTIVITIES = {  # (trunk, leading arm, other arm, leading leg, other leg)
    "stand": ((2, 0), HANGING, HANGING, BESIDE, BESIDE),
    "walk": ((4, 0), (-28, 7, 10, 18), (28, 7, 12, 28), (26, 2, 8), (-18, 2, 18)),
    "run": ((14, 0), (-45, 12, 10, 90), (42, 10, 25, 95), (62, 3, 75), (-22, 3, 55)),
    "wave": ((0, -3), (5, 88, -88, 80), HANGING, BESIDE, BESIDE),
    "cheer": ((-3, 0), (10, 145, -60, 30), (10, 145, -60, 30), (4, 12, 6), (4, 12, 6)),
    "akimbo": ((0, 0), (-12, 46, 78, 98), (-12, 46, 78, 98), (2, 9, 4), (2, 9, 4)),
    "reach": ((2, 0), (75, 45, 0, 6), HANGING, (2, 7, 4), (2, 7, 4)),
    "kick": ((-4, 0), (-20, 50, 0, 25), (35, 55, 0, 30), (70, 4, 18), (-4, 4, 10)),
    "squat": ((30, 0), (65, 12, 20, 45), (65, 12, 20, 45), (95, 20, 115), (95, 20, 115)),
    "jump": ((0, 0), (15, 120, -40, 30), (15, 120, -40, 30), (30, 16, 70), (5, 16, 60)),
}
NOISE = {"trunk": 4, "head": 14, "arm": 9, "leg": 5}  # degrees, standard deviation


@dataclass(frozen=True)
class Proportions:
    """One person's lengths; `girth` scales all radii, `shape` runs from −1 (hips) to 1."""

    stature: float
    head: float
    torso: float
    shoulder: float
    hip: float
    arm: float
    leg: float
    girth: float
    shape: float


def proportions(rng):
    """Draw a person: an adult, or (one in five) a child with a larger head."""
    stature = rng.uniform(0.62, 0.82) if rng.random() < 0.2 else rng.normal(1, 0.05)
    shape = rng.uniform(-1, 1)
    return Proportions(
        stature=stature,
        head=(0.069 + 0.05 * max(0, 0.95 - stature)) * rng.normal(1, 0.03) / stature**0.3,
        torso=0.295 * rng.normal(1, 0.03),
        shoulder=(0.104 + 0.012 * shape) * rng.normal(1, 0.04),
        hip=(0.056 - 0.004 * shape) * rng.normal(1, 0.04),
        arm=rng.normal(1, 0.04),
        leg=rng.normal(1, 0.04),
        girth=np.clip(rng.normal(1.02, 0.13), 0.82, 1.4),
        shape=shape,
    )


def pose(rng, activity):
    """Draw the angles of an activity, within the limits, led by a random side: dict."""
    trunk, lead_arm, arm, lead_leg, leg = ACTIVITIES[activity]
    sides = ("left", "right") if rng.random() < 0.5 else ("right", "left")
    means = {
        "trunk": trunk,
        "head": (0, 0),
        f"{sides[0]}_arm": lead_arm,
        f"{sides[1]}_arm": arm,
        f"{sides[0]}_leg": lead_leg,
        f"{sides[1]}_leg": leg,
    }
    angles = {}
    for name in ("trunk", "head", "left_arm", "right_arm", "left_leg", "right_leg"):
        joint = name.split("_")[-1]
        noisy = rng.normal(means[name], NOISE[joint])
        angles[name] = np.clip(noisy, *np.transpose(LIMITS[joint]))
    return angles


def flex(angle):
    """Rotate about the left axis: what hangs down swings forward."""
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.array([[1, 0, 0], [0, c, s], [0, -s, c]])


def spread(angle):
    """Rotate about the forward axis: what hangs down swings to the left."""
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def turn(angle):
    """Rotate about the up axis: what points forward swings to the right."""
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])


def view(yaw, pitch):
    """Turn body axes into (x right, y down, z to the viewer); yaw 0 faces the viewer."""
    c, s = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
    p, q = np.cos(np.radians(pitch)), np.sin(np.radians(pitch))
    heading = np.array([[c, 0, s], [0, -1, 0], [-s, 0, c]])
    return np.array([[1, 0, 0], [0, p, q], [0, -q, p]]) @ heading


def skeleton(person, angles):
    """Forward kinematics.

    Args:
        person: `Proportions`.
        angles: Dict of a pose.

    Returns:
        (joints, frames): dicts of name → (3,) point, and name → (3, 3) columns left, up,
        forward, in body axes with the pelvis at the origin, unscaled by stature.
    """
    bend, lean = angles["trunk"]
    nod, twist = angles["head"]
    down, forward = np.array([0, -1, 0]), np.array([0, 0, 1])
    trunk = spread(-lean) @ flex(-bend)
    neck = trunk @ np.array([0, person.torso, 0])
    head = trunk @ turn(twist) @ flex(0.6 * bend - nod)
    centre = neck + trunk @ np.array([0, 0.045, 0.006]) + head @ np.array([0, person.head, 0.012])
    joints = {"pelvis": np.zeros(3), "neck": neck, "head": centre}
    frames = {"pelvis": np.eye(3), "trunk": trunk, "head": head}
    features = {"nose": (0, -0.12, 0.98), "eye": (0.36, 0.16, 0.84), "ear": (0.84, -0.02, -0.05)}
    joints["nose"] = centre + head @ (person.head * np.array(features["nose"]))
    for side, sign in (("left", 1), ("right", -1)):
        for name in ("eye", "ear"):
            offset = person.head * np.array(features[name]) * (sign, 1, 1)
            joints[f"{side}_{name}"] = centre + head @ offset
        ahead, aside, inwards, elbow = angles[f"{side}_arm"]
        lift = 0.02 * np.clip((aside - 60) / 90, 0, 1)  # the shoulder blade rises with the arm
        frame = trunk @ spread(sign * aside) @ flex(ahead) @ turn(sign * inwards)
        lower = frame @ flex(elbow)
        shoulder = neck + trunk @ np.array([sign * person.shoulder, lift - 0.032, 0])
        joints[f"{side}_shoulder"] = shoulder
        joints[f"{side}_elbow"] = shoulder + 0.172 * person.arm * frame @ down
        joints[f"{side}_wrist"] = joints[f"{side}_elbow"] + 0.145 * person.arm * lower @ down
        ahead, aside, knee = angles[f"{side}_leg"]
        frame = spread(sign * aside) @ flex(ahead) @ turn(-sign * 8)
        shank = frame @ flex(-knee)
        joints[f"{side}_hip"] = np.array([sign * person.hip, 0, 0])
        joints[f"{side}_knee"] = joints[f"{side}_hip"] + 0.245 * person.leg * frame @ down
        joints[f"{side}_ankle"] = joints[f"{side}_knee"] + 0.235 * person.leg * shank @ down
        joints[f"{side}_toe"] = joints[f"{side}_ankle"] + shank @ (0.1 * forward + 0.03 * down)
        frames |= {f"{side}_hand": lower, f"{side}_foot": shank}
    return joints, frames
