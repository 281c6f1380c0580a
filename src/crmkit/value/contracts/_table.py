"""The table of contracts: how many renewals each customer has survived, or at which they were lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import from_pandas_beside
from crmkit._messages import Message
from crmkit._tables import CONTRACTS, check_values, float_columns

__all__ = ["Contracts", "contract_table", "read_contracts"]

_NO_SURVIVORS: Final = Message(
    en="{@survivors} must be numbers of customers, got {value!r}.", zh="{@survivors} 须为客户数，得到 {value!r}。"
)
_TOO_FEW: Final = Message(
    en="{@survivors} must be at least two numbers, the first at the start, got {value!r}.",
    zh="{@survivors} 须至少有两个数，第一个为期初客户数，得到 {value!r}。",
)
_IMPOSSIBLE: Final = Message(
    en="{@survivors} must be finite and not below 0, got {got}.",
    zh="{@survivors} 须为有限且不小于 0 的数，得到 {got}。",
)
_RISING: Final = Message(
    en="{@survivors} must never rise, got more than before at renewals {at}. Count one cohort, and nobody who joined "
    "later.",
    zh="{@survivors} 不得上升，第 {at} 次续约时多于之前。请只统计同一批客户，不含后来加入者。",
)


@dataclass(frozen=True)
class Contracts:
    """Rows of a table of contracts.

    Attributes
    ----------
    tenure : array
        Renewal at which lost, or last one survived; ``nan`` where missing.
    churned : array of bool
        Whether lost.
    n : array
        Customers of the row.
    """

    tenure: Floats
    churned: npt.NDArray[np.bool_]
    n: Floats

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Whether there was a contract at all."""
        return ~np.isnan(self.tenure)


def contract_table(survivors: Any) -> Any:
    """Turn the survivors of a cohort, renewal by renewal, into the table that contract models are fitted on.

    Parameters
    ----------
    survivors : list, NumPy array, or pandas, Polars or PyArrow column of float
        Customers at the start, then after the first renewal, the second, and so on; never more than before. Shares or
        percentages give the same estimates but wrong standard errors and likelihoods: multiply them by the cohort's
        size first.

    Returns
    -------
    the kind of frame that goes with the column given, pandas for lists and arrays
        ``tenure``, ``churned``, ``n_customers``: a row for each renewal with those lost at it, then one for those who
        survived the last. To fit several cohorts together, concatenate their tables.

    Raises
    ------
    TypeError
        If ``survivors`` holds anything but numbers.
    ValueError
        If there are fewer than two, or one is missing, infinite, below 0 or above the one before.

    References
    ----------
    .. [1] Fader and Hardie (2007), "How to Project Customer Retention", *Journal of Interactive Marketing* 21(1),
       76-90, table 1, for the form in which such data are published.

    Examples
    --------
    >>> contract_table([1000, 631, 468])
       tenure  churned  n_customers
    0       1     True        369.0
    1       2     True        163.0
    2       2    False        468.0
    """
    counts = _counts(survivors)
    last = len(counts) - 1
    table = pd.DataFrame(
        {
            "tenure": [*range(1, last + 1), last],
            "churned": [True] * last + [False],
            "n_customers": np.append(-np.diff(counts), counts[-1]),
        }
    )
    return from_pandas_beside(table, column=survivors)


def read_contracts(customers: Any) -> Contracts:
    """Read and check the columns of a table of contracts."""
    values = float_columns(customers, CONTRACTS, CONTRACTS.required, where_given=["n_customers"])
    check_values(values, CONTRACTS)
    tenure = values["tenure"]
    return Contracts(tenure, values["churned"] == 1, values.get("n_customers", np.ones(len(tenure))))


def _counts(survivors: Any) -> Floats:
    try:
        counts = np.array(survivors, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(_NO_SURVIVORS(value=survivors)) from error
    if counts.ndim != 1 or len(counts) < 2:
        raise ValueError(_TOO_FEW(value=survivors))
    if not (np.isfinite(counts) & (counts >= 0)).all():
        raise ValueError(_IMPOSSIBLE(got=some(counts.tolist())))
    if (np.diff(counts) > 0).any():
        at = (np.flatnonzero(np.diff(counts) > 0) + 1).tolist()
        raise ValueError(_RISING(at=some(at)))
    return counts
