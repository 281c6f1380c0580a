"""The command `crmkit score`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
import pandas as pd

from crmkit._figures import count, money, share
from crmkit._frames import open_frame, records, to_pandas
from crmkit._names import Language
from crmkit.cli._customers_file import MONETARY_VALUE, check_ending, for_readers, write_customers
from crmkit.cli._master import known_ids
from crmkit.cli._options import JSON, OrderOptions, order_command
from crmkit.cli._order_log import open_orders
from crmkit.cli._output import check_output, output_option, say_path, writing
from crmkit.cli._paths import FilePath
from crmkit.cli._problems import OptionError
from crmkit.cli._scored import Scored, rules_from, scored_customers
from crmkit.cli._tables import print_json, print_table
from crmkit.cli._texts import TEXTS
from crmkit.customers import customer_summary
from crmkit.report._base import base_said

__all__ = ["score"]

_HEADS: Final = ("tier", "n_customers", "customer_share", "spend", "spend_share")


@click.command()
@order_command(as_of="Last day that counts, such as 2024-12-31.", needs_as_of=True)
@output_option("customers.xlsx", "File to write: .parquet, .csv or .xlsx.")
@click.option(
    "--rules",
    type=FilePath(path_type=str),
    default="named_11",
    show_default=True,
    metavar="RULES",
    help="RFM segments: named_11, chinese_8, or a TOML file.",
)
@click.option(
    "--master",
    type=FilePath(path_type=Path),
    metavar="FILE",
    help="All customers known; those without an order are prospects.",
)
@click.option("--master-id", metavar="COLUMN", help="Customers in the master file; guessed from its header.")
@MONETARY_VALUE
@JSON
def score(
    options: OrderOptions,
    output: Path,
    rules: str,
    master: Path | None,
    master_id: str | None,
    with_monetary_value: bool,
    as_json: bool,
) -> None:
    """Write the customers in FILE, one per row: what they did, RFM scores and segment, tier and why.

    \b
    Examples:
      crmkit score orders.csv --as-of 2024-12-31 --output customers.xlsx
      crmkit score orders.csv --as-of 2024-12-31 --rules chinese_8 --language zh \\
        --master customers.csv --master-id CustomerID --output scored.csv
    """  # noqa: D301
    check_ending(output)
    if master is None and master_id is not None:
        raise OptionError("master_alone")
    check_output(output, read=[path for path in (options.file, master, Path(rules)) if path is not None])
    read_rules = rules_from(rules)
    with open_orders(options) as log:
        transactions = log.transactions(options, as_of=options.as_of).transactions
        ids = None if master is None else known_ids(master, master_id, options, transactions=transactions)
        known = None if ids is None else log.like_rows(ids, name="master")
        summary = customer_summary(transactions, as_of=options.as_of or "", customers=known)
        customers = to_pandas(open_frame(summary, name="customers"))
    scored = scored_customers(customers, rules=read_rules, with_prospects=ids is not None, language=options.language)
    with writing(output):
        write_customers(for_readers(scored.table, with_monetary_value=with_monetary_value), output)
    for sentence in base_said(scored.base, options.language):
        click.echo(sentence, err=True)
    _say(scored, output, options, as_json=as_json)


def _say(scored: Scored, output: Path, options: OrderOptions, *, as_json: bool) -> None:
    name = f"name_{options.language}"
    if as_json:
        print_json(
            {
                "path": click.format_filename(output.resolve()),
                "as_of": options.as_of,
                "n_customers": len(scored.table),
                "base": records(scored.base),
                "tiers": records(scored.tiers),
                "rfm_segments": records(scored.segments),
            }
        )
        return
    say_path(output)
    _print_tiers(scored.tiers, name, options.language)


def _print_tiers(tiers: pd.DataFrame, name: str, language: Language) -> None:
    cells = zip(
        tiers[name],
        map(count, tiers["n_customers"]),
        map(share, tiers["customer_share"]),
        map(money, tiers["value"]),
        map(share, tiers["value_share"]),
        strict=True,
    )
    print_table([TEXTS[head].text(language) for head in _HEADS], list(cells))
