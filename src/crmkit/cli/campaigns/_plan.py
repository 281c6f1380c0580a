"""The command `crmkit campaign plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._messages import Message
from crmkit._names import Label
from crmkit.cli.campaigns._arms import Shares
from crmkit.cli.language import OptionError
from crmkit.cli.options import JSON, LEVEL, TABLE_OUTPUT, FilePath, Number, Values, command, order_command

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Sheet
    from crmkit.cli.reading import OrderOptions

__all__ = ["plan"]

_LEFT_OUT: Final = frozenset(
    {
        *("file", "customer_id", "merge_ids", "date", "amount", "quantity", "unit_price", "order_id", "currency"),
        *("rates", "status", "refund", "refund_date", "counts", "returns", "as_of", "date_format", "time_zone"),
        "invalid",
    }
)
_COLUMNS: Final = {
    "n_customers": (Label("Customers", "客户数"), "count"),
    "share": (Label("Share", "占比"), "share"),
    "effect": (Label("Effect", "效果"), "number"),
    "relative_effect": (Label("Of the base", "相对效果"), "share"),
    "n_control": (Label("Customers in control", "对照组客户数"), "count"),
    "detectable_increase": (Label("Increase", "增加"), "number"),
    "detectable_decrease": (Label("Decrease", "减少"), "number"),
    "relative_increase": (Label("Increase of the base", "相对增加"), "share"),
    "relative_decrease": (Label("Decrease of the base", "相对减少"), "share"),
    "power": (Label("Power", "检验功效"), "share"),
    "note": (Label("Note", "备注"), "text"),
    "added": (Label("Past column added", "加入的历史列"), "text"),
    "mean": (Label("Mean", "均值"), "number"),
    "standard_deviation": (Label("Standard deviation", "标准差"), "number"),
    "correlation": (Label("Correlation", "相关系数"), "number"),
    "variance_left": (Label("Variance left", "剩余方差"), "share"),
}
_DETECTABLE: Final = ("detectable_increase", "detectable_decrease", "relative_increase", "relative_decrease")
_SIZES: Final = Label("Customers needed", "所需客户数")
_EFFECTS: Final = Label("Smallest effect seen", "可检出的最小效果")
_PAST: Final = Label("What past spend tells", "历史消费的作用")
_ALL: Final = Label("all", "合计")
_TOO_FEW: Final = Label("too few", "数量过少")

_NO_BASE: Final = Message(
    en="Give --base-rate, or FILE with --outcome, the column of past spend.",
    zh="请给出 --base-rate，或给出文件及 --outcome（历史消费列）。",
)
_NO_QUESTION: Final = Message(
    en="Give --effect for the customers needed, or --n-customers for the smallest effect seen.",
    zh="请给出 --effect 以求所需客户数，或给出 --n-customers 以求可检出的最小效果，二者取一。",
)
_NO_NUMBERS: Final = Message(
    en="The column {column} holds text that is not a number, such as {value!r}.",
    zh="列 {column} 含有不是数字的文本，如 {value!r}。",
)


def _fraction(value: float) -> None:
    from crmkit._checks import check_fraction

    check_fraction(value, name="base_rate")


def _power(value: float) -> None:
    from crmkit._checks import check_fraction

    check_fraction(value, name="power")


def _effect(value: float) -> None:
    from crmkit._checks import check_number

    check_number(value, name="effect")


@command()
@order_command(as_of="", needs_as_of=False, leave_out=_LEFT_OUT)
@click.argument("file", type=FilePath(), required=False)
@click.option(
    "--arms", required=True, type=Shares(), metavar="SHARES", help="Arms and shares, such as none=0.1,email=0.9."
)
@click.option("--control", metavar="ARM", help="The arm that is not contacted; the first if not given.")
@click.option("--base-rate", type=Number(_fraction), help="Rate without the campaign, such as 0.05.")
@click.option(
    "--outcome", metavar="COLUMN", help="Past spend of each customer in FILE, in as long a window; empty is 0."
)
@click.option("--past", metavar="COLUMNS", type=Values(), help="Columns of what was known before that window (CUPED).")
@click.option("--effect", type=Number(_effect), help="Smallest effect worth finding: points of the rate, or money.")
@click.option("--relative", is_flag=True, help="The effect is a part of the base: 0.1 is a tenth more.")
@click.option("--n-customers", type=int, help="Instead: customers at hand, the control group included.")
@click.option("--power", type=Number(_power), default=0.8, show_default=True, help="Probability of finding the effect.")
@LEVEL
@TABLE_OUTPUT
@JSON
def plan(
    options: OrderOptions,
    arms: dict[str, float],
    control: str | None,
    base_rate: float | None,
    outcome: str | None,
    past: list[str] | None,
    effect: float | None,
    relative: bool,
    n_customers: int | None,
    power: float,
    level: float,
    output: Path | None,
    as_json: bool,
) -> None:
    """Say how many customers a campaign takes, or what effect so many could show.

    \b
    Examples:
      crmkit campaign plan --arms none=0.1,email=0.9 --base-rate 0.05 --effect 0.01
      crmkit campaign plan --arms none=0.5,email=0.5 --base-rate 0.05 --n-customers 20000
      crmkit campaign plan past.csv --outcome spring --past winter --arms none=0.5,email=0.5 --effect 2
    """  # noqa: D301
    from crmkit._frames import records
    from crmkit._workbook import Named, Sheet, headings
    from crmkit.cli.writing import check_table_output, path_of, print_json, say_path, write_table, writing
    from crmkit.loyalty.campaigns import detectable_effect_table, sample_size_table

    _check_asked(options, base_rate, outcome, effect, n_customers)
    check_table_output(output, read=[] if outcome is None else options.files)
    moments = None if outcome is None else _moments(options, outcome, past or [])
    base = {"base_rate": base_rate} if moments is None else dict(moments.iloc[-1][list(_MEASURED)].astype(float))
    planned: dict[str, Any] = {"arms": arms, "control": next(iter(arms)) if control is None else control}
    planned |= {**base, "level": level, "power": power}
    if effect is not None:
        table, title = sample_size_table(effect=effect, relative=relative, **planned), _SIZES
    else:
        table, title = detectable_effect_table(n_customers=n_customers or 0, **planned), _EFFECTS
    language = options.language
    own = {name: Named(label, kind) for name, (label, kind) in _COLUMNS.items()}  # type: ignore[arg-type]

    def sheet(name: Label, rows: pd.DataFrame, columns: list[str]) -> Sheet:
        columns = [each for each in columns if each in rows]
        return Sheet(name.text(language), rows, headings(rows, language, columns=columns, own=own))

    few = [_TOO_FEW.text(language) if each else "" for each in table["too_few"]]
    told = table.assign(arm=table["arm"].fillna(_ALL.text(language)), note=few)
    sheets = [
        sheet(
            title,
            told,
            [
                "arm",
                "share",
                "n_customers",
                "n_control",
                "effect",
                "relative_effect",
                "power",
                *_DETECTABLE,
                "note",
            ],
        )
    ]
    if moments is not None:
        shown = ["added", "n_customers", "mean", "standard_deviation", "correlation", "variance_left"]
        sheets.append(sheet(_PAST, moments, shown))
    if output is not None:
        with writing(output):
            write_table(table, output, sheets=sheets)
    if as_json:
        print_json({**path_of(output), "plan": records(table), "past": None if moments is None else records(moments)})
        return
    if output is not None:
        say_path(output)
    _print(sheets)


def _print(sheets: list[Sheet]) -> None:
    from crmkit.cli.writing import print_sheet

    for place, each in enumerate(sheets):
        if place:
            click.echo()
        print_sheet(each)


def _check_asked(
    options: OrderOptions, base_rate: float | None, outcome: str | None, effect: float | None, n_customers: int | None
) -> None:
    """Ask for one base, and for one question."""
    file: Path | None = options.file
    if (file is None) != (outcome is None) or (base_rate is None) == (outcome is None):
        raise OptionError(_NO_BASE())
    if (effect is None) == (n_customers is None):
        raise OptionError(_NO_QUESTION())


_MEASURED: Final = ("mean", "standard_deviation", "skewness", "correlation")


def _moments(options: OrderOptions, outcome: str, past: list[str]) -> pd.DataFrame:
    """What past spend tells of the customers in a file, one per row."""
    import pandas as pd

    from crmkit.cli.reading import named_rows
    from crmkit.loyalty.campaigns import cuped_table

    names = list(dict.fromkeys([outcome, *past]))
    rows = named_rows(options, (), {}, table="customers", keep=names, numbers=names).rows[names]
    numbers = rows.apply(pd.to_numeric, errors="coerce").astype(float)
    for name in names:
        wrong = rows[name][numbers[name].isna() & rows[name].notna()]
        if len(wrong):
            raise OptionError(_NO_NUMBERS(column=name, value=wrong.iloc[0]))
    found: pd.DataFrame = cuped_table(numbers.fillna({outcome: 0.0}), outcome=outcome, past=past)
    return found
