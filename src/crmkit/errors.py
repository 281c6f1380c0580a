"""The errors that callers of crmkit may want to catch."""

__all__ = ["SchemaError"]


class SchemaError(ValueError):
    """A table lacks a column, or holds rows that its definition does not allow."""
