"""Fixtures for the tests of the reports."""

import pytest
from classroom import make_class

from course.grading.batch import grade_class
from course.grading.report.gradebook import read_gradebook
from course.grading.store import record_path, write_record


@pytest.fixture(scope="session")
def records(exercise):
    """The records of lecture 02's class."""
    return make_class(exercise)


@pytest.fixture(scope="session")
def sample_records(exercise, box, sample, tmp_path_factory):
    """The records of the sample class, hostile students included, from a real box."""
    return grade_class(exercise, sample[0], tmp_path_factory.mktemp("graded"), box, jobs=2)


@pytest.fixture
def folder(records, tmp_path):
    """A folder with these records."""
    folder = tmp_path / "02_lenet"
    folder.mkdir()
    for student, record in records.items():
        write_record(record_path(folder, student), record)
    return folder


@pytest.fixture
def grades(folder):
    """Grades by student."""
    return {grade.student: grade for grade in read_gradebook(folder)}


@pytest.fixture
def roster(records, tmp_path):
    """A roster file with everyone, and one more who handed in nothing."""
    lines = ["student,name,email,id,sis_user_id,sis_login_id,section,idnumber"]
    for number, student in enumerate([*records, "absent"]):
        name = "Zoë " + student if student.isalpha() else "Someone"
        quoted = '"' + student.replace('"', '""') + '"'
        lines.append(f"{quoted},{name},{number}@example.org,{1000 + number},,,A,S{number}")
    path = tmp_path / "roster.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
