"""Who the customers are: scores, segments, tiers."""

__all__: list[str] = []
