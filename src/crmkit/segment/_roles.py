"""The portfolio of customers by the role they play: cash flow, relationship, growth, value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_option
from crmkit._estimator import JsonError, check_fitted, check_table
from crmkit._frames import Coded, FrameT, column_like, from_pandas, is_engine, open_as_given, rows_like
from crmkit._labelling import POTENTIAL, Labeller, Measures, Scheme, measured
from crmkit._messages import Column, Message, Parameter
from crmkit._names import LANGUAGES, Language
from crmkit._tables import finite_columns
from crmkit.errors import SchemaError
from crmkit.segment._orders import check_anybody
from crmkit.segment._role_scores import Judged, judged, scale_table, scales_of
from crmkit.segment._role_words import sentences
from crmkit.segment._schemes import SCHEMES

__all__ = ["RoleSegmenter"]

_ROLES: Final = ("cash_flow", "relationship", "growth", "value")
_REASONS: Final = ("no_order", "refunds_only", "highest_score", "near_tie", "only_score", "no_score")

_NOT_A_COLUMN: Final = Message(
    en="{name} must be the name of a column, got {value!r}.", zh="{name} 须为列名，得到 {value!r}。"
)
_COLUMN_TWICE: Final = Message(
    en="Each role needs a column of its own, got {columns}. Two scores of one column would always be equal.",
    zh="每个角色须用不同的列，得到 {columns}；同一列的两个得分总是相等。",
)
_ORDERS: Final = Message(
    en="{@cash_flow} must be a column of money, not {@n_orders}.", zh="{@cash_flow} 须为金额列，不能是 {@n_orders}。"
)
_NOBODY_ABOVE: Final = Message(
    en="{where} is above 0 for nobody with an order, so that there is nothing to compare. Name another column for "
    "{role}, or, unless it is {@cash_flow}, leave it out with None.",
    zh="{where}在有订单的客户中没有一位大于 0，无从比较。请为 {role} 另指定一列；"
    "除 {@cash_flow} 外，也可用 None 去掉。",
)
_ON_ENGINE: Final = Message(
    en="{name} must be a table in memory. Collect it first.", zh="{name} 须为内存中的表，请先取回内存。"
)
_ONE_ROLE: Final = Message(
    en="A portfolio needs at least two roles, got {roles}. Name a column for another.",
    zh="组合至少要有两个角色，得到 {roles}。请为另一角色指定列。",
)


class RoleSegmenter(Labeller):
    r"""Put customers into the role they play in the portfolio: cash flow, relationship, growth or value.

    Each role has a score from 0 to 1: where the customer stands among those seen in `fit` who have the measure, as the
    share below them plus half of those equal. The main role is the one with the highest score (of equal ones, the first
    named). Other roles with scores within ``near_tie`` of it are reported, because so small a lead is a matter of
    chance.

    A measure that is missing, such as the regularity of somebody who bought once, gives no score, and neither does one
    that is not above 0: customers who spend nothing, are no steadier than chance, or shrink do not play that role,
    whatever others do. The role then comes from the other scores, and `explain` says so. Customers without any score
    have no role.

    By hand: with 10, 20, 30 and 40 of recent money the scores of cash flow are 0.125, 0.375, 0.625 and 0.875. A
    customer with 40, and the second highest of four regularities (score 0.625), is a cash-flow customer by a margin of
    0.25.

    The scales are learned in `fit` and frozen, so nobody changes roles because others came or went. The measure is
    money, not a share of it: the ranks are the same, and it does not depend on what others spend.

    Parameters
    ----------
    cash_flow : str, default "recent_spend"
        Column of the money that customers bring in, known for all who ordered. Profit, "recent_profit", is better
        still.
    relationship : str or None, default "regularity"
        Column of how steady the relation is; with ``None`` there is no such role.
    growth : str or None, default "growth"
        Column of the growth from quarter to quarter.
    value : str or None, optional
        Column of the long-term value, such as a lifetime value; without it there is no such role.
    near_tie : float, default 0.05
        How far below the highest score another one may be to count as nearly as high; between 0 and 1.

    Attributes
    ----------
    scales_ : DataFrame
        ``role``, ``column``, ``value``, ``percentile``; between two values a score lies on the line between them,
        beyond the ends it is that of the end.
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, and ``name_en``, ``name_zh``; the last are the prospects.
    n_customers_ : int
        Customers with an order seen in `fit`.

    Notes
    -----
    The roles (现金流客户, 关系客户, 增长客户, 价值客户) come from customer-management handbooks, which give no
    formulas; the measures of `role_measure_table` are ours.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.segment import role_measure_table
    >>> measures = role_measure_table(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> roles = RoleSegmenter().fit(measures)
    >>> roles.summary(measures)[["segment", "n_customers", "customer_share"]].round(3)
            segment  n_customers  customer_share
    0     cash_flow          562           0.238
    1  relationship          214           0.091
    2        growth          108           0.046
    3     potential            0           0.000
    >>> roles.explain(measures)[5]
    'Cash-flow customers: cash flow scores 0.98 (recent_spend of 673.90); next is relationship with 0.39.'
    """

    scales_: pd.DataFrame

    def __init__(
        self,
        *,
        cash_flow: str = "recent_spend",
        relationship: str | None = "regularity",
        growth: str | None = "growth",
        value: str | None = None,
        near_tie: float = 0.05,
    ) -> None:
        self.cash_flow = cash_flow
        self.relationship = relationship
        self.growth = growth
        self.value = value
        self.near_tie = near_tie

    def assign(self, customers: FrameT) -> FrameT:
        """Give each customer their scores, their role, and how clear it is.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            With ``n_orders`` and the columns of the roles, as `role_measure_table` makes them.

        Returns
        -------
        the kind of table given
            One row per customer, in the order given: for each role its score, ``cash_flow_score`` and so on, from 0 to
            1, missing where it is not known and for prospects; ``segment``, the main role, and ``segment_order``;
            ``reason_code`` ("highest_score", "near_tie", "only_score", "no_score", or of prospects "no_order",
            "refunds_only"); ``margin``, the lead over the second score, missing where there is none; ``is_near_tie``;
            ``near_roles``, the codes of the roles nearly as high, and ``missing_scores``, those of the roles without a
            score, both with commas between them, missing where there are none. Customers without a score have no
            segment and no place.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, does not hold numbers, is infinite, or the money of somebody who ordered is missing.
        TypeError
            If ``customers`` is not a table in memory.
        """
        check_fitted(self)
        columns = self._columns(customers)
        found = self._judged(columns)
        order = self._places(columns, found)
        roles = self._roles()
        near, lacking = found.near, np.isnan(found.scores) & (columns["n_orders"] > 0)[:, None]
        made = {
            **{f"{role}_score": found.scores[:, place] for place, role in enumerate(roles)},
            "segment": self._labelled(order),
            "segment_order": pd.arrays.IntegerArray((order + 1).astype(np.int64), order < 0),
            "reason_code": Coded(_REASONS, _reasons(columns, found)),
            "margin": found.margin,
            "is_near_tie": near.any(axis=1),
            "near_roles": _listed(near, list(roles)),
            "missing_scores": _listed(lacking, list(roles)),
        }
        return rows_like(made, like=customers)

    def explain(self, customers: Any, *, language: Language = "en") -> Any:
        """Say in a sentence why each customer has their role, which roles are nearly as high, and what is missing.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As for `assign`.
        language : {"en", "zh"}, default "en"
            Language of the sentences.

        Returns
        -------
        Series (PyArrow: chunked array) named ``explanation``
            One text per row, in the order of the rows.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            As for `assign`.
        TypeError
            If ``customers`` is not a table in memory.
        ValueError
            If ``language`` is not one of the two.
        """
        check_fitted(self)
        check_option(language, LANGUAGES, name="language")
        columns = self._columns(customers)
        found = self._judged(columns)
        names = dict(zip(self.segments_["segment"], self.segments_[f"name_{language}"], strict=True))
        reasons = [_REASONS[code] for code in _reasons(columns, found).tolist()]
        texts = sentences(found, reasons, columns, roles=self._roles(), names=names, language=language)
        return column_like(np.array(texts, dtype=object), name="explanation", like=customers)

    def portfolio_table(self, customers: FrameT) -> FrameT:
        """Count the customers of each role: those with a clear role, and those whose second role is nearly as high.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As for `assign`; prospects are in no role, and left out.

        Returns
        -------
        the kind of table given
            One row per role and second role that is nearly as high, pairs without customers too; first comes the row
            of those whose role is clear, with ``near_segment`` missing. ``segment``, ``segment_order``,
            ``name_en``, ``name_zh``; ``near_segment``, ``near_name_en``, ``near_name_zh``; ``n_customers``,
            ``customer_share`` of all who have a role, ``value``, the sum of the money compared, and ``value_share``,
            missing unless the total is above zero.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            As for `assign`.
        TypeError
            If ``customers`` is not a table in memory.
        """
        check_fitted(self)
        columns = self._columns(customers)
        found = self._judged(columns)
        n_roles = len(self._roles())
        has_role = found.best >= 0
        second = np.where(found.near.any(axis=1), found.second, n_roles)[has_role]
        cell = found.best[has_role] * (n_roles + 1) + second
        counts = np.bincount(cell, minlength=n_roles * (n_roles + 1)).reshape(n_roles, -1)
        money = columns[self.options_.cash_flow][has_role]
        sums = np.bincount(cell, weights=money, minlength=n_roles * (n_roles + 1)).reshape(n_roles, -1)
        levels = self.segments_.iloc[:n_roles]
        rows = [(role, near) for role in range(n_roles) for near in (n_roles, *range(n_roles)) if near != role]
        at = tuple(np.array(rows, dtype=np.intp).T)
        table = levels.iloc[at[0]].reset_index(drop=True)
        for made, name in (("near_segment", "segment"), ("near_name_en", "name_en"), ("near_name_zh", "name_zh")):
            table[made] = np.array([*levels[name], None], dtype=object)[at[1]]
        table["n_customers"] = counts[at]
        table["customer_share"] = counts[at] / counts.sum() if counts.sum() else np.nan
        table["value"] = sums[at]
        table["value_share"] = sums[at] / sums.sum() if sums.sum() > 0 else np.nan
        return from_pandas(table, like=customers)

    def _roles(self) -> dict[str, str]:
        """The columns of the roles that there are."""
        named = {role: getattr(self.options_, role) for role in _ROLES}
        return {role: column for role, column in named.items() if column is not None}

    def _check_options(self) -> None:
        options = self.options_
        for role in _ROLES:
            column = getattr(options, role)
            if not isinstance(column, str) and (column is not None or role == "cash_flow"):
                raise TypeError(_NOT_A_COLUMN(name=Parameter(role), value=column))
        roles = self._roles()
        if len(roles) == 1:
            raise ValueError(_ONE_ROLE(roles=list(roles)))
        if len(set(roles.values())) < len(roles):
            raise ValueError(_COLUMN_TWICE(columns=list(roles.values())))
        if options.cash_flow == "n_orders":
            raise ValueError(_ORDERS())
        check_fraction(options.near_tie, name="near_tie", low_open=False)

    def _scheme(self) -> Scheme:
        whole = SCHEMES["role"]
        return Scheme(tuple(level for level in whole.levels if level.code in self._roles()), POTENTIAL)

    def _learn(self, customers: Any) -> int:
        columns = self._columns(customers)
        ordered = columns["n_orders"] > 0
        check_anybody(ordered)
        values = self._values(columns)
        for role, known in values.items():
            if np.isnan(known).all():
                raise SchemaError(_NOBODY_ABOVE(where=Column("customers", self._roles()[role]), role=Parameter(role)))
        self.scales_ = scale_table(values, columns=self._roles())
        return int(ordered.sum())

    def _check_learned(self) -> None:
        check_table(self.scales_, {"role": "text", "column": "text", "value": "float64", "percentile": "float64"})
        of = self.scales_[["role", "column"]].drop_duplicates()
        if list(of.itertuples(index=False, name=None)) != list(self._roles().items()):
            raise JsonError("the scales are not those of the roles")
        for scale in scales_of(self.scales_).values():
            if not (np.isfinite(scale.points).all() and (np.diff(scale.points) > 0).all()):
                raise JsonError("the values of a scale rise")
            if not (
                (np.diff(scale.percentiles) >= 0).all() and scale.percentiles[0] >= 0 and scale.percentiles[-1] <= 1
            ):
                raise JsonError("the percentiles of a scale rise between 0 and 1")

    def _value_column(self) -> str:
        return self.options_.cash_flow

    def _positions(self, customers: Any, *, name: str = "customers") -> npt.NDArray[np.intp]:
        columns = self._columns(customers, name=name)
        return self._places(columns, self._judged(columns))

    def _columns(self, customers: Any, *, name: str = "customers") -> Measures:
        if is_engine(open_as_given(customers, name=name)):
            raise TypeError(_ON_ENGINE(name=Parameter(name)))
        roles = self._roles()
        money = measured(customers, ("n_orders", roles["cash_flow"]), name=name)
        others = [column for role, column in roles.items() if role != "cash_flow"]
        return {**money, **finite_columns(customers, others, name=name)}

    def _values(self, columns: Measures) -> Mapping[str, Floats]:
        """What is scored: what is above 0 of those who ordered."""
        ordered = columns["n_orders"] > 0
        return {
            role: np.where(ordered & (columns[column] > 0), columns[column], np.nan)
            for role, column in self._roles().items()
        }

    def _judged(self, columns: Measures) -> Judged:
        return judged(self._values(columns), scales_of(self.scales_), near_tie=self.options_.near_tie)

    def _places(self, columns: Measures, found: Judged) -> npt.NDArray[np.intp]:
        """The position of each row's role; prospects come last."""
        return np.where(columns["n_orders"] > 0, found.best, len(self.segments_) - 1)


def _reasons(columns: Measures, found: Judged) -> npt.NDArray[np.intp]:
    """The position of each row's reason."""
    money = list(columns.values())[1]
    without = np.where((money != 0) & ~np.isnan(money), 1, 0)
    with_order = np.where(found.near.any(axis=1), 3, np.where(np.isnan(found.margin), 4, 2))
    with_order = np.where(found.best < 0, 5, with_order)
    return np.where(columns["n_orders"] > 0, with_order, without)


def _listed(flags: npt.NDArray[np.bool_], codes: list[str]) -> Coded:
    """The codes that are flagged, by row, with commas between them; missing where none is."""
    masks = [[code for place, code in enumerate(codes) if mask >> place & 1] for mask in range(1 << len(codes))]
    texts = [",".join(mask) if mask else None for mask in masks]
    return Coded(texts, (flags @ (1 << np.arange(len(codes)))).astype(np.intp))  # type: ignore[arg-type]
