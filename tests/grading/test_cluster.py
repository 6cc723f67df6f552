"""Dask: the same bytes as the pool, whatever dies; what does not fit is refused with a sentence."""

import copy
import json
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from course.grading import __main__ as cli
from course.grading import cluster
from course.grading.bank import RELEASED
from course.grading.batch import grade_class
from course.grading.box import Box, BoxError
from course.grading.submission import Submission


@pytest.fixture
def local():
    """The address of a cluster inside this process."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        1, threads_per_worker=2, processes=False, dashboard_address=None
    ) as made:
        yield made.scheduler_address


@pytest.fixture
def few(sample, tmp_path):
    """Four of the sample class."""
    folder = tmp_path / "class"
    for student in ("blank", "exits", "mistaken_1", "perfect"):
        (folder / student).mkdir(parents=True)
        notebook = (sample[0] / student / "02_lenet.ipynb").read_bytes()
        (folder / student / "02_lenet.ipynb").write_bytes(notebook)
    (folder / "link").symlink_to(RELEASED)
    return folder


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*/*.json")}


def test_a_cluster_gives_the_same_bytes_and_resumes(exercise, box, local, few, tmp_path):
    records = cluster.grade_class(exercise, few, tmp_path / "dask", local, box)
    assert [record["student"] for record in records] == sorted(path.name for path in few.iterdir())
    grade_class(exercise, few, tmp_path / "pool", box)
    assert contents(tmp_path / "dask") == contents(tmp_path / "pool")
    (tmp_path / "dask/02_lenet/exits.json").unlink()
    seen = []
    cluster.grade_class(exercise, few, tmp_path / "dask", local, box, True, seen.append)
    assert [each.record["student"] for each in seen if not each.resumed] == ["exits"]
    assert contents(tmp_path / "dask") == contents(tmp_path / "pool")


def test_workers_with_other_files_are_refused(exercise, local, few, tmp_path):
    other = replace(exercise, course_hash="0" * 64)
    with pytest.raises(ValueError, match="copy the same revision to all machines"):
        cluster.grade_class(other, few, tmp_path, local, Box(sandbox=False))
    with pytest.raises(ValueError, match="A worker that joined later has other files"):
        cluster.grade_task(exercise.name, other.course_hash, Submission("ann"), Box())
    assert contents(tmp_path) == {}


def test_a_worker_without_boxes_blames_no_student(exercise, local, few, tmp_path, monkeypatch):
    def broken():
        raise BoxError("bubblewrap is not installed")

    monkeypatch.setattr("course.grading.batch.probe", broken)
    submission = Submission("ann", {"softmax": "x"})
    record = cluster.grade_task(exercise.name, exercise.course_hash, submission, Box())
    assert (json.loads(record)["status"], json.loads(record)["total"]) == ("not graded", None)
    monkeypatch.setattr(cluster, "probe", broken)
    with pytest.raises(BoxError, match="No worker's box works"):
        cluster.grade_class(exercise, few, tmp_path, local)


def test_a_cluster_without_workers_is_told(exercise, few, tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "WAIT_SECONDS", 0.1)
    with distributed.LocalCluster(1, processes=False, dashboard_address=None) as made:
        made.scale(0)
        with pytest.raises(OSError, match="No worker came"):
            cluster.grade_class(exercise, few, tmp_path, made.scheduler_address)


def test_a_submission_whose_workers_all_died_is_not_graded(exercise):
    distributed = pytest.importorskip("distributed")

    class Future:
        def result(self):
            raise distributed.KilledWorker("grade_task", None, 3)

    record = cluster._record(Future(), exercise, Submission("ann"), {})
    assert (record["status"], record["total"]) == ("not graded", None)
    assert record["notes"] == ["Every worker that graded this died; grade again with --resume"]


class Killed(Exception):
    """Stands for a client that dies between two results."""


@pytest.fixture
def machines(tmp_path):
    """A scheduler and two workers, each a process of its own: the address, and the workers."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    started = []

    def start(program, *options):
        command = [sys.executable, "-m", f"distributed.cli.dask_{program}", *options]
        log = subprocess.DEVNULL
        started.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path))
        return started[-1]

    start("scheduler", "--port=0", "--no-dashboard", f"--scheduler-file={file}")
    options = f"--scheduler-file={file}", "--nthreads=1", "--no-nanny", "--no-dashboard"
    workers = [start("worker", *options) for _ in range(2)]
    while not file.is_file():
        time.sleep(0.1)
    yield json.loads(file.read_text("utf-8"))["address"], workers
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def hundred(exercise, tmp_path):
    """A class of 100, in which every solution and mistake of the bank occurs."""
    released = json.loads((RELEASED / "02_lenet.ipynb").read_text("utf-8"))
    for number in range(100):
        answers = {}
        for name, question in exercise.bank.items():
            functions = [*question.rights, *(function for _, function in question.wrongs), None]
            if (function := functions[number % len(functions)]) is not None:
                answers[name] = question.answer(function)
        notebook = copy.deepcopy(released)
        for cell in notebook["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cell["source"] = answers.get(name, cell["source"])
        home = tmp_path / "class" / f"student {number:02}"
        home.mkdir(parents=True)
        (home / "02_lenet.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return tmp_path / "class"


@pytest.mark.slow
def test_a_worker_and_the_client_die_midway(exercise, box, machines, hundred, tmp_path):
    address, workers = machines
    seen = []

    def kill(outcome):
        seen.append(outcome)
        if len(seen) == 30:
            workers[0].kill()
        if len(seen) == 60:
            raise Killed

    with pytest.raises(Killed):
        cluster.grade_class(exercise, hundred, tmp_path / "dask", address, box, progress=kill)
    assert len(contents(tmp_path / "dask")) == 60
    assert (workers[0].wait(), workers[1].poll()) == (-9, None)
    options = ["--scheduler", address, "--resume", "--out", str(tmp_path / "dask")]
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "dask").glob("*/*.json")}
    assert cli.main(["grade", str(hundred), *options]) == 0
    assert all(path.stat().st_mtime_ns == time_ns for path, time_ns in kept.items())
    grade_class(exercise, hundred, tmp_path / "pool", box, jobs=2)
    assert contents(tmp_path / "dask") == contents(tmp_path / "pool")
    assert len(contents(tmp_path / "dask")) == 100
