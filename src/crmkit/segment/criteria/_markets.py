"""Markets scored by several criteria, and the strategy that the pattern of the attractive ones suggests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._checks import check_columns, check_number
from crmkit._estimator import check_fitted
from crmkit._figures import amount
from crmkit._frames import FrameT, collected, column_name, from_pandas, to_pandas
from crmkit._grouping import check_labels
from crmkit._messages import Column, Message
from crmkit._names import Label
from crmkit._tables import open_columns, refuse_rows
from crmkit.errors import SchemaError
from crmkit.segment.criteria._ranks import ranks_of
from crmkit.segment.criteria._scorecard import Scorecard
from crmkit.segment.criteria._scorer import CriteriaScorer

__all__ = ["market_strategy_table", "target_market_table"]

_READ: Final = ("market", "score", "attractive_from", "is_attractive", "needs", "field", "consistency_ratio")

_NO_SCORER: Final = Message(
    en="{@scorer} must be a fitted Scorecard or TopsisScorer, got {got}.",
    zh="{@scorer} 须为已拟合的 Scorecard 或 TopsisScorer，得到 {got}。",
)
_NO_NAME: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Name the markets, or drop the rows.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。请写明市场名称，或删除这些行。",
)
_TWICE: Final = Message(
    en="{where} names a market more than once in {n:,} {n:row|rows}, first at rows {rows}. Give each market one row.",
    zh="{where}中有 {n:,} 行市场重复，最先见于行 {rows}。每个市场只能有一行。",
)
_EMPTY: Final = Message(en="{@markets} has no rows.", zh="{@markets} 没有任何行。")


class _Strategy(NamedTuple):
    """What a pattern suggests: its names and the sentences that say why."""

    name: Label
    sentence: Label


_STRATEGIES: Final[Mapping[tuple[str, str], _Strategy]] = MappingProxyType(
    {
        ("none", "no_market"): _Strategy(
            Label("No market yet", "暂无目标市场"),
            Label(
                "None of {n} markets reaches {bar}: no strategy is suggested.",
                "{n} 个市场均未达到 {bar}，暂不建议任何策略。",
            ),
        ),
        ("concentrated", "one_market"): _Strategy(
            Label("Concentrated", "集中化"),
            Label(
                "{best} is the only market that reaches {bar}, of {n}: concentrating on it is suggested.",
                "{n} 个市场中只有 {best} 达到 {bar}，建议集中化。",
            ),
        ),
        ("diversified", "several_fields"): _Strategy(
            Label("Diversified", "多元化"),
            Label(
                "{m} of {n} markets reach {bar}, in {n_fields} lines of business: diversifying is suggested, with an "
                "offer for each line.",
                "{n} 个市场中有 {m} 个达到 {bar}，分属 {n_fields} 个业务领域，建议多元化，各领域分别经营。",
            ),
        ),
        ("undifferentiated", "same_needs"): _Strategy(
            Label("Undifferentiated", "无差异"),
            Label(
                "{m} of {n} markets reach {bar} and need the same: one offer for all of them is suggested.",
                "{n} 个市场中有 {m} 个达到 {bar}，且需求相同，建议无差异，以同一产品满足。",
            ),
        ),
        ("differentiated", "different_needs"): _Strategy(
            Label("Differentiated", "差异化"),
            Label(
                "{m} of {n} markets reach {bar} and need {n_needs} different things: an offer for each need is "
                "suggested.",
                "{n} 个市场中有 {m} 个达到 {bar}，共有 {n_needs} 类不同需求，建议差异化，分别设计产品。",
            ),
        ),
        ("differentiated", "needs_not_known"): _Strategy(
            Label("Differentiated", "差异化"),
            Label(
                "{m} of {n} markets reach {bar}, and it is not known whether they need the same: an offer for each is "
                "suggested until it is.",
                "{n} 个市场中有 {m} 个达到 {bar}，需求是否相同尚不清楚，在弄清之前建议差异化。",
            ),
        ),
    }
)


def target_market_table(
    markets: FrameT,
    *,
    scorer: Any = None,
    market: str = "market",
    needs: str | None = None,
    field: str | None = None,
    attractive_from: float | None = None,
) -> FrameT:
    """Score and rank markets, and say which of them are attractive.

    Parameters
    ----------
    markets : pandas, Polars or PyArrow table
        One row per market, with the columns that the scorer needs.
    scorer : Scorecard or TopsisScorer, optional
        Fitted. By default a scorecard of the preset "target_market" fitted on the markets: ``market_size`` (市场容量),
        ``competition`` (竞争程度, less is better), ``profitability`` (盈利能力) and ``strategic_fit`` (符合战略), each
        in points from 0 to 100 with equal weights. For weights by judgements or entropy, or other scales, bring your
        own.
    market : str, default "market"
        Column of the names of the markets.
    needs : str, optional
        Column of labels: markets with the same label have the same needs and can be served by one offer.
    field : str, optional
        Column of labels of the line of business that a market belongs to.
    attractive_from : float, optional
        Score from which a market is attractive. The defaults, 60 points for a scorecard and a closeness of 0.5, are
        ours.

    Returns
    -------
    the kind of table given
        One row per market, in the order given.

        ``market``
            Its name.
        ``score``
            From 0 to 100, or the closeness from 0 to 1; missing if the market is knocked out or a criterion is missing.
        ``rank``
            From 1, the best; equal scores share the better rank.
        ``status``, ``knock_out``, ``pulled_up_by``, ``pulled_down_by``
            As `Scorecard` has them.
        ``attractive_from``, ``is_attractive``
            The bar, and whether the score reaches it.
        ``needs``, ``field``
            As given; missing throughout where they are not.
        ``consistency_ratio``
            Of the judgements of all judges together, where weights come from judgements; missing otherwise.

    Raises
    ------
    NotFittedError
        If the scorer is not fitted.
    SchemaError
        If a column is missing or does not hold what it should, a market has no name or two rows, or there are no rows.
    TypeError
        If ``markets`` is not a table in memory, or ``scorer`` is not one of the two scorers.
    ValueError
        If ``attractive_from`` is not a finite number.

    Examples
    --------
    >>> import pandas as pd
    >>> markets = pd.DataFrame({
    ...     "market": ["schools", "clinics", "hotels"], "market_size": [60, 80, 90], "competition": [20, 30, 90],
    ...     "profitability": [70, 60, 40], "strategic_fit": [90, 70, 20],
    ... })
    >>> target_market_table(markets)[["market", "score", "rank", "is_attractive", "pulled_up_by"]]
        market  score  rank  is_attractive   pulled_up_by
    0  schools   75.0     1           True  strategic_fit
    1  clinics   70.0     2           True    competition
    2   hotels   40.0     3          False    market_size
    """
    label = column_name(market, name="market")
    rows = open_columns(markets, [label], name="markets", made_by=None)
    others = {
        name: column_name(given, name=name) for name, given in (("needs", needs), ("field", field)) if given is not None
    }
    check_columns(rows.collect_schema(), others.values(), name="markets", made_by=None)
    check_labels(rows, list(dict.fromkeys([label, *others.values()])), table="markets")
    named = to_pandas(collected(rows.select(*dict.fromkeys([label, *others.values()]))))
    if named.empty:
        raise SchemaError(_EMPTY())
    where = Column("markets", label)
    refuse_rows(named[label].isna().to_numpy(dtype=bool), _NO_NAME, where=where)
    refuse_rows(named[label].duplicated().to_numpy(dtype=bool), _TWICE, where=where)
    model = _scorer(scorer, markets)
    bar = type(model).usual_bar if attractive_from is None else attractive_from
    check_number(bar, name="attractive_from")
    scored, out = model._scored(markets)
    table = {
        "market": named[label],
        "score": scored.score,
        "rank": ranks_of(scored.score),
        **{
            name: np.array(coded.texts, dtype=object)[coded.codes]
            for name, coded in model._reasons(scored, out).items()
        },
        "attractive_from": float(bar),
        "is_attractive": scored.score >= bar - 1e-9 * abs(bar),
        "needs": named[others["needs"]] if "needs" in others else None,
        "field": named[others["field"]] if "field" in others else None,
        "consistency_ratio": model.judges_["consistency_ratio"].iloc[-1] if len(model.judges_) else np.nan,
    }
    return from_pandas(pd.DataFrame(table), like=markets)


def market_strategy_table(markets: FrameT) -> FrameT:
    """Say which strategy the pattern of attractive markets suggests, and why.

    The first rule that holds counts. If no market is attractive, nothing is suggested. If one is, concentrate on it
    (集中化). If several are, in more than one line of business, diversify (多元化). If they have the same needs, make
    one offer for all (无差异); if they have different needs, make an offer for each (差异化). It is only a suggestion:
    the table knows neither what entering a market costs nor what your company can do.

    Parameters
    ----------
    markets : pandas, Polars or PyArrow table
        As `target_market_table` gives it. If some attractive markets have no label of needs or of line of business,
        each of them counts as a label of its own. If none has one, needs are unknown and there is one line of business.

    Returns
    -------
    the kind of table given
        One row: ``strategy`` ("none", "concentrated", "diversified", "undifferentiated", "differentiated"),
        ``name_en``, ``name_zh``; ``reason_code`` ("no_market", "one_market", "several_fields", "same_needs",
        "different_needs", "needs_not_known"); ``n_markets``, ``n_attractive``, ``n_needs`` and ``n_fields`` of the
        attractive ones, missing where they are not known; ``consistency_ratio``; ``sentence_en``, ``sentence_zh``.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``markets`` is not a table.

    References
    ----------
    .. [1] Abell (1980), *Defining the Business*, for the patterns of target markets.
    .. [2] Kotler and Keller (2016), *Marketing Management*, ch. 9, for concentrated, differentiated and
       undifferentiated targeting.
    .. [3] Ansoff (1957), "Strategies for Diversification", *Harvard Business Review* 35(5). The rules are ours.

    Examples
    --------
    >>> import pandas as pd
    >>> markets = pd.DataFrame({
    ...     "market": ["schools", "clinics", "hotels"], "market_size": [60, 80, 90], "competition": [20, 30, 90],
    ...     "profitability": [70, 60, 40], "strategic_fit": [90, 70, 20], "wants": ["tables", "beds", "beds"],
    ... })
    >>> table = market_strategy_table(target_market_table(markets, needs="wants"))
    >>> table["sentence_en"][0]
    '2 of 3 markets reach 60 and need 2 different things: an offer for each need is suggested.'
    """
    rows = open_columns(markets, _READ, name="markets", made_by="segment.criteria.target_market_table")
    table = to_pandas(collected(rows.select(*_READ)))
    if table.empty:
        raise SchemaError(_EMPTY())
    chosen = table[table["is_attractive"].fillna(False).astype(bool)]
    n_needs, n_fields = (_different(chosen[name]) for name in ("needs", "field"))
    pattern = _pattern(len(chosen), n_needs, n_fields)
    strategy = _STRATEGIES[pattern]
    best = "" if chosen.empty else str(chosen["market"].iloc[int(chosen["score"].to_numpy(dtype=float).argmax())])
    values = {
        "n": len(table),
        "m": len(chosen),
        "bar": amount(float(table["attractive_from"].iloc[0])),
        "best": best,
        "n_needs": n_needs,
        "n_fields": n_fields,
    }
    made = {
        "strategy": [pattern[0]],
        "name_en": [strategy.name.en],
        "name_zh": [strategy.name.zh],
        "reason_code": [pattern[1]],
        "n_markets": [len(table)],
        "n_attractive": [len(chosen)],
        "n_needs": pd.array([n_needs], dtype="Int64"),
        "n_fields": pd.array([n_fields], dtype="Int64"),
        "consistency_ratio": [float(table["consistency_ratio"].iloc[0])],
        "sentence_en": [strategy.sentence.en.format(**values)],
        "sentence_zh": [strategy.sentence.zh.format(**values)],
    }
    return from_pandas(pd.DataFrame(made), like=markets)


def _scorer(given: Any, markets: Any) -> CriteriaScorer:
    if given is None:
        return Scorecard(criteria="target_market").fit(markets)
    if not isinstance(given, CriteriaScorer):
        raise TypeError(_NO_SCORER(got=type(given).__name__))
    check_fitted(given)
    return given


def _different(labels: pd.Series[Any]) -> int | None:
    """How many different labels there are, each missing one its own; None where none is known."""
    known = labels.dropna()
    return int(known.nunique() + labels.isna().sum()) if len(known) else None


def _pattern(n_attractive: int, n_needs: int | None, n_fields: int | None) -> tuple[str, str]:
    if n_attractive == 0:
        return "none", "no_market"
    if n_attractive == 1:
        return "concentrated", "one_market"
    if n_fields is not None and n_fields > 1:
        return "diversified", "several_fields"
    if n_needs is None:
        return "differentiated", "needs_not_known"
    return ("undifferentiated", "same_needs") if n_needs == 1 else ("differentiated", "different_needs")
