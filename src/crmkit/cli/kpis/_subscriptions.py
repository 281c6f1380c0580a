"""Subscriptions: spells at one price."""

from __future__ import annotations

from typing import Final

from crmkit._messages import Message
from crmkit._names import Label
from crmkit.cli._roles import Role
from crmkit.cli.kpis._groups import keys_of
from crmkit.cli.kpis._period import period_of
from crmkit.cli.kpis._table import Answer, Asked, KpiTable, OwnOption

__all__ = ["SUBSCRIPTIONS"]

_ROLES: Final = (
    Role(
        "customer_id",
        Message(en="customer id", zh="客户编号"),
        "id",
        "",
        also=(
            "account accountno accountnumber accountkey tenantid tenant workspaceid companyid organizationid "
            "organisationid 租户id 租户 企业id 企业编号 账户id 账号",
            "accountname company companyname organization organisation 企业 企业名称 公司 公司名称",
        ),
        needed=True,
    ),
    Role(
        "subscription_id",
        Message(en="subscription id", zh="订阅编号"),
        "id",
        'Subscription ids; "" for none: every customer has one subscription.',
        usual=(
            "subscriptionid subscriptionno subscriptionnumber subscriptionkey subid contractid contractno "
            "contractnumber agreementid 订阅id 订阅编号 订阅号 订阅单号 合同id 合同编号 合同号 合约编号 合约号 "
            "訂閱編號 合約編號 vertragsnummer vertragsnr vertragsid abonummer numerodecontrat numerocontrat idcontrat "
            "numerodecontrato numerocontrato idcontrato numerocontratto contractnummer 契約id 契約番号",
        ),
    ),
    Role(
        "start",
        Message(en="start of the subscription", zh="订阅开始日期"),
        "time",
        "First days served.",
        usual=(
            "startdate startedat startday subscriptionstart subscriptionstartdate subscriptionstartedat servicestart "
            "servicestartdate contractstart contractstartdate effectivedate effectivefrom validfrom begindate "
            "periodstart currentperiodstart activationdate activatedat 开始日期 开始时间 起始日期 起始时间 生效日期 "
            "生效时间 开通日期 开通时间 服务开始日期 订阅开始日期 订阅开始时间 合同开始日期 起租日期 開始日期 生效日 "
            "vertragsbeginn startdatum datededebut datedebut fechadeinicio fechainicio datadiinizio datainizio "
            "datadeinicio 開始日 契約開始日 利用開始日",
            "start begin 开始 起始 beginn debut inicio inizio",
            "signupdate signedupat signeddate 签约日期 签约时间 订阅日期 订阅时间",
        ),
        parameter="start_column",
        needed=True,
    ),
    Role(
        "end",
        Message(en="end of the subscription", zh="订阅结束日期"),
        "time",
        "First days no longer served, blank while it runs.",
        usual=(
            "enddate endedat endday subscriptionend subscriptionenddate subscriptionendedat serviceend serviceenddate "
            "contractend contractenddate effectiveto validto validuntil periodend currentperiodend 结束日期 结束时间 "
            "终止日期 终止时间 停用日期 服务结束日期 订阅结束日期 订阅结束时间 合同结束日期 結束日期 終止日期 "
            "vertragsende enddatum datedefin datefin fechadefin fechafin datadifine datafine datadefim 終了日 "
            "契約終了日 利用終了日",
            "end ended 结束 终止 ende fin fine fim",
            "expirydate expirationdate expiresat expiredate 到期日期 到期日 到期时间 失效日期 有效期至",
            "churndate churnedat terminationdate terminatedat 流失日期 流失时间",
        ),
        parameter="end_column",
        needed=True,
    ),
    Role(
        "mrr",
        Message(en="monthly recurring revenue", zh="月度经常性收入"),
        "number",
        "Value of a month, 0 or more.",
        usual=(
            "mrr mrramount monthlyrecurringrevenue monthlyrevenue recurringrevenue 月度经常性收入 月经常性收入 "
            "经常性收入 月度收入 月收入",
            "monthlyprice monthlyfee monthlycharge monthlycharges monthlyamount pricepermonth feepermonth 月费 月租 "
            "月租费 月费金额 月付金额 月单价 月价 月收费 每月金额 每月费用 月費 月租費 monatsbetrag monatspreis "
            "monatsgebuhr prixmensuel montantmensuel preciomensual cuotamensual canonemensile precomensal "
            "maandbedrag 月額 月額料金",
        ),
        needed=True,
    ),
    Role(
        "list_mrr",
        Message(en="monthly revenue without discounts", zh="标价月收入"),
        "number",
        "Value of a month without discounts; may be blank.",
        usual=("listmrr listmonthlyprice listmonthlyfee grossmrr 标价月费 原价月费 标准月费 目录月费 标价月收入",),
    ),
    Role(
        "end_known",
        Message(en="day on which the end became known", zh="得知结束的日期"),
        "time",
        'Days on which the end became known, such as those of the notice; "" for none.',
        usual=(
            "endknown canceledat cancelledat canceledon cancelledon cancellationdate canceldate cancelledate "
            "noticedate noticegiven cancellationrequestedat 取消日期 取消时间 退订日期 退订时间 申请取消日期 "
            "通知日期 解约申请日期 kundigungsdatum 解約申込日",
        ),
    ),
    Role(
        "trial",
        Message(en="trial flag", zh="试用标记"),
        "flag",
        "Whether it is a trial: true and false, yes and no, 1 and 0, or 是 and 否.",
        usual=("trial istrial trialflag ontrial 试用 是否试用 试用标记 試用 トライアル",),
    ),
    Role("currency", Message(en="currency", zh="币种"), "label", ""),
)


def _answer(asked: Asked) -> Answer:
    from crmkit.cli.reading import BY, Door, checked, named_rows
    from crmkit.metrics import subscription_kpis
    from crmkit.subscriptions import SUBSCRIPTION_REASONS, as_subscriptions, rejected_subscriptions

    period = period_of(asked)
    found = named_rows(asked.options, _ROLES, asked.named(_ROLES), table="subscriptions", by=asked.by)
    door = Door(as_subscriptions, rejected_subscriptions, SUBSCRIPTION_REASONS)
    spells = checked(found, door, asked.options, inclusive_end=asked.given["inclusive_end"])
    as_of, by = asked.options.as_of, () if asked.by is None else BY
    # The same command twice gives the same intervals.
    kpis = subscription_kpis(spells, **period._asdict(), as_of=as_of, by=by, random_state=0, **asked.divided.arguments)
    return Answer(kpis, {**period._asdict(), "as_of": as_of}, found.columns, keys_of(asked))


SUBSCRIPTIONS: Final = KpiTable(
    name="subscriptions",
    title=Label("KPIs of subscriptions", "订阅指标"),
    answer=_answer,
    takes=frozenset({"merge_ids", "time_zone", "start", "end", "as_of", "by", "freq", "calendar"}),
    needs=("start",),
    roles=_ROLES,
    own=(
        OwnOption("--inclusive-end", {"is_flag": True, "help": "The end is the last day served, not the day after."}),
    ),
)
