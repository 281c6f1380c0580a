"""Usual names of columns, in the languages of common exports, by their role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from crmkit._names import plain_name

__all__ = ["HINTS", "OWN_NAMES", "TELLING", "USUAL_NAMES", "header_below", "likely_columns"]

OWN_NAMES: Final = frozenset({"customer_id", "date", "amount"})
"""Names that the library's own tables have: taken first, without a message."""

# The first group of a role with a match counts; names within a group are equally good.
USUAL_NAMES: Final = MappingProxyType(
    {
        "customer_id": (
            "customeruniqueid",
            "customerid customerno customernr customernumber customercode customerkey custid custno custkey "
            "householdkey 客户id 客户编号 客户号 客户代码 客户编码 客戶id 客戶編號 客戶代碼 kundennummer kundennr "
            "kundenid kdnr kundenno debitorennummer numeroclient nclient noclient idclient codeclient clientid "
            "idcliente codigocliente codigodecliente numerodecliente numerocliente codcliente 顧客id 顧客番号 "
            "顧客コード お客様番号 お客様id 得意先コード 得意先番号 "
            "codigodocliente numerodocliente codicecliente numerocliente klantnummer klantnr klantid",
            "memberid memberno userid buyerid shopperid visitorid accountid 会员id 会员号 会员编号 会员卡号 "
            "會員id 會員編號 會員卡號 用户id 用户编号 用戶id 顾客id 顾客编号 买家id 買家id 会員id 会員番号 "
            "buyerusername buyeruserid 下单帐号 下单账号 ユーザーid mitgliedsnummer numeroadherent idusuario",
            "customer client member user buyer shopper household 客户 会员 用户 顾客 买家 买家会员名 买家昵称 "
            "客戶 會員 買家 klant kunde kaufer acheteur cliente comprador usuario 顧客 顧客名 お客様",
            "customeremail billingemail buyeremail emailaddress email emailbilling 邮箱 电子邮箱",
            "买家手机号 买家手机 收货人手机号 手机号 手机号码",
        ),
        "date": (
            "orderdate orderdatetime ordertime orderedat orderpurchasetimestamp orderplaced datecreated "
            "invoicedate purchasedate purchasetime transactiondate transactiontime transactiondt saledate "
            "salesdate eventtime tdat 订单日期 订单时间 下单日期 下单时间 订单创建时间 购买日期 购买时间 交易日期 "
            "交易时间 消费日期 消费时间 销售日期 销售时间 訂單日期 訂單時間 下單時間 購買日期 bestelldatum "
            "rechnungsdatum auftragsdatum kaufdatum belegdatum buchungsdatum verkaufsdatum datedecommande "
            "datecommande datedefacture datefacture datefacturation datedachat dateachat datedevente datevente "
            "fechapedido fechadepedido fechadelpedido fechacompra fechadecompra fechafactura fechadefactura "
            "fechaventa fechadeventa fechaorden fechadeorden 注文日 注文日時 購入日 購入日時 受注日 受注日時 "
            "売上日 取引日 取引日時 販売日 dataordine datadiacquisto datafattura datavendita datadopedido datapedido "
            "datadacompra datacompra datadavenda datavenda besteldatum orderdatum factuurdatum aankoopdatum",
            "date datetime day timestamp 日期 时间 時間 datum fecha data 日付 日時",
            "createdat createddate createddateutc createdutc creationdate paidat paiddate paymentdate "
            "paymenttime 创建日期 创建时间 付款日期 付款时间 支付时间 成交时间 订单付款时间 付款時間",
        ),
        "amount": (
            "amount orderamount netamount paidamount amountpaid transactionamount purchaseamount revenue "
            "netrevenue sales netsales salesamount salesvalue paymentvalue turnover 金额 订单金额 实付金额 实付款 "
            "实收金额 支付金额 付款金额 交易金额 成交金额 消费金额 销售额 销售金额 买家实际支付金额 "
            "買家實際支付金額 订单实付金额 金額 訂單金額 實付金額 消費金額 銷售額 銷售金額 betrag rechnungsbetrag "
            "bestellwert umsatz nettobetrag bruttobetrag nettoumsatz montant montantttc montantht montanttotal "
            "chiffredaffaires importe monto importetotal montototal ventas ingresos 注文金額 購入金額 売上 "
            "売上金額 売上高 販売金額 支払金額 税込金額 importo valor bedrag",
            "total totalamount ordertotal ordertotalamount linetotal totalprice grandtotal totalsales "
            "totalrevenue 总额 总金额 总价 合计 订单总额 總金額 總額 總計 gesamtbetrag gesamtpreis gesamtsumme "
            "summe totalttc totalht prixtotal valortotal preciototal 合計 合計金額 総額 "
            "importototale totale totaleordine totaal totaalbedrag totaldopedido",
        ),
        "quantity": (
            "quantity qty aantal quantita quantidade orderquantity orderqty quantitypurchased lineitemquantity "
            "数量 购买数量 商品数量 销售数量 件数 數量 宝贝总数量 menge anzahl stuckzahl quantite qte cantidad "
            "個数 点数 購入数量",
            "units unitssold stuck unidades 销量 銷量",
        ),
        "unit_price": (
            "unitprice stukprijs prezzounitario precounitario priceperunit lineitemprice 单价 商品单价 销售单价 單價 "
            "einzelpreis stuckpreis prixunitaire pu preciounitario 単価 商品単価",
            "price itemprice itemcost 价格 商品价格 價格 preis prix precio 価格",
        ),
        "order_id": (
            "orderid orderno ordernr ordernumber ordercode salesordernumber basketid amazonorderid 订单id 订单号 "
            "订单编号 訂單編號 訂單號碼 訂單號 bestellnummer bestellnr bestellid auftragsnummer auftragsnr "
            "numerodecommande numerocommande ncommande nocommande idcommande numerodepedido numeropedido idpedido "
            "numerodeorden idorden numeroordine idordine numerodopedido ordernummer bestelnummer 注文番号 注文id "
            "受注番号",
            "invoiceid invoiceno invoicenumber invoice receiptno receiptid transactionid 发票号 小票号 流水号 "
            "交易号 单号 發票號碼 rechnungsnummer rechnungsnr belegnummer belegnr bonnummer numerodefacture "
            "numerofacture nfacture facture numerodefactura numerofactura factura 伝票番号 レシート番号 取引番号",
            "order pedido ordine bestelling bestellung auftrag commande orden 注文",
        ),
        "currency": (
            "currency currencycode ordercurrency 币种 货币 幣別 幣種 貨幣 wahrung waehrung devise monnaie moneda "
            "divisa 通貨",
        ),
        "refund_date": (
            "refunddate refundeddate refundedat refundtime dateofrefund refundedon 退款日期 退款时间 退款完成时间 "
            "返金日 erstattungsdatum",
        ),
        "refund": (
            "refundedamount refundamount amountrefunded refundedtotal 退款金额 订单已退款金额 已退款金额 "
            "totalrefunded 返金額 erstattungsbetrag",
        ),
        "status": (
            "orderstatus financialstatus paymentstatus 订单状态 交易状态 支付状态 訂單狀態 bestellstatus "
            "auftragsstatus zahlungsstatus statutcommande statutdelacommande estadodelpedido estadopedido "
            "注文ステータス 注文状態",
        ),
    }
)
"""Names in the form of `plain_name`."""

HINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "customer_id": "cust client klant klient клиент kund user buyer member shopper account person email mail phone "
        "客 会员 會員 用户 买家 顧 会員",
        "date": "date data дата time day datum fecha when month year 日 时 時 年",
        "amount": "amount bedrag import valor kwota сумма total price revenue sale value paid pay sum money net gross "
        "betrag umsatz preis montant prix importe precio monto 金 额 額 价 價 款 売 円",
        "quantity": "quant qty unit count number menge anzahl cantidad 数 數 量",
        "unit_price": "price cost preis prix precio 价 價",
    }
)
"""What names of a role tend to hold, where they are not usual ones."""
TELLING: Final = MappingProxyType({role: USUAL_NAMES[role] for role in ("customer_id", "date", "amount")})
"""The roles by which a header of orders is known."""
_MOST_LIKELY: Final = 3


def header_below(below: Sequence[tuple[int, Sequence[str]]], telling: Mapping[str, Sequence[str]]) -> int | None:
    """The lines above the first row that looks like a header: it names two of the roles, given with usual names."""
    usual = {role: {name for group in groups for name in group.split()} for role, groups in telling.items()}
    for n_before, row in below:
        names = {plain_name(str(cell)) for cell in row}
        if sum(bool(names & usual[role]) or bool({role} & set(row)) for role in usual) > 1:
            return n_before
    return None


def likely_columns(header: Sequence[str], *, usual: Sequence[str], hints: str) -> list[str]:
    """Name the columns that may be meant although none has a usual name, the likeliest first."""
    plain: Mapping[str, str] = {plain_name(column): column for column in reversed(header)}
    names = [name for group in usual for name in group.split()]
    hinted = [column for name, column in plain.items() if any(hint in name for hint in hints.split())]
    near = [column for name, column in plain.items() if get_close_matches(name, names, n=1, cutoff=0.75)]
    return list(dict.fromkeys([*near, *sorted(hinted, key=list(header).index)]))[:_MOST_LIKELY]
