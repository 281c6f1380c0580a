"""Who is in which arm of a campaign, the same whenever and wherever it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_columns, check_fraction, some
from crmkit._frames import Coded, FrameT, collected, give_back, is_engine, open_frame, pandas_series, rows_like
from crmkit._grouping import check_labels, label_names, labels_of
from crmkit._messages import Column, Message, Parameter
from crmkit._reading import clean_ids
from crmkit.errors import SchemaError
from crmkit.loyalty.campaigns._arms import HOLDOUT, Arms, planned_arms
from crmkit.loyalty.campaigns._positions import as_positions, as_texts, hashed

__all__ = ["assign_arms"]

_MADE_BY: Final = "customer_summary"
_MADE: Final = ("customer_id", "campaign", "arm", "treated")

_NO_TEXT: Final = Message(
    en="{name} must be a text that is not empty, got {value!r}.", zh="{name} 须为非空文本，得到 {value!r}。"
)
_IN_ENGINE: Final = Message(
    en="{@customers} is {kind}, which cannot work out the hash. Collect the ids first; a million take a few seconds.",
    zh="{@customers} 是 {kind}，其中无法计算哈希。请先将客户编号读入内存，一百万个只需几秒。",
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Leave these rows out.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。请去掉这些行。",
)
_TWICE: Final = Message(
    en="{where} has {n:,} {n:customer|customers} more than once, first at rows {rows}. Give one row per customer.",
    zh="{where}中有 {n:,} 位客户重复出现，最先见于行 {rows}。每位客户只能有一行。",
)
_TAKEN: Final = Message(
    en="{@strata} names {names}, which the result has too. Rename the column.",
    zh="{@strata} 中的 {names} 与结果表的列重名，请改名。",
)


def assign_arms(
    customers: FrameT,
    *,
    campaign: str,
    key: str,
    arms: Mapping[str, float],
    control: str,
    holdout_share: float = 0.0,
    strata: str | Sequence[str] | None = None,
) -> FrameT:
    """Assign customers to the arms of a campaign by a keyed hash of their ids.

    Without ``strata`` the arm of a customer depends on their id, the campaign, the key and the shares, and on nothing
    else: not on the other customers, the order of the rows, the kind of frame or the machine. Nobody has to keep a
    list, newcomers move nobody, and two campaigns are independent of each other.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        One row per customer, ``customer_id`` among its columns.
    campaign : str
        The name of the campaign.
    key : str
        A secret of yours, the same in all campaigns. Without it nobody can work out who will be in which arm.
    arms : mapping of str to float
        The share of customers planned for each arm; the shares add up to 1. Their order does not matter.
    control : str
        The arm that is not contacted.
    holdout_share : float, default 0.0
        Share of all customers whom no campaign contacts, from 0 to below 1. They are the same in every campaign with
        this key, whatever its name; a larger share holds those of a smaller one.
    strata : str or sequence of str, optional
        Columns of labels, such as region. In each stratum every arm gets its share exactly, rounded to whole customers.

    Returns
    -------
    the kind of frame given
        One row per row of ``customers``; on pandas with their index.

        ``customer_id``
            The customer, as whole numbers or text.
        ``campaign``
            Its name.
        ``arm``
            Their arm; "holdout" for those whom no campaign contacts.
        ``treated``
            Whether they are to be contacted: false in the control group and in the holdout.

        Then the columns of ``strata``. With the outcomes beside it, and without the holdout, `crmkit.as_contacts` takes
        the table.

    Raises
    ------
    SchemaError
        If a column is missing or of a type that cannot be used, an id is missing, or a customer has several rows.
    TypeError
        If ``customers`` is not a table in memory, or ``arms`` or ``strata`` is not as above.
    ValueError
        If the shares do not add up to 1, ``control`` is not among the arms, an arm is called "holdout", a text is
        empty, a share is out of range, or a column of ``strata`` has a name of the result's.

    See Also
    --------
    sample_size_table : How many customers it takes.
    assignment_check_table : Whether what came of it is what was planned.

    Notes
    -----
    The id enters as its text in UTF-8, so 17 and "17" are one customer and "017" is another; spaces around it do not
    count. The hash is BLAKE2b, its key made of ``key`` and the name of the campaign; its first 53 bits are a position
    from 0 to 1. The control group takes the positions from 0, the other arms follow in the order of their names. So
    more control keeps all who are in it, and in a campaign with two arms moves customers in one direction only.

    With ``strata`` the customers of a stratum are ranked by their hash and the ranks are divided. The counts are exact,
    and each customer still has the planned chance of each arm; but newcomers shift the ranks, and those near an edge
    change arms. Assign once and keep the table, or leave ``strata`` out, where chance makes an arm of n customers
    larger or smaller by about the square root of n.

    References
    ----------
    .. [1] Saarinen and Aumasson (2015), "The BLAKE2 Cryptographic Hash and Message Authentication Code (MAC)",
       RFC 7693.
    .. [2] Kohavi, Tang and Xu (2020), *Trustworthy Online Controlled Experiments*, sections 4 and 23.

    Examples
    --------
    >>> import pandas as pd
    >>> base = pd.DataFrame({"customer_id": [17, 18, 19, 20]})
    >>> assign_arms(base, campaign="spring", key="a secret", arms={"none": 0.5, "email": 0.5}, control="none")
       customer_id campaign    arm  treated
    0           17   spring   none    False
    1           18   spring  email     True
    2           19   spring  email     True
    3           20   spring   none    False
    """
    planned = planned_arms(arms, control=control)
    check_fraction(holdout_share, name="holdout_share", low_open=False)
    for name, text in (("campaign", campaign), ("key", key)):
        if not isinstance(text, str) or not text.strip():
            raise ValueError(_NO_TEXT(name=Parameter(name), value=text))
    by = [] if strata is None else label_names(strata, name="strata")
    if taken := [name for name in by if name in _MADE]:
        raise ValueError(_TAKEN(names=taken))
    rows = _opened(customers, by)
    texts = as_texts(rows["customer_id"])
    hashes = hashed(texts, key=key, purpose=f"campaign {campaign}")
    held = np.zeros(len(texts), dtype=bool)
    if holdout_share:
        held = as_positions(hashed(texts, key=key, purpose="holdout")) < holdout_share
    position = _positions_in_strata(hashes, _strata(rows, by), held) if by else as_positions(hashes)
    return _table(rows, planned, position, held, campaign=campaign, strata=by, like=customers)


def _opened(customers: Any, strata: Sequence[str]) -> nw.DataFrame[Any]:
    """The ids, as whole numbers or text, each once, and the columns of strata."""
    frame = open_frame(customers, name="customers")
    if is_engine(frame):
        raise TypeError(_IN_ENGINE(kind=type(customers).__name__))
    rows = collected(frame)
    check_columns(rows.columns, ["customer_id", *strata], name="customers", made_by=_MADE_BY)
    check_labels(rows, strata, table="customers")
    where = Column("customers", "customer_id")
    rows = collected(clean_ids(rows.select("customer_id", *strata), "customer_id", where=where))
    ids = rows["customer_id"]
    if (missing := np.flatnonzero(ids.is_null().to_numpy())).size:
        raise SchemaError(_MISSING(where=where, n=missing.size, rows=some(missing.tolist())))
    if (twice := np.flatnonzero(pandas_series(ids).duplicated(keep=False))).size:
        n = pandas_series(ids).iloc[twice].nunique()
        raise SchemaError(_TWICE(where=where, n=n, rows=some(twice.tolist())))
    return rows


def _strata(rows: nw.DataFrame[Any], by: Sequence[str]) -> npt.NDArray[np.int64]:
    return labels_of(pd.DataFrame({name: pandas_series(rows[name]).array for name in by}), by).codes


def _positions_in_strata(
    hashes: npt.NDArray[np.uint64], strata: npt.NDArray[np.int64], held: npt.NDArray[np.bool_]
) -> Floats:
    """Ranks in the stratum, evenly spread from 0 to 1 and shifted by chance: counts are off by less than one."""
    position = np.zeros(len(hashes))
    at = np.flatnonzero(~held)
    order = at[np.lexsort((hashes[at], strata[at]))]
    starts = np.flatnonzero(np.append(True, np.diff(strata[order]) != 0)[: len(order)])
    sizes = np.diff(np.append(starts, len(order)))
    rank = np.arange(len(order)) - np.repeat(starts, sizes)
    if len(order):
        # All hashes of the stratum together are as good as another draw: who ranks where tells nothing of them.
        shift = as_positions(np.bitwise_xor.reduceat(hashes[order], starts))
        position[order] = (rank + np.repeat(shift, sizes)) / np.repeat(sizes, sizes)
    return position


def _table(
    rows: nw.DataFrame[Any],
    arms: Arms,
    position: Floats,
    held: npt.NDArray[np.bool_],
    *,
    campaign: str,
    strata: Sequence[str],
    like: FrameT,
) -> FrameT:
    code = np.searchsorted(arms.thresholds, position, side="right")
    code = np.where(held, len(arms.names), code).astype(np.intp)
    made = rows_like(
        {
            "campaign": Coded([campaign], np.zeros(len(code), dtype=np.intp)),
            "arm": Coded([*arms.names, HOLDOUT], code),
            "treated": (code > 0) & ~held,
        },
        like=rows.to_native(),
    )
    found = nw.from_native(made, eager_only=True)
    given = [rows[name] for name in strata]
    columns = [rows["customer_id"], *(found[name] for name in found.columns), *given]
    return give_back(columns[0].to_frame().with_columns(*columns[1:]), like=like)
