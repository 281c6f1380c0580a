"""The four tiers: core, important, ordinary, potential."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_fraction, check_int, check_number
from crmkit._estimator import JsonError, check_cuts, check_table
from crmkit._figures import amount
from crmkit._labelling import POTENTIAL, Case, Measures, Scheme, Within, edges_of_top_shares, reached
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.segment._case_segmenter import CaseSegmenter
from crmkit.segment._orders import no_order
from crmkit.segment._schemes import SCHEMES
from crmkit.segment._texts import REASONS, called, counted
from crmkit.segment._value_levels import check_total, check_value_column

__all__ = ["TierSegmenter"]

Cut: TypeAlias = Literal["core", "important", "orders"]

_CUTS: Final = ("core", "important", "orders")
_TEXTS: Final = {
    **REASONS,
    "contribution": Label(
        "{name}: {column} of {value} reaches {core}; last order {days} ago.",
        "{name}：{column} {value}，达到 {core}；最近一次下单在 {days} 天前。",
    ),
    "value": Label(
        "{name}: {column} of {value} reaches {important}; last order {days} ago.",
        "{name}：{column} {value}，达到 {important}；最近一次下单在 {days} 天前。",
    ),
    "frequency": Label(
        "{name}: orders often, {n_orders} (at least {orders}), but {column} of {value} is below {important}.",
        "{name}：下单频繁，{n_orders} 单，达到 {orders} 单，但{column} {value} 低于 {important}。",
    ),
    "lapsed_contribution": Label(
        "{name}: {column} of {value} reaches {core}, enough for a core customer, but the last order was {days} ago, "
        "more than {lapsed}.",
        "{name}：{column} {value}，达到核心客户的 {core}，但最近一次下单在 {days} 天前，超过 {lapsed} 天。",
    ),
    "lapsed_value": Label(
        "{name}: {column} of {value} and {n_orders} would be enough for an important customer, but the last order was "
        "{days} ago, more than {lapsed}.",
        "{name}：{column} {value}、{n_orders} 单，本可列为重要客户，但最近一次下单在 {days} 天前，超过 {lapsed} 天。",
    ),
    "below_cuts": Label(
        "{name}: {column} of {value} is below {important}, with {n_orders} (fewer than {orders}).",
        "{name}：{column} {value}，低于 {important}，且不足 {orders} 单（{n_orders} 单）。",
    ),
}

_SHARES_TURNED: Final = Message(
    en="{@core_share} must be below {@important_share}, got {core} and {important}.",
    zh="{@core_share} 须小于 {@important_share}，得到 {core} 与 {important}。",
)
_CUTS_KIND: Final = Message(
    en="{@cuts} must map {names} to numbers, got {value!r}.", zh="{@cuts} 须为 {names} 到数字的映射，得到 {value!r}。"
)
_CUTS_NAME: Final = Message(
    en="{@cuts} must name {names}, got {value!r}.", zh="{@cuts} 只能包含 {names}，得到 {value!r}。"
)
_CUTS_TURNED: Final = Message(
    en="The core cut {core} lies below the important cut {important}. Give {@cuts} for both.",
    zh="核心客户的分界值 {core} 低于重要客户的分界值 {important}。请在 {@cuts} 中同时给出两者。",
)


class TierSegmenter(CaseSegmenter):
    """Put customers into four tiers: core, important, ordinary, and potential.

    Customers are in the first of these tiers that fits them:

    1. potential: known, but without an order;
    2. core, by contribution: among the customers with the largest values who together bring ``core_share`` of the
       total;
    3. important, by value: among those who together bring it to ``important_share``;
       or by frequency: among the ``frequent_share`` with the most orders;
    4. ordinary: the rest.

    The stage in the life cycle counts too: customers whose last order was more than ``lapsed_days`` ago are placed one
    tier lower, core becoming important and important ordinary. Core customers thus bring most of the revenue and are
    still active.

    The cuts are learned in `fit` and frozen, so a later period is measured against the same cuts. They lie halfway
    between neighbouring distinct values. Equal customers therefore share a tier, and neither the currency unit nor the
    last bit of a sum moves anyone.

    Parameters
    ----------
    value : str, default "spend"
        Column with the customer's value, such as money, margin or expected value. Its name must be plain: letters,
        digits and underscores.
    core_share : float, default 0.5
        Share of the total value that the core brings: most of it.
    important_share : float, default 0.8
        Share of the total value that core customers and those important by value bring together; above
        ``core_share``.
    frequent_share : float, default 0.2
        Largest share of the customers who are important because they order often; exceeded only where ties at the
        highest number of orders alone exceed it.
    lapsed_days : int or None, default 365
        Days since the last order after which a customer counts as lapsed; with ``None`` nobody does.
    cuts : mapping of "core", "important", "orders" to numbers, optional
        Fixed cuts instead of learned ones: the value that core and important customers must reach, and the number of
        orders.

    Attributes
    ----------
    cuts_ : DataFrame
        ``segment``, the ``column`` compared, the ``cut`` that must be reached, and the ``share`` it was learned for,
        missing where it was given.
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, the best, and ``name_en``, ``name_zh``; the last segment is that of the
        customers without an order.
    n_customers_ : int
        Customers with an order seen in `fit`.

    Notes
    -----
    The tiers (核心客户, 重要客户, 普通客户, 潜在客户) and what drives them (value, frequency, contribution, stage) come
    from customer-management handbooks, which give no figures; the defaults are ours.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> tiers = TierSegmenter().fit(customers)
    >>> tiers.summary(customers)[["segment", "n_customers", "customer_share", "value_share"]].round(3)
         segment  n_customers  customer_share  value_share
    0       core          207           0.088        0.441
    1  important          412           0.175        0.279
    2   ordinary         1738           0.737        0.280
    3  potential            0           0.000        0.000
    >>> tiers.explain(customers)[0]
    'Important customers: spend of 100.5 reaches 76.14; last order 200 days ago.'
    """

    cuts_: pd.DataFrame

    def __init__(
        self,
        *,
        value: str = "spend",
        core_share: float = 0.5,
        important_share: float = 0.8,
        frequent_share: float = 0.2,
        lapsed_days: int | None = 365,
        cuts: Mapping[Cut, float] | None = None,
    ) -> None:
        self.value = value
        self.core_share = core_share
        self.important_share = important_share
        self.frequent_share = frequent_share
        self.lapsed_days = lapsed_days
        self.cuts = cuts

    def _check_options(self) -> None:
        options = self.options_
        check_value_column(options.value)
        for name in ("core_share", "important_share", "frequent_share"):
            check_fraction(getattr(options, name), name=name)
        if options.core_share >= options.important_share:
            raise ValueError(_SHARES_TURNED(core=options.core_share, important=options.important_share))
        if options.lapsed_days is not None:
            check_int(options.lapsed_days, name="lapsed_days", low=1)
        if options.cuts is not None and not isinstance(options.cuts, Mapping):
            raise TypeError(_CUTS_KIND(names=list(_CUTS), value=options.cuts))
        for name, cut in (options.cuts or {}).items():
            if name not in _CUTS:
                raise ValueError(_CUTS_NAME(names=list(_CUTS), value=name))
            check_number(cut, name=f"cuts[{name!r}]")

    def _scheme(self) -> Scheme:
        return SCHEMES["tier"]

    def _needed(self) -> tuple[str, ...]:
        return ("n_orders", "days_since_last", self.options_.value)

    def _value_column(self) -> str:
        return self.options_.value

    def _learn_cuts(self, ordered: Measures) -> None:
        options = self.options_
        given = options.cuts or {}
        if not {"core", "important"} <= set(given):
            check_total(ordered[options.value], column=options.value)
        important, core = edges_of_top_shares(
            ordered[options.value], shares=(options.core_share, options.important_share), of="value"
        )
        (orders,) = edges_of_top_shares(ordered["n_orders"], shares=(options.frequent_share,), of="customers")
        learned: dict[Cut, tuple[str, str, float, float]] = {
            "core": ("core", options.value, float(core), options.core_share),
            "important": ("important", options.value, float(important), options.important_share),
            "orders": ("important", "n_orders", float(orders), options.frequent_share),
        }
        rows = [
            (segment, column, float(given.get(name, cut)), np.nan if name in given else share)
            for name, (segment, column, cut, share) in learned.items()
        ]
        self.cuts_ = pd.DataFrame(rows, columns=["segment", "column", "cut", "share"])
        core_cut, important_cut = self.cuts_["cut"].tolist()[:2]
        if core_cut < important_cut:
            raise ValueError(_CUTS_TURNED(core=amount(core_cut), important=amount(important_cut)))

    def _check_learned(self) -> None:
        check_table(self.cuts_, {"segment": "text", "column": "text", "cut": "float64", "share": "float64"})
        options, given = self.options_, self.options_.cuts or {}
        if self.cuts_[["segment", "column"]].to_numpy().tolist() != [
            ["core", options.value],
            ["important", options.value],
            ["important", "n_orders"],
        ]:
            raise JsonError("the cuts are not those of tiers")
        check_cuts(self.cuts_["cut"], given={_CUTS.index(name): cut for name, cut in given.items()})
        if self.cuts_["cut"].iloc[0] < self.cuts_["cut"].iloc[1]:
            raise JsonError("the core cut lies below the important one")
        shares = zip(_CUTS, (options.core_share, options.important_share, options.frequent_share), strict=True)
        expected = [np.nan if name in given else float(share) for name, share in shares]
        if not np.array_equal(self.cuts_["share"], expected, equal_nan=True):
            raise JsonError("the shares are not those of the options")

    def _cases(self) -> list[Case]:
        options = self.options_
        core, important, orders = (float(bound) for bound in reached(self.cuts_["cut"].to_numpy()))
        of_core, of_important = Within(options.value, low=core), Within(options.value, low=important)
        often = Within("n_orders", low=orders)
        stage = () if options.lapsed_days is None else (Within("days_since_last", high=float(options.lapsed_days)),)
        there = [
            Case("core", "contribution", (of_core, *stage)),
            Case("important", "value", (of_important, *stage)),
            Case("important", "frequency", (often, *stage)),
        ]
        lapsed = [
            Case("important", "lapsed_contribution", (of_core,)),
            Case("ordinary", "lapsed_value", (of_important,)),
            Case("ordinary", "lapsed_value", (often,)),
        ]
        return [
            *no_order(POTENTIAL.code, value=options.value),
            *there,
            *(lapsed if stage else []),
            Case("ordinary", "below_cuts", ()),
        ]

    def _sentences(
        self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures, language: Language
    ) -> list[str]:
        options = self.options_
        names = self._called(language)
        core, important, orders = self.cuts_["cut"]
        told = [(_TEXTS[case.reason].text(language), names[case.segment]) for case in cases]
        column = called(options.value, language)
        measures = (np.nan_to_num(columns[name]).tolist() for name in (options.value, "n_orders", "days_since_last"))
        return [
            told[case][0].format(
                name=told[case][1],
                column=column,
                value=amount(value),
                n_orders=counted(n_orders, "order", language),
                days=counted(days, "day", language),
                core=amount(core),
                important=amount(important),
                orders=math.ceil(reached(orders)),
                lapsed=options.lapsed_days,
            )
            for case, value, n_orders, days in zip(which.tolist(), *measures, strict=True)
        ]
