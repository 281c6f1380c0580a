"""The command `crmkit campaign judge`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.cli.campaigns._arms import Shares
from crmkit.cli.kpis import CONTACTS, read_contacts
from crmkit.cli.language import OptionError, say
from crmkit.cli.options import DRAWN_OUTPUT, JSON, LEVEL, Choice, Number, Values, command, order_command

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Kind, Sheet
    from crmkit.cli.reading import OrderOptions
    from crmkit.views import CampaignResults

__all__ = ["judge"]

# Of orders alone; and the date, whose help is another one here.
_LEFT_OUT: Final = frozenset(
    {
        *("date", "amount", "quantity", "unit_price", "order_id", "currency", "rates"),
        *("status", "refund", "refund_date", "counts", "returns"),
    }
)
_TITLES: Final = {
    "checks": Label("Checks", "检查"),
    "effects": Label("Effects", "效果"),
    "returns": Label("Returns", "回报"),
}
_COLUMNS: Final = {
    "check": (Label("Check", "检查项"), "text"),
    "scope": (Label("Of", "范围"), "text"),
    "threshold": (Label("Limit", "界限"), "number"),
    "verdict": (Label("Verdict", "结论"), "text"),
    "sentence": (Label("What it means", "说明"), "text"),
    "n_customers": (Label("Customers", "客户数"), "count"),
    "value": (Label("Value", "数值"), "number"),
    "n_control": (Label("Customers in control", "对照组客户数"), "count"),
    "control_value": (Label("Without the campaign", "无活动时"), "number"),
    "lower": (Label("Lower end", "区间下限"), "number"),
    "upper": (Label("Upper end", "区间上限"), "number"),
    "relative_difference": (Label("Relative lift", "相对提升"), "share"),
    "relative_lower": (Label("Lift, lower end", "提升下限"), "share"),
    "relative_upper": (Label("Lift, upper end", "提升上限"), "share"),
    "incremental": (Label("Incremental", "增量"), "number"),
    "adjusted_p_value": (Label("Adjusted p-value", "校正后 p 值"), "p_value"),
    "note": (Label("Note", "备注"), "text"),
    "cost": (Label("Cost", "成本"), "money"),
    "incremental_revenue": (Label("Incremental revenue", "增量销售额"), "money"),
    "incremental_profit": (Label("Incremental profit", "增量利润"), "money"),
    "profit_lower": (Label("Profit, lower end", "利润下限"), "money"),
    "profit_upper": (Label("Profit, upper end", "利润上限"), "money"),
    "return_on_marketing_investment": (Label("Return on investment", "投资回报率"), "share"),
    "return_lower": (Label("Return, lower end", "回报率下限"), "share"),
    "return_upper": (Label("Return, upper end", "回报率上限"), "share"),
    "incremental_responses": (Label("Incremental responses", "增量响应数"), "number"),
    "cost_per_incremental_response": (Label("Cost per incremental response", "每个增量响应的成本"), "money"),
    "break_even_response_rate": (Label("Break-even response rate", "盈亏平衡响应率"), "share"),
}
_SHOWN: Final = {
    "checks": ("campaign", "check", "scope", "arm", "n_customers", "value", "threshold", "verdict", "sentence"),
    "effects": (
        *(
            "campaign",
            "arm",
            "outcome",
            "n_customers",
            "value",
            "n_control",
            "control_value",
            "difference",
            "lower",
            "upper",
        ),
        *("relative_difference", "relative_lower", "relative_upper", "incremental", "adjusted_p_value", "note"),
    ),
    "returns": (
        *(
            "campaign",
            "arm",
            "n_customers",
            "cost",
            "incremental_revenue",
            "incremental_profit",
            "profit_lower",
            "profit_upper",
        ),
        *("return_on_marketing_investment", "return_lower", "return_upper", "incremental_responses"),
        *("cost_per_incremental_response", "break_even_response_rate", "note"),
    ),
}
_PRINTED: Final = {
    "effects": (
        *("campaign", "arm", "outcome", "value", "control_value", "difference", "lower", "upper"),
        *("relative_difference", "adjusted_p_value", "note"),
    ),
    "returns": (
        *("campaign", "arm", "cost", "incremental_profit", "profit_lower", "profit_upper"),
        *("return_on_marketing_investment", "cost_per_incremental_response", "note"),
    ),
}
_OF_RATES: Final[Mapping[str, Kind]] = {
    "value": "share",
    "control_value": "share",
    "difference": "points",
    "lower": "points",
    "upper": "points",
}
_VERDICTS: Final = {
    "pass": Label("pass", "通过"),
    "warning": Label("warning", "警告"),
    "fail": Label("fail", "不通过"),
}
_CHECKS: Final = {
    "sample_ratio": Label("Sizes of arms", "各组人数"),
    "sample_ratio_in_stratum": Label("Sizes of arms in a stratum", "层内各组人数"),
    "balance": Label("Balance", "均衡性"),
    "balance_jointly": Label("Balance, all together", "整体均衡性"),
    "several_arms": Label("In several arms", "重复分组"),
}
_WINDOWS_OPEN: Final = Label("windows open", "观察窗口未结束")
_TOO_FEW: Final = Label("too few", "数量过少")

_HALF: Final = Message(
    en="--spend needs --margin, and --response needs --response-value; give one of the two pairs.",
    zh="--spend 须与 --margin、--response 须与 --response-value 同时给出，二者取一。",
)
_NO_COST: Final = Message(
    en="Returns need what the contacts cost. Give --cost: a column, or a number for each customer contacted, such as "
    "0.05 or 0.",
    zh="计算回报需要触达成本。请用 --cost 指定成本列，或给出每位被触达客户的成本，如 0.05 或 0。",
)
_NO_OUTCOME: Final = Message(
    en="{option} names {column!r}, which is not one of the outcomes {outcomes}. Add it to --outcomes.",
    zh="{option} 指定的 {column!r} 不在结果列 {outcomes} 之中。请将其加入 --outcomes。",
)
_NO_NUMBERS: Final = Message(
    en="The column {column} of --past holds text that is not a number, such as {value!r}.",
    zh="--past 的列 {column} 含有不是数字的文本，如 {value!r}。",
)


def _contact_options(judge: Any) -> Any:
    """The columns of contacts, as `crmkit kpi` names them."""
    made = []
    for role in CONTACTS.roles:
        if role.name in ("customer_id", "date"):
            continue
        kind = {"metavar": "COLUMNS", "type": Values()} if role.several else {"metavar": "COLUMN"}
        made.append(click.option(role.option, help=role.help, **kind))
    made += [click.option(option, **settings) for option, settings in CONTACTS.own]
    for add in reversed(made):
        judge = add(judge)
    return judge


def _money(value: float) -> None:
    from crmkit._checks import check_number

    check_number(value, name="response_value")


def _margin(value: float) -> None:
    from crmkit._checks import check_margin

    check_margin(value)


@command()
@order_command(
    as_of="Last day of the data; customers whose window is not over by then are left out.",
    needs_as_of=False,
    leave_out=_LEFT_OUT,
)
@click.option("--date", metavar="COLUMN", help="Days of the contacts.")
@_contact_options
@click.option(
    "--shares", "arms", type=Shares(), metavar="SHARES", help="Shares planned, such as none=0.1,email=0.9, to check."
)
@click.option("--past", metavar="COLUMN", help="What customers did before the campaign; makes effects surer (CUPED).")
@click.option("--strata", metavar="COLUMNS", type=Values(), help="Columns within which the arms were drawn.")
@click.option("--spend", metavar="COLUMN", help="Outcome that is money; with --margin gives returns.")
@click.option("--margin", type=Number(_margin), help="Share of the spend that is left after the cost of goods.")
@click.option("--response", metavar="COLUMN", help="Outcome of 0 and 1; with --response-value gives returns.")
@click.option("--response-value", type=Number(_money), help="What a response is worth.")
@click.option("--fixed-cost", type=Number(_money), default=0.0, help="Cost of each arm beside that of the contacts.")
@LEVEL
@click.option(
    "--adjust",
    type=Choice(["holm", "benjamini-hochberg", "none"]),
    default="holm",
    show_default=True,
    help="How p-values are adjusted for the number of tests.",
)
@DRAWN_OUTPUT
@JSON
def judge(
    options: OrderOptions,
    arms: dict[str, float] | None,
    past: str | None,
    strata: list[str] | None,
    spend: str | None,
    margin: float | None,
    response: str | None,
    response_value: float | None,
    fixed_cost: float,
    level: float,
    adjust: Any,
    output: Path | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Judge the campaigns in FILE: each arm against its control group, what that was worth, and checks.

    \b
    Examples:
      crmkit campaign judge contacts.csv --outcomes visit,spend --control none
      crmkit campaign judge contacts.csv --as-of 2024-03-31 --shares none=0.5,email=0.5 --output effects.xlsx
      crmkit campaign judge contacts.csv --spend spend --margin 0.4 --cost cost --output effects.png
    """  # noqa: D301
    from crmkit._frames import records
    from crmkit.cli.writing import check_table_output, path_of, print_json, print_sheet, say_path, writing
    from crmkit.views import campaign_results

    check_table_output(output, read=options.files, drawn=True)
    if ((spend is None) != (margin is None)) or ((response is None) != (response_value is None)):
        raise OptionError(_HALF())
    numbers = [] if past is None else [past]
    keep = list(dict.fromkeys([*numbers, *(strata or [])]))
    read = read_contacts(options, given, keep=keep, numbers=numbers)
    _check_returns(read.columns, {"--spend": spend, "--response": response})
    table = read.table if past is None else read.table.assign(**{past: _numbers(read.table[past])})
    found = campaign_results(
        table,
        outcomes=read.columns["outcomes"],
        arms=arms,
        spend=spend,
        margin=margin,
        response=response,
        response_value=response_value,
        fixed_cost=fixed_cost,
        as_of=options.as_of,
        past=past,
        strata=strata,
        level=level,
        adjust=adjust,
    )
    language = options.language
    sheets = _sheets(found, language)
    if output is not None:
        with writing(output):
            _write(found, sheets, output, language)
    _say_checks(found, language)
    if as_json:
        tables = {name: None if (made := getattr(found, name)) is None else records(made) for name in _TITLES}
        print_json(
            {**path_of(output), "as_of": options.as_of, "columns": {**read.columns, "control": read.control}, **tables}
        )
        return
    if output is not None:
        say_path(output)
    for place, name in enumerate(name for name in _PRINTED if name in sheets):
        if place:
            click.echo()
        print_sheet(sheets[name], columns=_PRINTED[name])


