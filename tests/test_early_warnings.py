"""Early warnings: each signal by hand and against a slow count, nothing from the future, every kind of frame."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, t
from tests.depth import up_to
from tests.frames import assert_same_rows, duckdb_connection, to_arrow

from crmkit import SchemaError, as_invoices, as_payments, as_tickets, as_transactions, make_invoices
from crmkit.loyalty.churn import early_warning_history_table, early_warning_table, explain_early_warnings
from crmkit.loyalty.churn._falling_spend import spend_limits
from crmkit.loyalty.churn._own_rhythm import rhythm_limits
from crmkit.loyalty.churn._unpaid import unpaid
from crmkit.loyalty.churn._warning_log import NEVER, Debts

START = pd.Timestamp("2024-01-01")


def log(purchases):
    """Transactions from the days and amounts of each customer, days counted from 1 January 2024."""
    found = [(who, START + pd.Timedelta(days=day), amount) for who, days in purchases.items() for day, amount in days]
    return as_transactions(pd.DataFrame(found, columns=["customer_id", "date", "amount"]))


def on(day):
    """A day counted from 1 January 2024."""
    return (START + pd.Timedelta(days=day)).date()


def told(warnings, *columns):
    """What the rows say, days counted."""
    since = (warnings["since"] - START).dt.days
    return [tuple(row) for row in warnings.assign(since=since)[list(columns)].itertuples(index=False)]


# By hand: overdue against the own rhythm


def test_everyone_has_their_own_rhythm():
    # gaps of 10, 10, 10 and of 20, 20, 20: no spread within, so that the limits are 10 and 20 days
    days = log({"ann": [(day, 5.0) for day in (0, 10, 20, 30)], "bo": [(day, 5.0) for day in (0, 20, 40, 60)]})
    assert early_warning_table(days, as_of=on(40)).empty
    warnings = early_warning_table(days, as_of=on(41))
    assert told(warnings, "customer_id", "signal", "severity", "since", "value", "spend_last_year") == [
        ("ann", "overdue_purchase", 3, 41, 11.0, 20.0)
    ]
    assert warnings["limit"].tolist() == pytest.approx([10.0])
    warnings = early_warning_table(days, as_of=on(90))
    assert told(warnings, "customer_id", "since", "value") == [("ann", 41, 60.0), ("bo", 81, 30.0)]


def test_few_gaps_are_no_rhythm_and_who_has_long_gone_is_not_warned_of():
    days = log({"ann": [(day, 5.0) for day in (0, 10, 20, 30)], "bo": [(0, 5.0), (10, 5.0), (20, 5.0)]})
    assert told(early_warning_table(days, as_of=on(60)), "customer_id") == [("ann",)]
    assert told(early_warning_table(days, as_of=on(60), min_gaps=2), "customer_id") == [("ann",), ("bo",)]
    # 365 days after the last purchase ann is out; 364 after it she is in
    assert told(early_warning_table(days, as_of=on(30 + 364)), "customer_id") == [("ann",)]
    assert early_warning_table(days, as_of=on(30 + 365)).empty
    assert told(early_warning_table(days, as_of=on(60), lookback_days=30), "customer_id") == []


def test_a_return_is_no_purchase():
    days = log({"ann": [(0, 5.0), (10, 5.0), (20, 5.0), (30, 5.0), (45, -5.0)], "bo": [(45, 1.0)]})
    assert told(early_warning_table(days, as_of=on(45)), "customer_id", "value") == [("ann", 15.0)]


def test_two_rows_of_a_day_are_one_purchase_day():
    days = log({"ann": [(day, 5.0) for day in (0, 10, 20, 30)], "bo": [(day, 5.0) for day in (0, 20, 40, 60)]})
    twice = pd.concat([days, days])
    once, again = (early_warning_table(each, as_of=on(70))[["customer_id", "limit"]] for each in (days, twice))
    pd.testing.assert_frame_equal(once, again)


# By hand: falling spend

# In windows of 30 days up to day 149, purchases of 10 on six days of each window
SIX = [1, 6, 11, 16, 21, 26]
STEADY = [(window * 30 + day, 10.0) for window in range(5) for day in SIX]
WINDOWS = {"spend_window_days": 30, "n_spend_windows": 3}


def test_falling_spend_by_hand():
    # Ann spent 10 in days 120 to 149, nine others 60: all 550 of 600, f = 0.916667. Ann's level is 60, so that she
    # should spend 55; chance is the root of 0.916667 * 600, 23.4521. Limits: 55 - 1.644854 * 23.4521 = 16.4247,
    # 55 - 2.326348 * 23.4521 = 0.4423. The first window holds the first purchase and is left out: 3 windows remain.
    fell = [*STEADY[:24], (121, 10.0)]
    days = log({"ann": fell, **{f"other {number}": STEADY for number in range(9)}})
    warnings = early_warning_table(days, as_of=on(149), **WINDOWS)
    warnings = warnings[warnings["signal"] == "falling_spend"]
    assert told(warnings, "customer_id", "severity", "since", "value") == [("ann", 1, 120, 10.0)]
    assert warnings["limit"].tolist() == pytest.approx([16.4247], abs=1e-4)


@pytest.mark.parametrize("amount", [1.0, 1000.0])
def test_a_fall_that_all_share_is_nobodys_own(amount):
    fell = [(day, amount) for day, _ in STEADY[:24]] + [(121, amount)]
    days = log({f"customer {number}": fell for number in range(10)})
    assert "falling_spend" not in set(early_warning_table(days, as_of=on(149), **WINDOWS)["signal"])


def test_one_big_order_sets_no_level():
    # 6,000 on one day among orders of 10; the last window is as the others
    big = [(day, 6000.0 if day == 66 else amount) for day, amount in STEADY]
    days = log({"ann": big, **{f"other {number}": STEADY for number in range(9)}})
    assert early_warning_table(days, as_of=on(149), **WINDOWS).empty


# By hand: complaints

BUYERS = log({"ann": [(0, 5.0)], "bo": [(0, 5.0)], "cy": [(0, 5.0)], "di": [(0, 5.0)]})


def tickets(*given):
    rows = [
        (number, who, kind, START + pd.Timedelta(days=created), None if end is None else START + pd.Timedelta(days=end))
        for number, (who, kind, created, end) in enumerate(given)
    ]
    columns = ["ticket_id", "customer_id", "kind", "created", "resolved"]
    table = pd.DataFrame(rows, columns=columns).astype({"resolved": "datetime64[us]"})
    return as_tickets(table, kind="kind")


def test_complaints_by_hand():
    cases = tickets(
        ("ann", "complaint", 10.5, 12),  # resolved, recent: 1
        ("bo", "complaint", 85.2, None),  # open for five days: 2
        ("cy", "complaint", 70.0, 91.5),  # resolved after the day, open for twenty: 3
        ("cy", "complaint", 60.0, 61),
        ("di", "question", 80.0, None),
        ("di", "complaint", 91.0, None),  # after the day
        ("nobody", "complaint", 80.0, None),
    )
    warnings = early_warning_table(BUYERS, as_of=on(90), tickets=cases)
    assert told(warnings, "customer_id", "signal", "severity", "since", "value", "limit") == [
        ("ann", "complaint", 1, 10, 1.0, 0.0),
        ("bo", "complaint", 2, 85, 1.0, 0.0),
        ("cy", "complaint", 3, 60, 2.0, 0.0),
    ]
    # 80 days after it, ann's does not count any more; after 14 days an open one is not yet severe, after 15 it is
    assert "ann" not in set(
        early_warning_table(BUYERS, as_of=on(90), tickets=cases, complaint_window_days=80)["customer_id"]
    )
    severe = [
        told(early_warning_table(BUYERS, as_of=on(day), tickets=cases[1:2]), "severity") for day in (85 + 14, 85 + 15)
    ]
    assert severe == [[(2,)], [(3,)]]
    asked = early_warning_table(BUYERS, as_of=on(90), tickets=cases, complaint_kinds=["question"])
    assert told(asked, "customer_id") == [("di",)]


# By hand: unpaid invoices


def ledger(*given):
    who, number, kind, of, issued, due, amount = zip(*given, strict=True)
    table = pd.DataFrame(
        {
            "customer_id": who,
            "invoice_id": number,
            "kind": kind,
            "of": pd.Series(of, dtype=object),
            "issued": [START + pd.Timedelta(days=day) for day in issued],
            "due": [pd.NaT if day is None else START + pd.Timedelta(days=day) for day in due],
            "amount": amount,
        }
    )
    return as_invoices(table, kind="kind", applies_to="of")


def cash(*given):
    table = pd.DataFrame(given, columns=["customer_id", "of", "date", "amount"])
    table["date"] = START + pd.to_timedelta(table["date"], unit="D")
    return as_payments(table.astype({"of": object}), invoice_id="of")


def test_what_is_overdue_by_hand():
    bills = ledger(
        ("ann", "A1", "invoice", None, 0, 10, 100.0),
        ("ann", "A1", "invoice", None, 0, 40, 100.0),
        ("ann", "A2", "invoice", None, 5, 20, 50.0),
        ("ann", "G1", "credit_note", "A1", 6, None, 30.0),
        ("bo", "B1", "invoice", None, 0, 10, 80.0),
        ("cy", "C1", "invoice", None, 30, 45, 60.0),
    )
    paid = cash(("ann", "A1", 9, 100.0), ("bo", None, 12, 50.0), ("bo", "B1", 50, 30.0), ("cy", "C1", 20, 60.0))
    # day 41. Ann: of A1 130 came, so that the first instalment is paid and 70 of the second are open since day 40;
    # A2's 50 are open since day 20. Bo: 30, as the payment without an invoice goes to the oldest. Cy paid in advance.
    warnings = early_warning_table(BUYERS, as_of=on(41), invoices=bills, payments=paid)
    assert told(warnings, "customer_id", "signal", "severity", "since", "value", "limit") == [
        ("ann", "overdue_invoice", 1, 21, 120.0, 0.0),
        ("bo", "overdue_invoice", 2, 11, 30.0, 0.0),
    ]
    # a day that is the due day is in time; what bo pays on day 50 is not known on day 49
    assert told(early_warning_table(BUYERS, as_of=on(10), invoices=bills, payments=paid), "customer_id") == []
    assert told(early_warning_table(BUYERS, as_of=on(49), invoices=bills, payments=paid), "value") == [
        (120.0,),
        (30.0,),
    ]
    assert told(early_warning_table(BUYERS, as_of=on(50), invoices=bills, payments=paid), "value") == [(120.0,)]
    # 30 days past due is not yet the second severity, 31 are
    severities = [
        told(early_warning_table(BUYERS, as_of=on(day), invoices=bills[4:5]), "severity") for day in (40, 41, 70, 71)
    ]
    assert severities == [[(1,)], [(2,)], [(2,)], [(3,)]]
    few = early_warning_table(BUYERS, as_of=on(49), invoices=bills, payments=paid, min_overdue=30)
    assert told(few, "customer_id", "limit") == [("ann", 30.0)]


def test_what_is_paid_too_much_pays_the_rest_and_what_is_paid_back_does_not():
    bills = ledger(("ann", "A1", "invoice", None, 0, 10, 100.0), ("ann", "A2", "invoice", None, 0, 12, 50.0))
    for back, left in ((0.0, 20.0), (-30.0, 50.0)):
        came = [("ann", "A1", 5, 130.0), *([("ann", "A1", 6, back)] if back else [])]
        warnings = early_warning_table(BUYERS, as_of=on(20), invoices=bills, payments=cash(*came))
        assert told(warnings, "value") == [(left,)]


def test_sentences_in_both_languages():
    warnings = pd.DataFrame(
        {
            "signal": ["overdue_purchase", "falling_spend", "complaint", "overdue_invoice"],
            "since": [START] * 4,
            "value": [41.0, 10.0, 2.0, 1234.5],
            "limit": [30.4, 16.42, 0.0, 0.0],
        }
    )
    assert explain_early_warnings(warnings).tolist() == [
        "No purchase for 41 days; by their own rhythm at most 30 were to be expected.",
        "Spent 10.00 since 2024-01-01; by their own past at least 16.42 was to be expected.",
        "2 complaint(s) open or recent, the oldest of 2024-01-01.",
        "1,234.50 past due since 2024-01-01.",
    ]
    assert explain_early_warnings(warnings, language="zh").tolist() == [
        "已有 41 天未购买；按其自身节奏，应不超过 30 天。",
        "2024-01-01 以来消费 10.00；按其以往水平，至少应有 16.42。",
        "2024-01-01 以来有 2 次投诉尚未解决或刚发生不久。",
        "2024-01-01 起有 1,234.50 逾期未付。",
    ]


# Reference: slow second counts, and data whose truth is known


def slow_limits(purchases, *, min_gaps, level):
    """The limits of the docstring, customer by customer."""
    logs = [np.log(np.diff(days)) for days in purchases]
    some = [each for each in logs if len(each)]
    if sum(len(each) - 1 for each in some) <= 0:
        return [np.nan] * len(logs)
    within = sum(((each - each.mean()) ** 2).sum() for each in some) / sum(len(each) - 1 for each in some)
    together, between = np.concatenate(some), 0.0
    if len(some) > 1:
        mean_square = sum(len(each) * (each.mean() - together.mean()) ** 2 for each in some) / (len(some) - 1)
        size = (len(together) - sum(len(each) ** 2 for each in some) / len(together)) / (len(some) - 1)
        between = max((mean_square - within) / size, 0.0)
    variances = [between + within / len(each) for each in some]
    weights = [1 / each if min(variances) > 0 else len(one) for each, one in zip(variances, some, strict=True)]
    middle = sum(weight * each.mean() for weight, each in zip(weights, some, strict=True)) / sum(weights)
    found = []
    for each in logs:
        n = len(each)
        if n < min_gaps:
            found.append(np.nan)
            continue
        own = (4 * within + ((each - each.mean()) ** 2).sum()) / (3 + n)
        w = between / (between + own / n) if between + own / n > 0 else 1.0
        reach = t.ppf(level, 3 + n) * np.sqrt(own * (1 + w / n))
        found.append(np.exp(w * each.mean() + (1 - w) * middle + reach))
    return found


@given(st.lists(st.lists(st.integers(1, 90), max_size=6), min_size=1, max_size=8), st.integers(1, 4))
@up_to(60)
def test_limits_are_those_of_a_slow_count(gaps, min_gaps):
    purchases = [np.cumsum([0, *each]) for each in gaps]
    who = np.repeat(np.arange(len(purchases)), [len(each) for each in purchases])
    got = rhythm_limits(
        who, np.concatenate(purchases), n_customers=len(purchases), min_gaps=min_gaps, levels=(0.9, 0.99)
    )
    for column, level in enumerate((0.9, 0.99)):
        expected = slow_limits(purchases, min_gaps=min_gaps, level=level)
        np.testing.assert_allclose(got[:, column], expected, rtol=1e-7, atol=1e-6)


def test_nine_in_ten_gaps_stay_within_the_limit():
    # gaps as the model has them; the next gap of each customer, which the limit has not seen
    rng = np.random.default_rng(4)
    n, gaps = 20_000, 6
    means = rng.normal(3.4, 0.6, n)
    drawn = np.exp(rng.normal(means[:, None], 0.5, (n, gaps + 1)))
    days = np.cumsum(np.column_stack([np.zeros(n), np.maximum(np.round(drawn[:, :gaps]), 1)]), axis=1)
    got = rhythm_limits(
        np.repeat(np.arange(n), gaps + 1), days.ravel().astype(np.int64), n_customers=n, min_gaps=3,
        levels=(0.9, 0.95, 0.99),
    )  # fmt: skip
    within = (drawn[:, gaps:] <= got).mean(axis=0)
    np.testing.assert_allclose(within, [0.9, 0.95, 0.99], atol=0.012)


def test_customers_who_buy_as_before_are_seldom_said_to_fall():
    # 2,000 customers who buy at random, on half of all days, for ever; the level promises at most one in twenty
    rng = np.random.default_rng(5)
    n, n_days = 2_000, 280
    who, day = np.nonzero(rng.random((n, n_days)) < 0.5)
    amount = rng.gamma(2.0, 20.0, len(who))
    found = spend_limits(
        who, day, amount, np.ones(len(who), dtype=bool), n_customers=n, as_of=n_days - 1, window_days=40, n_windows=6,
        levels=(0.95, 0.99, 0.999),
    )  # fmt: skip
    judged = ~np.isnan(found.limits[:, 0])
    assert judged.mean() > 0.99
    falls = (found.spend[judged, None] < found.limits[judged]).mean(axis=0)
    assert 0 < falls[0] <= 0.05
    assert falls[1] <= 0.01
    # who buys half as often is found
    halved = np.delete(np.arange(len(who)), np.flatnonzero((who < 200) & (day >= n_days - 40) & (day % 2 == 0)))
    found = spend_limits(
        who[halved], day[halved], amount[halved], np.ones(len(halved), dtype=bool), n_customers=n, as_of=n_days - 1,
        window_days=40, n_windows=6, levels=(0.95, 0.99, 0.999),
    )  # fmt: skip
    assert (found.spend[:200] < found.limits[:200, 0]).mean() > 0.5
    assert norm.ppf(0.95) == pytest.approx(1.644854, abs=1e-6)


def slow_open(debts, *, n_customers, as_of):
    """What is overdue, a cent at a time's worth: by dictionaries and loops."""
    bills = defaultdict(list)
    for who, bill, issued, due, amount in zip(
        debts.who, debts.bill, debts.issued, debts.due, debts.amount, strict=True
    ):
        if issued <= as_of:
            bills[bill].append([due, amount, who])
    came, pool = defaultdict(float), np.zeros(n_customers)
    for who, bill, day, amount in zip(debts.credit_who, debts.credit_bill, debts.credit_day, debts.credit, strict=True):
        if day <= as_of and bill in bills:
            came[bill] += amount
        elif day <= as_of:
            pool[who] += amount
    left = defaultdict(list)
    for bill, instalments in bills.items():
        rest = came[bill]
        for due, amount, who in sorted(instalments):
            used = min(max(rest, 0.0), amount)
            rest -= used
            left[who].append([due, amount - used])
        pool[instalments[0][2]] += rest
    overdue = np.zeros(n_customers)
    for who, instalments in left.items():
        rest = max(pool[who], 0.0)
        for due, amount in sorted(instalments):
            used = min(rest, amount)
            rest -= used
            overdue[who] += amount - used if due < as_of else 0.0
    return overdue


