"""A list where one column is to be named is refused as such, by doors, tables and models alike."""

import pandas as pd
import pytest

from crmkit import SchemaError, as_contacts, as_transactions, log_coverage_table
from crmkit._messages import Words
from crmkit.loyalty import campaigns, churn
from crmkit.metrics import campaign_kpis, concentration_table
from crmkit.segment import segment_table
from crmkit.segment.movement import movement_table, transition_table
from crmkit.value import BetaGeoModel, fit_groups, pricing, profit

ROWS = pd.DataFrame(
    {
        "customer_id": [1, 2, 3, 4],
        "date": pd.Timestamp("2024-01-01"),
        "amount": [1.0, 2.0, 3.0, 4.0],
        "n_orders": 1,
        "spend": [1.0, 2.0, 3.0, 4.0],
        "arm": ["none", "none", "mail", "mail"],
        "was": [0, 1, 0, 1],
        "order_id": [1, 2, 3, 4],
        "quantity": 1.0,
        "kind": "allocated",
        "pool": "calls",
        "cost": 1.0,
        "region": ["north", "north", "south", "south"],
    }
)
CONTACTS = as_contacts(ROWS, outcomes=["spend", "was"], control="none")
ASKED = {
    "as_transactions": (as_transactions, ROWS, {"customer_id": ["customer_id"]}),
    "as_contacts": (as_contacts, ROWS, {"outcomes": ["spend"], "control": "none", "arm": ["arm"]}),
    "log_coverage_table": (log_coverage_table, as_transactions(ROWS), {"as_of": "2024-02-01", "by": ["region"]}),
    "segment_table": (segment_table, ROWS, {"by": ["region"]}),
    "segment_table of a value": (segment_table, ROWS, {"by": "region", "value": ["spend"]}),
    "movement_table": (lambda rows, **asked: movement_table(rows, rows, **asked), ROWS, {"by": ["region"]}),
    "fit_groups": (fit_groups, ROWS, {"model": BetaGeoModel(), "by": ["region"]}),
    "campaign_kpis": (campaign_kpis, CONTACTS, {"outcomes": ["spend"], "by": ["arm"]}),
    "campaign_effect_table": (campaigns.campaign_effect_table, CONTACTS, {"outcomes": ["spend"], "past": ["was"]}),
    "campaign_return_table": (campaigns.campaign_return_table, CONTACTS, {"spend": ["spend"], "margin": 0.4}),
    "promotion_table": (
        campaigns.promotion_table,
        CONTACTS,
        {"kind": "limited_time", "promoted_sales": ["spend"], "later_sales": "was"},
    ),
    "matching_overlap_table": (campaigns.matching_overlap_table, ROWS, {"treated": ["was"], "covariates": ["spend"]}),
    "cuped_table": (campaigns.cuped_table, ROWS, {"outcome": ["spend"]}),
    "customer_profit_table": (profit.customer_profit_table, ROWS, {"cost": ["spend"], "returned_cost": "recovered"}),
    "whale_curve_table": (profit.whale_curve_table, ROWS, {"value": ["spend"]}),
    "relative_value_table": (profit.relative_value_table, ROWS, {"value": ["spend"]}),
    "price_volume_mix_table": (
        lambda rows, **asked: profit.price_volume_mix_table(rows, rows, **asked),
        ROWS,
        {"item": ["arm"]},
    ),
    "allocate_costs": (lambda rows, **asked: profit.allocate_costs(rows, rows, **asked), ROWS, {"by": ["region"]}),
    "allocation_sensitivity_table": (profit.allocation_sensitivity_table, ROWS, {"profits": ROWS, "value": ["spend"]}),
    "elasticity_table": (
        pricing.elasticity_table,
        ROWS,
        {"product": ["arm"], "price": "spend", "quantity": "n_orders"},
    ),
    "cross_elasticity_table": (
        pricing.cross_elasticity_table,
        ROWS,
        {"product": "arm", "price": ["spend"], "quantity": "n_orders", "period": "date"},
    ),
    "optimal_price_table": (pricing.optimal_price_table, ROWS, {"unit_cost": "spend", "estimate": ["spend"]}),
    "gabor_granger_table": (pricing.gabor_granger_table, ROWS, {"limit": ["spend"]}),
    "channel_return_table": (
        pricing.channel_return_table,
        ROWS,
        {"by": ["arm"], "spend": "spend", "sales": "amount"},
    ),
    "response_curve_table": (
        pricing.response_curve_table,
        ROWS,
        {"channel": ["arm"], "spend": "spend", "response": "amount"},
    ),
}


# Refusal


@pytest.mark.parametrize("name", ASKED)
def test_a_list_for_one_column(name):
    asked, table, arguments = ASKED[name]
    with pytest.raises(TypeError, match=r"`\w+` must be the name of one column, got \['\w+'\]"):
        asked(table, **arguments)


@pytest.mark.parametrize(
    ("asked", "arguments"),
    [
        (concentration_table, {"value": ["spend"]}),
        (transition_table, {"before": ["region"], "after": "region"}),
        (churn.leak_table, {"outcome": ["was"], "test": ROWS}),
    ],
)
def test_a_list_that_reaches_the_table(asked, arguments):
    with pytest.raises(TypeError, match=r"is named by \['\w+'\], which names no single column"):
        asked(ROWS, **arguments)


@pytest.mark.parametrize(
    "arguments", [{"outcomes": [["spend"]]}, {"ratios": {"each": (["spend"], "was")}}, {"outcomes": "spend"}]
)
def test_lists_in_lists(arguments):
    with pytest.raises(TypeError, match="must be a list of columns, got"):
        campaigns.campaign_effect_table(CONTACTS, **arguments)


def test_a_table_with_headers_of_its_own_is_told_to_rename_them():
    with pytest.raises(SchemaError, match=r"it has \['会员号', .*has only to be renamed") as error:
        campaigns.difference_in_differences_table(
            ROWS, customers=ROWS.rename(columns={"customer_id": "会员号"}), treated="was", start="2024-01-01",
            as_of="2024-02-29", n_before=2, n_after=1, freq="M",
        )  # fmt: skip
    assert "若已有相应的列，改名即可" in error.value.args[0].told("zh", Words())
