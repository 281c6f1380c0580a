"""What came of campaigns: each arm beside the control group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import check_fraction, some
from crmkit._frames import AnyFrame, FrameT, as_name, flag, from_pandas, to_pandas
from crmkit._grouping import check_labels, label_name, labels_of
from crmkit._kpi import KPI_COLUMNS, Kpi, tells
from crmkit._messages import Column, Message
from crmkit._names import Label
from crmkit._stats import Sample, difference_of_means, difference_of_shares, mean_interval, wilson_interval
from crmkit._tables import CONTACTS, open_table
from crmkit.errors import SchemaError

__all__ = ["campaign_kpis"]

_KEYS: Final = ("campaign", "arm", "treated")
_BESIDE: Final = ("control_value", "difference", "difference_lower", "difference_upper")
_TAKEN: Final = (*_KEYS, "outcome", *KPI_COLUMNS, *_BESIDE)
_N, _OTHER = "__crmkit_n", "__crmkit_other_"
_SUM, _SQUARES, _MISSING = "__crmkit_sum_", "__crmkit_squares_", "__crmkit_missing_"
_COST, _COSTED = "__crmkit_cost", "__crmkit_costed"

_NO_LIST: Final = Message(
    en="{@outcomes} must be a list of different column names, at least one, got {value!r}.",
    zh="{@outcomes} 须为互不重复的列名列表，至少一个，得到 {value!r}。",
)
_EMPTY: Final = Message(en="{@contacts} has no rows.", zh="{@contacts} 没有任何行。")
_NOT_NUMBERS: Final = Message(
    en="{where} must hold numbers, none missing; {@as_contacts()} makes such columns.",
    zh="{where}应为数字且不得缺失，可用 {@as_contacts()} 生成这样的列。",
)
_TOO_LARGE: Final = Message(
    en="{where} cannot be added up: the sum is larger than any number. Give it in a larger unit, such as millions.",
    zh="{where}的合计超出数值范围，请改用更大的单位，例如百万。",
)
_NAME_TAKEN: Final = Message(
    en="{@by} is {name!r}, which the result has too. Rename it.", zh="{@by} 为 {name!r}，与结果表的列重名，请改名。"
)
_TWO_CONTROLS: Final = Message(
    en="{@contacts} has several arms that were not contacted in one campaign: {arms}. {@as_contacts()} allows one.",
    zh="{@contacts} 的同一活动中有多个未触达的分组：{arms}。{@as_contacts()} 只允许一个。",
)


@tells(
    Kpi(
        code="n_contacts",
        name=Label("Customers in the arm", "分组客户数"),
        group="campaigns",
        unit="customers",
        direction="context",
        definition=Label(
            "Customers of the arm: those contacted, or the control group", "分组内的客户：被触达者，或对照组"
        ),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 8",
        function="crmkit.metrics.campaign_kpis",
        aggregation="sum",
    ),
    Kpi(
        code="outcome_rate",
        name=Label("Share with the outcome", "结果发生率"),
        group="campaigns",
        unit="share",
        direction="higher",
        definition=Label(
            "Customers of the arm with an outcome that either comes or does not / customers of the arm",
            "分组内出现该结果的客户 ÷ 分组客户数（结果只有是、否两种）",
        ),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 8 (response rate)",
        function="crmkit.metrics.campaign_kpis",
    ),
    Kpi(
        code="outcome_per_customer",
        name=Label("Outcome per customer of the arm", "人均结果"),
        group="campaigns",
        unit="outcome per customer",
        direction="higher",
        definition=Label(
            "Sum of an outcome that is an amount or a count, such as spend / customers of the arm",
            "分组内结果（如消费额）之和 ÷ 分组客户数",
        ),
        source="Our convention",
        function="crmkit.metrics.campaign_kpis",
    ),
    Kpi(
        code="cost_per_customer",
        name=Label("Campaign cost per customer of the arm", "人均活动成本"),
        group="campaigns",
        unit="money per customer",
        direction="lower",
        definition=Label("Cost of the contacts / customers of the arm", "触达成本 ÷ 分组客户数"),
        source="Our convention",
        function="crmkit.metrics.campaign_kpis",
    ),
)
def campaign_kpis(contacts: FrameT, *, outcomes: Sequence[str], by: str | None = None, level: float = 0.95) -> FrameT:
    """Compute what came of each arm of each campaign, beside its control group.

    The difference from the control group is what the campaign brought about if the groups were drawn at random. Several
    arms or outcomes are several chances to find a difference that is none.

    Parameters
    ----------
    contacts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_contacts` makes them.
    outcomes : sequence of str
        Columns of outcomes. One that is 0 or 1 throughout is a share, any other one is averaged.
    by : str, optional
        Column of labels; each group is compared with the control group within it. A missing label is a group.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per group, campaign, arm and KPI: the column of ``by``, ``campaign``, ``arm``, ``treated``; ``outcome``,
        missing for KPIs that are of none; ``kpi``, "n_contacts", "outcome_rate", "outcome_per_customer" or
        "cost_per_customer", the last where costs are known; ``value``, ``numerator``, ``denominator``; ``n``, the
        customers of the arm; ``lower`` and ``upper``, Wilson's interval of a share, Student's of a mean.
        ``control_value``, that of the campaign's control group; ``difference`` from it; ``difference_lower`` and
        ``difference_upper``, Newcombe's interval for shares, Welch's for means. These four are missing for the control
        group, without one, and for counts and costs.

    Raises
    ------
    SchemaError
        If there are no rows, a column is missing or does not hold what it should, or a campaign has two arms that were
        not contacted.
    TypeError
        If ``contacts`` is not a frame, ``outcomes`` not a list, or ``by`` not the name of one column.
    ValueError
        If ``by`` is a column of the result, or ``level`` is not between 0 and 1.

    References
    ----------
    .. [1] Newcombe (1998), "Interval Estimation for the Difference between Independent Proportions", *Statistics in
       Medicine* 17, method 10.
    .. [2] Welch (1947), "The Generalization of 'Student's' Problem when Several Different Population Variances are
       Involved", *Biometrika* 34.

    Examples
    --------
    >>> from crmkit import as_contacts, make_contacts
    >>> contacts = as_contacts(
    ...     make_contacts(n_customers=20_000, random_state=1).contacts, outcomes=["conversion", "spend"], control="none"
    ... )
    >>> table = campaign_kpis(contacts, outcomes=["conversion"])
    >>> rates = table[table["kpi"] == "outcome_rate"].round(4)
    >>> rates[["arm", "value", "control_value", "difference_lower", "difference_upper"]]
         arm   value  control_value  difference_lower  difference_upper
    1   none  0.0430            NaN               NaN               NaN
    3  email  0.0678          0.043             0.017            0.0318
    """
    check_fraction(level, name="level")
    names = _outcomes(outcomes)
    label = None if by is None else label_name(by)
    if label in _TAKEN:
        raise ValueError(_NAME_TAKEN(name=by))
    rows = open_table(contacts, CONTACTS, columns=(*_KEYS, "cost"), also=[*names, *([] if label is None else [label])])
    check_labels(rows, [*([] if label is None else [label]), "campaign", "arm"], table="contacts")
    keys = [*([] if label is None else [label]), *_KEYS]
    sums = _sums(rows, names, keys)
    table = pd.concat([_of_outcome(sums, name, keys, level=level) for name in names] + _of_arms(sums, keys))
    return from_pandas(_in_order(table, keys, names), like=contacts)


def _outcomes(outcomes: Any) -> list[str]:
    if isinstance(outcomes, (str, bytes)) or not isinstance(outcomes, Sequence) or not outcomes:
        raise TypeError(_NO_LIST(value=outcomes))
    names = [as_name(label) for label in outcomes]
    if len(set(names)) < len(names):
        raise ValueError(_NO_LIST(value=outcomes))
    return names


def _sums(rows: AnyFrame, names: Sequence[str], keys: Sequence[str]) -> pd.DataFrame:
    """Customers, costs, and the sums of each outcome by arm; squares are taken about the mean of all arms."""
    types = rows.collect_schema()
    # Some engines tell NaN from a missing label; here both mean that there is none.
    floats = [name for name in keys if types[name].is_float()]
    rows = rows.with_columns(nw.col(*floats).fill_nan(None)) if floats else rows
    for name in names:
        if not types[name].is_numeric():
            raise SchemaError(_NOT_NUMBERS(where=Column("contacts", name)))
    rows = rows.with_columns(
        flag(nw.col("treated")).alias("treated"), *(nw.col(name).cast(nw.Float64) for name in names)
    )
    marked = rows.select(
        *keys,
        nw.lit(1).alias(_N),
        nw.col("cost").cast(nw.Float64).alias(_COST),
        flag(~nw.col("cost").is_null()).alias(_COSTED),
        *(nw.col(name).alias(f"{_SUM}{name}") for name in names),
        *(flag((nw.col(name) != 0) & (nw.col(name) != 1)).alias(f"{_OTHER}{name}") for name in names),
        *(flag(nw.col(name).is_null() | nw.col(name).is_nan()).alias(f"{_MISSING}{name}") for name in names),
    )
    measures = [name for name in marked.collect_schema() if name not in keys]
    with np.errstate(over="ignore"):
        sums = to_pandas(marked.group_by(*keys).agg(nw.col(*measures).sum()))
    if sums.empty:
        raise SchemaError(_EMPTY())
    for name in names:
        if sums[f"{_MISSING}{name}"].any():
            raise SchemaError(_NOT_NUMBERS(where=Column("contacts", name)))
        if not np.isfinite(sums[f"{_SUM}{name}"]).all():
            raise SchemaError(_TOO_LARGE(where=Column("contacts", name)))
    means = {name: float(sums[f"{_SUM}{name}"].sum() / sums[_N].sum()) for name in names}
    squares = rows.select(*keys, *(((nw.col(name) - means[name]) ** 2).alias(f"{_SQUARES}{name}") for name in names))
    columns = [f"{_SQUARES}{name}" for name in names]
    found = to_pandas(squares.group_by(*keys).agg(nw.col(*columns).sum()))
    both = sums.merge(found, on=list(keys))
    for name in names:
        off = both[f"{_SUM}{name}"] / both[_N] - means[name]
        both[f"{_SQUARES}{name}"] = (both[f"{_SQUARES}{name}"] - both[_N] * off**2).clip(lower=0)
    _check_controls(both, [key for key in keys if key not in ("arm", "treated")])
    return both


def _check_controls(sums: pd.DataFrame, groups: Sequence[str]) -> None:
    controls = sums[sums["treated"] == 0]
    twice = controls[controls.duplicated(list(groups), keep=False)]
    if len(twice):
        raise SchemaError(_TWO_CONTROLS(arms=some(sorted(twice["arm"], key=str))))


def _of_outcome(sums: pd.DataFrame, name: str, keys: Sequence[str], *, level: float) -> pd.DataFrame:
    """The rows of an outcome: its rate or mean in each arm, and the difference from the control group."""
    is_rate = not sums[f"{_OTHER}{name}"].any()
    n, total = sums[_N].to_numpy(dtype=float), sums[f"{_SUM}{name}"].to_numpy(dtype=float)
    variance = sums[f"{_SQUARES}{name}"].to_numpy(dtype=float) / np.where(n > 1, n - 1, np.nan)
    arms = Sample(n, total / n, variance)
    control = _control_of(sums, keys)
    there = control >= 0
    beside = (np.where(there, each[control], np.nan) for each in (n, total, variance))
    control_n, control_total, control_variance = beside
    control_value = control_total / control_n
    if is_rate:
        lower, upper = wilson_interval(total, n, level=level)
        differences = difference_of_shares(total, n, control_total, control_n, level=level)
    else:
        lower, upper = mean_interval(arms, level=level)
        differences = difference_of_means(arms, Sample(control_n, control_value, control_variance), level=level)
    columns = (arms.mean, total, n, n, lower, upper, control_value, *differences)
    found = pd.DataFrame(dict(zip((*KPI_COLUMNS[1:], *_BESIDE), columns, strict=True)))
    code = "outcome_rate" if is_rate else "outcome_per_customer"
    return pd.concat([sums[list(keys)].assign(outcome=name, kpi=code), found], axis=1)


def _control_of(sums: pd.DataFrame, keys: Sequence[str]) -> Any:
    """The position of the control group of each arm; -1 where there is none, and for the control groups themselves."""
    groups = [key for key in keys if key not in ("arm", "treated")]
    codes = labels_of(sums, groups).codes
    treated = sums["treated"].to_numpy() == 1
    place = np.full(codes.max() + 1, -1)
    place[codes[~treated]] = np.flatnonzero(~treated)
    return np.where(treated, place[codes], -1)


def _of_arms(sums: pd.DataFrame, keys: Sequence[str]) -> list[pd.DataFrame]:
    """The rows that are of no outcome: customers and costs."""
    n, cost = sums[_N].to_numpy(dtype=float), sums[_COST].to_numpy(dtype=float)
    labels, missing = sums[list(keys)], np.full(len(sums), np.nan)
    others = dict.fromkeys(("lower", "upper", *_BESIDE), missing)
    counts = labels.assign(
        outcome=None, kpi="n_contacts", value=n, numerator=missing, denominator=missing, n=n, **others
    )
    if not sums[_COSTED].any():
        return [counts]
    known = sums[_COSTED].to_numpy() == sums[_N].to_numpy()
    spent = np.where(known, cost, np.nan)
    costs = labels.assign(
        outcome=None, kpi="cost_per_customer", value=spent / n, numerator=spent, denominator=n, n=n, **others
    )
    return [counts, costs]


def _in_order(table: pd.DataFrame, keys: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    """The control group first, then the arms; what is of no outcome before the outcomes in the order asked for."""
    place = table["outcome"].map({name: n for n, name in enumerate(names)}).fillna(-1)
    order = {"n_contacts": 0, "cost_per_customer": 1}
    table = table.assign(_place=place, _kpi=table["kpi"].map(order).fillna(2), treated=table["treated"] == 1)
    groups = [key for key in keys if key not in ("arm", "treated")]
    table = table.assign(_group=labels_of(table, groups).codes, _arm=labels_of(table, ["arm"]).codes)
    table = table.sort_values(["_group", "treated", "_arm", "_place", "_kpi"], kind="stable", ignore_index=True)
    return table[[*keys, "outcome", *KPI_COLUMNS, *_BESIDE]]