@st.composite
def debts(draw):
    n_bills = draw(st.integers(1, 6))
    owner = np.array(draw(st.lists(st.integers(0, 2), min_size=n_bills, max_size=n_bills)))
    bill = np.repeat(np.arange(n_bills), draw(st.lists(st.integers(1, 3), min_size=n_bills, max_size=n_bills)))
    day = st.integers(0, 20)
    issued = np.array(draw(st.lists(day, min_size=n_bills, max_size=n_bills)))[bill]
    n, m = len(bill), draw(st.integers(0, 8))
    due = issued + np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)))
    amount = np.array(draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)), dtype=float)
    payer = np.array(draw(st.lists(st.integers(0, 2), min_size=m, max_size=m)), dtype=np.int64)
    named = draw(st.lists(st.integers(-1, n_bills - 1), min_size=m, max_size=m))
    named = [number if number >= 0 and owner[number] == who else -1 for number, who in zip(named, payer, strict=True)]
    dates = np.array(draw(st.lists(day, min_size=m, max_size=m)), dtype=np.int64)
    money = np.array(draw(st.lists(st.integers(-5, 12), min_size=m, max_size=m)), dtype=float)
    return Debts(owner[bill], bill, issued, due, amount, payer, np.array(named, dtype=np.int64), dates, money)


