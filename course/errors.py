"""Errors that a notebook shows as one sentence instead of a page of traceback."""


class _Sentence:
    """IPython asks an exception for this method before it renders a traceback of its own."""

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


class MissingData(_Sentence, FileNotFoundError):
    """A data set or weight file is not where it should be."""


class CorruptData(_Sentence, ValueError):
    """A data set or weight file is there but is not the one that was shipped."""


class UnknownName(_Sentence, ValueError):
    """A name (data set, split, claim, model) is none of those that exist."""