def _check_returns(columns: Mapping[str, Any], asked: Mapping[str, str | None]) -> None:
    """Refuse returns without a cost, or of a column that was not read as an outcome."""
    for option, column in asked.items():
        if column is None:
            continue
        if column not in columns["outcomes"]:
            raise OptionError(_NO_OUTCOME(option=option, column=column, outcomes=columns["outcomes"]))
        if columns["cost"] is None:
            raise OptionError(_NO_COST())


def _numbers(values: pd.Series[Any]) -> pd.Series[Any]:
    """A column that was read as numbers, where it can be; empty cells are missing."""
    import pandas as pd

    numbers = pd.to_numeric(values, errors="coerce")
    wrong = values[numbers.isna() & values.notna()]
    if len(wrong):
        raise OptionError(_NO_NUMBERS(column=values.name, value=wrong.iloc[0]))
    return numbers.astype(float)


def _say_checks(found: CampaignResults, language: Language) -> None:
    """Say what failed before any effect is shown."""
    if found.checks is not None:
        for sentence in found.checks.loc[found.checks["verdict"] != "pass", f"sentence_{language}"]:
            say(sentence, language)


def _sheets(found: CampaignResults, language: Language) -> dict[str, Sheet]:
    from dataclasses import replace

    from crmkit._workbook import Named, Sheet, headings

    own = {name: Named(label, kind) for name, (label, kind) in _COLUMNS.items()}  # type: ignore[arg-type]
    sheets = {}
    for name, title in _TITLES.items():
        table = getattr(found, name)
        if table is None:
            continue
        told = _told(name, table, language)
        columns = [each for each in _SHOWN[name] if each in told and (name == "effects" or not told[each].isna().all())]
        sheets[name] = Sheet(title.text(language), told, headings(told, language, columns=columns, own=own))
        if name == "effects":
            shown = [
                each._replace(kind=_kinds(told, _OF_RATES[each.column])) if each.column in _OF_RATES else each
                for each in sheets[name].headings
            ]
            sheets[name] = replace(sheets[name], headings=tuple(shown))
    return sheets