@given(debts(), st.integers(0, 30))
@up_to(150)
def test_what_is_overdue_is_that_of_a_slow_count(owed, as_of):
    got = unpaid(owed, n_customers=3, as_of=as_of)
    np.testing.assert_allclose(got.amount, slow_open(owed, n_customers=3, as_of=as_of), atol=1e-9)
    assert ((got.oldest_due < as_of) == (got.amount > 0)).all()
    assert (got.oldest_due[got.amount == 0] == NEVER).all()


# Law


@st.composite
def everything(draw):
    """Purchases, tickets, invoices and payments of a few customers over 200 days."""
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    n = 300
    orders = pd.DataFrame(
        {
            "customer_id": rng.integers(1, 9, n),
            "date": START + pd.to_timedelta(rng.integers(0, 200, n), unit="D"),
            "amount": np.round(rng.gamma(2, 10, n) * rng.choice([1, 1, 1, -0.2], n), 2),
        }
    )
    cases = tickets(
        *[
            (int(rng.integers(1, 9)), "complaint", float(day), float(day + wait) if wait < 40 else None)
            for day, wait in zip(rng.integers(0, 200, 12), rng.exponential(20, 12), strict=True)
        ]
    )
    bills, paid, _ = make_invoices(
        n_customers=8, n_invoices=25, start="2024-01-01", end="2024-07-18", instalment_share=0.4, credit_share=0.3,
        unassigned_share=0.5, random_state=seed,
    )  # fmt: skip
    invoices = as_invoices(bills, kind="kind", applies_to="applies_to")
    return as_transactions(orders), cases, invoices, as_payments(paid, invoice_id="invoice_id")


