"""OverFeat: windows by hand, sweeps against windows cut out, merging against a slow loop."""

import math

import numpy as np
import pytest

from course.models import overfeat


def test_windows_by_hand():
    windows = overfeat.windows((64, 128), 128, cells=3)
    assert len(windows) == 2 * 2 + 6 * 6
    assert windows[:4].tolist() == [
        [0, 0, 96, 96], [32, 0, 128, 96], [0, 32, 96, 128], [32, 32, 128, 128]
    ]  # fmt: skip
    assert windows[4 + 6 + 2].tolist() == [32, 16, 80, 64]  # row 1, column 2 of the second scale


def test_windows_are_cut_in_the_order_of_the_list():
    y, x = np.indices((5, 5))
    maps = np.stack([16.0 * x, 16.0 * y, 16.0 * x + 16, 16.0 * y + 16], axis=-1)[None]
    cut = overfeat.cut_windows(maps, cells=3)[0]  # [9, 3, 3, 4]
    corners = np.concatenate([cut[:, 0, 0, :2], cut[:, 2, 2, 2:]], axis=-1)
    assert np.array_equal(corners, overfeat.windows((80,), 80))


def test_edges_by_hand_and_back():
    window = np.array([[32, 16, 80, 64]], "float32")
    box = np.array([[32, 40, 80, 88]], "float32")
    edges = overfeat.encode_edges(box, window)
    assert edges.tolist() == [[0, 0.5, 1, 1.5]]
    assert np.array_equal(overfeat.decode_edges(edges, window), box)


def test_a_window_holds_the_object_whose_square_it_overlaps():
    windows = overfeat.windows((128,), 128)  # 48 pixels, 16 apart
    boxes = np.array([[[16, 30, 64, 50], [0, 0, 0, 0]]], "float32")  # a flat one, and padding
    held = overfeat.assign(boxes, np.array([[2, -1]]), windows)[0]
    own = windows.tolist().index([16, 16, 64, 64])
    assert held[own] == 0 and set(held) <= {0, -1, -2}
    assert held[-1] == -1  # far away
    # its square is [16, 16, 64, 64]; shifted by 16: 2/3 in common, IoU ½; by 16, 16: IoU 2/7
    assert held[own + 1] == 0 and held[own + 6 + 1] == -1


def test_a_sweep_answers_for_every_window_what_the_heads_say_of_it():
    heads = overfeat.heads(4, hidden=16)
    rng = np.random.default_rng(0)
    heads.set_weights([w + 0.1 * rng.random(w.shape) for w in heads.get_weights()])
    maps = {side: rng.normal(size=(2, side // 16, side // 16, 112)).astype("float32")
            for side in (64, 96)}  # fmt: skip
    boxes, scores = overfeat.sweep(heads, maps, 128)
    cut = np.concatenate([overfeat.cut_windows(grid) for grid in maps.values()], axis=1)
    answers = heads.predict(cut.reshape(-1, 3, 3, 112), verbose=0)
    odds = np.exp(answers["kind"])
    expected = (odds / odds.sum(axis=-1, keepdims=True))[:, :4].reshape(scores.shape)
    assert scores == pytest.approx(expected, abs=1e-5)
    windows = overfeat.windows(tuple(maps), 128)
    placed = overfeat.decode_edges(answers["box"].reshape(2, -1, 4), windows).clip(0, 128)
    assert boxes == pytest.approx(placed, abs=1e-3)


def slow_merge(boxes, scores, classes, threshold):
    """Sets of windows, and the mean over each set computed anew at every step."""
    groups = [[n] for n in range(len(boxes))]

    def mean(group):
        return np.mean([boxes[n] for n in group], axis=0)

    def cost(a, b):
        (x0, y0, x1, y1), (u0, v0, u1, v1) = a, b
        common = max(0, min(x1, u1) - max(x0, u0)) * max(0, min(y1, v1) - max(y0, v0))
        areas = (x1 - x0) * (y1 - y0), (u1 - u0) * (v1 - v0)
        distance = math.hypot((x0 + x1 - u0 - u1) / 2, (y0 + y1 - v0 - v1) / 2)
        side = (math.sqrt(areas[0]) + math.sqrt(areas[1])) / 2
        return distance / side + 1 - common / (sum(areas) - common)

    while True:
        pairs = [
            (cost(mean(a), mean(b)), i, j)
            for i, a in enumerate(groups)
            for j, b in enumerate(groups)
            if i < j and classes[a[0]] == classes[b[0]]
        ]
        if not pairs or min(pairs)[0] > threshold:
            break
        _, i, j = min(pairs)
        groups[i] += groups.pop(j)
    found = [(sum(scores[n] for n in g), *mean(g), classes[g[0]]) for g in groups]
    return np.array(sorted(found, key=lambda row: -row[0]))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("threshold", [0.3, 0.8, 1.5])
def test_merging_is_that_of_the_slow_loop(seed, threshold):
    rng = np.random.default_rng(seed)
    low = rng.random((14, 2)) * 40
    boxes = np.concatenate([low, low + 15 + 20 * rng.random((14, 2))], axis=1)
    scores, classes = rng.random(14), rng.integers(0, 2, 14)
    merged, total, kinds = overfeat.merge(boxes, scores, classes, threshold)
    expected = slow_merge(boxes, scores, classes, threshold)
    assert np.column_stack([total, merged, kinds]) == pytest.approx(expected)
    assert total.sum() == pytest.approx(scores.sum())


def test_merging_nothing_and_one_box():
    empty = overfeat.merge(np.zeros((0, 4)), np.zeros(0), np.zeros(0, int))
    assert [len(part) for part in empty] == [0, 0, 0]
    boxes, scores, _ = overfeat.merge(np.array([[1, 2, 3, 4]]), [0.5], [0])
    assert boxes.tolist() == [[1, 2, 3, 4]] and scores.tolist() == [0.5]


def test_sides_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"\[100, 32\].*multiples of 16 from 48"):
        overfeat.windows((100, 128, 32), 128)


def test_candidates_are_all_pairs_above_the_least_score():
    boxes = np.arange(2 * 3 * 4, dtype="float32").reshape(2, 3, 4)
    scores = np.zeros((2, 3, 2))
    scores[0, 2] = 0.4, 0.2  # one window, two classes
    (own, score, kind), (nothing, *_) = overfeat.candidates(boxes, scores, 0.1)
    assert np.array_equal(own, boxes[0, [2, 2]]) and score.tolist() == [0.4, 0.2]
    assert kind.tolist() == [0, 1] and len(nothing) == 0
