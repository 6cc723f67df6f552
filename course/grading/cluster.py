"""Grades a class on the workers of a Dask cluster: the same function as `batch`, on many machines.

The client reads and sanitises the submissions; a task takes one to a worker, whose box runs it, and
the record comes back as JSON text, which the client writes as it arrives. So a client that was
killed goes on with ``--resume``, and what a worker held when it died is graded by another one. The
workers need this repository, ``solutions/`` included, and bubblewrap; a file that differs from the
client's is told before anything is graded.

Whoever reaches the scheduler's port can run code on the cluster, by Dask's design: keep it in a
private network, or give Dask certificates (``distributed.comm.tls`` in its configuration). The
students' code cannot reach it, since a box has no network.
"""

import json
import queue
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from course.grading.batch import Outcome, grade_submission, kept
from course.grading.box import MAX_SLOTS, Box, BoxError, probe
from course.grading.exercise import Exercise, load_exercise
from course.grading.record import environment, make_record
from course.grading.store import record_path, write_record
from course.grading.submission import Submission, read_submission, students

WAIT_SECONDS = 60
_load = lru_cache(load_exercise)  # once per worker
_slots = queue.SimpleQueue()  # the boxes of this process, for the threads of a worker
for _slot in range(MAX_SLOTS):
    _slots.put(_slot)


def grade_class(
    exercise: Exercise,
    submissions: Path,
    out: Path,
    address: str,
    box: Box | None = None,
    resume: bool = False,
    progress: Callable[[Outcome], None] = lambda outcome: None,
) -> list[dict]:
    """Grade every submission in a folder on a cluster and write one record each.

    Args:
        exercise: the exercise.
        submissions: holds one folder per student.
        out: the records go to ``out/EXERCISE/STUDENT.json``.
        address: of the scheduler, for example ``tcp://10.0.0.1:8786``.
        box: limits and kind of sandbox.
        resume: whether to keep records that still hold.
        progress: called after each submission.

    Returns:
        The records, sorted by student.

    Raises:
        BoxError: boxes work on none of the workers.
        OSError: there is no scheduler or no worker, or the scheduler was lost.
        ValueError: a worker has other files than this machine.
    """
    from distributed import Client, as_completed

    box, folder = box or Box(), out / exercise.name
    folder.mkdir(parents=True, exist_ok=True)
    records, waiting = [], {}

    def finish(record: dict, resumed: bool = False) -> None:
        records.append(record)
        progress(Outcome(record, resumed))

    with Client(address) as client:
        settings, workers = _survey(client, exercise, box)
        for student in students(submissions):
            submission = read_submission(submissions, student, exercise.template)
            path = record_path(folder, student)
            held = (kept(exercise, submission, path, each) for each in settings if resume)
            if earlier := next(filter(None, held), None):
                finish(earlier, resumed=True)
                continue
            task = grade_task, exercise.name, exercise.course_hash, submission, box
            future = client.submit(*task, pure=False, workers=workers)
            waiting[future] = submission, path
        for future in as_completed(list(waiting)):
            submission, path = waiting.pop(future)
            record = _record(future, exercise, submission, settings[0])
            write_record(path, record)
            finish(record)
    return sorted(records, key=lambda record: record["student"])


def grade_task(name: str, course_hash: str, submission: Submission, box: Box) -> str:
    """Grade one submission; this runs on a worker.

    Args:
        name: name of the exercise.
        course_hash: what the client takes its files to be.
        submission: the sanitised submission.
        box: where the answers run.

    Returns:
        The record as JSON. Where the worker's box does not work it has the status ``not graded``.

    Raises:
        ValueError: the worker has other files than the client.
    """
    exercise = _load(name)
    _compare(exercise.course_hash, course_hash, "A worker that joined later")
    slot = _slots.get()
    try:
        return json.dumps(grade_submission(exercise, submission, replace(box, slot=slot)))
    finally:
        _slots.put(slot)


def inspect_worker(name: str, sandbox: bool) -> tuple[str, dict[str, str], str]:
    """Tell what matters of a worker; this runs on it.

    Args:
        name: name of the exercise.
        sandbox: whether its box must work.

    Returns:
        The hash of its files, its environment, and why its box does not work, or nothing.
    """
    problem = ""
    try:
        if sandbox:
            probe()
    except BoxError as error:
        problem = str(error)
    return _load(name).course_hash, environment(sandbox), problem


def _survey(client, exercise: Exercise, box: Box) -> tuple[list[dict], list[str] | None]:
    """Look at all workers: their environments, and those to use if not all of them can be."""
    try:
        client.wait_for_workers(1, timeout=WAIT_SECONDS)
    except TimeoutError:
        raise OSError(f"No worker came to the scheduler within {WAIT_SECONDS} s") from None
    task = inspect_worker, exercise.name, box.sandbox
    answers = client.run(*task, on_error="return")
    for worker, answer in answers.items():
        if isinstance(answer, Exception):
            told = f"{type(answer).__name__}: {answer}"
            raise ValueError(f"Worker {worker} does not have the course ({told})")
        _compare(answer[0], exercise.course_hash, f"Worker {worker}")
    able = [worker for worker, (*_, problem) in answers.items() if not problem]
    if not able:
        worker, (*_, problem) = answers.popitem()
        raise BoxError(f"No worker's box works. {worker}: {problem}")
    settings = [answers[worker][1] for worker in able]
    if not (broken := answers.keys() - able):
        return settings, None
    warnings.warn(f"Boxes do not work on {', '.join(broken)}: not used", stacklevel=3)
    return settings, able


def _compare(theirs: str, ours: str, who: str) -> None:
    if theirs != ours:
        raise ValueError(
            f"{who} has other files of the course or the solutions (hash {theirs[:8]}, here "
            f"{ours[:8]}); copy the same revision to all machines and restart the workers"
        )


def _record(future, exercise: Exercise, submission: Submission, settings: dict) -> dict:
    """Read what a task gave; one whose workers died again and again is not graded."""
    from distributed import CancelledError, KilledWorker

    try:
        return json.loads(future.result())
    except KilledWorker:
        note = "Every worker that graded this died; grade again with --resume"
        return make_record(exercise, submission, None, settings, [note])
    except CancelledError:
        raise OSError("The scheduler was lost; go on with --resume") from None