SHORT = {"spend_window_days": 20, "n_spend_windows": 4}


@given(everything(), st.integers(60, 199))
@up_to(8)
def test_what_comes_after_a_day_never_changes_what_was_said_on_it(tables, number):
    orders, cases, invoices, payments = tables
    day = pd.Timestamp(on(number))
    known = cases[cases["created"] < day + pd.Timedelta(days=1)]
    known = known.assign(resolved=known["resolved"].where(known["resolved"] < day + pd.Timedelta(days=1)))
    given = {"tickets": cases, "invoices": invoices, "payments": payments}
    then = {
        "tickets": known,
        "invoices": invoices[invoices["issued"] <= day],
        "payments": payments[payments["date"] <= day],
    }
    got = early_warning_table(orders, as_of=day, **given, **SHORT)
    expected = early_warning_table(orders[orders["date"] <= day], as_of=day, **then, **SHORT)
    pd.testing.assert_frame_equal(got, expected)


@given(everything(), st.integers(60, 170))
@settings(max_examples=6)
def test_the_history_counts_what_was_said_on_each_day(tables, number):
    orders, cases, invoices, payments = tables
    given = {"tickets": cases, "invoices": invoices, "payments": payments, **SHORT}
    days = [on(number), on(number - 30)]
    said = pd.concat([early_warning_table(orders, as_of=day, **given) for day in days])
    history = early_warning_history_table(orders, as_of=on(199), days=days, horizon=20, **given).set_index("signal")
    counts = said["signal"].value_counts().reindex(history.index.drop("any"), fill_value=0)
    assert history["n_warned"].drop("any").to_dict() == counts.to_dict()
    whole = sum(early_warning_table(orders, as_of=day, **given)["customer_id"].nunique() for day in days)
    assert history.loc["any", "n_warned"] == whole


