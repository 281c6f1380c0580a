"""What campaigns brought about: each arm against its control group, with interval and test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import Day, as_day, check_fraction, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import (
    ADJUSTMENTS,
    Adjustment,
    Comparison,
    Contrast,
    adjusted_p_values,
    compare,
    compare_shares,
    detectable_difference,
    detectable_difference_of_shares,
    is_too_skewed,
)
from crmkit.loyalty.campaigns._cells import Cells, read_cells
from crmkit.loyalty.campaigns._estimates import Estimate, estimate, matched
from crmkit.loyalty.campaigns._measures import Measure, asked_measures
from crmkit.loyalty.campaigns._windows import over_by

__all__ = ["Effect", "arms_of", "campaign_effect_table", "column", "differences_of", "effects_of", "is_sparse"]

Early: TypeAlias = Literal["withhold", "test"]
_EARLY: Final = ("withhold", "test")

# Below so many customers who differ, an interval rests on too few: for shares on either side, for other outcomes with a
# value other than 0.
_FEWEST_OF_SHARES: Final = 10
_FEWEST_VALUES: Final = 30

_RESULT: Final = (
    *("outcome", "kind", "n_customers", "value", "n_control", "control_value", "difference", "lower", "upper"),
    *("relative_difference", "relative_lower", "relative_upper", "incremental", "incremental_lower"),
    *("incremental_upper", "p_value", "adjusted_p_value", "is_significant", "detectable_difference"),
    *("variance_reduction", "n_open", "n_control_open", "n_unmatched", "too_few"),
)


def campaign_effect_table(
    contacts: FrameT,
    *,
    outcomes: Sequence[str] = (),
    ratios: Mapping[str, tuple[str, str]] | None = None,
    as_of: Day | None = None,
    past: str | None = None,
    strata: str | Sequence[str] | None = None,
    by: str | None = None,
    early: Early = "withhold",
    level: float = 0.95,
    power: float = 0.8,
    adjust: Adjustment = "holm",
) -> FrameT:
    r"""Judge what campaigns brought about: each arm against its control group, with interval and test.

    .. math:: \text{effect} = \bar y_{\text{arm}} - \sum_s \frac{n_{s,\text{arm}}}{n_{\text{arm}}}\,
        \bar y_{s,\text{control}} - \beta\,(\bar x_{\text{arm}} - \bar x_{\text{control}})

    over strata :math:`s`, with the past :math:`x`; without them it is the plain difference of means.

    Parameters
    ----------
    contacts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_contacts` makes them; the arms were drawn at random, within strata if there are any.
    outcomes : sequence of str, default ()
        Columns of outcomes, none missing. One that is 0 or 1 throughout is a share.
    ratios : mapping of str to pair of str, optional
        Ratios of sums, such as spend per order: their name, the column of the numerator and that of the denominator.
    as_of : date or ISO text, optional
        The last day of the data, inclusive. Customers whose window is not over by then are left out of both groups and
        counted. Needed where contacts have a date and a window; without these, all windows count as over.
    past : str, optional
        Column of what customers did before the campaign, such as their spend of the year before (CUPED); it makes
        effects surer. Missing for customers without a past, who are kept.
    strata : str or sequence of str, optional
        Columns known before the campaign within which arms were drawn in different shares. Customers are compared
        within them; a missing label is a stratum.
    by : str, optional
        Column of labels; each group is judged apart. A missing label is a group.
    early : {"withhold", "test"}, default "withhold"
        What to do with tests while windows of an arm or its control group are open: leave them out, for who tests at
        every look finds something sooner or later; or give them, right for one look on a day fixed beforehand.
    level : float, default 0.95
        Confidence of the intervals, and one minus the level of the tests.
    power : float, default 0.8
        The probability with which ``detectable_difference`` would have been found.
    adjust : {"holm", "benjamini-hochberg", "none"}, default "holm"
        How p-values are adjusted for all tests in the table. "holm": the chance that any effect called significant is
        none stays below 1 - ``level``. "benjamini-hochberg": the share of such ones among them does.

    Returns
    -------
    the kind of frame given
        One row per group, campaign, arm that was contacted, and outcome.

        The column of ``by``, ``campaign``, ``arm``; ``outcome``; ``kind``, "rate", "mean" or "ratio"; ``n_customers``
        and ``value``, customers of the arm and what they did; ``n_control``; ``control_value``, what they would have
        done: the control group with the strata and the past of the arm.

        ``difference``, ``lower``, ``upper``; ``relative_difference``, ``relative_lower``, ``relative_upper``, in
        relation to the control value, missing where that is not above 0, and an end where any value may be;
        ``incremental``, ``incremental_lower``, ``incremental_upper``, the difference times ``n_customers``, missing
        for ratios.

        ``p_value``, ``adjusted_p_value`` and ``is_significant``, whether the latter is below 1 - ``level``; missing and
        false while windows are open, see ``early``. ``detectable_difference``, the smallest true effect that would have
        been found with probability ``power``, as one of so many tests; of a share from the control value towards one
        half, where an effect is harder to see. ``variance_reduction``, the share of the variance that the past
        explains, missing without it.

        ``n_open`` and ``n_control_open``, customers whose window is not over, left out; ``n_unmatched``, customers of
        the arm in strata with fewer than two customers on either side, left out. ``too_few``, whether the interval is
        not to be relied on: a share with fewer than 10 customers on either side; any other outcome with fewer than 30
        whose value is not 0, with one value throughout each side, or with values too skewed for groups of such
        different size.

    Raises
    ------
    SchemaError
        If there are no rows, a column is missing or does not hold what it should, a campaign has no control group or
        two, or nobody can tell which windows are over on ``as_of``.
    TypeError
        If ``contacts`` is not a frame, or ``outcomes``, ``ratios``, ``past``, ``strata`` or ``by`` are not as above.
    ValueError
        If no outcome is named or one twice, a column is used twice or is one of the result, ``as_of`` is not a day or
        lacking, or another argument lies outside its range.

    See Also
    --------
    sequential_effect_table : Intervals that hold at every look.
    campaign_return_table : What the effect is worth and cost.
    crmkit.metrics.campaign_kpis : Values of all arms, control groups among them.

    Notes
    -----
    Shares without strata or past: Newcombe's interval and Pearson's test with N - 1 for N, or Fisher's. All else:
    Student's interval with Satterthwaite's degrees of freedom, carried further towards the tail by Hall's
    transformation where one group is much smaller and values have a long tail. Ratios by the delta method with the
    covariance of numerator and denominator; relative differences with the variance of the control group in them.

    References
    ----------
    .. [1] Deng, Xu, Kohavi and Walker (2013), "Improving the Sensitivity of Online Controlled Experiments by Utilizing
       Pre-Experiment Data", *WSDM '13*.
    .. [2] Miratrix, Sekhon and Yu (2013), "Adjusting Treatment Effect Estimates by Post-Stratification in Randomized
       Experiments", *Journal of the Royal Statistical Society* B 75.
    .. [3] Kohavi, Tang and Xu (2020), *Trustworthy Online Controlled Experiments*, ch. 17 to 19 and 22.
    .. [4] Hall (1992), "On the Removal of Skewness by Transformation", *Journal of the Royal Statistical Society* B 54.

    Examples
    --------
    >>> from crmkit import as_contacts, make_contacts
    >>> contacts = as_contacts(
    ...     make_contacts(n_customers=20_000, random_state=1).contacts,
    ...     outcomes=["conversion", "spend"], control="none", date="date", window_days="window_days",
    ... )
    >>> table = campaign_effect_table(contacts, outcomes=["conversion", "spend"], as_of="2024-03-31").round(4)
    >>> table[["outcome", "value", "control_value", "difference", "lower", "upper"]]
          outcome   value  control_value  difference   lower   upper
    0  conversion  0.0678         0.0430      0.0248  0.0170  0.0318
    1       spend  2.5691         1.5823      0.9869  0.6356  1.3217
    """
    measures = asked_measures(outcomes, ratios)
    check_fraction(level, name="level")
    check_fraction(power, name="power")
    check_option(adjust, ADJUSTMENTS, name="adjust")
    check_option(early, _EARLY, name="early")
    day = None if as_of is None else as_day(as_of, name="as_of")
    cells = read_cells(contacts, measures, by=by, strata=strata, past=past, by_day=day is not None, taken=_RESULT)
    over = np.ones(len(cells.n), dtype=bool) if day is None else over_by(cells, day)
    effects = effects_of(cells, measures, over=over, level=level)
    table = pd.concat(
        [arms_of(cells, effects), _judged(effects, level=level, power=power, adjust=adjust, early=early)], axis=1
    )
    return from_pandas(table, like=contacts)


class Effect(NamedTuple):
    """A measure of an arm: where it stands, what was found, and who was left out."""

    group: int
    arm: int
    measure: Measure
    is_rate: bool
    estimate: Estimate | None
    comparison: Comparison
    n: float
    n_control: float
    n_open: float
    n_control_open: float
    n_unmatched: float
    has_past: bool

    @property
    def contrast(self) -> Contrast:
        """Both estimates; ``nan`` where there are too few customers for any."""
        return _NOTHING if self.estimate is None else self.estimate.contrast


_NONE: Final = np.asarray(np.nan)
_NOTHING: Final = Contrast(_NONE, _NONE, _NONE, _NONE, _NONE, _NONE, _NONE)


def effects_of(cells: Cells, measures: Sequence[Measure], *, over: npt.NDArray[np.bool_], level: float) -> list[Effect]:
    """Compare every arm with the control group of its campaign, in the customers whose window is over."""
    found = []
    for group, arm, rows, controls in _pairs(cells):
        kept, others = rows[over[rows]], controls[over[controls]]
        one, two, lost = matched(cells, kept, others)
        n_open, n_control_open = (float(cells.n[each[~over[each]]].sum()) for each in (rows, controls))
        for measure in measures:
            there = len(one.strata) > 0
            result = estimate(one, two, measure) if there else None
            plain = measure.kind == "mean" and measure.weights == (1.0,) and measure.columns[0] in cells.flags
            exact = plain and not cells.past and len(one.strata) == 1
            found.append(
                Effect(
                    group,
                    arm,
                    measure,
                    plain,
                    result,
                    _compared(result, exact=exact, level=level),
                    0.0 if result is None else result.n,
                    0.0 if result is None else result.other_n,
                    n_open,
                    n_control_open,
                    lost,
                    bool(cells.past),
                )
            )
    return found


def _pairs(cells: Cells) -> Iterator[tuple[int, int, npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Every arm of every group, with its rows and those of the control group."""
    order = np.argsort(cells.group, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(cells.group[order])) + 1):
        treated, controls = rows[cells.treated[rows]], rows[~cells.treated[rows]]
        for arm in np.unique(cells.arm[treated]):
            yield int(cells.group[rows[0]]), int(arm), treated[cells.arm[treated] == arm], controls


def _compared(result: Estimate | None, *, exact: bool, level: float) -> Comparison:
    if result is None:
        return compare(_NOTHING, level=level)
    if exact:
        return compare_shares(result.filled, result.n, result.other_filled, result.other_n, level=level)
    return compare(result.contrast, level=level)


def is_sparse(effect: Effect) -> bool:
    """Whether there are too few values other than 0, of shares too few with or without it, or none that differ."""
    found = effect.estimate
    if found is None:
        return True
    fewest = min(found.filled, found.other_filled)
    if effect.is_rate:
        return min(fewest, found.n - found.filled, found.other_n - found.other_filled) < _FEWEST_OF_SHARES
    return fewest < _FEWEST_VALUES or bool(effect.contrast.error_of_difference == 0)


def arms_of(cells: Cells, effects: Sequence[Effect]) -> pd.DataFrame:
    """The labels of effects."""
    labels = cells.groups.iloc[[each.group for each in effects]].reset_index(drop=True)
    labels["arm"] = cells.arms.iloc[[each.arm for each in effects]].reset_index(drop=True)
    return labels


def column(values: Sequence[Any]) -> Floats:
    """Numbers of effects as a column."""
    return np.array([float(value) for value in values], dtype=float)


def differences_of(effects: Sequence[Effect]) -> dict[str, Any]:
    """What was found and between what, with intervals."""
    contrasts, comparisons = [each.contrast for each in effects], [each.comparison for each in effects]
    return {
        "n_customers": column([each.n for each in effects]).astype("int64"),
        "value": column([each.value for each in contrasts]),
        "n_control": column([each.n_control for each in effects]).astype("int64"),
        "control_value": column([each.other for each in contrasts]),
        "difference": column([each.difference for each in comparisons]),
        "lower": column([each.lower for each in comparisons]),
        "upper": column([each.upper for each in comparisons]),
    }


def _judged(effects: Sequence[Effect], *, level: float, power: float, adjust: Adjustment, early: str) -> pd.DataFrame:
    comparisons = [each.comparison for each in effects]
    is_open = np.array([each.n_open + each.n_control_open > 0 for each in effects], dtype=bool)
    p_values = column([each.p_value for each in comparisons])
    p_values[is_open & (early == "withhold")] = np.nan
    adjusted = adjusted_p_values(p_values, adjust=adjust)
    alpha = 1 - level
    strict = alpha if adjust == "none" else alpha / max(len(effects), 1)
    table = pd.DataFrame(
        {
            "outcome": [each.measure.name for each in effects],
            "kind": ["rate" if each.is_rate else each.measure.kind for each in effects],
            **differences_of(effects),
            "relative_difference": column([each.relative for each in comparisons]),
            "relative_lower": column([each.relative_lower for each in comparisons]),
            "relative_upper": column([each.relative_upper for each in comparisons]),
        }
    )
    adds_up = np.where(table["kind"] == "ratio", np.nan, table["n_customers"])
    for name, of in {"incremental": "difference", "incremental_lower": "lower", "incremental_upper": "upper"}.items():
        table[name] = adds_up * table[of]
    return table.assign(
        p_value=p_values,
        adjusted_p_value=adjusted,
        is_significant=adjusted < alpha,
        detectable_difference=column([_detectable(each, alpha=strict, power=power) for each in effects]),
        variance_reduction=column([_reduction(each) for each in effects]),
        n_open=column([each.n_open for each in effects]).astype("int64"),
        n_control_open=column([each.n_control_open for each in effects]).astype("int64"),
        n_unmatched=column([each.n_unmatched for each in effects]).astype("int64"),
        too_few=[_too_few(each, level=level) for each in effects],
    )


def _detectable(effect: Effect, *, alpha: float, power: float) -> float:
    if effect.is_rate and not effect.has_past and effect.estimate is not None and effect.contrast.error > 0:
        share = effect.contrast.other
        return float(detectable_difference_of_shares(share, effect.n, effect.n_control, alpha=alpha, power=power))
    return float(detectable_difference(effect.contrast, alpha=alpha, power=power))


def _reduction(effect: Effect) -> float:
    if not effect.has_past or effect.estimate is None or not effect.estimate.unadjusted_error > 0:
        return np.nan
    return float(1 - (effect.contrast.error_of_difference / effect.estimate.unadjusted_error) ** 2)


def _too_few(effect: Effect, *, level: float) -> bool:
    return is_sparse(effect) or (not effect.is_rate and bool(is_too_skewed(effect.contrast, level=level)))
