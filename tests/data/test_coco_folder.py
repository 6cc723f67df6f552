"""Your own folder: every mask arrives as pycocotools paints it, and every mistake is told."""

import copy
import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from pycocotools import mask as coco_mask

from course import data
from course.data.coco_masks import run_lengths
from course.data.geometry import stack_masks
from course.errors import MissingData, WrongAnnotations

H, W = 40, 60
SQUARE = [[10, 10, 30, 10, 30, 30, 10, 30]]
PARTS = [[2.5, 2, 20, 3, 8, 18.5], [40, 20, 58, 20, 58, 38, 40, 38, 44, 30]]
RUNS = {"size": [H, W], "counts": [5 * H + 4, 6, H - 6, 6, W * H - 6 * H - 10]}


def text(rle):
    """Compress run lengths as COCO's files have them."""
    return {**rle, "counts": coco_mask.frPyObjects(rle, H, W)["counts"].decode()}


def content():
    """Two pictures: three objects that overlap and a crowd; nothing."""

    def annotation(key, kind, bbox, segmentation, **more):
        ids = {"id": key, "image_id": 7, "category_id": kind}
        return ids | {"bbox": bbox, "segmentation": segmentation} | more

    return {
        "images": [
            {"id": 7, "file_name": "a.png", "width": W, "height": H},
            {"id": 3, "file_name": "sub/b.jpg", "width": W, "height": H},
        ],
        "categories": [{"id": 90, "name": "dog"}, {"id": 4, "name": "cat"}],
        "annotations": [
            annotation(1, 90, [10, 10, 20, 20], SQUARE),
            annotation(2, 4, [2.5, 2, 56, 36.5], PARTS, iscrowd=0),
            annotation(5, 90, [5, 4, 2, 6], RUNS, iscrowd=1),
            annotation(9, 4, [5, 4, 2, 6], text(RUNS)),
        ],
    }


def save(folder, saved, name="annotations.json"):
    picture = np.random.default_rng(0).integers(0, 256, (H, W, 3), np.uint8)
    (folder / "images" / "sub").mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(folder / "a.png")
    Image.fromarray(picture).save(folder / "images" / "sub" / "b.jpg")
    (folder / name).write_text(json.dumps(saved), encoding="utf-8")
    return picture


def first(folder, *split, **options):
    batches, _ = data.load_coco(folder, *split, **{"image_size": (H, W), **options})
    return {name: values.numpy() for name, values in next(iter(batches)).items()}


def oracle():
    """Masks of the first picture, by pycocotools."""
    polygons = [coco_mask.merge(coco_mask.frPyObjects(p, H, W)) for p in (SQUARE, PARTS)]
    return np.stack(
        [coco_mask.decode(r) for r in [*polygons, *[coco_mask.frPyObjects(RUNS, H, W)] * 2]]
    )


def test_everything_arrives_as_it_was_annotated(tmp_path):
    picture = save(tmp_path, content())
    batches, names = data.load_coco(tmp_path, image_size=(H, W))
    spec = batches.element_spec
    assert names == ("cat", "dog")  # categories 4 and 90
    assert spec["masks"].shape[1:] == (16, H, W) and spec["masks"].dtype == tf.uint8
    batch = first(tmp_path)
    assert np.array_equal(batch["images"][0], picture) and batch["images"].shape == (2, H, W, 3)
    assert np.array_equal(batch["masks"][0, :4], oracle()) and not batch["masks"][0, 4:].any()
    assert batch["boxes"][0, :3].tolist() == [[10, 10, 30, 30], [2.5, 2, 58.5, 38.5], [5, 4, 7, 10]]
    assert batch["classes"][0].tolist() == [1, 0, 1, 0] + [-1] * 12
    assert batch["ignore"][0].tolist() == [False, False, True] + [False] * 13
    assert (batch["classes"][1] == -1).all() and not batch["semantic"][1].any()


def test_the_smallest_object_is_on_top_of_the_maps(tmp_path):
    save(tmp_path, content())
    batch, masks = first(tmp_path), oracle()
    for y in range(H):
        for x in range(W):
            there = [(masks[slot].sum(), slot) for slot in range(4) if masks[slot, y, x]]
            slot = min(there)[1] if there else -1
            assert batch["instances"][0, y, x] == slot + 1
            assert batch["semantic"][0, y, x] == (batch["classes"][0, slot] + 1 if there else 0)