@given(everything(), st.sampled_from([0.01, 7.1, 1e6]))
@settings(max_examples=3)
def test_the_unit_of_money_moves_nobody(tables, unit):
    orders, _, invoices, payments = tables
    got, expected = (
        early_warning_table(
            orders.assign(amount=orders["amount"] * by), as_of=on(180), **SHORT,
            invoices=invoices.assign(amount=invoices["amount"] * by),
            payments=payments.assign(amount=payments["amount"] * by),
        )
        for by in (unit, 1)
    )  # fmt: skip
    columns = ["customer_id", "signal", "severity", "since"]
    pd.testing.assert_frame_equal(got[columns], expected[columns])


@given(everything())
@settings(max_examples=3)
def test_higher_levels_warn_of_fewer(tables):
    orders, cases, invoices, payments = tables
    given = {"tickets": cases, "invoices": invoices, "payments": payments, **SHORT}
    wide = early_warning_table(orders, as_of=on(180), **given)
    narrow = early_warning_table(
        orders, as_of=on(180), **given, purchase_levels=(0.95, 0.97, 0.99), spend_levels=(0.99, 0.995, 0.999),
        invoice_days=(10, 30, 60), complaint_window_days=45, min_overdue=50,
    )  # fmt: skip
    keys = [set(map(tuple, table[["customer_id", "signal"]].to_numpy())) for table in (wide, narrow)]
    assert keys[1] <= keys[0]
    assert set(wide["severity"]) <= {1, 2, 3}


