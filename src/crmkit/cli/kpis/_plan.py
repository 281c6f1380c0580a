"""A plan: tasks, resources, budgets, risks and scores with their targets."""

from __future__ import annotations

from typing import Final

from crmkit._messages import Message
from crmkit._names import Label
from crmkit.cli._roles import Role
from crmkit.cli.kpis._groups import keys_of
from crmkit.cli.kpis._table import Answer, Asked, KpiTable, OwnOption
from crmkit.cli.language import say
from crmkit.cli.options import Pairs

__all__ = ["PLAN"]

_ROLES: Final = (
    Role(
        "item",
        Message(en="item", zh="项目"),
        "label",
        "What is planned.",
        usual=(
            "item itemname 项目 项目名称 事项 事项名称 计划项 工作项 项目事项 項目 vorhaben 項目名",
            "task taskname tasktitle activity milestone deliverable objective kpi 任务 任务名称 工作内容 指标 指标名称 "
            "里程碑 任務 aufgabe massnahme tache tarea タスク",
            "title name 名称 标题 內容 内容",
        ),
        needed=True,
    ),
    Role(
        "kind",
        Message(en="kind", zh="类别"),
        "label",
        "",
        usual=(
            "kind itemkind itemtype 类别 项目类别 项目类型 事项类别 事项类型 计划类别 類別",
            "type category typ kategorie categorie tipo 类型 分类 性质 類型 種別 区分",
        ),
        needed=True,
        blamed="unknown_kind",
    ),
    Role(
        "owner",
        Message(en="owner", zh="负责人"),
        "label",
        "Who is in charge.",
        usual=(
            "owner responsible responsibleperson assignee assignedto incharge personincharge lead 负责人 责任人 "
            "责任部门 负责部门 承办人 经办人 执行人 牵头人 牵头部门 負責人 verantwortlich verantwortlicher responsable "
            "responsabile 担当 担当者",
        ),
    ),
    Role(
        "due",
        Message(en="due date", zh="截止日期"),
        "time",
        "",
        usual=(
            "due dueon dueby duedate deadline targetdate planneddate plannedend plannedfinish plannedenddate 截止日期 "
            "截止时间 截止日 计划完成日期 计划完成时间 计划完成日 完成期限 要求完成日期 计划日期 期限 截止期限 "
            "falligam frist echeance fechalimite 期日 締切 期限日",
        ),
    ),
    Role(
        "done",
        Message(en="day of completion", zh="完成日期"),
        "time",
        "Days on which tasks were done and risks closed, blank while they are open.",
        usual=(
            "done doneon donedate completed completedon completedat completeddate completiondate finished finishedon "
            "finisheddate finishdate actualend actualenddate actualfinish actualdate closedon closeddate closedat "
            "完成日期 完成时间 完成日 实际完成日期 实际完成时间 实际完成日 办结日期 关闭日期 erledigtam 完了日",
        ),
    ),
    Role(
        "target",
        Message(en="target", zh="目标"),
        "number",
        "Targets: hours available, money granted, or the score aimed at.",
        usual=(
            "target targetvalue targetamount 目标 目标值 目标数 目標 目標值 zielwert sollwert objectif objetivo 目標値",
            "plan planned plannedvalue plannedamount planvalue budget budgeted budgetamount 计划 计划值 计划数 计划量 "
            "计划金额 预算 预算金额 预算额 計劃值 soll",
        ),
    ),
    Role(
        "target_low",
        Message(en="lower limit", zh="目标下限"),
        "number",
        "Lowest good actual values, where there is a band.",
        usual=("targetlow targetmin lowerlimit lowerbound minimum 目标下限 下限 最低目标",),
        blamed="unusable_band",
    ),
    Role(
        "target_high",
        Message(en="upper limit", zh="目标上限"),
        "number",
        "Highest good actual values.",
        usual=("targethigh targetmax upperlimit upperbound maximum 目标上限 上限 最高目标",),
        blamed="unusable_band",
    ),
    Role(
        "actual",
        Message(en="actual value", zh="实际值"),
        "number",
        "Actual values: hours used, money spent, or the score reached; blank while not known.",
        usual=(
            "actual actualvalue actuals actualamount result achieved spent actualspend 实际 实际值 实际数 实际完成 "
            "实际完成值 实际金额 实际支出 实际使用 完成值 實際值 ist istwert realise 実績 実績値",
        ),
    ),
    Role(
        "weight",
        Message(en="weight", zh="权重"),
        "number",
        "Weights, 0 or more.",
        usual=("weight weighting importance 权重 权数 比重 權重 gewicht gewichtung poids peso 重み",),
    ),
    Role(
        "higher_is_better",
        Message(en="direction", zh="方向"),
        "flag",
        "Whether more than the target is better.",
        usual=("higherisbetter moreisbetter 越高越好 越大越好 是否越高越好",),
        blamed="unusable_direction",
    ),
)

_UNKNOWN_KINDS: Final = Message(
    en="Name your words for kinds with --kinds, such as --kinds milestone=task,travel=budget; the kinds are {kinds}.",
    zh="自定义的类别名称可用 --kinds 指明，例如 --kinds 里程碑=task,差旅=budget；可用的类别：{kinds}。",
)


def _answer(asked: Asked) -> Answer:
    from crmkit.cli.reading import BY, Door, checked, named_rows
    from crmkit.metrics import execution_kpis, execution_scorecard
    from crmkit.plans import KINDS, PLAN_REASONS, as_plan, rejected_plan

    as_of, kinds, language = str(asked.options.as_of), asked.given["kinds"], asked.options.language
    found = named_rows(asked.options, _ROLES, asked.named(_ROLES), table="plan", by=asked.by)
    words = {word for code, name in KINDS.items() for word in (code, name.en, name.zh)} | set(kinds or {})
    given = found.column("kind")
    if given is not None and set(given.dropna().astype(str).str.strip()) - words - {""}:
        say(_UNKNOWN_KINDS(kinds=list(KINDS)), language)
    plan = checked(found, Door(as_plan, rejected_plan, PLAN_REASONS), asked.options, kinds=kinds)
    by = None if asked.by is None else BY
    kpis = execution_kpis(plan, as_of=as_of, start=asked.start, by=by)
    days = {"start": asked.start, "as_of": as_of}
    return Answer(kpis, days, found.columns, keys_of(asked), execution_scorecard(plan, as_of=as_of))


PLAN: Final = KpiTable(
    name="plan",
    title=Label("Execution KPIs", "执行指标"),
    answer=_answer,
    takes=frozenset({"start", "as_of", "by"}),
    needs=("as_of",),
    roles=_ROLES,
    own=(
        OwnOption(
            "--kinds",
            {
                "metavar": "WORDS",
                "type": Pairs(),
                "help": "Your words for kinds, such as milestone=task,travel=budget.",
            },
        ),
    ),
)