def test_it_has_the_structure_of_the_embedded_sets(tmp_path):
    save(tmp_path, content())
    own, _ = data.load_coco(tmp_path, image_size=(128, 128))
    scenes = data.load("scenes/small", "test[:8]", masks=True).element_spec
    for name, spec in own.element_spec.items():
        assert (spec.shape[1:], spec.dtype) == (scenes[name].shape[1:], scenes[name].dtype)
    assert {*scenes} - {*own.element_spec} == {"captions"}


def test_crowds_and_masks_can_be_left_out(tmp_path):
    saved = content()
    for annotation in saved["annotations"]:
        del annotation["segmentation"]
    save(tmp_path, saved)
    batch = first(tmp_path, masks=False, crowds=False)
    assert set(batch) == {"images", "boxes", "classes", "ignore"}
    assert batch["classes"][0, :4].tolist() == [1, 0, 0, -1] and not batch["ignore"].any()


def test_letterboxing_moves_masks_and_boxes_together(tmp_path):
    save(tmp_path, content())
    batch = first(tmp_path, image_size=(100, 120))  # twice as large, 10 px of grey above and below
    assert batch["boxes"][0, 0].tolist() == [20, 30, 60, 70]
    assert np.array_equal(
        batch["masks"][0, :4, 10:90], oracle().repeat(2, axis=1).repeat(2, axis=2)
    )
    assert not batch["masks"][0, :, :10].any() and (batch["images"][0, :10] == 127).all()


def test_augmented_masks_keep_their_overlaps(tmp_path):
    save(tmp_path, content())
    flipped = first(tmp_path, augment=data.Augmentation(flip=1.0))
    assert np.array_equal(flipped["masks"][0, :4], oracle()[..., ::-1])
    assert flipped["boxes"][0, 0].tolist() == [30, 10, 50, 30]  # tight
    assert np.array_equal(flipped["instances"][0], first(tmp_path)["instances"][0][:, ::-1])


def test_a_dropped_object_loses_its_mask_and_the_others_move_as_in_an_instance_map():
    """Where nothing overlaps, masks and the instance map are two ways to say the same."""
    (batch,) = data.load("scenes/small", "test[:8]", 8).take(1)
    augment = data.Augmentation(rotate=30, scale=(1.5, 2.5), translate=0.3, min_visible=0.5)
    by_map = stack_masks(augment(batch, [1, 2]))
    by_masks = augment(stack_masks(batch), [1, 2])
    dropped = (batch["classes"].numpy() >= 0) & (by_map["classes"].numpy() < 0)
    assert dropped.any() and not by_masks["masks"].numpy()[dropped].any()
    assert all(np.array_equal(by_map[name], by_masks[name]) for name in by_map)


def test_files_parts_and_order(tmp_path):
    save(tmp_path, content(), "train.json")
    assert len(first(tmp_path, drop_remainder=False)["images"]) == 2  # the only file
    saved = content()
    saved["annotations"] = saved["annotations"][:1]
    save(tmp_path, saved, "validation.json")
    assert len(first(tmp_path, "train[:50%]")["images"]) == 1
    assert (first(tmp_path, "validation[1:]")["classes"] == -1).all()  # the picture without objects
    with pytest.raises(MissingData, match=r"no annotations.json.*'train.json'.*split='train'"):
        first(tmp_path)
    with pytest.raises(MissingData, match=r"no test\.json"):
        first(tmp_path, "test[:3]")
    with pytest.raises(ValueError, match="has no pictures"):
        first(tmp_path, "train[2:]")
    with pytest.raises(ValueError, match="'train\\[a:\\]'; write"):
        first(tmp_path, "train[a:]")
    with pytest.raises(MissingData, match="no folder"):
        first(tmp_path / "nowhere")
    with pytest.raises(MissingData, match="Export one in COCO's format"):
        first(tmp_path / "images")


def test_a_camera_held_upright(tmp_path):
    """Annotated as shown, the picture is turned; annotated as stored, it is not."""
    picture = save(tmp_path, content())
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    Image.fromarray(np.rot90(picture)).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(first(tmp_path)["images"][0], picture)
    Image.fromarray(picture).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(first(tmp_path)["images"][0], picture)


