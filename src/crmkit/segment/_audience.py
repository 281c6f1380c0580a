"""Lists of customers that leave the house: ids and hashed e-mail addresses of chosen segments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_int, check_option, some
from crmkit._frames import FrameT, collected, column_name, from_pandas, in_memory, listed_names, pandas_series
from crmkit._messages import Column, Message
from crmkit._names import Label
from crmkit._reading import clean_flags
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.segment._texts import made_by_predict

__all__ = ["audience_audit_table", "audience_table"]

Small: TypeAlias = Literal["raise", "drop"]

# One address, not every string that the standard allows: no list, no name or "mailto:" before it.
_ADDRESS: Final = re.compile(r"[^@\s,:;<>()\[\]\"\\]+@[^@\s,:;<>()\[\]\"\\.]+(\.[^@\s,:;<>()\[\]\"\\.]+)+")
_MADE: Final = ("customer_id", "segment", "email_sha256")

_REASONS: Final = {
    "not_chosen": Label("Not in a chosen segment", "不在所选客群"),
    "no_consent": Label("No consent", "未同意"),
    "invalid_email": Label("No valid e-mail address", "邮箱缺失或无效"),
    "duplicate_email": Label("Address already in an earlier row", "邮箱与前面的行重复"),
    "small_cell": Label("In a group that is too small", "所在分组人数过少"),
    "exported": Label("In the list", "在名单中"),
    "given": Label("All rows", "全部行"),
}

_NOT_THERE: Final = Message(
    en="{@segments} names {segments}, which {where} does not hold; it has {got}.",
    zh="{@segments} 中的 {segments} 不在{where}中，其中有 {got}。",
)
_NONE: Final = Message(en="{@segments} must name at least one segment.", zh="{@segments} 须至少列出一个客群。")
_SMALL: Final = Message(
    en="{n} {n:group of customers is|groups of customers are} smaller than {@min_cell} {least}: {cells}. Name fewer "
    "columns in {@columns}, or leave them out with small='drop'.",
    zh="有 {n} 个分组的人数少于 {@min_cell} {least}：{cells}。请减少 {@columns} 中的列，或用 small='drop' 去掉。",
)
_ADDRESSES_LEAVE: Final = Message(
    en="{@columns} names {name!r}: e-mail addresses are exported only as hashes.",
    zh="{@columns} 含有 {name!r}：邮箱只能以哈希值导出。",
)
_TAKEN: Final = Message(
    en="{@columns} names {names}, which the list has already. Rename them.",
    zh="{@columns} 中的 {names} 与名单自有的列重名，请改名。",
)


class _Chosen(NamedTuple):
    """The rows, the hash of each one's address, and why each does or does not leave."""

    rows: pd.DataFrame
    hashes: npt.NDArray[Any]
    reasons: npt.NDArray[Any]
    small: pd.Series[Any]


