"""Grading: students check themselves with `Checker`; instructors run ``python -m course.grading``.

A submission is reduced to its answers (`submission`), run in a box (`box`, `worker`, `running`),
checked outside of it (`checking`), recorded (`record`) and reported (`report`). What is right is
defined by the bank of solutions of each exercise (`bank`, `key`).
"""

from course.grading.student import Checker

__all__ = ["Checker"]
