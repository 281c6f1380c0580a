"""Each customer's value beside that of others: all, their segment, their peers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int, check_turnover
from crmkit._frames import (
    FrameT,
    column_name,
    from_pandas,
    give_table,
    is_engine,
    listed_names,
    pandas_series,
)
from crmkit._grouping import check_labels, label_name
from crmkit._messages import Column, Message
from crmkit._stats import mid_rank, robust_scale
from crmkit._tables import check_each_once, finite_columns, open_columns
from crmkit.value.profit._peers import peers_of, scaled_features

__all__ = ["relative_value_table"]

_NAME: Final = "customers"

_ENGINE: Final = Message(
    en="{@customers} must be a table in memory, got {kind}: an engine's rows have no order. Collect it first.",
    zh="{@customers} 须为内存中的表，得到 {kind}：引擎中的行没有顺序，请先读入内存。",
)
_SELF: Final = Message(
    en="{@peer_features} has {value!r}, which is compared: everybody would be like their peers. Leave it out.",
    zh="{@peer_features} 含有被比较的 {value!r}：那样每位客户都会与同类客户相近，请去掉。",
)
_NO_FEATURES: Final = Message(
    en="{@peer_features} is empty. Name columns, or leave it out.", zh="{@peer_features} 为空。请给出列名，或不给此项。"
)


class _Beside(NamedTuple):
    """What customers are compared with, and where they stand."""

    reference: Floats
    percentile: Floats
    z: Floats
    scale: npt.NDArray[np.object_]
    n: npt.NDArray[np.int64]

    @classmethod
    def nothing(cls, n: int) -> _Beside:
        reference, percentile, z = (np.full(n, np.nan) for _ in range(3))
        return cls(reference, percentile, z, np.full(n, None, dtype=object), np.zeros(n, dtype=np.int64))


def relative_value_table(
    customers: FrameT,
    *,
    value: str,
    by: str | None = None,
    peer_features: Sequence[str] | None = None,
    n_peers: int = 30,
) -> FrameT:
    r"""Compare each customer's value with all customers, with their segment, and with the customers most like them.

    .. math:: z = \frac{x - \text{median}}{1.4826 \, \text{MAD}}

    where the MAD is the median of the absolute distances from the median. Unlike a standard deviation, it is not
    inflated by a few large customers.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        A row per customer, with ``customer_id`` and the columns named. If there is ``n_orders``, customers with 0 are
        prospects and take no part in any comparison.
    value : str
        The column that is compared, such as spend or profit.
    by : str, optional
        A column of segments.
    peer_features : sequence of str, optional
        Columns of numbers that say which customers are alike; not ``value`` itself. Each counts on its own robust
        scale.
    n_peers : int, default 30
        Peers of each customer, at least 1: the nearest ones, and all others at the same distance as the last of them.

    Returns
    -------
    the kind of frame given
        For each customer, in the order given, a row per reference: "mean" and "median" of all, with ``by`` "segment"
        (its median, the customer included), with ``peer_features`` "peers" (their median, the customer excluded).

        - ``customer_id``; ``value``; ``reference``; ``reference_value``.
        - ``ratio`` of value to reference, missing where the reference is not above 0; ``difference``.
        - ``percentile`` among those of the reference, in [0, 1]: the share below plus half of those equal.
        - ``robust_z``, missing where nothing differs, and in a segment of one; ``scale``, by which it is measured:
          "mad", or "iqr" (quartiles) where more than half of the values are equal and the MAD is 0.
        - ``n_reference``, how many there are in the reference.

        Customers without a value, segment or feature have no figures in the rows that need it.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, a number is infinite, a customer is there twice, or the
        features tell customers so little apart that somebody has more than 10,000 peers.
    TypeError
        If ``customers`` is not a table in memory, or columns are not named as they should be.
    ValueError
        If ``n_peers`` is below 1, or ``peer_features`` are none or have ``value`` among them.

    References
    ----------
    .. [1] Rousseeuw and Croux (1993), "Alternatives to the Median Absolute Deviation", *Journal of the American
       Statistical Association* 88(424).

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"customer_id": list("abcde"), "spend": [1.0, 2, 3, 4, 100]})
    >>> beside = relative_value_table(customers, value="spend")
    >>> shown = ["customer_id", "value", "reference_value", "percentile", "robust_z"]
    >>> beside.loc[beside["reference"] == "median", shown].round(2)
      customer_id  value  reference_value  percentile  robust_z
    1           a    1.0              3.0         0.1     -1.35
    3           b    2.0              3.0         0.3     -0.67
    5           c    3.0              3.0         0.5      0.00
    7           d    4.0              3.0         0.7      0.67
    9           e  100.0              3.0         0.9     65.43
    """
    column = column_name(value, name="value")
    features = None if peer_features is None else listed_names(peer_features, name="peer_features")
    check_int(n_peers, name="n_peers", low=1)
    if features is not None and not features:
        raise ValueError(_NO_FEATURES())
    if features is not None and column in features:
        raise ValueError(_SELF(value=column))
    label = None if by is None else label_name(by)
    needed = ["customer_id", column, *([] if label is None else [label])]
    rows = open_columns(customers, needed, name=_NAME, made_by="customer_summary")
    if is_engine(rows) or not isinstance(rows, nw.DataFrame):
        raise TypeError(_ENGINE(kind=type(customers).__name__))
    check_each_once(rows, name=_NAME)
    found = finite_columns(customers, [column, *(features or [])], name=_NAME)
    x = found[column]
    known = ~np.isnan(x)
    if "n_orders" in rows.collect_schema().names():
        known &= finite_columns(customers, ["n_orders"], name=_NAME)["n_orders"] != 0
    with np.errstate(over="ignore"):
        check_turnover(float(np.abs(x[known]).sum()), where=Column(_NAME, column))
    of_all = _among(x, known)
    middle = of_all._replace(reference=np.where(known, x[known].mean() if known.any() else np.nan, np.nan))
    besides = {"mean": middle, "median": of_all}
    if label is not None:
        check_labels(rows, [label], table=_NAME)
        besides["segment"] = _in_segments(x, known, pd.factorize(pandas_series(rows[label]))[0])
    if features is not None:
        points = np.column_stack([found[name] for name in features])
        besides["peers"] = _among_peers(x, known & ~np.isnan(points).any(axis=1), points, n_peers=n_peers)
    return _given(rows, x, besides, like=customers)


def _among(x: Floats, there: npt.NDArray[np.bool_]) -> _Beside:
    """Beside all that are there; the others have no figures."""
    beside = _Beside.nothing(len(x))
    if not there.any():
        return beside
    own = x[there]
    found = robust_scale(own)
    beside.reference[there], beside.percentile[there] = found.middle, mid_rank(own)
    beside.z[there] = (own - found.middle) / found.scale
    beside.scale[there] = _name_of(found.scale, found.by_mad)
    beside.n[there] = len(own)
    return beside


def _in_segments(x: Floats, known: npt.NDArray[np.bool_], codes: npt.NDArray[np.int64]) -> _Beside:
    beside = _Beside.nothing(len(x))
    there = np.flatnonzero(known & (codes >= 0))
    order = there[np.argsort(codes[there], kind="stable")]
    for rows in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
        own = _among(x[rows], np.ones(len(rows), dtype=bool))
        for kept, made in zip(beside, own, strict=True):
            kept[rows] = made
    return beside


def _among_peers(x: Floats, there: npt.NDArray[np.bool_], features: Floats, *, n_peers: int) -> _Beside:
    beside = _Beside.nothing(len(x))
    at = np.flatnonzero(there)
    if not at.size:
        return beside
    own = x[at]
    for customers, peers in peers_of(scaled_features(features[at]), n_peers=n_peers):
        rows, n = at[customers], peers.shape[1]
        if not n or not len(rows):
            continue
        values, mine = own[peers], own[customers][:, None]
        found = robust_scale(values)
        beside.reference[rows] = found.middle
        beside.percentile[rows] = (values < mine).mean(axis=1) + (values == mine).mean(axis=1) / 2
        beside.z[rows] = (mine[:, 0] - found.middle) / found.scale
        beside.scale[rows] = _name_of(found.scale, found.by_mad)
        beside.n[rows] = n
    return beside


def _name_of(scale: Any, by_mad: Any) -> Any:
    """What a scale is measured by."""
    named = np.where(by_mad, "mad", "iqr").astype(object)
    return np.where(np.isnan(scale), np.array(None, dtype=object), named)


def _given(rows: nw.DataFrame[Any], x: Floats, besides: dict[str, _Beside], *, like: FrameT) -> FrameT:
    """Put the references of each customer below one another, in the caller's kind of frame."""
    n, k = len(x), len(besides)
    every = {name: np.column_stack([getattr(each, name) for each in besides.values()]) for name in _Beside._fields}
    reference, mine = every["reference"].ravel(), np.repeat(x, k)
    table = pd.DataFrame(
        {
            "value": mine,
            "reference": np.tile(np.array(list(besides), dtype=object), n),
            "reference_value": reference,
            "ratio": mine / np.where(reference > 0, reference, np.nan),
            "difference": mine - reference,
            "percentile": every["percentile"].ravel(),
            "robust_z": every["z"].ravel(),
            "scale": every["scale"].ravel(),
            "n_reference": every["n"].ravel(),
        }
    )
    ids = rows.select("customer_id")[np.repeat(np.arange(n), k)]
    native: Any = ids.to_native()
    if isinstance(native, pd.DataFrame):
        return give_table(nw.from_native(pd.concat([native.reset_index(drop=True), table], axis=1)), like=like)
    made: Any = nw.from_native(from_pandas(table, like=native))
    return give_table(ids.with_columns(*(made[name] for name in made.columns)), like=like)
