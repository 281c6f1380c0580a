"""The customers of a file in their segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._messages import Message
from crmkit.cli.language import say
from crmkit.cli.segments._read import FileSource, Listed
from crmkit.cli.segments._schemes import SCHEMES, scheme_of

if TYPE_CHECKING:
    import pandas as pd

    from crmkit.cli.reading import OrderOptions
    from crmkit.views import SegmentedBase

__all__ = ["divided"]

_IN_NONE: Final = Message(
    en="{n:,} {n:customer is|customers are} in no segment: what would decide it is not known of them.",
    zh="{n:,} 位客户不属于任何分群：缺少判断所需的数据。",
)


def divided(
    listed: Listed, segmenter: Any, source: FileSource, options: OrderOptions, *, fit: bool, quality: bool
) -> tuple[SegmentedBase, pd.DataFrame]:
    """The base in its segments, and the list of the customers."""
    from crmkit.views import base_remarks, segmented_base, segmented_customers

    scheme, table = SCHEMES[scheme_of(segmenter)], listed.table
    without_orders = scheme.counts_orders and not listed.knows_orders
    if without_orders:
        table = table.assign(n_orders=1)
    for said in [] if scheme.suit is None or not fit else scheme.suit(segmenter, table):
        say(said, options.language)
    found = segmented_base(
        table,
        segmenter=segmenter,
        fit=fit,
        with_prospects=listed.with_prospects,
        profile=None if source.profile is None else [source.called.get(each, each) for each in source.profile],
        quality=quality,
    )
    made = segmented_customers(table, segmenter=found.segmenter, language=options.language)
    if without_orders:
        made = made.drop(columns="n_orders")
    if scheme.beside is not None:
        further = scheme.beside(
            listed.transactions,
            known=listed.known,
            segmenter=found.segmenter,
            as_of=options.as_of,
            language=options.language,
        )
        made = made.merge(further, on="customer_id", how="left")
    for said in [] if scheme.remarks is None else scheme.remarks(found.segmenter):
        say(said, options.language)
    for said in [] if found.base is None else base_remarks(found.base):
        say(said, options.language)
    if n_without := int(made["segment"].isna().sum()):
        say(_IN_NONE(n=n_without), options.language)
    return found, made
