"""The ledger: every number a lecture states, with its source and, if measured, its band."""

from course.claims.ledger import check, cite

__all__ = ["check", "cite"]
