"""From the outputs of a region proposal network to a few boxes worth looking at.

Legend: B batch, A anchors, R proposals.
"""

from keras import ops

from course.ops.boxes import clip_boxes, decode_boxes
from course.ops.nms import nms
from course.ops.ranking import top_k


def proposals(
    deltas, scores, anchors, height, width, before=256, after=64, threshold=0.7, min_side=2.0
):
    """Decode, clip, drop the tiny, keep the best and suppress (lecture 12).

    Ren et al. 2015, section 3.3: of about 6,000 boxes before suppression, with an IoU above .7,
    about 2,000 are left to train with, 300 to test with. No gradient flows through.

    Args:
        deltas: float tensor [B, A, 4].
        scores: float tensor [B, A], probability or logit of an object.
        anchors: float tensor [A, 4], xyxy pixels.
        height, width: size of the image in pixels.
        before, after: how many boxes enter the suppression, and R, how many leave it.
        threshold: IoU above which the better of two boxes suppresses the other.
        min_side: shorter boxes are dropped, in pixels.

    Returns:
        float tensor [B, R, 4], xyxy pixels, by falling score, filled up with (0, 0, 0, 0); and
        bool tensor [B, R], False for what is filled up.
    """
    deltas, scores = ops.stop_gradient(deltas), ops.stop_gradient(scores)
    best, order = top_k(scores, min(before, scores.shape[-1]))
    anchors = ops.take(ops.convert_to_tensor(anchors), order, axis=0)  # [B, before, 4]
    deltas = ops.take_along_axis(deltas, order[..., None], axis=-2)
    boxes = clip_boxes(decode_boxes(deltas, anchors), height, width)
    sides = boxes[..., 2:] - boxes[..., :2]
    tiny = ops.any(sides < min_side, axis=-1)
    padding = ops.where(tiny, -1, 0)  # for nms, a class of −1 is padding
    kept = nms(boxes, best, padding, threshold, max_outputs=after, candidates=before)
    filled = kept >= 0
    boxes = ops.take_along_axis(boxes, ops.maximum(kept, 0)[..., None], axis=-2)
    return ops.where(filled[..., None], boxes, 0.0), filled
