"""The command `crmkit churn`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from crmkit._figures import count, day, share
from crmkit._messages import Joined, Message, Said
from crmkit._names import Label, Language
from crmkit.cli.language import FileError, say, told
from crmkit.cli.options import DRAWN_OUTPUT, JSON, MARGIN, FilePath, Number, Span, SpanOfTime, command, order_command

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Sheet
    from crmkit.cli.reading import OrderOptions
    from crmkit.views import ChurnOutlook

__all__ = ["churn"]

_MOST_PRINTED: Final = 20
_PRINTED: Final = ("auc", "brier_score")

_RATE: Final = Label(
    "Customers at risk, who bought in the {lookback} days up to {as_of}: {n}. Of the {n_then} at risk on {day}, {rate} "
    "(95% interval {lower} to {upper}) bought nothing from day {first} to day {until} after it.",
    "面临流失风险的客户（截至 {as_of} 的 {lookback} 天内购买过）{n} 位。{day} 面临风险的 {n_then} 位客户中，{rate}"
    "（95% 置信区间 {lower} 至 {upper}）在其后第 {first} 至 {until} 天没有购买。",
)
_LISTED: Final = Label(
    "On the list: {listed} of {n}, {contact} to contact and {control} left alone as a control group. The first {shown} "
    "are shown.",
    "名单共 {listed} 位（面临风险者 {n} 位），其中联系 {contact} 位，留作对照组不联系 {control} 位；"
    "以下列出前 {shown} 位。",
)
_TITLES: Final = {
    "actions": Label("Whom to call", "联系名单"),
    "judged": Label("How well the scores did", "评分检验"),
    "base_rates": Label("Churn rates", "流失率"),
    "calibration": Label("Probabilities and what came", "概率与实际"),
    "warnings": Label("Early warnings", "早期预警"),
}
_COLUMNS: Final = {
    "rank": (Label("Rank", "名次"), "count"),
    "probability": (Label("Probability of leaving", "流失概率"), "share"),
    "clv": (Label("At stake", "涉及金额"), "money"),
    "expected_profit": (Label("Expected profit", "预期利润"), "money"),
    "cost": (Label("Expected cost", "预计花费"), "money"),
    "arm": (Label("Arm", "分组"), "text"),
    "reasons": (Label("Signs", "预警信号"), "text"),
    "score": (Label("Score", "评分"), "text"),
    "measure": (Label("Measure", "度量"), "text"),
    "value": (Label("Value", "数值"), "number"),
    "verdict": (Label("Model against it", "模型与之相比"), "text"),
    "cutoff": (Label("Day", "日期"), "day"),
    "n_churned": (Label("Left", "流失客户数"), "count"),
    "churn_rate": (Label("Churn rate", "流失率"), "share"),
    "churn_rate_lower": (Label("Churn rate, lower end", "流失率下限"), "share"),
    "churn_rate_upper": (Label("Churn rate, upper end", "流失率上限"), "share"),
    "predicted": (Label("Predicted", "预测概率"), "share"),
    "observed": (Label("Left", "实际流失占比"), "share"),
    "observed_lower": (Label("Left, lower end", "流失占比下限"), "share"),
    "observed_upper": (Label("Left, upper end", "流失占比上限"), "share"),
    "signal": (Label("Signal", "信号"), "text"),
    "severity": (Label("Severity", "严重程度"), "count"),
    "since": (Label("Since", "开始日期"), "day"),
    "explanation": (Label("Explanation", "说明"), "text"),
    "spend_last_year": (Label("Spend of the last 365 days", "最近 365 天消费额"), "money"),
}
_SHOWN: Final = {
    "actions": ("rank", "customer_id", "probability", "clv", "expected_profit", "cost", "arm", "reasons"),
    "judged": ("score", "measure", "value", "lower", "upper", "verdict"),
    "base_rates": ("cutoff", "n_customers", "n_churned", "churn_rate", "churn_rate_lower", "churn_rate_upper"),
    "calibration": ("n_customers", "predicted", "observed", "observed_lower", "observed_upper"),
    "warnings": ("customer_id", "signal", "severity", "since", "spend_last_year", "explanation"),
}
_WORDS: Final = {
    "model": Label("Churn model", "流失模型"),
    "days_since_last": Label("Days since the last order", "距最近一次下单天数"),
    "pareto_nbd": Label("Pareto/NBD", "Pareto/NBD"),
    "auc": Label("AUC", "AUC"),
    "average_precision": Label("Average precision", "平均精确率"),
    "lift": Label("Lift of the top tenth", "前十分之一的提升度"),
    "captured": Label("Captured by the top tenth", "前十分之一捕获的流失占比"),
    "brier_score": Label("Brier score", "Brier 分数"),
    "calibration_difference": Label("Mean probability less churn rate", "平均概率减流失率"),
    "better": Label("better", "更好"),
    "worse": Label("worse", "更差"),
    "unclear": Label("no difference shown", "未见差别"),
    "contact": Label("contact", "联系"),
    "control": Label("control", "对照"),
}

_NO_DRAWING: Final = Message(
    en="There is nothing to draw: the score could not be tried on this log.",
    zh="没有可画的内容：无法在这份数据上检验评分。",
)
_NO_LIST: Final = Message(en="No call list was made. {problem}", zh="没有联系名单。{problem}")
_NO_MODEL: Final = Message(en="There is no model to keep. {problem}", zh="没有可保存的模型。{problem}")
_BELOW_ZERO: Final = Message(en="An amount must be 0 or more, got {value:g}.", zh="金额须不小于 0，得到 {value:g}。")
_NO_SHARE: Final = Message(
    en="A share must lie between 0 and 1, got {value:g}.", zh="比例须在 0 与 1 之间，得到 {value:g}。"
)
_NOT_WHOLE: Final = Message(
    en="{@capacity} must be a whole number from 0 on, got {value:g}.", zh="{@capacity} 须为非负整数，得到 {value:g}。"
)
_NOBODY_PAYS: Final = Message(
    en="Nobody is on the list: no contact is expected to earn more than it costs.",
    zh="名单为空：没有客户的预期利润大于零。",
)
_NO_ROOM: Final = Message(
    en="Nobody is on the list: {@capacity} or {@budget} leaves no room.",
    zh="名单为空：{@capacity} 或 {@budget} 之下没有名额。",
)
_VERDICTS: Final = {
    "unclear": Message(
        en="The model is not shown to rank better than {names}; on orders alone that is usual.",
        zh="未见模型的排序优于{names}；仅凭订单时通常如此。",
    ),
    "worse": Message(
        en="The model ranks worse than {names}, for which no model of churn is needed: rely on that instead. What is "
        "shown here is the model's all the same.",
        zh="模型的排序不如{names}，而后者无需流失模型：请以后者为准，此处列出的仍是模型的结果。",
    ),
}
_ASSUMED: Final = Message(
    en="The expected profits rest on assumptions: the offer keeps {gamma:.0%} of those about to leave ({@gamma}), "
    "costs {incentive_cost:g} where it is taken ({@incentive_cost}), and a contact costs {contact_cost:g} "
    "({@contact_cost}). At stake is {stake}.",
    zh="预期利润以如下假设为前提：优惠能留住 {gamma:.0%} 的将流失客户（{@gamma}），被领取时花费 {incentive_cost:g}"
    "（{@incentive_cost}），每次联系花费 {contact_cost:g}（{@contact_cost}）。涉及金额为{stake}。",
)
_SPENT: Final = Message(
    en="{margin:.0%} ({@margin}) of what a customer spent in the last 365 days",
    zh="客户最近 365 天消费额的 {margin:.0%}（{@margin}）",
)
_GIVEN: Final = Message(en="{value:g} for each customer ({@value})", zh="每位客户 {value:g}（{@value}）")
_CONTROL: Final = Message(
    en="What the offer really keeps shows beside the control group, if it is left alone and large enough: crmkit "
    "campaign plan says how large. Its expected profit is what is forgone.",
    zh="优惠实际能留住多少，要与不联系且人数足够的对照组比较才能看到，所需人数见 crmkit campaign plan。"
    "对照组的预期利润是因此放弃的部分。",
)
_NO_CONTROL: Final = Message(
    en="The list has no control group: what the offer really keeps will not show. Give {@control_share} and a list "
    "long enough.",
    zh="名单中没有对照组，无从得知优惠实际能留住多少。请用 {@control_share} 留出对照组，并让名单足够长。",
)


def _amount(given: float) -> None:
    if not 0 <= given < math.inf:
        raise ValueError(_BELOW_ZERO(value=given))


def _share(given: float) -> None:
    if not 0 <= given <= 1:
        raise ValueError(_NO_SHARE(value=given))


def _whole(given: float) -> None:
    if not (0 <= given < math.inf and given == int(given)):
        raise ValueError(_NOT_WHOLE(value=given))


_AMOUNT: Final = Number(_amount)


@command()
@order_command(as_of="Last full day of the log, such as 2024-12-31.", needs_as_of=True)
@click.option(
    "--horizon",
    default="90D",
    show_default=True,
    metavar="TIME",
    type=SpanOfTime(),
    help="Time in which a customer must buy to have stayed: a number and D, W, M or Y.",
)
@click.option(
    "--gap", default="7D", show_default=True, metavar="TIME", type=SpanOfTime(), help="Time to act before it begins."
)
@MARGIN
@click.option(
    "--value", type=_AMOUNT, help="What a kept customer is worth; the spend of the last 365 days if not given."
)
@click.option(
    "--gamma",
    type=Number(_share),
    default=0.3,
    show_default=True,
    help="Share of those about to leave whom the offer keeps.",
)
@click.option(
    "--incentive-cost", type=_AMOUNT, default=0.0, show_default=True, help="Cost of the offer where it is taken."
)
@click.option("--contact-cost", type=_AMOUNT, default=0.0, show_default=True, help="Cost of a contact.")
@click.option("--budget", type=_AMOUNT, help="Money that the expected costs must not exceed.")
@click.option("--capacity", type=Number(_whole), help="Most customers on the list, the control group included.")
@click.option(
    "--control-share",
    type=Number(_share),
    default=0.1,
    show_default=True,
    help="Share of the list, drawn at random, that is not contacted.",
)
@click.option("--card", type=FilePath(to_write=True), help="Also write the model card, as Markdown.")
@click.option("--model", "model_file", type=FilePath(to_write=True), help="Also keep the model, as JSON; needs skops.")
@DRAWN_OUTPUT
@JSON
def churn(
    options: OrderOptions,
    horizon: Span,
    gap: Span,
    margin: float,
    value: float | None,
    gamma: float,
    incentive_cost: float,
    contact_cost: float,
    budget: float | None,
    capacity: float | None,
    control_share: float,
    card: Path | None,
    model_file: Path | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """List the customers in FILE who are about to leave and whom it pays to call, and say how well that is known.

    \b
    Examples:
      crmkit churn orders.csv --as-of 2024-12-31 --capacity 100 --output calls.xlsx
      crmkit churn orders.csv --as-of 2024-12-31 --margin 0.3 --contact-cost 2 --budget 500 --card card.md
    """  # noqa: D301
    from crmkit._extras import check_extra
    from crmkit._frames import open_frame, records, to_pandas
    from crmkit.cli.reading import open_orders
    from crmkit.cli.writing import check_output, check_table_output, path_of, print_json, print_sheet, say_path, writing
    from crmkit.views import churn_outlook, churn_remarks

    check_table_output(output, read=options.files, drawn=True)
    if model_file is not None:
        check_extra("churn", "skops")
    for path in (card, model_file):
        if path is not None:
            check_output(path, read=options.files)
    with open_orders(options) as log:
        usable = log.transactions(options, as_of=options.as_of).transactions
        transactions = to_pandas(open_frame(usable, name="transactions"))
    language = options.language
    outlook = churn_outlook(
        transactions,
        as_of=options.as_of or "",
        horizon=max(1, round(horizon.days)),
        gap=round(gap.days),
        margin=margin,
        value=value,
        gamma=gamma,
        incentive_cost=incentive_cost,
        contact_cost=contact_cost,
        control_share=control_share,
        budget=budget,
        capacity=None if capacity is None else int(capacity),
    )
    sheets = _sheets(outlook, language)
    _write_beside(outlook, card, model_file, language)
    if output is not None:
        with writing(output):
            _write(outlook, sheets, output, language)
    stake = _SPENT(margin=margin) if value is None else _GIVEN(value=value)
    _say_remarks(outlook, language, gamma=gamma, incentive_cost=incentive_cost, contact_cost=contact_cost, stake=stake)
    if as_json:
        tables = ("base_rates", "judged", "calibration", "actions", "action_audit", "warnings")
        print_json(
            {
                **path_of(output),
                "as_of": options.as_of,
                "horizon": outlook.horizon,
                "gap": outlook.gap,
                "lookback": outlook.lookback,
                "tried_on": None if outlook.tried_on is None else day(outlook.tried_on),
                "n_at_risk": outlook.n_at_risk,
                "n_learned": outlook.n_learned,
                **{name: None if (made := getattr(outlook, name)) is None else records(made) for name in tables},
                "problems": {name: told(said, language) for name, said in outlook.problems.items()},
                "remarks": [told(said, language) for said in churn_remarks(outlook)],
            }
        )
        return
    if output is not None:
        say_path(output)
    _print_rate(outlook, language)
    for name in ("judged", "actions"):
        if name in sheets:
            click.echo()
            if name == "actions":
                click.echo(_listed(outlook, language))
            print_sheet(_printed(name, sheets[name], language))


def _sheets(outlook: ChurnOutlook, language: Language) -> dict[str, Sheet]:
    """The tables that hold anything."""
    from crmkit._workbook import Named, Sheet, headings

    own = {name: Named(label, kind) for name, (label, kind) in _COLUMNS.items()}  # type: ignore[arg-type]
    found = {}
    for name, columns in _SHOWN.items():
        table = getattr(outlook, name)
        if table is None or not len(table):
            continue
        told = _told(name, table, language)
        shown = headings(told, language, columns=columns, own=own)
        found[name] = Sheet(_TITLES[name].text(language), told, shown)
    return found


def _told(name: str, table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Codes in words."""
    from crmkit.loyalty.churn import WARNING_SIGNALS, explain_early_warnings

    def worded(column: str) -> list[str]:
        return ["" if code is None else _WORDS[code].text(language) for code in table[column]]

    if name == "judged":
        return table.assign(**{column: worded(column) for column in ("score", "measure", "verdict")})
    if name == "actions":
        between = "、" if language == "zh" else ", "
        signs = [[WARNING_SIGNALS[code].text(language) for code in str(text).split(", ") if code]
                 for text in table["reason_codes"]]  # fmt: skip
        return table.assign(arm=worded("arm"), reasons=[between.join(each) for each in signs])
    if name == "warnings":
        said = explain_early_warnings(table, language=language)
        return table.assign(signal=[WARNING_SIGNALS[code].text(language) for code in table["signal"]], explanation=said)
    return table


