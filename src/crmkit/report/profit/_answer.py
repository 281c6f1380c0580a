"""The steps to profit, the whale curve and its figures, of the profits as they were given."""

from __future__ import annotations

from typing import Any, Final

from crmkit._figures import share, whole_money
from crmkit._frames import collected, to_pandas
from crmkit._messages import Message
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.plotting import plot_profit_ladder, plot_whale_curve
from crmkit.report._facts import Facts
from crmkit.report._section import Answer, Context, Drawing
from crmkit.value.profit import profit_ladder_table, whale_curve_table, whale_summary_table

__all__ = ["CHARTS", "answer"]

_MADE_BY: Final = "value.profit.customer_profit_table"
_NEEDED: Final = ("contribution", "cost_to_serve", "net_profit")

_NO_ROWS: Final = Message(en="{@profit} has no rows.", zh="{@profit} 没有任何行。")
_NO_PAIR: Final = Message(
    en="{@profit} must be the table of customer_profit_table, or a pair of it and the allocation of its cost to serve, "
    "got {n} {n:table|tables}.",
    zh="{@profit} 须为 customer_profit_table 的结果表，或该表与其服务成本分摊表组成的一对，得到 {n} 个。",
)


def answer(context: Context) -> Answer:
    """The tables; profit is before the cost to serve where that is not known."""
    profits, allocation = _pair(context.beside["profit"])
    rows = to_pandas(collected(open_columns(profits, _NEEDED, name="profit", made_by=_MADE_BY)))
    if rows.empty:
        raise SchemaError(_NO_ROWS())
    value = "net_profit" if rows["net_profit"].notna().all() else "contribution"
    losses = profit_ladder_table(rows[rows[value] < 0])[["step", "amount", "share"]]
    ladder = profit_ladder_table(rows, allocation=allocation)
    tables = {
        "profit_ladder": ladder.merge(losses, on="step", how="left", suffixes=("", "_of_losses")),
        "whale_curve": whale_curve_table(rows, value=value),
        "whale_summary": whale_summary_table(rows, value=value),
    }
    return Answer(tables, more=value)


def _pair(given: Any) -> tuple[Any, Any]:
    """The profits, and the allocation of their cost to serve where it is given, too."""
    if not isinstance(given, (tuple, list)):
        return given, None
    if len(given) != 2:
        raise ValueError(_NO_PAIR(n=len(given)))
    return given[0], given[1]


def _ladder(answer: Answer, facts: Facts) -> Drawing:
    ladder = answer.tables["profit_ladder"]
    levels = ladder[ladder["role"] == "level"]
    told = {"sales": whole_money(levels["amount"].iloc[0]), "profit": whole_money(levels["amount"].iloc[-1])}
    return Drawing(lambda ax: plot_profit_ladder(ladder, ax=ax, language=facts.language), told)


def _curve(answer: Answer, facts: Facts) -> Drawing:
    curve, found = answer.tables["whale_curve"].round(6), answer.tables["whale_summary"].iloc[0]
    told = {"at": share(found["peak_at"])}
    told |= {name: whole_money(found[name]) for name in ("peak_profit", "profit")}
    return Drawing(lambda ax: plot_whale_curve(curve, ax=ax, language=facts.language), told)


CHARTS: Final = {"profit_ladder": _ladder, "whale_curve": _curve}
