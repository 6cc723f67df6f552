"""Values cross the wall of the box unchanged; hostile bytes only ever raise ValueError."""

import contextlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course.grading import wire
from course.grading.key import equal

arrays = hnp.arrays(
    st.sampled_from([np.dtype(name) for name in wire.DTYPES]),
    hnp.array_shapes(min_dims=0, min_side=0),
)
plain = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text()
values = st.recursive(
    plain | arrays,
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(values)
def test_values_come_back(value):
    result = wire.loads(wire.dumps(value))
    assert type(result) is type(value) or isinstance(value, np.generic)
    assert equal(result, value, 0.0, nan=True)


@given(arrays)
def test_arrays_keep_dtype_and_shape_and_can_be_changed(array):
    result = wire.loads(wire.dumps(array))
    assert (result.dtype, result.shape) == (array.dtype, array.shape)
    assert result.flags.writeable


@given(st.binary() | st.text().map(str.encode))
def test_arbitrary_bytes_raise_only_value_error(data):
    with contextlib.suppress(ValueError):
        wire.loads(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["tuple", "dict", "float", "ndarray", "dtype", "shape", "data"]), inner
        )
    ),
)


@given(json_values)
def test_arbitrary_json_raises_only_value_error(value):
    with contextlib.suppress(ValueError):
        wire.loads(json.dumps(value).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'[{"tuple": ' * 100 + b"[]" + b"}]" * 100,
        b"1" * 5000,
        b"1e999",
        b"NaN",
        b'{"ndarray": {"dtype": "|O8", "shape": [1], "data": "AAAAAAAAAAA="}}',
        b'{"ndarray": {"dtype": "<f8", "shape": [1000000000000], "data": ""}}',
        b'{"ndarray": {"dtype": "<f8", "shape": [-1], "data": "AAAAAAAAAAA="}}',
        b'{"ndarray": {"dtype": "<f8", "shape": [true], "data": "AAAAAAAAAAA="}}',
        b'{"ndarray": {"dtype": "|b1", "shape": [1], "data": "Ag=="}}',
        b'{"dict": {}, "tuple": []}',
        b" " * (wire.MAX_BYTES + 1),
    ],
)
def test_known_attacks(data):
    with pytest.raises(ValueError):
        wire.loads(data)


@pytest.mark.parametrize("value", [object(), {1: 2}, np.array([object()]), 1j, {1}, 2**70])
def test_what_cannot_be_sent(value):
    with pytest.raises(ValueError):
        wire.dumps(value)


def test_a_list_that_holds_itself():
    endless = []
    endless.append(endless)
    with pytest.raises(ValueError, match="deeper"):
        wire.dumps(endless)
