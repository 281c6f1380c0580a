"""The tickets table."""

from typing import Final

from crmkit._tables._schema import Field, Schema

__all__ = ["TICKETS"]

TICKETS: Final = Schema(
    name="tickets",
    row="a service case",
    made_by="as_tickets",
    fields=(
        Field("ticket_id", "id", "the ticket"),
        Field("customer_id", "id", "the customer"),
        Field("kind", "label", "what it is about; `complaint` counts", missing="if not recorded"),
        Field("created", "time", "when it was received"),
        Field("first_response", "time", "when it was first answered", missing="while it is not, or if not recorded"),
        Field(
            "first_response_hours",
            "number",
            "hours that went by until then",
            missing="while it is not answered, or if not recorded",
            low=0,
        ),
        Field("resolved", "time", "when it was resolved", missing="while it is open"),
        Field("resolution_hours", "number", "hours that went by until then", missing="while it is open", low=0),
        Field("due", "time", "until when it is to be resolved", missing="where nothing is agreed, or if not recorded"),
        Field("n_contacts", "count", "contacts with the customer about it", missing="if not recorded", whole=True),
        Field("ever_resolved", "flag", "whether it was resolved at least once"),
        Field("reopened", "flag", "whether it was opened again", missing="if not recorded"),
        Field("escalated", "flag", "whether it was passed to a higher level", missing="if not recorded"),
    ),
)
