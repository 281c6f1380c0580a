"""The command `crmkit campaign assign`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._messages import Message
from crmkit._names import Label
from crmkit.cli.campaigns._arms import Shares
from crmkit.cli.kpis import CONTACTS
from crmkit.cli.language import OptionError, say
from crmkit.cli.options import JSON, Number, Values, command, order_command, output_option

if TYPE_CHECKING:
    from crmkit.cli.reading import OrderOptions

__all__ = ["assign"]

_LEFT_OUT: Final = frozenset(
    {
        *("merge_ids", "date", "amount", "quantity", "unit_price", "order_id", "currency", "rates", "status", "refund"),
        *("refund_date", "counts", "returns", "as_of", "date_format", "time_zone", "invalid", "decimal", "thousands"),
        "currency_sign",
    }
)
_MADE: Final = ("campaign", "arm", "treated")
_TITLE: Final = Label("Customers by arm", "各组客户数")
_LIST: Final = Label("Assignment", "分组名单")

_TAKEN: Final = Message(
    en="The file has columns {names}, which the assignment makes. Rename them.",
    zh="文件中已有列 {names}，与分组结果重名，请改名。",
)


def _holdout(value: float) -> None:
    from crmkit._checks import check_fraction

    check_fraction(value, name="holdout", low_open=False)


@command()
@order_command(as_of="", needs_as_of=False, leave_out=_LEFT_OUT)
@click.option("--campaign", required=True, metavar="NAME", help="Name of the campaign.")
@click.option("--key", required=True, metavar="TEXT", help="A secret of yours, the same in all campaigns.")
@click.option(
    "--arms", required=True, type=Shares(), metavar="SHARES", help="Arms and shares, such as none=0.1,email=0.9."
)
@click.option("--control", metavar="ARM", help="The arm that is not contacted; the first if not given.")
@click.option(
    "--strata", metavar="COLUMNS", type=Values(), help="Columns in each of whose values arms get their share."
)
@click.option(
    "--holdout",
    type=Number(_holdout),
    default=0.0,
    show_default=True,
    help="Share of all customers whom no campaign contacts.",
)
@output_option("assigned.csv", "File to write: .parquet, .csv or .xlsx.")
@JSON
def assign(
    options: OrderOptions,
    campaign: str,
    key: str,
    arms: dict[str, float],
    control: str | None,
    strata: list[str] | None,
    holdout: float,
    output: Path,
    as_json: bool,
) -> None:
    """Write the customers in FILE, one per row, with the arm of each, the same whenever it is asked.

    \b
    Examples:
      crmkit campaign assign customers.csv --campaign spring --key "a secret" --arms none=0.1,email=0.9
      crmkit campaign assign customers.xlsx --campaign spring --key "a secret" --arms none=0.1,email=0.9 \\
        --strata region --holdout 0.05 --output assigned.xlsx
    """  # noqa: D301
    from crmkit._frames import records
    from crmkit._workbook import Named, Sheet, headings, plain_sheet
    from crmkit.cli.reading import named_rows
    from crmkit.cli.writing import check_table_output, path_of, print_json, print_sheet, say_path, write_table, writing
    from crmkit.loyalty.campaigns import assign_arms, assignment_check_table

    check_table_output(output, read=options.files)
    roles = CONTACTS.roles[:1]
    found = named_rows(options, roles, {"customer_id": options.columns["customer_id"] or None}, table="customers",
                       keep=strata or [])  # fmt: skip
    if taken := [name for name in _MADE if name in found.rows]:
        raise OptionError(_TAKEN(names=", ".join(taken)))
    base = found.rows[[*found.names("customer_id"), *(strata or [])]]
    base = base.rename(columns={found.columns["customer_id"]: "customer_id"})
    planned: dict[str, Any] = {"arms": arms, "control": next(iter(arms)) if control is None else control}
    made = assign_arms(base, campaign=campaign, key=key, holdout_share=holdout, strata=strata, **planned)
    checks = assignment_check_table(made, strata=strata, **planned)
    assigned = found.rows.assign(**{name: made[name].to_numpy() for name in _MADE})
    language = options.language
    with writing(output):
        write_table(assigned, output, sheets=[plain_sheet(_LIST.text(language), assigned)])
    for sentence in checks.loc[checks["verdict"] != "pass", f"sentence_{language}"]:
        say(sentence, language)
    counts = made["arm"].value_counts().rename_axis("arm").reset_index(name="n_customers")
    counts = counts[counts["n_customers"] > 0].assign(share=lambda rows: rows["n_customers"] / len(made))
    if as_json:
        print_json({**path_of(output), "arms": records(counts), "checks": records(checks)})
        return
    say_path(output)
    own = {"share": Named(Label("Share", "占比"), "share")}
    print_sheet(Sheet(_TITLE.text(language), counts, headings(counts, language, own=own)))