def test_transparent_pictures_stand_on_grey(tmp_path):
    save(tmp_path, content())
    Image.new("RGBA", (W, H), (255, 0, 0, 0)).save(tmp_path / "a.png")
    assert (first(tmp_path)["images"][0] == 127).all()


@pytest.mark.parametrize("seed", range(5))
def test_run_lengths_decode_what_pycocotools_writes(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, [2, 5000, 9, 90, 2][seed], 30).tolist()
    counts[1:] = [n + 1 for n in counts[1:]]
    rle = coco_mask.frPyObjects({"size": [1, sum(counts)], "counts": counts}, 1, sum(counts))
    assert run_lengths(rle["counts"].decode()) == counts


def change(*path, **fields):
    """A mistake: a record of the file gets other values; None takes one away."""

    def apply(saved):
        record = saved
        for step in path:
            record = record[step]
        for name, value in fields.items():
            record[name] = value
            if value is None:
                del record[name]

    return apply


def one(**fields):
    return change("annotations", 0, **fields)


def again(kind):
    return lambda saved: saved[kind].append(copy.deepcopy(saved[kind][0]))


MISTAKES = {
    "no list": (change(categories=None), "categories: there is no such list"),
    "no categories": (change(categories=[]), "categories: the list is empty"),
    "no annotations": (change(annotations=[]), "annotations: the list is empty"),
    "no record": (change(images=[5]), r"images\[0\]: this is a int, not an object with \['id'"),
    "missing key": (one(bbox=None), r"annotations\[0\], id 1: bbox missing; there is \['cat"),
    "wrong type": (one(image_id="7"), r"id 1: image_id is '7'; it must be of type int"),
    "no size": (change("images", 0, width=0), r"images\[0\], id 7: width 0 and height 40 must be"),
    "same image": (again("images"), r"images\[2\], id 7: an earlier record has this id"),
    "same category": (again("categories"), r"categories\[2\], id 90: an earlier"),
    "same annotation": (again("annotations"), r"annotations\[4\], id 1: an earlier"),
    "unknown image": (one(image_id=8), "annotation 1: no image has its image_id, 8"),
    "unknown category": (one(category_id=1), r"category_id is 1; categories have \[4, 90\]"),
    "crowd": (one(iscrowd=2), "annotation 1: iscrowd is 2; it must be 0 or 1"),
    "three numbers": (one(bbox=[1, 2, 3]), r"bbox \[1, 2, 3\] must be four finite numbers"),
    "words": (one(bbox=["a"] * 4), "must be four finite numbers"),
    "not finite": (one(bbox=[1, 2, float("nan"), 4]), "must be four finite numbers"),
    "negative size": (one(bbox=[10, 10, -4, 5]), "has width -4 and height 5; both must be above 0"),
    "no width": (one(bbox=[10, 10, 0, 5]), "has width 0 and height 5"),
    "corners": (one(bbox=[30, 20, 50, 39]), r"out of the picture of 60×40; it looks like \[x0, y0"),
    "outside": (one(bbox=[50, 30, 20, 20]), r"from \(50, 30\) to \(70, 50\), out of the picture"),
    "at the left": (one(bbox=[-5, 3, 9, 9]), r"from \(-5, 3\)"),
    "past the edge": (one(bbox=[60.2, 3, 0.5, 9]), "lies outside of the picture of 60×40"),
    "no mask": (one(segmentation=None), "has no segmentation; draw one, or load with masks=False"),
    "empty mask": (one(segmentation=[]), "has no segmentation"),
    "flat polygon": (one(segmentation=SQUARE[0]), "must be a list of polygons"),
    "text": (one(segmentation="polygon"), "must be a list of polygons"),
    "odd polygon": (one(segmentation=[SQUARE[0][:7]]), "a polygon has 7 values"),
    "two points": (one(segmentation=[[10, 10, 30, 30]]), "a polygon has 4 values"),
    "polygon not finite": (one(segmentation=[[10, 10, 30, 30, 10, float("inf")]]), "finite"),
    "other pixels": (one(segmentation=[[20, 20, 90, 20, 90, 90]]), "was the picture resized"),
    "no pixel": (one(segmentation=[[10, 10, 10, 10, 10, 10]]), "covers no pixel"),
    "elsewhere": (
        one(segmentation=[[40, 10, 58, 10, 58, 30, 40, 30]]),
        r"bbox lies at \[10.0, 10.0, 20.0, 20.0\] and the segmentation at \[40.0, 10.0, 18.0, 20",
    ),
    "turned RLE": (one(segmentation={**RUNS, "size": [W, H]}), r"size \[60, 40\]; .* is \[40, 60"),
    "short RLE": (one(segmentation={"size": [H, W], "counts": [3, 5]}), "add up to 8 pixels, not"),
    "no counts": (one(segmentation={"size": [H, W]}), "must be a list of integers"),
    "below 0": (one(segmentation={"size": [H, W], "counts": [H * W + 1, -1]}), "integers ≥ 0"),
    "cut text": (one(segmentation={**RUNS, "counts": text(RUNS)["counts"][:-1]}), "RLE"),
    "odd text": (one(segmentation={**RUNS, "counts": "5~"}), "have '~' at place 1"),
    "no file": (change("images", 0, file_name="c.png"), "image 7: there is no file 'c.png' in any"),
    "other size": (change("images", 1, width=61), "b.jpg has 60×40 pixels, annotated are 61×40"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told(tmp_path, mistake):
    apply, message = MISTAKES[mistake]
    saved = content()
    apply(saved)
    save(tmp_path, saved)
    with pytest.raises(ValueError, match=message) as error:
        data.load_coco(tmp_path)
    assert str(error.value).startswith(f"{tmp_path / 'annotations.json'} needs correcting (1 found")


def test_small_excess_is_cut_not_refused(tmp_path):
    saved = content()
    one(bbox=[-0.6, 0, 60.9, 40.5], segmentation=[[-0.5, 0, 60.4, 0, 60, 40.6, 0, 40]])(saved)
    save(tmp_path, saved)
    assert first(tmp_path)["boxes"][0, 0] == pytest.approx([0, 0, 60, 40], abs=0.4)


def test_too_many_objects_and_how_to_allow_them(tmp_path):
    save(tmp_path, content())
    with pytest.raises(ValueError, match="image 7: 4 objects; load with max_boxes=4 or more"):
        data.load_coco(tmp_path, max_boxes=3)
    assert first(tmp_path, max_boxes=3, crowds=False)["classes"][0].tolist() == [1, 0, 0]
    with pytest.raises(ValueError, match="max_boxes=300"):
        data.load_coco(tmp_path, max_boxes=300)


def test_ten_problems_are_told_at_once(tmp_path):
    saved = content()
    good = saved["annotations"][0]
    bad = [good | {"id": 100 + n, "bbox": [50, 30, 20, 20]} for n in range(12)]
    saved["annotations"] += bad
    save(tmp_path, saved)
    with pytest.raises(WrongAnnotations) as error:
        data.load_coco(tmp_path)
    lines = str(error.value).splitlines()
    assert lines[0].endswith("needs correcting (12 found):") and lines[-1] == "- … and 2 more"
    assert [line.split(":")[0] for line in lines[1:3]] == ["- annotation 100", "- annotation 101"]
    assert len(lines) == 12


def test_files_that_are_no_json_or_no_picture(tmp_path):
    save(tmp_path, content())
    picture = tmp_path / "images" / "sub" / "b.jpg"
    picture.write_bytes(picture.read_bytes()[:-200])
    (tmp_path / "a.png").write_text("not a picture")
    with pytest.raises(ValueError, match=r"a\.png cannot be read as a picture") as error:
        data.load_coco(tmp_path)
    assert "b.jpg cannot be read" in str(error.value)
    for text_, message in (
        ('{"images": [\n1 2]}', "not JSON: line 2, column 3: Expecting ',' delimiter"),
        ("[]", "holds a list; COCO's format is an object with the lists"),
    ):
        (tmp_path / "annotations.json").write_text(text_)
        with pytest.raises(WrongAnnotations, match=message):
            data.load_coco(tmp_path)
    (tmp_path / "annotations.json").write_bytes(b'"\xff"')
    with pytest.raises(WrongAnnotations, match="not text in UTF-8"):
        data.load_coco(tmp_path)
