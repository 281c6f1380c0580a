"""What a survey comes to, in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_number
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._grouping import beside_labels
from crmkit._kpi import KPI_COLUMNS, KpiRow, long_form
from crmkit._messages import Message, Parameter
from crmkit.loyalty.satisfaction._answers import FEWEST, Answers, item_names, read_answers
from crmkit.loyalty.satisfaction._indices import acsi_score, customer_loyalty_index
from crmkit.loyalty.satisfaction._measures import Scoring, intervals, samples_of, scores, scoring_of

__all__ = ["survey_kpis"]

_BESIDE: Final = ("n_effective", "is_small")
_PARTS: Final = 3
_INDICES: Final = ("customer_loyalty_index", "acsi_score")
# The item, its least answer that counts, the KPI of its share and that of its mean.
_WITH_TOP: Final = (
    ("satisfaction", "satisfied_from", "csat_rate", "csat_mean"),
    ("ease", "easy_from", "ces_rate", "ces_mean"),
    ("rating", "positive_from", "praise_rate", None),
)

_NOTHING: Final = Message(
    en="Name at least one item: {@recommend}, {@satisfaction}, {@ease}, {@rating}, {@loyalty} or {@acsi}.",
    zh="请至少指定一个题目：{@recommend}、{@satisfaction}、{@ease}、{@rating}、{@loyalty} 或 {@acsi}。",
)
_NO_TOP: Final = Message(
    en="{name} needs {top}, the least answer that counts, and {top} goes with {name} alone.",
    zh="{name} 须与 {top}（算作达标的最低分）同时给出。",
)


class _Asked(NamedTuple):
    """A KPI, the item that it comes from, and how that is scored."""

    code: str
    item: str
    scoring: Scoring


def survey_kpis(
    answers: FrameT,
    *,
    recommend: str | None = None,
    satisfaction: str | None = None,
    satisfied_from: float | None = None,
    ease: str | None = None,
    easy_from: float | None = None,
    rating: str | None = None,
    positive_from: float | None = None,
    loyalty: Sequence[str] = (),
    acsi: Sequence[str] = (),
    acsi_weights: Sequence[float] = (1, 1, 1),
    by: str | Sequence[str] = (),
    level: float = 0.95,
) -> FrameT:
    """Compute the KPIs of a survey in the long form, for each group and for all.

    `crmkit.metrics.kpi_catalogue` defines them. Those whose items are not named are left out.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.as_answers` makes them; answers count by weight.
    recommend : str, optional
        The item of recommendation, in whole numbers from 0 to 10.
    satisfaction, satisfied_from : str and float, optional
        The item of satisfaction, and the least answer that counts as satisfied.
    ease, easy_from : str and float, optional
        The item of how easy it was made, high being easy, and the least answer that agrees, usually 5 of 7.
    rating, positive_from : str and float, optional
        The item of ratings such as stars, and the least that is praise.
    loyalty : sequence of three str, optional
        The items of recommending, buying again and buying other things, on one scale.
    acsi : sequence of three str, optional
        The items of overall satisfaction, expectations met and closeness to the ideal, from 1 to 10.
    acsi_weights : sequence of three floats, default (1, 1, 1)
        As in `acsi_score`.
    by : str or sequence of str, optional
        Columns of labels, such as ``wave`` or ``group``. A missing label makes a group of its own.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per group and KPI. With ``by``, these columns and ``scope``: "group", "no label" where a label is
        missing, "all" for the whole, whose rows are last. ``kpi``: "net_promoter_score", "csat_rate", "csat_mean",
        "ces_rate", "ces_mean", "praise_rate", "customer_loyalty_index", "acsi_score"; ``value``; ``numerator`` and
        ``denominator``, sums by weight, missing for the two indices; ``n``, answers, or respondents with all three;
        ``lower`` and ``upper``, as in `satisfaction_table`; ``n_effective``, the equal answers they are worth;
        ``is_small``, whether ``n`` is below 30. Missing where nobody answered.

    Raises
    ------
    SchemaError
        If there are no rows, a column is missing or does not hold numbers, a weight is not above 0, or an answer lies
        off the scale that its KPI is defined on.
    TypeError
        If ``answers`` is not a frame, or an option is of the wrong kind.
    ValueError
        If no item is named, an item lacks its least answer, ``by`` names a column of the result, or an option is not
        one of those described.

    Examples
    --------
    >>> from crmkit import as_answers, make_answers
    >>> survey = make_answers(n_invited=3000, n_waves=1, random_state=2).answers
    >>> asked = ["recommend", "satisfaction", "ease"]
    >>> scales = {"recommend": (0, 10), "satisfaction": (1, 10), "ease": (1, 7)}
    >>> answers = as_answers(survey, items=asked, scale=scales, missing=[99])
    >>> found = survey_kpis(
    ...     answers, recommend="recommend", satisfaction="satisfaction", satisfied_from=8, ease="ease", easy_from=5
    ... )
    >>> found[["kpi", "value", "n", "lower", "upper"]].round(3)
                      kpi  value      n  lower  upper
    0  net_promoter_score  0.245  909.0  0.194  0.295
    1           csat_rate  0.597  908.0  0.565  0.628
    2           csat_mean  7.809  908.0  7.699  7.920
    3            ces_rate  0.727  919.0  0.697  0.755
    4            ces_mean  5.316  919.0  5.231  5.400
    """
    check_fraction(level, name="level")
    asked = _asked(recommend, (satisfaction, satisfied_from), (ease, easy_from), (rating, positive_from))
    three = {"customer_loyalty_index": _three(loyalty, name="loyalty"), "acsi_score": _three(acsi, name="acsi")}
    items = list(dict.fromkeys([*(each.item for each in asked), *(item for of in three.values() for item in of)]))
    if not items:
        raise ValueError(_NOTHING())
    read = read_answers(answers, items, by=by, taken=("scope", *KPI_COLUMNS, *_BESIDE))
    indices = _indices(read, three, acsi_weights)
    read = read._replace(items=read.items.assign(**indices))
    asked += [_Asked(code, code, Scoring("mean")) for code in indices]
    whole = _rows(read, asked, cells=(np.zeros(len(read.weights), dtype=np.int64), 1), level=level)
    if read.labels is None:
        return from_pandas(whole, like=answers)
    table = pd.concat([_rows(read, asked, cells=read.cells, level=level), whole], ignore_index=True)
    return from_pandas(beside_labels(table, *read.labels.with_whole()), like=answers)


def _asked(recommend: Any, *with_top: tuple[Any, Any]) -> list[_Asked]:
    """The KPIs of one item each."""
    asked = (
        []
        if recommend is None
        else [_Asked("net_promoter_score", column_name(recommend, name="recommend"), scoring_of("nps"))]
    )
    for (item, top), (name, least, rate, mean) in zip(with_top, _WITH_TOP, strict=True):
        if (item is None) != (top is None):
            raise ValueError(_NO_TOP(name=Parameter(name), top=Parameter(least)))
        if item is None:
            continue
        check_number(top, name=least)
        column = column_name(item, name=name)
        asked.append(_Asked(rate, column, scoring_of("top_box", top=top)))
        if mean is not None:
            asked.append(_Asked(mean, column, Scoring("mean")))
    return asked


def _three(items: Any, *, name: str) -> list[str]:
    if not isinstance(items, (str, bytes)) and isinstance(items, Sequence) and not items:
        return []
    return item_names(items, name=name, least=_PARTS, most=_PARTS)


def _indices(read: Answers, three: Mapping[str, Sequence[str]], acsi_weights: Sequence[float]) -> dict[str, Floats]:
    """The indices of each respondent, missing unless all three items are answered."""
    found = {}
    if of := three["customer_loyalty_index"]:
        parts = dict(
            zip(("recommend", "repurchase", "try_other"), (read.items[name].to_numpy() for name in of), strict=True)
        )
        found["customer_loyalty_index"] = customer_loyalty_index(**parts)
    if of := three["acsi_score"]:
        parts = dict(
            zip(("satisfaction", "expectations", "ideal"), (read.items[name].to_numpy() for name in of), strict=True)
        )
        found["acsi_score"] = acsi_score(**parts, weights=acsi_weights)
    return found


def _rows(
    read: Answers, asked: Sequence[_Asked], *, cells: tuple[npt.NDArray[np.int64], int], level: float
) -> pd.DataFrame:
    codes, n_cells = cells
    rows, effective = [], []
    for code, item, scoring in asked:
        found = samples_of(read, item, scoring, cells=cells)
        value = np.asarray(found.scored.mean)
        known = read.items[item].notna().to_numpy()
        weights = read.weights[known]
        above, below = (
            (np.nan, np.nan)
            if code in _INDICES
            else (
                np.bincount(
                    codes[known], weights * scores(read.items[item].to_numpy()[known], scoring, item=item), n_cells
                ),
                np.bincount(codes[known], weights, n_cells),
            )
        )
        interval = intervals(found.scored, scoring.measure, level=level)
        rows.append(KpiRow(code, value, above, below, found.n.astype(float), *interval))
        effective.append(np.asarray(found.scored.n))
    table = long_form(rows)
    table["n_effective"] = np.stack(effective, axis=1).ravel()
    table["is_small"] = table["n"] < FEWEST
    return table
