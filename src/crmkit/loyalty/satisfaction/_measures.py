"""How answers are scored: recommendation as 1, 0 and -1, the top answers as 1 and others as 0, or as they are."""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._checks import check_ascending, check_number, check_option, some
from crmkit._messages import Column, Message, Setting
from crmkit._stats import Sample, mean_interval, normal_reach, weighted_samples, wilson_interval
from crmkit.errors import SchemaError
from crmkit.loyalty.satisfaction._answers import Answers

__all__ = ["Measure", "Samples", "Scoring", "intervals", "samples_of", "scores", "scoring_of"]

Measure: TypeAlias = Literal["nps", "top_box", "mean"]
"""How answers become a figure."""

_MEASURES: Final = ("nps", "top_box", "mean")
_CUTS: Final = (6.0, 9.0)
# Added to an answered item: three quarters of a promoter and of a detractor, one and a half passives.
_ADDED, _ADDED_EACH = 3.0, 0.75

_NOT_NPS: Final = Message(
    en="{where} must hold whole numbers from 0 to 10 for the net promoter score, got {values}. Name codes that are no "
    "answer in {@as_answers()}; for another scale pass {@cuts=(6, 9)} with the last answer of detractors and the first "
    "of promoters.",
    zh="计算净推荐值时，{where}须为 0 至 10 的整数，得到 {values}。表示未作答的代码请在 {@as_answers()} 中指明；"
    "其他量表请用 {@cuts=(6, 9)} 指明贬损者的最高分与推荐者的最低分。",
)
_NEEDS_TOP: Final = Message(
    en="{setting} needs {@top}, the least answer that counts as satisfied.",
    zh="{setting} 需要 {@top}，即算作满意的最低分。",
)
_NO_CUTS: Final = Message(
    en="{@cuts} goes with {@measure='nps'} and {@top} with {@measure='top_box'}; leave out what is not used.",
    zh="{@cuts} 用于 {@measure='nps'}，{@top} 用于 {@measure='top_box'}；请去掉用不到的选项。",
)


class Scoring(NamedTuple):
    """A measure with its cuts: the last answer of detractors and the first of promoters, or the first top answer."""

    measure: Measure
    cuts: tuple[float, ...] = ()
    is_usual: bool = False


def scoring_of(measure: Any, *, cuts: Any = None, top: Any = None) -> Scoring:
    """Read how answers are scored."""
    check_option(measure, _MEASURES, name="measure")
    if (cuts is not None and measure != "nps") or (top is not None and measure != "top_box"):
        raise ValueError(_NO_CUTS())
    if measure == "top_box":
        if top is None:
            raise ValueError(_NEEDS_TOP(setting=Setting("measure", measure)))
        check_number(top, name="top")
        return Scoring(measure, (float(top),))
    if measure == "nps":
        return Scoring(
            measure, tuple(check_ascending(_CUTS if cuts is None else cuts, n_numbers=2, name="cuts")), cuts is None
        )
    return Scoring(measure)


def scores(answers: Floats, scoring: Scoring, *, item: str) -> Floats:
    """The scores of the answers to an item, none of which is missing."""
    if scoring.measure == "mean":
        return answers
    if scoring.measure == "top_box":
        return np.asarray(answers >= scoring.cuts[0], dtype=float)
    if scoring.is_usual:
        wrong = answers[(answers < 0) | (answers > 10) | (answers != np.floor(answers))]
        if wrong.size:
            raise SchemaError(_NOT_NPS(where=Column("answers", item), values=some(np.unique(wrong).tolist())))
    detractor, promoter = scoring.cuts
    return np.asarray((answers >= promoter).astype(float) - (answers <= detractor))


class Samples(NamedTuple):
    """The scores of each group, and how many answers they are."""

    n: npt.NDArray[np.int64]
    scored: Sample

    @property
    def error(self) -> Floats:
        """The standard errors of the means."""
        scored_n = np.asarray(self.scored.n, dtype=float)
        return np.asarray(np.sqrt(np.asarray(self.scored.variance) / np.where(scored_n > 0, scored_n, np.nan)))


def samples_of(read: Answers, item: str, scoring: Scoring, *, cells: tuple[npt.NDArray[np.int64], int]) -> Samples:
    """The scores of an item in each group, by weight."""
    given, (codes, n_cells) = read.items[item].to_numpy(), cells
    known = ~np.isnan(given)
    scored = scores(given[known], scoring, item=item)
    sample = weighted_samples(scored, read.weights[known], codes[known], n_cells)
    if scoring.measure == "mean":
        n = np.asarray(sample.n, dtype=float)
        sample = sample._replace(variance=np.asarray(sample.variance) * n / np.where(n > 1, n - 1, np.nan))
    return Samples(np.bincount(codes[known], minlength=n_cells), sample)


def intervals(sample: Sample, measure: Measure, *, level: float) -> tuple[Floats, Floats]:
    """Intervals of a figure: adjusted Wald's of recommendation, Wilson's of a share, Student's of a mean.

    References
    ----------
    .. [1] Rocks (2016), "Interval Estimation for the 'Net Promoter Score'", *The American Statistician* 70(4).
    """
    n, mean = np.asarray(sample.n, dtype=float), np.asarray(sample.mean, dtype=float)
    if measure == "mean":
        low, high = mean_interval(sample, level=level)
        # Weights of which one counts nearly all leave less than two answers, of which no spread is known.
        return np.where(n < 2, np.nan, low), np.where(n < 2, np.nan, high)
    if measure == "top_box":
        return wilson_interval(np.nan_to_num(mean) * n, n, level=level)
    extremes = np.asarray(sample.variance) + mean**2
    centre = mean * n / (n + _ADDED)
    variance = (extremes * n + 2 * _ADDED_EACH) / (n + _ADDED) - centre**2
    reach = normal_reach(level) * np.sqrt(variance / (n + _ADDED))
    # One answer draws the middle so far in that the interval would not hold the score itself.
    return np.maximum(np.minimum(centre - reach, mean), -1.0), np.minimum(np.maximum(centre + reach, mean), 1.0)
