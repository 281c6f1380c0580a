"""What a loyalty index is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._checks import check_option
from crmkit._frames import to_pandas
from crmkit._messages import Message
from crmkit._names import LANGUAGES, Label, Language
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.plotting._contributions import Contributions, draw_contributions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_loyalty_index"]

_COLUMNS: Final = ("component", "n_customers", "loyalty_index", "contribution")
_COMPONENTS: Final = {
    "satisfaction": Label("Satisfaction", "满意度"),
    "tenure_days": Label("Tenure", "关系时长"),
    "net_opened": Label("Net account opening", "净开户"),
    "share_of_wallet": Label("Share of wallet", "钱包份额"),
    "repurchase": Label("Likelihood of buying again", "复购意愿"),
}
_INDEX: Final = Label("Loyalty index", "忠诚度指数")

_NOBODY: Final = Message(en="{@contributions} has no rows.", zh="{@contributions} 没有任何行。")


def plot_loyalty_index(contributions: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the mean loyalty index of groups and what each component contributes.

    Parameters
    ----------
    contributions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As ``contribution_table`` of `crmkit.loyalty.LoyaltyIndex` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per group, the first on top, all customers last, in parts that add up to the index.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``contributions`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.loyalty import LoyaltyIndex
    >>> customers = pd.DataFrame({"satisfaction": [5, 4, 2], "share_of_wallet": [0.9, 0.2, 0.4], "region": list("aab")})
    >>> index = LoyaltyIndex(components=["satisfaction", "share_of_wallet"]).fit(customers)
    >>> ax = plot_loyalty_index(index.contribution_table(customers, by="region"))
    """
    check_option(language, LANGUAGES, name="language")
    made_by = "loyalty.LoyaltyIndex.contribution_table"
    table = to_pandas(open_columns(contributions, _COLUMNS, name="contributions", made_by=made_by))
    if table.empty:
        raise SchemaError(_NOBODY())
    what = Contributions("component", "n_customers", "loyalty_index", _INDEX, _COMPONENTS, 1.0, "{:.2f}".format)
    return draw_contributions(table, what, ax=ax, language=language)
