"""The errors that callers of crmkit may want to catch."""

__all__ = ["ConvergenceError", "SchemaError"]


class SchemaError(ValueError):
    """A table lacks a column, or holds rows that its definition does not allow."""


class ConvergenceError(RuntimeError):
    """A fit found no maximum of its likelihood; there are no numbers to return."""
