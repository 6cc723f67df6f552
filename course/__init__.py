"""A course on convolutional networks for computer vision: the package read beside the lectures.

Rooms, lowest floor first: ops, layers, losses, metrics, models, data, training, plots, claims,
grading. A room imports only from floors below its own; ``tests/test_floors.py`` enforces it.
"""

from course import quiet

quiet.install()
