"""COCO's twelve numbers: course.metrics against pycocotools, on made-up detections.

    python benchmarks/detection_metrics.py [--images 5000] [--seed 0]

Every image has 0–14 objects of 80 classes (some of them crowds) and 100 detections: for each object
a few boxes near it, mostly of the right class, and random ones for the rest. Both get the same
boxes, in the form each wants them; making that form is not timed, pycocotools' index is. One run
each, in CPU seconds, so that other work on the machine does not count; prints a Markdown table, and
fails if the numbers differ.
"""

import argparse
import contextlib
import io
import platform
import time

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from course import metrics


def made_up(num_images, classes, seed, num_detections=100):
    """Return detections and objects of some images, as ``match_detections`` takes them."""
    rng = np.random.default_rng(seed)
    detections = {"boxes": [], "scores": [], "classes": []}
    objects = {"boxes": [], "classes": [], "ignore": []}
    for _ in range(num_images):
        count = rng.integers(0, 15)
        low, size = rng.uniform(0, 400, (count, 2)), rng.lognormal(4, 0.8, (count, 2))
        boxes, kinds = np.concatenate([low, low + size], 1), rng.integers(0, classes, count)
        near = np.repeat(np.arange(count), rng.integers(0, 6, count))[:num_detections]
        jitter = rng.normal(0, 0.1, (len(near), 4)) * np.tile(size[near], 2)
        rest = num_detections - len(near)
        low, side = rng.uniform(0, 400, (rest, 2)), rng.lognormal(4, 0.8, (rest, 2))
        right = rng.random(len(near)) < 0.8
        drawn = rng.integers(0, classes, num_detections)
        drawn[: len(near)] = np.where(right, kinds[near], drawn[: len(near)])
        scores = rng.beta(2, np.r_[np.full(len(near), 2), np.full(rest, 5)])
        guesses = boxes[near] + jitter
        guesses[:, 2:] = np.maximum(guesses[:, 2:], guesses[:, :2] + 1)
        detections["boxes"].append(np.concatenate([guesses, np.c_[low, low + side]]))
        detections["scores"].append(scores)
        detections["classes"].append(drawn)
        objects["boxes"].append(boxes)
        objects["classes"].append(kinds)
        objects["ignore"].append(rng.random(count) < 0.02)
    return detections, objects


def records(entries):
    """Write the entries of all images as COCO's annotations."""
    result = []
    for image, (boxes, classes) in enumerate(
        zip(entries["boxes"], entries["classes"], strict=True)
    ):
        sizes = boxes[:, 2:] - boxes[:, :2]
        for slot, kind in enumerate(classes.tolist()):
            record = {"id": len(result) + 1, "image_id": image, "category_id": kind, "iscrowd": 0}
            record["bbox"] = [*boxes[slot, :2].tolist(), *sizes[slot].tolist()]
            record["area"] = float(sizes[slot].prod())
            if "ignore" in entries:
                record["iscrowd"] = int(entries["ignore"][image][slot])
            else:
                record["score"] = float(entries["scores"][image][slot])
            result.append(record)
    return result


def pycocotools(found, wanted, num_images, classes):
    """Index, evaluate, accumulate and summarise: the twelve numbers."""
    sides = []
    for annotations in (wanted, found):
        side = COCO()
        side.dataset = {
            "images": [{"id": n} for n in range(num_images)],
            "categories": [{"id": n} for n in range(classes)],
            "annotations": annotations,
        }
        side.createIndex()
        sides.append(side)
    evaluation = COCOeval(*sides, "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation.stats


def main():
    """Print the table and what it was measured with."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print("| images | classes | detections | pycocotools | course.metrics | ratio | AP |")
    print("|---|---|---|---|---|---|---|")
    for classes in (80, 7):
        detections, objects = made_up(options.images, classes, options.seed)
        found, wanted = records(detections), records(objects)
        start = time.process_time()
        ours = metrics.coco_metrics(detections, objects)
        middle = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            theirs = pycocotools(found, wanted, options.images, classes)
        end = time.process_time()
        assert np.allclose(list(ours.values()), theirs, atol=1e-6), (ours, theirs)
        fast, slow = middle - start, end - middle
        print(f"| {options.images} | {classes} | {len(found):,} | {slow:.1f} s | {fast:.2f} s "
              f"| {slow / fast:.0f} | {ours['AP']:.3f} |", flush=True)  # fmt: skip
    print(f"\n{platform.machine()}, seed {options.seed}, NumPy {np.__version__}, "
          f"Python {platform.python_version()}.")  # fmt: skip


if __name__ == "__main__":
    main()
