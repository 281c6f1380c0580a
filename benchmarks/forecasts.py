"""How often the intervals of forecasts hold what comes, on simulated shops that no model was made for.

Run as ``python -m benchmarks.forecasts [n_shops]``; with 5 shops of each kind it takes about a quarter of an hour. Each
shop is forecast 91, 182 and 365 days ahead, after half and three quarters of its log and as late as the log allows.
What came is counted from the orders, without crmkit. A line per kind of shop says how many figures (purchases and
revenue) were within their intervals of 95 %, the median of the upper end over the lower, and the least, median and
largest forecast over what came. Figures of one shop move together: they are fewer independent trials than they seem.
"""

import sys

import numpy as np
import pandas as pd

from crmkit import as_transactions
from crmkit.value import forecast_table

N_SHOPS = 5
START = pd.Timestamp("2020-01-06")
HORIZONS = (91, 182, 365)
LEAST_DAYS = 60


def bought(rng, n, days, *, gap, stay, course, peak=1.0):
    """Customers who come at any time, buy at rates of their own that follow a course, and stay for a random time."""
    first = days * rng.random(n)
    rate, end = rng.gamma(0.9, 1 / (0.9 * gap), n), np.minimum(first + rng.exponential(stay, n), days)
    counts = rng.poisson(rate * peak * (end - first))
    customer = np.repeat(np.arange(n), counts)
    day = first[customer] + rng.random(len(customer)) * (end - first)[customer]
    kept = rng.random(len(day)) < course(day) / peak
    customer, day = np.r_[np.arange(n), customer[kept]], np.r_[first, day[kept]]
    spend = rng.lognormal(3.4, 0.5, n)[customer] * rng.lognormal(0, 0.5, len(customer))
    return pd.DataFrame({"customer_id": customer, "day": np.floor(day), "amount": spend})


def steady(rng):
    return bought(rng, 1500, 1100, gap=35, stay=500, course=np.ones_like)


def christmas(rng):
    def course(day):
        return 1 + 3 * ((day % 365.25 > 315) & (day % 365.25 < 353)) - 0.4 * (day % 365.25 < 40)

    return bought(rng, 2500, 1461, gap=100, stay=400, course=course, peak=4)


def promotions(rng):
    return bought(rng, 1500, 1096, gap=90, stay=600, course=lambda day: 1 + 6 * (day % 91 < 7), peak=7)


def shrinking(rng):
    return bought(rng, 1500, 1096, gap=40, stay=2000, course=lambda day: 0.7 ** (day / 365))


def closed_for_two_months(rng):
    return bought(rng, 1000, 1096, gap=30, stay=600, course=lambda day: ((day < 640) | (day > 700)) * 1.0)


def dearer_every_year(rng):
    shop = bought(rng, 1500, 1461, gap=30, stay=700, course=np.ones_like)
    return shop.assign(amount=shop["amount"] * 1.1 ** (shop["day"] / 365))


def three_in_ten_sent_back(rng):
    shop = bought(rng, 1500, 1000, gap=40, stay=500, course=np.ones_like)
    back = shop[rng.random(len(shop)) < 0.3]
    back = back.assign(day=back["day"] + rng.integers(3, 10, len(back)), amount=-back["amount"])
    return pd.concat([shop, back[back["day"] < 1000]])


def nine_months_old(rng):
    return bought(rng, 900, 270, gap=40, stay=200, course=np.ones_like)


def one_large_customer(rng):
    shop = bought(rng, 100, 1200, gap=30, stay=2500, course=np.ones_like)
    largest = shop["customer_id"] == shop["customer_id"].value_counts().idxmax()
    factor = 1.5 * shop.loc[~largest, "amount"].sum() / shop.loc[largest, "amount"].sum()
    return shop.assign(amount=shop["amount"].where(~largest, shop["amount"] * factor))


SHOPS = (
    steady, christmas, promotions, shrinking, closed_for_two_months, dearer_every_year, three_in_ten_sent_back,
    nine_months_old, one_large_customer,
)  # fmt: skip


def came(shop, day, horizon):
    """What those who had bought by a day bought afterwards: days with more bought than sent back, and net revenue."""
    net = shop.groupby(["customer_id", "day"], as_index=False)["amount"].sum()
    is_purchase = net["amount"] > 0
    known = net.loc[is_purchase & (net["day"] <= day), "customer_id"]
    after = net["day"].gt(day) & net["day"].le(day + horizon) & net["customer_id"].isin(known)
    return {"purchases": float((after & is_purchase).sum()), "revenue": float(net.loc[after, "amount"].sum())}


def trials(shop):
    transactions = as_transactions(shop.assign(date=START + pd.to_timedelta(shop["day"], unit="D")))
    last, rows = int(shop["day"].max()), []
    for horizon in HORIZONS:
        days = {last // 2, last * 3 // 4, last - horizon}
        for day in sorted(day for day in days if LEAST_DAYS <= day <= last - horizon):
            found = forecast_table(transactions, as_of=START + pd.Timedelta(days=day), horizon=horizon)
            truth = came(shop, day, horizon)
            for row in found.to_dict("records"):
                true = truth[row["quantity"]]
                held = row["lower"] <= true <= row["upper"]
                rows.append({"held": held, "width": row["upper"] / row["lower"], "ratio": row["value"] / true})
    return rows


def line(name, found):
    ratios = ", ".join(f"{found['ratio'].quantile(q):.2f}" for q in (0, 0.5, 1))
    print(f"{name:24}{found['held'].sum():>5} of {len(found):<4}{found['width'].median():>12.2f}   {ratios}")


def main():
    n_shops = int(sys.argv[1]) if len(sys.argv) > 1 else N_SHOPS
    print(f"{'shop':24}{'held':>12}{'upper/lower':>13}   forecast/came: least, median, largest")
    every = []
    for make in SHOPS:
        every.append(
            pd.DataFrame([row for seed in range(n_shops) for row in trials(make(np.random.default_rng(seed)))])
        )
        line(make.__name__, every[-1])
    line("all", pd.concat(every))


if __name__ == "__main__":
    main()
