"""What channels return for what is spent on them, each definition under its own name."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from crmkit._checks import check_margin, check_turnover
from crmkit._frames import FrameT, column_name, from_pandas, to_pandas
from crmkit._grouping import check_labels, labels_of
from crmkit._messages import Column, Message
from crmkit._tables import finite_columns, open_columns, refuse_rows
from crmkit.value._cancelled import cancelled

__all__ = ["channel_return_table"]

_NAME: Final = "campaigns"
_RESULT: Final = (
    *("scope", "n_rows", "spend", "sales", "spend_share", "sales_share", "input_output_ratio", "net_sales_return"),
    *("return_on_marketing_investment", "break_even_ratio"),
)

_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。请修正或删除这些行。",
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Fill in 0 where there was none.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。没有发生的请填 0。",
)
_TAKEN: Final = Message(en="{name} is a column of the result too. Rename it.", zh="{name} 与结果表的列重名，请改名。")


def channel_return_table(campaigns: FrameT, *, by: str, spend: str, sales: str, margin: float | None = None) -> FrameT:
    r"""Give the return of each channel per unit of money spent, by three definitions that are often mixed up.

    Sales attributed to a channel are not the same as sales caused by it. If you have a control group, give the
    incremental sales as ``sales``; `crmkit.loyalty.campaigns.campaign_return_table` computes them. An average return
    says nothing about the next unit of money; for that, use `allocate_budget`.

    Parameters
    ----------
    campaigns : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        Rows with what was spent and what came back.
    by : str
        The column of channels.
    spend, sales : str
        The columns of money spent, 0 or more, and of sales, which refunds may turn below 0.
    margin : float, optional
        Share of the sales that is left after the cost of goods, in (0, 1].

    Returns
    -------
    the kind of frame given
        A row per channel, in order of the labels, and one of all:

        ``by``, ``scope``
            The channel; "group", "no label" or "all".
        ``n_rows``, ``spend``, ``sales``, ``spend_share``, ``sales_share``
            Sums, and shares of all.
        ``input_output_ratio``
            Sales / spend: 3 is a 投入产出比 of 1:3.
        ``net_sales_return``
            (Sales - spend) / spend.
        ``return_on_marketing_investment``
            (Margin of the sales - spend) / spend; missing without ``margin``. Below 0 the channel loses money.
        ``break_even_ratio``
            The input-output ratio at which the margin pays for the spend, 1 / margin.

        Ratios are missing where nothing was spent, shares where the sum is not above 0.

    Raises
    ------
    SchemaError
        If a column is missing or holds no numbers; a number is missing or infinite; or a spend is below 0.
    TypeError
        If ``campaigns`` is not a frame, or a name is not one column.
    ValueError
        If ``margin`` lies outside its range, or ``by`` has the name of a column of the result.

    See Also
    --------
    crmkit.metrics.input_output_ratio : The formula.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 10.

    Examples
    --------
    >>> import pandas as pd
    >>> campaigns = pd.DataFrame({"channel": ["mail", "search", "mail"], "cost": [60, 50, 40], "sold": [200, 90, 100]})
    >>> found = channel_return_table(campaigns, by="channel", spend="cost", sales="sold", margin=0.4)
    >>> found[["channel", "input_output_ratio", "net_sales_return", "return_on_marketing_investment"]].round(2)
      channel  input_output_ratio  net_sales_return  return_on_marketing_investment
    0    mail                 3.0               2.0                            0.20
    1  search                 1.8               0.8                           -0.28
    2     NaN                 2.6               1.6                            0.04
    """
    share = np.nan if margin is None else check_margin(margin)
    label = column_name(by, name="by")
    names = [column_name(spend, name="spend"), column_name(sales, name="sales")]
    if label in _RESULT:
        raise ValueError(_TAKEN(name=Column(_NAME, label)))
    rows = open_columns(campaigns, [label, *names], name=_NAME, made_by=None)
    check_labels(rows, [label], table=_NAME)
    money = finite_columns(campaigns, names, name=_NAME)
    for name in names:
        refuse_rows(np.isnan(money[name]), _MISSING, where=Column(_NAME, name))
        with np.errstate(over="ignore"):
            check_turnover(float(np.abs(money[name]).sum()), where=Column(_NAME, name))
    refuse_rows(money[names[0]] < 0, _BELOW, where=Column(_NAME, names[0]))
    labels = labels_of(to_pandas(rows.select(label)), [label])
    groups, scopes = labels.with_whole()
    n = len(labels.groups)
    sums = [np.bincount(labels.codes, money[name], n) for name in names]
    sizes = [np.bincount(labels.codes, np.abs(money[name]), n) for name in names]
    spent, sold = (
        cancelled(np.append(each, each.sum()), np.append(size, size.sum()))
        for each, size in zip(sums, sizes, strict=True)
    )
    counts = np.bincount(labels.codes, minlength=n)
    base = np.where(spent > 0, spent, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        ratio = sold / base
    ratio = np.where(np.isfinite(ratio), ratio, np.nan)
    figures = (
        scopes,
        np.append(counts, counts.sum()),
        spent,
        sold,
        spent / (spent[-1] if spent[-1] > 0 else np.nan),
        sold / (sold[-1] if sold[-1] > 0 else np.nan),
        ratio,
        ratio - 1,
        share * ratio - 1,
        1 / share,
    )
    table = pd.concat([groups, pd.DataFrame(dict(zip(_RESULT, figures, strict=True)))], axis=1)
    return from_pandas(table, like=campaigns)
