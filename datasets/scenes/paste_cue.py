"""Measure how far a paste gives an object away (maintainers; minutes on a CPU).

    python datasets/scenes/paste_cue.py

Two classifiers see only the 8-px ring outside an outline, unrolled to a strip (8 distances ×
64 places × RGB), so that neither the shape nor the inside is known: boosted trees on edge
statistics, and a small CNN on the strip. They tell apart

* object – blob: rings around objects from rings around blobs pasted from other photographs,
* object – bare: the same from rings of the same outlines laid where nothing was pasted,

trained on scenes of the split `train`, judged on the split `test`. AUC 0.5 is chance. The first
pixel outside a mask holds the soft edge, up to half of it the object itself; the first question
is asked with and without it.
"""

import runpy
from pathlib import Path

import cv2
import keras
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

HERE = Path(__file__).parent
load_module = runpy.run_path(str(HERE.parent / "embedded.py"))["load_module"]
assets, compose = load_module(HERE / "assets.py"), load_module(HERE / "compose.py")
WIDTH, PLACES, SEEDS = 8, 64, (0, 1, 2)
SCENES = {"train": 1000, "test": 300}


def strip(image, mask):
    """Unroll the ring outside a mask: (8, 64, 3) float32 in 0…1, row 0 nearest to it."""
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=len)[:, 0].astype(np.float32)
    points = outline[np.arange(PLACES) * len(outline) // PLACES]
    soft = cv2.GaussianBlur(mask.astype(np.float32), (9, 9), 2)
    slope = np.stack([-cv2.Sobel(soft, cv2.CV_32F, 1, 0), -cv2.Sobel(soft, cv2.CV_32F, 0, 1)], -1)
    normal = slope[points[:, 1].astype(int), points[:, 0].astype(int)]
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    where = points + normal * np.arange(1, WIDTH + 1, dtype=np.float32)[:, None, None]
    row, column = np.clip(np.rint(where).astype(int), 0, len(mask) - 1).transpose(2, 0, 1)[::-1]
    for k in range(1, WIDTH):  # a ring has no inside: stop where the mask begins again
        where[k] = np.where(mask[row[k], column[k]][:, None] > 0, where[k - 1], where[k])
    ring = cv2.remap(image, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return ring.astype(np.float32) / 255


def move(rng, mask, taken):
    """Lay a mask where its ring meets no paste: moved mask or None."""
    wide = cv2.dilate(taken, np.ones((2 * WIDTH + 1, 2 * WIDTH + 1), np.uint8))
    for _ in range(50):
        dx, dy = (int(n) for n in rng.integers(-96, 97, 2))
        shifted = cv2.warpAffine(mask, np.float32([[1, 0, dx], [0, 1, dy]]), mask.shape[::-1])
        if shifted.sum() > 0.6 * mask.sum() and not (shifted & wide).any():
            return shifted
    return None


def rings(split, seed):
    """Collect the strips of a split: dict of kind → (N, 8, 64, 3)."""
    found = {"object": [], "blob": [], "bare": []}
    cutouts, backgrounds = assets.cutouts(split), assets.backgrounds(split)
    for index in range(SCENES[split]):
        rng = np.random.default_rng([seed, len(split), index])
        scene = compose.compose(rng, cutouts, backgrounds, compose.SMALL)
        image = cv2.imdecode(np.frombuffer(scene.jpeg, np.uint8), cv2.IMREAD_COLOR)
        taken = ((scene.instances > 0) | (scene.blobs > 0)).astype(np.uint8)
        for kind, ids in (("object", scene.instances), ("blob", scene.blobs)):
            for number in np.unique(ids[ids > 0]):
                mask = (ids == number).astype(np.uint8)
                if mask.sum() >= compose.placement.MIN_AREA:
                    found[kind].append(strip(image, mask))
                    bare = move(rng, mask, taken) if kind == "object" else None
                    if bare is not None:
                        found["bare"].append(strip(image, bare))
    return {kind: np.stack(strips) for kind, strips in found.items()}


def statistics(strips):
    """Edge statistics by distance: (N, 8, 64, 3) → (N, features)."""
    across, along = np.abs(np.diff(strips, axis=1)), np.abs(np.diff(strips, axis=2))
    bend = np.abs(np.diff(strips, n=2, axis=1))
    parts = [p.mean(2) for p in (across, along, bend)]
    parts += [np.quantile(p.mean(-1, keepdims=True), 0.9, axis=2) for p in (across, along, bend)]
    parts += [strips.std(2), strips.mean(2) - strips[:, -1:].mean(2)]
    return np.concatenate([p.reshape(len(strips), -1) for p in parts], axis=1)


def trees(train, target, test, seed):
    """Boosted trees on the statistics: scores of the test strips."""
    model = HistGradientBoostingClassifier(max_iter=150, learning_rate=0.06, random_state=seed)
    return model.fit(statistics(train), target).predict_proba(statistics(test))[:, 1]


def cnn(train, target, test, seed):
    """Small CNN on the strips: scores of the test strips."""
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Conv2D(n, 3, padding="same", activation="relu") for n in (16, 32, 32)]
    layers[1].strides = layers[2].strides = (2, 2)
    head = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dropout(0.2)]
    head.append(keras.layers.Dense(1, activation="sigmoid"))
    model = keras.Sequential([keras.layers.Rescaling(4, -2), *layers, *head])
    model.compile(keras.optimizers.Adam(2e-3), "binary_crossentropy")
    model.fit(train, target, batch_size=64, epochs=12, verbose=0)
    return model.predict(test, verbose=0)[:, 0]


def main():
    """Print AUC for each seed, question, first distance of the ring, and classifier."""
    for seed in SEEDS:
        train, test = rings("train", seed), rings("test", seed)
        for other, first in (("blob", 1), ("blob", 2), ("bare", 1)):
            data, target = {}, {}
            for name, kinds in (("train", train), ("test", test)):
                data[name] = np.concatenate([kinds["object"], kinds[other]])[:, first - 1 :]
                target[name] = np.repeat([1, 0], [len(kinds["object"]), len(kinds[other])])
            for classifier in (trees, cnn):
                scores = classifier(data["train"], target["train"], data["test"], seed)
                auc = roc_auc_score(target["test"], scores)
                question = f"object – {other}, px {first} to {WIDTH}"
                print(f"seed {seed}: {question}, {classifier.__name__}: AUC {auc:.3f}", flush=True)


if __name__ == "__main__":
    main()
