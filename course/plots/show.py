"""One style for every figure, and alternative text with every picture."""

import base64
import io

import matplotlib as mpl
import matplotlib.figure
from cycler import cycler

# Okabe & Ito's palette: eight colours that colour-blind readers can tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
STYLE = {
    "axes.grid": True,
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "figure.dpi": 80,
    "font.size": 10,
    "grid.alpha": 0.3,
    "image.cmap": "gray",
    "legend.frameon": False,
}


def new_figure(width=6.4, height=3.2, rows=1, columns=1, **options):
    """Return (figure, axes) in the course's style, outside pyplot, so that nothing lingers.

    Args:
        width, height: size in inches.
        rows, columns: grid of axes, as for ``Figure.subplots``.
        options: passed on to ``Figure.subplots``.
    """
    with mpl.rc_context(STYLE):
        figure = mpl.figure.Figure(figsize=(width, height))
        axes = figure.subplots(rows, columns, **options)
        for axis in figure.axes:
            axis.set_axisbelow(True)
    return figure, axes


def png(figure):
    """Render a figure to PNG bytes at its own resolution."""
    buffer = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def show(figure, alt, display_id=None, update=False):
    """Display a figure in the notebook with alternative text (lecture 02 and later).

    The text travels in the picture's metadata, where HTML export finds it, and as its plain-text
    form, which nbval compares: a figure that goes missing fails the test.

    Args:
        figure: a Matplotlib figure.
        alt: what a reader who cannot see the picture should know. No measured numbers: the text
            must be the same on every run.
        display_id: identifier of a display that will be updated.
        update: replace the display of that identifier instead of adding one.

    Raises:
        ValueError: if ``alt`` is empty.
    """
    if not alt.strip():
        raise ValueError("show needs alternative text: say in a sentence what the figure shows.")
    from IPython.display import display

    data = {"image/png": base64.b64encode(png(figure)).decode(), "text/plain": alt}
    names = {"display_id": display_id, "update": update} if display_id else {}
    display(data, metadata={"image/png": {"alt": alt}}, raw=True, **names)
