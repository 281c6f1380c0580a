"""Weights that make respondents look like all customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._checks import check_int, is_number, some
from crmkit._frames import FrameT, as_name, give_back, in_memory, open_as_given, with_values
from crmkit._messages import Column, Message
from crmkit.errors import ConvergenceError, SchemaError
from crmkit.loyalty.satisfaction._answers import read_answers

__all__ = ["raked_answers"]

_CLOSE: Final = 1e-10

_NO_TARGETS: Final = Message(
    en="{@targets} must map columns to the share or number of customers of each label, each above 0, got {value!r}.",
    zh="{@targets} 须从列名映射到各标签的客户占比或人数（均大于 0），得到 {value!r}。",
)
_EMPTY: Final = Message(
    en="{where} has no respondents in {labels}, which {@targets} names: nobody can stand for them. Put the group "
    "together with another one.",
    zh="{where}中没有 {labels} 的受访者，而 {@targets} 指定了该组，无人可以代表。请与其他组合并。",
)
_UNKNOWN: Final = Message(
    en="{where} has respondents in {labels}, for which {@targets} has no share. Add it, or leave them out.",
    zh="{where}中有 {labels} 的受访者，而 {@targets} 未给出其占比。请补充，或去掉这些受访者。",
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}. Give them a label of their own with a share in {@targets}, or leave "
    "them out.",
    zh="{where}有 {n:,} 行缺失。请为其设一个标签并在 {@targets} 中给出占比，或去掉这些行。",
)
_APART: Final = Message(
    en="After {n:,} rounds the shares still differ from {@targets} by up to {gap:.2g}, most in {where}: the targets "
    "contradict one another among these respondents. Put groups together, or leave a column out.",
    zh="经过 {n:,} 轮迭代，占比与 {@targets} 的差距仍达 {gap:.2g}，差距最大的是{where}：这些目标在现有受访者中"
    "相互矛盾。请合并分组，或去掉一列。",
)
_NO_ORDER: Final = Message(
    en="{@answers} is a frame of an engine, whose rows have no order. Bring it into memory first.",
    zh="{@answers} 是引擎中的表，其行没有顺序。请先读入内存。",
)


def raked_answers(answers: FrameT, *, targets: Mapping[str, Mapping[Any, float]], max_rounds: int = 1000) -> FrameT:
    """Weight respondents so that each column has the shares that all customers have: raking, against non-response.

    It starts from the weights that are there. Column after column, the weights of each label are multiplied by its
    share among the customers over that among the respondents, until all hold at once. This mends what the columns tell
    of who answered, and nothing else.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table
        As `crmkit.as_answers` makes them, with the columns of ``targets``.
    targets : mapping of str to mapping of label to float
        For each column, such as ``group``, the share or the number of all customers with each label, above 0.
    max_rounds : int, default 1000
        Rounds over all columns after which raking gives up, at least 1.

    Returns
    -------
    the kind of frame given
        The table with ``weight`` changed, all adding up to as much as before. Rows keep their order, and on pandas
        their index.

    Raises
    ------
    SchemaError
        If there are no rows, a column is missing, a weight is not above 0, a label of ``targets`` has no respondents,
        or a respondent no label, or one that ``targets`` lacks.
    TypeError
        If ``answers`` is not a frame in memory, or ``targets`` not a mapping of mappings.
    ValueError
        If a target is not a number above 0, or ``max_rounds`` is out of range.
    ConvergenceError
        If no weights meet all targets.

    References
    ----------
    .. [1] Deming and Stephan (1940), "On a Least Squares Adjustment of a Sampled Frequency Table When the Expected
       Marginal Totals Are Known", *Annals of Mathematical Statistics* 11(4).

    Examples
    --------
    >>> from crmkit import as_answers, make_answers
    >>> survey, truth, population = make_answers(n_invited=5000, n_waves=1, random_state=3)
    >>> answers = as_answers(survey, items=["recommend"], scale=(0, 10), missing=[99], group="group")
    >>> raked = raked_answers(answers, targets={"group": dict(zip(population["group"], population["share"]))})
    >>> raked.groupby("group")["weight"].sum().div(len(raked)).round(3).to_dict()
    {'new': 0.5, 'regular': 0.3, 'vip': 0.2}
    >>> raked.groupby("group")["weight"].first().round(3).to_dict()
    {'new': 1.709, 'regular': 0.842, 'vip': 0.57}
    """
    check_int(max_rounds, name="max_rounds", low=1)
    shares = _shares(targets)
    frame = in_memory(open_as_given(answers, name="answers"))
    if not isinstance(frame, nw.DataFrame):
        raise TypeError(_NO_ORDER())
    read = read_answers(answers, [], by=list(shares))
    margins = [_margin(read.labels.groups[name].iloc[read.labels.codes], name, of) for name, of in shares.items()]  # type: ignore[union-attr]
    total = read.weights.sum()
    weights = _raked(read.weights / total, margins, list(shares), max_rounds=max_rounds)
    return give_back(with_values(frame, "weight", weights * total), like=answers)


def _shares(targets: Any) -> dict[str, dict[Any, float]]:
    if not isinstance(targets, Mapping) or not targets or not all(isinstance(of, Mapping) for of in targets.values()):
        raise TypeError(_NO_TARGETS(value=targets))
    if not all(of and all(is_number(each) and each > 0 for each in of.values()) for of in targets.values()):
        raise ValueError(_NO_TARGETS(value={name: dict(of) for name, of in targets.items()}))
    named = {as_name(name): of for name, of in targets.items()}
    return {name: {label: each / sum(of.values()) for label, each in of.items()} for name, of in named.items()}


def _margin(labels: Any, name: str, shares: Mapping[Any, float]) -> tuple[npt.NDArray[np.int64], Floats]:
    """The place of each respondent's label among those of a target, and their shares."""
    where = Column("answers", name)
    if n := int(labels.isna().sum()):
        raise SchemaError(_MISSING(where=where, n=n))
    places = {label: place for place, label in enumerate(shares)}
    codes = np.array([places.get(label, -1) for label in labels], dtype=np.int64)
    if (codes < 0).any():
        unknown = dict.fromkeys(label for label, code in zip(labels, codes, strict=True) if code < 0)
        raise SchemaError(_UNKNOWN(where=where, labels=some(unknown)))
    if empty := [label for label, place in places.items() if place not in set(codes.tolist())]:
        raise SchemaError(_EMPTY(where=where, labels=some(empty)))
    return codes, np.array(list(shares.values()))


def _raked(
    weights: Floats, margins: Sequence[tuple[npt.NDArray[np.int64], Floats]], names: Sequence[str], *, max_rounds: int
) -> Floats:
    for _ in range(max_rounds):
        for codes, shares in margins:
            weights = weights * (shares / np.bincount(codes, weights, len(shares)))[codes]
        gaps = [np.abs(np.bincount(codes, weights, len(shares)) - shares).max() for codes, shares in margins]
        if max(gaps) < _CLOSE:
            return weights
    worst = int(np.argmax(gaps))
    raise ConvergenceError(_APART(n=max_rounds, gap=float(gaps[worst]), where=Column("answers", names[worst])))
