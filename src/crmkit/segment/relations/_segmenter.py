"""The state of the relation with each customer, from target to lost, by the customer's own rhythm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from crmkit._checks import check_int, check_number
from crmkit._estimator import JsonError
from crmkit._figures import amount
from crmkit._labelling import MADE, PLAIN_COLUMN, POTENTIAL, Case, CaseLabeller, Measures, Scheme, Within, measured
from crmkit._messages import Message, Parameter
from crmkit._names import Language
from crmkit._tables import finite_columns
from crmkit.errors import SchemaError
from crmkit.segment._orders import check_anybody, missing_sql
from crmkit.segment._schemes import SCHEMES
from crmkit.segment._texts import counted
from crmkit.segment.relations._rule import RelationRule, tolerant
from crmkit.segment.relations._words import BASE_GAP, OWN_GAP, SENTENCES

__all__ = ["RelationSegmenter"]

_OF_SUMMARY: Final = ("n_orders", "frequency", "recency", "days_since_last")
_MOST: Final = float(np.finfo(float).max)
# Longer than all dates that can be used.
_MOST_DAYS: Final = 200 * 366

_NOT_PLAIN: Final = Message(
    en="{name} must be a plain column name such as 'is_closed', not one of {taken} and no column twice, got {value!r}.",
    zh="{name} 须为 'is_closed' 之类的普通列名，不得为 {taken} 之一，也不得重复，得到 {value!r}。",
)
_NOT_ABOVE: Final = Message(
    en="{name} must be above {low:g} and at most {high:g}, got {value!r}.",
    zh="{name} 须大于 {low:g} 且不大于 {high:g}，得到 {value!r}。",
)
_NO_GAPS: Final = Message(
    en="{@customers} holds nobody who bought on two days, so that no rhythm can be learned. Give {@base_gap}, in days.",
    zh="{@customers} 中没有客户在两个不同的日子购买，无从学习节奏。请给出 {@base_gap}（天数）。",
)


class RelationSegmenter(CaseLabeller):
    r"""Put customers into the state of the relation: target, potential, one-time, repeat, loyal, lapsed or lost.

    A silence is judged by the customer's own rhythm. Their typical gap is the mean of their gaps between purchase days,
    with the base's gap counted as ``prior_gaps`` more, so that two purchases in two days do not count as a habit:

    .. math:: g_i = \frac{\text{recency}_i + \kappa\, g}{\text{frequency}_i + \kappa}

    For customers who bought once it is the base's gap. The first of these states that fits counts:

    1. lost: the account is closed;
    2. target: no order, and not yet contacted;
    3. potential: no order;
    4. while the silence is at most ``lapsed_after`` typical gaps: loyal with ``loyal_from`` purchase days and more,
       repeat with two and more, else one-time;
    5. lapsed: while it is at most ``lost_after`` typical gaps;
    6. lost: a longer silence.

    By hand: the base's gap is 30 days. Gaps of 10 and 20 days make a typical gap of (30 + 30) / (2 + 1) = 20 days. With
    the defaults the customer is a repeat customer up to day 60 of a silence, lapsed up to day 120, and then lost. If
    purchases came by chance at a known rate, 5 % of the silences would exceed three mean gaps, and a quarter of a
    percent would exceed six.

    The base's gap is learned in `fit` and frozen: nobody's state changes because of what others do. A later order
    brings a lapsed or a lost customer back.

    Parameters
    ----------
    loyal_from : int, default 4
        Purchase days that make a loyal customer.
    lapsed_after, lost_after : float, default 3 and 6
        Silences, as multiples of the typical gap, after which a customer has lapsed and is lost.
    prior_gaps : float, default 1
        How many of the customer's own gaps the base's gap counts for; above 0.
    base_gap : float, optional
        The base's gap in days. By default, the median of the mean gaps of the customers in `fit` who bought on two days
        or more.
    contacted : str, optional
        Column with a flag for customers who have been contacted. Without this column nobody is a target, and a customer
        whose flag is missing is not one either.
    closed : str, optional
        Column with a flag for accounts that are closed.

    Attributes
    ----------
    base_gap_ : float
        The base's gap in days.
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, the best, and ``name_en``, ``name_zh``.
    n_customers_ : int
        Customers with an order seen in `fit`.

    Notes
    -----
    The states (目标客户, 潜在客户, 一次客户, 回头客, 忠诚客户, 沉睡客户, 流失客户) come from customer-management
    handbooks, which give no figures; the rule and its defaults are ours. `relation_history_table` shows how customers
    came to their states.

    References
    ----------
    .. [1] Gelman et al. (2013), *Bayesian Data Analysis*, 3rd ed., section 2.6: the typical gap is one over the
       posterior mean of a Poisson rate.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> relations = RelationSegmenter().fit(customers)
    >>> round(relations.base_gap_, 1)
    79.0
    >>> relations.summary(customers)[["segment", "n_customers", "customer_share"]].round(3)
         segment  n_customers  customer_share
    0      loyal          382           0.162
    1     repeat          297           0.126
    2   one_time            0           0.000
    3     lapsed          350           0.148
    4       lost         1328           0.563
    5     target            0           0.000
    6  potential            0           0.000
    >>> relations.explain(customers)[0]
    'Loyal customers: 4 purchase days, at least 4; silent for 200 days, within 3 times their typical gap of 106.0 days.'
    """

    base_gap_: float
    _sql_makes = ("typical_gap", "silence_ratio", "contacted_flag", "closed_flag")

    def __init__(
        self,
        *,
        loyal_from: int = 4,
        lapsed_after: float = 3.0,
        lost_after: float = 6.0,
        prior_gaps: float = 1.0,
        base_gap: float | None = None,
        contacted: str | None = None,
        closed: str | None = None,
    ) -> None:
        self.loyal_from = loyal_from
        self.lapsed_after = lapsed_after
        self.lost_after = lost_after
        self.prior_gaps = prior_gaps
        self.base_gap = base_gap
        self.contacted = contacted
        self.closed = closed

    def _check_options(self) -> None:
        options = self.options_
        check_int(options.loyal_from, name="loyal_from", low=2)
        _check_between(options.lapsed_after, low=0.0, name="lapsed_after")
        _check_between(options.lost_after, low=float(options.lapsed_after), name="lost_after")
        _check_between(options.prior_gaps, low=0.0, name="prior_gaps")
        if options.base_gap is not None:
            _check_between(options.base_gap, low=0.0, name="base_gap")
        taken = [*_OF_SUMMARY, *self._sql_makes, *MADE]
        for name in ("contacted", "closed"):
            column = getattr(options, name)
            if column is None:
                continue
            if not isinstance(column, str) or not PLAIN_COLUMN.fullmatch(column) or column in taken:
                raise ValueError(_NOT_PLAIN(name=Parameter(name), taken=taken, value=column))
            taken.append(column)

    def _learn(self, customers: Any) -> int:
        columns = self._read(customers, name="customers")
        ordered = columns["n_orders"] > 0
        if self.options_.base_gap is not None:
            self.base_gap_ = float(self.options_.base_gap)
            return max(int(ordered.sum()), 1)
        check_anybody(ordered)
        again = ordered & (columns["frequency"] >= 1)
        if not again.any():
            raise SchemaError(_NO_GAPS())
        self.base_gap_ = float(np.median(columns["recency"][again] / columns["frequency"][again]))
        return int(ordered.sum())

    def _check_learned(self) -> None:
        given = self.options_.base_gap
        if not 0 < self.base_gap_ <= _MOST_DAYS or (given is not None and self.base_gap_ != float(given)):
            raise JsonError("the base's gap is not that of the options")

    def _scheme(self) -> Scheme:
        return SCHEMES["relation"]

    def _rule(self) -> RelationRule:
        options = self.options_
        return RelationRule(
            int(options.loyal_from),
            float(options.lapsed_after),
            float(options.lost_after),
            float(options.prior_gaps),
            self.base_gap_,
        )

    def _flags(self) -> dict[str, str]:
        """The columns of the flags that are named."""
        named = {name: getattr(self.options_, name) for name in ("contacted", "closed")}
        return {name: column for name, column in named.items() if column is not None}

    def _needed(self) -> tuple[str, ...]:
        return (*_OF_SUMMARY, *self._flags().values())

    def _read(self, customers: Any, *, name: str) -> Measures:
        return {
            **measured(customers, _OF_SUMMARY, name=name),
            **finite_columns(customers, list(self._flags().values()), name=name),
        }

    def _columns(self, customers: Any, *, name: str = "customers") -> Measures:
        columns = self._read(customers, name=name)
        typical = self._rule().typical_gap(columns["frequency"], columns["recency"])
        flags = {f"{name}_flag": columns[column] for name, column in self._flags().items()}
        return {**columns, **flags, "typical_gap": typical, "silence_ratio": columns["days_since_last"] / typical}

    def _cases(self) -> list[Case]:
        options = self.options_
        none = Within("n_orders", high=0.0)
        in_rhythm = Within("silence_ratio", high=tolerant(float(options.lapsed_after)))
        still = Within("silence_ratio", high=tolerant(float(options.lost_after)))
        # With an upper bound, for NaN is above all numbers in an engine.
        closed = [] if options.closed is None else [Case("lost", "closed", (Within("closed_flag", 1.0, _MOST),))]
        target = (
            []
            if options.contacted is None
            else [Case("target", "not_contacted", (none, Within("contacted_flag", 0.0, 0.0)))]
        )
        return [
            *closed,
            *target,
            Case(POTENTIAL.code, "no_order", (none,)),
            Case("loyal", "often", (in_rhythm, Within("frequency", low=float(options.loyal_from - 1)))),
            Case("repeat", "again", (in_rhythm, Within("frequency", low=1.0))),
            Case("one_time", "once", (in_rhythm,)),
            Case("lapsed", "silent", (still,)),
            Case("lost", "long_silent", ()),
        ]

    def _missing_sql(self, *, quote: str) -> str:
        return missing_sql(_OF_SUMMARY, quote=quote)

    def _source_sql(self, table: str) -> str:
        rule = self._rule()
        prior = f"{rule.prior_gaps!r}e0"
        typical = f"((recency + {rule.prior_gaps * rule.base_gap!r}e0) / (frequency + {prior}))"
        # Databases do not compare true and false with numbers.
        flags = "".join(f", CAST({column} AS INTEGER) AS {name}_flag" for name, column in self._flags().items())
        return (
            f"(SELECT *, {typical} AS typical_gap, days_since_last / {typical} AS silence_ratio{flags} "  # noqa: S608
            f"FROM {table}) AS with_rhythm"
        )

    def _sentences(
        self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures, language: Language
    ) -> list[str]:
        options, names = self.options_, self._called(language)
        fixed = {
            "loyal_from": options.loyal_from,
            "lapsed_after": amount(options.lapsed_after),
            "lost_after": amount(options.lost_after),
        }
        told = [(SENTENCES[case.reason].text(language), names[case.segment]) for case in cases]
        gaps = (BASE_GAP.text(language), OWN_GAP.text(language))
        days, silence, gap = (
            np.nan_to_num(columns[name]).tolist() for name in ("frequency", "days_since_last", "typical_gap")
        )
        return [
            told[case][0].format(
                name=told[case][1],
                n=counted(days[row] + 1, "purchase day", language),
                silence=counted(silence[row], "day", language),
                gap=gaps[days[row] > 0].format(gap=gap[row]),
                **fixed,
            )
            for row, case in enumerate(which.tolist())
        ]


def _check_between(value: object, *, low: float, name: str) -> None:
    check_number(value, name=name)
    if not low < float(value) <= _MOST_DAYS:  # type: ignore[arg-type]
        raise ValueError(_NOT_ABOVE(name=Parameter(name), low=low, high=_MOST_DAYS, value=value))
