"""What a model says about every history that customers of one age can have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from crmkit._checks import check_int, check_number
from crmkit._messages import Message
from crmkit.value._checks import check_horizon
from crmkit.value._purchases._model import PurchaseModel, check_purchase_model

__all__ = ["frequency_recency_table"]

_NO_AGE: Final = Message(
    en="{@T} must be days since the first purchase, above 0, got {value!r}.",
    zh="{@T} 须为距首次购买的天数，大于 0，得到 {value!r}。",
)


def frequency_recency_table(
    *,
    model: PurchaseModel,
    T: float,
    horizon: float,
    max_frequency: int = 20,
    n_recency: int = 51,
    covariates: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Tabulate what each history means: the probability of being alive and the purchases expected.

    Customers are alike in all but their history: each bought for the first time ``T`` days ago.

    Parameters
    ----------
    model : PurchaseModel
        Fitted, in continuous time: any but `BetaGeoBetaBinomModel`.
    T : float
        Days from the first purchase to today, above 0, as in the customers table.
    horizon : float
        Time after today for which purchases are predicted, in the model's ``time_unit``; 0 or longer.
    max_frequency : int, default 20
        The most repeat purchases, at least 1.
    n_recency : int, default 51
        Points of an even grid of recencies from 0 to ``T``, at least 2; 51 gives steps of 2 % of ``T``.
    covariates : mapping of str to float, optional
        The customers' covariates, where the model has any.

    Returns
    -------
    DataFrame
        One row per history, by frequency, then recency. Only customers who never bought again have recency 0, so
        there are 1 + ``max_frequency`` (``n_recency`` - 1) rows.

        ``frequency``
            Repeat purchases, 0 to ``max_frequency``.
        ``recency``
            Days from the first to the last purchase, 0 to ``T``; not rounded.
        ``probability_alive``
            Today, in [0, 1].
        ``expected_purchases``
            Purchase days expected within ``horizon``, not negative.

    Raises
    ------
    NotFittedError
        Before the model is fitted.
    TypeError
        If ``model`` is not a model of purchases, or counts opportunities, not days; if ``T``, ``horizon`` or a
        covariate is not a number, or ``max_frequency`` or ``n_recency`` not a whole number.
    ValueError
        If ``T`` is not above 0, ``horizon`` negative, either or a covariate infinite, ``max_frequency`` below 1,
        ``n_recency`` below 2, or ``covariates`` are not those of the model.

    References
    ----------
    .. [1] Fader, Hardie and Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis",
       *Journal of Marketing Research* 42(4), 415-430.

    Examples
    --------
    >>> from crmkit.value import BetaGeoModel, frequency_recency_table
    >>> model = BetaGeoModel.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, time_unit="W")
    >>> frequency_recency_table(model=model, T=364, horizon=52, max_frequency=2, n_recency=3).round(3)
       frequency  recency  probability_alive  expected_purchases
    0          0      0.0              1.000               0.199
    1          1    182.0              0.587               0.573
    2          1    364.0              0.754               0.736
    3          2    182.0              0.519               0.893
    4          2    364.0              0.812               1.397
    """
    check_purchase_model(model)
    age = _as_age(T)
    time = check_horizon(horizon)
    check_int(max_frequency, name="max_frequency", low=1)
    check_int(n_recency, name="n_recency", low=2)
    recencies = np.linspace(0.0, age, n_recency)[1:]
    frequency = np.repeat(np.arange(1, max_frequency + 1), len(recencies))
    table = pd.DataFrame(
        {"frequency": np.append(0, frequency), "recency": np.append(0.0, np.tile(recencies, max_frequency))}
    )
    own = model._columns_of(covariates, n=1)
    histories = table.assign(T=age, **{name: values[0] for name, values in own.items()})
    return table.assign(
        probability_alive=model.probability_alive(histories),
        expected_purchases=model.expected_purchases(histories, horizon=time),
    )


def _as_age(T: object) -> float:
    check_number(T, name="T")
    age = float(T)  # type: ignore[arg-type]
    if age <= 0:
        raise ValueError(_NO_AGE(value=T))
    return age
