"""The option that names arms and the share of customers planned for each."""

from __future__ import annotations

import click

from crmkit._messages import Message
from crmkit.cli.options import Pairs

__all__ = ["Shares"]

_NO_SHARES: Message = Message(
    en="must be arms and their shares, such as none=0.1,email=0.9, got {value!r}.",
    zh="须为各分组及其占比，例如 none=0.1,email=0.9，得到 {value!r}。",
)


class Shares(Pairs):
    """Arms with the share of each, such as none=0.1,email=0.9."""

    name = "shares"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, float]:  # type: ignore[override]
        """Split it."""
        pairs = [each.rpartition("=") for each in value.split(",") if each.strip()]
        try:
            shares = {arm.strip(): float(share) for arm, _, share in pairs}
        except ValueError:
            shares = {}
        if not shares or "" in shares or len(shares) < len(pairs):
            self.fail(_NO_SHARES(value=value), param, ctx)
        return shares
