"""The tables of brands: purchases of a panel, markets, switches, wallets, ratings."""

from typing import Final

from crmkit._messages import Message
from crmkit._tables._schema import Field, Rule, Schema

__all__ = ["BRANDS", "BRAND_PANEL", "BRAND_RATINGS", "BRAND_SWITCHES", "WALLETS"]

# Nobody buys as often, and no sum of such counts overflows.
_MOST: Final = 1e9
_BRAND: Final = Field("brand", "id", "the brand")
_UNKNOWN: Final = "where the customers without a purchase are not known"

BRAND_PANEL: Final = Schema(
    name="panel",
    row="a customer and a brand; rows of the same two add up",
    made_by="loyalty.brands.brand_panel_table",
    fields=(
        Field("customer_id", "id", "the customer or household"),
        _BRAND,
        Field("n_purchases", "count", "purchases of the brand; 0 counts the customer as one", high=_MOST, whole=True),
    ),
)

BRANDS: Final = Schema(
    name="brands",
    row="a brand of a market",
    made_by="loyalty.brands.brand_table",
    fields=(
        _BRAND,
        Field("share", "share", "its share of all purchases of the category"),
        Field("penetration", "share", "share of customers who bought it", missing=_UNKNOWN),
        Field(
            "category_penetration", "share", "share of customers who bought the category, on each row", missing=_UNKNOWN
        ),
        Field("category_frequency", "number", "purchases per buyer of the category, on each row", low=1, high=_MOST),
    ),
)

BRAND_SWITCHES: Final = Schema(
    name="switches",
    row="a brand bought and the brand bought next",
    made_by="loyalty.brands.switch_count_table",
    fields=(
        Field("brand_before", "id", "the brand bought"),
        Field("brand_after", "id", "the brand bought next"),
        Field("n_switches", "count", "how often; parts where several brands were bought at once", high=1e15),
    ),
)

WALLETS: Final = Schema(
    name="customers",
    row="a customer whose spending in the category is known",
    made_by="a survey or a panel",
    fields=(
        Field("own_spend", "money", "what they spent with you", missing="where they did not say", low=0),
        Field(
            "category_spend",
            "money",
            "what they spent in the category, with you and with others",
            missing="where they did not say",
            low=0,
        ),
    ),
    rules=(
        Rule(
            columns=("own_spend", "category_spend"),
            # What was added up in another order may differ in the last digits.
            broken=lambda column: column["own_spend"] > column["category_spend"] * (1 + 1e-9),
            says=Message(en="{own_spend} is above {category_spend}", zh="{own_spend}大于{category_spend}"),
        ),
    ),
)

BRAND_RATINGS: Final = Schema(
    name="ratings",
    row="a customer and a brand that they use",
    made_by="a survey",
    fields=(
        Field("customer_id", "id", "the customer"),
        _BRAND,
        Field("rating", "number", "how they rate it, such as satisfaction from 1 to 10; the higher the better"),
        Field("category_spend", "money", "what they spend in the category, on each row", low=0, optional=True),
    ),
)
