"""Plain columns of labels read as positions among their codes."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._frames import pandas_series
from crmkit._labelling._scheme import label_table
from crmkit._names import Label

__all__ = ["labels_in"]


def labels_in(*columns: nw.Series[Any]) -> tuple[pd.DataFrame, list[npt.NDArray[np.intp]]]:
    """Find the labels of one or several columns, and the position of each row's label, -1 where it is missing.

    The order of the labels is that of the categories of the first column, where it has them, and then that in which
    they appear, column by column. A label's name is its code.
    """
    kind = columns[0].dtype
    found = [pd.factorize(pandas_series(column)) for column in columns]
    appearing = [code for _, codes in found for code in codes.tolist()]
    codes = list(dict.fromkeys([*(kind.categories if isinstance(kind, nw.Enum) else ()), *appearing]))
    position = {code: at for at, code in enumerate(codes)}
    # One more for what is missing, which is found at -1.
    places = [np.array([*(position[code] for code in here.tolist()), -1], dtype=np.intp)[at] for at, here in found]
    return label_table(codes, [Label(str(code), str(code)) for code in codes]), places
