"""Which customers of the base get full service, which get low-cost service, and which to let go."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_number
from crmkit._estimator import JsonError, check_cuts, check_table
from crmkit._figures import amount
from crmkit._labelling import (
    MADE,
    PLAIN_COLUMN,
    Case,
    CompleteLabeller,
    Measures,
    Scheme,
    Within,
    edges_of_top_shares,
)
from crmkit._messages import Message, Parameter
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.segment._schemes import SCHEMES

__all__ = ["BaseConsolidationSegmenter"]

# A value within this share of a cut is on it.
_ROUNDING: Final = 1e-9
_MOST_RAISE: Final = 100.0
_CUTS: Final = ("full_service", "low_cost_service", "potential", "acceptance")


class _Low(NamedTuple):
    """Which of potential and acceptance are low, as a reason; and how that is said."""

    reason: str
    n_low: int
    words: Label


_LOWS: Final = MappingProxyType(
    {
        (False, False): _Low("both_high", 0, Label("", "")),
        (True, False): _Low(
            "potential_low",
            1,
            Label(
                ", raised because {potential} of {of_potential} is low", "（因{potential} {of_potential} 偏低而提高）"
            ),
        ),
        (False, True): _Low(
            "acceptance_low",
            1,
            Label(
                ", raised because {acceptance} of {of_acceptance} is low",
                "（因{acceptance} {of_acceptance} 偏低而提高）",
            ),
        ),
        (True, True): _Low(
            "both_low",
            2,
            Label(
                ", raised twice because {potential} of {of_potential} and {acceptance} of {of_acceptance} are low",
                "（因{potential} {of_potential} 与{acceptance} {of_acceptance} 均偏低而提高两次）",
            ),
        ),
    }
)
_SENTENCES: Final = MappingProxyType(
    {
        "full_service": Label(
            "{name}: {profit} of {of_profit} reaches the bar for full service, {full}{why}.",
            "{name}：{profit} {of_profit}，达到全面服务线 {full}{why}。",
        ),
        "low_cost_service": Label(
            "{name}: {profit} of {of_profit} reaches the bar for low-cost service, {low}, but not that for full "
            "service, {full}{why}.",
            "{name}：{profit} {of_profit}，达到低成本服务线 {low}，未达全面服务线 {full}{why}。",
        ),
        "exit": Label(
            "{name}: {profit} of {of_profit} is below the bar for low-cost service, {low}{why}.",
            "{name}：{profit} {of_profit}，低于低成本服务线 {low}{why}。",
        ),
    }
)
_NAMES_ZH: Final = MappingProxyType(
    {
        "profit": "利润",
        "potential": "资金增加潜力",
        "acceptance": "新产品接受程度",
        "new_product_acceptance": "新产品接受程度",
    }
)

_NO_COLUMN: Final = Message(
    en="{name} must be a plain column name such as 'profit', none of {made} and no column twice, got {value!r}.",
    zh="{name} 须为 'profit' 之类的普通列名（不得为 {made}，也不得重复），得到 {value!r}。",
)
_NOT_ABOVE: Final = Message(
    en="{@full_from} must be above 0 and above {@keep_from}, {low:g}, got {high:g}.",
    zh="{@full_from} 须大于 0 且大于 {@keep_from}（{low:g}），得到 {high:g}。",
)
_NEGATIVE: Final = Message(
    en="{@raise_by} must be from 0 to {most:g}, a share of {@full_from}; got {value:g}.",
    zh="{@raise_by} 是占 {@full_from} 的比例，须在 0 至 {most:g} 之间，得到 {value:g}。",
)
_NOBODY: Final = Message(
    en="{@customers} holds nobody with {columns} known.", zh="{@customers} 中没有 {columns} 均已知的客户。"
)
_NO_PROFIT: Final = Message(
    en="Nobody earns more than {@keep_from}, {low:g}, so no bar for full service can be learned. Give {@full_from}.",
    zh="没有客户的利润高于 {@keep_from}（{low:g}），无法学习全面服务线。请给出 {@full_from}。",
)


class BaseConsolidationSegmenter(CompleteLabeller):
    r"""Consolidate the base: full service, low-cost service or exit, by profit against a bar that may rise.

    Customers are judged by the profit that is left after the cost to serve them (成本收益). The bar is higher for
    customers from whom little more can be expected: it rises by the same amount for low potential (资金增加潜力) and
    for low acceptance of new products (新产品接受程度).

    .. math::

        \text{full service from } F + n r F, \qquad \text{low-cost service from } K + n r F

    with :math:`F` = ``full_from``, :math:`K` = ``keep_from``, :math:`r` = ``raise_by`` and :math:`n` the number of the
    two measures that are low: 0, 1 or 2. Customers below both bars are exits. By hand, with F = 100, K = 0 and r =
    0.25: a customer with a profit of 110 gets full service if both measures are high, because the bar is 100. If one is
    low, the bar for full service is 125 and that for low-cost service 25, so they get low-cost service. A customer with
    a profit of 40 gets low-cost service unless both measures are low, because the bar is then 50.

    Parameters
    ----------
    profit : str, default "profit"
        Column of the profit after the allocated cost to serve, in money.
    potential : str, default "potential"
        Column of the potential for more funds, on any scale; more is better.
    acceptance : str, default "acceptance"
        Column of the acceptance of new products, on any scale; more is better.
    full_from : float, optional
        Profit from which a customer gets full service. By default it is learned, so that the upper half of the
        customers with more than ``keep_from`` reach it.
    keep_from : float, default 0
        Profit from which a customer gets low-cost service.
    raise_by : float, default 0.25
        By what share of ``full_from`` the bars rise for each measure that is low. The handbooks say that they rise, not
        by how much.
    potential_cut, acceptance_cut : float, optional
        Values above a cut are high, values on it are low; by default the median.

    Attributes
    ----------
    cuts_ : DataFrame
        ``cut`` ("full_service", "low_cost_service", "potential", "acceptance") and ``value``, before any rise.
    segments_ : DataFrame
        ``segment`` ("full_service", "low_cost_service", "exit"), ``segment_order`` from 1, and ``name_en``,
        ``name_zh``.
    n_customers_ : int
        Customers with all three measures seen in `fit`.

    Notes
    -----
    An exit is a suggestion to review the customer. It knows nothing of reasons to keep them that are not in the three
    columns.

    References
    ----------
    .. [1] Kaplan and Narayanan (2001), "Measuring and Managing Customer Profitability", *Journal of Cost Management*
       15(5), for profit after the cost to serve. The bar that rises is the handbooks' (存量客户整合).

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "profit": [110, 110, 40, 40], "potential": [9, 2, 2, 2], "acceptance": [8, 8, 8, 1],
    ... })
    >>> model = BaseConsolidationSegmenter(full_from=100, potential_cut=5, acceptance_cut=5).fit(customers)
    >>> model.assign(customers)[["profit", "segment", "reason_code"]]
       profit           segment    reason_code
    0   110.0      full_service      both_high
    1   110.0  low_cost_service  potential_low
    2    40.0  low_cost_service  potential_low
    3    40.0              exit       both_low
    >>> model.explain(customers)[0]
    'Full service: profit of 110 reaches the bar for full service, 100.'
    """

    cuts_: pd.DataFrame

    def __init__(
        self,
        *,
        profit: str = "profit",
        potential: str = "potential",
        acceptance: str = "acceptance",
        full_from: float | None = None,
        keep_from: float = 0.0,
        raise_by: float = 0.25,
        potential_cut: float | None = None,
        acceptance_cut: float | None = None,
    ) -> None:
        self.profit = profit
        self.potential = potential
        self.acceptance = acceptance
        self.full_from = full_from
        self.keep_from = keep_from
        self.raise_by = raise_by
        self.potential_cut = potential_cut
        self.acceptance_cut = acceptance_cut

    def _check_options(self) -> None:
        options = self.options_
        seen = set(MADE)
        for name in ("profit", "potential", "acceptance"):
            column = getattr(options, name)
            if not isinstance(column, str) or not PLAIN_COLUMN.fullmatch(column) or column in seen:
                raise ValueError(_NO_COLUMN(name=Parameter(name), made=list(MADE), value=column))
            seen.add(column)
        for name in ("keep_from", "raise_by"):
            check_number(getattr(options, name), name=name)
        for name in ("full_from", "potential_cut", "acceptance_cut"):
            if getattr(options, name) is not None:
                check_number(getattr(options, name), name=name)
        if not 0 <= options.raise_by <= _MOST_RAISE:
            raise ValueError(_NEGATIVE(most=_MOST_RAISE, value=options.raise_by))
        if options.full_from is not None:
            self._check_full(float(options.full_from))

    def _check_full(self, full: float) -> None:
        low = float(self.options_.keep_from)
        if not full > max(low, 0.0):
            raise ValueError(_NOT_ABOVE(low=low, high=full))

    def _learn(self, customers: Any) -> int:
        options, columns = self.options_, self._columns(customers)
        known = np.logical_and.reduce([~np.isnan(values) for values in columns.values()])
        if not known.any():
            raise SchemaError(_NOBODY(columns=list(columns)))
        profit, potential, acceptance = (values[known] for values in columns.values())
        full = options.full_from
        if full is None:
            earning = profit[profit > options.keep_from]
            if not len(earning):
                raise SchemaError(_NO_PROFIT(low=options.keep_from))
            full = _middle(earning)
            self._check_full(full)
        values = [
            float(full),
            float(options.keep_from),
            *(
                _middle(column) if given is None else float(given)
                for column, given in ((potential, options.potential_cut), (acceptance, options.acceptance_cut))
            ),
        ]
        self.cuts_ = pd.DataFrame({"cut": list(_CUTS), "value": values})
        return int(known.sum())

    def _check_learned(self) -> None:
        check_table(self.cuts_, {"cut": "text", "value": "float64"})
        if self.cuts_["cut"].tolist() != list(_CUTS):
            raise JsonError("the cuts are not those of the options")
        options = self.options_
        given = (options.full_from, options.keep_from, options.potential_cut, options.acceptance_cut)
        check_cuts(self.cuts_["value"], given={at: cut for at, cut in enumerate(given) if cut is not None})
        self._check_full(self._cut("full_service"))

    def _scheme(self) -> Scheme:
        return SCHEMES["consolidation"]

    def _needed(self) -> tuple[str, ...]:
        options = self.options_
        return options.profit, options.potential, options.acceptance

    def _value_column(self) -> str:
        return str(self.options_.profit)

    def _cut(self, name: str) -> float:
        return float(self.cuts_["value"].iloc[_CUTS.index(name)])

    def _bars(self, n_low: int) -> tuple[float, float]:
        """The bars for full and for low-cost service with so many measures low."""
        full, low = self._cut("full_service"), self._cut("low_cost_service")
        step = n_low * float(self.options_.raise_by) * full
        return full + step, low + step

    def _cases(self) -> list[Case]:
        profit = self.options_.profit
        cases = []
        for lows, low in _LOWS.items():
            held = tuple(
                Within(column, high=_on(self._cut(cut)))
                for is_low, column, cut in zip(lows, self._needed()[1:], ("potential", "acceptance"), strict=True)
                if is_low
            )
            full, kept = self._bars(low.n_low)
            cases.append(
                (
                    low.n_low,
                    [
                        Case("full_service", low.reason, (*held, Within(profit, low=_from(full)))),
                        Case("low_cost_service", low.reason, (*held, Within(profit, low=_from(kept)))),
                        Case("exit", low.reason, held),
                    ],
                )
            )
        # Those with both low first, then those with one, so that who is left has none.
        return [case for _, three in sorted(cases, key=lambda each: -each[0]) for case in three]

    def _sentences(
        self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures, language: Language
    ) -> list[str]:
        names, options = self._called(language), self.options_
        called = {
            name: _NAMES_ZH.get(getattr(options, name), getattr(options, name))
            if language == "zh"
            else getattr(options, name)
            for name in ("profit", "potential", "acceptance")
        }
        lows = {low.reason: low for low in _LOWS.values()}
        sentences = []
        for case, *values in zip(which.tolist(), *(column.tolist() for column in columns.values()), strict=True):
            if case == len(cases):
                sentences.append(self._not_known(dict(zip(called.values(), values, strict=True)), language))
                continue
            low = lows[cases[case].reason]
            full, kept = self._bars(low.n_low)
            shown = {f"of_{name}": amount(value) for name, value in zip(called, values, strict=True)}
            why = low.words.text(language).format(**called, **shown)
            sentences.append(
                _SENTENCES[cases[case].segment]
                .text(language)
                .format(
                    name=names[cases[case].segment], full=amount(full), low=amount(kept), why=why, **called, **shown
                )
            )
        return sentences


def _middle(values: Any) -> float:
    """The cut above which at most half of the values lie, more only where more than half are the largest."""
    (cut,) = edges_of_top_shares(values, shares=(0.5,), of="customers")
    return float(cut)


def _from(value: float) -> float:
    return value - _ROUNDING * abs(value)


def _on(value: float) -> float:
    return value + _ROUNDING * abs(value)
