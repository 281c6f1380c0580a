"""Labels of any kind make groups in every table of KPIs, or are refused."""

import datetime as dt

import pandas as pd
import pytest

from crmkit import SchemaError, as_contacts, as_plan, as_subscriptions, as_tickets, as_transactions
from crmkit.metrics import (
    campaign_kpis,
    execution_kpis,
    execution_scorecard,
    kpi_table,
    mrr_movement_table,
    order_kpis,
    service_kpis,
    subscription_kpis,
)

DAY, LAST = "2024-01-01", "2024-01-31"


def of_inputs(labels, by="seg"):
    return kpi_table(pd.DataFrame({"seg": labels, "orders": 1, "revenue": 1.0}), by=by)["seg"]


def of_orders(labels):
    ids = range(len(labels))
    log = as_transactions(pd.DataFrame({"customer_id": ids, "date": DAY, "amount": 1.0}))
    return order_kpis(log, start=DAY, end=LAST, by=pd.DataFrame({"customer_id": ids, "seg": labels}))["seg"]


def of_tickets(labels, by="seg"):
    rows = pd.DataFrame({"ticket_id": range(len(labels)), "customer_id": 1, "created": DAY, "resolved": DAY})
    tickets = as_tickets(rows.assign(seg=labels), keep=["seg"])
    return service_kpis(tickets, start=DAY, end=LAST, as_of=LAST, by=by)["seg"]


def spells(labels):
    rows = pd.DataFrame({"customer_id": range(len(labels)), "start": DAY, "end": None, "mrr": 1.0})
    return as_subscriptions(rows.assign(seg=labels), keep=["seg"])


def of_subscriptions(labels, by="seg"):
    return subscription_kpis(spells(labels), start=DAY, end=LAST, by=by)["seg"]


def of_movements(labels, by="seg"):
    return mrr_movement_table(spells(labels), as_of=LAST, by=by)["seg"]


def of_contacts(labels):
    rows = pd.DataFrame({"customer_id": range(len(labels)), "arm": "mail", "visit": 1})
    contacts = as_contacts(rows.assign(seg=labels), outcomes=["visit"], control=None, keep=["seg"])
    return campaign_kpis(contacts, outcomes=["visit"], by="seg")["seg"]


def plan(labels):
    rows = pd.DataFrame({"item": range(len(labels)), "kind": "task", "due": DAY, "done": DAY})
    return as_plan(rows.assign(seg=labels), due="due", done="done", owner="seg")


def of_plan(labels):
    return execution_kpis(plan(labels), as_of=LAST, by="owner")["owner"]


def of_items(labels):
    card = execution_scorecard(plan(labels), as_of=LAST)
    return card[card["level"] == "owner"]["owner"]


TABLES = [of_inputs, of_orders, of_tickets, of_subscriptions, of_movements, of_contacts, of_plan, of_items]


@pytest.mark.parametrize("table", TABLES)
def test_labels_of_several_kinds_are_in_order(table):
    labels = [2, "b", dt.date(2024, 1, 1), 1, "a"]
    assert table(labels).dropna().drop_duplicates().tolist() == [dt.date(2024, 1, 1), 1, 2, "a", "b"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("label", [["a"], pd.Timestamp(DAY, tz="Europe/Berlin")])
def test_what_cannot_be_a_label_is_refused(table, label):
    with pytest.raises(SchemaError, match=r"must hold labels, such as text or whole numbers, got"):
        table(pd.Series([label, label]))


def test_one_column_of_labels_is_no_list():
    with pytest.raises(TypeError, match=r"`by` must be the name of one column, got \['owner'\]"):
        execution_kpis(plan(["a"]), as_of=LAST, by=["owner"])


@pytest.mark.parametrize("table", [of_inputs, of_tickets, of_subscriptions, of_movements])
def test_labels_are_named_once(table):
    assert len(table(["a", "b"], by=["seg", "seg"])) == len(table(["a", "b"]))
    with pytest.raises(TypeError, match="`by` must be the name of a column or a list of them, got None"):
        table(["a", "b"], by=None)
