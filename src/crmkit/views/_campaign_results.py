"""What campaigns brought about, what that was worth, and whether their customers are those that were planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._checks import Day
from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message
from crmkit._stats import Adjustment
from crmkit.errors import SchemaError
from crmkit.loyalty.campaigns import assignment_check_table, campaign_effect_table, campaign_return_table

__all__ = ["CampaignResults", "campaign_results"]

_OTHER_PLAN: Final = Message(
    en="The campaign {campaign!r} has the arms {got}, which are not in {@arms}: {planned}. All campaigns are checked "
    "against one plan; judge those that had another one by themselves.",
    zh="活动 {campaign!r} 含有分组 {got}，不在 {@arms}（{planned}）之内。所有活动按同一计划检查；计划不同的活动"
    "请单独评估。",
)


class CampaignResults(NamedTuple):
    """What `campaign_results` gives.

    Attributes
    ----------
    checks : DataFrame or None
        As `crmkit.loyalty.campaigns.assignment_check_table` gives it, after a column ``campaign``; None without shares.
    effects : DataFrame
        As `crmkit.loyalty.campaigns.campaign_effect_table` gives it.
    returns : DataFrame or None
        As `crmkit.loyalty.campaigns.campaign_return_table` gives it; None without spend and response.
    """

    checks: pd.DataFrame | None
    effects: pd.DataFrame
    returns: pd.DataFrame | None


def campaign_results(
    contacts: IntoFrame,
    *,
    outcomes: Sequence[str],
    arms: Mapping[str, float] | None = None,
    spend: str | None = None,
    margin: float | None = None,
    response: str | None = None,
    response_value: float | None = None,
    fixed_cost: float = 0.0,
    as_of: Day | None = None,
    past: str | None = None,
    strata: str | Sequence[str] | None = None,
    level: float = 0.95,
    adjust: Adjustment = "holm",
) -> CampaignResults:
    """Judge campaigns: the checks first, then the effect of each arm, then what it was worth.

    Parameters
    ----------
    contacts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_contacts` makes them; for returns with the cost of contacts.
    outcomes : sequence of str
        Columns of outcomes.
    arms : mapping of str to float, optional
        The shares planned, the same in all campaigns, which each is checked against; the control group among them.
    spend, margin, response, response_value, fixed_cost : optional
        What the effect is worth, as `crmkit.loyalty.campaigns.campaign_return_table` takes it; without ``spend`` and
        ``response`` there are no returns.
    as_of, past, strata, level, adjust : optional
        As in `crmkit.loyalty.campaigns.campaign_effect_table`. Arms are compared by ``past`` in the checks, too.

    Returns
    -------
    CampaignResults
        Checks, effects and returns.

    Raises
    ------
    SchemaError
        As the functions named; if a campaign has an arm that was not planned.
    TypeError
        If ``contacts`` is not a frame, or an argument is of another kind.
    ValueError
        As the functions named.

    Examples
    --------
    >>> from crmkit import as_contacts, make_contacts
    >>> contacts = as_contacts(
    ...     make_contacts(n_customers=20_000, random_state=1).contacts, outcomes=["spend"], control="none", cost="cost"
    ... )
    >>> found = campaign_results(contacts, outcomes=["spend"], spend="spend", margin=0.4)
    >>> found.effects[["outcome", "difference", "lower", "upper"]].round(2)
      outcome  difference  lower  upper
    0   spend        0.99   0.64   1.32
    """
    judged: dict[str, Any] = {"as_of": as_of, "past": past, "strata": strata, "level": level}
    effects = _pandas(campaign_effect_table(contacts, outcomes=outcomes, adjust=adjust, **judged))
    returns = None
    if spend is not None or response is not None:
        worth = {"spend": spend, "margin": margin, "response": response, "response_value": response_value}
        returns = _pandas(campaign_return_table(contacts, **worth, fixed_cost=fixed_cost, **judged))  # type: ignore[arg-type]
    covariates = [] if past is None else [past]
    checks = None if arms is None else _checks(_pandas(contacts), arms, strata=strata, covariates=covariates)
    return CampaignResults(checks, effects, returns)


def _checks(contacts: pd.DataFrame, arms: Mapping[str, float], **compared: Any) -> pd.DataFrame:
    """The checks of each campaign, with its own control group."""
    found = []
    for campaign, rows in contacts.groupby("campaign", observed=True, sort=True):
        if unplanned := sorted(set(rows["arm"].astype(str)) - set(arms)):
            raise SchemaError(_OTHER_PLAN(campaign=campaign, got=unplanned, planned=list(arms)))
        control = str(rows.loc[~rows["treated"], "arm"].iloc[0])
        checks = assignment_check_table(rows, arms=arms, control=control, **compared)
        found.append(checks.assign(campaign=campaign)[["campaign", *checks.columns]])
    return pd.concat(found, ignore_index=True)


def _pandas(table: Any) -> pd.DataFrame:
    return to_pandas(open_frame(table, name="contacts"))
