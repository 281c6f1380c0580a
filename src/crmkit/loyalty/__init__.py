"""Whether customers will stay: churn, satisfaction, loyalty, points."""

__all__: list[str] = []
