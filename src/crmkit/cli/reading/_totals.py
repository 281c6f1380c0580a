"""A file with one row per customer: orders, spend and recency ready, instead of orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from crmkit._messages import Message
from crmkit._tables import CUSTOMERS
from crmkit.cli.language import OptionError
from crmkit.cli.reading._described import described_column
from crmkit.cli.reading._files import open_table
from crmkit.cli.reading._guess import found_id
from crmkit.cli.reading._left_out import LeftOut, say_left_out
from crmkit.cli.reading._naming import ABSENT
from crmkit.cli.reading._options import ROLES, OrderOptions
from crmkit.cli.reading._order_log import CHUNK_ROWS
from crmkit.customers import as_customers, audit_customers
from crmkit.labels import LABELS

__all__ = ["check_no_orders", "customers_of_totals"]

_ALL_THREE: Final = Message(
    en="A file with one row per customer needs --spend, --n-orders, and --days-since-last or --last-order; missing: "
    "{missing}.",
    zh="每行一位客户的文件须给出 --spend、--n-orders，以及 --days-since-last 或 --last-order；缺少 {missing}。",
)
_FOR_ORDERS: Final = Message(
    en="{options} is for orders; a file with one row per customer has none. Leave it out.",
    zh="{options} 只用于订单，而该文件每行是一位客户。请去掉该选项。",
)


def customers_of_totals(
    options: OrderOptions, totals: Mapping[str, str | None], *, keep: Sequence[str] = ()
) -> pd.DataFrame:
    """Read the customers of a file whose columns of totals were named; rows that cannot be used are said."""
    recency = totals["days_since_last"] or totals["last_order"]
    needed = {"--spend": totals["spend"], "--n-orders": totals["n_orders"], "--days-since-last": recency}
    missing = [option for option, column in needed.items() if not column]
    if missing:
        raise OptionError(_ALL_THREE(missing=", ".join(missing)))
    check_no_orders(options)
    with open_table(options.file, options.reading) as table:
        named = options.columns["customer_id"] or None
        customer_id = found_id(table.columns, named, file=options.file, language=options.language)
        columns = {"customer_id": customer_id, **totals}
        keep = [name for name in keep if name not in CUSTOMERS]
        absent = [column for column in (*columns.values(), *keep) if column and column not in table.columns]
        if absent:
            raise OptionError(ABSENT(file=options.file, missing=absent, columns=table.columns))
        rows = pd.concat([chunk.rows for chunk in table.chunks([customer_id], CHUNK_ROWS)], ignore_index=True)
    rows = rows.assign(**{name: described_column(rows[name]) for name in keep})
    given: dict[str, Any] = {
        **columns,
        "as_of": options.as_of,
        "date_format": options.date_format,
        "time_zone": options.time_zone,
        "decimal": options.decimal,
        "currency_sign": options.currency_sign,
    }
    if options.invalid == "drop":
        _say_left_out(audit_customers(rows, **given), options)
    return as_customers(rows, invalid=options.invalid, keep=keep, **given)


def check_no_orders(options: OrderOptions) -> None:
    """Refuse options that say something about orders, for a file with one row per customer."""
    for option, value in _of_orders(options).items():
        if value:
            raise OptionError(_FOR_ORDERS(options=option))


def _of_orders(options: OrderOptions) -> dict[str, Any]:
    """The options that say something about orders, with what was given."""
    columns = {f"--{role.replace('_', '-')}": options.columns[role] for role in ROLES if role != "customer_id"}
    return columns | {
        "--merge-ids": options.merge_ids,
        "--rates": options.rates,
        "--status-counts": options.counts,
        "--returns drop": options.returns == "drop",
    }


def _say_left_out(audit: pd.DataFrame, options: OrderOptions) -> None:
    counts = audit.set_index("reason")["n_rows"]
    found = [
        LeftOut(reason, int(counts[reason]))
        for reason in counts.index
        if counts[reason] and reason not in ("no_order", "kept", "given")
    ]
    say_left_out(found, LABELS["customer_reason"], options.language, given=int(counts["given"]))
