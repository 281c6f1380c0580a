"""Those who used to order often and have stopped, the largest spend first, with the reason."""

from __future__ import annotations

from typing import Final

import pandas as pd

from crmkit.report._section import Answer, Context
from crmkit.views import base_table

__all__ = ["answer"]

# The RFM segments of those who used to order often and have not of late.
_QUIET: Final = ("at_risk", "cannot_lose")


def answer(context: Context) -> Answer:
    """Who they are; and, for the page, how many they are chosen from and what these brought."""
    if context.segments is None:
        return Answer()
    rfm, customers = context.segments.rfm_segmenter, context.customers
    quiet = customers[rfm.predict(customers).astype(str).isin(_QUIET)]
    first = quiet.sort_values(["spend", "customer_id"], ascending=[False, True]).head(context.n_actions)
    named = pd.DataFrame(
        {
            "customer_id": first["customer_id"],
            "segment": rfm.predict(first).astype(str),
            "spend": first["spend"],
            "reason": rfm.explain(first, language=context.facts.language),
        }
    ).reset_index(drop=True)
    return Answer({"actions": named}, more=base_table(quiet))
