"""The public data sets of the field, read from the wheel of the package lifetimes."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

import pandas as pd

from crmkit._messages import Message

__all__ = ["load_cdnow", "load_donations"]

_NO_BOOL: Final = Message(
    en="{@full} must be True (master file) or False (1/10 sample), got {value!r}.",
    zh="{@full} 须为 True（完整文件）或 False（十分之一样本），得到 {value!r}。",
)
_NO_FILE: Final = Message(
    en="The data file {file!r} comes with the package lifetimes, which is not installed or lacks it. Install it with: "
    "pip install 'crmkit[data]'",
    zh="数据文件 {file!r} 随 lifetimes 包提供，而该包未安装或缺少此文件。请安装：pip install 'crmkit[data]'",
)


def load_cdnow(*, full: bool = False) -> pd.DataFrame:
    """Read the CDNOW order log, raw.

    The 23,570 people who bought at the online shop CDNOW for the first time in
    the first quarter of 1997, with all their orders from 1997-01-01 to
    1998-06-30. Nothing is cleaned: a customer may have several rows a day (the
    file has neither order numbers nor refunds) and some amounts are 0.

    Parameters
    ----------
    full : bool, default False
        False gives the 1/10 sample that the literature uses: 6,919 rows of 2,357
        customers, 244,091.94 USD. True gives the master file: 69,659 rows of
        23,570 customers.

    Returns
    -------
    pandas.DataFrame
        One row per order, by customer, then date; no value is missing.

        - ``customer_id`` (int64): 1 to 2,357 in the sample, 1 to 23,570 in the
          master file. The two number the customers differently.
        - ``date`` (datetime64[us]): day of the order, naive midnight.
        - ``quantity`` (int64): compact discs bought, at least 1.
        - ``amount`` (float64): value of the order in USD, at least 0.

    Raises
    ------
    TypeError
        If ``full`` is not a bool.
    ModuleNotFoundError
        If the package lifetimes, whose wheel carries the files, is not installed: ``pip install 'crmkit[data]'``.

    References
    ----------
    .. [1] Fader and Hardie, "Forecasting repeat sales at CDNOW: a case study",
       Interfaces 31 (3, part 2), 2001, S94-S107.
    .. [2] Fader and Hardie, "Notes on the CDNOW master data set", 2013,
       http://brucehardie.com/notes/026/.

    Examples
    --------
    >>> load_cdnow().head(3)
       customer_id       date  quantity  amount
    0            1 1997-01-01         2   29.33
    1            1 1997-01-18         2   29.73
    2            1 1997-08-02         1   14.96
    """
    if not isinstance(full, bool):
        raise TypeError(_NO_BOOL(value=full))
    sample_columns = ["master_id", "customer_id", "date", "quantity", "amount"]
    raw = pd.read_csv(
        _bundled_file("CDNOW_master.txt" if full else "CDNOW_sample.txt"),
        sep=r"\s+",
        header=None,
        skiprows=1 if full else 0,
        names=sample_columns[1:] if full else sample_columns,
        dtype={"customer_id": "int64", "date": "str", "quantity": "int64", "amount": "float64"},
    )
    day = pd.to_datetime(raw["date"], format="%Y%m%d").astype("datetime64[us]")
    return raw.assign(date=day)[["customer_id", "date", "quantity", "amount"]]


def load_donations() -> pd.DataFrame:
    """Read the yearly donations of the 1995 cohort of a charity, as the 22 cells of the BG/BB model.

    11,104 people gave for the first time in 1995. In each of the six years 1996
    to 2001 they gave again or did not.

    Returns
    -------
    pandas.DataFrame
        One row per distinct history, 22 rows, all columns int64, none missing.

        - ``n_transactions``: years with a gift after 1995, 0 to 6.
        - ``last_transaction``: number of the last year with a gift (1 is 1996);
          0 where there was none.
        - ``n_opportunities``: years in which a gift was possible, 6 in every row.
        - ``n_customers``: donors with this history; they add up to 11,104.

    Raises
    ------
    ModuleNotFoundError
        If the package lifetimes, whose wheel carries the file, is not installed: ``pip install 'crmkit[data]'``.

    References
    ----------
    .. [1] Fader, Hardie and Shang, "Customer-base analysis in a discrete-time
       noncontractual setting", Marketing Science 29 (6), 2010, 1086-1108.

    Examples
    --------
    >>> load_donations().head(3)
       n_transactions  last_transaction  n_opportunities  n_customers
    0               0                 0                6         3464
    1               1                 1                6         1091
    2               1                 2                6          277
    """
    return pd.read_csv(
        _bundled_file("donations.csv"),
        header=None,
        skiprows=1,
        names=["n_transactions", "last_transaction", "n_opportunities", "n_customers"],
        dtype="int64",
    )


def _bundled_file(name: str) -> Path:
    """Find a data file of lifetimes without importing it: it needs the retired pkg_resources."""
    try:
        path = Path(str(distribution("lifetimes").locate_file(f"lifetimes/datasets/{name}")))
    except PackageNotFoundError as error:
        raise ModuleNotFoundError(_NO_FILE(file=name), name="lifetimes") from error
    if not path.is_file():
        raise ModuleNotFoundError(_NO_FILE(file=name), name="lifetimes")
    return path