def audience_table(
    customers: FrameT,
    *,
    segments: Sequence[Any],
    by: str = "segment",
    email: str = "email",
    consent: str = "consent",
    columns: Sequence[str] = (),
    min_cell: int = 20,
    small: Small = "raise",
    customer_id: str = "customer_id",
) -> FrameT:
    """List the customers of chosen segments for an advertising platform or a mailing house, with hashed addresses.

    Addresses are trimmed, put in lower case and hashed with SHA-256, as platforms require. A hash hides an address only
    from those who do not know it, so treat the list as personal data. Only customers who consented are exported, and if
    a customer or an address occurs in several rows, all of them must. Groups so small that people in them could be
    identified are refused or left out.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        A row per customer, with the columns named below.
    segments : sequence
        Labels of the segments to export.
    by : str, default "segment"
        Column of labels, such as ``predict`` of a segmenter gives.
    email : str, default "email"
        Column of e-mail addresses.
    consent : str, default "consent"
        Column of flags; a missing value means no consent.
    columns : sequence of str, default ()
        Further columns to export. No other column is exported.
    min_cell : int, default 20
        Smallest group that may be exported, counted as customers with the same segment and the same values of
        ``columns``; at least 1.
    small : {"raise", "drop"}, default "raise"
        Whether smaller groups are refused, or left out; `audience_audit_table` counts them.
    customer_id : str, default "customer_id"
        Column that identifies the customer.

    Returns
    -------
    the kind of table given
        One row per exported address, in the order given: ``customer_id``, ``segment``, ``email_sha256`` in lower-case
        hexadecimal, then ``columns``.

    Raises
    ------
    SchemaError
        If a column is missing, a flag cannot be read, or a group is too small.
    TypeError
        If ``customers`` is not a frame, or names are not what they should be.
    ValueError
        If ``segments`` is empty or names one that does not occur, ``columns`` names the addresses or a column of the
        list, ``min_cell`` is below 1, or ``small`` is not one of the two.

    See Also
    --------
    audience_audit_table : Counts who leaves and who does not, and why.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "customer_id": [1, 2, 3], "segment": ["core", "core", "ordinary"],
    ...     "email": [" Ann@Example.com", "bo@example.com", "cy@example.com"], "consent": [True, False, True],
    ... })
    >>> audience = audience_table(customers, segments=["core"], min_cell=1)
    >>> audience["email_sha256"].str[:12].tolist()
    ['71d4f55f72fa']
    """
    found = _chosen(customers, segments, by, email, consent, columns, min_cell, customer_id)
    check_option(small, ("raise", "drop"), name="small")
    if len(found.small) and small == "raise":
        cells = some([f"{cell}: {n}" for cell, n in found.small.items()])
        raise SchemaError(_SMALL(n=len(found.small), least=min_cell, cells=cells))
    leaves = np.flatnonzero(found.reasons == "exported")
    rows = found.rows.iloc[leaves]
    table = pd.DataFrame(
        {
            "customer_id": rows[column_name(customer_id, name="customer_id")].to_numpy(),
            "segment": rows[column_name(by, name="by")].astype(object).to_numpy(),
            "email_sha256": found.hashes[leaves],
            **{name: rows[name].array for name in listed_names(columns, name="columns")},
        }
    )
    return from_pandas(table, like=customers)


def audience_audit_table(
    customers: FrameT,
    *,
    segments: Sequence[Any],
    by: str = "segment",
    email: str = "email",
    consent: str = "consent",
    columns: Sequence[str] = (),
    min_cell: int = 20,
    customer_id: str = "customer_id",
) -> FrameT:
    """Count which rows are in the list of `audience_table`, and why the others are not.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As in `audience_table`.
    segments : sequence
        As in `audience_table`.
    by, email, consent : str
        As in `audience_table`.
    columns : sequence of str, default ()
        As in `audience_table`.
    min_cell : int, default 20
        As in `audience_table`.
    customer_id : str, default "customer_id"
        As in `audience_table`.

    Returns
    -------
    the kind of table given
        ``reason``, ``n_rows``, ``name_en``, ``name_zh``. Each row of the customers counts under one reason, the first
        that applies in this order: ``not_chosen``, ``no_consent``, ``invalid_email``, ``duplicate_email`` (an earlier
        row has the address), ``small_cell``, ``exported``. They add up to the last line, ``given``.

    Raises
    ------
    SchemaError, TypeError, ValueError
        As `audience_table` does, but for small groups.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "customer_id": [1, 2, 3], "segment": ["core", "core", "ordinary"],
    ...     "email": [" Ann@Example.com", "bo@example.com", "cy@example.com"], "consent": [True, False, True],
    ... })
    >>> audience_audit_table(customers, segments=["core"], min_cell=1)[["reason", "n_rows"]]
                reason  n_rows
    0       not_chosen       1
    1       no_consent       1
    2    invalid_email       0
    3  duplicate_email       0
    4       small_cell       0
    5         exported       1
    6            given       3
    """
    found = _chosen(customers, segments, by, email, consent, columns, min_cell, customer_id)
    counts = pd.Series(found.reasons, dtype=object).value_counts()
    n_rows = [*(int(counts.get(reason, 0)) for reason in list(_REASONS)[:-1]), len(found.rows)]
    table = pd.DataFrame(
        {
            "reason": list(_REASONS),
            "n_rows": n_rows,
            "name_en": [name.en for name in _REASONS.values()],
            "name_zh": [name.zh for name in _REASONS.values()],
        }
    )
    return from_pandas(table, like=customers)


