"""The status of orders: whether a row counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._checks import some
from crmkit._frames import AnyFrame, collected
from crmkit._messages import Message
from crmkit._names import plain_name
from crmkit.errors import SchemaError

__all__ = ["check_counts", "clean_statuses", "usual_status"]

_UNKNOWN: Final = Message(
    en="{where} holds values of which it is not known whether their rows count: {values}. Pass {@counts=} with all the "
    "values that count; rows with any other are then left out.",
    zh="{where}中有无法判断是否计入的取值：{values}。请用 {@counts=} 列出所有计入的取值，其余取值的行不计入。",
)
_TOO_MANY: Final = Message(
    en="{where} holds more than {most:,} different values, such as {values}, and is hardly a status. Name another "
    "column.",
    zh="{where}有超过 {most:,} 种取值，例如 {values}，不像是状态列。请另行指定。",
)
_NO_STATUS: Final = Message(
    en="{@counts} lists values of {@status=}, which is not given.", zh="{@counts} 是 {@status=} 的取值，而后者未给出。"
)
_NO_LIST: Final = Message(
    en="{@counts} must be a sequence of at least one value of {@status=}, got {given!r}.",
    zh="{@counts} 须为 {@status=} 取值的序列，至少一个，得到 {given!r}。",
)
_MOST: Final = 200
_COUNT: Final = frozenset(
    [
        "paid",
        "partiallypaid",
        "partiallyrefunded",
        "completed",
        "complete",
        "shipped",
        "partiallyshipped",
        "shippeddeliveredtobuyer",
        "shippedpickedup",
        "shippedoutfordelivery",
        "delivered",
        "fulfilled",
        "partiallyfulfilled",
        "closed",
        "processing",
        "invoiced",
        "approved",
        "success",
        "successful",
        "succeeded",
        "settled",
        "captured",
        "unshipped",
        "sent",
        "received",
        "done",
        "finished",
        "已完成",
        "完成",
        "交易成功",
        "交易完成",
        "已付款",
        "已支付",
        "付款成功",
        "支付成功",
        "已发货",
        "已签收",
        "已收货",
        "待发货",
        "待收货",
        "待评价",
        "已评价",
        "买家已付款",
        "买家已付款等待卖家发货",
        "卖家已发货等待买家确认",
        "已完成交易",
        "已送达",
        "已出库",
        "已付款待发货",
        "已出貨",
        "已發貨",
        "已付款待出貨",
        "bezahlt",
        "abgeschlossen",
        "versendet",
        "versandt",
        "geliefert",
        "zugestellt",
        "erledigt",
        "inbearbeitung",
        "payee",
        "paye",
        "expediee",
        "expedie",
        "terminee",
        "termine",
        "livree",
        "livre",
        "encoursdetraitement",
        "pagado",
        "pagada",
        "completado",
        "completada",
        "enviado",
        "enviada",
        "entregado",
        "entregada",
        "enproceso",
        "procesando",
        "完了",
        "発送済み",
        "発送済",
        "入金済み",
        "入金済",
        "支払済み",
        "支払済",
        "配達完了",
        "配送済み",
        "出荷済み",
        "取引完了",
    ]
)
_NOT_COUNTED: Final = frozenset(
    [
        "cancelled",
        "canceled",
        "voided",
        "void",
        "pending",
        "pendingpayment",
        "pendingavailability",
        "authorized",
        "expired",
        "failed",
        "declined",
        "rejected",
        "refunded",
        "returned",
        "onhold",
        "draft",
        "checkoutdraft",
        "trash",
        "unpaid",
        "open",
        "new",
        "created",
        "abandoned",
        "chargeback",
        "fraud",
        "unavailable",
        "waiting",
        "awaitingpayment",
        "shippedreturnedtoseller",
        "shippedreturningtoseller",
        "shippedrejectedbybuyer",
        "已取消",
        "取消",
        "交易关闭",
        "已关闭",
        "交易取消",
        "待付款",
        "等待买家付款",
        "未付款",
        "未支付",
        "待支付",
        "已退款",
        "退款",
        "退款成功",
        "退款中",
        "已退货",
        "退货",
        "退货中",
        "支付失败",
        "付款失败",
        "已作废",
        "作废",
        "无效",
        "等待付款",
        "已退貨",
        "交易關閉",
        "storniert",
        "abgebrochen",
        "offen",
        "ausstehend",
        "unbezahlt",
        "erstattet",
        "retourniert",
        "wartend",
        "fehlgeschlagen",
        "inwartestellung",
        "annulee",
        "annule",
        "remboursee",
        "rembourse",
        "enattente",
        "echouee",
        "echoue",
        "impayee",
        "impaye",
        "retournee",
        "cancelado",
        "cancelada",
        "reembolsado",
        "reembolsada",
        "pendiente",
        "pendientedepago",
        "fallido",
        "fallida",
        "enespera",
        "devuelto",
        "devuelta",
        "キャンセル",
        "キャンセル済み",
        "返品",
        "返品済み",
        "返金",
        "返金済み",
        "未入金",
        "未払い",
        "入金待ち",
        "支払待ち",
        "保留",
    ]
)


def check_counts(counts: Sequence[str] | None, *, status: object) -> None:
    """Raise unless ``counts`` is a list of values and there is a column of them."""
    if counts is None:
        return
    if isinstance(counts, str) or not isinstance(counts, Sequence) or not counts:
        raise ValueError(_NO_LIST(given=counts))
    if status is None:
        raise ValueError(_NO_STATUS())


def usual_status(value: object) -> bool | None:
    """Whether rows with a status usually count; None if it is not a usual one."""
    name = plain_name(str(value))
    return True if name in _COUNT else False if name in _NOT_COUNTED else None


def clean_statuses(frame: AnyFrame, column: str, *, where: object, counts: Sequence[str] | None) -> AnyFrame:
    """Replace a column by whether the row counts: by the values listed, or else by those that are usual.

    Case, spaces and punctuation do not matter. A row without a status does not count.
    """
    values = _distinct(frame, column, where=where)
    plain = {value: plain_name(str(value)) for value in values}
    if counts is None:
        unknown = [value for value, name in plain.items() if name and name not in _COUNT | _NOT_COUNTED]
        if unknown:
            raise SchemaError(_UNKNOWN(where=where, values=some(sorted(map(str, unknown)))))
        wanted = _COUNT
    else:
        wanted = frozenset(map(plain_name, counts))
    counted = [value for value, name in plain.items() if name in wanted]
    return frame.with_columns(nw.when(nw.col(column).is_in(counted)).then(nw.lit(1)).otherwise(nw.lit(0)).alias(column))


def _distinct(frame: AnyFrame, column: str, *, where: object) -> list[Any]:
    found = collected(frame.select(column).unique().head(_MOST + 2))[column].to_list()
    values = [value for value in found if not pd.isna(value)]
    if len(values) > _MOST:
        raise SchemaError(_TOO_MANY(where=where, most=_MOST, values=some(values)))
    return values
