"""Fixtures for the tests of the grader."""

import pytest
from hypothesis import settings

from course.grading.box import Box, BoxError, Limits, probe
from course.grading.exercise import load_exercise
from course.grading.sample import write_sample

settings.register_profile(
    "grading", max_examples=60, deadline=None, derandomize=True, database=None
)
settings.load_profile("grading")


@pytest.fixture(scope="session")
def exercise():
    """The exercise of lecture 02."""
    return load_exercise("02_lenet")


@pytest.fixture(scope="session")
def box():
    """A box with short limits; without bubblewrap the test is skipped."""
    try:
        probe()
    except BoxError as error:
        pytest.skip(f"needs bubblewrap (`apt install bubblewrap`): {error}"[:200])
    return Box(Limits(call_s=1.5, total_s=20))


@pytest.fixture(scope="session")
def sample(exercise, tmp_path_factory):
    """The sample class: its folder, and what each student should get."""
    folder = tmp_path_factory.mktemp("sample") / "submissions"
    return folder, write_sample(exercise, folder)
