"""Where the purchase models are held to the truth: a grid of parameters, histories, horizons, and the truth there.

`python -m tests.value_grid` works it out with tests/value_oracle.py in half an hour and writes it to
tests/data/value_grid.csv.
"""

import random
from pathlib import Path

import mpmath as mp
import pandas as pd
from tests.value_oracle import MODELS, alive, gone, log_likelihood

DIGITS = 40
GRID_FILE = Path(__file__).parent / "data" / "value_grid.csv"

# Parameters at and beyond the edge of what is ever fitted.
PARAMS = {
    "bg": [
        (0.243, 4.414, 0.793, 2.426),
        (0.11, 2.24, 0.31, 0.5),
        (0.243, 4.414, 1.0, 2.426),
        (0.243, 4.414, 1.000000001, 2.426),
        (1.0, 1.0, 1.0, 1.0),
        (2.0, 3.0, 2.0, 1.0),
        (0.5, 5.0, 0.4, 0.6),
        (0.5, 10.0, 0.001, 0.001),
        (0.5, 10.0, 2e3, 5e3),
        (0.8, 20.0, 50.0, 1e3),
        (1.2, 7.0, 1e5, 1e5),
        (0.5, 10.0, 0.001, 1e5),
        (0.5, 10.0, 1e5, 0.001),
        (0.001, 4.4, 0.8, 2.4),
        (1e5, 1e5, 0.8, 2.4),
        (1e3, 0.001, 0.8, 2.4),
        (0.3, 1e5, 0.8, 2.4),
        (0.3, 0.001, 0.8, 2.4),
    ],
    "pareto": [
        (0.553, 10.578, 0.606, 11.669),
        (0.5143, 2.8845, 0.2856, 14.1087),
        (0.553, 10.578, 1.0, 11.669),
        (0.553, 10.578, 1.000000001, 11.669),
        (0.553, 10.578, 2.0, 11.669),
        (2.0, 3.0, 3.0, 5.0),
        (0.6, 7.0, 0.5, 7.0),
        (0.6, 0.001, 0.5, 1e5),
        (0.6, 1e5, 0.5, 0.001),
        (0.001, 0.001, 0.001, 0.001),
        (0.5, 10.0, 1e4, 1e5),
        (1.4, 40.0, 3.3e5, 4e7),
        (0.5, 10.0, 1e5, 1e5),
        (0.5, 10.0, 0.001, 11.0),
        (0.001, 10.0, 0.6, 11.0),
        (1e5, 1e5, 0.6, 11.0),
        (1e3, 0.001, 0.6, 11.0),
        (0.5, 10.0, 0.6, 1e5),
    ],
    "nbd": [(0.385, 12.07), (0.001, 0.001), (0.001, 1e5), (1e5, 0.001), (1e5, 1e5), (1.0, 1.0)],
}
PARAMS["mbg"] = PARAMS["bg"]
AGES = (0.1, 1.0, 38.86, 200.0, 5000.0)
REPEATS = (1, 2, 10, 100, 1000, 3000)
# The last purchase as a share of the age.
LAST = (1e-4, 0.5, 0.999999, 1.0)
HISTORIES = [(0, 0.0, T) for T in (0.0, *AGES)] + [(x, last * T, T) for x in REPEATS for last in LAST for T in AGES]
HORIZONS = (1e-3, 0.1, 1.0, 39.0, 500.0, 1e4, 1e6)
COUNTS = (1, 2, 5, 20, 100, 1000)
DISCOUNTS = (0.01, 0.1, 0.15, 1.0)
A_YEAR = mp.mpf("365.25")


def grid():
    """Rows of model, parameters, history, horizon, count and yearly discount, eight for each set of parameters."""
    rng = random.Random(1)  # noqa: S311
    for name in MODELS:
        for params in PARAMS[name]:
            for x, t_x, T in rng.sample(HISTORIES, 8):
                yield name, params, x, t_x, T, rng.choice(HORIZONS), rng.choice(COUNTS), rng.choice(DISCOUNTS)


def values(name, params, x, t_x, T, t, n, discount):
    """All that the models say of a row of the grid, by the name of the quantity, to 20 digits."""
    with mp.workdps(DIGITS):
        model = MODELS[name](**dict(zip(MODELS[name].parameters, params, strict=True)))
        t_x, T, t = mp.mpf(t_x), mp.mpf(T), mp.mpf(t)
        here = alive(model, x, t_x, T)
        found = {
            "log_likelihood": log_likelihood(model, x, t_x, T),
            "alive": here,
            "alive_later": here * model.survival(x, T, t),
            "expected": here * model.expected(x, T, t),
            "inactive": here * model.pmf(x, T, 0, t) + gone(model, x, t_x, T),
            "exactly_n": here * model.pmf(x, T, n, t),
            **model.rates(x, t_x, T),
        }
        rate = mp.log1p(mp.mpf(discount)) / A_YEAR
        # mpmath's 2F1 comes to no end for very large parameters
        if name not in ("bg", "mbg") or max(params[2:]) < 1e3:
            found["discounted_for_ever"] = here * model.discounted(x, T, mp.inf, rate)
        if name not in ("bg", "mbg") or max(params) + x < 1e3:
            found["discounted"] = here * model.discounted(x, T, t, rate)
        return {what: mp.nstr(value, 20) for what, value in found.items()}


def write_grid():
    rows = []
    for name, params, x, t_x, T, t, n, discount in grid():
        given = dict(zip(MODELS[name].parameters, params, strict=True))
        given |= {"x": x, "t_x": t_x, "T": T, "t": t, "n": n, "discount": discount}
        rows.append({"model": name, **given, **values(name, params, x, t_x, T, t, n, discount)})
    GRID_FILE.parent.mkdir(exist_ok=True)
    pd.DataFrame(rows).to_csv(GRID_FILE, index=False)


if __name__ == "__main__":
    write_grid()
