"""The customers of a campaign as they came out of it, read for the checks of its assignment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import collected, column_name, listed_names, to_pandas
from crmkit._grouping import check_labels, label_names, labels_of
from crmkit._messages import Column, Message
from crmkit._reading import clean_ids
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError
from crmkit.loyalty.campaigns._arms import HOLDOUT, Arms
from crmkit.loyalty.campaigns._covariates import MISSING_LABEL, read_covariates
from crmkit.loyalty.campaigns._other_campaigns import touched_elsewhere

__all__ = ["Assigned", "read_assigned"]

_MADE_BY: Final = "assign_arms"
_BETWEEN: Final = ", "

_NO_ROWS: Final = Message(
    en="{@assigned} has no customers in the arms planned.", zh="{@assigned} 在计划的各组中没有任何客户。"
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. A check that leaves rows out would not see "
    "what it looks for.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。略去这些行，检查就看不到要找的问题。",
)
_UNPLANNED: Final = Message(
    en="{where} has the arms {got}, which are not in {@arms}: {planned}. Name all arms with their shares.",
    zh="{where}中的分组 {got} 不在 {@arms}（{planned}）之内。请列出全部分组及占比。",
)
_SEVERAL: Final = Message(
    en="{@assigned} has the campaigns {names}. Check one at a time; the others go into {@others}.",
    zh="{@assigned} 含有多个活动 {names}。请逐个检查，其余活动放入 {@others}。",
)
_UNLIKE: Final = Message(
    en="{@assigned} has customers whose rows differ in {column!r}, such as {ids}. Leave one row of each.",
    zh="{@assigned} 中有客户的多行在 {column!r} 上不一致，例如 {ids}。请各留一行。",
)


class Assigned(NamedTuple):
    """Of each customer in one arm: the place of the arm, that of the stratum, and what was known before.

    Optional columns are None where nothing was given to make them of.
    """

    control: str
    arm: npt.NDArray[np.int64]
    stratum: npt.NDArray[np.int64]
    stratum_names: list[str]
    covariates: Floats
    covariate_names: list[str]
    n_several: int
    contacted: npt.NDArray[np.bool_] | None
    in_holdout: npt.NDArray[np.bool_] | None
    holdout_contacted: npt.NDArray[np.bool_] | None
    elsewhere: npt.NDArray[np.bool_] | None


def read_assigned(
    assigned: Any,
    arms: Arms,
    *,
    strata: Any,
    covariates: Any,
    contacted: str | None,
    holdout: Any,
    others: Any,
) -> Assigned:
    """Read what the checks look at; customers in several arms are counted and left out."""
    by = [] if strata is None else label_names(strata, name="strata")
    known = list(dict.fromkeys(listed_names(covariates, name="covariates")))
    rows = _opened(assigned, arms, by=by, known=known, contacted=contacted, timed=others is not None)
    n_arms = rows.groupby("customer_id")["arm"].transform("nunique").to_numpy()
    n_several = rows.loc[n_arms > 1, "customer_id"].nunique()
    every = rows[n_arms == 1]
    rows = every.drop_duplicates("customer_id")
    _check_alike(every, rows, [*by, *known])
    held = (rows["arm"] == HOLDOUT).to_numpy()
    was_contacted = None if contacted is None else rows["__contacted"].to_numpy(dtype=bool)
    inside = rows[~held].reset_index(drop=True)
    if inside.empty:
        raise SchemaError(_NO_ROWS())
    columns = read_covariates(inside, known, table="assigned")
    stratum, stratum_names = _strata(inside, by)
    return Assigned(
        control=arms.names[0],
        arm=pd.Index(arms.names).get_indexer(pd.Index(inside["arm"])).astype(np.int64),
        stratum=stratum,
        stratum_names=stratum_names,
        covariates=np.column_stack(list(columns.values())) if columns else np.zeros((len(inside), 0)),
        covariate_names=list(columns),
        n_several=int(n_several),
        contacted=None if was_contacted is None else was_contacted[~held],
        in_holdout=None if holdout is None else inside["customer_id"].isin(_ids_of(holdout, "holdout")).to_numpy(),
        holdout_contacted=was_contacted[held] if was_contacted is not None and held.any() else None,
        elsewhere=None
        if others is None
        else inside["customer_id"].isin(touched_elsewhere(every[every["arm"] != HOLDOUT], others)).to_numpy(),
    )


def _opened(
    assigned: Any, arms: Arms, *, by: Sequence[str], known: Sequence[str], contacted: str | None, timed: bool
) -> pd.DataFrame:
    """The columns looked at in pandas, ids as text; refuse rows of which it is not known who is in which arm."""
    asked = ["customer_id", "arm", *by, *known, *(["date", "window_days"] if timed else [])]
    flagged = [] if contacted is None else [column_name(contacted, name="contacted")]
    opened = open_columns(assigned, [*asked, *flagged], name="assigned", made_by=_MADE_BY)
    there = opened.collect_schema().names()
    frame = collected(opened.select(*dict.fromkeys([*asked, *flagged, *(["campaign"] if "campaign" in there else [])])))
    check_labels(frame, ["arm", *by, *known], table="assigned")
    for name, kind in (("date", "day"), ("window_days", "count")) if timed else ():
        check_kind(frame, name, kind, where=Column("assigned", name), made_by="as_contacts")  # type: ignore[arg-type]
    for name in flagged:
        check_kind(frame, name, "flag", where=Column("assigned", name), made_by=_MADE_BY)
    frame = collected(clean_ids(frame, "customer_id", where=Column("assigned", "customer_id")))
    rows = to_pandas(frame)
    for name in ("customer_id", "arm", *flagged):
        if (missing := np.flatnonzero(rows[name].isna())).size:
            raise SchemaError(_MISSING(where=Column("assigned", name), n=missing.size, rows=some(missing.tolist())))
    rows["customer_id"], rows["arm"] = rows["customer_id"].map(str), rows["arm"].astype(object)
    if unplanned := sorted({*rows["arm"].unique()} - {*arms.names, HOLDOUT}, key=str):
        raise SchemaError(_UNPLANNED(where=Column("assigned", "arm"), got=unplanned, planned=arms.names))
    if "campaign" in rows and len(rows["campaign"].unique()) > 1:
        raise SchemaError(_SEVERAL(names=some(rows["campaign"].unique())))
    for name in flagged:
        rows["__contacted"] = (rows[name].astype(float) > 0).groupby(rows["customer_id"]).transform("max")
    return rows


def _check_alike(every: pd.DataFrame, first: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise where what is compared depends on which of the rows of a customer is taken."""
    if len(every) == len(first):
        return
    for name in names:
        texts = every[name].astype(object).where(every[name].notna(), None).map(repr)
        unlike = texts.groupby(every["customer_id"]).transform("nunique") > 1
        if unlike.any():
            raise SchemaError(_UNLIKE(column=name, ids=some(sorted(every.loc[unlike, "customer_id"].unique()))))


def _strata(rows: pd.DataFrame, by: Sequence[str]) -> tuple[npt.NDArray[np.int64], list[str]]:
    if not by:
        return np.zeros(len(rows), dtype=np.int64), []
    found = labels_of(rows, by)
    texts = [[_text(label) for label in found.groups[name]] for name in by]
    return found.codes, [_BETWEEN.join(each) for each in zip(*texts, strict=True)]


def _ids_of(table: Any, name: str) -> pd.Series[Any]:
    """Customers of another table, as text."""
    opened = open_columns(table, ["customer_id"], name=name, made_by=_MADE_BY)
    ids = collected(
        clean_ids(collected(opened.select("customer_id")), "customer_id", where=Column(name, "customer_id"))
    )
    return to_pandas(ids.filter(~nw.col("customer_id").is_null()))["customer_id"].map(str)


def _text(label: Any) -> str:
    return MISSING_LABEL if pd.isna(label) else str(label)
