"""Keep TensorFlow's start-up notes out of notebooks.

TensorFlow writes a few lines (oneDNN, missing CUDA drivers) to file descriptor 2 while it is being
imported, before any of its own log settings apply. ``install`` puts a finder in front of the
import system that holds descriptor 2 back during that import. If the import fails, what was
held back is written out, so that no error is ever hidden.
"""

import importlib.abc
import importlib.util
import os
import sys
import tempfile


class QuietImport(importlib.abc.MetaPathFinder):
    """Finds ``tensorflow`` by the ordinary finders and makes its import silent."""

    searching = False

    def find_spec(self, name, path=None, target=None):
        """Return the ordinary spec with a silent ``exec_module``, or ``None`` for other modules."""
        if name != "tensorflow" or self.searching:
            return None
        self.searching = True  # the ordinary finders are asked through this one, too
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self.searching = False
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module
            spec.loader.exec_module = lambda module: _silently(execute, module)
        return spec


def _silently(execute, module):
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            execute(module)
        except BaseException:
            held.seek(0)
            os.write(stderr, held.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def install():
    """Silence the first import of TensorFlow in this process, whoever asks for it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, QuietImport())
