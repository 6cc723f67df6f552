"""The second half of R-CNN (Girshick et al. 2014): from features of regions to detections.

Legend: B images, P regions of an image (padding: boxes of area 0), D features, N objects (class
−1: padding), K classes.

R-CNN computes the features from a warped crop of every region, SPP-net (He et al. 2014) from a
map of the whole picture. What follows is the same for both, and it is trained in two parts that
know nothing of each other: SVMs and box regressors. The constants are those of the paper and of
the authors' code.
"""

import numpy as np

from course.ops import clip_boxes, decode_boxes, detections, encode_boxes, pairwise_iou

FEATURE_NORM = 20.0  # mean length of a feature vector, after scaling
SVM_COST, POSITIVE_WEIGHT, BIAS_FACTOR = 1e-3, 2.0, 10.0
NEGATIVE_BELOW, REGRESSED_ABOVE = 0.3, 0.6  # IoU
RIDGE = 1000.0  # λ
HARDEST = 500  # negatives of a class that one round adds at most; the authors have no such limit


class RegionSVMs:
    """One linear SVM and one box regressor for each class, on features of regions (lecture 11).

    Args:
        num_classes: K.
        rounds: how often hard negatives are mined, after a first training on random ones.
        seed: of the random negatives.
    """

    def __init__(self, num_classes, rounds=2, seed=0):
        self.num_classes, self.rounds = num_classes, rounds
        self.rng = np.random.default_rng(seed)

    def fit(self, features, regions, boxes, classes):
        """Train everything.

        Args:
            features: float array [B, P, D].
            regions: float array [B, P, 4], xyxy pixels: the objects themselves and proposals.
            boxes: float array [B, N, 4], xyxy pixels.
            classes: int array [B, N].

        Returns:
            self.

        Raises:
            ValueError: if a class has no object among the regions.
        """
        used = (regions[..., 2] > regions[..., 0]).ravel()
        features = features.reshape(len(used), -1)[used]
        self.scale = FEATURE_NORM / np.linalg.norm(features, axis=1).mean()
        features = features * self.scale
        overlaps = np.array(pairwise_iou(regions, boxes))  # [B, P, N]
        self.weights, self.bias, self.regressors = [], [], []
        for k in range(self.num_classes):
            own = np.where((classes == k)[:, None], overlaps, 0.0)
            best, nearest = own.max(axis=-1), own.argmax(axis=-1)
            if not (best == 1).any():
                raise ValueError(f"No region is an object of class {k}; put boxes into regions.")
            weights, bias = self._svm(features, best.ravel()[used])
            close = (best > REGRESSED_ABOVE).ravel()
            targets = np.take_along_axis(boxes, nearest[..., None], axis=1).reshape(-1, 4)[close]
            deltas = np.array(encode_boxes(targets, regions.reshape(-1, 4)[close]))
            self.regressors.append(_ridge(features[close[used]], deltas))
            self.weights.append(weights)
            self.bias.append(bias)
        return self

    def detect(self, features, regions, image_size, min_score=-1.0, threshold=0.3, max_outputs=50):
        """Find objects among the regions of pictures.

        Args:
            features, regions: as for ``fit``.
            image_size: (H, W) in pixels.
            min_score: least score, exclusive: a distance to the plane of an SVM, where −1 is the
                margin of the negatives.
            threshold: IoU above which the better of two detections of a class suppresses the
                other.
            max_outputs: of an image.

        Returns:
            dict of NumPy arrays ``boxes`` [B, D, 4], ``scores`` [B, D], ``classes`` [B, D], as
            ``Detector.detect`` gives it.
        """
        features = features * self.scale
        scores = features @ np.stack(self.weights, axis=1) + np.array(self.bias)  # [B, P, K]
        deltas = np.stack([features @ w + b for w, b in self.regressors], axis=2)  # [B, P, K, 4]
        boxes = decode_boxes(deltas.astype("float32"), regions[:, :, None])
        padding = regions[..., 2] <= regions[..., 0]
        scores = np.where(padding[..., None], -np.inf, scores).astype("float32")
        found = detections(
            clip_boxes(boxes, *image_size), scores, threshold, min_score, max_outputs
        )
        return {name: np.array(values) for name, values in found.items()}

    def _svm(self, features, overlap):
        """Train a class against the rest, mining hard negatives: weights [D] and bias."""
        positive, negative = np.flatnonzero(overlap == 1), np.flatnonzero(overlap < NEGATIVE_BELOW)
        count = min(len(negative), 3 * len(positive))
        chosen = self.rng.choice(negative, count, replace=False)
        for round_ in range(self.rounds + 1):
            rows = np.concatenate([positive, chosen])
            weights, bias = _linear_svm(features[rows], len(positive))
            if round_ < self.rounds:
                scores = (features @ weights + bias)[negative]
                hardest = np.argsort(-scores)[:HARDEST]
                hard = negative[hardest[scores[hardest] > -1]]  # inside the margin
                chosen = np.union1d(chosen, hard)
        return weights, bias


def _linear_svm(features, num_positive):
    from sklearn.svm import LinearSVC  # needed for training only

    labels = np.arange(len(features)) < num_positive
    svm = LinearSVC(
        C=SVM_COST, loss="hinge", class_weight={True: POSITIVE_WEIGHT},
        intercept_scaling=BIAS_FACTOR, random_state=0, max_iter=2000, tol=1e-2)  # fmt: skip
    svm.fit(features, labels)
    return svm.coef_[0].astype("float32"), svm.intercept_[0]


def _ridge(features, targets):
    """Least squares with λ·|w|²: weights [D, 4] and bias [4]."""
    from sklearn.linear_model import Ridge

    model = Ridge(alpha=RIDGE).fit(features, targets)
    return model.coef_.T.astype("float32"), model.intercept_
