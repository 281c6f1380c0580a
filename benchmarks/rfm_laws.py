"""Seven laws that RFM scores should keep, measured on real orders: ours, and the rules of other packages.

Run as ``python -m benchmarks.rfm_laws [online_retail.parquet]``: CDNOW, and the Online Retail data (UCI 352) where its
path is given. The rules are written by hand, in a few lines each, from their descriptions, and fitted anew at each day.

Packages add to the bare rules. The one that ranks by order of appearance does so after a groupby, which sorts by id, so
that shuffled rows move nobody there; it also shortens amounts as text, so that the unit moves some after all.
"""

import sys

import numpy as np
import pandas as pd

import crmkit
from crmkit.segment import RFMScorer

N_BINS = 5
DRAWS = 20
SHARES = np.arange(1, N_BINS) / N_BINS
DAYS = {"CDNOW": ("1997-12-31", "1998-06-30"), "Online Retail": ("2011-06-30", "2011-12-09")}


def quantile_plus_one(values, ids):
    """Scores on the quantiles plus 1, the R package's rule."""
    return np.searchsorted(np.quantile(values, SHARES) + 1, values, side="right") + 1


def rank_first(values, ids):
    """Scores of equal size: ties ranked by the order of the rows, then cut."""
    return pd.qcut(values.rank(method="first"), N_BINS, labels=False) + 1


def ntile_by_id(values, ids):
    """Scores of equal size as SQL's ntile makes them, the first ones larger by one; ties by id."""
    sizes = [len(part) for part in np.array_split(values, N_BINS)]
    scores = np.empty(len(values), dtype="int64")
    scores[np.lexsort((ids, values))] = np.repeat(np.arange(1, N_BINS + 1), sizes)
    return scores


def drop_duplicates(values, ids):
    """Scores between quantiles, equal quantiles counting once."""
    return pd.qcut(values, N_BINS, labels=False, duplicates="drop") + 1


def anew(rule):
    """A rule of one column as scores of customers, fitted on themselves."""

    def scored(seen, customers):
        columns = {"f_score": customers["n_orders"], "m_score": customers["spend"]}
        scores = {name: np.asarray(rule(values, customers["customer_id"])) for name, values in columns.items()}
        return pd.DataFrame(scores, index=customers.index)

    return scored


def ours(seen, customers):
    """Scores of customers by `RFMScorer`, fitted on those seen before."""
    return RFMScorer(n_bins=N_BINS).fit(seen).transform(customers)


RULES = {
    "`RFMScorer`, fitted on the first day": ours,
    "`RFMScorer`, fitted anew": lambda seen, customers: ours(customers, customers),
    "quantile + 1": anew(quantile_plus_one),
    'rank("first") + qcut': anew(rank_first),
    "ntile, ties by id": anew(ntile_by_id),
    'qcut(duplicates="drop")': anew(drop_duplicates),
}
LAWS = {
    "F sizes": "customers with each F score on the later day",
    "tied": "share of customers whose F value is held by someone with another F score",
    "unit": "share whose M score changes when amounts are divided by 1000",
    "rows": "share whose F score changes when the rows of the customers table are shuffled",
    "ids": "share whose F score changes when ids are dealt anew and the rows sorted by them",
    "F later": "share whose F score changes from the first day to the later, of those with the same number of orders",
    "M later": "share whose M score changes from the first day to the later, of those with the same spend",
}


def laws(rule, first, later):
    """Measure a rule on the customers of two days."""
    before, after, fresh = rule(first, first), rule(first, later), rule(later, later)
    sizes = after["f_score"].value_counts().reindex(range(1, after["f_score"].max() + 1), fill_value=0)
    tied = after["f_score"].groupby(later["n_orders"]).transform("nunique") > 1
    in_thousands = later.assign(spend=later["spend"] / 1000)
    random = np.random.default_rng(1)
    shuffled = [later.sample(frac=1, random_state=random) for _ in range(DRAWS)]
    relabelled = [
        later.assign(customer_id=random.permutation(later["customer_id"])).sort_values("customer_id")
        for _ in range(DRAWS)
    ]
    both = first.index.intersection(later.index)
    still = {
        name: both[np.isclose(first.loc[both, name], later.loc[both, name], rtol=1e-9, atol=0)]
        for name in ("n_orders", "spend")
    }
    return {
        "F sizes": "/".join(map(str, sizes)),
        "tied": tied.mean(),
        "unit": changed(fresh["m_score"], rule(in_thousands, in_thousands)["m_score"]),
        "rows": np.mean([changed(fresh["f_score"], rule(rows, rows)["f_score"]) for rows in shuffled]),
        "ids": np.mean([changed(fresh["f_score"], rule(rows, rows)["f_score"]) for rows in relabelled]),
        "F later": changed(before.loc[still["n_orders"], "f_score"], after["f_score"]),
        "M later": changed(before.loc[still["spend"], "m_score"], after["m_score"]),
    }


def changed(before, after):
    """The share of customers whose score is another one after."""
    return (before != after.loc[before.index]).mean()


def cdnow():
    """CDNOW's transactions; the file numbers no orders, and what is bought in a day counts as one."""
    orders = crmkit.load_cdnow()
    return crmkit.as_transactions(orders.assign(order_id=orders["date"].astype(str)), order_id="order_id")


def online_retail(path):
    """Online Retail's transactions."""
    return crmkit.as_transactions(
        pd.read_parquet(path),
        customer_id="CustomerID",
        date="InvoiceDate",
        quantity="Quantity",
        unit_price="UnitPrice",
        order_id="InvoiceNo",
        invalid="drop",
    )


def customers_at(transactions, day):
    """Those with an order, the index telling who is who whatever becomes of their ids."""
    customers = crmkit.customer_summary(transactions, as_of=day)
    customers = customers[customers["n_orders"] > 0]
    return customers.set_axis(customers["customer_id"].rename("who"))


def main(path=None):
    """Print a table per data set."""
    data = {"CDNOW": cdnow()} | ({"Online Retail": online_retail(path)} if path else {})
    print(f"\n## laws of RFM scores, mean of {DRAWS} draws where rows or ids are drawn")
    print("\n".join(f"- {name}: {law}" for name, law in LAWS.items()))
    for name, transactions in data.items():
        first, later = (customers_at(transactions, day) for day in DAYS[name])
        print(f"\n### {name}, {len(first):,} customers on {DAYS[name][0]}, {len(later):,} on {DAYS[name][1]}")
        print(f"| rule | {' | '.join(LAWS)} |\n|{'---|' * (len(LAWS) + 1)}")
        for rule, scored in RULES.items():
            sizes, *shares = laws(scored, first, later).values()
            shown = [f"{100 * share:.1f} %" if share else "0" for share in shares]
            print(f"| {rule} | {sizes} | {' | '.join(shown)} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
