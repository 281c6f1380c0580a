"""Customers under contract: renewals from durations, and what was known after some of them."""

from __future__ import annotations

from typing import Any, Final, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import Day, check_int
from crmkit._frames import FrameT, from_pandas, give_back, in_memory, open_as_given, rows_like
from crmkit._messages import Message
from crmkit._tables import CONTRACTS, check_values, float_columns
from crmkit.errors import SchemaError
from crmkit.loyalty.survival._elapsed import Length
from crmkit.loyalty.survival._person_periods import check_periods, rows_of_durations, spans_of

__all__ = ["contracts_from_durations", "contracts_until", "read_contracts"]

_LATE: Final = Message(
    en="{@durations} holds customers who came into sight late ({entry} above 0): models of contracts need those seen "
    "from their start. Leave the others out.",
    zh="{@durations} 中有后来才进入视野的客户（{entry} 大于 0），而合同模型须自开始即被观察。请去掉这些客户。",
)
_NO_TENURE: Final = Message(
    en="{@contracts} has no row with a contract, so there is no curve.",
    zh="{@contracts} 中没有任何合同，无从画出曲线。",
)


def contracts_from_durations(durations: FrameT, *, freq: Length | None, as_of: Day | None = None) -> FrameT:
    """Count in renewals how long customers stayed, as the models of `crmkit.value.contracts` take it.

    Parameters
    ----------
    durations : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `subscription_durations` makes it, of customers seen from their start.
    freq : {"D", "W", "M", "Q", "Y"} or None
        The time from one renewal to the next, by the calendar; None where durations are numbers of renewals.
    as_of : date or ISO text
        With ``freq``: the last day that counts, as in `person_period_table`.

    Returns
    -------
    the kind of frame given
        One row per spell, in the order given: ``customer_id``; ``tenure``, the number of the renewal at which the
        customer was lost, or of the last one survived; ``churned``. A loss between two renewals counts at the next.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, ``as_of`` is later than the durations, or somebody came
        into sight late.
    TypeError
        If ``durations`` is not a frame.
    ValueError
        If ``freq`` is not one of those listed, or ``as_of`` is missing or not a date.

    Examples
    --------
    >>> import pandas as pd
    >>> durations = pd.DataFrame({
    ...     "customer_id": [1, 2], "start": pd.to_datetime(["2024-01-31", "2024-01-31"]),
    ...     "duration": [60.0, 75.0], "observed": [True, False],
    ... })
    >>> contracts_from_durations(durations, freq="M", as_of="2024-04-15")
       customer_id  tenure  churned
    0            1       2     True
    1            2       2    False
    """
    check_periods(freq, as_of, None)
    rows = rows_of_durations(durations, dated=freq is not None, carried=[])
    if (rows["entry"] > 0).any():
        raise SchemaError(_LATE(entry="entry"))
    spans = spans_of(rows, freq=freq, as_of=as_of)
    begun = spans.last >= 0
    table = pd.DataFrame(
        {
            "customer_id": rows["customer_id"].array,
            "tenure": np.maximum(spans.last, 0),
            "churned": spans.ended & (spans.last > 0),
        }
    )
    return from_pandas(table[begun].reset_index(drop=True), like=durations)


def contracts_until(contracts: FrameT, *, renewal: int) -> FrameT:
    """Return contracts as they were known after a renewal, for a fit whose forecasts of later ones can be judged.

    Parameters
    ----------
    contracts : pandas, Polars or PyArrow table
        As `contracts_from_durations` or `crmkit.value.contracts.contract_table` makes it.
    renewal : int
        The number of the last renewal that was known, at least 1.

    Returns
    -------
    the kind of frame given
        The rows and columns given. Who was lost later, or survived more renewals, survived ``renewal``.

    Raises
    ------
    SchemaError
        If a column is missing or holds an impossible value.
    TypeError
        If ``contracts`` is not a frame, or ``renewal`` not a whole number.
    ValueError
        If ``renewal`` is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> contracts_until(pd.DataFrame({"tenure": [1, 4, 5], "churned": [True, True, False]}), renewal=3)
       tenure  churned
    0       1     True
    1       3    False
    2       3    False
    """
    check_int(renewal, name="renewal", low=1)
    tenure, churned, _ = read_contracts(contracts)
    until = np.minimum(tenure, renewal)
    known = {
        "tenure": until if np.isnan(until).any() else until.astype(np.int64),
        "churned": churned & ~(tenure > renewal),
    }
    made: Any = nw.from_native(cast("Any", rows_like(known, like=contracts)))
    rows = in_memory(open_as_given(contracts, name="contracts"))
    return give_back(rows.with_columns(*(in_memory(made)[name] for name in known)), like=contracts)


def read_contracts(contracts: Any) -> tuple[Floats, Any, Floats]:
    """Read the columns of a table of contracts: tenures, whether lost, customers of each row."""
    values = float_columns(contracts, CONTRACTS, CONTRACTS.required, name="contracts", where_given=["n_customers"])
    check_values(values, CONTRACTS, name="contracts")
    tenure = values["tenure"]
    if np.isnan(tenure).all():
        raise SchemaError(_NO_TENURE())
    return tenure, values["churned"] == 1, values.get("n_customers", np.ones(len(tenure)))
