"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "rfm": Label("RFM: recency, frequency, spend", "RFM：最近购买、频次、金额"),
    "rfm_note": Label(
        "Upper number: customers; lower number: what they spent on average. Scores run from 1 to 5, the best. Each "
        "is given to the same number of customers, as nearly as ties allow.",
        "上方数字为客户数，下方为人均消费额。得分从 1 到 5，5 为最好；在同值不拆分的前提下，各得分人数尽量相等。",
    ),
    "alt_rfm": Label(
        "Map of recency against frequency scores: most customers, {n}, have recency {r} and frequency {f}.",
        "R 与 F 得分分布图：人数最多的是 R={r}、F={f}，共 {n} 位。",
    ),
    "segment": Label("Segment", "细分"),
    "score_ranges": Label("What the scores mean", "得分对应的取值范围"),
    "score": Label("Score", "得分"),
    "recency": Label("Days since the last order", "距最近一次下单天数"),
    "frequency": Label("Orders", "订单数"),
    "monetary": Label("Spend", "消费额"),
    "table_rfm_segments": Label("RFM segments", "RFM 细分"),
    "table_rfm_map": Label("RFM map", "RFM 分布"),
    "table_score_ranges": Label("What the scores mean", "得分对应的取值范围"),
    "map_row": Label("Recency score: customers by frequency score", "R 得分：各 F 得分的客户数"),
    "map_column": Label("F = {n}", "F = {n}"),
    "dimension": Label("Measure", "维度"),
    "lowest": Label("Lowest", "最小值"),
    "highest": Label("Highest", "最大值"),
}
