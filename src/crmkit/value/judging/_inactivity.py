"""Whether the predicted probability of not buying can be trusted."""

from __future__ import annotations

import numpy as np

from crmkit._checks import Day, check_int
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import calibration_bins
from crmkit.value.judging._holdout import read_holdout
from crmkit.value.judging._judged import Judged

__all__ = ["inactivity_calibration_table"]


def inactivity_calibration_table(holdout: FrameT, *, model: Judged, observation_end: Day, n_bins: int = 10) -> FrameT:
    """Compare the predicted probability of not buying in the holdout period with the share who did not buy.

    Parameters
    ----------
    holdout : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.holdout_split` gives it. Prospects are left out.
    model : a fitted model of purchases
        Of any class, fitted on the calibration period.
    observation_end : date or ISO text
        Last day of the holdout period, as given to `crmkit.holdout_split`.
    n_bins : int, default 10
        Most bins, at least 1: of about equal size, customers of equal probability together.

    Returns
    -------
    the kind of frame given
        One row per bin, the lowest probability first.

        ``bin``
            1, 2 …
        ``n_customers``
            Customers.
        ``predicted``
            Mean predicted probability of not buying.
        ``observed``, ``observed_lower``, ``observed_upper``
            Share of the customers who did not buy, with Wilson's 95 % interval.
        ``brier_score``
            Mean squared difference between the probability and what happened (1 for not buying); lower is better. The
            mean over the bins weighted by ``n_customers`` is the score of all customers.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    SchemaError
        If a column is missing, nobody has bought, or the customers are as of several days.
    TypeError
        If ``model`` is not a model, ``holdout`` not a frame, or ``n_bins`` not a whole number.
    ValueError
        If ``observation_end`` does not fit ``holdout``, or ``n_bins`` is below 1.

    References
    ----------
    .. [1] Brier (1950), "Verification of Forecasts Expressed in Terms of Probability", *Monthly Weather Review* 78(1).

    Examples
    --------
    >>> from crmkit import as_transactions, holdout_split, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> holdout = holdout_split(
    ...     as_transactions(load_cdnow()), calibration_end="1997-09-30", observation_end="1998-06-30"
    ... )
    >>> model = BetaGeoModel().fit(holdout)
    >>> table = inactivity_calibration_table(holdout, model=model, observation_end="1998-06-30", n_bins=3)
    >>> table.drop(columns="brier_score").round(3)
       bin  n_customers  predicted  observed  observed_lower  observed_upper
    0    1          786      0.526     0.429           0.395           0.464
    1    2          779      0.832     0.841           0.813           0.865
    2    3          792      0.856     0.860           0.834           0.882
    """
    check_int(n_bins, name="n_bins", low=1)
    period = read_holdout(holdout, observation_end=observation_end)
    predicted = period.probability_inactive(model)
    inactive = (period.bought == 0).astype(np.float64)
    return from_pandas(calibration_bins(predicted, inactive, n_bins=n_bins), like=holdout)
