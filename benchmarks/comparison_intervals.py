"""How often the intervals of comparisons hold the truth, for spend with many zeros and a long tail.

Run as ``python -m benchmarks.comparison_intervals [n_simulations]``; with 4,000 simulations it takes some minutes.
Orders of a customer are Poisson, with rates from a gamma distribution (shape 0.5, mean 0.6 in a period: two thirds buy
nothing). The mean value of an order is lognormal over customers (sigma 1.2), or from a mixture of two gamma
distributions, and varies from order to order. "less" stands for three in ten orders fewer after, or in the group. Of
each design:

- pairs: the same customers before and after;
- equal: two groups of that size;
- rest: a group of that size, and ten times as many others;
- few: a group of 50 and a hundred times as many others;
- richer, poorer: as rest, orders in the group worth four times as much, or a quarter.

Each line gives the share of 95 % intervals that hold the true difference, in spend per customer and in spend per order,
and the same of Student's or Welch's intervals, without correction for skewness.
"""

import sys

import numpy as np

from crmkit._stats import Sample, compare, contrast_of_pairs, contrast_of_samples

N_SIMULATIONS = 4000
N_CUSTOMERS = (50, 500, 5000)
LEVEL = 0.95
FEWER = 0.7
RATE_SHAPE, RATE_SCALE = 0.5, 1.2
SIGMA = 1.2
ORDERS_SHAPE = 2.0
# How many others there are for each in the group.
OTHERS = {"pairs": 1, "equal": 1, "rest": 10, "few": 100, "richer": 10, "poorer": 10}
# Values held in memory at a time.
BLOCK = 2_000_000


def worths(kind, shape, rng):
    """The mean value of an order of each customer."""
    if kind == "lognormal":
        return np.exp(rng.normal(3.5, SIGMA, shape))
    rare = rng.random(shape) < 0.1
    return 30 * rng.standard_gamma(2.0, shape) * np.where(rare, 8.0, 1.0)


def mean_worth(kind):
    """Its expectation."""
    return np.exp(3.5 + SIGMA**2 / 2) if kind == "lognormal" else 30 * 2 * (0.9 + 0.1 * 8)


def period(rates, worth, rng):
    """Orders and spend in a period."""
    orders = rng.poisson(rates).astype(float)
    noise = rng.standard_gamma(np.maximum(orders, 1) * ORDERS_SHAPE) / ORDERS_SHAPE
    return orders, worth * noise * (orders > 0)


def linear(orders, spend):
    """Spend per order, and the values whose mean it is by the delta method."""
    ratio = spend.sum(axis=1) / orders.sum(axis=1)
    return ratio, (spend - ratio[:, None] * orders) / orders.mean(axis=1)[:, None]


def sample(values, mean=None):
    """Number, mean, variance and third moment."""
    centred = values - values.mean(axis=1)[:, None]
    mean = values.mean(axis=1) if mean is None else mean
    n = np.full(len(values), float(values.shape[1]))
    return Sample(n, mean, centred.var(axis=1, ddof=1), (centred**3).mean(axis=1))


def paired(values, others, means=None):
    """The contrast of values with others of the same customers."""
    one, two = values - values.mean(axis=1)[:, None], others - others.mean(axis=1)[:, None]
    n = values.shape[1]
    means = (values.mean(axis=1), others.mean(axis=1)) if means is None else means
    variances = (one.var(axis=1, ddof=1), two.var(axis=1, ddof=1))
    return contrast_of_pairs(np.full(len(values), float(n)), means, variances, (one * two).sum(axis=1) / (n - 1))


def drawn(design, kind, n, factor, size, rng):
    """The contrasts of spend per customer and per order in ``size`` simulations, and their true differences."""
    scale = {"richer": 4.0, "poorer": 0.25}.get(design, 1.0)
    rates, worth = rng.gamma(RATE_SHAPE, RATE_SCALE, (size, n)), scale * worths(kind, (size, n), rng)
    after = period(factor * rates, worth, rng)
    if design == "pairs":
        before = period(rates, worth, rng)
        ratios = [linear(*each) for each in (after, before)]
        contrasts = [
            paired(after[1], before[1]),
            paired(ratios[0][1], ratios[1][1], means=(ratios[0][0], ratios[1][0])),
        ]
    else:
        others = (size, OTHERS[design] * n)
        before = period(rng.gamma(RATE_SHAPE, RATE_SCALE, others), worths(kind, others, rng), rng)
        ratios = [linear(*each) for each in (after, before)]
        contrasts = [
            contrast_of_samples(sample(after[1]), sample(before[1])),
            contrast_of_samples(*(sample(values, mean=ratio) for ratio, values in ratios)),
        ]
    of_order = mean_worth(kind)
    truths = [RATE_SHAPE * RATE_SCALE * of_order * (scale * factor - 1), of_order * (scale - 1)]
    return contrasts, truths


def held(contrast, truth):
    """Whether each interval holds the truth, as it is and without correction."""
    found = []
    for each in (contrast, contrast._replace(skewness=np.zeros_like(contrast.skewness))):
        comparison = compare(each, level=LEVEL)
        found.append((comparison.lower <= truth) & (truth <= comparison.upper))
    return found


def main(n_simulations=N_SIMULATIONS):
    """Print the shares, a line for each case."""
    for kind in ("lognormal", "mixture"):
        for design, n_others in OTHERS.items():
            for factor in (1.0, FEWER):
                for n in N_CUSTOMERS[:1] if design == "few" else N_CUSTOMERS:
                    rng = np.random.default_rng(n)
                    rows = n * n_others
                    # The largest take the longest, and need no more to be told from one another.
                    left, shares = min(n_simulations, max(400, 20_000_000 // rows)), []
                    while left > 0:
                        size = min(left, max(1, BLOCK // rows))
                        contrasts, truths = drawn(design, kind, n, factor, size, rng)
                        shares.append(np.array([held(*each) for each in zip(contrasts, truths, strict=True)]))
                        left -= size
                    (spend, plain), (order, plain_order) = np.concatenate(shares, axis=2).mean(axis=2)
                    told = "the same" if factor == 1 else "less"
                    print(
                        f"{kind}, {design}, {told}, {n:,} customers: per customer {spend:.3f} (plain {plain:.3f}), "
                        f"per order {order:.3f} (plain {plain_order:.3f})",
                        flush=True,
                    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