def _kinds(effects: pd.DataFrame, of_rates: Kind) -> list[Kind]:
    """What the cells of a column hold, by the kind of outcome in each row."""
    return [of_rates if kind == "rate" else "number" for kind in effects["kind"]]


def _told(name: str, table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Codes in words."""
    if name == "checks":
        worded = {
            "check": [_CHECKS[code].text(language) for code in table["check"]],
            "verdict": [_VERDICTS[code].text(language) for code in table["verdict"]],
        }
        return table.assign(**worded, sentence=table[f"sentence_{language}"])
    few, n_open = table["too_few"], table["n_open"] + table.get("n_control_open", 0)
    between = "；" if language == "zh" else "; "
    notes = [
        between.join([
            *([_WINDOWS_OPEN.text(language)] if waits else []), *([_TOO_FEW.text(language)] if rare else [])
        ])
        for waits, rare in zip(n_open > 0, few, strict=True)
    ]  # fmt: skip
    return table.assign(note=notes)


def _write(found: CampaignResults, sheets: dict[str, Sheet], output: Path, language: Language) -> None:
    from crmkit.cli.writing import DRAWINGS, write_drawing, write_table
    from crmkit.plotting import plot_campaign_effects

    if output.suffix.lower() in DRAWINGS:
        write_drawing(lambda: plot_campaign_effects(found.effects, language=language).figure, output, language)
        return
    effects = {name: sheets[name] for name in ("effects", "returns", "checks") if name in sheets}
    write_table(found.effects, output, sheets=list(effects.values()))
