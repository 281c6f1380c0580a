"""How many ids of an order log a crosswalk makes one, and a draft of such a crosswalk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._reading import clean_ids, open_rows, read_merged_ids
from crmkit.transactions._damaged_ids import form_of, problem_of

__all__ = ["audit_merge_ids", "draft_merge_ids"]

_ID: Final = "__crmkit_customer_id"
_SHOWN: Final = 5


def audit_merge_ids(orders: FrameT, *, merge_ids: IntoFrame, customer_id: str = "customer_id") -> FrameT:
    """Count the ids of an order log, those that a crosswalk changes, and what is left of them.

    Parameters
    ----------
    orders : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A table with a column of customer ids, such as an order log.
    merge_ids : table of any kind
        The crosswalk, as in `as_transactions`.
    customer_id : str, default "customer_id"
        Column of customer ids.

    Returns
    -------
    the kind of frame given
        ``ids``: "given", the different ids of the orders; "changed", those of them that become another; "left", the
        different ids after that; "absent", ids of the crosswalk's ``customer_id`` that the orders do not hold.
        ``n_ids``; ``examples``, up to five of those that are changed or absent, else empty.

    Raises
    ------
    SchemaError
        If the column is missing, there are no rows, ids are of mixed kinds, or ``merge_ids`` is not a crosswalk, goes
        round in a circle or gives an id two to become.
    TypeError
        If ``orders`` is not a frame.

    See Also
    --------
    draft_merge_ids : A crosswalk to begin with.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({"customer_id": ["12346", "12346.0", "ann@x.com", "B7"]})
    >>> crosswalk = pd.DataFrame({
    ...     "customer_id": ["12346.0", "ann@x.com", "cy@x.com"], "merged_id": ["12346", "B7", "C9"],
    ... })
    >>> audit_merge_ids(orders, merge_ids=crosswalk)
           ids  n_ids                           examples
    0    given      4
    1  changed      2  12346.0 → 12346, ann@x.com → B7
    2     left      2
    3   absent      1                           cy@x.com
    """
    found = _counted(orders, customer_id)["id"].tolist()
    merged = read_merged_ids(merge_ids)
    if not merged.are_whole or any(isinstance(each, str) for each in found):
        merged, found = merged.as_text(), [str(each) for each in found]
    changed = sorted(each for each in found if each in merged.becomes)
    absent = sorted(set(merged.named).difference(found))
    lines = [
        ("given", len(found), ""),
        ("changed", len(changed), _shown([f"{each} → {merged.becomes[each]}" for each in changed])),
        ("left", len({merged.becomes.get(each, each) for each in found}), ""),
        ("absent", len(absent), _shown(absent)),
    ]
    table = pd.DataFrame(lines, columns=["ids", "n_ids", "examples"])
    return from_pandas(table.astype({"ids": object, "n_ids": "int64", "examples": object}), like=orders)


def draft_merge_ids(orders: FrameT, *, customer_id: str = "customer_id") -> FrameT:
    """Draft a crosswalk of the ids that are written in several ways, to be looked through and given as ``merge_ids``.

    Ids with decimals become whole (12346.0 becomes 12346); of ids that differ only in case, spaces or full width, all
    become the one with the most rows, of equals the first in their order. What a spreadsheet cut off cannot be found
    again, and a placeholder stands for many: neither is in the draft.

    Parameters
    ----------
    orders : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A table with a column of customer ids, such as an order log.
    customer_id : str, default "customer_id"
        Column of customer ids.

    Returns
    -------
    the kind of frame given
        One row per id that becomes another: ``customer_id``, ``merged_id``, and ``problem``, "decimal" or "alike", as
        in `damaged_id_table`. No row where ids are whole numbers.

    Raises
    ------
    SchemaError
        If the column is missing, there are no rows, or ids are of mixed kinds.
    TypeError
        If ``orders`` is not a frame.

    See Also
    --------
    damaged_id_table : All ids that look damaged, counted.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({"customer_id": ["Ann@x.com", "ann@x.com", "ann@x.com", "12346.0"]})
    >>> draft_merge_ids(orders)
      customer_id  merged_id  problem
    0     12346.0      12346  decimal
    1   Ann@x.com  ann@x.com    alike
    """
    counted = _counted(orders, customer_id)
    texts = counted[counted["id"].map(lambda each: isinstance(each, str)).astype(bool)]
    texts = texts.sort_values(["n", "id"], ascending=[False, True], ignore_index=True)
    problems = texts["id"].map(problem_of)
    whole = [(each, each.replace(",", ".").split(".")[0], "decimal") for each in texts["id"][problems == "decimal"]]
    sound = texts["id"][problems.isna()]
    kept = sound.groupby(sound.map(form_of).to_numpy(), sort=False).transform("first")
    alike = [(each, first, "alike") for each, first in zip(sound, kept, strict=True) if each != first]
    table = pd.DataFrame(sorted([*whole, *alike]), columns=["customer_id", "merged_id", "problem"], dtype=object)
    return from_pandas(table, like=orders)


def _counted(orders: object, customer_id: str) -> pd.DataFrame:
    """The different ids and how many rows each has."""
    rows = open_rows(orders, {_ID: customer_id}, table="orders").cleaned(clean_ids, _ID)
    ids = rows.frame.filter(~nw.col(_ID).is_null()).group_by(_ID).agg(nw.len().alias("n"))
    found = to_pandas(ids)
    return pd.DataFrame({"id": found[_ID].astype(object), "n": found["n"].astype("int64")})


def _shown(ids: Sequence[Any]) -> str:
    return ", ".join(map(str, ids[:_SHOWN]))
