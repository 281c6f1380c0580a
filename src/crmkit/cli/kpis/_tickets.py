"""Tickets: cases of service."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from crmkit._messages import Message, Parameter
from crmkit._names import Label, Language, plain_name
from crmkit.cli._roles import Role
from crmkit.cli.kpis._groups import keys_of
from crmkit.cli.kpis._period import period_of
from crmkit.cli.kpis._table import Answer, Asked, KpiTable, OwnOption
from crmkit.cli.language import OptionError, say
from crmkit.cli.options import Number, RowCount, Values

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TICKETS"]

_ROLES: Final = (
    Role(
        "ticket_id",
        Message(en="ticket id", zh="工单编号"),
        "id",
        "Ticket ids, each on one row.",
        usual=(
            "ticketid ticketno ticketnumber ticketkey caseid caseno casenumber incidentid incidentno incidentnumber "
            "issueid issuekey requestid requestnumber complaintid 工单id 工单号 工单编号 工单编码 服务单号 服务单编号 "
            "投诉编号 投诉单号 受理编号 受理单号 案件编号 事件编号 问题编号 工單編號 工單號 ticketnummer ticketnr "
            "fallnummer vorgangsnummer numerodeticket numeroticket チケット番号 チケットid 案件番号 問い合わせ番号",
            "ticket case incident issue 工单 案件",
            "id key no number 编号 序号 流水号",
        ),
        needed=True,
    ),
    Role("customer_id", Message(en="customer id", zh="客户编号"), "id", "", needed=True),
    Role(
        "created",
        Message(en="time of creation", zh="创建时间"),
        "time",
        "Times at which tickets were received.",
        usual=(
            "createdat createddate createdon createdtime creationtime creationdate created openedat openeddate "
            "opendate opentime opened submittedat submitteddate submitted reportedat reportedon receivedat "
            "receiveddate received datecreated dateopened 创建时间 创建日期 建单时间 提交时间 提交日期 受理时间 "
            "受理日期 接收时间 报修时间 投诉时间 投诉日期 发起时间 反馈时间 創建時間 建立時間 受理時間 erstelltam "
            "erstellt eroffnetam datedecreation datecreation fechadecreacion fechacreacion 作成日時 受付日時 受付日",
            "date datetime timestamp 日期 时间 時間",
        ),
        needed=True,
    ),
    Role(
        "first_response",
        Message(en="time of the first response", zh="首次响应时间"),
        "time",
        "Times of the first answer, blank where there is none.",
        usual=(
            "firstresponse firstresponseat firstresponsedate firstrespondedat firstreply firstreplyat firstrepliedat "
            "firstanswer firstansweredat respondedat responsedate 首次响应 首次响应时间 首次响应时刻 首次回复 "
            "首次回复时间 首次应答时间 首响时间 响应时间 回复时间 首次回應時間 ersteantwort 初回返信日時 初回対応日時",
        ),
        way_to="first_response",
    ),
    Role(
        "first_response_hours",
        Message(en="hours to the first response", zh="首次响应小时数"),
        "number",
        "Hours that took, instead of --first-response.",
        usual=(
            "firstresponsehours firstresponsetimehours firstresponsetimeinhours firstreplytimehours "
            "firstreplytimeinhours 首次响应小时 首次响应小时数 首次响应时长小时 首次响应时间小时 首次回复时长小时",
        ),
        way_to="first_response",
    ),
    Role(
        "first_response_minutes",
        Message(en="minutes to the first response", zh="首次响应分钟数"),
        "number",
        "Minutes that took, instead of --first-response.",
        usual=(
            "firstresponseminutes firstresponsetimeminutes firstresponsetimeinminutes firstreplytimeminutes "
            "firstreplytimeinminutes firstresponsemin firstresponsetimemin 首次响应分钟 首次响应分钟数 "
            "首次响应时长分钟 首次响应时间分钟 首次回复时长分钟",
        ),
        way_to="first_response",
    ),
    Role(
        "resolved",
        Message(en="time of resolution", zh="解决时间"),
        "time",
        "Times at which tickets were resolved, blank while they are open.",
        usual=(
            "resolvedat resolveddate resolvedon resolutiondate solvedat solved dateresolved 解决时间 解决日期 解決時間 "
            "gelostam datederesolution dateresolution fechaderesolucion 解決日時",
            "closedat closeddate closedon closetime closedtime closingdate closed dateclosed completedat finishedat "
            "关闭时间 关闭日期 结案时间 结案日期 完结时间 办结时间 办结日期 完成时间 处理完成时间 结束时间 關閉時間 "
            "結案時間 geschlossenam abgeschlossenam datedecloture datecloture fechadecierre fechacierre 完了日時 "
            "クローズ日時",
        ),
        needed=True,
        way_to="resolved",
    ),
    Role(
        "resolution_hours",
        Message(en="hours to the resolution", zh="解决小时数"),
        "number",
        "Hours that took, instead of --resolved.",
        usual=(
            "resolutionhours resolutiontimehours resolutiontimeinhours timetoresolutionhours 解决小时 解决小时数 "
            "解决时长小时 处理时长小时 处理小时数",
        ),
        way_to="resolved",
    ),
    Role(
        "resolution_minutes",
        Message(en="minutes to the resolution", zh="解决分钟数"),
        "number",
        "Minutes that took, instead of --resolved.",
        usual=(
            "resolutionminutes resolutiontimeminutes resolutiontimeinminutes timetoresolutionminutes 解决分钟 "
            "解决分钟数 解决时长分钟 处理时长分钟 处理分钟数",
        ),
        way_to="resolved",
    ),
    Role(
        "due",
        Message(en="due time", zh="时限"),
        "time",
        'Times, or days, until when it is to be done; "" for none.',
        usual=(
            "due dueat dueon dueby duedate duetime deadline sladue sladueat sladeadline resolveby 时限 截止时间 "
            "截止日期 要求完成时间 承诺完成时间 应解决时间 应完成时间 解决时限 处理时限 期限 截止時間 falligam frist "
            "echeance fechalimite 期限日時",
        ),
    ),
    Role(
        "kind",
        Message(en="kind", zh="类别"),
        "label",
        'What it is about; "" for none.',
        usual=(
            "tickettype ticketkind ticketcategory casetype issuetype requesttype incidenttype kind 工单类型 工单类别 "
            "工单分类 问题类型 问题分类 服务类型 诉求类型 业务类型 工單類型",
            "type category reason typ kategorie categorie categoria tipo 类型 类别 分类 類型 類別 種別 カテゴリ",
        ),
        blamed="unknown_kind",
    ),
    Role(
        "n_contacts",
        Message(en="number of contacts", zh="联系次数"),
        "number",
        "How many contacts with the customer it took.",
        usual=(
            "ncontacts contacts contactcount numberofcontacts interactions interactioncount 联系次数 沟通次数 往来次数 "
            "交互次数 聯絡次數",
        ),
    ),
    Role(
        "ever_resolved",
        Message(en="flag of resolution", zh="是否曾解决"),
        "flag",
        "Whether it was resolved at least once.",
        usual=("everresolved wasresolved 曾解决 是否曾解决",),
    ),
    Role(
        "reopened",
        Message(en="flag of reopening", zh="重开标记"),
        "flag",
        "Whether it was opened again.",
        usual=("reopened isreopened wasreopened reopenflag reopenedflag 重开 是否重开 重新打开 是否重新打开",),
    ),
    Role(
        "escalated",
        Message(en="flag of escalation", zh="升级标记"),
        "flag",
        "Whether it was passed to a higher level.",
        usual=(
            "escalated isescalated wasescalated escalationflag escalatedflag escalation 升级 是否升级 升级标记 "
            "是否升级处理",
        ),
    ),
)
# In the form of `plain_name`.
_COMPLAINTS: Final = (
    "complaint complaints 投诉 客诉 投訴 抱怨 beschwerde reklamation plainte reclamation queja reclamo reclamacao "
    "klacht 苦情 クレーム"
)
_MOST_KINDS: Final = 20
_BASES: Final = ("n_customers", "n_orders")

_TAKEN: Final = Message(
    en="complaints: {kinds} (guessed; --complaint-kinds names others)",
    zh="投诉：{kinds}（自动识别；可用 --complaint-kinds 另行指定）",
)
_OF_ALL_PERIODS: Final = Message(
    en="{base} is of the whole period, and {divided} divides it. Leave one of them out.",
    zh="{base} 为整个期间的数，而 {divided} 将其分段。请去掉其中一个。",
)
_BELOW_0: Final = Message(
    en="{option} must be a number of 0 or more, got {value:g}.", zh="{option} 须为不小于 0 的数，得到 {value:g}。"
)
_NOT_ABOVE_0: Final = Message(
    en="{option} must be a number above 0, got {value:g}.", zh="{option} 须为大于 0 的数，得到 {value:g}。"
)
_NEEDS: Final = {
    "restricted_resolution_time": Parameter("horizon_hours"),
    "complaint_rate[customers]": Parameter("n_customers"),
    "complaint_rate[orders]": Parameter("n_orders"),
}
_LACKING: Final = Message(en="No value without {option}: {kpi}.", zh="未给出 {option}，以下指标没有数值：{kpi}。")
_OPEN: Final = Message(
    en="{kpi} has no value while a ticket is open: the slowest would be missing from it. The medians count open ones.",
    zh="尚有工单未解决时，{kpi}没有数值，否则会漏掉最慢的工单；中位数已计入未解决的工单。",
)
_NO_COMPLAINTS: Final = Message(
    en="None of the kinds is recognised as complaints, so their KPIs are left out. Name them with --complaint-kinds; "
    "the kinds are {kinds}.",
    zh="无法识别哪些类别属于投诉，投诉指标从略。请用 --complaint-kinds 指定；现有类别：{kinds}。",
)


def _answer(asked: Asked) -> Answer:
    from crmkit.cli.reading import BY, Door, checked, named_rows
    from crmkit.metrics import service_kpis
    from crmkit.tickets import TICKET_REASONS, as_tickets, rejected_tickets

    period, given = period_of(asked), asked.given
    for base in _BASES:
        if asked.divided.periods is not None and given[base] is not None:
            divided = Parameter("freq" if asked.divided.calendar is None else "calendar")
            raise OptionError(_OF_ALL_PERIODS(base=Parameter(base), divided=divided))
    found = named_rows(asked.options, _ROLES, asked.named(_ROLES), table="tickets", by=asked.by)
    complaints = given["complaint_kinds"] or _complaints(found.column("kind"), asked.options.language)
    if not complaints:
        found = found.without("kind")
    door = Door(as_tickets, rejected_tickets, TICKET_REASONS)
    tickets = checked(found, door, asked.options, inclusive_due=given["inclusive_due"])
    as_of = asked.options.as_of or period.end
    kpis = service_kpis(
        tickets,
        **period._asdict(),
        as_of=as_of,
        by=() if asked.by is None else BY,
        **asked.divided.arguments,
        complaint_kinds=complaints,
        customers=given["n_customers"],
        orders=given["n_orders"],
        sla_hours=given["sla_hours"],
        complaint_days=given["complaint_days"],
        horizon_hours=given["horizon_hours"],
    )
    _say_what_is_missing(kpis, asked.options.language)
    days = {**period._asdict(), "as_of": as_of}
    return Answer(kpis, days, found.columns, keys_of(asked))


def _say_what_is_missing(kpis: pd.DataFrame, language: Language) -> None:
    """Say what the KPIs without a value need."""
    from crmkit.labels import LABELS

    missing = kpis["value"].isna()
    without = set(kpis.loc[missing, "kpi"]) - set(kpis.loc[~missing, "kpi"])
    for code, option in _NEEDS.items():
        if code in without:
            say(_LACKING(option=option, kpi=LABELS["kpi"][code].text(language)), language)
    if (missing & (kpis["kpi"] == "average_resolution_time") & (kpis["denominator"] > 0)).any():
        say(_OPEN(kpi=LABELS["kpi"]["average_resolution_time"].text(language)), language)


def _complaints(kinds: pd.Series[Any] | None, language: Language) -> list[Any]:
    """The kinds whose names say that they are complaints."""
    if kinds is None:
        return []
    different = sorted({str(kind).strip() for kind in kinds.dropna().unique()} - {""})
    found = [kind for kind in different if plain_name(kind) in _COMPLAINTS.split()]
    said = _TAKEN(kinds=", ".join(found)) if found else _NO_COMPLAINTS(kinds=different[:_MOST_KINDS])
    if found != ["complaint"]:
        say(said, language)
    return found


def _number(option: str, *, metavar: str, says: str, zero: bool) -> OwnOption:
    """An option that is a number above 0, or also 0."""

    def check(given: float) -> None:
        if not (0 < given < math.inf or (zero and given == 0)):
            raise ValueError((_BELOW_0 if zero else _NOT_ABOVE_0)(option=option, value=given))

    return OwnOption(option, {"metavar": metavar, "type": Number(check), "help": says})


TICKETS: Final = KpiTable(
    name="tickets",
    title=Label("KPIs of service", "客户服务指标"),
    answer=_answer,
    takes=frozenset({"merge_ids", "time_zone", "start", "end", "as_of", "by", "freq", "calendar"}),
    needs=("start",),
    roles=_ROLES,
    own=(
        OwnOption(
            "--inclusive-due",
            {"is_flag": True, "help": "--due holds days on which tickets may still be resolved."},
        ),
        _number(
            "--sla-hours",
            metavar="HOURS",
            says="Hours within which tickets are to be resolved; if not given, until they are due.",
            zero=False,
        ),
        _number(
            "--horizon-hours",
            metavar="HOURS",
            says="Where the restricted mean of resolution times ends.",
            zero=False,
        ),
        _number("--n-customers", metavar="N", says="Customers of the period, for the rate of complaints.", zero=True),
        _number("--n-orders", metavar="N", says="Orders of the period, for the rate of complaints.", zero=True),
        OwnOption(
            "--complaint-days",
            {
                "metavar": "N",
                "type": RowCount(),
                "help": "Working days within which complaints are to be answered.",
            },
        ),
        OwnOption(
            "--complaint-kinds",
            {"metavar": "VALUES", "type": Values(), "help": "Kinds that are complaints; the usual ones if not given."},
        ),
    ),
)