def test_every_kind_of_frame_says_the_same(build):
    days = log({"ann": [(day, 5.0) for day in (0, 10, 20, 30)], "bo": [(0, 5.0)]})
    cases = tickets(("bo", "complaint", 20.0, None))
    bills, paid = ledger(("bo", "B1", "invoice", None, 0, 10, 80.0)), cash(("bo", None, 12, 50.0))
    expected = early_warning_table(days, as_of=on(60), tickets=cases, invoices=bills, payments=paid)
    assert len(expected) == 3
    got = early_warning_table(
        build(days), as_of=on(60), tickets=build(cases), invoices=build(bills), payments=build(paid)
    )
    assert type(got) is type(build(days))
    assert_same_rows(got, expected)


def test_without_prices_the_rhythm_is_left():
    given = pd.DataFrame(
        {"customer_id": ["ann"] * 4, "date": [START + pd.Timedelta(days=day) for day in (0, 9, 20, 30)]}
    )
    warnings = early_warning_table(as_transactions(given, amount=None), as_of=on(90))
    assert warnings["signal"].tolist() == ["overdue_purchase"]
    assert warnings["spend_last_year"].isna().all()


@pytest.mark.parametrize("unit", [2.0**-1000, 2.0**1000])
def test_the_size_of_amounts_changes_no_fall(unit):
    # six windows of ten purchase days each, and none in the last
    days = log({who: [(day, 10.0 + day % 3) for day in range(0, 360, 6)] for who in ("ann", "bo")} | {"cy": [(419, 1)]})
    small, large = (
        early_warning_table(days.assign(amount=days["amount"] * by), as_of=on(420)).query("signal == 'falling_spend'")
        for by in (1.0, unit)
    )
    assert (small["customer_id"].tolist(), small["severity"].tolist()) == (
        large["customer_id"].tolist(),
        large["severity"].tolist(),
    )
    np.testing.assert_array_equal(large["limit"] / unit, small["limit"])


