"""Three ways to suppress non-maxima: the fixpoint of course.ops, a loop, and TensorFlow's own.

    python benchmarks/nms.py [--xla] [--seed 0]

Boxes come in clusters of ten. All three keep at most 100 boxes at IoU .5 and are checked to keep
the same ones. Median CPU milliseconds of 15 calls of a compiled graph on one thread, so that other
work on the machine does not count; prints a Markdown table.
"""

import argparse
import time

import numpy as np
import tensorflow as tf
from keras import ops as kops

from course import ops

KEPT = 100


def fixpoint(boxes, scores):
    """course.ops.nms, all boxes being candidates."""
    return ops.nms(boxes, scores, max_outputs=KEPT, candidates=boxes.shape[1])


def loop(boxes, scores):
    """The textbook: take the best box, drop what overlaps it, begin again."""
    slots, places = np.arange(KEPT), np.arange(boxes.shape[1])

    def take(k, state):
        left, indices = state
        best = kops.max(left, axis=-1, keepdims=True)
        index = kops.cast(kops.argmax(left, axis=-1, keepdims=True), "int32")
        box = kops.take_along_axis(boxes, index[..., None], axis=-2)
        gone = kops.logical_or(ops.pairwise_iou(box, boxes)[:, 0] > 0.5, places == index)
        now = kops.logical_and(slots == k, best > -1)
        return kops.where(gone, -1.0, left), kops.where(now, index, indices)

    empty = kops.full((boxes.shape[0], KEPT), -1, "int32")
    return kops.fori_loop(0, KEPT, take, (scores, empty))[1]


def tensorflow(boxes, scores):
    """tf.image.non_max_suppression_padded, which works in tiles."""
    found, count = tf.image.non_max_suppression_padded(
        tf.gather(boxes, [1, 0, 3, 2], axis=-1), scores, KEPT, 0.5, pad_to_max_output_size=True
    )
    return tf.where(tf.range(KEPT) < count[:, None], found, -1)


def clusters(batch, number, seed):
    """Return boxes [B, N, 4] in clusters of ten, and scores [B, N]."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, 256, (batch, number // 10, 2)).repeat(10, axis=1)
    size = rng.uniform(20, 60, centre.shape) * rng.uniform(0.8, 1.25, centre.shape)
    centre = centre + rng.normal(0, 4, centre.shape)
    boxes = np.concatenate([centre - size / 2, centre + size / 2], axis=-1)
    scores = rng.random((batch, number))
    return tf.constant(boxes, tf.float32), tf.constant(scores, tf.float32)


def milliseconds(function, *inputs):
    """Return the median CPU time of a call, and its result."""
    result, times = function(*inputs).numpy(), []
    for _ in range(15):
        start = time.process_time()
        result = function(*inputs).numpy()
        times.append(time.process_time() - start)
    return 1000 * np.median(times), result


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--xla", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    functions = [fixpoint, loop] + [tensorflow] * (not options.xla)
    print("| batch | boxes |", *(f"{f.__name__} |" for f in functions))
    print("|---|---|" + "---|" * len(functions))
    for batch in (1, 8):
        for number in (100, 200, 400, 1000):
            inputs = clusters(batch, number, options.seed)
            rows = [
                milliseconds(tf.function(f, jit_compile=options.xla), *inputs) for f in functions
            ]
            assert all((kept == rows[0][1]).all() for _, kept in rows)
            print(f"| {batch} | {number} |", *(f"{ms:.1f} |" for ms, _ in rows), flush=True)


if __name__ == "__main__":
    main()
