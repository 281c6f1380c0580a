"""Contacts of campaigns: who was contacted, who was held out, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from crmkit._messages import Message
from crmkit._names import Label, Language, plain_name
from crmkit.cli._roles import Role
from crmkit.cli.kpis._groups import keys_of
from crmkit.cli.kpis._table import Answer, Asked, KpiTable, OwnOption
from crmkit.cli.language import OptionError, say

if TYPE_CHECKING:
    import pandas as pd

    from crmkit.cli.reading import OrderOptions

__all__ = ["CONTACTS", "Contacts", "read_contacts"]

_EVERY_ROW: Final = Message(
    en=" If every row is a customer of their own, pass --customer-id ''.",
    zh="若每行是一位不同的客户，请用 --customer-id ''。",
)
_ROLES: Final = (
    Role("customer_id", Message(en="customer id", zh="客户编号"), "id", "", needed=True, without=_EVERY_ROW),
    Role(
        "arm",
        Message(en="arm", zh="分组"),
        "label",
        "Arms, such as the version of a mailing, or the control group.",
        usual=(
            "arm variant variation testgroup experimentgroup treatmentgroup treatmentarm abgroup abtest abvariant "
            "testcell controlgroup 分组 分组名称 组别 实验分组 实验组别 试验分组 测试分组 ab分组 测试组 实验组 对照组 "
            "分組 組別 testgruppe groupedetest grupodeprueba テスト群",
            "group cell treatment treated contacted 组 是否触达 是否干预 gruppe groupe grupo グループ",
            "segment 细分 分群",
        ),
        needed=True,
    ),
    Role(
        "campaign",
        Message(en="campaign", zh="活动"),
        "label",
        'Campaigns; "" for none: all rows are of one.',
        usual=(
            "campaign campaignid campaignname campaigncode campaignkey 活动 活动名称 活动编号 活动id 营销活动 "
            "营销活动名称 活動 活動名稱 kampagne campagne campana キャンペーン キャンペーン名",
        ),
    ),
    Role(
        "date",
        Message(en="day of the contact", zh="触达日期"),
        "time",
        "",
        usual=(
            "contactdate contactedat senddate sentdate sentat sendtime mailingdate maileddate campaigndate 触达日期 "
            "触达时间 发送日期 发送时间 推送日期 推送时间 投放日期 活动日期 联系日期 發送日期 versanddatum "
            "datedenvoi fechadeenvio 配信日 送信日",
            "date day 日期 时间 datum fecha 日付",
        ),
    ),
    Role(
        "window_days",
        Message(en="days of the window", zh="观察天数"),
        "number",
        "Days in which outcomes counted: a column, or a number for all.",
        usual=("windowdays window attributionwindow attributionwindowdays 观察天数 观察窗口 窗口天数 归因天数",),
        or_number=True,
    ),
    Role(
        "cost",
        Message(en="cost", zh="成本"),
        "number",
        "What each contact cost: a column, or a number for all who were contacted.",
        usual=(
            "cost contactcost costpercontact sendcost 成本 触达成本 单次成本 发送成本 联系成本 触达费用 费用 kosten "
            "cout coste costo custo コスト",
        ),
        or_number=True,
    ),
    Role(
        "outcomes",
        Message(en="outcomes", zh="结果"),
        "number",
        "What came of it, such as visit,conversion,spend: 0 and 1, counts or money.",
        usual=(
            "visit visits visited conversion conversions converted purchase purchased purchases bought ordered orders "
            "response responded clicked opened spend spent revenue sales amount 访问 是否访问 到访 是否到访 到店 "
            "是否到店 转化 是否转化 购买 是否购买 下单 是否下单 响应 是否响应 点击 是否点击 打开 是否打开 核销 "
            "是否核销 消费额 消费金额 销售额 成交金额 购买金额 下单金额 金额 訪問 轉化 購買 消費金額 umsatz kauf achat "
            "compra 購入 購入金額 売上",
        ),
        needed=True,
        several=True,
        blamed="unusable_outcome",
    ),
)
# In the form of `plain_name`; the first group with a match counts.
_CONTROLS: Final = (
    "control controlgroup holdout heldout nocontact notcontacted untreated nontreated none noemail nomail nooffer "
    "nocampaign notreatment 对照 对照组 對照組 控制组 空白组 空白对照 未触达 未触达组 无触达 未发送 不发送 留白组 "
    "kontrolle kontrollgruppe temoin groupetemoin grupodecontrol 対照群 コントロール",
    "0 false no n 否",
)
_MOST_ARMS: Final = 20

_CONTROL: Final = Message(
    en="control group: {arm} (guessed; --control names another)",
    zh="对照组：{arm}（自动识别；可用 --control 另行指定）",
)
_NO_CONTROL: Final = Message(
    en="None of the arms in {column} is recognised as the control group, which was not contacted. Name it with "
    "--control, or pass --control '' if there is none; the arms are {arms}.",
    zh="无法识别列 {column} 中哪个分组是未触达的对照组。请用 --control 指定；没有对照组时用 --control ''。现有分组："
    "{arms}。",
)


class Contacts(NamedTuple):
    """Checked contacts, the columns of the file by role, and the control group as it stands there."""

    table: pd.DataFrame
    columns: Mapping[str, Any]
    control: Any


def read_contacts(
    options: OrderOptions,
    given: Mapping[str, Any],
    *,
    by: str | None = None,
    keep: Sequence[str] = (),
    numbers: Sequence[str] = (),
) -> Contacts:
    """Read the contacts of a file; ``given`` holds what was said of each role and of the control group by parameter.

    ``keep`` are columns that stay, ``numbers`` those of them that hold numbers.
    """
    from crmkit.cli.reading import Door, checked, named_rows
    from crmkit.contacts import CONTACT_REASONS, as_contacts, rejected_contacts

    named = {role.name: {**given, **options.columns}[role.given_by] for role in _ROLES}
    found = named_rows(options, _ROLES, named, table="contacts", by=by, keep=keep, numbers=numbers)
    control = _control(found.column("arm"), given["control"], options.language)
    door = Door(as_contacts, rejected_contacts, CONTACT_REASONS)
    return Contacts(checked(found, door, options, keep=keep, control=control), found.columns, control)


def _answer(asked: Asked) -> Answer:
    from crmkit.cli.reading import BY
    from crmkit.metrics import campaign_kpis

    read = read_contacts(asked.options, asked.given, by=asked.by)
    outcomes = read.columns["outcomes"]
    kpis = campaign_kpis(read.table, outcomes=outcomes, by=None if asked.by is None else BY)
    heads = {"campaign": Label("Campaign", "活动"), "arm": Label("Arm", "分组"), "outcome": Label("Outcome", "结果")}
    # Without a column of campaigns there is one, which needs no name.
    shown = {key: head for key, head in heads.items() if key != "campaign" or read.columns["campaign"] is not None}
    return Answer(kpis, {}, {**read.columns, "control": read.control}, {**keys_of(asked), **shown})


def _control(arms: pd.Series[Any] | None, named: str | None, language: Language) -> Any:
    """The arm that was not contacted, as it stands in the file; None if the user says that there is none."""
    if arms is None or named == "":
        return None
    # Whole numbers are named as text.
    different = {str(arm).strip(): arm for arm in arms.dropna().unique()}
    if named is not None:
        return different.get(named, named)
    for group in _CONTROLS:
        found = [arm for arm in different if plain_name(arm) in group.split()]
        if len(found) == 1:
            say(_CONTROL(arm=found[0]), language)
            return different[found[0]]
    raise OptionError(_NO_CONTROL(column=arms.name, arms=sorted(set(different) - {""})[:_MOST_ARMS]))


CONTACTS: Final = KpiTable(
    name="contacts",
    title=Label("Outcomes of campaigns", "活动结果"),
    answer=_answer,
    takes=frozenset({"merge_ids", "time_zone", "by"}),
    roles=_ROLES,
    own=(
        OwnOption(
            "--control",
            {"metavar": "ARM", "help": 'The arm that was not contacted; "" if there is none. Guessed from its name.'},
        ),
    ),
)
