"""Columns about what people are, rather than what they do: known by their names, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from crmkit._frames import FrameT, from_pandas, open_as_given
from crmkit._names import Label

__all__ = ["SENSITIVE_KINDS", "sensitive_column_table", "sensitive_kind"]

SENSITIVE_KINDS: Final = MappingProxyType(
    {
        "age": Label("Age", "年龄"),
        "gender": Label("Gender", "性别"),
        "ethnicity": Label("Ethnic origin", "民族与种族"),
        "religion": Label("Religion or belief", "宗教信仰"),
        "health": Label("Health", "健康状况"),
        "politics": Label("Political opinion", "政治观点"),
        "union": Label("Trade union membership", "工会会员身份"),
        "sexuality": Label("Sex life or orientation", "性取向"),
        "origin": Label("Nationality", "国籍"),
        "family": Label("Marital status and family", "婚姻与家庭"),
        "record": Label("Criminal record", "犯罪记录"),
        "biometrics": Label("Genetic or biometric data", "生物识别信息"),
    }
)
"""The kinds of sensitive columns by code."""

# Whole words, in the singular.
_WORDS: Final = {
    "age": ("age", "ages", "birth", "birthday", "birthdate", "birthyear", "dob", "yob", "born"),
    "gender": ("gender", "sex", "male", "female"),
    "ethnicity": ("race", "ethnic", "ethnicity", "skin"),
    "religion": ("religion", "religious", "faith", "church", "muslim", "christian", "jewish", "buddhist", "hindu"),
    "health": ("health", "disease", "disability", "disabled", "diagnosis", "illness", "medical", "pregnant",
               "pregnancy", "bmi", "smoker"),
    "politics": ("politics", "political", "party", "vote", "voter", "ideology"),
    "union": ("union",),
    "sexuality": ("sexual", "sexuality", "lgbt", "lgbtq", "gay", "lesbian"),
    "origin": ("nationality", "citizenship", "immigrant", "immigration"),
    "family": ("marital", "married", "divorced", "widowed", "spouse", "kid", "kids", "kidhome", "teenhome", "child",
               "children"),
    "record": ("criminal", "conviction", "convictions"),
    "biometrics": ("genetic", "biometric", "biometrics", "fingerprint"),
}  # fmt: skip
_CHINESE: Final = {
    "age": ("年龄", "岁数", "出生", "生日"),
    "gender": ("性别",),
    "ethnicity": ("民族", "种族"),
    "religion": ("宗教", "信仰"),
    "health": ("健康", "疾病", "病史", "残疾", "怀孕", "孕期", "诊断"),
    "politics": ("政治", "党派", "党员"),
    "union": ("工会",),
    "sexuality": ("性取向", "性生活"),
    "origin": ("国籍", "籍贯"),
    "family": ("婚姻", "婚否", "子女", "配偶"),
    "record": ("犯罪", "前科"),
    "biometrics": ("指纹", "人脸", "基因"),
}
# Words before "age" that make it the age of something other than a person.
_OF_THINGS: Final = ("account", "cohort", "contract", "customer", "member", "membership", "order", "relation", "store")
_KIND_OF: Final = {word: kind for kind, words in _WORDS.items() for word in words}
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def sensitive_kind(column: str) -> str | None:
    """Find the kind of a sensitive column by its name; None for other columns."""
    for kind, words in _CHINESE.items():
        if any(word in column for word in words):
            return kind
    parts = [part.lower() for part in _PARTS.findall(column)]
    for before, part in zip(["", *parts], parts, strict=False):
        if part in _KIND_OF and not (part == "age" and before in _OF_THINGS):
            return _KIND_OF[part]
    return None


def sensitive_column_table(customers: FrameT) -> FrameT:
    """Name the columns of a table that are sensitive, judging by their names.

    Age, gender, ethnic origin, religion, health, political opinion, union membership, sexual orientation, nationality,
    family, criminal record and biometric data. Segments that rest on them may treat people differently because of who
    they are, which the law forbids in many places. The segmenters of `crmkit.segment.groups` leave these columns out
    unless you name them.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        Any table. Its rows are not looked at.

    Returns
    -------
    the kind of frame given
        One row per sensitive column, in the order of the table: ``column``; ``kind``, such as "age" or "religion";
        ``name_en`` and ``name_zh``, what the kind is called.

    Raises
    ------
    TypeError
        If ``customers`` is not a frame.

    Notes
    -----
    A name can hide what a column holds: a postcode may reveal ethnic origin, a first name gender. A check of column
    names cannot find that.

    References
    ----------
    .. [1] Regulation (EU) 2016/679 (GDPR), Article 9; 个人信息保护法 (2021), Article 28.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"spend": [20.0], "Year_Birth": [1980], "average_value": [5.0], "宗教信仰": ["-"]})
    >>> sensitive_column_table(customers)
           column      kind             name_en name_zh
    0  Year_Birth       age                 Age      年龄
    1        宗教信仰  religion  Religion or belief    宗教信仰
    """
    names = open_as_given(customers, name="customers").collect_schema().names()
    return from_pandas(_table(names), like=customers)


def _table(names: Sequence[str]) -> pd.DataFrame:
    found: list[tuple[Any, ...]] = [(name, kind) for name in names if (kind := sensitive_kind(name)) is not None]
    rows = [(name, kind, SENSITIVE_KINDS[kind].en, SENSITIVE_KINDS[kind].zh) for name, kind in found]
    return pd.DataFrame(rows, columns=["column", "kind", "name_en", "name_zh"], dtype=str)
