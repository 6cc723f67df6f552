"""Runs one submission: requests to the box, observations back.

An answer that crashes or hangs costs its own question only: what came before it is kept, and the
rest runs again in a new box without it.
"""

import time
from collections.abc import Mapping

from course.grading.box import Box, Stopped
from course.grading.checking import BLANK
from course.grading.key import Case, Key, Observation, equal
from course.grading.submission import Submission
from course.grading.template import Template


def run(
    submission: Submission, template: Template, keys: Mapping[str, Key], box: Box
) -> dict[str, list[Observation]]:
    """Run all answers on all cases.

    Args:
        submission: the sanitised submission.
        template: the released notebook.
        keys: answer keys by question; only the arguments of their cases enter the box.
        box: where to run.

    Returns:
        Observations per question, one for each case of its key.
    """
    seen = {name: _same(BLANK, key) for name, key in keys.items()}
    waiting = [name for name in keys if name in submission.answers]
    left_out, end = set(), time.monotonic() + box.limits.total_s
    while waiting and time.monotonic() < end:
        names = [cell.name for cell in template.answers if cell.name in submission.answers]
        names = [name for name in names if name in keys and name not in left_out]
        frames = box.frames(_request(names, waiting, submission, template, keys), end)
        for name in names:
            cases = keys[name].cases if name in waiting else []
            observations, stopped = _follow(frames, name, cases)
            if name in waiting:
                seen[name] = observations
                waiting.remove(name)
            if stopped:
                left_out.add(name)
                break
        frames.close()
    return seen | {name: _same("not run", keys[name]) for name in waiting}


def _request(names, waiting, submission, template, keys) -> dict:
    answers = [
        {
            "name": name,
            "source": submission.answers[name],
            "calls": [list(case.arguments) for case in keys[name].cases if name in waiting],
        }
        for name in names
    ]
    return {"setup": list(template.setup), "answers": answers}


def _follow(frames, name: str, cases) -> tuple[list[Observation], bool]:
    """Read the frames of one answer; anything unexpected counts as a crash of this answer."""
    seen = []
    try:
        error = _expect(frames, question=name)["error"]
        if error is not None:
            return [Observation(error=str(error))] * len(cases), False
        for number, case in enumerate(cases):
            seen.append(_observation(_expect(frames, question=name, case=number), case))
    except (Stopped, KeyError) as error:
        reason = str(error) if isinstance(error, Stopped) else "crashed"
        return seen + [Observation(error=reason)] * (len(cases) - len(seen)), True
    return seen, False


def _expect(frames, **fields) -> dict:
    frame = next(frames, None)
    if isinstance(frame, dict) and all(equal(frame.get(k), v, 0.0) for k, v in fields.items()):
        return frame
    raise Stopped("crashed")


def _observation(frame: dict, case: Case) -> Observation:
    if frame["error"] is not None:
        return Observation(error=str(frame["error"]))
    changed = not equal(frame["arguments"], list(case.arguments), 0.0, nan=True)
    return Observation(frame["output"], changed=changed)


def _same(error: str, key: Key) -> list[Observation]:
    return [Observation(error=error)] * len(key.cases)