# Refusal


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"as_of": "soon"}, ValueError, "`as_of`"),
        ({"as_of": "2023-12-31"}, ValueError, "`as_of` is 2023-12-31, before the first transaction"),
        ({"lookback_days": 0}, ValueError, "`lookback_days` must be at least 1"),
        ({"min_gaps": 1.5}, TypeError, "`min_gaps` must be a whole number"),
        ({"n_spend_windows": 2}, ValueError, "`n_spend_windows` must be at least 3"),
        ({"complaint_open_days": -1}, ValueError, "`complaint_open_days` must be at least 0"),
        ({"purchase_levels": 0.9}, TypeError, "`purchase_levels` must be three ascending numbers, one per severity"),
        ({"purchase_levels": (0.9, "x", 1)}, TypeError, "`purchase_levels` must be three ascending numbers"),
        ({"purchase_levels": (0.9, 0.95)}, ValueError, "`purchase_levels` must be three ascending numbers"),
        ({"spend_levels": (0.99, 0.95, 0.999)}, ValueError, "`spend_levels` must be three ascending numbers"),
        ({"spend_levels": (0.9, 0.95, 95)}, ValueError, "`spend_levels` must lie between 0 and 1"),
        ({"invoice_days": (0, 30.5, 60)}, TypeError, "`invoice_days` must be a whole number"),
        ({"min_overdue": "x"}, TypeError, "`min_overdue` must be a"),
        ({"min_overdue": -1}, ValueError, "`min_overdue` must be 0 or more, got -1"),
        ({"complaint_kinds": "complaint"}, TypeError, "`complaint_kinds` must be a list of the kinds of tickets"),
        ({"payments": BUYERS}, ValueError, "`payments` is given without `invoices`: what is open is not known"),
        ({"tickets": [1]}, TypeError, "`tickets` must be a pandas, Polars or PyArrow table"),
        ({"invoices": BUYERS}, SchemaError, r"`invoices` lacks the columns \['invoice_id'"),
    ],
)
def test_what_cannot_be_done_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        early_warning_table(BUYERS, **{"as_of": on(40), **options})


