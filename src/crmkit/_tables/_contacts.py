"""The contacts table."""

from typing import Final

from crmkit._tables._schema import Field, Schema

__all__ = ["CONTACTS"]

CONTACTS: Final = Schema(
    name="contacts",
    row="a customer in a campaign, with what came of it; the outcomes are columns under their own names",
    made_by="as_contacts",
    fields=(
        Field("customer_id", "id", "the customer"),
        Field("campaign", "label", "the campaign; `campaign` where no column is named"),
        Field("arm", "label", "the version that they were given, or the control group"),
        Field("treated", "flag", "whether they were contacted; false in the control group"),
        Field("date", "day", "the day of the contact", missing="where it is not recorded"),
        Field("window_days", "count", "days in which outcomes counted", missing="where it is not recorded", whole=True),
        Field("cost", "money", "what the contact cost", missing="where it is not recorded", low=0),
    ),
)