def _printed(name: str, sheet: Sheet, language: Language) -> Sheet:
    """The first of a list, and of a trial what tells how well it ranks and how well its probabilities hold."""
    from dataclasses import replace

    table = sheet.table
    if name == "judged":
        table = table[table["measure"].isin([_WORDS[code].text(language) for code in _PRINTED])]
    return replace(sheet, table=table.head(_MOST_PRINTED))


def _print_rate(outlook: ChurnOutlook, language: Language) -> None:
    rates = outlook.base_rates
    if rates is None or not len(rates):
        return
    newest = rates.iloc[-1]
    told = _RATE.text(language).format(
        n=count(outlook.n_at_risk),
        lookback=outlook.lookback,
        as_of=day(outlook.as_of),
        n_then=count(newest["n_customers"]),
        day=day(newest["cutoff"]),
        rate=share(newest["churn_rate"]),
        lower=share(newest["churn_rate_lower"]),
        upper=share(newest["churn_rate_upper"]),
        first=outlook.gap + 1,
        until=outlook.gap + outlook.horizon,
    )
    click.echo(told)


def _listed(outlook: ChurnOutlook, language: Language) -> str:
    """How long the list is, and how much of it is left alone."""
    arms = outlook.actions["arm"]
    n = {"n": outlook.n_at_risk, "listed": len(arms), "shown": min(len(arms), _MOST_PRINTED)}
    n |= {arm: int((arms == arm).sum()) for arm in ("contact", "control")}
    return _LISTED.text(language).format(**{name: count(value) for name, value in n.items()})


