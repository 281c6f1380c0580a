"""Levels by value alone: high, medium and low; ABC classes; hot and slow products."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_ascending, check_fraction, check_option
from crmkit._estimator import JsonError, check_cuts, check_table
from crmkit._figures import amount, decimals
from crmkit._labelling import (
    PLAIN_COLUMN,
    Case,
    Measures,
    Scheme,
    Within,
    edges_between_values,
    edges_of_top_shares,
    reached,
)
from crmkit._messages import Column, Message
from crmkit._names import Language
from crmkit.segment._case_segmenter import CaseSegmenter
from crmkit.segment._orders import no_order
from crmkit.segment._schemes import SCHEMES
from crmkit.segment._texts import REASONS, called

__all__ = ["ValueSegmenter", "check_total", "check_value_column"]

SchemeName: TypeAlias = Literal["value_level", "relationship", "abc", "main_group", "product"]
LevelBinning: TypeAlias = Literal["quantile", "contribution", "natural"]

_CANCELLED = 1e-12

_NOTHING_TO_LEARN: Final = Message(
    en="{@cuts} leaves nothing to learn. Give either {@cuts}, or {@binning} and {@shares}.",
    zh="给出 {@cuts} 后无需再学习。请只给出 {@cuts}，或只给出 {@binning} 与 {@shares}。",
)
_SHARES_OF_BREAKS: Final = Message(
    en="{@shares} has no meaning for natural breaks. Leave it out.", zh="自然断点法不使用 {@shares}，请去掉。"
)
_NOT_PLAIN: Final = Message(
    en="{@value} must be a plain column name such as 'spend', got {value!r}. Rename the column.",
    zh="{@value} 须为 'spend' 之类的普通列名，得到 {value!r}。请为该列改名。",
)
_NO_TOTAL: Final = Message(
    en="{where} adds up to {total}: there are no shares of it. Cut by quantile, or give {@cuts}.",
    zh="{where}的合计为 {total}，无法计算占比。请按人数分位切分，或直接给出 {@cuts}。",
)


class _Defaults(NamedTuple):
    binning: LevelBinning
    shares: tuple[float, ...]


_DEFAULTS: Final = MappingProxyType(
    {
        "value_level": _Defaults("quantile", (0.2, 0.5)),
        "relationship": _Defaults("quantile", (0.2,)),
        "abc": _Defaults("contribution", (0.8, 0.95)),
        "main_group": _Defaults("contribution", (0.8,)),
        "product": _Defaults("contribution", (0.8, 0.95)),
    }
)


class ValueSegmenter(CaseSegmenter):
    """Put customers, or products, into levels by one value.

    The cuts between levels are learned in `fit` and frozen, so a later period is measured against the same cuts. They
    lie halfway between neighbouring distinct values. Equal values therefore share a level, and neither the currency
    unit nor the last bit of a sum moves anyone.

    Parameters
    ----------
    scheme : {"value_level", "relationship", "abc", "main_group", "product"}, default "value_level"
        The levels, the best first; customers without an order are in a level of their own after them:

        - "value_level": high, medium, low; by default the 20 % of the customers with the largest value, the next 30 %,
          and the rest.
        - "relationship": high value, established; by default the 20 % with the largest value, and the rest.
        - "abc": A, B, C; by default those who bring 80 % of the total, those who bring it to 95 %, and the rest.
        - "main_group": main, secondary; by default those who bring 80 % of the total, and the rest.
        - "product": hot, steady, slow, for a table of products with ``n_orders`` and the value; cut as "abc".
    value : str, default "spend"
        Column to compare, such as money, margin or expected value. Its name must be plain: letters, digits and
        underscores.
    binning : {"quantile", "contribution", "natural"}, optional
        How cuts are learned. "quantile": the customers with the largest values are at most ``shares`` of all, unless
        ties at the largest value alone exceed that. "contribution": they bring at least ``shares`` of the total.
        "natural": Fisher's natural breaks. The scheme's own by default.
    shares : sequence of float, optional
        Shares from the top, ascending, between 0 and 1, one fewer than there are levels. The scheme's own by default;
        natural breaks need none.
    cuts : sequence of float, optional
        Fixed cuts instead, ascending, in the unit of the value; a value that reaches a cut earns the better level.

    Attributes
    ----------
    cuts_ : DataFrame
        ``segment`` and the ``cut`` that must be reached for it, the best first.
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, the best, and ``name_en``, ``name_zh``; the last segment is that of the
        customers without an order.
    n_customers_ : int
        Customers with an order seen in `fit`.

    References
    ----------
    .. [1] Dickie (1951), "ABC Inventory Analysis Shoots for Dollars, Not Pennies", *Factory Management and
       Maintenance* 109, for the classes by cumulative share.
    .. [2] Fisher (1958), "On Grouping for Maximum Homogeneity", *JASA* 53, for natural breaks.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> abc = ValueSegmenter(scheme="abc").fit(customers)
    >>> abc.summary(customers)[["segment", "n_customers", "customer_share", "value_share"]].round(3)
         segment  n_customers  customer_share  value_share
    0          a          777           0.330         0.80
    1          b          804           0.341         0.15
    2          c          776           0.329         0.05
    3  potential            0           0.000         0.00
    >>> abc.explain(customers)[0]
    'Class A: spend of 100.5 reaches 76.14.'
    """

    cuts_: pd.DataFrame

    def __init__(
        self,
        *,
        scheme: SchemeName = "value_level",
        value: str = "spend",
        binning: LevelBinning | None = None,
        shares: Sequence[float] | None = None,
        cuts: Sequence[float] | None = None,
    ) -> None:
        self.scheme = scheme
        self.value = value
        self.binning = binning
        self.shares = shares
        self.cuts = cuts

    def _check_options(self) -> None:
        options = self.options_
        check_option(options.scheme, _DEFAULTS, name="scheme")
        check_value_column(options.value)
        n_cuts = len(SCHEMES[options.scheme].levels) - 1
        if options.binning is not None:
            check_option(options.binning, ("quantile", "contribution", "natural"), name="binning")
        if options.cuts is not None and (options.binning is not None or options.shares is not None):
            raise ValueError(_NOTHING_TO_LEARN())
        if options.shares is not None:
            if options.binning == "natural":
                raise ValueError(_SHARES_OF_BREAKS())
            for share in check_ascending(options.shares, n_numbers=n_cuts, name="shares"):
                check_fraction(share, name="shares")
        if options.cuts is not None:
            check_ascending(options.cuts, n_numbers=n_cuts, name="cuts")

    def _scheme(self) -> Scheme:
        return SCHEMES[self.options_.scheme]

    def _levels(self) -> list[str]:
        return [level.code for level in self._scheme().levels]

    def _needed(self) -> tuple[str, ...]:
        return ("n_orders", self.options_.value)

    def _value_column(self) -> str:
        return self.options_.value

    def _learn_cuts(self, ordered: Measures) -> None:
        levels = self._levels()
        self.cuts_ = pd.DataFrame(
            {"segment": levels[:-1], "cut": self._learned_cuts(ordered[self.options_.value])[::-1]}
        )

    def _learned_cuts(self, values: Floats) -> Floats:
        options = self.options_
        defaults = _DEFAULTS[options.scheme]
        binning = options.binning or defaults.binning
        shares = defaults.shares if options.shares is None else options.shares
        if options.cuts is not None:
            return np.asarray(options.cuts, dtype=np.float64)
        if binning == "natural":
            return edges_between_values(values, n_bins=len(self._levels()), binning="natural")
        if binning == "contribution":
            check_total(values, column=options.value)
            return edges_of_top_shares(values, shares=shares, of="value")
        return edges_of_top_shares(values, shares=shares, of="customers")

    def _check_learned(self) -> None:
        check_table(self.cuts_, {"segment": "text", "cut": "float64"})
        if self.cuts_["segment"].tolist() != self._levels()[:-1]:
            raise JsonError("the cuts are not those of the levels")
        given = self.options_.cuts
        check_cuts(self.cuts_["cut"], given={} if given is None else dict(enumerate(reversed(list(given)))))
        if not self.cuts_["cut"].is_monotonic_decreasing:
            raise JsonError("the cuts do not fall from level to level")

    def _cases(self) -> list[Case]:
        *levels, lowest, without = self.segments_["segment"]
        bounds = reached(self.cuts_["cut"].to_numpy())
        return [
            *no_order(without, value=self.options_.value),
            *(
                Case(level, "value", (Within(self.options_.value, low=float(bound)),))
                for level, bound in zip(levels, bounds, strict=True)
            ),
            Case(lowest, "below_cuts", ()),
        ]

    def _sentences(
        self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures, language: Language
    ) -> list[str]:
        names = self._called(language)
        cut_of = dict(zip(self.cuts_["segment"], self.cuts_["cut"], strict=True))
        lowest_cut = float(self.cuts_["cut"].iloc[-1])
        told = [
            (REASONS[case.reason].text(language), names[case.segment], amount(cut_of.get(case.segment, lowest_cut)))
            for case in cases
        ]
        column = called(self.options_.value, language)
        return [
            told[case][0].format(name=told[case][1], column=column, value=amount(value), cut=told[case][2])
            for case, value in zip(which.tolist(), np.nan_to_num(columns[self.options_.value]).tolist(), strict=True)
        ]


def check_value_column(value: object) -> None:
    """Raise unless a value column has a name that SQL accepts without quotes."""
    if not isinstance(value, str) or not PLAIN_COLUMN.fullmatch(value):
        raise ValueError(_NOT_PLAIN(value=value))


def check_total(values: Floats, *, column: str) -> None:
    """Raise unless there is a total that customers can have a share of."""
    # What remains of numbers that cancel out is nothing.
    if not values.sum() > _CANCELLED * np.abs(values).sum():
        raise ValueError(_NO_TOTAL(where=Column("customers", column), total=decimals(values.sum())))
