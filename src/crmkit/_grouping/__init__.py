"""Groups that rows belong to by their labels: read, checked, in order, joined to customers in any kind of frame."""

from crmkit._grouping._groups import LABEL, Groups, groups_of, label_table
from crmkit._grouping._labels import (
    Labels,
    beside_labels,
    check_labels,
    in_order,
    label_name,
    label_names,
    labels_of,
)

__all__ = [
    "LABEL",
    "Groups",
    "Labels",
    "beside_labels",
    "check_labels",
    "groups_of",
    "in_order",
    "label_name",
    "label_names",
    "label_table",
    "labels_of",
]
