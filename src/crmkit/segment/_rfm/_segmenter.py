"""RFM segments: scores named by rules."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from crmkit._checks import check_money
from crmkit._estimator import JsonError, check_table
from crmkit._figures import amount
from crmkit._frames import Coded
from crmkit._labelling import POTENTIAL, Case, Measures, Scheme, measured
from crmkit._messages import Column, Message
from crmkit._names import Label, Language
from crmkit.segment._case_segmenter import CaseSegmenter
from crmkit.segment._orders import no_order
from crmkit.segment._rfm._rule_tables import rfm_cell_table
from crmkit.segment._rfm._rules import (
    CheckedRules,
    RFMPreset,
    RFMRules,
    check_cells,
    checked_rules,
    rfm_rules,
)
from crmkit.segment._rfm._score_edges import DIMENSIONS, Dimension, dimensions_of, scores_on
from crmkit.segment._rfm._score_values import columns_read, oriented
from crmkit.segment._rfm._scorer import RFMScorer, check_scorer, checked_sizes
from crmkit.segment._rfm._sql import score_cases
from crmkit.segment._texts import REASONS, counted

__all__ = ["RFMSegmenter"]

_CELL = "cell"
_SENTENCE: Final = Label(
    "{name}: last order {days} ago (recency {r} of {n_r}), {orders} (frequency {f} of {n_f}), "
    "spend {spend} (monetary {m} of {n_m}).",
    "{name}：最近一次下单在 {days} 天前（R {r}/{n_r}），共 {orders} 单（F {f}/{n_f}），消费额 {spend}（M {m}/{n_m}）。",
)

_SENTENCE_OF_TWO: Final = Label(
    "{name}: last order {days} ago (recency {r} of {n_r}), {orders} (frequency {f} of {n_f}).",
    "{name}：最近一次下单在 {days} 天前（R {r}/{n_r}），共 {orders} 单（F {f}/{n_f}）。",
)

_OTHER_BINS: Final = Message(
    en="{@scorer} scores in {given} bins, but the rules name {named}. Give both the same {@n_bins}.",
    zh="{@scorer} 的分档数为 {given}，而规则的分档数为 {named}。请使两者的 {@n_bins} 一致。",
)


class RFMSegmenter(CaseSegmenter):
    """Put customers into named segments by their RFM scores.

    The rules name the cells of the scores, and every cell must be in exactly one segment: `fit` refuses gaps and
    overlaps, and lists them. Customers without an order are ``potential``, the last segment of every rule set. For
    orders without a price, rules that do not ask for ``m``, such as the named eleven, go by recency and frequency;
    others are refused.

    Parameters
    ----------
    rules : {"named_11", "chinese_8"} or dict, default "named_11"
        The eleven segments of Western practice, the eight classes of Chinese practice, or your own, as in `rfm_rules`;
        `rfm_rule_table` prints them.
    scorer : RFMScorer, optional
        How customers are scored, with as many bins as the rules say; by default an equal number of customers per
        score. A fresh copy of it is fitted.

    Attributes
    ----------
    rules_ : dict
        The rules used in `fit`.
    scorer_ : RFMScorer
        The fitted scorer, with its frozen edges.
    cells_ : DataFrame
        ``r_score``, ``f_score``, ``m_score`` and the ``segment`` of every cell.
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, the best, and ``name_en``, ``name_zh``; the last segment is that of the
        customers without an order.
    n_customers_ : int
        Customers with an order seen in `fit`.

    See Also
    --------
    rfm_rules : The rules of the presets.
    rfm_cell_table : The gaps and overlaps of rules.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> segmenter = RFMSegmenter().fit(customers)
    >>> segmenter.assign(customers).head(3)
       segment  segment_order reason_code
    0    loyal              2    r4_f4_m4
    1  at_risk              9    r1_f3_m4
    2     lost             11    r1_f1_m1
    >>> segmenter.explain(customers)[1]
    'At risk: last order 533 days ago (recency 1 of 5), 2 orders (frequency 3 of 5), spend 75.11 (monetary 4 of 5).'
    """

    rules_: RFMRules
    scorer_: RFMScorer
    cells_: pd.DataFrame
    _sql_makes = tuple(f"{name}_score" for name in DIMENSIONS)

    def __init__(self, *, rules: RFMPreset | RFMRules = "named_11", scorer: RFMScorer | None = None) -> None:
        self.rules = rules
        self.scorer = scorer

    def _check_options(self) -> None:
        options = self.options_
        checked = checked_rules(options.rules)
        check_cells(checked)
        if options.scorer is not None:
            check_scorer(options.scorer)
        given = checked.sizes if options.scorer is None else checked_sizes(options.scorer.n_bins)
        if given != checked.sizes:
            raise ValueError(_OTHER_BINS(given=given, named=checked.sizes))

    def _scheme(self) -> Scheme:
        return self._checked().scheme

    def _needed(self) -> tuple[str, ...]:
        options = self.options_.scorer or RFMScorer()
        return columns_read(options, dimensions=self._dimensions() if hasattr(self, "scorer_") else DIMENSIONS)

    def _measured(self, customers: Any, *, name: str = "customers") -> Measures:
        columns = columns_read(self.options_.scorer or RFMScorer())
        return measured(customers, columns, name=name, may_lack=("spend",))

    def _value_column(self) -> str:
        return "spend"

    def _learn_cuts(self, ordered: Measures) -> None:
        options = self.options_
        self.rules_ = rfm_rules(options.rules) if isinstance(options.rules, str) else deepcopy(options.rules)
        self.scorer_ = self._unfitted_scorer().fit(pd.DataFrame(ordered))
        self.cells_ = rfm_cell_table(self.rules_)[["r_score", "f_score", "m_score", "segment"]]
        if "m" not in self._dimensions() and self.cells_.groupby(["r_score", "f_score"])["segment"].nunique().max() > 1:
            check_money(ordered["spend"], where=Column("customers", "spend"))

    def _dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions that are scored: spend only where it was known."""
        return dimensions_of(self.scorer_.edges_)

    def _check_learned(self) -> None:
        options, checked = self.options_, self._checked()
        check_cells(checked)
        if not isinstance(options.rules, str) and options.rules != self.rules_:
            raise JsonError("the rules are not those of the options")
        scorer = self.scorer_
        if not isinstance(scorer, RFMScorer) or not hasattr(scorer, "options_"):
            raise JsonError("the scorer is a fitted RFMScorer")
        if scorer.options_.get_params() != self._unfitted_scorer().get_params():
            raise JsonError("the scorer is not that of the options")
        if scorer.n_customers_ != self.n_customers_:
            raise JsonError("the scorer was fitted on other customers")
        check_table(self.cells_, {"r_score": "int64", "f_score": "int64", "m_score": "int64", "segment": "text"})
        if not self.cells_.equals(rfm_cell_table(self.rules_)[list(self.cells_.columns)]):
            raise JsonError("the cells are not those of the rules")

    def _unfitted_scorer(self) -> RFMScorer:
        given = self.options_.scorer
        return RFMScorer(n_bins=self._checked().sizes) if given is None else clone(given)

    def _cases(self) -> list[Case]:
        checked = self._checked()
        rest = [] if checked.rest is None else [Case(checked.rest, _CELL, ())]
        scored = {f"{name}_score" for name in self._dimensions()}
        cases = [
            case._replace(conditions=tuple(each for each in case.conditions if each.column in scored))
            for case in checked.cases
        ]
        return [*no_order(POTENTIAL.code, value="spend"), *cases, *rest]

    def _columns(self, customers: object, *, name: str = "customers") -> Measures:
        columns = self._measured(customers, name=name)
        if "m" in self._dimensions():
            check_money(columns["spend"], where=Column(name, "spend"))
        scores = scores_on(oriented(columns, self.scorer_.options_), self.scorer_.edges_)
        return columns | {f"{dimension}_score": values for dimension, values in scores.items()}

    def _which(self, cases: Sequence[Case], columns: Measures) -> npt.NDArray[np.intp]:
        # Cells are few and customers many: only customers without an order are looked at one by one.
        position = {case.segment: number for number, case in enumerate(cases)}
        of_cell = np.array([position[segment] for segment in self.cells_["segment"]], dtype=np.intp)
        which = of_cell[self._cell(columns)]
        without = np.flatnonzero(np.isnan(columns["r_score"]))
        if len(without):
            which[without] = super()._which(cases, {name: values[without] for name, values in columns.items()})
        return which

    def _reasons(self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures) -> Coded:
        dimensions = self._dimensions()
        # Without scores of spend a cell stands for all of them, and the first of it for the cell.
        n_alike = 1 if "m" in dimensions else self._sizes()["m"]
        cells = self.cells_.iloc[::n_alike]
        scores = (cells[f"{name}_score"].tolist() for name in dimensions)
        names = [
            "_".join(f"{name}{score}" for name, score in zip(dimensions, cell, strict=True))
            for cell in zip(*scores, strict=True)
        ]
        others = super()._reasons(cases, which, columns)
        scored = ~np.isnan(columns["r_score"])
        codes = np.where(scored, self._cell(columns) // n_alike, len(names) + others.codes)
        return Coded([*names, *others.texts], codes)

    def _cell(self, columns: Measures) -> npt.NDArray[np.intp]:
        """The position of each customer's cell; that of the first cell where there are no scores."""
        position = np.zeros(len(columns["r_score"]))
        for name, size in self._sizes().items():
            position = position * size + columns.get(f"{name}_score", np.ones_like(position)) - 1
        return np.nan_to_num(position).astype(np.intp)

    def _sizes(self) -> dict[Dimension, int]:
        return checked_sizes(self.scorer_.options_.n_bins)

    def _reason_sql(self, case: Case) -> str:
        if case.reason != _CELL:
            return super()._reason_sql(case)
        parts = ", '_".join(f"{name}', {name}_score" for name in self._dimensions())
        return f"CONCAT('{parts})"

    def _source_sql(self, table: str) -> str:
        # One subquery per score: nested scores refer to the earlier ones.
        source = table
        for name, case in score_cases(self.scorer_.edges_, self.scorer_.options_).items():
            source = f"(SELECT *, {case} FROM {source}) AS with_{name}"  # noqa: S608
        return source

    def _sentences(
        self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures, language: Language
    ) -> list[str]:
        names = self._called(language)
        sentence = _SENTENCE if "m" in self._dimensions() else _SENTENCE_OF_TWO
        told = [
            (sentence if case.reason == _CELL else REASONS[case.reason]).text(language).replace("{name}", name)
            for case in cases
            for name in [names[case.segment].replace("{", "{{").replace("}", "}}")]
        ]
        sizes = {f"n_{name}": size for name, size in self._sizes().items()}
        shown = ("days_since_last", "n_orders", "spend", *(f"{name}_score" for name in DIMENSIONS))
        unknown = np.zeros(len(which))
        measures = (np.nan_to_num(columns.get(name, unknown)).tolist() for name in shown)
        return [
            told[case].format(
                days=counted(days, "day", language),
                orders=counted(orders, "order", language),
                spend=amount(spend),
                r=int(r),
                f=int(f),
                m=int(m),
                **sizes,
            )
            for case, days, orders, spend, r, f, m in zip(which.tolist(), *measures, strict=True)
        ]

    def _checked(self) -> CheckedRules:
        return checked_rules(self.rules_)
