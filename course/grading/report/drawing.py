"""Drawings as SVG, written by hand: a class report must open anywhere, without a script."""

from collections.abc import Sequence
from html import escape

from course.grading.report.page import Picture

BLUE = "#0072B2"
MOST_BARS = 25
WIDTH, HEIGHT, BASE = 480, 150, 116  # BASE is where the bars stand


def histogram(values: Sequence[float], maximum: float, title: str) -> Picture:
    """Draw how many students reached how many points.

    Args:
        values: points of the students.
        maximum: the most points there are; bars are one point wide, or wider where there are many.
        title: words for the alternative text.

    Returns:
        The drawing, with the counts in its alternative text.
    """
    step = max(1, -(-int(maximum) // MOST_BARS))
    edges = [step * i for i in range(int(maximum // step) + 1)]
    counts = [sum(edge <= value < edge + step for value in values) for edge in edges]
    whole = all(value == int(value) for value in values)
    labels = [_range(edge, step, whole) for edge in edges]
    each = (WIDTH - 20) / len(edges)
    apart = -(-8 * max(map(len, labels)) // int(each))  # label every so many bars, so that they fit
    parts = []
    for i, (count, label) in enumerate(zip(counts, labels, strict=True)):
        height, middle = 90 * count / max(1, *counts), 10 + each * (i + 0.5)
        parts.append(_bar(middle - 0.4 * each, BASE - height, 0.8 * each, height))
        parts.append(_word(middle, BASE - height - 5, str(count) if count else ""))
        parts.append(_word(middle, BASE + 16, "" if i % apart else label))
    parts.append(_word(WIDTH / 2, BASE + 32, "points; above the bars: students"))
    told = ", ".join(f"{n} with {x}" for n, x in zip(counts, labels, strict=True) if n)
    alt = f"{title}: number of students by points. {told or 'Nobody is graded'}."
    return Picture(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" font-size="13" fill="currentColor" '
        f'aria-hidden="true">{"".join(parts)}</svg>',
        alt,
    )


def _range(edge: int, step: int, whole: bool) -> str:
    if not whole:
        return f"{edge}–<{edge + step}"
    return f"{edge}" if step == 1 else f"{edge}–{edge + step - 1}"


def _bar(x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{BLUE}"/>'
    )


def _word(x: float, y: float, text: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(text)}</text>' if text else ""
    )
