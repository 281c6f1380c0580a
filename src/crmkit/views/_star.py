"""A customer base as tables for Power BI, Tableau and the like: facts and dimensions that whole-number keys join."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from crmkit._checks import Day, as_day
from crmkit._frames import open_frame, to_pandas
from crmkit._tables import TRANSACTIONS, open_table
from crmkit._writing import replacing
from crmkit.customers import customer_summary
from crmkit.segment import SCHEMES
from crmkit.views._scored import base_segments

__all__ = ["star_tables", "write_star_tables"]

_SATURDAY: Final = 6


def star_tables(transactions: Any, *, as_of: Day, rules: Any = "named_11") -> dict[str, pd.DataFrame]:
    """Give a customer base as tables that business intelligence tools join by keys: orders, and what describes them.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them. Those after ``as_of`` are left out.
    as_of : date or ISO text
        The last day that counts.
    rules : {"named_11", "chinese_8"} or dict, default "named_11"
        Of the RFM segments, as `crmkit.segment.RFMSegmenter` takes them.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``orders``: a customer on a day, with ``order_key``, ``customer_key``, ``date_key``, ``n_orders`` (0 on a day
        that is not a purchase day), ``amount`` (net), ``is_first_day`` (the day of their first purchase).
        ``customers``: one row each, with ``customer_key``, the columns of `crmkit.customer_summary`, ``r_score``,
        ``f_score``, ``m_score``, ``segment_key`` and ``tier_key`` (missing where nobody has revenue).
        ``dates``: every day of the years with transactions, with ``date_key`` (20241231), ``date``, ``year``,
        ``quarter`` (1 to 4), ``month`` (1 to 12), ``month_start``, ``week_start`` (Monday), ``weekday`` (Monday is 1),
        ``is_weekend`` and ``is_after_last_day`` (after ``as_of``).
        ``segments`` (of RFM) and ``tiers``: ``segment_key`` or ``tier_key``, the best 1, ``code``, ``name_en``,
        ``name_zh``. Keys of customers, in the order of their ids, hold within one export.

    Raises
    ------
    SchemaError
        If a column is missing, there is no row up to ``as_of``, or nobody ordered.
    TypeError
        If ``transactions`` is not a frame, or ``rules`` of the wrong kind.
    ValueError
        If ``as_of`` is not a date or, in memory, lies before the first transaction, or the rules do not put every score
        into exactly one segment.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.views import star_tables
    >>> star = star_tables(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> {name: len(table) for name, table in star.items()}
    {'orders': 6696, 'customers': 2357, 'dates': 730, 'segments': 12, 'tiers': 4}
    >>> orders = star["orders"].merge(star["customers"], on="customer_key").merge(star["tiers"], on="tier_key")
    >>> orders.groupby("name_en")["amount"].sum().round(2)
    name_en
    Core customers         107678.90
    Important customers     68178.73
    Ordinary customers      68234.31
    Name: amount, dtype: float64
    """
    last = as_day(as_of, name="as_of")
    native = open_table(transactions, TRANSACTIONS).to_native()
    customers = to_pandas(open_frame(customer_summary(native, as_of=last), name="customers"))
    customers = customers.sort_values("customer_id", ignore_index=True)
    customers.insert(0, "customer_key", range(1, len(customers) + 1))
    customers, segments = _segmented(customers, rules)
    rows = to_pandas(open_frame(native, name="transactions").select("customer_id", "date", "n_orders", "amount"))
    orders = _orders(rows[rows["date"] <= pd.Timestamp(last)], customers)
    return {
        "orders": orders.drop(columns="date"),
        "customers": customers,
        "dates": _dates(orders["date"], last),
        "segments": _levels(segments, "segment_key"),
        "tiers": _levels(_tiers(), "tier_key"),
    }


def write_star_tables(tables: Mapping[str, pd.DataFrame], folder: str | Path) -> list[Path]:
    """Write tables as Parquet files, each named after its table, into a folder that is made if need be.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        As `star_tables` gives them.
    folder : str or Path
        Files in it that have these names are replaced, each completely or not at all; others are left alone.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    OSError
        If the folder cannot be made or a file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.views import star_tables, write_star_tables
    >>> star = star_tables(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> with TemporaryDirectory() as folder:
    ...     sorted(path.name for path in write_star_tables(star, folder))
    ['customers.parquet', 'dates.parquet', 'orders.parquet', 'segments.parquet', 'tiers.parquet']
    """
    place = Path(folder)
    place.mkdir(exist_ok=True)
    paths = []
    for name, table in tables.items():
        path = place / f"{name}.parquet"
        with replacing(path) as file:
            table.to_parquet(file, index=False)
        paths.append(path)
    return paths


def _segmented(customers: pd.DataFrame, rules: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The customers with scores and the keys of their segment and tier; and the segments."""
    found = base_segments(customers, rules=rules)
    rfm, tiers = found.rfm_segmenter, found.tier_segmenter
    segments = rfm.segments_.rename(columns={"segment": "code"})[["code", "name_en", "name_zh"]]
    scores = rfm.scorer_.transform(customers)
    keyed = customers.assign(**{str(name): scores[name].astype("Int64") for name in scores.columns})
    keyed["segment_key"] = _keys(rfm.predict(customers), list(segments["code"]))
    labels = pd.Series(pd.NA, index=customers.index) if tiers is None else tiers.predict(customers)
    keyed["tier_key"] = _keys(labels, list(_tiers()["code"]))
    return keyed, segments.reset_index(drop=True)


def _tiers() -> pd.DataFrame:
    names = SCHEMES["tier"].names
    rows = [(code, name.en, name.zh) for code, name in names.items()]
    return pd.DataFrame(rows, columns=["code", "name_en", "name_zh"])


def _keys(labels: pd.Series[Any], codes: list[str]) -> pd.Series[Any]:
    """The place of each label among the codes, from 1."""
    places = {code: place for place, code in enumerate(codes, start=1)}
    return labels.astype(object).map(places).astype("Int64")


def _levels(levels: pd.DataFrame, key: str) -> pd.DataFrame:
    levels = levels.copy()
    levels.insert(0, key, range(1, len(levels) + 1))
    return levels


def _orders(rows: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """A row per customer and day, in the order of customers and days, with keys; and the day."""
    known = customers[["customer_id", "customer_key", "first_order"]]
    orders = rows.merge(known, on="customer_id", how="left", validate="many_to_one")
    orders = orders.sort_values(["customer_key", "date"], ignore_index=True)
    return pd.DataFrame(
        {
            "order_key": range(1, len(orders) + 1),
            "customer_key": orders["customer_key"],
            "date_key": _date_keys(orders["date"]),
            "date": orders["date"],
            "n_orders": orders["n_orders"],
            "amount": orders["amount"],
            "is_first_day": orders["date"] == orders["first_order"],
        }
    )


def _date_keys(days: pd.Series[Any]) -> pd.Series[Any]:
    keys: pd.Series[Any] = days.dt.year * 10_000 + days.dt.month * 100 + days.dt.day
    return keys.astype("int64")


def _dates(days: pd.Series[Any], last: datetime) -> pd.DataFrame:
    """Whole years, as the functions of time in these tools need them."""
    first = days.min()
    dates = pd.Series(pd.date_range(f"{first.year:04d}-01-01", f"{last.year:04d}-12-31").astype("datetime64[us]"))
    return pd.DataFrame(
        {
            "date_key": _date_keys(dates),
            "date": dates,
            "year": dates.dt.year,
            "quarter": dates.dt.quarter,
            "month": dates.dt.month,
            "month_start": dates.dt.to_period("M").dt.start_time.astype("datetime64[us]"),
            "week_start": dates - pd.to_timedelta(dates.dt.day_of_week, unit="D"),
            "weekday": dates.dt.day_of_week + 1,
            "is_weekend": dates.dt.day_of_week + 1 >= _SATURDAY,
            "is_after_last_day": dates > pd.Timestamp(last),
        }
    )
