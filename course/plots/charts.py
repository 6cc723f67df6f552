"""Charts: bars, bubbles, curves and confusion matrices."""

import math

import numpy as np
from matplotlib import ticker

from course.plots.show import COLOURS, new_figure


def bars(values, xlabel, limits=None, form="{:.3f}"):
    """Draw one horizontal bar per entry, with its value written beside it (lecture 02 and later).

    Args:
        values: dict ``name → number``, drawn from top to bottom.
        xlabel: what the numbers are, with their unit.
        limits: (low, high) of the axis.
        form: format of the written values.

    Returns:
        Matplotlib figure.
    """
    figure, axis = new_figure(6.4, 0.5 + 0.42 * len(values))
    names, numbers = list(values), [float(v) for v in values.values()]
    drawn = axis.barh(names, numbers, color=COLOURS[: len(names)])
    axis.bar_label(drawn, labels=[form.format(v) for v in numbers], padding=3)
    axis.invert_yaxis()
    axis.set(xlabel=xlabel, xlim=limits)
    axis.grid(axis="y", visible=False)
    return figure


def bubbles(points, xlabel, ylabel, limits=None):
    """Draw one bubble per entry on a logarithmic horizontal axis (lecture 03 and later).

    Args:
        points: dict ``name → (x, y, size)``; the largest size gets the largest area.
        xlabel, ylabel: what the axes show, with their units; say in one what the area shows.
        limits: (low, high) of the vertical axis.

    Returns:
        Matplotlib figure.

    Raises:
        ValueError: if an x or a size is not positive.
    """
    wrong = {name: point for name, point in points.items() if min(point[0], point[2]) <= 0}
    if wrong:
        raise ValueError(f"bubbles got {wrong}; x (a logarithmic axis) and size must be positive.")
    figure, axis = new_figure(6.4, 3.8)
    largest = max(size for _, _, size in points.values())
    for index, (name, (x, y, size)) in enumerate(points.items()):
        colour = COLOURS[index % len(COLOURS)]
        axis.scatter(x, y, 1500 * size / largest, color=colour, alpha=0.5, linewidth=0)
        axis.scatter(x, y, 8, color=colour)
        radius = math.sqrt(1500 * size / largest / math.pi)  # in points
        offset, side = ((0, radius + 3), "bottom") if index % 2 else ((0, -radius - 3), "top")
        style = {"textcoords": "offset points", "ha": "center", "va": side}
        axis.annotate(name, (x, y), offset, **style)  # above and below in turns: less overlap
    axis.set(xlabel=xlabel, ylabel=ylabel, xscale="log")
    axis.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axis.xaxis.set_major_formatter(ticker.EngFormatter(sep=""))  # 500k, 1M, 2M
    axis.xaxis.set_minor_locator(ticker.NullLocator())
    axis.margins(0.18, 0.3)
    if limits:
        axis.set_ylim(limits)
    return figure


def curves(lines, xlabel, ylabel, x=None, log=False, limits=None, spread=None):
    """Draw one line per entry (lecture 02 and later).

    Args:
        lines: dict ``name → sequence of numbers``.
        xlabel, ylabel: what the axes show, with their units.
        x: positions; by default 1, 2, 3, …
        log: logarithmic vertical axis.
        limits: (low, high) of the vertical axis.
        spread: optional dict ``name → sequence`` of half the lengths of error bars (lecture 04).

    Returns:
        Matplotlib figure.
    """
    figure, axis = new_figure()
    axis.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    for name, line in lines.items():
        positions = np.arange(1, len(line) + 1) if x is None else x
        style = {"marker": "o" if len(line) < 30 else None, "ms": 3, "label": name}
        if spread is None:
            axis.plot(positions, line, **style)
        else:
            axis.errorbar(positions, line, spread[name], capsize=3, **style)
    if x is None:
        axis.xaxis.set_major_locator(ticker.MaxNLocator("auto", integer=True))
    if limits:
        axis.set_ylim(limits)
    axis.legend()
    return figure


def confusion_matrix(matrix, names):
    """Draw how often each true class (row) was given each label (column), as counts (lecture 02).

    Args:
        matrix: integer array [K, K], rows true, columns predicted.
        names: K class names.

    Returns:
        Matplotlib figure.
    """
    matrix = np.asarray(matrix)
    figure, axis = new_figure(6.0, 5.2)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*matrix.shape):
        if matrix[row, column]:
            colour = "white" if shares[row, column] > 0.5 else "black"
            axis.text(column, row, matrix[row, column], ha="center", va="center", color=colour,
                      fontsize=8)  # fmt: skip
    ticks = np.arange(len(names))
    axis.set_xticks(ticks, names, rotation=45, ha="right")
    axis.set_yticks(ticks, names)
    axis.set(xlabel="predicted", ylabel="true")
    axis.grid(visible=False)
    return figure