def _chosen(
    customers: Any,
    segments: Sequence[Any],
    by: str,
    email: str,
    consent: str,
    columns: Sequence[str],
    min_cell: int,
    customer_id: str,
) -> _Chosen:
    named = {"by": by, "email": email, "consent": consent, "customer_id": customer_id}
    label, address, agreed, who = (column_name(value, name=name) for name, value in named.items())
    further, wanted = listed_names(columns, name="columns"), listed_names(segments, name="segments")
    check_int(min_cell, name="min_cell", low=1)
    if not wanted:
        raise ValueError(_NONE())
    if address in further:
        raise ValueError(_ADDRESSES_LEAVE(name=address))
    if taken := [name for name in further if name in _MADE]:
        raise ValueError(_TAKEN(names=taken))
    needed = list(dict.fromkeys([who, label, address, agreed, *further]))
    opened = in_memory(open_columns(customers, needed, name="customers", made_by=made_by_predict()))
    flags = clean_flags(opened, agreed, where=Column("customers", agreed))
    yes = pandas_series(collected(flags)[agreed]).to_numpy(dtype=np.float64, na_value=np.nan) == 1
    given = collected(opened.select(*needed))
    rows = pd.DataFrame({name: pandas_series(given[name]).reset_index(drop=True) for name in needed})
    labels = rows[label].astype(object)
    there = [str(each) for each in labels.dropna().unique()]
    if lacking := [each for each in wanted if each not in there]:
        where = Column("customers", label)
        raise ValueError(_NOT_THERE(segments=some(lacking), where=where, got=some(there)))
    addresses = (
        rows[address].astype(object).where(rows[address].notna(), "").map(lambda text: str(text).strip().lower())
    )
    # Signs that nobody sees would make another hash.
    valid = addresses.map(lambda text: text.isprintable() and bool(_ADDRESS.fullmatch(text))).to_numpy(dtype=bool)
    # One no, of a customer or for an address, is a no for all rows that have the same.
    person, agreement = pd.factorize(rows[who])[0], pd.Series(yes)
    yes &= agreement.groupby(addresses).transform("all").to_numpy(dtype=bool) | ~valid
    yes &= agreement.groupby(person).transform("all").to_numpy(dtype=bool) | (person < 0)
    chosen = labels.map(str).isin(wanted).to_numpy(dtype=bool) & labels.notna().to_numpy(dtype=bool)
    open_rows = chosen & yes & valid
    first = np.zeros(len(rows), dtype=bool)
    at = np.flatnonzero(open_rows)
    first[at] = ~addresses.iloc[at].duplicated().to_numpy(dtype=bool)
    keys = [labels.map(str), *(rows[name].astype(object) for name in further)]
    leaving = pd.concat(keys, axis=1, keys=range(len(keys)))[first]
    # Two addresses of one customer are one customer.
    people = pd.Series(person[first], index=leaving.index).groupby([leaving[key] for key in leaving], dropna=False)
    sizes, per_row = people.nunique(), people.transform("nunique").to_numpy(dtype=np.int64)
    small = first.copy()
    small[first] = per_row < min_cell
    reasons = np.select(
        [~chosen, ~yes, ~valid, ~first, small],
        ["not_chosen", "no_consent", "invalid_email", "duplicate_email", "small_cell"],
        default="exported",
    )
    hashes = np.array([sha256(text.encode()).hexdigest() for text in addresses], dtype=object)
    return _Chosen(rows, hashes, reasons, sizes[sizes < min_cell])
