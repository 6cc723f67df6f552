"""Reports: what the records of a class become for students, instructors and learning platforms.

A record stays as the grader wrote it (`course.grading.record`). Here it meets what only people
know: marks given by hand (`marks`, `formgrader`), names and identifiers (`roster`), deadlines and
extensions (`deadlines`); together they are a `gradebook`. From that come the student's `feedback`,
the `classbook`, and files for Canvas, Moodle (`platforms`) and `gradescope`. `similarity` looks
at the submissions themselves. Editing these modules makes no record stale: the course hash covers
only what decides points.
"""

from course.grading.report.tables import to_csv, to_table

__all__ = ["to_csv", "to_table"]
