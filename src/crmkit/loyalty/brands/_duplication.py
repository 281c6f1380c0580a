"""Which other brands the buyers of a brand buy too."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._frames import FrameT, from_pandas
from crmkit.loyalty.brands._law import Dirichlet
from crmkit.loyalty.brands._panel import Panel, read_panel

__all__ = ["brand_duplication_table", "expected_duplication", "observed_duplication", "pairs"]


def brand_duplication_table(panel: FrameT, *, n_customers: int | None = None) -> FrameT:
    r"""Say what share of each brand's buyers buy each other brand, beside the law of duplication of purchase.

    .. math:: b_{k \mid j} = \frac{b_{jk}}{b_j} \approx D\, b_k, \qquad D_{jk} = \frac{b_{jk}}{b_j\, b_k}

    with penetrations b. Where the coefficient D is the same for all pairs, brands share their buyers with each other in
    line with their size; pairs far above it appeal to the same people.

    Parameters
    ----------
    panel : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        Purchases by customer and brand, as `brand_panel_table` makes it.
    n_customers : int, optional
        As in `brand_table`.

    Returns
    -------
    the kind of frame given
        A row per ordered pair of brands: ``brand``; ``other``; ``n_buyers`` of the brand; ``n_both``, those of them who
        buy the other too; ``duplication``, their share; ``coefficient``, D; ``by_law``, the duplication if D were the
        same for all: ``mean_coefficient``, the ratio of sums over all pairs, times the other's penetration; above 1 it
        counts as 1. Penetrations are shares of category buyers where the other customers are not known; D is then
        smaller.

    Raises
    ------
    SchemaError
        If a column is missing or holds an impossible value, there is one brand, or nobody bought one.
    TypeError
        If ``panel`` is not a frame, or ``n_customers`` is not a whole number.
    ValueError
        If ``n_customers`` is below the number of customers in ``panel``.

    References
    ----------
    .. [1] Ehrenberg (1988), *Repeat-Buying*, 2nd ed., chapter 10.

    Examples
    --------
    Two of the three buyers of A buy B too, who has three buyers among six customers: (2 / 3) / (3 / 6) is 1.33.

    >>> import pandas as pd
    >>> panel = pd.DataFrame({"customer_id": [1, 1, 2, 2, 3, 4], "brand": list("ABABAB"), "n_purchases": 1})
    >>> table = brand_duplication_table(panel, n_customers=6)
    >>> table[["brand", "other", "n_both", "duplication", "coefficient"]].round(3)
      brand other  n_both  duplication  coefficient
    0     A     B       2        0.667        1.333
    1     B     A       2        0.667        1.333
    """
    read = read_panel(panel, n_customers=n_customers)
    both, base = observed_duplication(read), read.base
    buyers = np.diag(both)
    first, second = pairs(len(read.brands))
    shared, own, others = both[first, second], buyers[first], buyers[second]
    mean = float(shared.sum() * base / (own @ others))
    table = pd.DataFrame(
        {
            "brand": [read.brands[place] for place in first],
            "other": [read.brands[place] for place in second],
            "n_buyers": own.astype(np.int64),
            "n_both": shared.astype(np.int64),
            "duplication": shared / own,
            "coefficient": shared * base / (own * others),
            "by_law": np.minimum(mean * others / base, 1.0),
            "mean_coefficient": mean,
        }
    )
    return from_pandas(table, like=panel)


def observed_duplication(panel: Panel) -> Floats:
    """Numbers of customers who buy both of two brands; of those who buy a brand on the diagonal."""
    bought = panel.bought
    return np.asarray((bought.T @ bought).toarray(), dtype=np.float64)


def expected_duplication(law: Dirichlet, share: Floats) -> Floats:
    """Shares of customers who buy both of two brands; of those who buy a brand on the diagonal."""
    single = law.penetration(share)
    first, second = pairs(len(share))
    # Together two brands are like one with the share of both.
    joint = single[first] + single[second] - law.penetration(np.minimum(share[first] + share[second], 1.0))
    both = np.diag(single)
    both[first, second] = np.maximum(joint, 0.0)
    return both


def pairs(n: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The places of the ordered pairs of different brands."""
    first, second = np.nonzero(~np.eye(n, dtype=bool))
    return first, second
