"""The command `crmkit score`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._figures import count, money, share
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.cli.language import FileError, OptionError, say
from crmkit.cli.options import JSON, MONETARY_VALUE, FilePath, command, order_command, output_option

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Sheet
    from crmkit.cli.reading import OrderOptions
    from crmkit.views import BaseSegments

__all__ = ["score"]

_PRESETS: Final = ("named_11", "chinese_8")
_TIER, _SEGMENT = Label("Tier", "层级"), Label("Segment", "分群")
_HEADS: Final = (
    Label("Customers", "客户数"), Label("Share", "占比"),
    Label("Spend", "消费额"), Label("Share of spend", "消费额占比"),
)  # fmt: skip
_TIERS: Final = Label("Tiers", "客户分层")
_SEGMENTS: Final = Label("RFM segments", "RFM 细分")
_NO_RULES: Final = Message(
    en="--rules must be named_11, chinese_8 or a file that ends in .toml, got {rules}.",
    zh="--rules 须为 named_11、chinese_8 或以 .toml 结尾的文件，得到 {rules}。",
)
_RULES_UNREAD: Final = Message(en="--rules {file} cannot be read: {error}", zh="无法读取 --rules {file}：{error}")


@command()
@order_command(as_of="Last day that counts, such as 2024-12-31. Needed for orders.", needs_as_of=False)
@output_option("customers.xlsx", "File to write: .parquet, .csv or .xlsx.")
@click.option(
    "--rules",
    type=FilePath(),
    default="named_11",
    show_default=True,
    metavar="RULES",
    help="RFM segments: named_11, chinese_8, or a TOML file.",
)
@click.option(
    "--master",
    type=FilePath(),
    metavar="FILE",
    help="All known customers; those without an order are prospects.",
)
@click.option("--master-id", metavar="COLUMN", help="Customers in the master file; guessed from its header.")
@click.option("--spend", metavar="COLUMN", help="Money per customer, where FILE has one row per customer.")
@click.option("--n-orders", metavar="COLUMN", help="Orders per customer, with --spend.")
@click.option("--days-since-last", metavar="COLUMN", help="Days since the customer's last order, with --spend.")
@click.option("--last-order", metavar="COLUMN", help="Day of the last order instead, counted to --as-of.")
@MONETARY_VALUE
@JSON
def score(
    options: OrderOptions,
    output: Path,
    rules: Path,
    master: Path | None,
    master_id: str | None,
    spend: str | None,
    n_orders: str | None,
    days_since_last: str | None,
    last_order: str | None,
    with_monetary_value: bool,
    as_json: bool,
) -> None:
    """Write the customers in FILE, one per row: what they did, RFM scores and segment, tier and why.

    \b
    Examples:
      crmkit score orders.csv --as-of 2024-12-31 --output customers.xlsx
      crmkit score orders.csv --as-of 2024-12-31 --rules chinese_8 --language zh \\
        --master customers.csv --master-id CustomerID --output scored.csv
      crmkit score customers.csv --spend Revenue --n-orders Orders --days-since-last Recency
    """  # noqa: D301
    from crmkit.cli.reading import check_master, open_customers
    from crmkit.cli.writing import check_ending, check_output, for_readers, write_table, writing
    from crmkit.views import base_remarks, base_segments, scored_customers

    totals = {"spend": spend, "n_orders": n_orders, "days_since_last": days_since_last, "last_order": last_order}
    check_ending(output)
    check_master(master, master_id, totals=totals)
    check_output(output, read=[*options.files, *(path for path in (master, rules) if path is not None)])
    read_rules = _read(rules)
    with open_customers(options, totals=totals, master=master, master_id=master_id) as found:
        customers, with_prospects = found.table, found.with_prospects
    segments = base_segments(customers, rules=read_rules, with_prospects=with_prospects)
    scored = scored_customers(customers, segments=segments, language=options.language)
    shown = for_readers(scored, with_monetary_value=with_monetary_value)
    with writing(output):
        write_table(shown, output, sheets=_sheets(shown, segments, options.language))
    for remark in base_remarks(segments.base):
        say(remark, options.language)
    _say(segments, output, options, n_customers=len(scored), as_json=as_json)


def _sheets(shown: pd.DataFrame, segments: BaseSegments, language: Language) -> list[Sheet]:
    from crmkit._workbook import customer_sheet, segment_sheet

    tiers = segments.tiers
    return [
        customer_sheet(shown, language),
        *([] if tiers is None else [segment_sheet(_TIERS.text(language), tiers, language, first=_TIER)]),
        segment_sheet(_SEGMENTS.text(language), segments.rfm_segments, language),
    ]


def _read(rules: Path) -> Any:
    """Return the rules of a preset or of a TOML file."""
    from crmkit.cli.reading import check_file
    from crmkit.segment import read_rfm_rules

    if str(rules) in _PRESETS:
        return str(rules)
    if rules.suffix != ".toml":
        raise OptionError(_NO_RULES(rules=rules))
    check_file(rules, is_orders=False)
    try:
        return read_rfm_rules(rules)
    except OSError as error:
        raise FileError(_RULES_UNREAD(file=rules, error=error)) from error


def _say(segments: BaseSegments, output: Path, options: OrderOptions, *, n_customers: int, as_json: bool) -> None:
    from crmkit._frames import records
    from crmkit.cli.writing import print_json, say_path

    name = f"name_{options.language}"
    if as_json:
        print_json(
            {
                "path": click.format_filename(output.resolve()),
                "as_of": options.as_of,
                "n_customers": n_customers,
                "base": records(segments.base),
                "tiers": None if segments.tiers is None else records(segments.tiers),
                "rfm_segments": records(segments.rfm_segments),
            }
        )
        return
    say_path(output)
    if segments.problem is not None:
        say(segments.problem, options.language)
        _print_segments(segments.rfm_segments, name, head=_SEGMENT, language=options.language)
    else:
        _print_segments(segments.tiers, name, head=_TIER, language=options.language)


def _print_segments(table: pd.DataFrame, name: str, *, head: Label, language: Language) -> None:
    from crmkit.cli.writing import print_table

    cells = zip(
        table[name],
        map(count, table["n_customers"]),
        map(share, table["customer_share"]),
        map(money, table["value"]),
        map(share, table["value_share"]),
        strict=True,
    )
    print_table([label.text(language) for label in (head, *_HEADS)], list(cells))
