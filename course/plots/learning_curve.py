"""Watch a training run: one picture that is redrawn after every epoch."""

import sys
import time
import uuid

import keras

from course.plots.show import new_figure, show


class LearningCurve(keras.callbacks.Callback):
    """Progress bar and learning curve in one (lecture 02 and later).

    In a notebook the curve is redrawn after every epoch, its title counts epochs and seconds;
    elsewhere one line is kept up to date on the error stream.

    Args:
        metric: name of the metric to draw; its ``val_`` twin is drawn beside it.
        alt: alternative text of the picture.
    """

    def __init__(self, metric="accuracy", alt="Learning curve, one point per epoch."):
        super().__init__()
        self.metric, self.alt = metric, alt
        self.values, self.validation = [], []

    def on_train_begin(self, logs=None):
        """Start the clock and open the display."""
        self.start, self.display_id = time.perf_counter(), uuid.uuid4().hex
        self._draw()

    def on_epoch_end(self, epoch, logs=None):
        """Add one point and redraw."""
        self.values.append(logs[self.metric])
        if f"val_{self.metric}" in logs:
            self.validation.append(logs[f"val_{self.metric}"])
        self._draw(update=True)

    def _draw(self, update=False):
        done, epochs = len(self.values), self.params["epochs"]
        title = f"epoch {done} of {epochs}, {time.perf_counter() - self.start:.0f} s"
        if not _in_notebook():
            print(f"\r{title}", end="\n" if done == epochs else "", file=sys.stderr, flush=True)
            return
        figure, axis = new_figure(5.2, 2.6)
        for name, values in {"training": self.values, "test": self.validation}.items():
            if values:
                axis.plot(range(1, done + 1), values, "o-", ms=3, label=name)
        axis.set(title=title, xlabel="epoch", ylabel=self.metric, xlim=(0.5, epochs + 0.5))
        if done:
            axis.legend(loc="best")
        show(figure, self.alt, self.display_id, update)


def _in_notebook():
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None
