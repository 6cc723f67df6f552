"""Threshold explorer: from raw candidates to detections, with two thresholds under your hand.

Legend: H, W size of the picture, N candidates, G objects. Boxes are xyxy in absolute pixels.
"""

import ipywidgets as widgets
import numpy as np
from keras import ops
from matplotlib.patches import Rectangle

from course.metrics import precision, recall
from course.ops import nms, pairwise_iou
from course.plots.boxes import BRIGHT, draw
from course.plots.explorer import Explorer
from course.plots.show import new_figure

RIGHT, WRONG, MISSED = "#009E73", "#D55E00", "white"


class ThresholdExplorer(Explorer):
    """Sliders for score and NMS threshold, above candidates and detections (lecture 08).

    On the left stand all candidates, on the right what the thresholds leave: right detections in
    green, wrong ones in red, missed objects dashed. Show it as the last expression of a cell, as
    ``KernelExplorer``; where no kernel runs, the picture of the first setting stands there.

    Args:
        image: uint8 [H, W, 3], or [H, W] for grey.
        boxes: [N, 4], candidates before suppression.
        scores: [N].
        classes: integers [N]; class −1 is padding.
        names: class names.
        truth: optional pair (boxes [G, 4], classes [G]), padding of class −1 allowed; without it
            nothing is counted.
        alt: alternative text for the picture of the first setting; no measured numbers.
        overlap: a detection is right from this IoU on.
        start: first values of the controls, ``score`` and ``nms``.

    Attributes:
        controls: dict ``name → widget``; setting a widget's ``value`` redraws.
        picture: the widget that shows the figure.

    Raises:
        ValueError: if the arrays do not fit together or ``start`` names no control.
    """

    def __init__(self, image, boxes, scores, classes, names, truth=None, *, alt, overlap=0.5,
                 **start):  # fmt: skip
        self.image, self.names, self.overlap = np.asarray(image), names, overlap
        self.boxes = np.asarray(boxes, "float32").reshape(-1, 4)
        self.scores, self.classes = np.asarray(scores, "float32"), np.asarray(classes, "int32")
        self.truth = None if truth is None else _objects(*truth)
        if not len(self.boxes) == len(self.scores) == len(self.classes):
            raise ValueError(
                f"ThresholdExplorer got {len(self.boxes)} boxes, {len(self.scores)} scores and "
                f"{len(self.classes)} classes; give one of each for every candidate."
            )
        controls = {"score": _slider("score", 0.3), "nms": _slider("nms", 0.5)}
        super().__init__(controls, alt, start, columns=2)

    def detections(self):
        """What the thresholds leave, by falling score: boxes [M, 4], scores [M], classes [M]."""
        if not len(self.boxes):
            return self.boxes, self.scores, self.classes
        score, threshold = self.settings["score"], self.settings["nms"]
        number = len(self.boxes)
        candidates = map(ops.convert_to_tensor, (self.boxes, self.scores, self.classes))
        kept = ops.convert_to_numpy(nms(*candidates, threshold, score, number, number))
        kept = kept[kept >= 0]
        return self.boxes[kept], self.scores[kept], self.classes[kept]

    def matches(self):
        """For each detection whether it is right, bool [M]; for each object whether it is found."""
        boxes, _, classes = self.detections()
        wanted, kinds = self.truth
        right, found = np.zeros(len(boxes), bool), np.zeros(len(wanted), bool)
        overlaps = ops.convert_to_numpy(pairwise_iou(boxes, wanted)) if len(boxes) else []
        for index, row in enumerate(overlaps):  # greedy, by falling score
            free = np.where((kinds == classes[index]) & ~found, row, -1)
            if free.max(initial=-1) >= self.overlap:
                right[index] = found[free.argmax()] = True
        return right, found

    def counts(self):
        """True and false positives, missed objects, precision and recall of this setting: dict."""
        right, found = self.matches()
        true, false, missed = int(right.sum()), int((~right).sum()), int((~found).sum())
        return {
            "right": true,
            "wrong": false,
            "missed": missed,
            "precision": float(precision(true, false)),
            "recall": float(recall(true, len(found))),
        }

    def figure(self):
        """Draw the present setting: candidates, and what is left of them."""
        height, width = self.image.shape[:2]
        figure, (left, right) = new_figure(8.4, 4.2 * height / width + 0.6, 1, 2)
        shown = (self.scores > self.settings["score"]) & (self.classes >= 0)
        draw(left, self.image, [], [], self.names)
        for box, kind in zip(self.boxes[shown], self.classes[shown], strict=True):
            _outline(left, box, BRIGHT[kind % len(BRIGHT)], 0.9)
        left.set_title(f"{shown.sum()} candidates", fontsize=9)
        boxes, scores, classes = self.detections()
        if self.truth is None:
            draw(right, self.image, boxes, classes, self.names, scores)
            right.set_title(f"{len(boxes)} detections", fontsize=9)
            return figure
        draw(right, self.image, [], [], self.names)
        correct, found = self.matches()
        for box in self.truth[0][~found]:
            _outline(right, box, MISSED, 1.6, "--")
        for box, score, kind, good in zip(boxes, scores, classes, correct, strict=True):
            _outline(right, box, RIGHT if good else WRONG, 2.0)
            style = {"facecolor": RIGHT if good else WRONG, "linewidth": 0, "pad": 1, "alpha": 0.8}
            place, text = box[:2].clip(0, [width, height]), f"{self.names[kind]} {score:.2f}"
            side = "top" if place[1] < 0.08 * height else "bottom"  # inside, below the title
            right.text(*place, text, fontsize=7, color="white", va=side, bbox=style)
        right.set_title(_sentence(self.counts()), fontsize=9)
        return figure


def _objects(boxes, classes):
    """Drop padding: boxes [G, 4], classes [G]."""
    classes = np.asarray(classes)
    return np.asarray(boxes, "float32").reshape(-1, 4)[classes >= 0], classes[classes >= 0]


def _sentence(counts):
    numbers = "{right} right, {wrong} wrong, {missed} missed\n"
    return (numbers + "precision {precision:.2f}, recall {recall:.2f}").format(**counts)


def _outline(axis, box, colour, width, style="-"):
    size = box[2:] - box[:2]
    axis.add_patch(
        Rectangle(box[:2], *size, fill=False, color=colour, linewidth=width, linestyle=style)
    )


def _slider(name, start):
    text = {"score": "score above", "nms": "NMS threshold"}[name]
    look = {"description": text, "style": {"description_width": "100px"}}
    return widgets.FloatSlider(start, min=0, max=1, step=0.05, continuous_update=False, **look)
