"""BlazePose: 33 body keypoints of one person, regressed from a crop.

Bazarevsky et al. 2020 (https://arxiv.org/abs/2006.10204): a network of inverted residuals reads a
256×256 crop around the person and regresses the keypoints directly; heatmaps only help in training,
so that branch, like the source's segmentation branch, is left out here. It answers for one person
per crop: several people need a box each, which is top-down pose estimation.

Legend: H, W height and width in pixels; B batch; K = 33 keypoints (x, y), absolute pixels, where
pixel (row 0, column 0) covers x and y from 0 to 1; left and right are the person's own.
"""

import keras
import numpy as np
from keras import layers, ops

from course.models.pretrained.images import check_image
from course.models.pretrained.sampling import bilinear, resize_area
from course.models.pretrained.weights import assign_weights, read_weights

SIDE = 256
# Inverted residuals: channels inside, kernel size, stride, channels out.
TRUNK = [(64, 3, 2, 24), (144, 3, 1, 24), (144, 5, 2, 32), (192, 5, 1, 32), (192, 3, 2, 64)]
TRUNK += [(384, 3, 1, 64)] * 2 + [(384, 5, 1, 88)] + [(528, 5, 1, 88)] * 2 + [(528, 5, 2, 144)]
TRUNK += [(864, 5, 1, 144)] * 3
HEAD = [2, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1]  # strides of the units after the trunk

