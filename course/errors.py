"""Errors that a notebook shows as one sentence instead of a page of traceback."""


class Sentence:
    """Mix this into an exception whose message says it all.

    IPython asks an exception for ``_render_traceback_`` before it renders a traceback of its own.
    """

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


class MissingData(Sentence, FileNotFoundError):
    """A data set or weight file is not where it should be."""


class CorruptData(Sentence, ValueError):
    """A data set or weight file is there but is not the one that was shipped."""


class UnknownName(Sentence, ValueError):
    """A name (data set, split, claim, model) is none of those that exist."""


class WrongAnnotations(Sentence, ValueError):
    """Annotations of one's own do not say what they should, or not of these pictures."""
