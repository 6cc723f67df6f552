"""Values as JSON bytes, without pickle: what crosses the wall of the box.

Reading bytes written by a student's code must run no code and use bounded memory, so only plain
Python values and numeric arrays can pass. A value that JSON cannot tell apart becomes an object
with a single key that names its type: ``{"tuple": […]}``, ``{"dict": {…}}``, ``{"float": "nan"}``,
``{"ndarray": {"dtype", "shape", "data"}}``.

This module needs only the standard library and NumPy: the worker inside the box reads it too.
"""

import base64
import binascii
import json
import math

import numpy as np

MAX_BYTES = 16 * 2**20
MAX_VALUES = 2**20  # an array is one value; each can take 100 bytes of memory
MAX_DEPTH = 32
DTYPES = ("|b1", "|i1", "|u1", *(f"<{kind}{size}" for kind in "iuf" for size in (2, 4, 8)))


def dumps(value) -> bytes:
    """Write a value as JSON bytes.

    Args:
        value: None, bool, int, float, str, list, tuple, dict with str keys, numeric array, or a
            nesting of these.

    Returns:
        UTF-8 JSON.

    Raises:
        ValueError: the value cannot be sent, or is nested too deep or too large.
    """
    data = json.dumps(_encode(value, 0), allow_nan=False).encode()
    if len(data) > MAX_BYTES:
        raise ValueError(f"A value of {len(data)} bytes was given; at most {MAX_BYTES} can be sent")
    return data


def loads(data: bytes):
    """Read what `dumps` wrote. Safe on any bytes.

    Args:
        data: UTF-8 JSON.

    Returns:
        The value.

    Raises:
        ValueError: the bytes are not what `dumps` writes, or are nested too deep or too large.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"{len(data)} bytes were received; at most {MAX_BYTES} are read")
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MAX_VALUES:
        raise ValueError(f"More than {MAX_VALUES} values were received")
    try:
        return _decode(json.loads(data), 0)
    except RecursionError:
        raise ValueError(f"The JSON is nested deeper than {MAX_DEPTH} levels") from None


def _encode(value, depth):
    if depth > MAX_DEPTH:
        raise ValueError(f"The value is nested deeper than {MAX_DEPTH} levels")
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        return {"ndarray": _encode_array(np.asarray(value))}
    if isinstance(value, int):
        return _small_int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": str(float(value))}
    if isinstance(value, (list, tuple)):
        items = [_encode(item, depth + 1) for item in value]
        return items if isinstance(value, list) else {"tuple": items}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: _encode(item, depth + 1) for key, item in value.items()}}
    raise ValueError(f"A value of type {type(value).__name__} cannot be sent")


def _decode(value, depth):
    if depth > MAX_DEPTH:
        raise ValueError(f"The value is nested deeper than {MAX_DEPTH} levels")
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return _small_int(value)
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list):
        return [_decode(item, depth + 1) for item in value]
    if isinstance(value, dict) and len(value) == 1:
        return _decode_tagged(*value.items(), depth)
    raise ValueError(f"Not a value of this format: {str(value)[:40]!r}")


def _decode_tagged(item, depth):
    match item:
        case ("tuple", list(items)):
            return tuple(_decode(each, depth + 1) for each in items)
        case ("dict", dict(items)):
            return {key: _decode(each, depth + 1) for key, each in items.items()}
        case ("float", "nan" | "inf" | "-inf" as text):
            return float(text)
        case ("ndarray", {"dtype": str(dtype), "shape": list(shape), "data": str(data)}):
            return _decode_array(dtype, shape, data)
    raise ValueError(f"Not a value of this format: an object with the key {str(item[0])[:40]!r}")


def _small_int(value):
    if not -(2**63) <= value < 2**64:
        raise ValueError("An integer of more than 64 bits cannot be sent")
    return int(value)


def _encode_array(array):
    array = np.asarray(array, dtype=array.dtype.newbyteorder("<"))
    if array.dtype.str not in DTYPES:
        raise ValueError(f"An array of dtype {array.dtype} cannot be sent; only real numbers can")
    if array.nbytes > MAX_BYTES:
        raise ValueError(f"An array of {array.nbytes} bytes cannot be sent; at most {MAX_BYTES}")
    data = base64.b64encode(array.tobytes()).decode()
    return {"dtype": array.dtype.str, "shape": list(array.shape), "data": data}


def _decode_array(dtype, shape, data):
    if dtype not in DTYPES:
        raise ValueError(f"Not a numeric dtype: {dtype[:40]!r}")
    if not all(type(size) is int and 0 <= size < 2**40 for size in shape) or len(shape) > 16:
        raise ValueError("Not the shape of an array")
    try:
        raw = base64.b64decode(data, validate=True)
    except binascii.Error:
        raise ValueError("The data of an array are not base64") from None
    if len(raw) != math.prod(shape) * np.dtype(dtype).itemsize:
        raise ValueError(f"An array of shape {tuple(shape)} does not have {len(raw)} bytes")
    if dtype == "|b1" and raw.strip(b"\0\1"):
        raise ValueError("A boolean array holds a byte other than 0 and 1")
    return np.frombuffer(raw, dtype).reshape(shape).copy()
