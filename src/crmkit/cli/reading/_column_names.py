"""Usual names of columns, in English and Chinese, by their role."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

__all__ = ["OWN_NAMES", "USUAL_NAMES"]

OWN_NAMES: Final = frozenset({"customer_id", "date", "amount"})
"""Names that the library's own tables have: taken first, without a message."""

# The first group of a role with a match counts; names within a group are equally good.
USUAL_NAMES: Final = MappingProxyType(
    {
        "customer_id": (
            "customerid customerno customernumber customercode custid 客户id 客户编号 客户号 客户代码 客户编码",
            "memberid memberno userid clientid buyerid shopperid 会员id 会员号 会员编号 会员卡号 "
            "用户id 用户编号 顾客id 顾客编号 买家id",
            "customer client member user buyer shopper 客户 会员 用户 顾客 买家 买家会员名 买家昵称",
        ),
        "date": (
            "orderdate orderdatetime ordertime orderedat invoicedate purchasedate purchasetime transactiondate "
            "transactiontime saledate salesdate 订单日期 订单时间 下单日期 下单时间 订单创建时间 购买日期 购买时间 "
            "交易日期 交易时间 消费日期 消费时间 销售日期 销售时间",
            "date datetime day timestamp 日期 时间",
            "createdat createddate creationdate paidat paymentdate paymenttime 创建日期 创建时间 付款日期 付款时间 "
            "支付时间 成交时间",
        ),
        "amount": (
            "amount orderamount netamount paidamount amountpaid transactionamount revenue netrevenue sales netsales "
            "salesamount 金额 订单金额 实付金额 实付款 实收金额 支付金额 付款金额 交易金额 成交金额 "
            "消费金额 销售额 销售金额",
            "total totalamount ordertotal linetotal totalprice grandtotal 总额 总金额 总价 合计 订单总额",
        ),
        "quantity": ("quantity qty orderquantity 数量 购买数量 商品数量 销售数量 件数", "units 销量"),
        "unit_price": ("unitprice priceperunit 单价 商品单价 销售单价", "price itemprice 价格 商品价格"),
        "order_id": (
            "orderid orderno ordernumber ordercode 订单id 订单号 订单编号",
            "invoiceid invoiceno invoicenumber invoice receiptno receiptid transactionid 发票号 小票号 流水号 "
            "交易号 单号",
        ),
        "currency": ("currency currencycode 币种 货币",),
    }
)
"""Names without case, spaces, underscores and hyphens."""