KEYPOINTS = (
    *("nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye"),
    *("right_eye_outer", "left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder"),
    *("right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_pinky"),
    *("right_pinky", "left_index", "right_index", "left_thumb", "right_thumb", "left_hip"),
    *("right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "left_heel"),
    *("right_heel", "left_foot_index", "right_foot_index"),
)
LIMBS = (
    *((11, 12), (11, 13), (13, 15), (12, 14), (14, 16), (11, 23), (12, 24), (23, 24)),
    *((23, 25), (25, 27), (24, 26), (26, 28), (27, 31), (28, 32), (0, 2), (0, 5), (2, 7), (5, 8)),
)


def pose_net(weights="blazepose"):
    """The keypoint network, 2.97 M parameters (Lecture 16).

    Args:
        weights: ``"blazepose"``, or None for random values.

    Returns:
        `keras.Model` from RGB scaled to x / 255, float32 [B, 256, 256, 3], to a list: landmarks
        float32 [B, 39, 5] and the probability that a person is seen, [B, 1]. A landmark is x, y, z
        in pixels of the crop, then the logits of being visible and of being inside it; 33 and 34
        are the centre of the hips and a point that gives scale and direction.

    Raises:
        ValueError: if ``weights`` is unknown, or the weight file is corrupt.
        FileNotFoundError: if the weight file is missing.
    """
    if weights not in ("blazepose", None):
        raise ValueError(f"weights={weights!r} was given, expected 'blazepose' or None.")
    image = keras.Input((SIDE, SIDE, 3), name="image")
    x = layers.ZeroPadding2D(1)(image)
    x = layers.Conv2D(24, 3, 2, activation="relu6", name="stem")(x)  # [B, 128, 128, 24]
    x = depthwise(x, 3, 1, "stem_depthwise")
    x = layers.Conv2D(16, 1, name="stem_project")(x)
    for i, (inside, kernel, stride, out) in enumerate(TRUNK):
        y = layers.Conv2D(inside, 1, activation="relu6", name=f"block{i}_expand")(x)
        y = depthwise(y, kernel, stride, f"block{i}_depthwise")
        y = layers.Conv2D(out, 1, name=f"block{i}_project")(y)
        x = x + y if x.shape == y.shape else y
    x = layers.Conv2D(864, 1, activation="relu6", name="neck_expand")(x)  # [B, 8, 8, 864]
    x = depthwise(depthwise(x, 3, 1, "neck_depthwise0"), 3, 1, "neck_depthwise1")
    x = layers.Conv2D(288, 1, activation="relu6", name="neck_project")(x)
    for i, stride in enumerate(HEAD):
        y = layers.DepthwiseConv2D(
            3, stride, padding="same", activation="relu6", name=f"head{i}_depthwise"
        )(x)
        y = layers.Conv2D(288, 1, name=f"head{i}_conv")(y)
        x = layers.ReLU(6)((layers.MaxPooling2D()(x) if stride == 2 else x) + y)
    landmarks = layers.Conv2D(195, 2, name="landmarks")(x)  # [B, 2, 2, 288] → [B, 1, 1, 195]
    person = layers.Conv2D(1, 2, activation="sigmoid", name="person")(x)
    outputs = [layers.Reshape((39, 5))(landmarks), layers.Reshape((1,))(person)]
    model = keras.Model(image, outputs, name="blazepose")
    return assign_weights(model, read_weights("blazepose.npz")) if weights else model


def depthwise(x, kernel, stride, name):
    """A depthwise convolution, zero-padded alike on all sides, and ReLU6 (Lecture 16).

    Args:
        x: float32 [B, h, w, C].
        kernel, stride: int, pixels.
        name: str, the layer's name.

    Returns:
        float32 [B, h / stride, w / stride, C].
    """
    x = layers.ZeroPadding2D(kernel // 2)(x)
    return layers.DepthwiseConv2D(kernel, stride, activation="relu6", name=name)(x)


def body_box(face):
    """The square in which to look for the body below a face (Lecture 16).

    A face from brow to chin is about a ninth of the square's side, and the hips are 3.4 faces down.

    Args:
        face: xyxy in absolute pixels, one box of `course.models.pretrained.face.FaceDetector`.

    Returns:
        float64 NumPy array [4], xyxy; it may leave the image.

    Raises:
        ValueError: if ``face`` is not four numbers.
    """
    face = np.asarray(face, dtype="float64")
    if face.shape != (4,):
        raise ValueError(f"face has shape {face.shape}, expected four numbers: pass boxes[0].")
    height = face[3] - face[1]
    hips = (face[:2] + face[2:]) / 2 + [0, 3.4 * height]
    return np.concatenate([hips - 4.5 * height, hips + 4.5 * height])


class PoseEstimator:
    """Finds the 33 keypoints of one person in a photograph (Lecture 16).

    The first crop is the box, or the whole image. The landmarks then tell where the person is, how
    large and how tilted, and the next crop follows them, as the source tracks a person in a video.
    The box should be centred on the hips and hold the whole body, also where the body leaves the
    image: `body_box` makes one from a face. What differs from the source: no person detector, no
    heatmap refinement, and large images are averaged down before the crop, against aliasing.

    Args:
        passes: int ≥ 1, number of crops looked at.

    Raises:
        ValueError: if ``passes`` is below 1, or the weight file is corrupt.
        FileNotFoundError: if the weight file is missing.
    """

    def __init__(self, passes=2):
        if passes < 1:
            raise ValueError(f"passes={passes} was given, expected at least 1; 2 is usual.")
        self.passes, self.net = passes, pose_net()

    def predict(self, image, box=None):
        """Estimate.

        Args:
            image: [H, W, 3] RGB, 0–255.
            box: xyxy in absolute pixels around the person, or None for the whole image.

        Returns:
            dict with ``"keypoints"`` float32 [33, 2], ordered as `KEYPOINTS`, also where they lie
            outside the image; ``"visibility"`` float32 [33] in 0–1; ``"score"`` float in 0–1.
            Below 0.5 there is nobody; above, there may be: the network expects a crop in which a
            detector has found a person.

        Raises:
            ValueError: if the image or the box is not as above.
        """
        image = check_image(image)
        height, width = image.shape[:2]
        box = np.array((0, 0, width, height) if box is None else box, dtype="float64")
        if box.shape != (4,) or not np.isfinite(box).all() or (box[2:] <= box[:2]).any():
            raise ValueError(
                f"box={box.tolist()} was given, expected [x1, y1, x2, y2], x1 < x2 and y1 < y2; "
                "leave it out to use the whole image."
            )
        centre, side, angle = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]).max(), 0.0
        for _ in range(self.passes):
            cos, sin = np.cos(angle), np.sin(angle)
            axes = side * np.array([[cos, sin], [-sin, cos]])
            landmarks, score = self._look(image / 255, centre, axes)
            points = centre + (landmarks[:, :2] / SIDE - 0.5) @ axes  # crop → image
            hips, reach = points[33], points[34] - points[33]
            if score < 0.5:
                break  # nobody here: nothing to follow
            centre, side = hips, 2.5 * np.hypot(*reach)
            angle = np.pi / 2 - np.arctan2(-reach[1], reach[0])  # reach is upright in the crop
        return {
            "keypoints": points[:33].astype("float32"),
            "visibility": (1 / (1 + np.exp(-landmarks[:33, 3]))).astype("float32"),
            "score": float(score),
        }

    def _look(self, image, centre, axes):
        """Crop the square with these axes and run the network → landmarks [39, 5], score."""
        size = np.array(image.shape[1::-1])
        small = np.maximum(size / max(1, np.hypot(*axes[0]) / SIDE), 1).round().astype(int)
        image = resize_area(image, small[1], small[0])  # no aliasing: one pixel per crop pixel
        centre, axes = centre * small / size, axes * small / size
        steps = (np.arange(SIDE) + 0.5) / SIDE - 0.5
        u, v = np.meshgrid(steps, steps)
        x, y = np.moveaxis(centre + np.stack([u, v], -1) @ axes - 0.5, -1, 0)
        landmarks, score = self.net(bilinear(image, x, y)[None])
        return ops.convert_to_numpy(landmarks)[0], ops.convert_to_numpy(score)[0, 0]