def test_tickets_without_kinds_are_refused(build):
    cases = tickets(("ann", "complaint", 20.0, None)).assign(kind=pd.Series([None], dtype="string"))
    with pytest.raises(SchemaError, match=r"`tickets` does not say of any ticket .* kind= of as_tickets"):
        early_warning_table(build(BUYERS), as_of=on(40), tickets=build(cases))


def test_ids_of_two_kinds_are_refused():
    cases = tickets((1, "complaint", 20.0, None))
    with pytest.raises(
        SchemaError, match=r"`tickets\['customer_id'\]` holds whole numbers and `transactions\['customer_id'\]` text"
    ):
        early_warning_table(BUYERS, as_of=on(40), tickets=cases)
    bills = ledger(("ann", "A1", "invoice", None, 0, 10, 80.0))
    paid = as_payments(
        pd.DataFrame({"customer_id": ["ann"], "of": [1], "date": [START], "amount": [1.0]}), invoice_id="of"
    )
    with pytest.raises(
        SchemaError, match=r"`payments\['invoice_id'\]` holds whole numbers and `invoices\['invoice_id'\]`"
    ):
        early_warning_table(BUYERS, as_of=on(40), invoices=bills, payments=paid)


def test_sentences_are_refused_for_what_is_not_a_table_of_warnings(build_in_memory):
    with pytest.raises(SchemaError, match=r"`warnings` .*\['signal', 'since', 'value', 'limit'\]"):
        explain_early_warnings(build_in_memory(BUYERS))
    strange = pd.DataFrame({"signal": ["x"], "since": [START], "value": [1.0], "limit": [1.0]})
    with pytest.raises(SchemaError, match=r"`warnings` holds the signals \['x'\], of which \['overdue_purchase'"):
        explain_early_warnings(build_in_memory(strange))
    with pytest.raises(ValueError, match="`language` must be one of"):
        explain_early_warnings(strange, language="fr")


def test_sentences_need_a_table_in_memory():
    strange = pd.DataFrame({"signal": ["complaint"], "since": [START], "value": [1.0], "limit": [1.0]})
    with pytest.raises(TypeError, match="Sentences need a table in memory; collect `warnings` first"):
        explain_early_warnings(duckdb_connection().from_arrow(to_arrow(strange)))


@pytest.mark.parametrize(("column", "told"), [("since", "local days"), ("value", "numbers"), ("limit", "numbers")])
def test_warnings_read_back_as_text_are_refused(column, told):
    warnings = early_warning_table(log({"ann": [(day, 5.0) for day in (0, 10, 20, 30)]}), as_of=on(70))
    with pytest.raises(SchemaError, match=rf"`warnings\['{column}'\]` must hold {told}"):
        explain_early_warnings(warnings.assign(**{column: "2024-01-01"}))


# Input untouched


def test_the_input_is_left_as_it_is():
    cases, bills = tickets(("bo", "complaint", 20.0, None)), ledger(("bo", "B1", "invoice", None, 0, 10, 80.0))
    paid = cash(("bo", None, 12, 50.0))
    tables = [BUYERS, cases, bills, paid]
    before = [table.copy() for table in tables]
    early_warning_table(BUYERS, as_of=on(60), tickets=cases, invoices=bills, payments=paid)
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)
