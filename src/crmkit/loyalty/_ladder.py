"""The loyalty ladder: from prospect to partner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from crmkit._checks import check_int, check_number
from crmkit._figures import amount
from crmkit._labelling import (
    MADE,
    PLAIN_COLUMN,
    POTENTIAL,
    Case,
    CaseLabeller,
    Measures,
    Scheme,
    Within,
    lacks_sql,
    measured,
)
from crmkit._messages import Message, Parameter
from crmkit._names import Label, Language
from crmkit._tables import finite_columns
from crmkit.errors import SchemaError
from crmkit.loyalty._schemes import SCHEMES

__all__ = ["LoyaltyLadder"]

_MOST: Final = float(np.finfo(np.float64).max)

_SENTENCES: Final = {
    "no_order": Label("{name}: no order yet.", "{name}：尚无订单。"),
    "partner": Label("{name}: {column} says so.", "{name}：{column} 已标明。"),
    "referrals": Label("{name}: {column} of {value}, at least {least}.", "{name}：{column} {value}，不低于 {least}。"),
    "satisfaction": Label(
        "{name}: orders again ({n_orders}), and {column} of {value} reaches {least}.",
        "{name}：多次下单（{n_orders} 单），且{column} {value} 达到 {least}。",
    ),
    "orders": Label("{name}: {n_orders} orders, at least {least}.", "{name}：{n_orders} 单，不少于 {least} 单。"),
    "first_orders": Label("{name}: ordered, but fewer than {least} times.", "{name}：已下单，但不足 {least} 单。"),
}
_NAMES_ZH: Final = {"satisfaction": "满意度", "referrals": "推荐次数", "partner": "合作标记"}

_NO_COLUMN: Final = Message(
    en="{name} must be a plain column name such as 'referrals', none of {made} and no column twice, or None, got "
    "{value!r}.",
    zh="{name} 须为 'referrals' 之类的普通列名（不得为 {made}，也不得重复）或 None，得到 {value!r}。",
)
_EMPTY: Final = Message(en="{@customers} has no rows.", zh="{@customers} 没有任何行。")


class LoyaltyLadder(CaseLabeller):
    """Put customers on the rungs of the loyalty ladder: prospect, customer, client, supporter, advocate, partner.

    A prospect has not ordered; a customer has; a client has ordered again; a supporter does so and is satisfied; an
    advocate recommends us; a partner works with us. Everybody stands on the highest rung that is known of them. What is
    missing, such as the satisfaction of those who were not asked, lifts nobody. Moves between the rungs are counted by
    `crmkit.segment.movement.movement_table` with ``segmenter=``.

    Parameters
    ----------
    satisfaction, referrals, partner : str or None, default "satisfaction", "referrals" and None
        Columns of the satisfaction, of the number of customers they referred, and of a flag for those who work with
        us. With ``None`` the ladder has no such rung.
    orders_from : int, default 2
        Orders that make a client.
    satisfaction_from : float, default 4
        Satisfaction that makes a supporter.
    referrals_from : int, default 1
        Referred customers that make an advocate.

    Attributes
    ----------
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, the highest rung, and ``name_en``, ``name_zh``; the last are the
        prospects, whose code is "potential" as in all schemes.
    n_customers_ : int
        Customers seen in `fit`, prospects among them; nothing is learned from them.

    References
    ----------
    .. [1] Payne, Christopher, Clark and Peck (1995), *Relationship Marketing for Competitive Advantage*, for the rungs;
       what puts somebody on each is ours.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "n_orders": [0, 1, 3, 4, 5], "satisfaction": [None, 5, 3, 5, 2], "referrals": [0, 0, 0, 0, 2],
    ... })
    >>> ladder = LoyaltyLadder().fit(customers)
    >>> ladder.assign(customers)
         segment  segment_order   reason_code
    0  potential              5      no_order
    1   customer              4  first_orders
    2     client              3        orders
    3  supporter              2  satisfaction
    4   advocate              1     referrals
    >>> ladder.explain(customers)[3]
    'Supporters: orders again (4), and satisfaction of 5 reaches 4.'
    """

    def __init__(
        self,
        *,
        satisfaction: str | None = "satisfaction",
        referrals: str | None = "referrals",
        partner: str | None = None,
        orders_from: int = 2,
        satisfaction_from: float = 4.0,
        referrals_from: int = 1,
    ) -> None:
        self.satisfaction = satisfaction
        self.referrals = referrals
        self.partner = partner
        self.orders_from = orders_from
        self.satisfaction_from = satisfaction_from
        self.referrals_from = referrals_from

    def _check_options(self) -> None:
        options = self.options_
        seen = {"n_orders", *MADE}
        for name in ("satisfaction", "referrals", "partner"):
            column = getattr(options, name)
            if column is None:
                continue
            if not isinstance(column, str) or not PLAIN_COLUMN.fullmatch(column) or column in seen:
                raise ValueError(_NO_COLUMN(name=Parameter(name), made=list(MADE), value=column))
            seen.add(column)
        check_int(options.orders_from, name="orders_from", low=2)
        check_int(options.referrals_from, name="referrals_from", low=1)
        check_number(options.satisfaction_from, name="satisfaction_from")

    def _learn(self, customers: Any) -> int:
        n_customers = len(self._columns(customers)["n_orders"])
        if not n_customers:
            raise SchemaError(_EMPTY())
        return n_customers

    def _check_learned(self) -> None:
        """Nothing is learned."""

    def _scheme(self) -> Scheme:
        options, whole = self.options_, SCHEMES["loyalty_ladder"]
        rungs = {"partner": options.partner, "advocate": options.referrals, "supporter": options.satisfaction}
        levels = tuple(level for level in whole.levels if rungs.get(level.code, "") is not None)
        return Scheme(levels, whole.without_order)

    def _own(self) -> tuple[str, ...]:
        """The columns besides the orders."""
        options = self.options_
        return tuple(name for name in (options.satisfaction, options.referrals, options.partner) if name is not None)

    def _needed(self) -> tuple[str, ...]:
        return ("n_orders", *self._own())

    def _columns(self, customers: Any, *, name: str = "customers") -> Measures:
        orders = measured(customers, ("n_orders",), name=name)
        return {**orders, **finite_columns(customers, self._own(), name=name)}

    def _cases(self) -> list[Case]:
        options = self.options_
        cases = [Case(POTENTIAL.code, "no_order", (Within("n_orders", high=0.0),))]
        # With an upper bound, for NaN is above all numbers in an engine.
        if options.partner is not None:
            cases.append(Case("partner", "partner", (Within(options.partner, 1.0, _MOST),)))
        if options.referrals is not None:
            cases.append(
                Case("advocate", "referrals", (Within(options.referrals, float(options.referrals_from), _MOST),))
            )
        again = Within("n_orders", low=float(options.orders_from))
        if options.satisfaction is not None:
            satisfied = Within(options.satisfaction, float(options.satisfaction_from), _MOST)
            cases.append(Case("supporter", "satisfaction", (again, satisfied)))
        return [*cases, Case("client", "orders", (again,)), Case("customer", "first_orders", ())]

    def _missing_sql(self, *, quote: str) -> str:
        return lacks_sql("n_orders", quote=quote)

    def _sentences(
        self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures, language: Language
    ) -> list[str]:
        options, names = self.options_, self._called(language)
        least = {
            "referrals": options.referrals_from,
            "satisfaction": options.satisfaction_from,
            "orders": options.orders_from,
            "first_orders": options.orders_from,
        }
        of = {"partner": options.partner, "referrals": options.referrals, "satisfaction": options.satisfaction}
        told = []
        for case in cases:
            column = of.get(case.reason) or "n_orders"
            shown = _NAMES_ZH.get(column, column) if language == "zh" else column
            values = {"name": names[case.segment], "column": shown, "least": amount(least.get(case.reason, 0))}
            told.append((_SENTENCES[case.reason].text(language), values, columns[column]))
        orders = columns["n_orders"].tolist()
        sentences = []
        for row, case_number in enumerate(which.tolist()):
            text, values, column_values = told[case_number]
            value = amount(float(column_values[row]))
            sentences.append(text.format(**values, value=value, n_orders=amount(orders[row])))
        return sentences
