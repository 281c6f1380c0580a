"""The command `crmkit score`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
import pandas as pd

from crmkit._figures import count, money, share
from crmkit._frames import open_frame, records, to_pandas
from crmkit._messages import Words
from crmkit._names import Language
from crmkit.cli._customers_file import MONETARY_VALUE, check_ending, for_readers, write_customers
from crmkit.cli._master import known_ids
from crmkit.cli._options import JSON, OrderOptions, order_command
from crmkit.cli._order_log import open_orders
from crmkit.cli._output import check_output, output_option, say_path, writing
from crmkit.cli._paths import FilePath
from crmkit.cli._problems import FileError, OptionError
from crmkit.cli._tables import print_json, print_table
from crmkit.cli._texts import TEXTS
from crmkit.customers import customer_summary
from crmkit.segment import read_rfm_rules
from crmkit.views import BaseSegments, base_remarks, base_segments, scored_customers

__all__ = ["score"]

_PRESETS: Final = ("named_11", "chinese_8")
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
    read_rules = _rules_from(rules)
    with open_orders(options) as log:
        transactions = log.transactions(options, as_of=options.as_of).transactions
        ids = None if master is None else known_ids(master, master_id, options, transactions=transactions)
        known = None if ids is None else log.like_rows(ids, name="master")
        summary = customer_summary(transactions, as_of=options.as_of or "", customers=known)
        customers = to_pandas(open_frame(summary, name="customers"))
    customers = customers.sort_values("customer_id", ignore_index=True)
    segments = base_segments(customers, rules=read_rules, with_prospects=ids is not None)
    scored = scored_customers(customers, segments=segments, language=options.language)
    with writing(output):
        write_customers(for_readers(scored, with_monetary_value=with_monetary_value), output)
    for remark in base_remarks(segments.base):
        click.echo(remark.told(options.language, Words()), err=True)
    _say(segments, output, options, n_customers=len(scored), as_json=as_json)


def _rules_from(text: str) -> Any:
    """Give the rules of a preset or of a TOML file."""
    if text in _PRESETS:
        return text
    if not text.endswith(".toml"):
        raise OptionError("rules", rules=text)
    try:
        return read_rfm_rules(Path(text))
    except OSError as error:
        raise FileError("no_rules", file=text, error=error) from error


def _say(segments: BaseSegments, output: Path, options: OrderOptions, *, n_customers: int, as_json: bool) -> None:
    name = f"name_{options.language}"
    if as_json:
        print_json(
            {
                "path": click.format_filename(output.resolve()),
                "as_of": options.as_of,
                "n_customers": n_customers,
                "base": records(segments.base),
                "tiers": records(segments.tiers),
                "rfm_segments": records(segments.rfm_segments),
            }
        )
        return
    say_path(output)
    _print_tiers(segments.tiers, name, options.language)


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
