"""What customers are worth: lifetime value, profit, purchase cycles."""

__all__: list[str] = []