def _list_remarks(outlook: ChurnOutlook, **assumed: object) -> list[Said]:
    """What the profits of the list rest on and whether it can be judged, or why nobody is on it."""
    if outlook.actions is None:
        return []
    if not len(outlook.actions):
        n_customers = outlook.action_audit.set_index("decision")["n_customers"]
        return [_NO_ROOM() if n_customers["beyond_limits"] else _NOBODY_PAYS()]
    has_control = (outlook.actions["arm"] == "control").any()
    return [_ASSUMED(**assumed), _CONTROL() if has_control else _NO_CONTROL()]


def _say_remarks(outlook: ChurnOutlook, language: Language, **assumed: object) -> None:
    """Say what is missing, what leaving means, how the model compares, and what the list rests on."""
    from crmkit.views import churn_remarks

    for said in (*outlook.problems.values(), *churn_remarks(outlook)):
        say(said, language)
    _say_verdict(outlook, language)
    for said in _list_remarks(outlook, **assumed):
        say(said, language)


def _say_verdict(outlook: ChurnOutlook, language: Language) -> None:
    """Say where the model does not rank better than what needs none."""
    if outlook.judged is None:
        return
    auc = outlook.judged[outlook.judged["measure"] == "auc"]
    for verdict, message in _VERDICTS.items():
        names = [_within(_WORDS[name], language) for name in auc.loc[auc["verdict"] == verdict, "score"]]
        if names:
            say(message(names=Joined(names, " or ", "、")), language)


