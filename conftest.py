"""A notebook run that asks for a GPU says so, and is skipped, where there is none."""

import os

import pytest


def pytest_collection_modifyitems(items):
    notebooks = [item for item in items if item.path.suffix == ".ipynb"]
    if notebooks and os.environ.get("COURSE_BUDGET") == "gpu":
        from course import runtime

        if not runtime.gpus():
            reason = (
                "the GPU run was asked for, but Keras sees no GPU: install "
                "tensorflow[and-cuda] with a working NVIDIA driver, or run without GPU=1"
            )
            for item in notebooks:
                item.add_marker(pytest.mark.skip(reason=reason))
