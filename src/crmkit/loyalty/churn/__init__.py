"""Who is about to leave: snapshots of the past, models of churn, and what it is worth to act on them."""

__all__: list[str] = []