def _within(label: Label, language: Language) -> str:
    """The name of a score within a sentence; Pareto/NBD keeps its capitals."""
    name = label.text(language)
    return name if "/" in name else name.lower()


def _write(outlook: ChurnOutlook, sheets: dict[str, Sheet], output: Path, language: Language) -> None:
    from crmkit.cli.writing import DRAWINGS, write_drawing, write_table
    from crmkit.plotting import plot_churn_calibration

    if output.suffix.lower() in DRAWINGS:
        if outlook.calibration is None:
            raise FileError(_NO_DRAWING())
        write_drawing(lambda: plot_churn_calibration(outlook.calibration, language=language).figure, output, language)
        return
    # A workbook holds what there is: churn rates and early warnings without a list.
    if outlook.actions is None and not (sheets and output.suffix.lower() == ".xlsx"):
        raise FileError(_NO_LIST(problem=next(iter(outlook.problems.values()))))
    write_table(outlook.actions, output, sheets=list(sheets.values()))


def _write_beside(outlook: ChurnOutlook, card: Path | None, model_file: Path | None, language: Language) -> None:
    """Write the model card, and the model."""
    from crmkit._writing import write_text
    from crmkit.cli.writing import writing
    from crmkit.loyalty.churn import churn_model_card

    if card is None and model_file is None:
        return
    if outlook.model is None:
        raise FileError(_NO_MODEL(problem=outlook.problems["model"]))
    if card is not None:
        with writing(card):
            write_text(churn_model_card(outlook.model, report=outlook.judged, language=language), card)
    if model_file is not None:
        with writing(model_file):
            write_text(outlook.model.to_json(), model_file)
