"""Markov chains for tests: one from the literature, and chains drawn by hypothesis."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

# Pfeifer and Carraway (2000): last order 1, 2, 3 or 4 periods ago, or lost; an order brings 40, a mailing costs 4.
STATES = ["1", "2", "3", "4", "lost"]
MAILING = pd.DataFrame(
    [
        [0.30, 0.70, 0.00, 0.00, 0.00],
        [0.20, 0.00, 0.80, 0.00, 0.00],
        [0.15, 0.00, 0.00, 0.85, 0.00],
        [0.05, 0.00, 0.00, 0.00, 0.95],
        [0.00, 0.00, 0.00, 0.00, 1.00],
    ],
    index=STATES,
    columns=STATES,
)
REWARDS = pd.Series([36.0, -4, -4, -4, 0], index=STATES)


@st.composite
def chains(draw, low=0.0):
    n = draw(st.integers(1, 6))
    # Six states in a row multiply to numbers that a float still holds.
    chances = st.floats(max(low, 1e-50), 1) | st.just(low)
    rows = draw(st.lists(st.lists(chances, min_size=n, max_size=n).filter(any), min_size=n, max_size=n))
    chain = np.array(rows)
    return chain / chain.sum(axis=1, keepdims=True)
